/*
 * Password login by /api/v1/authn (okta-api.md 2). Second factors are not
 * asked for here, so where Okta wants one, the login is denied.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "code.h"
#include "flow.h"

enum { REQUEST_MS = 30000, CANCEL_MS = 3000, RESERVE_MS = 1000 };

/* Why a state other than SUCCESS is a denial. is_proven: Okta has accepted the
 * password to get there, so it was no wrong try. */
static const struct {
	const char *reason;
	int is_proven;
	const char *text; /* for the person; only where proven */
} denials[AUTHN_STATE_COUNT] = {
    [AUTHN_UNAUTHENTICATED] = {"Okta has not authenticated anybody", 0, NULL},
    [AUTHN_PASSWORD_WARN] = {"password right, but about to expire, and Okta "
	"holds the login for that", 1,
	"Your Okta password is about to expire. Change it at Okta, then log "
	"in again."},
    [AUTHN_PASSWORD_EXPIRED] = {"password right, but expired", 1,
	"Your Okta password has expired. Change it at Okta, then log in "
	"again."},
    [AUTHN_PASSWORD_RESET] = {"the password must be reset first", 0, NULL},
    [AUTHN_RECOVERY] = {"the account is in recovery", 0, NULL},
    [AUTHN_RECOVERY_CHALLENGE] = {"the account is in recovery", 0, NULL},
    [AUTHN_LOCKED_OUT] = {"the account is locked out in Okta", 0, NULL},
    [AUTHN_MFA_ENROLL] = {"password right, but Okta wants a second factor to "
	"be enrolled first", 1,
	"Your Okta account needs a second factor. Set one up at Okta, then "
	"log in again."},
    [AUTHN_MFA_ENROLL_ACTIVATE] = {"password right, but the enrolment of a "
	"second factor is not finished", 1,
	"Your Okta account needs a second factor. Set one up at Okta, then "
	"log in again."},
    [AUTHN_MFA_REQUIRED] = {"password right, but Okta asks for a second "
	"factor, and this version can not ask for one", 1,
	"Okta asks for a second factor, which can not be given here."},
    [AUTHN_MFA_CHALLENGE] = {"password right, but Okta waits for a second "
	"factor, and this version can not ask for one", 1,
	"Okta asks for a second factor, which can not be given here."},
};

static void
deny(struct flow_end *end, enum login_outcome outcome,
    enum verdict_code verdict, const char *reason)
{
	end->outcome = outcome;
	end->verdict = verdict;
	end->is_late = outcome == OUTCOME_PROVEN;
	snprintf(end->reason, sizeof(end->reason), "%s", reason);
}

static void
judge_success(const struct authn_answer *a, enum conf_factor factor,
    struct flow_end *end)
{
	strcpy(end->factors, "password");
	if (!a->has_session_token) {
		deny(end, OUTCOME_WRONG, VERDICT_DENY,
		    "SUCCESS without a session token");
		return;
	}
	/* No factor has been asked for in this transaction, so none was
	 * performed: see "Second factor" in oktad(8). */
	if (factor != FACTOR_OKTA) {
		deny(end, OUTCOME_PROVEN, VERDICT_DENY,
		    "password right, but this service demands a second factor "
		    "(factor = required) and Okta asked for none");
		end->text = "This service needs a second factor.";
		return;
	}
	end->outcome = OUTCOME_ACCEPTED;
	end->verdict = VERDICT_ACCEPT;
}

void
flow_authn_judge(const struct authn_answer *a, const char *bound_id,
    enum conf_factor factor, struct flow_end *end)
{
	int is_bound = bound_id[0] != '\0' &&
	    strcmp(a->user_id, bound_id) == 0;

	*end = (struct flow_end){.verdict = VERDICT_DENY,
	    .outcome = OUTCOME_WRONG};
	memcpy(end->okta_request, a->request_id, sizeof(end->okta_request));
	/* Somebody else's success is no success of this person (T19). */
	if (!is_bound && (a->state == AUTHN_SUCCESS || a->user_id[0] != '\0')) {
		snprintf(end->reason, sizeof(end->reason),
		    "%s, but for another person: Okta's answer is about id "
		    "\"%s\", not %s", a->word, a->user_id, bound_id);
		return;
	}
	if (a->state == AUTHN_SUCCESS) {
		judge_success(a, factor, end);
		return;
	}
	if (a->state > AUTHN_UNKNOWN && a->state < AUTHN_STATE_COUNT) {
		int is_proven = denials[a->state].is_proven && is_bound;

		deny(end, is_proven ? OUTCOME_PROVEN : OUTCOME_WRONG,
		    VERDICT_DENY, denials[a->state].reason);
		end->text = is_proven ? denials[a->state].text : NULL;
		if (is_proven)
			strcpy(end->factors, "password");
		return;
	}
	snprintf(end->reason, sizeof(end->reason),
	    "Okta answered with the state \"%s\", which this version does not "
	    "know", a->word);
}

