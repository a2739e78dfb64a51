/*
 * Answers to oktad's prompts, and what must never become one.
 */
#include <string.h>

#include "login.h"

static int
refuse(struct login *l, enum converse_result r)
{
	return login_deny(l, PAM_AUTH_ERR, r == CONVERSE_REFUSED
	    ? "the answer is longer than 1024 bytes or not UTF-8"
	    : "the conversation was aborted");
}

static int
ask_password(struct call *c, struct login *l)
{
	enum converse_result r = converse_ask(c->pamh, PAM_PROMPT_ECHO_OFF,
	    l->message.text, &l->password);

	if (r != CONVERSE_OK)
		return refuse(l, r);
	if (pam_set_item(c->pamh, PAM_AUTHTOK, l->password.bytes) !=
	    PAM_SUCCESS)
		return login_deny(l, PAM_AUTH_ERR, "no memory");
	return PAM_SUCCESS;
}

/* From an earlier module once, where the arguments say so, else asked. */
static int
get_password(struct call *c, struct login *l)
{
	const void *earlier = NULL;
	enum converse_result r;

	if ((c->args.has_try_first_pass || c->args.has_use_first_pass) &&
	    !l->has_tried_first_pass) {
		l->has_tried_first_pass = 1;
		if (pam_get_item(c->pamh, PAM_AUTHTOK, &earlier) !=
		    PAM_SUCCESS)
			earlier = NULL;
	}
	if (earlier != NULL) {
		r = converse_take(earlier, &l->password);
		return r == CONVERSE_OK ? PAM_SUCCESS : refuse(l, r);
	}
	if (c->args.has_use_first_pass)
		return login_deny(l, PAM_AUTH_ERR, "use_first_pass, and no "
		    "module before has asked for a password");
	return ask_password(c, l);
}

static int
answer_password(struct call *c, struct login *l)
{
	int r = get_password(c, l);

	if (r == PAM_SUCCESS && l->password.len == 0)
		r = login_deny(l, PAM_AUTH_ERR, "the password is empty");
	if (r == PAM_SUCCESS && converse_is_junk(&l->password))
		r = login_deny(l, PAM_AUTH_ERR, "sshd has already denied this "
		    "login and sent its junk password");
	return r;
}

/* sshd's "password" method answers every hidden prompt with the password: it
 * must not become a guess of a factor. */
static int
answer_factor(struct call *c, struct login *l, int style)
{
	enum converse_result r = converse_ask(c->pamh, style, l->message.text,
	    &l->answer);

	if (r != CONVERSE_OK)
		return refuse(l, r);
	if (converse_is_junk(&l->answer) || (l->password.len > 0 &&
	    strcmp(l->answer.bytes, l->password.bytes) == 0))
		return login_deny(l, PAM_AUTH_ERR, "a factor was answered "
		    "with the password; for second factors sshd needs "
		    "KbdInteractiveAuthentication yes");
	return PAM_SUCCESS;
}

int
prompt_answer(struct call *c, struct login *l)
{
	const struct answer *a = &l->answer;
	struct wire_out o;
	int r;

	switch (l->message.kind) {
	case PROMPT_PASSWORD:
		r = answer_password(c, l);
		a = &l->password;
		break;
	case PROMPT_HIDDEN:
		r = answer_factor(c, l, PAM_PROMPT_ECHO_OFF);
		break;
	case PROMPT_ECHO:
		r = answer_factor(c, l, PAM_PROMPT_ECHO_ON);
		break;
	default:
		return login_deny_code(l, OKTA_BAD);
	}
	if (r != PAM_SUCCESS)
		return r;
	wire_begin(&o, l->client.out, sizeof(l->client.out), OP_REPLY,
	    l->client.id);
	wire_put(&o, TAG_ANSWER, a->bytes, a->len);
	l->answered = wire_now_ms();
	r = client_send(&l->client, &o);
	return r == OKTA_OK ? PAM_SUCCESS : login_deny_code(l, r);
}
