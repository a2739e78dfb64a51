/*
 * What auth proved, carried to open_session: a ticket is 128 random bits that
 * stand for one accepted login of one uid at one service. It is redeemed once,
 * soon, and becomes the name of a session's record, which close_session ends.
 * All of it lives in memory only.
 */
#ifndef OKTAD_TICKET_H
#define OKTAD_TICKET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol.h"

enum {
	TICKETS_MAX = 1024,  /* not yet redeemed; the oldest one gives way */
	SESSIONS_MAX = 4096, /* likewise */
	TICKET_TTY_SIZE = 64
};

struct session {
	char ticket[PROTOCOL_TICKET_SIZE + 1];
	uid_t uid;
	char service[PROTOCOL_SERVICE_SIZE];
	char tty[TICKET_TTY_SIZE];
	uint32_t audit; /* audit session id, 0 unknown */
	uint64_t opened_ms;
};

struct tickets;

struct tickets *tickets_new(void);
void tickets_free(struct tickets *t);
/* A new ticket, good until expires (wire_now_ms() clock). 0 and its 32 hex
 * digits; -1 where the kernel gives no random bytes (then there is no login)
 * or no memory. */
int ticket_issue(struct tickets *t, uid_t uid, const char *service,
    uint64_t expires, char ticket[PROTOCOL_TICKET_SIZE + 1]);
/* open_session: 0 and a session's record is made; -1: there is no such ticket
 * for this uid and service, or not any more. A ticket that was shown by the
 * wrong uid or service is gone, too. tty is copied; NULL: none. */
int ticket_redeem(struct tickets *t, const char *ticket, uid_t uid,
    const char *service, const char *tty, uint32_t audit, uint64_t now);
/* close_session: 0, or -1 where there is no such record of this uid. */
int ticket_close(struct tickets *t, const char *ticket, uid_t uid);
/* The records of open sessions, in no order. */
const struct session *ticket_sessions(const struct tickets *t, size_t *n);

#endif
