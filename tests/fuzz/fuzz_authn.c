/*
 * Any bytes as the body of a 200 of /api/v1/authn: a yes needs every part of
 * the one accepting answer, as they stand in the bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "replay.h"

#define ID "00ualice0000000000001"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct authn_answer a;
	struct flow_end end;
	struct error e = {0};
	int rc = api_auth_parse((const char *)data, size, &a, &e);

	if (rc != 0) {
		if (a.state != AUTHN_UNKNOWN || a.user_id[0] != '\0' ||
		    a.state_token.bytes != NULL || a.has_session_token)
			abort();
		flow_authn_judge_error(&e, &end);
		if (end.verdict == VERDICT_ACCEPT)
			abort();
		return 0;
	}
	flow_authn_judge(&a, ID, FACTOR_REQUIRED, &end);
	if (end.verdict == VERDICT_ACCEPT || end.outcome == OUTCOME_ACCEPTED)
		abort();
	flow_authn_judge(&a, ID, FACTOR_OKTA, &end);
	if ((end.verdict == VERDICT_ACCEPT) !=
	    (a.state == AUTHN_SUCCESS && a.has_session_token &&
		strcmp(a.user_id, ID) == 0))
		abort();
	if ((end.verdict == VERDICT_ACCEPT) !=
	    (end.outcome == OUTCOME_ACCEPTED))
		abort();
	if (end.verdict != VERDICT_ACCEPT && end.reason[0] == '\0')
		abort();
	api_auth_clear(&a);
	return 0;
}
