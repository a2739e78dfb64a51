/*
 * Whose login it is, by the uid of the hello and the published files, which
 * are mapped afresh for every login. The uid is that of a person of the
 * directory, or of a local account that people of Okta are behind
 * ([local_accounts] of okta.conf); then the published files and /etc/passwd say
 * whose that is, now.
 */
#ifndef OKTAD_PERSON_H
#define OKTAD_PERSON_H

#include <stdint.h>

#include "conf_slice.h"
#include "local_account.h"

struct person_files {
	const char *directory, *people, *rules;
	struct local_files local;
};

extern const struct person_files person_files_here;

/* Fills who it is and, where this person may not log in (or is not there at
 * all), or not to that PAM service, p->refusal: the conversation is held all
 * the same, and then denied without a call, so that nobody outside learns why
 * (T41). Of a local account p->account is the name; and where several may be
 * behind it, p->asks_who, and who it is stays empty. Always fills; the other
 * members of p are left alone. */
void person_find(const struct person_files *files, uint32_t uid,
    const char *service, struct slice_person *p);
/* Then who it is: by what they say that they are, or by their Okta id (the
 * other one is NULL). Fills p as person_find() does. */
void person_choose(const struct person_files *files, const char *said,
    const char *id, const char *service, struct slice_person *p);
/* May this person, by uid, account and id, log in to that service from there
 * (rules.h), with a proof of now or without? NULL, or why not. */
const char *person_refusal(const struct person_files *files,
    const struct slice_person *p, const char *service, const char *from,
    int has_proof);
/* How many people who may be behind p->account have the ssh key "TYPE BASE64"
 * in Okta; id is that of one. */
int person_by_key(const struct person_files *files,
    const struct slice_person *p, const char *key,
    char id[DIR_OKTA_ID_MAX + 1]);

#endif
