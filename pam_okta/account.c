#include "account.h"

#include <string.h>
#include <syslog.h>
#include <unistd.h>
#include <security/pam_ext.h>

#include "access.h"
#include "directory.h"
#include "paths.h"

static const int results[ACCESS_COUNT] = {
    [ACCESS_ALLOW] = PAM_SUCCESS,
    [ACCESS_NO_LOGIN] = PAM_ACCT_EXPIRED,
    [ACCESS_NOT_HERE] = PAM_PERM_DENIED,
    [ACCESS_NEEDS_PASSWORD] = PAM_AUTH_ERR,
    [ACCESS_TOO_OLD] = PAM_AUTH_ERR,
};

static int
read_person(struct call *c, struct access_facts *f)
{
	struct directory people;
	struct directory_person p;
	int r = directory_open(&people, OKTA_PEOPLE_PATH, DIR_MAGIC_PEOPLE);

	if (r != OKTA_OK)
		return r;
	r = directory_person_by_uid(&people, c->uid, &p);
	if (r == OKTA_OK && strcmp(p.name, c->user) != 0)
		r = OKTA_BAD;
	if (r == OKTA_OK) {
		f->has_person = 1;
		f->status = p.status;
		f->why = p.why;
	}
	directory_close(&people);
	return r;
}

int
account_check(struct call *c)
{
	struct access_facts f = {
	    .flags = c->record_flags,
	    .max_age_s = c->max_age_s,
	    /* The proof of another process is not this login's. */
	    .has_proof = c->binding->proven != 0 &&
		c->binding->proven == getpid(),
	};
	enum access_decision d;

	/* Others can not read it; the public record's flags decide there. */
	if (geteuid() == 0 && read_person(c, &f) != OKTA_OK) {
		pam_syslog(c->pamh, LOG_ERR, "%s: denied: %s has no sound "
		    "record of this person; see `oktactl check`",
		    c->binding->name, OKTA_PEOPLE_PATH);
		return PAM_AUTHINFO_UNAVAIL;
	}
	f.has_age = directory_age(OKTA_CONFIRMED_PATH, &f.age_s) == OKTA_OK;
	d = access_decide(&f);
	if (d == ACCESS_ALLOW) {
		call_debug(c, "account: %s", access_sentence(d, &f));
		return PAM_SUCCESS;
	}
	pam_syslog(c->pamh, LOG_NOTICE, "%s: denied: %s", c->binding->name,
	    access_sentence(d, &f));
	if (d == ACCESS_TOO_OLD && !f.has_age)
		return PAM_AUTHINFO_UNAVAIL;
	return results[d];
}
