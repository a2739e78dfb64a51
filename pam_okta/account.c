#include <string.h>
#include <syslog.h>
#include <unistd.h>
#include <security/pam_ext.h>

#include "access.h"
#include "directory.h"
#include "paths.h"
#include "phase.h"
#include "rules.h"

static const struct {
	int result;
	const char *why;
} decisions[] = {
    [ACCESS_ALLOW] = {PAM_SUCCESS, NULL},
    [ACCESS_NO_LOGIN] = {PAM_ACCT_EXPIRED, "may not log in any more"},
    [ACCESS_NOT_HERE] = {PAM_PERM_DENIED, "may not log in on this host"},
    [ACCESS_DENIED] = {PAM_PERM_DENIED, "is denied this service"},
    [ACCESS_NOT_ALLOWED] = {PAM_PERM_DENIED, "is not admitted to this service"},
    [ACCESS_NOT_FROM] = {PAM_PERM_DENIED,
	"comes from an address that this service does not admit"},
    [ACCESS_NEEDS_PASSWORD] = {PAM_AUTH_ERR, "must give the Okta password"},
    [ACCESS_TOO_OLD] = {PAM_AUTH_ERR,
	"was confirmed by Okta longer ago than max_age"},
    [ACCESS_COUNT] = {PAM_AUTHINFO_UNAVAIL,
	"has no sound record in " OKTA_PEOPLE_PATH " or " OKTA_RULES_PATH},
};

struct view {
	const struct call *call;
	struct directory people, rules;
	struct access_facts facts;
	enum access_decision decision;
};

static int
decide_person(struct view *v, const struct directory_person *p)
{
	const struct rules_query q = {p->uid, p->id,
	    call_item(v->call, PAM_SERVICE), call_address(v->call)};
	int r = rules_answer(&v->rules, &v->people, &q, &v->facts);

	v->facts.has_person = 1;
	v->facts.status = p->status;
	v->facts.why = p->why;
	v->decision = access_decide(&v->facts);
	return r;
}

/* Whoever auth has found. Where a key is the proof nobody is known yet: it is
 * enough that somebody may enter, and open_session asks who it is. */
static int
decide_account(struct view *v)
{
	const uint32_t who = v->call->binding->who;
	struct rules_account account;
	struct directory_person p;
	uint64_t cursor = 0;
	int r = rules_account(&v->rules, v->call->user, &account);

	v->facts.max_age_s = v->people.header->max_age_s;
	while (r == OKTA_OK && v->decision != ACCESS_ALLOW &&
	    (r = rules_next_behind(&v->people, &account, &cursor, &p)) ==
		OKTA_OK) {
		v->facts.flags = directory_person_flags(&v->people, &p);
		if (who == 0 || who == p.uid)
			r = decide_person(v, &p);
	}
	return r == OKTA_ABSENT ? OKTA_OK : r;
}

static int
decide(struct view *v)
{
	struct directory_person p;
	int r;

	r = directory_open(&v->people, OKTA_PEOPLE_PATH, DIR_MAGIC_PEOPLE);
	if (r == OKTA_OK)
		r = directory_open(&v->rules, OKTA_RULES_PATH, DIR_MAGIC_RULES);
	if (r == OKTA_OK && v->call->is_account)
		return decide_account(v);
	if (r == OKTA_OK)
		r = directory_person_by_uid(&v->people, v->call->uid, &p);
	if (r == OKTA_OK && strcmp(p.name, v->call->user) != 0)
		r = OKTA_BAD;
	return r == OKTA_OK ? decide_person(v, &p) : r;
}

int
account_check(struct call *c)
{
	struct view v = {.call = c, .decision = ACCESS_NOT_HERE};

	v.facts.flags = c->record_flags;
	v.facts.max_age_s = c->max_age_s;
	/* The proof of another process is not this login's. */
	v.facts.has_proof = c->binding->proven == getpid();
	v.facts.has_age =
	    directory_age(OKTA_CONFIRMED_PATH, &v.facts.age_s) == OKTA_OK;
	/* Others can not read it; the public record's flags decide there. */
	if (geteuid() != 0)
		v.decision = access_decide(&v.facts);
	else if (decide(&v) != OKTA_OK)
		v.decision = ACCESS_COUNT;
	directory_close(&v.people);
	directory_close(&v.rules);
	if (v.decision == ACCESS_ALLOW)
		return PAM_SUCCESS;
	pam_syslog(c->pamh, LOG_NOTICE,
	    "%s: denied: %s; see `oktactl explain` and `oktactl check`",
	    c->binding->name, decisions[v.decision].why);
	if (v.decision == ACCESS_TOO_OLD && !v.facts.has_age)
		return PAM_AUTHINFO_UNAVAIL;
	return decisions[v.decision].result;
}
