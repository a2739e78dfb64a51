/*
 * The gate: the only lines of the whole product that turn Okta's yes into ours.
 */
#include <string.h>

#include "flow.h"

void
flow_accept(struct login *l, const char *user_id, struct flow_end *end)
{
	const struct slice_person *p = l->person;

	/* Somebody else's success is no success of this person (T19). */
	if (p->id[0] == '\0' || strcmp(user_id, p->id) != 0) {
		flow_deny(l, end, OUTCOME_WRONG, VERDICT_DENY,
		    "success, but for another person: Okta's answer is about "
		    "id \"%s\", not %s",
		    user_id, p->id);
		return;
	}
	l->has_first = 1;
	flow_name_proofs(l, end);
	if (l->refusal[0] != '\0' || (l->channel < 0 && !p->has_grace)) {
		flow_deny(l, end, OUTCOME_PROVEN, VERDICT_DENY, "%s",
		    l->refusal[0] != '\0' ? l->refusal : "nothing was charged");
		return;
	}
	/* On Identity Engine authn and a password may be less than the org
	 * demands: see "Second factor" in oktad(8). */
	if (p->factor != FACTOR_OKTA && !p->has_grace &&
	    (p->factor != FACTOR_REQUIRED || l->verified == 0)) {
		flow_deny(l, end, OUTCOME_UNASKED, VERDICT_DENY,
		    "password right, but this service demands a second factor "
		    "(factor = required) and Okta asked for none");
		flow_say(l, end, "This service needs a second factor.");
		return;
	}
	end->outcome = OUTCOME_ACCEPTED;
	end->verdict = VERDICT_ACCEPT;
	end->is_late = 0;
	end->reason[0] = '\0';
	end->text = NULL;
}
