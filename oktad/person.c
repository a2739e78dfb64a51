#include "person.h"

#include <stdio.h>
#include <string.h>

#include "access.h"
#include "directory.h"
#include "paths.h"

const struct person_files person_files_here = {
    OKTA_DIRECTORY_PATH, OKTA_PEOPLE_PATH,
};

static int
copy(char *dst, size_t cap, const char *src)
{
	if (strlen(src) >= cap)
		return -1;
	strcpy(dst, src);
	return 0;
}

static const char *
take_person(struct slice_person *p, const struct directory_user *u,
    const struct directory_person *person)
{
	struct access_facts facts = {
	    .flags = u->flags,
	    .has_person = 1,
	    .status = person->status,
	    .why = person->why,
	    .has_proof = 1, /* an accepted password will be one */
	};
	enum access_decision decision;

	p->status = person->status;
	p->why = person->why;
	p->flags = u->flags;
	if (copy(p->name, sizeof(p->name), u->name) != 0 ||
	    copy(p->id, sizeof(p->id), person->id) != 0 ||
	    copy(p->login, sizeof(p->login), person->login) != 0)
		return "the record of this person is damaged";
	if (strcmp(u->name, person->name) != 0)
		return "the two published files disagree about this uid";
	decision = access_decide(&facts);
	return decision == ACCESS_ALLOW ? NULL :
	    access_sentence(decision, &facts);
}

void
person_find(const struct person_files *files, uint32_t uid,
    struct slice_person *p)
{
	struct directory d = {0}, people = {0};
	struct directory_person person;
	struct directory_user u;
	const char *why;

	p->uid = uid;
	p->name[0] = p->id[0] = p->login[0] = p->refusal[0] = '\0';
	if (directory_open(&d, files->directory, DIR_MAGIC_PUBLIC) != OKTA_OK ||
	    directory_open(&people, files->people, DIR_MAGIC_PEOPLE) != OKTA_OK)
		why = "no good directory is published";
	else if (directory_user_by_uid(&d, uid, &u) != OKTA_OK ||
	    directory_person_by_uid(&people, uid, &person) != OKTA_OK)
		why = "no person of Okta has this uid";
	else
		why = take_person(p, &u, &person);
	if (why != NULL)
		snprintf(p->refusal, sizeof(p->refusal), "%s", why);
	directory_close(&d);
	directory_close(&people);
}
