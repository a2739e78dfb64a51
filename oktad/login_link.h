/*
 * The parent's side of a login worker: whose login it is, the leave to send one
 * password, and the outcome.
 */
#ifndef OKTAD_LOGIN_LINK_H
#define OKTAD_LOGIN_LINK_H

#include "conf_slice.h"
#include "internal.h"
#include "protocol.h"
#include "wire.h"

struct login_link {
	int fd;
	uint64_t deadline;
	/* Who asks, on this host, by root's word; "", NULL: unknown. */
	const char *caller;
	/* This host, the person, and where they come from, for Okta; "" none,
	 * and before the first grant. */
	char device[33];
};

/* What oktad said where there is no leave. */
struct login_refusal {
	enum verdict_code verdict;
	char why[640];
};

/* For INT_OUTCOME; empty texts are left out. */
struct login_report {
	enum login_outcome outcome;
	enum verdict_code verdict;
	const char *reason, *factors, *okta_code, *okta_request, *rhost;
	const struct secret *session_token; /* empty: none */
};

enum { LOGIN_LINK_FRAME = 4096 };

/* The first frame, which says what this worker is for. OKTA_OK, or it has
 * nothing to do. */
int login_link_first(
    struct login_link *l, uint8_t frame[LOGIN_LINK_FRAME], struct wire_in *in);
/* Somebody says who they are: *p anew. OKTA_* code. */
int login_link_who(
    struct login_link *l, const struct secret *said, struct slice_person *p);
/* Asks for leave to send a password, and waits as long as it takes. The
 * descriptor of a channel to oktad-net, which the caller closes; or -1 and
 * *refusal. */
int login_link_charge(
    struct login_link *l, const char *rhost, struct login_refusal *refusal);
/* The last answer was wrong: asks for leave to send one more. 0; -1 and
 * *refusal. */
int login_link_again(struct login_link *l, struct login_refusal *refusal);
/* Asks for leave to have Okta send the person something: a push request, a
 * message, a call. 0; -1 and *refusal. */
int login_link_send(
    struct login_link *l, enum proof_kind kind, struct login_refusal *refusal);
/* Tells how the login ended. For an accepted one: OKTA_OK and the ticket, or
 * the login has to be denied. */
int login_link_outcome(struct login_link *l, const struct login_report *r,
    char ticket[PROTOCOL_TICKET_SIZE + 1]);

#endif
