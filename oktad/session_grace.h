/*
 * Grace: sudo, su and polkit inside a recorded login need no new proof while
 * that login's own is young enough ([service NAME] grace in okta.conf(5)).
 */
#ifndef OKTAD_SESSION_GRACE_H
#define OKTAD_SESSION_GRACE_H

#include "conf.h"
#include "session.h"

/* What the module says of the process that asks (protocol.h): the audit session
 * and login uid of its kernel. 0, or -1 where it says nothing. */
int session_read_origin(const char *origin, uint32_t *audit, uint32_t *login);

/* The open login to uid that the process is in, or NULL. */
const struct session *session_of_login(
    struct sessions *s, uint32_t uid, const char *origin);

/* The login whose proof is good enough for uid at this service now, or NULL.
 * Good is: the process that asks is in the audit session of that login, which
 * is uid's own and not somebody's who has become uid; the session is open, its
 * proof was not taken back and is not older than the service's grace; and where
 * the service demands a second factor, it had one. now: wire_now_ms(). */
const struct session *session_grace(struct sessions *s,
    const struct conf_service *service, uint32_t uid, const char *origin,
    uint64_t now);

/* Seconds of grace that a session still has at the service that gives most; 0:
 * none. */
uint32_t session_grace_left(
    const struct conf *c, const struct session *s, uint64_t now);

#endif
