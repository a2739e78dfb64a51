/*
 * What direct authentication asks for after a first proof: codes, pushes,
 * messages, calls (okta-api.md 3.3, 3.4). What a person has enrolled is not
 * told, so all that the service allows is offered, and what Okta can not use
 * is taken from the list.
 */
#include <stdio.h>
#include <string.h>

#include "code.h"
#include "flow_oidc.h"

enum { CODES_MAX = 3, ROUNDS_MAX = 6 };

static const struct {
	enum proof_kind kind;
	const char *channel; /* NULL: a code that the person has */
	const char *name;
} kinds[] = {
    {PROOF_PUSH, "push", "push request to Okta Verify"},
    {PROOF_TOTP, NULL, "code of Okta Verify or another app"},
    {PROOF_SMS, "sms", "code by text message"},
    {PROOF_CALL, "voice", "code by phone call"},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

const char *
flow_direct_channel(enum proof_kind kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].kind == kind)
			return kinds[i].channel;
	return NULL;
}

size_t
flow_direct_choices(
    const struct login *l, struct flow_choice choices[FLOW_CHOICES_MAX])
{
	size_t kept[FLOW_CHOICES_MAX], n = 0;

	for (size_t i = 0; i < KINDS; i++) {
		if ((l->verified & 1U << kinds[i].kind) != 0)
			continue;
		choices[n].kind = kinds[i].kind;
		snprintf(choices[n].name, sizeof(choices[n].name), "%s",
		    kinds[i].name);
		n++;
	}
	return flow_sort(l, choices, n, kept);
}

static int
is_good(enum oidc_result result)
{
	return result == OIDC_TOKENS || result == OIDC_MFA_REQUIRED;
}

/* A code that the person has at hand. */
static enum oidc_result
verify_code(struct flow_oidc *f, struct oidc_answer *a)
{
	enum oidc_result result = OIDC_OTHER;
	struct login *l = f->login;
	struct secret code = {0};
	const char *text = "Code: ";

	flow_deny(l, f->end, OUTCOME_FACTOR, VERDICT_DENY,
	    "what was entered, is no code");
	for (int i = 0; i < CODES_MAX && !is_good(result); i++) {
		int r = talk_ask(l->talk, PROMPT_HIDDEN, text, &code);

		if (r != OKTA_OK) {
			flow_deny_talk(l, f->end, OUTCOME_FACTOR, r,
			    "at the prompt for a code");
			return OIDC_OTHER;
		}
		text = "That was not right. Code: ";
		if (flow_take_code(&code) == 0) {
			const struct oidc_field fields[] = {
			    {"mfa_token", f->mfa_token.bytes, f->mfa_token.len},
			    {"otp", code.bytes, code.len}};

			if (a->status != 0 && flow_charge_again(l, f->end) != 0)
				result = OIDC_OTHER;
			else {
				oidc_clear(a);
				result = flow_oidc_token(
				    f, OIDC_GRANT_MFA_OTP, fields, 2, a);
			}
			if (result != OIDC_WRONG)
				i = CODES_MAX;
		}
		secret_clear(&code);
	}
	if (is_good(result))
		l->verified |= 1U << PROOF_TOTP;
	return result;
}

/* The code that came by message or call, sent back as binding_code. */
static enum oidc_result
ask_binding(struct flow_oidc *f, const char *grant,
    const struct oidc_field *fields, size_t n, struct oidc_answer *a)
{
	struct oidc_field all[4];
	struct login *l = f->login;
	struct secret code = {0};
	enum oidc_result result = OIDC_OTHER;
	int r = talk_ask(l->talk, PROMPT_HIDDEN, "Code: ", &code);

	*a = (struct oidc_answer){0};
	if (r != OKTA_OK)
		flow_deny_talk(l, f->end, OUTCOME_FACTOR, r,
		    "at the prompt for the code that was sent");
	else if (flow_take_code(&code) != 0)
		flow_deny(l, f->end, OUTCOME_FACTOR, VERDICT_DENY,
		    "what was entered for the code that was sent, is none");
	else {
		memcpy(all, fields, n * sizeof(*all));
		all[n] =
		    (struct oidc_field){"binding_code", code.bytes, code.len};
		result = flow_oidc_token(f, grant, all, n + 1, a);
	}
	secret_clear(&code);
	return result;
}

/* The number must be read before it can be tapped, and sshd shows nothing but
 * prompts in time (T31). */
static int
show_number(struct flow_oidc *f, const struct oidc_oob *oob)
{
	struct secret answer = {0};
	char text[128];
	int r;

	snprintf(text, sizeof(text),
	    "Tap %s in Okta Verify, then press Enter here: ", oob->show);
	r = talk_ask(f->login->talk, PROMPT_ECHO, text, &answer);
	secret_clear(&answer);
	if (r != OKTA_OK)
		flow_deny_talk(f->login, f->end, OUTCOME_FACTOR, r,
		    "while a number was shown");
	return r;
}

