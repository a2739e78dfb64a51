/* MFA_ENROLL: a second factor has to be set up, which a terminal is not for. */
#include "flow_authn.h"

enum authn_go
authn_enroll(struct authn *t, struct flow_end *end)
{
	enum authn_go go;

	/* Where Okta lets it be put off, that is Okta's word; whether it is
	 * enough, the gate decides. */
	if (t->a.can_skip && t->l->person->factor == FACTOR_OKTA) {
		go = authn_send(t, AUTHN_SKIP, NULL, NULL, 0, end);
		return go == AUTHN_REFUSED ? authn_fail(t, 0, end) : go;
	}
	flow_deny(t->l, end, OUTCOME_PROVEN, VERDICT_DENY,
	    "password right, but Okta wants a second factor to be enrolled "
	    "first");
	flow_say(t->l, end,
	    "Your Okta account needs a second factor. Set one up at %s, then "
	    "log in again.",
	    t->l->person->url);
	return AUTHN_END;
}
