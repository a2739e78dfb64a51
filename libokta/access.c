#include "access.h"

/* Statuses that Okta itself would let in, if the password were right or
 * changed. A value that this version does not know is none of them. */
static const unsigned int may_enter = 1U << STATUS_ACTIVE |
    1U << STATUS_RECOVERY | 1U << STATUS_PASSWORD_EXPIRED |
    1U << STATUS_LOCKED_OUT;

static enum access_decision
decide_rules(const struct access_facts *f)
{
	if (f->deny.answer != ANSWER_NONE && f->deny.answer != ANSWER_NO)
		return ACCESS_DENIED;
	if (f->allow.answer != ANSWER_NONE && f->allow.answer != ANSWER_YES)
		return ACCESS_NOT_ALLOWED;
	if (f->from.answer != ANSWER_NONE && f->from.answer != ANSWER_YES &&
	    f->from.answer != ANSWER_LOCAL)
		return ACCESS_NOT_FROM;
	return ACCESS_ALLOW;
}

enum access_decision
access_decide(const struct access_facts *f)
{
	enum access_decision by_rules;

	/* The two files are replaced one after the other, so for a moment they
	 * may disagree: a no in either of them is a no. */
	if (f->has_person) {
		if (f->why == WHY_NOT_ENTITLED)
			return ACCESS_NOT_HERE;
		if (f->why != WHY_NONE ||
		    (unsigned int)f->status >= STATUS_COUNT ||
		    !(may_enter >> f->status & 1))
			return ACCESS_NO_LOGIN;
	}
	if (f->flags & DIR_USER_NO_LOGIN)
		return ACCESS_NO_LOGIN;
	by_rules = decide_rules(f);
	if (by_rules != ACCESS_ALLOW)
		return by_rules;
	if (f->has_proof)
		return ACCESS_ALLOW;
	if (f->flags & DIR_USER_NO_KEY)
		return ACCESS_NEEDS_PASSWORD;
	if (!f->has_age || f->age_s > f->max_age_s)
		return ACCESS_TOO_OLD;
	return ACCESS_ALLOW;
}