enum oidc_result
flow_direct_oob(struct flow_oidc *f, const char *grant, enum proof_kind kind,
    const struct oidc_oob *oob, struct oidc_answer *a)
{
	const struct oidc_field fields[] = {
	    {"oob_code", oob->code.bytes, oob->code.len},
	    {"mfa_token", f->mfa_token.bytes, f->mfa_token.len}};
	size_t n = f->mfa_token.bytes != NULL ? 2 : 1;
	enum oidc_result result = OIDC_OTHER;

	*a = (struct oidc_answer){0};
	switch (oob->binding) {
	case OIDC_BINDING_ASK:
		result = ask_binding(f, grant, fields, n, a);
		break;
	case OIDC_BINDING_SHOW:
		if (show_number(f, oob) == OKTA_OK)
			result = flow_oidc_poll(
			    f, grant, fields, n, oob->interval_s, 0, a);
		break;
	case OIDC_BINDING_NONE:
		talk_info(f->login->talk,
		    "A push request was sent. Approve it in Okta Verify.");
		result =
		    flow_oidc_poll(f, grant, fields, n, oob->interval_s, 1, a);
		break;
	}
	if (is_good(result))
		f->login->verified |= 1U << kind;
	return result;
}

/* OIDC_DENIED: Okta can not use this kind. */
static enum oidc_result
verify_oob(struct flow_oidc *f, enum proof_kind kind, struct oidc_answer *a)
{
	struct oidc_manner m = flow_oidc_manner(f);
	struct login_refusal refusal;
	struct oidc_oob oob;
	struct error e;
	enum oidc_result result = OIDC_OTHER;

	*a = (struct oidc_answer){0};
	if (m.timeout_ms == 0) {
		flow_deny_talk(f->login, f->end, OUTCOME_FACTOR, OKTA_TIME,
		    "before Okta could be asked");
		return OIDC_OTHER;
	}
	if (flow_leave_to_send(f->login, kind, 1, &refusal) != 0) {
		flow_deny(f->login, f->end, OUTCOME_FACTOR, refusal.verdict,
		    "%s", refusal.why);
		flow_say(f->login, f->end, "%s",
		    "Too many requests were sent; "
		    "try again later, or use a code.");
		return OIDC_OTHER;
	}
	switch (api_oidc_challenge(
	    &m, &f->mfa_token, flow_direct_channel(kind), &oob, a, &e)) {
	case 0:
		result = flow_direct_oob(f, OIDC_GRANT_MFA_OOB, kind, &oob, a);
		if (result == OIDC_DENIED)
			result = OIDC_EXPIRED;
		break;
	case 1:
		result = a->result;
		if (result == OIDC_OTHER)
			flow_oidc_refuse(f, a);
		break;
	default:
		flow_oidc_fail(f, &e);
		break;
	}
	oidc_oob_clear(&oob);
	return result;
}

/* The person said no on the phone: nothing is sent for a while. */
static void
refuse_push(struct flow_oidc *f, const struct oidc_answer *a)
{
	flow_oidc_refuse(f, a);
	f->end->outcome = OUTCOME_SAID_NO;
	flow_say(f->login, f->end, "%s", "The request was refused.");
}

static void
drop_choice(struct flow_choice *choices, size_t *n, size_t which)
{
	memmove(&choices[which], &choices[which + 1],
	    (*n - which - 1) * sizeof(*choices));
	(*n)--;
}

void
flow_direct_factor(struct flow_oidc *f)
{
	struct flow_choice choices[FLOW_CHOICES_MAX];
	struct login *l = f->login;
	size_t n = flow_direct_choices(l, choices), which;
	const char *intro = l->verified == 0 ? "Okta asks for a second factor."
					     : "Okta asks for one more factor.";
	struct oidc_answer a = {0};

	if (n == 0) {
		flow_deny(l, f->end, OUTCOME_PROVEN, VERDICT_DENY,
		    "Okta asks for a second factor, and none of this service's "
		    "factors can be given by direct authentication");
		flow_say(l, f->end, "%s",
		    "Okta asks for a second factor, which can not be given "
		    "here.");
		return;
	}
	for (int round = 0; round < ROUNDS_MAX && n > 0; round++) {
		int r = flow_choose(l, intro, choices, n, &which);
		enum oidc_result result;
		enum proof_kind kind;

		if (r != OKTA_OK) {
			flow_deny_talk(l, f->end, OUTCOME_FACTOR, r,
			    "at the choice of a factor");
			return;
		}
		kind = choices[which].kind;
		oidc_clear(&a);
		result = kind == PROOF_TOTP ? verify_code(f, &a)
					    : verify_oob(f, kind, &a);
		if (result == OIDC_TOKENS || result == OIDC_OTHER) {
			flow_oidc_judge(f, &a);
			break;
		}
		if (result == OIDC_WRONG && kind == PROOF_PUSH) {
			refuse_push(f, &a);
			break;
		}
		/* The policy wants yet another one, or can not use this. */
		intro = result == OIDC_MFA_REQUIRED
		    ? "Okta asks for one more factor."
		    : "Okta can not use that here.";
		flow_oidc_refuse(f, &a);
		if (result != OIDC_MFA_REQUIRED && result != OIDC_DENIED &&
		    result != OIDC_SETTINGS)
			break;
		flow_say(l, f->end, "%s",
		    "Okta asks for a second factor, which can not be given "
		    "here.");
		drop_choice(choices, &n, which);
	}
	oidc_clear(&a);
}