void
flow_authn_judge_error(const struct error *e, struct flow_end *end)
{
	static const struct {
		const char *code, *reason;
	} codes[] = {
	    {"E0000004", "Okta refused the password (which also hides: locked "
		"out, suspended, denied by policy)"},
	    {"E0000064", "the password is expired"},
	    {"E0000069", "the account is locked in Okta"},
	    {"E0000085", "Okta's policy denies access at this time"},
	    {"E0000119", "the account is locked in Okta"},
	    {"E0000207", "Okta refused the password"},
	    {"E0000259", "Okta does not allow a login before a password "
		"reset"},
	};
	const char *reason = e->text;

	*end = (struct flow_end){0};
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strcmp(e->okta_code, codes[i].code) == 0)
			reason = codes[i].reason;
	}
	memcpy(end->okta_code, e->okta_code, sizeof(end->okta_code));
	memcpy(end->okta_request, e->request_id, sizeof(end->okta_request));
	/* Okta has not looked at the password: nothing was sent, there was no
	 * credential to send it with, or it was turned away by the rate limit
	 * (okta-api.md 2.8: a 429 is no failed login). */
	if (e->kind == ERROR_OFFLINE || (e->kind == ERROR_RETRY &&
		(e->http_status == 429 || e->http_status == 0)) ||
	    strcmp(e->okta_code, "E0000011") == 0 ||
	    (e->http_status == 0 && (e->kind == ERROR_CONFIG ||
		e->kind == ERROR_SCOPE || e->kind == ERROR_DENIED)))
		deny(end, OUTCOME_NOT_TRIED, VERDICT_UNAVAIL, reason);
	else if (e->kind == ERROR_DENIED)
		deny(end, OUTCOME_WRONG, VERDICT_DENY, reason);
	else
		deny(end, OUTCOME_UNKNOWN, VERDICT_UNAVAIL, reason);
}

/* 0 and a password; or -1 and the end. */
static int
get_password(struct login *l, struct secret *password, struct flow_end *end)
{
	int r = OKTA_OK;

	if (l->talk->password.bytes != NULL)
		secret_move(password, &l->talk->password);
	else
		r = talk_ask(l->talk, PROMPT_PASSWORD, "Password: ", password);
	if (r != OKTA_OK)
		deny(end, OUTCOME_NOT_TRIED, VERDICT_DENY,
		    r == OKTA_CLOSED ? "given up at the password prompt" :
		    r == OKTA_TIME ? "no password within the deadline" :
			"the client broke the protocol");
	else if (l->refusal[0] != '\0')
		deny(end, OUTCOME_NOT_TRIED, VERDICT_DENY, l->refusal);
	else if (password->len == 0)
		deny(end, OUTCOME_NOT_TRIED, VERDICT_DENY,
		    "the password is empty");
	else
		return 0;
	return -1;
}

static void
try_password(struct login *l, int channel, const struct secret *password,
    struct flow_end *end)
{
	const struct slice_person *p = l->person;
	struct authn_manner manner = {
	    .credential = p->trusted_app ? HTTP_DAEMON : HTTP_ANONYMOUS,
	    .forwarded_for = p->trusted_proxy && l->talk->rhost[0] != '\0'
		? l->talk->rhost : NULL,
	    .timeout_ms = talk_left_ms(l->talk, REQUEST_MS),
	};
	struct authn_answer a;
	struct error e;

	if (manner.timeout_ms <= RESERVE_MS) {
		deny(end, OUTCOME_NOT_TRIED, VERDICT_UNAVAIL,
		    "no time left within the deadline");
		return;
	}
	manner.timeout_ms -= RESERVE_MS;
	if (api_auth_password(channel, &manner, p->login, password, &a, &e) ==
	    0)
		flow_authn_judge(&a, p->id, p->factor, end);
	else
		flow_authn_judge_error(&e, end);
	/* A transaction that is not gone on with, is closed at Okta's side. */
	manner.timeout_ms = talk_left_ms(l->talk, CANCEL_MS);
	if (manner.timeout_ms > 0)
		api_auth_cancel(channel, &manner, &a);
	api_auth_clear(&a);
}

void
flow_authn_run(struct login *l, struct flow_end *end)
{
	struct login_refusal refusal;
	struct secret password = {0};
	int channel;

	*end = (struct flow_end){0};
	if (get_password(l, &password, end) == 0) {
		channel = login_link_charge(l->link, l->talk->rhost, &refusal);
		if (channel >= 0) {
			try_password(l, channel, &password, end);
			close(channel);
		} else {
			deny(end, OUTCOME_NOT_TRIED, refusal.verdict,
			    refusal.why);
		}
	}
	secret_clear(&password);
}
