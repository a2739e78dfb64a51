#include "access.h"

#include <stddef.h>

/* Statuses that Okta itself would let in, if the password were right or
 * changed. A value that this version does not know is none of them. */
static const unsigned char may_enter[STATUS_COUNT] = {
    [STATUS_ACTIVE] = 1,
    [STATUS_RECOVERY] = 1,
    [STATUS_PASSWORD_EXPIRED] = 1,
    [STATUS_LOCKED_OUT] = 1,
};

static int
is_status_open(enum person_status s)
{
	return (unsigned int)s < STATUS_COUNT && may_enter[s];
}

enum access_decision
access_decide(const struct access_facts *f)
{
	/* The two files are replaced one after the other, so for a moment they
	 * may disagree: a no in either of them is a no. */
	if (f->has_person) {
		if (f->why == WHY_NOT_ENTITLED)
			return ACCESS_NOT_HERE;
		if (f->why != WHY_NONE || !is_status_open(f->status))
			return ACCESS_NO_LOGIN;
	}
	if (f->flags & DIR_USER_NO_LOGIN)
		return ACCESS_NO_LOGIN;
	if (f->has_proof)
		return ACCESS_ALLOW;
	if (f->flags & DIR_USER_NO_KEY)
		return ACCESS_NEEDS_PASSWORD;
	if (!f->has_age || f->age_s > f->max_age_s)
		return ACCESS_TOO_OLD;
	return ACCESS_ALLOW;
}

static const char *
no_login_sentence(const struct access_facts *f)
{
	if (!f->has_person)
		return "may not log in: suspended, deactivated or no longer "
		       "entitled";
	switch (f->why) {
	case WHY_GONE:
		return "is not in Okta any more";
	case WHY_NONE:
	case WHY_STATUS:
		if (f->status == STATUS_SUSPENDED)
			return "is suspended in Okta";
		if (f->status == STATUS_DEPROVISIONED)
			return "is deactivated in Okta";
		if (f->status == STATUS_STAGED ||
		    f->status == STATUS_PROVISIONED)
			return "was never activated in Okta";
		break;
	default:
		break;
	}
	return "is marked as not allowed to log in";
}

const char *
access_sentence(enum access_decision d, const struct access_facts *f)
{
	switch (d) {
	case ACCESS_ALLOW:
		return "may log in";
	case ACCESS_NO_LOGIN:
		return no_login_sentence(f);
	case ACCESS_NOT_HERE:
		return "is in no group or app that may log in on this host";
	case ACCESS_NEEDS_PASSWORD:
		if (f->has_person && f->status == STATUS_LOCKED_OUT)
			return "is locked out in Okta: no login without the "
			       "Okta password";
		if (f->has_person && f->status == STATUS_PASSWORD_EXPIRED)
			return "has an expired Okta password: no login "
			       "without it";
		return "must log in with the Okta password";
	case ACCESS_TOO_OLD:
		return f->has_age
		    ? "was last confirmed by Okta longer ago than max_age"
		    : "was confirmed by Okta at an unknown time";
	case ACCESS_COUNT:
		break;
	}
	return "no decision";
}
