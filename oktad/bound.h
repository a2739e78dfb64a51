/*
 * What one login may ask Okta for. oktad ties its channel to a person; what
 * goes out names that person or nobody, is of the one form that our own client
 * writes, shows tokens that came back on this very channel, and is asked a
 * few times only. So a login worker that was taken over can do nothing but
 * hold a login of its own person: it has no one else's phone ring, looks at no
 * one else's factors, and guesses nothing (T56).
 */
#ifndef OKTAD_BOUND_H
#define OKTAD_BOUND_H

#include <stddef.h>

#include "json.h"
#include "route.h"
#include "secret.h"

enum {
	BOUND_LOGIN_SIZE = 256,
	BOUND_FORMS_MAX = 32,
	BOUND_SENT_SIZE = 160 /* an id has 64 bytes at most */
};

/* What Okta hands out in one answer and wants to see in the next request. */
enum bound_token {
	BOUND_STATE, /* of authn */
	BOUND_MFA, /* of the token endpoint … */
	BOUND_OOB,
	BOUND_DEVICE,
	BOUND_TOKENS
};

struct bound {
	char id[JSON_ID_MAX + 1], login[BOUND_LOGIN_SIZE];
	struct secret tokens[BOUND_TOKENS]; /* the newest of each */
	int has_tried; /* its one password, or what stands for one, was taken */
	unsigned char used[BOUND_FORMS_MAX]; /* times, by form */
	unsigned int nsends; /* what Okta was to send the person */
	char sent[BOUND_SENT_SIZE]; /* the path that had the newest of it sent,
				       or "" */
	int is_waiting; /* Okta waits for the phone, by an answer that nothing
			   was asked after */
	int is_question; /* the newest request asks how that stands */
};

/* May this request of a login go out? path: with its query; body NULL: none.
 * NULL, and it is counted; or why not. */
const char *bound_refusal(struct bound *b, const struct route *route,
    const char *path, const char *body, size_t len);
/* Keeps the tokens of an answer of Okta's. */
void bound_learn(struct bound *b, const char *answer, size_t len);
/* Okta has not looked at a question (is_question) of that path. */
void bound_unasked(struct bound *b, const char *path);
void bound_clear(struct bound *b);

#endif
