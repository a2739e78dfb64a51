/*
 * The flow of a login inside a login: nothing is asked, of nobody. oktad has
 * found that the session which the process belongs to was proven a short while
 * ago (session_grace.h), and says so in the person's record.
 */
#include <stdio.h>

#include "flow.h"

void
flow_session_run(struct login *l, struct flow_end *end)
{
	if (l->refusal[0] != '\0') {
		flow_deny(
		    l, end, OUTCOME_NOT_TRIED, VERDICT_DENY, "%s", l->refusal);
		return;
	}
	flow_accept(l, l->person->id, end);
	if (end->verdict == VERDICT_ACCEPT)
		snprintf(end->factors, sizeof(end->factors), "session");
}
