/* One step of an authn transaction, and what a refusal of it means. */
#include <stdio.h>
#include <string.h>

#include "code.h"
#include "flow_authn.h"

enum { REQUEST_MS = 30000 };

enum login_outcome
authn_outcome(const struct authn *t)
{
	if (!t->l->has_first)
		return OUTCOME_WRONG;
	return t->is_wrong ? OUTCOME_FACTOR : OUTCOME_PROVEN;
}

enum authn_step
authn_verify_step(const struct authn *t)
{
	return t->manner.device != NULL && t->manner.device[0] != '\0' &&
		t->a.may_remember
	    ? AUTHN_VERIFY_REMEMBER
	    : AUTHN_VERIFY;
}

/* Okta goes on behind the factors only for who has given one. */
static int
is_behind_factors(enum authn_state s)
{
	return s == AUTHN_SUCCESS || s == AUTHN_PASSWORD_WARN ||
	    s == AUTHN_PASSWORD_EXPIRED;
}

enum authn_go
authn_send(struct authn *t, enum authn_step step, const struct authn_factor *f,
    const struct authn_field *fields, size_t nfields, struct flow_end *end)
{
	struct login *l = t->l;
	int is_verify = step == AUTHN_VERIFY || step == AUTHN_VERIFY_REMEMBER;
	/* Something was typed, or the phone is being asked about. */
	int is_proof = is_verify && f != NULL &&
	    (nfields > 0 ||
		(f->kind == PROOF_PUSH && t->a.state == AUTHN_MFA_CHALLENGE));

	t->manner.timeout_ms = flow_time_ms(l, REQUEST_MS);
	if (t->manner.timeout_ms == 0) {
		flow_deny(l, end, authn_outcome(t), VERDICT_DENY,
		    "no time left within the deadline");
		return AUTHN_END;
	}
	if (api_auth_step(l->channel, &t->manner, step,
		f != NULL ? f->id : NULL, fields, nfields, &t->a, t->told,
		sizeof(t->told), &t->e) != 0) {
		if (nfields > 0 || talk_wait(l->talk, 0) != OKTA_CLOSED)
			return AUTHN_REFUSED;
		flow_deny_talk(l, end, authn_outcome(t), OKTA_CLOSED,
		    "while Okta was asked");
		return AUTHN_END;
	}
	/* In every state from here on Okta says whom it is about (T19). */
	if (strcmp(t->a.user_id, l->person->id) != 0) {
		flow_deny(l, end, OUTCOME_WRONG, VERDICT_DENY,
		    "%s, but for another person: Okta's answer is about id "
		    "\"%s\", not %s",
		    t->a.word, t->a.user_id, l->person->id);
		return AUTHN_END;
	}
	if (is_proof && is_behind_factors(t->a.state)) {
		l->verified |= 1U << f->kind;
		t->is_wrong = 0;
	}
	return AUTHN_GO;
}

static const char *
reason_of(const struct error *e)
{
	static const struct {
		const char *code, *reason;
	} codes[] = {
	    {"E0000004",
		"Okta refused the password (which also hides: locked "
		"out, suspended, denied by policy)"},
	    {"E0000011", "Okta does not know the transaction any more"},
	    {"E0000064", "the password is expired"},
	    {"E0000069", "the account is locked in Okta"},
	    {"E0000073", "the person refused"},
	    {"E0000079", "Okta does not expect this step now"},
	    {"E0000085", "Okta's policy denies access at this time"},
	    {"E0000119", "the account is locked in Okta"},
	    {"E0000207", "Okta refused the password"},
	    {"E0000259",
		"Okta does not allow a login before a password "
		"reset"},
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strcmp(e->okta_code, codes[i].code) == 0)
			return codes[i].reason;
	}
	return e->text;
}

static void
note_error(const struct error *e, struct flow_end *end)
{
	memcpy(end->okta_code, e->okta_code, sizeof(end->okta_code));
	memcpy(end->okta_request, e->request_id, sizeof(end->okta_request));
}

