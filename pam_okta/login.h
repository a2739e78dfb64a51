/*
 * One login in progress, as auth.c and prompt.c share it.
 */
#ifndef OKTA_LOGIN_H
#define OKTA_LOGIN_H

#include <stdint.h>

#include "call.h"
#include "client.h"
#include "converse.h"
#include "message.h"

/* On the heap, because hosts run modules on small stacks too; wiped at the
 * end. */
struct login {
	struct client client;
	struct message message; /* the last one from oktad */
	struct answer password; /* what was sent as the password, or "" */
	struct answer answer;	/* to another prompt */
	int has_tried_first_pass;
	uint64_t answered; /* when the last answer was sent; at first, entry */
	const char *why;   /* of a denial; for the log, not for the person */
};

/* Answers l->message, a prompt. PAM_SUCCESS: the answer is on its way. Else a
 * denial with l->why, and nothing was sent. */
int prompt_answer(struct call *c, struct login *l);

/* Denies: sets l->why and returns the PAM code. */
int login_deny(struct login *l, int pam, const char *why);
/* Denies for a code of client.h or message.h. */
int login_deny_code(struct login *l, int code);

#endif
