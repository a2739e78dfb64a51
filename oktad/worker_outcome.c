#include "worker_private.h"

#include <string.h>

#include "code.h"

enum { SESSION_TOKEN_MAX = 512 }; /* okta-api.md 8.7 */

/* OKTA_BAD also for a second one. */
static int
take_token(
    const struct worker *w, const struct wire_field *f, struct outcome *o)
{
	if (!w->person.okta_sessions || f->len == 0 ||
	    f->len > SESSION_TOKEN_MAX || o->session_token.bytes != NULL)
		return OKTA_BAD;
	return secret_set(&o->session_token, f->p, f->len) == 0 ? OKTA_OK
								: OKTA_SYSTEM;
}

static int
read_fields(struct worker *w, struct wire_in *in, struct outcome *o)
{
	struct wire_field f;
	int r;

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
		else if (f.tag == TAG_SESSION_TOKEN)
			r = take_token(w, &f, o);
		else if (f.tag == TAG_RHOST)
			worker_take_address(w, &f);
		if (r != OKTA_OK)
			return OKTA_BAD;
	}
	return r;
}

int
worker_read_outcome(struct worker *w, struct wire_in *in, struct outcome *o)
{
	*o = (struct outcome){.verdict = VERDICT_DENY, .result = UINT32_MAX};
	if (read_fields(w, in, o) == OKTA_OK && o->result <= OUTCOME_UNASKED &&
	    o->verdict <= VERDICT_MAXTRIES &&
	    (o->result == OUTCOME_ACCEPTED) == (o->verdict == VERDICT_ACCEPT) &&
	    (o->result == OUTCOME_ACCEPTED || o->session_token.bytes == NULL))
		return OKTA_OK;
	secret_clear(&o->session_token);
	return OKTA_BAD;
}

void
worker_take_address(struct worker *w, const struct wire_field *f)
{
	/* Only root knows where somebody comes from. */
	if (w->peer != 0)
		return;
	if (wire_str(f, w->rhost, sizeof(w->rhost)) != OKTA_OK ||
	    budget_parse_address(w->rhost, &w->address) != 0)
		strcpy(w->rhost, PROTOCOL_UNKNOWN);
}

void
worker_take_caller(struct worker *w, const struct wire_field *f)
{
	char name[64];

	if (w->peer == 0 && w->rhost[0] == '\0' &&
	    wire_str(f, name, sizeof(name)) == OKTA_OK && name[0] != '\0')
		budget_caller_address(name, &w->address);
}
