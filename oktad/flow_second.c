/*
 * The second factor alone, by direct authentication (okta-api.md 3.2, 3.3): the
 * host vouches for a first proof, a key or another module, of which Okta knows
 * nothing. So the app's policy must be content with one factor, or with two
 * that are no password.
 */
#include <string.h>

#include "code.h"
#include "flow_oidc.h"

/* One try: the person begins anew with the next. */
static void
try_code(struct flow_oidc *f)
{
	struct login *l = f->login;
	const char *login = l->person->login;
	struct secret code = {0};
	struct oidc_answer a = {0};
	int r = talk_ask(l->talk, PROMPT_HIDDEN, "Code: ", &code);

	if (r != OKTA_OK)
		flow_deny_talk(l, f->end, OUTCOME_NOT_TRIED, r,
		    "at the prompt for a code");
	else if (flow_take_code(&code) != 0)
		flow_deny(l, f->end, OUTCOME_NOT_TRIED, VERDICT_DENY,
		    "what was entered, is no code");
	else {
		const struct oidc_field fields[] = {
		    {"login_hint", login, strlen(login)},
		    {"otp", code.bytes, code.len}};
		enum oidc_result result =
		    flow_oidc_token(f, OIDC_GRANT_OTP, fields, 2, &a);

		if (result == OIDC_TOKENS || result == OIDC_MFA_REQUIRED)
			l->verified |= 1U << PROOF_TOTP;
		flow_oidc_judge(f, &a);
	}
	secret_clear(&code);
	oidc_clear(&a);
}

static void
try_oob(struct flow_oidc *f, enum proof_kind kind, int is_chosen)
{
	struct login *l = f->login;
	struct oidc_manner m = flow_oidc_manner(f);
	struct login_refusal refusal;
	struct oidc_answer a = {0};
	struct oidc_oob oob = {0};
	struct error e;

	f->phase = OIDC_AT_BEGIN;
	if (m.timeout_ms == 0) {
		flow_deny_talk(l, f->end, OUTCOME_NOT_TRIED, OKTA_TIME,
		    "before Okta could be asked");
		return;
	}
	/* Root's word for the first proof is as good as one; another caller may
	 * have its own phone ring only by an explicit choice. */
	if (flow_leave_to_send(
		l, kind, is_chosen || l->talk->is_root, &refusal) != 0) {
		flow_deny(l, f->end, OUTCOME_NOT_TRIED, refusal.verdict, "%s",
		    refusal.why);
		return;
	}
	switch (api_oidc_primary(
	    &m, l->person->login, flow_direct_channel(kind), &oob, &a, &e)) {
	case 0:
		flow_direct_oob(f, OIDC_GRANT_OOB, kind, &oob, &a);
		flow_oidc_judge(f, &a);
		/* A mistyped code is no word of the person. */
		if (kind != PROOF_PUSH && f->end->outcome == OUTCOME_SAID_NO)
			f->end->outcome = OUTCOME_WRONG;
		break;
	case 1:
		flow_oidc_refuse(f, &a);
		break;
	default:
		flow_oidc_fail(f, &e);
		break;
	}
	oidc_oob_clear(&oob);
	oidc_clear(&a);
}

static void
begin(struct flow_oidc *f)
{
	struct flow_choice choices[FLOW_CHOICES_MAX];
	struct login *l = f->login;
	size_t n = flow_direct_choices(l, choices), which;
	int r;

	if (n == 0) {
		flow_deny(l, f->end, OUTCOME_NOT_TRIED, VERDICT_DENY,
		    "none of this service's factors can be given by direct "
		    "authentication");
		return;
	}
	r = flow_choose(l, "A second factor is needed.", choices, n, &which);
	if (r != OKTA_OK)
		flow_deny_talk(l, f->end, OUTCOME_NOT_TRIED, r,
		    "at the choice of a factor");
	else if (flow_charge(l, f->end) != 0)
		;
	else if (choices[which].kind == PROOF_TOTP)
		try_code(f);
	else
		try_oob(f, choices[which].kind, n > 1);
}

static void
run(struct login *l, struct flow_end *end)
{
	flow_oidc_run(&flow_second, l, end, begin);
}

const struct flow flow_second = {
    .name = "second factor",
    .accepts = FLOW_OIDC_ACCEPTS,
    .run = run,
    .states = flow_oidc_states,
    .nstates = OIDC_RESULT_COUNT,
};
