/* MFA_REQUIRED: which factor, and on to its kind (okta-api.md 2.5, 2.6). */
#include <stdio.h>
#include <string.h>

#include "code.h"
#include "flow_authn.h"

enum { TURNS = 4 }; /* how often one may choose */

static authn_kind_fn *const kinds[PROOF_COUNT] = {
    [PROOF_PUSH] = authn_push,
    [PROOF_TOTP] = authn_totp,
    [PROOF_TOKEN] = authn_token,
    [PROOF_YUBIKEY] = authn_yubikey,
    [PROOF_SMS] = authn_message,
    [PROOF_CALL] = authn_message,
    [PROOF_EMAIL] = authn_message,
    [PROOF_QUESTION] = authn_question,
};

static enum authn_go
deny_none(struct authn *t, size_t offered, struct flow_end *end)
{
	flow_deny(t->l, end, OUTCOME_PROVEN, VERDICT_DENY,
	    "password right, but none of the %zu second factors of this person "
	    "can be used here: a terminal can not ask for it, or it is not in "
	    "factors (%s)",
	    offered, t->l->person->factors);
	flow_say(t->l, end,
	    "None of your second factors can be used here. Set another one up "
	    "at %s",
	    t->l->person->url);
	return AUTHN_END;
}

static enum authn_go
choose(struct authn *t, const struct flow_choice *choices, size_t n,
    size_t *which, struct flow_end *end)
{
	char intro[360];
	int r;

	snprintf(intro, sizeof(intro), "%s%sYour second factor:", t->note,
	    t->note[0] != '\0' ? "\n" : "");
	t->note[0] = '\0';
	r = flow_choose(t->l, intro, choices, n, which);
	t->has_answered |= r == OKTA_OK && n > 1;
	if (r == OKTA_OK)
		return AUTHN_GO;
	if (r == OKTA_ABSENT)
		flow_deny(t->l, end, authn_outcome(t), VERDICT_DENY,
		    "password right, but no second factor was chosen");
	else
		flow_deny_talk(t->l, end, authn_outcome(t), r,
		    "at the choice of a second factor");
	return AUTHN_END;
}

enum authn_go
authn_required(struct authn *t, struct flow_end *end)
{
	struct authn_factor factors[AUTHN_FACTORS_MAX];
	struct flow_choice choices[AUTHN_FACTORS_MAX];
	size_t kept[FLOW_CHOICES_MAX], n = t->a.nfactors, which = 0;
	size_t offered = n + t->a.nothers;
	int may_remember = t->a.may_remember;
	enum authn_go go;

	/* The answers that follow do not have them any more. */
	memcpy(factors, t->a.factors, sizeof(factors));
	for (size_t i = 0; i < n; i++) {
		choices[i].kind = factors[i].kind;
		memcpy(
		    choices[i].name, factors[i].name, sizeof(choices[i].name));
	}
	n = flow_sort(t->l, choices, n, kept);
	if (n == 0)
		return deny_none(t, offered, end);
	for (int turn = 0; turn < TURNS; turn++) {
		go = choose(t, choices, n, &which, end);
		if (go != AUTHN_GO)
			return go;
		t->a.may_remember = may_remember;
		go = kinds[choices[which].kind](t, &factors[kept[which]], end);
		if (go != AUTHN_REFUSED)
			return go;
		if (n == 1)
			break;
		if (t->a.state == AUTHN_MFA_CHALLENGE) {
			go = authn_send(t, AUTHN_PREVIOUS, NULL, NULL, 0, end);
			if (go == AUTHN_REFUSED)
				return authn_fail(t, 0, end);
			if (go != AUTHN_GO)
				return go;
		}
		if (t->a.state != AUTHN_MFA_REQUIRED)
			return AUTHN_GO;
	}
	flow_deny(t->l, end, authn_outcome(t), VERDICT_DENY,
	    "password right, but the second factor was not given: %s", t->note);
	flow_say(t->l, end, "%s", t->note);
	return AUTHN_END;
}

/* Okta began with a factor that nobody here has chosen: back to the list. */
enum authn_go
authn_challenged(struct authn *t, struct flow_end *end)
{
	enum authn_go go = authn_send(t, AUTHN_PREVIOUS, NULL, NULL, 0, end);

	return go == AUTHN_REFUSED ? authn_fail(t, 0, end) : go;
}
