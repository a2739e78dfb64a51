/*
 * The decision in words. The PAM module does without: its log says the kind of
 * a denial and where the rest is told.
 */
#include <stddef.h>

#include "access.h"

static const char *
no_login_sentence(const struct access_facts *f)
{
	static const char *const by_status[STATUS_COUNT] = {
	    [STATUS_STAGED] = "was never activated in Okta",
	    [STATUS_PROVISIONED] = "was never activated in Okta",
	    [STATUS_SUSPENDED] = "is suspended in Okta",
	    [STATUS_DEPROVISIONED] = "is deactivated in Okta",
	};

	if (!f->has_person)
		return "may not log in: suspended, deactivated or no longer "
		       "entitled";
	if (f->why == WHY_GONE)
		return "is not in Okta any more";
	if ((f->why == WHY_NONE || f->why == WHY_STATUS) &&
	    (unsigned int)f->status < STATUS_COUNT &&
	    by_status[f->status] != NULL)
		return by_status[f->status];
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
	case ACCESS_DENIED:
		return f->deny.answer == ANSWER_UNKNOWN
		    ? "is denied this service until Okta has been asked who is "
		      "in its deny_groups and deny_apps"
		    : "is in a group or app that is denied this service";
	case ACCESS_NOT_ALLOWED:
		return f->allow.answer == ANSWER_UNKNOWN
		    ? "is not known to be in a group or app that this service "
		      "admits: Okta has not been asked yet"
		    : "is in no group or app that this service admits";
	case ACCESS_NOT_FROM:
		return f->from.answer == ANSWER_UNKNOWN
		    ? "comes from an address that is not known, and this "
		      "service admits only some"
		    : "comes from an address that this service does not admit";
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
