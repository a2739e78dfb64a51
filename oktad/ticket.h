/*
 * What auth proved, carried to open_session: a ticket is 128 random bits that
 * stand for one accepted login of one uid at one service. It is redeemed once,
 * soon, and lives in memory only: a crash leaves nothing to redeem.
 */
#ifndef OKTAD_TICKET_H
#define OKTAD_TICKET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "directory.h"
#include "protocol.h"
#include "secret.h"

enum {
	TICKETS_MAX = 1024, /* not yet redeemed; the oldest one gives way */
	TICKET_RHOST_SIZE = 64,
	TICKET_FACTORS_SIZE = 64
};

/* What has been proven, and where. */
struct proof {
	uid_t uid; /* of the account */
	char person[DIR_OKTA_ID_MAX + 1]; /* Okta id */
	char service[PROTOCOL_SERVICE_SIZE];
	char rhost[TICKET_RHOST_SIZE]; /* "": none */
	char factors[TICKET_FACTORS_SIZE]; /* "password", "password push" … */
	uint32_t flow; /* enum conf_flow */
	uint64_t at_ms; /* wire_now_ms() clock */
	struct secret session_token; /* what an Okta session can be made of;
					empty: none is to be made */
};

struct tickets;

struct tickets *tickets_new(void);
void tickets_free(struct tickets *t);
/* A new ticket, good until expires (wire_now_ms() clock). 0 and its 32 hex
 * digits, and the session token is the ticket's; -1 where the kernel gives no
 * random bytes (then there is no login) or no memory. */
int ticket_issue(struct tickets *t, struct proof *proof, uint64_t expires,
    char ticket[PROTOCOL_TICKET_SIZE + 1]);
/* open_session: 0 and what was proven, with a session token that is the
 * caller's; -1: there is no such ticket for this uid
 * and service, or not any more, and *proof is empty. A ticket that was shown by
 * the wrong uid or service is gone, too. */
int ticket_redeem(struct tickets *t, const char *ticket, uid_t uid,
    const char *service, uint64_t now, struct proof *proof);

/* Wipes tickets that are good no longer; t may be NULL. */
void tickets_forget(struct tickets *t, uint64_t now);

/* 128 random bits as 32 hex digits: 0, or -1 where there are none. */
int ticket_text(char text[PROTOCOL_TICKET_SIZE + 1]);
/* 1 where both texts of that length agree; takes the same time for every wrong
 * guess. */
int ticket_is_same(const char *a, const char *b);

#endif
