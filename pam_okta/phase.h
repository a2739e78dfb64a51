/*
 * The phases: what pam_okta.c hands a call to, once it is known to be about
 * one of ours (call.h).
 */
#ifndef OKTA_PHASE_H
#define OKTA_PHASE_H

#include "call.h"

/* One login through oktad. PAM_SUCCESS only where oktad answered
 * VERDICT_ACCEPT to this very login and the name is still the same; everything
 * else is a denial. Ends by the call's deadline. Logs the outcome. */
int auth_login(struct call *c);
/* Waits, half a second at most, until a person would be asked for the password:
 * a name that is not ours is asked for it by a module behind this one (T41). */
void auth_await_prompt(struct call *c);
/* Ends a denial that comes before an accepted password: not before 3 s and a
 * random bit after from, and by the deadline. */
void auth_delay(uint64_t from, uint64_t deadline);
/* Has the denial of a name that is not ours, by modules behind this one, end as
 * late as one of ours, unless the host has a delay of its own for it. */
void auth_delay_others(pam_handle_t *pamh);

/* May this person enter now? From the published files alone, so that it also
 * holds for logins that never authenticate (ssh keys, cron, sudo NOPASSWD) and
 * with oktad dead. PAM_SUCCESS, PAM_ACCT_EXPIRED, PAM_PERM_DENIED,
 * PAM_AUTH_ERR, PAM_AUTHINFO_UNAVAIL; a denial is logged. */
int account_check(struct call *c);

/* Tell oktad that a session of one of ours begins and ends: at most 2 s, and
 * never a reason to deny, but for a local account, where it may have to be
 * known who is behind it: PAM_SUCCESS, or PAM_PERM_DENIED. session_open() shows
 * the ticket of this transaction where auth has proved anything,
 * session_close() ends the record that this began; both do nothing for a
 * transaction of somebody else. */
int session_open(struct call *c);
void session_close(struct call *c);

#endif
