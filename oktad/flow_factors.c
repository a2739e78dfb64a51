/*
 * The second factor alone, by the Factors API (okta-api.md 4), where okta.conf
 * says factors_api = yes and there is no direct authentication. The person is
 * named by the bound id in every path, so nobody else's factor can answer.
 */
#include <stdio.h>
#include <string.h>

#include "api_factors.h"
#include "code.h"
#include "flow.h"

enum { REQUEST_MS = 30000, POLL_MS = 3000, YUBIKEY_MAX = 64 };

/* factorResult, by enum factor_result (okta-api.md 4). */
static const struct flow_state states[FACTOR_RESULT_COUNT] = {
    [FACTOR_OTHER] = {.word = "", .edge = FLOW_DENY},
    [FACTOR_SUCCESS] = {.word = "SUCCESS", .edge = FLOW_ACCEPT},
    [FACTOR_WAITING] = {.word = "WAITING", .edge = FLOW_ON},
    [FACTOR_CHALLENGE] = {.word = "CHALLENGE", .edge = FLOW_ON},
    [FACTOR_REJECTED] = {.word = "REJECTED", .edge = FLOW_DENY},
    [FACTOR_TIMEOUT] = {.word = "TIMEOUT", .edge = FLOW_DENY},
    [FACTOR_FAILED] = {.word = "FAILED", .edge = FLOW_DENY},
};

struct verification {
	struct login *login;
	struct flow_end *end;
	struct factor factor;
};

static struct factor_manner
manner(const struct login *l)
{
	return (struct factor_manner){
	    .channel = l->channel,
	    .user_id = l->person->id,
	    .forwarded_for = flow_forwarded_for(l),
	    .timeout_ms = flow_time_ms(l, REQUEST_MS),
	};
}

static int
has_time(struct verification *v, const struct factor_manner *m)
{
	if (m->timeout_ms > 0)
		return 1;
	flow_deny_talk(v->login, v->end, OUTCOME_UNKNOWN, OKTA_TIME,
	    "before Okta could be asked");
	return 0;
}

static void
fail(struct verification *v, const struct error *e)
{
	struct flow_end *end = v->end;
	enum login_outcome outcome = OUTCOME_UNKNOWN;
	enum verdict_code verdict = VERDICT_UNAVAIL;

	memcpy(end->okta_code, e->okta_code, sizeof(end->okta_code));
	memcpy(end->okta_request, e->request_id, sizeof(end->okta_request));
	if (strcmp(e->okta_code, "E0000068") == 0 ||
	    strcmp(e->okta_code, "E0000069") == 0 ||
	    strcmp(e->okta_code, "E0000082") == 0 ||
	    strcmp(e->okta_code, "E0000083") == 0) {
		outcome = OUTCOME_WRONG;
		verdict = VERDICT_DENY;
	} else if (e->http_status == 0 && e->kind != ERROR_PROTOCOL &&
	    e->kind != ERROR_SYSTEM) {
		/* Okta has not seen it: no way there, or no credential. */
		outcome = OUTCOME_NOT_TRIED;
	}
	flow_deny(v->login, end, outcome, verdict, "%s", e->text);
}

/* The one way on: Okta has verified the factor that was chosen. */
static void
judge(struct verification *v, const struct factor_answer *a)
{
	struct login *l = v->login;

	memcpy(
	    v->end->okta_request, a->request_id, sizeof(v->end->okta_request));
	if (states[a->result].edge == FLOW_ACCEPT) {
		l->verified |= 1U << v->factor.kind;
		flow_accept(l, l->person->id, v->end);
		return;
	}
	flow_deny(l, v->end,
	    a->result == FACTOR_REJECTED ? OUTCOME_SAID_NO : OUTCOME_WRONG,
	    VERDICT_DENY, "Okta has not verified the factor: %s", a->word);
}

/* Digits, or what a key types. */
static int
is_code(const struct verification *v, struct secret *code)
{
	if (v->factor.kind != PROOF_YUBIKEY)
		return flow_take_code(code) == 0;
	return code->len > 0 && code->len <= YUBIKEY_MAX;
}

static void
verify_code(struct verification *v)
{
	struct login *l = v->login;
	struct factor_answer a;
	struct secret code = {0};
	struct error e;
	int r = talk_ask(l->talk, PROMPT_HIDDEN, "Code: ", &code);
	struct factor_manner m = manner(l);

	if (r != OKTA_OK)
		flow_deny_talk(
		    l, v->end, OUTCOME_UNKNOWN, r, "at the prompt for a code");
	else if (!is_code(v, &code))
		flow_deny(l, v->end, OUTCOME_NOT_TRIED, VERDICT_DENY,
		    "what was entered, is no code");
	else if (!has_time(v, &m))
		;
	else if (api_factors_verify(&m, &v->factor, &code, &a, &e) == 0)
		judge(v, &a);
	else
		fail(v, &e);
	secret_clear(&code);
}

static int
show_number(struct verification *v, const char *number)
{
	struct secret answer = {0};
	char text[128];
	int r;

	snprintf(text, sizeof(text),
	    "Tap %s in Okta Verify, then press Enter here: ", number);
	r = talk_ask(v->login->talk, PROMPT_ECHO, text, &answer);
	secret_clear(&answer);
	return r;
}

