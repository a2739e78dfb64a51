/*
 * Login by /api/v1/authn: the table of its states, and the way along them.
 */
#include <string.h>

#include "flow_authn.h"

enum {
	REQUEST_MS = 30000,
	STATES_MAX = 12 /* of one login; push requests wait within one */
};

/* okta-api.md 2.4, by enum authn_state. */
static const struct flow_state states[AUTHN_STATE_COUNT] = {
    [AUTHN_UNKNOWN] = {"", FLOW_DENY, 0,
	"a state that this version does not know", NULL},
    [AUTHN_SUCCESS] = {"SUCCESS", FLOW_ACCEPT, 0,
	"SUCCESS without a session token", NULL},
    [AUTHN_UNAUTHENTICATED] = {"UNAUTHENTICATED", FLOW_DENY, 0,
	"Okta has not authenticated anybody", NULL},
    [AUTHN_PASSWORD_WARN] = {"PASSWORD_WARN", FLOW_ON, 1, NULL, NULL},
    [AUTHN_PASSWORD_EXPIRED] = {"PASSWORD_EXPIRED", FLOW_ON, 1, NULL, NULL},
    [AUTHN_PASSWORD_RESET] = {"PASSWORD_RESET", FLOW_DENY, 0,
	"the password must be reset first",
	"Your Okta password must be reset first:"},
    [AUTHN_RECOVERY] = {"RECOVERY", FLOW_DENY, 0, "the account is in recovery",
	"Your Okta account is in recovery:"},
    [AUTHN_RECOVERY_CHALLENGE] = {"RECOVERY_CHALLENGE", FLOW_DENY, 0,
	"the account is in recovery, by a message",
	"Your Okta account is in recovery:"},
    [AUTHN_LOCKED_OUT] = {"LOCKED_OUT", FLOW_DENY, 0,
	"the account is locked out in Okta",
	"Your Okta account is locked; unlock it at"},
    [AUTHN_MFA_ENROLL] = {"MFA_ENROLL", FLOW_ON, 1, NULL, NULL},
    [AUTHN_MFA_ENROLL_ACTIVATE] = {"MFA_ENROLL_ACTIVATE", FLOW_DENY, 1,
	"password right, but the enrolment of a second factor is not finished",
	"Your Okta account needs a second factor. Finish its set-up, then log "
	"in again:"},
    [AUTHN_MFA_REQUIRED] = {"MFA_REQUIRED", FLOW_ON, 1, NULL, NULL},
    [AUTHN_MFA_CHALLENGE] = {"MFA_CHALLENGE", FLOW_ON, 1, NULL, NULL},
};

/* What is done in a state that leads on. */
static enum authn_go (*const steps[AUTHN_STATE_COUNT])(
    struct authn *, struct flow_end *) = {
    [AUTHN_PASSWORD_WARN] = authn_warned,
    [AUTHN_PASSWORD_EXPIRED] = authn_expired,
    [AUTHN_MFA_ENROLL] = authn_enroll,
    [AUTHN_MFA_REQUIRED] = authn_required,
    [AUTHN_MFA_CHALLENGE] = authn_challenged,
};

void
authn_begin(struct authn *t, struct login *l)
{
	const struct slice_person *p = l->person;

	*t = (struct authn){.l = l};
	t->manner = (struct authn_manner){
	    .credential = p->trusted_app ? HTTP_DAEMON : HTTP_ANONYMOUS,
	    .forwarded_for = flow_forwarded_for(l),
	    .device = p->trusted_app ? l->link->device : NULL,
	    .timeout_ms = flow_time_ms(l, REQUEST_MS),
	    .watch = &l->talk->fd,
	};
}

void
authn_end(struct authn *t)
{
	/* A transaction that is not gone on with, is closed at Okta's side. */
	t->manner.timeout_ms = flow_cancel_ms(t->l);
	api_auth_cancel(t->l->channel, &t->manner, &t->a);
	api_auth_clear(&t->a);
	explicit_bzero(t, sizeof(*t));
}

static void
deny_state(struct authn *t, const struct flow_state *s, struct flow_end *end)
{
	struct login *l = t->l;
	enum login_outcome outcome = authn_outcome(t);

	if (t->a.state == AUTHN_UNKNOWN)
		flow_deny(l, end, outcome, VERDICT_DENY,
		    "Okta answered with the state \"%s\", which this version "
		    "does not know",
		    t->a.word);
	else
		flow_deny(l, end, outcome, VERDICT_DENY, "%s", s->reason);
	if (s->text != NULL)
		flow_say(l, end, "%s %s", s->text, l->person->url);
}

void
authn_run(struct authn *t, struct flow_end *end)
{
	const struct flow_state *s;

	for (unsigned int n = 0; n < STATES_MAX; n++) {
		s = &states[t->a.state];
		memcpy(end->okta_request, t->a.request_id,
		    sizeof(end->okta_request));
		t->l->has_first |= s->proves;
		if (s->edge == FLOW_ACCEPT &&
		    t->a.session_token.bytes != NULL) {
			flow_accept(t->l, t->a.user_id, end);
			if (end->verdict == VERDICT_ACCEPT &&
			    t->l->person->okta_sessions)
				secret_move(
				    &t->l->session_token, &t->a.session_token);
			return;
		}
		if (s->edge != FLOW_ON) {
			deny_state(t, s, end);
			return;
		}
		if (steps[t->a.state](t, end) != AUTHN_GO)
			return;
	}
	flow_deny(t->l, end, authn_outcome(t), VERDICT_DENY,
	    "Okta leads from state to state without an end");
}

int
authn_is_about(const struct authn *t, struct flow_end *end)
{
	const struct authn_answer *a = &t->a;
	const char *id = t->l->person->id;

	if (id[0] != '\0' && strcmp(a->user_id, id) == 0)
		return 1;
	/* States that name nobody prove nothing. */
	if (a->user_id[0] == '\0' && states[a->state].edge == FLOW_DENY &&
	    !states[a->state].proves)
		return 1;
	memcpy(end->okta_request, a->request_id, sizeof(end->okta_request));
	flow_deny(t->l, end, OUTCOME_WRONG, VERDICT_DENY,
	    "%s, but for another person: Okta's answer is about id \"%s\", not "
	    "%s",
	    a->word, a->user_id, id);
	return 0;
}

static void
run(struct login *l, struct flow_end *end)
{
	struct authn t;

	*end = (struct flow_end){0};
	if (flow_take_password(l, end) != 0 || flow_charge(l, end) != 0)
		return;
	authn_begin(&t, l);
	if (t.manner.timeout_ms == 0)
		flow_deny(l, end, OUTCOME_NOT_TRIED, VERDICT_UNAVAIL,
		    "no time left within the deadline");
	else if (api_auth_password(l->channel, &t.manner, l->person->login,
		     &l->password, &t.a, &t.e) != 0)
		authn_fail_first(&t, end);
	else if (authn_is_about(&t, end))
		authn_run(&t, end);
	authn_end(&t);
}

const struct flow flow_authn = {
    .name = "authn",
    .accepts = "HTTP 200, JSON, status SUCCESS, the bound user id, a session "
	       "token",
    .run = run,
    .states = states,
    .nstates = AUTHN_STATE_COUNT,
};
