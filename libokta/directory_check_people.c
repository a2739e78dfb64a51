/*
 * The full check of the people file: alone and against its directory; and what
 * the check of the directory shares.
 */
#include "config.h"

#include <string.h>

#include "directory_check_part.h"
#include "directory_walk.h"
#include "name.h"

int
directory_fault_set(
    struct directory_fault *f, const char *what, uint32_t id, const char *name)
{
	memset(f, 0, sizeof(*f));
	f->what = what;
	f->id = id;
	name_filter_text(
	    f->name, sizeof(f->name), name, strnlen(name, DIR_NAME_MAX));
	return OKTA_BAD;
}

int
directory_check_slots(const struct directory *d, uint32_t type,
    uint32_t records, struct directory_fault *f)
{
	const struct dir_section *s = &d->section[type];
	const struct dir_slot *slots = (const void *)(d->base + s->offset);
	uint32_t i, used = 0;

	for (i = 0; i < s->count; i++)
		used += slots[i].ref != 0;
	if (used != records)
		return directory_fault_set(
		    f, "a hash section does not match its records", type, "");
	return OKTA_OK;
}

/* Flags, status and why say the same. u NULL: there is no public record. */
static int
is_consistent(const struct directory *d, const struct directory_user *u,
    const struct directory_person *p)
{
	if (p->why == WHY_NONE && p->status != STATUS_ACTIVE &&
	    p->status != STATUS_RECOVERY &&
	    p->status != STATUS_PASSWORD_EXPIRED &&
	    p->status != STATUS_LOCKED_OUT)
		return 0;
	return u == NULL ||
	    (u->flags & (DIR_USER_NO_LOGIN | DIR_USER_NO_KEY)) ==
	    directory_person_flags(d, p);
}

/* users: of the directory, whose next one must be this person, or have a higher
 * number. */
static int
check_person(const struct directory *people, struct directory_walk *users,
    const struct directory_person *p, int *is_adopted,
    struct directory_fault *f)
{
	struct directory_person other;
	struct directory_user u;
	const struct directory_walk before = *users;
	int code = OKTA_OK;

	*is_adopted =
	    directory_walk_user(users, &u) != OKTA_OK || u.uid != p->uid;
	if (*is_adopted) {
		*users = before;
		code = directory_user_by_uid(users->d, p->uid, &u);
	}
	if (*is_adopted ? code != OKTA_ABSENT : strcmp(u.name, p->name) != 0)
		return directory_fault_set(
		    f, "people and directory disagree", p->uid, p->name);
	if (!name_is_clean_text(p->login, strlen(p->login), DIR_TEXT_MAX) ||
	    p->login[0] == '\0' || !directory_is_okta_id(p->id))
		return directory_fault_set(
		    f, "an Okta id or login is not one", p->uid, p->name);
	if (!is_consistent(users->d, *is_adopted ? NULL : &u, p))
		return directory_fault_set(
		    f, "flags, status and reason disagree", p->uid, p->name);
	if (directory_person_by_uid(people, p->uid, &other) != OKTA_OK ||
	    other.id != p->id ||
	    directory_person_by_name(people, p->name, &other) != OKTA_OK ||
	    other.uid != p->uid ||
	    directory_person_by_id(people, p->id, &other) != OKTA_OK ||
	    other.uid != p->uid)
		return directory_fault_set(f,
		    "a person is not found again, or stands twice", p->uid,
		    p->name);
	return OKTA_OK;
}

/* Every published group has its Okta group. */
static int
check_teams(const struct directory *people, const struct directory *d,
    struct directory_fault *f)
{
	struct directory_team t, other;
	struct directory_group g;
	uint32_t cursor = 0, n = 0;
	int code;

	while ((code = directory_next_team(people, &cursor, &t)) == OKTA_OK) {
		n++;
		if (directory_group_by_gid(d, t.gid, &g) != OKTA_OK ||
		    g.is_private || !directory_is_okta_id(t.id))
			return directory_fault_set(
			    f, "an Okta group belongs to no group", t.gid, "");
		if (directory_team_by_gid(people, t.gid, &other) != OKTA_OK ||
		    other.id != t.id)
			return directory_fault_set(f,
			    "an Okta group is not found again", t.gid, g.name);
	}
	if (code != OKTA_ABSENT)
		return directory_fault_set(
		    f, "a group's id is damaged", cursor, "");
	if (n != d->header->groups || n != people->section[DIR_TEAMS].count)
		return directory_fault_set(
		    f, "the number of Okta groups is wrong", n, "");
	return directory_check_slots(people, DIR_TEAM_GIDS, n, f);
}

/* Has the slots come that a later person is looked for in. */
static void
fetch_person(struct directory_walk *w)
{
	struct directory_person p;

	if (directory_walk_person(w, &p) != OKTA_OK)
		return;
	directory_fetch_id(w->d, DIR_PEOPLE_UIDS, p.uid);
	directory_fetch_name(w->d, DIR_PEOPLE_NAMES, p.name);
	directory_fetch_name(w->d, DIR_PEOPLE_IDS, p.id);
}

int
directory_check_people(const struct directory *people,
    const struct directory *d, struct directory_fault *f)
{
	struct directory_walk walk = {.d = people}, ahead = {.d = people};
	struct directory_walk users = {.d = d};
	struct directory_person p;
	uint32_t n, adopted = 0;
	int code, is_adopted;

	memset(f, 0, sizeof(*f));
	if (directory_check_frame(people, f) != OKTA_OK)
		return OKTA_BAD;
	if (people->header->key_statuses != d->header->key_statuses ||
	    people->header->max_age_s != d->header->max_age_s)
		return directory_fault_set(f, "the headers disagree", 0, "");
	for (n = 0; n < CHECK_AHEAD; n++)
		fetch_person(&ahead);
	n = 0;
	while ((code = directory_walk_person(&walk, &p)) == OKTA_OK) {
		n++;
		fetch_person(&ahead);
		if (check_person(people, &users, &p, &is_adopted, f) != OKTA_OK)
			return OKTA_BAD;
		adopted += (uint32_t)is_adopted;
	}
	if (code != OKTA_ABSENT)
		return directory_fault_set(
		    f, "a person record is damaged", walk.last, "");
	if (n - adopted != d->header->users || n != people->header->users ||
	    n != people->section[DIR_PEOPLE].count)
		return directory_fault_set(
		    f, "the number of people is wrong", n, "");
	if (directory_check_slots(people, DIR_PEOPLE_UIDS, n, f) != OKTA_OK ||
	    directory_check_slots(people, DIR_PEOPLE_NAMES, n, f) != OKTA_OK)
		return OKTA_BAD;
	if (directory_check_slots(people, DIR_PEOPLE_IDS, n, f) != OKTA_OK)
		return OKTA_BAD;
	if (people->section[DIR_LOCAL_ACCOUNTS].size != 0 ||
	    people->section[DIR_LOCAL_GROUPS].size != 0)
		return directory_fault_set(
		    f, "what is public stands in the private file", 0, "");
	if (check_teams(people, d, f) != OKTA_OK ||
	    directory_check_keys(people, d, f) != OKTA_OK)
		return OKTA_BAD;
	return directory_check_sources(people, f);
}