static int
is_locked(const struct error *e)
{
	return strcmp(e->okta_code, "E0000069") == 0 ||
	    strcmp(e->okta_code, "E0000119") == 0;
}

enum authn_go
authn_fail(struct authn *t, int sent, struct flow_end *end)
{
	const struct error *e = &t->e;
	enum login_outcome outcome = authn_outcome(t);
	enum verdict_code verdict = VERDICT_UNAVAIL;

	note_error(e, end);
	if (e->kind == ERROR_RETRY && e->http_status == 429) {
		outcome = t->is_wrong ? OUTCOME_FACTOR : OUTCOME_TURNED_AWAY;
	} else if (strcmp(e->okta_code, "E0000073") == 0) {
		outcome = OUTCOME_SAID_NO;
		verdict = VERDICT_DENY;
	} else if (e->kind == ERROR_DENIED) {
		if (sent || is_locked(e))
			outcome = OUTCOME_FACTOR;
		verdict = VERDICT_DENY;
	} else if (sent && e->kind != ERROR_OFFLINE) {
		outcome = OUTCOME_UNKNOWN;
	}
	flow_deny(t->l, end, outcome, verdict, "password right, but: %s",
	    reason_of(e));
	if (is_locked(e))
		flow_say(t->l, end,
		    "Your Okta account is locked; unlock it at %s",
		    t->l->person->url);
	else if (strcmp(e->okta_code, "E0000011") == 0)
		flow_say(t->l, end, "That took too long for Okta.");
	else if (verdict == VERDICT_UNAVAIL)
		flow_say(t->l, end, "Okta does not answer as it should.");
	return AUTHN_END;
}

void
authn_fail_first(struct authn *t, struct flow_end *end)
{
	const struct error *e = &t->e;
	enum login_outcome outcome = OUTCOME_UNKNOWN;
	enum verdict_code verdict = VERDICT_UNAVAIL;

	note_error(e, end);
	/* Okta has not looked at the password: nothing was sent, there was no
	 * credential to send it with, or it was turned away by the rate limit
	 * (okta-api.md 2.8: a 429 is no failed login). */
	if (e->kind == ERROR_RETRY && e->http_status == 429) {
		outcome = OUTCOME_TURNED_AWAY;
	} else if (e->kind == ERROR_OFFLINE ||
	    (e->kind == ERROR_RETRY && e->http_status == 0) ||
	    strcmp(e->okta_code, "E0000011") == 0 ||
	    (e->http_status == 0 &&
		(e->kind == ERROR_CONFIG || e->kind == ERROR_SCOPE ||
		    e->kind == ERROR_DENIED))) {
		outcome = OUTCOME_NOT_TRIED;
	} else if (e->kind == ERROR_DENIED) {
		outcome = OUTCOME_WRONG;
		verdict = VERDICT_DENY;
	}
	flow_deny(t->l, end, outcome, verdict, "%s",
	    strcmp(e->okta_code, "E0000011") == 0 ? e->text : reason_of(e));
}

enum authn_go
authn_ask(struct authn *t, enum prompt_kind kind, const char *text,
    const char *where, struct secret *answer, struct flow_end *end)
{
	struct login *l = t->l;
	char all[1024];
	int r;

	snprintf(all, sizeof(all), "%s%s%s", t->note,
	    t->note[0] != '\0' ? "\n" : "", text);
	t->note[0] = '\0';
	r = talk_ask(l->talk, kind, all, answer);
	if (r != OKTA_OK) {
		flow_deny_talk(l, end, authn_outcome(t), r, where);
		return AUTHN_END;
	}
	t->has_answered |= kind == PROMPT_ECHO;
	/* sshd's password method answers every hidden prompt with the
	 * password (T30). */
	if (answer->len == l->password.len && answer->len > 0 &&
	    memcmp(answer->bytes, l->password.bytes, answer->len) == 0) {
		secret_clear(answer);
		flow_deny(l, end, authn_outcome(t), VERDICT_DENY,
		    "answered with the password %s; for more than a password "
		    "sshd needs KbdInteractiveAuthentication yes",
		    where);
		return AUTHN_END;
	}
	return AUTHN_GO;
}