/* The phone rings for nobody (T32). */
static void
take_back(struct verification *v, const char *transaction)
{
	struct factor_manner m = manner(v->login);

	m.timeout_ms = flow_cancel_ms(v->login);
	api_factors_cancel(&m, &v->factor, transaction);
}

static void
wait_for_phone(struct verification *v, struct factor_answer *a)
{
	char transaction[FACTOR_TRANSACTION_MAX + 1];
	struct login *l = v->login;
	struct error e;
	int r = OKTA_OK, rc = 0;

	memcpy(transaction, a->transaction, sizeof(transaction));
	if (a->show[0] != '\0')
		r = show_number(v, a->show);
	else
		talk_info(l->talk,
		    "A push request was sent. Approve it in Okta Verify.");
	while (r == OKTA_OK && rc == 0 && a->result == FACTOR_WAITING) {
		struct factor_manner m;

		r = talk_wait(l->talk, POLL_MS);
		m = manner(l);
		if (r == OKTA_OK && m.timeout_ms == 0)
			r = OKTA_TIME;
		if (r == OKTA_OK)
			rc = api_factors_poll(
			    &m, &v->factor, transaction, a, &e);
	}
	if (r != OKTA_OK || rc != 0)
		take_back(v, transaction);
	if (r != OKTA_OK)
		flow_deny_talk(l, v->end, OUTCOME_UNKNOWN, r,
		    "while Okta waited for an answer");
	else if (rc != 0)
		fail(v, &e);
	else
		judge(v, a);
}

static void
send_something(struct verification *v, int is_chosen)
{
	struct login *l = v->login;
	struct factor_manner m = manner(l);
	struct login_refusal refusal;
	struct factor_answer a;
	struct error e;

	if (!has_time(v, &m))
		return;
	if (flow_leave_to_send(l, v->factor.kind, is_chosen || l->talk->is_root,
		&refusal) != 0) {
		flow_deny(l, v->end, OUTCOME_NOT_TRIED, refusal.verdict, "%s",
		    refusal.why);
		return;
	}
	if (api_factors_verify(&m, &v->factor, NULL, &a, &e) != 0)
		fail(v, &e);
	else if (v->factor.kind == PROOF_PUSH && a.result == FACTOR_WAITING)
		wait_for_phone(v, &a);
	else if (v->factor.kind != PROOF_PUSH && a.result == FACTOR_CHALLENGE)
		verify_code(v);
	else
		/* Nobody has proven anything yet, whatever this says. */
		flow_deny(l, v->end, OUTCOME_UNKNOWN, VERDICT_UNAVAIL,
		    "Okta began a factor with \"%s\"", a.word);
}

static void
choose(struct verification *v, const struct factor *list, size_t n)
{
	static const char *const names[PROOF_COUNT] = {
	    [PROOF_PUSH] = "push request to Okta Verify",
	    [PROOF_TOTP] = "code of Okta Verify or another app",
	    [PROOF_TOKEN] = "code of a token",
	    [PROOF_YUBIKEY] = "YubiKey",
	    [PROOF_SMS] = "code by text message",
	    [PROOF_CALL] = "code by phone call",
	    [PROOF_EMAIL] = "code by e-mail",
	};
	struct flow_choice choices[FLOW_CHOICES_MAX];
	size_t kept[FLOW_CHOICES_MAX], which;
	struct login *l = v->login;
	int r;

	for (size_t i = 0; i < n; i++) {
		choices[i].kind = list[i].kind;
		snprintf(choices[i].name, sizeof(choices[i].name), "%s%s%s",
		    names[list[i].kind], list[i].name[0] != '\0' ? ", " : "",
		    list[i].name);
	}
	n = flow_sort(l, choices, n, kept);
	if (n == 0) {
		flow_deny(l, v->end, OUTCOME_NOT_TRIED, VERDICT_DENY,
		    "this person has no factor that this service allows and a "
		    "terminal can verify");
		return;
	}
	r = flow_choose(l, "A second factor is needed.", choices, n, &which);
	if (r != OKTA_OK) {
		flow_deny_talk(
		    l, v->end, OUTCOME_UNKNOWN, r, "at the choice of a factor");
		return;
	}
	v->factor = list[kept[which]];
	if (proof_is_sent(v->factor.kind))
		send_something(v, n > 1);
	else
		verify_code(v);
}

static void
run(struct login *l, struct flow_end *end)
{
	struct verification v = {.login = l, .end = end};
	struct factor list[FACTORS_MAX];
	struct factor_manner m;
	struct error e;
	size_t n;

	*end = (struct flow_end){0};
	if (l->refusal[0] != '\0') {
		flow_deny(
		    l, end, OUTCOME_NOT_TRIED, VERDICT_DENY, "%s", l->refusal);
		return;
	}
	if (flow_charge(l, end) != 0)
		return;
	m = manner(l);
	if (!has_time(&v, &m))
		return;
	if (api_factors_list(&m, list, &n, &e) == 0)
		choose(&v, list, n);
	else
		fail(&v, &e);
}

const struct flow flow_factors = {
    .name = "factors",
    .accepts = "HTTP 200, JSON, no error, factorResult SUCCESS for a factor of "
	       "the bound user id, with factors_api = yes",
    .run = run,
    .states = states,
    .nstates = FACTOR_RESULT_COUNT,
};
