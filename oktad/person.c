#include "person.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "directory.h"
#include "paths.h"
#include "rules.h"

const struct person_files person_files_here = {
    OKTA_DIRECTORY_PATH,
    OKTA_PEOPLE_PATH,
    OKTA_RULES_PATH,
    {"/etc/passwd", "/etc/login.defs"},
};

struct view {
	struct directory d, people, rules;
	struct directory_person person;
	uint32_t flags; /* of the user record, or what it would be */
};

/* NULL, or why nobody can be found. */
static const char *
view_open(struct view *v, const struct person_files *files)
{
	memset(v, 0, sizeof(*v));
	if (directory_open(&v->d, files->directory, DIR_MAGIC_PUBLIC) !=
		OKTA_OK ||
	    directory_open(&v->people, files->people, DIR_MAGIC_PEOPLE) !=
		OKTA_OK)
		return "no good directory is published";
	if (directory_open(&v->rules, files->rules, DIR_MAGIC_RULES) != OKTA_OK)
		return "the file of access rules is not there, or bad";
	return NULL;
}

static void
view_close(struct view *v)
{
	directory_close(&v->d);
	directory_close(&v->people);
	directory_close(&v->rules);
}

static const char *
find_uid(struct view *v, uint32_t uid)
{
	struct directory_user user;

	if (directory_user_by_uid(&v->d, uid, &user) != OKTA_OK ||
	    directory_person_by_uid(&v->people, uid, &v->person) != OKTA_OK)
		return "no person of Okta has this uid";
	if (strcmp(user.name, v->person.name) != 0)
		return "the two published files disagree about this uid";
	v->flags = user.flags;
	return NULL;
}

/* The list of a local account, which must be one that okta.conf may name. */
static const char *
find_account(struct view *v, const struct person_files *files,
    const char *account, uint32_t uid, struct rules_account *list)
{
	const struct dir_header *h = v->rules.header;
	enum account_fault fault;
	uint32_t now;

	if (rules_account(&v->rules, account, list) != OKTA_OK)
		return "nobody of Okta is behind this local account "
		       "([local_accounts])";
	fault =
	    local_account(&files->local, account, h->id_min, h->id_max, &now);
	if (fault != ACCOUNT_FINE)
		return local_account_text(fault);
	return now == uid ? NULL : "the local account has another uid by now";
}

/* Of those behind an account the one with that id; or who calls themselves so:
 * the name here, or the login in Okta, which knows no case. Both NULL: the
 * first. */
static const char *
find_behind(struct view *v, const struct rules_account *list, const char *id,
    const char *said)
{
	uint64_t cursor = 0;
	int r;

	while ((r = rules_next_behind(&v->people, list, &cursor, &v->person)) ==
	    OKTA_OK)
		if ((id == NULL || strcmp(id, v->person.id) == 0) &&
		    (said == NULL || strcmp(said, v->person.name) == 0 ||
			strcasecmp(said, v->person.login) == 0))
			break;
	v->flags = r == OKTA_OK ? directory_person_flags(&v->people, &v->person)
				: DIR_USER_NO_LOGIN;
	return r == OKTA_OK ? NULL
	    : r == OKTA_BAD
	    ? "the files of access rules are damaged"
	    : "this person is not behind this local account, or not known on "
	      "this host";
}

static const char *
decide(
    const struct view *v, const char *service, const char *from, int has_proof)
{
	const struct rules_query q = {
	    v->person.uid, v->person.id, service, from};
	struct access_facts facts = {
	    .flags = v->flags,
	    .has_person = 1,
	    .status = v->person.status,
	    .why = v->person.why,
	    .has_proof = has_proof,
	    .max_age_s = v->people.header->max_age_s,
	};
	enum access_decision decision;

	facts.has_age =
	    directory_age(OKTA_CONFIRMED_PATH, &facts.age_s) == OKTA_OK;

	if (rules_answer(&v->rules, &v->people, &q, &facts) != OKTA_OK)
		return "the files of access rules are damaged";
	decision = access_decide(&facts);
	return decision == ACCESS_ALLOW ? NULL
					: access_sentence(decision, &facts);
}

static int
copy(char *dst, size_t cap, const char *src)
{
	if (strlen(src) >= cap)
		return -1;
	strcpy(dst, src);
	return 0;
}

