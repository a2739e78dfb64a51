#include "worker_private.h"

#include "code.h"

int
worker_read_outcome(struct worker *w, struct wire_in *in, struct outcome *o)
{
	struct wire_field f;
	int r;

	*o = (struct outcome){.verdict = VERDICT_DENY, .result = UINT32_MAX};
	while ((r = wire_next(in, &f)) == 1) {
		r = OKTA_OK;
		if (f.tag == TAG_RESULT)
			r = wire_u32(&f, &o->result);
		else if (f.tag == TAG_CODE)
			r = wire_u32(&f, &o->verdict);
		else if (f.tag == TAG_REASON)
			r = wire_str(&f, o->reason, sizeof(o->reason));
		else if (f.tag == TAG_FACTORS)
			r = wire_str(&f, o->factors, sizeof(o->factors));
		else if (f.tag == TAG_OKTA_CODE)
			r = wire_str(&f, o->code, sizeof(o->code));
		else if (f.tag == TAG_OKTA_REQUEST)
			r = wire_str(&f, o->request, sizeof(o->request));
		else if (f.tag == TAG_RHOST)
			worker_take_address(w, &f);
		if (r != OKTA_OK)
			return OKTA_BAD;
	}
	if (r != OKTA_OK || o->result > OUTCOME_UNKNOWN ||
	    o->verdict > VERDICT_MAXTRIES ||
	    (o->result == OUTCOME_ACCEPTED) != (o->verdict == VERDICT_ACCEPT))
		return OKTA_BAD;
	return OKTA_OK;
}
