#include "flow_oidc.h"

#include <stdio.h>
#include <string.h>

#include "code.h"
#include "conf.h"

enum { REQUEST_MS = 30000, SLOWER_S = 5 };

const struct flow_state flow_oidc_states[OIDC_RESULT_COUNT] = {
    [OIDC_OTHER] = {.word = "", .edge = FLOW_DENY},
    [OIDC_TOKENS] = {.word = "id_token", .edge = FLOW_ACCEPT},
    [OIDC_MFA_REQUIRED] = {.word = "mfa_required",
	.edge = FLOW_ON,
	.proves = 1},
    [OIDC_PENDING] = {.word = "authorization_pending", .edge = FLOW_ON},
    [OIDC_SLOW_DOWN] = {.word = "slow_down", .edge = FLOW_ON},
    [OIDC_WRONG] = {.word = "invalid_grant", .edge = FLOW_DENY},
    [OIDC_DENIED] = {.word = "access_denied", .edge = FLOW_DENY},
    [OIDC_EXPIRED] = {.word = "expired_token", .edge = FLOW_DENY},
    [OIDC_LIMITED] = {.word = "too_many_user_codes", .edge = FLOW_DENY},
    [OIDC_SETTINGS] = {.word = "invalid_client", .edge = FLOW_DENY},
};

int
flow_oidc_open(struct flow_oidc *f, const struct flow *flow, struct login *l,
    struct flow_end *end)
{
	const struct slice_person *p = l->person;

	*f = (struct flow_oidc){
	    .flow = flow, .login = l, .end = end, .phase = OIDC_AT_FIRST};
	if (p->oidc_client_id[0] != '\0' &&
	    conf_oidc_base(p->oidc_issuer, f->base, sizeof(f->base)) == 0)
		return 0;
	flow_deny(l, end, OUTCOME_NOT_TRIED, VERDICT_UNAVAIL,
	    "there is no OIDC client to log in to (oidc_client_id)");
	return -1;
}

void
flow_oidc_close(struct flow_oidc *f)
{
	secret_clear(&f->mfa_token);
}

void
flow_oidc_run(const struct flow *flow, struct login *l, struct flow_end *end,
    void (*begin)(struct flow_oidc *f))
{
	struct flow_oidc f;

	*end = (struct flow_end){0};
	if (flow_oidc_open(&f, flow, l, end) != 0)
		return;
	if (l->refusal[0] != '\0')
		flow_deny(
		    l, end, OUTCOME_NOT_TRIED, VERDICT_DENY, "%s", l->refusal);
	else
		begin(&f);
	flow_oidc_close(&f);
}

struct oidc_manner
flow_oidc_manner(const struct flow_oidc *f)
{
	const struct login *l = f->login;
	const struct slice_person *p = l->person;

	return (struct oidc_manner){
	    .channel = l->channel,
	    .base = f->base,
	    .issuer = p->oidc_issuer,
	    .client_id = p->oidc_client_id,
	    .forwarded_for = flow_forwarded_for(l),
	    .timeout_ms = flow_time_ms(l, REQUEST_MS),
	};
}

/* What a result means where it ends a login. Only what Okta did not look at
 * costs nothing; the rest stays charged. */
