/*
 * Reader of the private file: people by other keys than their number, all of
 * them, and the Okta groups behind the published ones.
 */
#include "config.h"

#include <string.h>

#include "directory_format.h"

int
directory_is_okta_id(const char *s)
{
	size_t len = strspn(s,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return len > 0 && len <= DIR_OKTA_ID_MAX && s[len] == '\0';
}

static int
person_by_key(const struct directory *d, uint32_t type, const char *key,
    size_t max, struct directory_person *p)
{
	struct format_probe probe;
	uint64_t offset;
	int r;

	if ((r = format_probe_name(&probe, d, key, max)) != OKTA_OK)
		return r;
	while ((r = format_probe_next(&probe, d, type, &offset)) == OKTA_OK) {
		if ((r = directory_person_at(d, offset, p)) != OKTA_OK ||
		    strcmp(type == DIR_PEOPLE_IDS ? p->id : p->name, key) == 0)
			break;
	}
	return r;
}

int
directory_person_by_name(
    const struct directory *d, const char *name, struct directory_person *p)
{
	return person_by_key(d, DIR_PEOPLE_NAMES, name, DIR_NAME_MAX, p);
}

int
directory_person_by_id(
    const struct directory *d, const char *id, struct directory_person *p)
{
	return person_by_key(d, DIR_PEOPLE_IDS, id, DIR_OKTA_ID_MAX, p);
}

int
directory_next_person(
    const struct directory *d, uint32_t *cursor, struct directory_person *p)
{
	uint64_t offset;
	int r;

	if ((r = format_after(d, DIR_PEOPLE, DIR_PEOPLE_UIDS, *cursor,
		 &offset)) != OKTA_OK ||
	    (r = directory_person_at(d, offset, p)) != OKTA_OK)
		return r;
	*cursor = p->uid;
	return OKTA_OK;
}

static int
team_at(const struct directory *d, uint64_t offset, struct directory_team *t)
{
	const struct dir_team *r =
	    format_record(d, DIR_TEAMS, offset, sizeof(*r));
	const char *s;

	if (r == NULL || r->type >= TEAM_TYPES || r->id_len == 0 ||
	    r->id_len > DIR_OKTA_ID_MAX || r->id_len >= r->size - sizeof(*r))
		return OKTA_BAD;
	s = (const char *)(r + 1);
	if (s[r->id_len] != '\0')
		return OKTA_BAD;
	t->gid = r->gid;
	t->type = (enum team_type)r->type;
	t->id = s;
	return OKTA_OK;
}

int
directory_team_by_gid(
    const struct directory *d, uint32_t gid, struct directory_team *t)
{
	uint64_t offset;
	int r;

	if ((r = format_find_id(d, DIR_TEAM_GIDS, gid, &offset)) != OKTA_OK ||
	    (r = team_at(d, offset, t)) != OKTA_OK)
		return r;
	return t->gid == gid ? OKTA_OK : OKTA_BAD;
}

int
directory_next_team(
    const struct directory *d, uint32_t *cursor, struct directory_team *t)
{
	uint64_t offset;
	int r;

	if ((r = format_after(d, DIR_TEAMS, DIR_TEAM_GIDS, *cursor, &offset)) !=
		OKTA_OK ||
	    (r = team_at(d, offset, t)) != OKTA_OK)
		return r;
	*cursor = t->gid;
	return OKTA_OK;
}
