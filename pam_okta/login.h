/*
 * One login in progress, as auth.c and prompt.c share it.
 */
#ifndef OKTA_LOGIN_H
#define OKTA_LOGIN_H

#include <stdint.h>

#include "call.h"
#include "client.h"
#include "converse.h"
#include "denial.h"
#include "message.h"

/* On the heap, because hosts run modules on small stacks too; wiped at the
 * end. */
struct login {
	struct client client;
	struct message message; /* the last one from oktad */
	struct answer answer; /* the last one */
	int has_tried_first_pass;
	int terminal; /* the controlling one, or -1 */
	uint64_t answered; /* when the last answer came; at first, entry */
};

/* Answers l->message, a prompt. 0: the answer is on its way. Else why not
 * (denial.h). */
int prompt_answer(struct call *c, struct login *l);

#endif