static const struct {
	enum login_outcome outcome;
	enum verdict_code verdict;
} refusals[OIDC_PHASE_COUNT][OIDC_RESULT_COUNT] = {
    [OIDC_AT_FIRST] =
	{
	    [OIDC_OTHER] = {OUTCOME_UNKNOWN, VERDICT_UNAVAIL},
	    [OIDC_TOKENS] = {OUTCOME_UNKNOWN, VERDICT_DENY},
	    [OIDC_MFA_REQUIRED] = {OUTCOME_UNKNOWN, VERDICT_DENY},
	    [OIDC_PENDING] = {OUTCOME_UNKNOWN, VERDICT_DENY},
	    [OIDC_SLOW_DOWN] = {OUTCOME_UNKNOWN, VERDICT_DENY},
	    [OIDC_WRONG] = {OUTCOME_WRONG, VERDICT_DENY},
	    [OIDC_DENIED] = {OUTCOME_WRONG, VERDICT_DENY},
	    [OIDC_EXPIRED] = {OUTCOME_WRONG, VERDICT_DENY},
	    [OIDC_LIMITED] = {OUTCOME_TURNED_AWAY, VERDICT_UNAVAIL},
	    [OIDC_SETTINGS] = {OUTCOME_NOT_TRIED, VERDICT_UNAVAIL},
	},
    [OIDC_AT_BEGIN] =
	{
	    [OIDC_OTHER] = {OUTCOME_UNKNOWN, VERDICT_UNAVAIL},
	    [OIDC_TOKENS] = {OUTCOME_UNKNOWN, VERDICT_DENY},
	    [OIDC_MFA_REQUIRED] = {OUTCOME_UNKNOWN, VERDICT_DENY},
	    [OIDC_PENDING] = {OUTCOME_UNKNOWN, VERDICT_DENY},
	    [OIDC_SLOW_DOWN] = {OUTCOME_UNKNOWN, VERDICT_DENY},
	    [OIDC_WRONG] = {OUTCOME_SAID_NO, VERDICT_DENY},
	    [OIDC_DENIED] = {OUTCOME_WRONG, VERDICT_DENY},
	    [OIDC_EXPIRED] = {OUTCOME_WRONG, VERDICT_DENY},
	    [OIDC_LIMITED] = {OUTCOME_TURNED_AWAY, VERDICT_UNAVAIL},
	    [OIDC_SETTINGS] = {OUTCOME_NOT_TRIED, VERDICT_UNAVAIL},
	},
    [OIDC_AT_FACTOR] =
	{
	    [OIDC_OTHER] = {OUTCOME_UNKNOWN, VERDICT_UNAVAIL},
	    [OIDC_TOKENS] = {OUTCOME_FACTOR, VERDICT_DENY},
	    [OIDC_MFA_REQUIRED] = {OUTCOME_FACTOR, VERDICT_DENY},
	    [OIDC_PENDING] = {OUTCOME_FACTOR, VERDICT_DENY},
	    [OIDC_SLOW_DOWN] = {OUTCOME_FACTOR, VERDICT_DENY},
	    [OIDC_WRONG] = {OUTCOME_FACTOR, VERDICT_DENY},
	    [OIDC_DENIED] = {OUTCOME_FACTOR, VERDICT_DENY},
	    [OIDC_EXPIRED] = {OUTCOME_FACTOR, VERDICT_DENY},
	    [OIDC_LIMITED] = {OUTCOME_FACTOR, VERDICT_UNAVAIL},
	    [OIDC_SETTINGS] = {OUTCOME_PROVEN, VERDICT_UNAVAIL},
	},
};

void
flow_oidc_refuse(struct flow_oidc *f, const struct oidc_answer *a)
{
	struct flow_end *end = f->end;

	snprintf(end->okta_code, sizeof(end->okta_code), "%.*s",
	    (int)sizeof(end->okta_code) - 1, a->word);
	memcpy(end->okta_request, a->request_id, sizeof(end->okta_request));
	flow_deny(f->login, end, refusals[f->phase][a->result].outcome,
	    refusals[f->phase][a->result].verdict, "Okta: HTTP %d %s%s%s",
	    a->status, a->word, a->said[0] != '\0' ? ": " : "", a->said);
}

void
flow_oidc_fail(struct flow_oidc *f, const struct error *e)
{
	struct flow_end *end = f->end;
	enum login_outcome outcome = refusals[f->phase][OIDC_OTHER].outcome;

	/* Nothing has left the host, or nobody but oktad-net has seen it. */
	if (f->phase != OIDC_AT_FACTOR &&
	    (e->kind == ERROR_OFFLINE ||
		(e->kind == ERROR_RETRY && e->http_status == 0) ||
		(e->kind == ERROR_CONFIG && e->http_status == 0)))
		outcome = OUTCOME_NOT_TRIED;
	memcpy(end->okta_code, e->okta_code, sizeof(end->okta_code));
	memcpy(end->okta_request, e->request_id, sizeof(end->okta_request));
	flow_deny(f->login, end, outcome, VERDICT_UNAVAIL, "%s", e->text);
}

