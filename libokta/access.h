/*
 * The decision whether a person may enter, made in one place: by the account
 * phase from the files, by oktad before a login, by oktactl when it explains.
 * Pure: no files, no clock, no allocation.
 */
#ifndef OKTA_ACCESS_H
#define OKTA_ACCESS_H

#include <stdint.h>

#include "directory.h"

/* What a list of okta.conf's [service NAME] says (rules.h). */
enum access_answer {
	ANSWER_NONE = 0, /* there is no such list */
	ANSWER_YES, /* the person is in it, the address is */
	ANSWER_NO,
	ANSWER_UNKNOWN, /* Okta was not asked yet; no address but a name */
	ANSWER_LOCAL, /* a list of addresses, and there is none: skipped */
	ANSWER_COUNT
};

struct access_rule {
	enum access_answer answer;
	const char *section; /* the service that the list stands at */
	const char *entry; /* that decided; NULL: none did */
};

struct access_facts {
	uint32_t flags; /* of the user record */
	int has_person; /* the private record was readable (root) */
	enum person_status status; /* valid with has_person */
	enum person_why why;
	int has_proof; /* Okta said yes in this very transaction */
	int has_age; /* age_s is known */
	uint64_t age_s;
	uint32_t max_age_s;
	struct access_rule deny, allow, from; /* of the service */
};

enum access_decision {
	ACCESS_ALLOW = 0,
	ACCESS_NO_LOGIN, /* PAM_ACCT_EXPIRED */
	ACCESS_NOT_HERE, /* PAM_PERM_DENIED; told apart only by root */
	ACCESS_DENIED, /* PAM_PERM_DENIED, as the next two: rules */
	ACCESS_NOT_ALLOWED,
	ACCESS_NOT_FROM,
	ACCESS_NEEDS_PASSWORD, /* PAM_AUTH_ERR: status is about the password */
	ACCESS_TOO_OLD, /* PAM_AUTH_ERR: older than max_age */
	ACCESS_COUNT
};

/* A no of the record comes first, then the rules of the service, also after a
 * right password; has_proof lifts only what asks for a live proof. What is
 * unknown never lets anybody in: not into a list that allows, not out of one
 * that denies. */
enum access_decision access_decide(const struct access_facts *f);
/* The rest of a sentence that begins with the name, for journals and oktactl;
 * fixed text, never NULL. */
const char *access_sentence(
    enum access_decision d, const struct access_facts *f);

#endif
