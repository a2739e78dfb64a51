/*
 * Answers to oktad's prompts, and what must never become one.
 */
#include <string.h>

#include "login.h"

/* What an earlier module asked for, once, where the arguments say so. */
static const char *
first_pass(struct call *c, struct login *l)
{
	const void *earlier = NULL;

	if (l->has_tried_first_pass ||
	    !(c->args.has_try_first_pass || c->args.has_use_first_pass))
		return NULL;
	l->has_tried_first_pass = 1;
	return pam_get_item(c->pamh, PAM_AUTHTOK, &earlier) == PAM_SUCCESS
	    ? earlier
	    : NULL;
}

static int
get_password(struct call *c, struct login *l)
{
	const char *earlier = first_pass(c, l);
	int r;

	if (earlier != NULL)
		return converse_take(earlier, &l->answer);
	if (c->args.has_use_first_pass)
		return DENIAL_NO_FIRST_PASS;
	r = converse_ask(
	    c->pamh, PAM_PROMPT_ECHO_OFF, l->message.text, &l->answer);
	if (r != 0)
		return r;
	r = pam_set_item(c->pamh, PAM_AUTHTOK, l->answer.bytes);
	return r == PAM_SUCCESS ? 0 : DENIAL_MEMORY;
}

static int
answer_password(struct call *c, struct login *l)
{
	/* Where only the second factor is wanted, nobody may ask for the
	 * first. */
	int r = c->args.is_second_factor ? DENIAL_PROTOCOL : get_password(c, l);

	if (r == 0 && l->answer.len == 0)
		r = DENIAL_EMPTY;
	if (r == 0 && converse_is_junk(&l->answer))
		r = DENIAL_JUNK;
	return r;
}

/* Is it what was typed as the password, here or before an earlier module? */
static int
is_password(const struct call *c, const struct answer *a)
{
	const void *typed = NULL;

	return pam_get_item(c->pamh, PAM_AUTHTOK, &typed) == PAM_SUCCESS &&
	    typed != NULL && *(const char *)typed != '\0' &&
	    strcmp(a->bytes, typed) == 0;
}

/* sshd's "password" method answers every hidden prompt with the password: it
 * must not become a guess of a factor. */
static int
answer_factor(struct call *c, struct login *l, int style)
{
	int r = converse_ask(c->pamh, style, l->message.text, &l->answer);

	if (r == 0 &&
	    (converse_is_junk(&l->answer) || is_password(c, &l->answer)))
		r = DENIAL_FACTOR_IS_PASSWORD;
	return r;
}

int
prompt_answer(struct call *c, struct login *l)
{
	struct wire_out o;
	int r;

	if (l->message.kind == PROMPT_PASSWORD)
		r = answer_password(c, l);
	else if (l->message.kind == PROMPT_HIDDEN)
		r = answer_factor(c, l, PAM_PROMPT_ECHO_OFF);
	else if (l->message.kind == PROMPT_ECHO)
		r = answer_factor(c, l, PAM_PROMPT_ECHO_ON);
	else
		r = DENIAL_PROTOCOL;
	/* What is not sent must not end sooner: names that are unknown are
	 * denied so long after the answer, whatever it was. */
	l->answered = wire_now_ms();
	if (r != 0)
		return r;
	wire_begin(
	    &o, l->client.out, sizeof(l->client.out), OP_REPLY, l->client.id);
	wire_put(&o, TAG_ANSWER, l->answer.bytes, l->answer.len);
	return client_send(&l->client, &o);
}
