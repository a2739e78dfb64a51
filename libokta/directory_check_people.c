/*
 * The full check of the people file: alone, against its directory, against the
 * people published before; and what the check of the directory shares.
 */
#include "config.h"

#include <string.h>

#include "directory_check_part.h"
#include "name.h"

int
directory_fault_set(struct directory_fault *f, const char *what, uint32_t id,
    const char *name)
{
	memset(f, 0, sizeof(*f));
	f->what = what;
	f->id = id;
	name_filter_text(f->name, sizeof(f->name), name,
	    strnlen(name, DIR_NAME_MAX));
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
		return directory_fault_set(f,
		    "a hash section does not match its records", type, "");
	return OKTA_OK;
}

/* Flags, status and why say the same. */
static int
is_consistent(const struct directory *d, const struct directory_user *u,
    const struct directory_person *p)
{
	uint32_t expected = 0;

	if (p->why != WHY_NONE)
		expected = DIR_USER_NO_LOGIN;
	else if (p->status == STATUS_RECOVERY ||
	    p->status == STATUS_PASSWORD_EXPIRED ||
	    p->status == STATUS_LOCKED_OUT)
		expected = d->header->key_statuses & 1U << p->status ?
		    0 : DIR_USER_NO_KEY;
	else if (p->status != STATUS_ACTIVE)
		return 0;
	return (u->flags & (DIR_USER_NO_LOGIN | DIR_USER_NO_KEY)) == expected;
}

static int
check_person(const struct directory *people, const struct directory *d,
    const struct directory *old, const struct directory_person *p,
    struct directory_fault *f)
{
	struct directory_person other;
	struct directory_user u;

	if (directory_user_by_uid(d, p->uid, &u) != OKTA_OK ||
	    strcmp(u.name, p->name) != 0)
		return directory_fault_set(f,
		    "people and directory disagree", p->uid, p->name);
	if (!name_is_clean_text(p->login, strlen(p->login), DIR_TEXT_MAX) ||
	    p->login[0] == '\0' || !directory_is_okta_id(p->id))
		return directory_fault_set(f,
		    "an Okta id or login is not one", p->uid, p->name);
	if (!is_consistent(d, &u, p))
		return directory_fault_set(f,
		    "flags, status and reason disagree", p->uid, p->name);
	if (directory_person_by_uid(people, p->uid, &other) != OKTA_OK ||
	    other.id != p->id ||
	    directory_person_by_name(people, p->name, &other) != OKTA_OK ||
	    other.uid != p->uid ||
	    directory_person_by_id(people, p->id, &other) != OKTA_OK ||
	    other.uid != p->uid)
		return directory_fault_set(f,
		    "a person is not found again, or stands twice", p->uid,
		    p->name);
	if (old == NULL)
		return OKTA_OK;
	/* A damaged old file must not hold the new one up: it is replaced. */
	if (directory_person_by_uid(old, p->uid, &other) == OKTA_OK &&
	    strcmp(other.id, p->id) != 0)
		return directory_fault_set(f,
		    "a number would change its person", p->uid, p->name);
	if (directory_person_by_name(old, p->name, &other) == OKTA_OK &&
	    strcmp(other.id, p->id) != 0)
		return directory_fault_set(f,
		    "a name would change its person", p->uid, p->name);
	return OKTA_OK;
}

/* Every published group has its Okta group, the same as before. */
static int
check_teams(const struct directory *people, const struct directory *d,
    const struct directory *old, struct directory_fault *f)
{
	struct directory_team t, other;
	struct directory_group g;
	uint32_t cursor = 0, n = 0;
	int code;

	while ((code = directory_next_team(people, &cursor, &t)) == OKTA_OK) {
		n++;
		if (directory_group_by_gid(d, t.gid, &g) != OKTA_OK ||
		    g.is_private || !directory_is_okta_id(t.id))
			return directory_fault_set(f,
			    "an Okta group belongs to no group", t.gid, "");
		if (directory_team_by_gid(people, t.gid, &other) != OKTA_OK ||
		    other.id != t.id)
			return directory_fault_set(f,
			    "an Okta group is not found again", t.gid, g.name);
		if (old != NULL &&
		    directory_team_by_gid(old, t.gid, &other) == OKTA_OK &&
		    strcmp(other.id, t.id) != 0)
			return directory_fault_set(f,
			    "a number would change its group", t.gid, g.name);
	}
	if (code != OKTA_ABSENT)
		return directory_fault_set(f, "a group's id is damaged",
		    cursor, "");
	if (n != d->header->groups || n != people->section[DIR_TEAMS].count)
		return directory_fault_set(f,
		    "the number of Okta groups is wrong", n, "");
	return directory_check_slots(people, DIR_TEAM_GIDS, n, f);
}

int
directory_check_people(const struct directory *people,
    const struct directory *d, const struct directory *old,
    struct directory_fault *f)
{
	struct directory_person p;
	uint32_t cursor = 0, n = 0;
	int code;

	memset(f, 0, sizeof(*f));
	if (directory_check_frame(people, f) != OKTA_OK)
		return OKTA_BAD;
	if (people->header->key_statuses != d->header->key_statuses ||
	    people->header->max_age_s != d->header->max_age_s)
		return directory_fault_set(f, "the headers disagree", 0, "");
	while ((code = directory_next_person(people, &cursor, &p)) == OKTA_OK) {
		n++;
		if (check_person(people, d, old, &p, f) != OKTA_OK)
			return OKTA_BAD;
	}
	if (code != OKTA_ABSENT)
		return directory_fault_set(f, "a person record is damaged",
		    cursor, "");
	if (n != d->header->users || n != people->header->users ||
	    n != people->section[DIR_PEOPLE].count)
		return directory_fault_set(f, "the number of people is wrong",
		    n, "");
	if (directory_check_slots(people, DIR_PEOPLE_UIDS, n, f) != OKTA_OK ||
	    directory_check_slots(people, DIR_PEOPLE_NAMES, n, f) != OKTA_OK)
		return OKTA_BAD;
	if (directory_check_slots(people, DIR_PEOPLE_IDS, n, f) != OKTA_OK)
		return OKTA_BAD;
	return check_teams(people, d, old, f);
}