static const char *
take_person(struct slice_person *p, const struct view *v)
{
	p->status = v->person.status;
	p->why = v->person.why;
	p->flags = v->flags;
	p->person_uid = v->person.uid;
	if (copy(p->name, sizeof(p->name), v->person.name) != 0 ||
	    copy(p->id, sizeof(p->id), v->person.id) != 0 ||
	    copy(p->login, sizeof(p->login), v->person.login) != 0)
		return "the record of this person is damaged";
	return NULL;
}

/* Whoever is behind p->account, where that is one only. */
static const char *
take_account(
    struct slice_person *p, struct view *v, const struct person_files *files)
{
	struct rules_account list;
	const char *why = find_account(v, files, p->account, p->uid, &list);

	if (why != NULL)
		return why;
	p->asks_who = list.is_shared;
	if (p->asks_who)
		return NULL;
	why = find_behind(v, &list, NULL, NULL);
	return why == NULL ? take_person(p, v) : why;
}

static void
refuse(struct slice_person *p, const char *why)
{
	if (why != NULL)
		snprintf(p->refusal, sizeof(p->refusal), "%s", why);
}

void
person_find(const struct person_files *files, uint32_t uid, const char *service,
    struct slice_person *p)
{
	const char *why;
	struct view v;

	p->uid = uid;
	p->asks_who = 0;
	p->account[0] = '\0';
	p->name[0] = p->id[0] = p->login[0] = p->refusal[0] = '\0';
	why = view_open(&v, files);
	if (why == NULL)
		why = find_uid(&v, uid);
	if (why == NULL)
		why = take_person(p, &v);
	else if (v.rules.header != NULL &&
	    local_account_name(&files->local, uid, p->account))
		why = take_account(p, &v, files);
	/* Where from is known with the charge only; and an accepted password
	 * will be a proof. */
	if (why == NULL && !p->asks_who)
		why = decide(&v, service, NULL, 1);
	refuse(p, why);
	view_close(&v);
}

void
person_choose(const struct person_files *files, const char *said,
    const char *id, const char *service, struct slice_person *p)
{
	struct rules_account list;
	const char *why;
	struct view v;

	p->asks_who = 0;
	p->name[0] = p->id[0] = p->login[0] = p->refusal[0] = '\0';
	why = view_open(&v, files);
	if (why == NULL)
		why = find_account(&v, files, p->account, p->uid, &list);
	if (why == NULL)
		why = find_behind(&v, &list, id, said);
	if (why == NULL)
		why = take_person(p, &v);
	if (why == NULL)
		why = decide(&v, service, NULL, 1);
	refuse(p, why);
	view_close(&v);
}

const char *
person_refusal(const struct person_files *files, const struct slice_person *p,
    const char *service, const char *from, int has_proof)
{
	struct rules_account list;
	const char *why;
	struct view v;

	why = view_open(&v, files);
	if (why == NULL && p->account[0] == '\0') {
		why = find_uid(&v, p->uid);
	} else if (why == NULL) {
		why = find_account(&v, files, p->account, p->uid, &list);
		if (why == NULL)
			why = find_behind(&v, &list, p->id, NULL);
	}
	if (why == NULL)
		why = decide(&v, service, from, has_proof);
	view_close(&v);
	return why;
}

/* Is "TYPE BASE64" one of the lines? */
static int
has_line(const struct directory_keys *k, const char *key)
{
	const char *p = k->text, *end = k->text + k->len, *stop;
	size_t len = strlen(key);

	for (; p < end; p = stop + 1) {
		stop = memchr(p, '\n', (size_t)(end - p));
		if (stop == NULL)
			return 0;
		if ((size_t)(stop - p) == len && memcmp(p, key, len) == 0)
			return 1;
	}
	return 0;
}

int
person_by_key(const struct person_files *files, const struct slice_person *p,
    const char *key, char id[DIR_OKTA_ID_MAX + 1])
{
	struct rules_account list;
	struct directory_keys k;
	uint64_t cursor = 0;
	struct view v;
	int n = 0;

	id[0] = '\0';
	if (view_open(&v, files) == NULL &&
	    find_account(&v, files, p->account, p->uid, &list) == NULL)
		while (rules_next_behind(
			   &v.people, &list, &cursor, &v.person) == OKTA_OK) {
			if ((directory_keys_by_uid(&v.d, v.person.uid, &k) !=
				    OKTA_OK &&
				directory_keys_by_uid(
				    &v.people, v.person.uid, &k) != OKTA_OK) ||
			    !has_line(&k, key) ||
			    copy(id, DIR_OKTA_ID_MAX + 1, v.person.id) != 0)
				continue;
			n++;
		}
	view_close(&v);
	return n;
}