enum oidc_result
flow_oidc_token(struct flow_oidc *f, const char *grant,
    const struct oidc_field *fields, size_t n, struct oidc_answer *a)
{
	struct oidc_manner m = flow_oidc_manner(f);
	struct error e;

	*a = (struct oidc_answer){0};
	if (m.timeout_ms == 0) {
		flow_deny_talk(f->login, f->end,
		    f->phase == OIDC_AT_FIRST ? OUTCOME_NOT_TRIED
					      : OUTCOME_FACTOR,
		    OKTA_TIME, "before Okta could be asked");
		return OIDC_OTHER;
	}
	if (api_oidc_token(&m, grant, fields, n, a, &e) != 0) {
		flow_oidc_fail(f, &e);
		a->result = OIDC_OTHER;
	} else if (a->result == OIDC_OTHER) {
		flow_oidc_refuse(f, a);
	} else if (f->flow->states[a->result].proves) {
		secret_clear(&f->mfa_token);
		secret_move(&f->mfa_token, &a->mfa_token);
		f->phase = OIDC_AT_FACTOR;
		f->login->has_first = 1;
	}
	return a->result;
}

enum oidc_result
flow_oidc_poll(struct flow_oidc *f, const char *grant,
    const struct oidc_field *fields, size_t n, uint32_t interval_s,
    int wait_first, struct oidc_answer *a)
{
	enum oidc_result result = OIDC_PENDING;

	*a = (struct oidc_answer){0};
	for (int is_first = 1;
	     result == OIDC_PENDING || result == OIDC_SLOW_DOWN; is_first = 0) {
		if (result == OIDC_SLOW_DOWN)
			interval_s += SLOWER_S; /* RFC 8628, 3.5 */
		if (!is_first || wait_first) {
			int r = talk_wait(f->login->talk, interval_s * 1000);

			if (r != OKTA_OK) {
				flow_deny_talk(f->login, f->end, OUTCOME_FACTOR,
				    r, "while Okta waited for an answer");
				a->result = OIDC_OTHER;
				return OIDC_OTHER;
			}
		}
		oidc_clear(a);
		result = flow_oidc_token(f, grant, fields, n, a);
	}
	return result;
}

/* What amr has to show (okta-api.md 3.6): after a password that Okta has
 * accepted here, or a proof that the host vouches for, one more of another
 * kind; else two. */
static int
is_enough(const struct login *l, unsigned int amr)
{
	if (l->talk->op == OP_SECOND_FACTOR)
		return (amr & (AMR_HELD | AMR_BODY | AMR_SEVERAL)) != 0;
	if (l->password.bytes != NULL)
		amr |= AMR_KNOWN;
	return id_token_shows_two(amr);
}

static void
accept_tokens(struct flow_oidc *f, const struct oidc_answer *a)
{
	struct login *l = f->login;
	const struct slice_person *p = l->person;

	memcpy(
	    f->end->okta_request, a->request_id, sizeof(f->end->okta_request));
	if (strcmp(a->id.subject, p->id) == 0 && p->factor != FACTOR_OKTA &&
	    !is_enough(l, a->id.amr)) {
		l->has_first = 1;
		flow_deny(l, f->end, OUTCOME_PROVEN, VERDICT_DENY,
		    "this service demands a second factor (factor = required), "
		    "and the ID token's amr shows none");
		flow_say(l, f->end, "This service needs a second factor.");
		return;
	}
	flow_accept(l, a->id.subject, f->end);
}

void
flow_oidc_judge(struct flow_oidc *f, const struct oidc_answer *a)
{
	const struct flow_state *s = &f->flow->states[a->result];

	if (a->result == OIDC_OTHER)
		return;
	if (s->edge == FLOW_ACCEPT)
		accept_tokens(f, a);
	else if (s->edge == FLOW_ON && s->proves)
		flow_direct_factor(f);
	else
		flow_oidc_refuse(f, a);
}
