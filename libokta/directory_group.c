/*
 * Reader of the published files: groups, and the private groups that follow
 * from users. No system call, no allocation, no state.
 */
#include "config.h"

#include <string.h>

#include "directory_format.h"

int
directory_group_at(
    const struct directory *d, uint64_t offset, struct directory_group *g)
{
	const struct dir_group *r;
	const char *s;
	size_t left;

	r = format_record(d, DIR_GROUPS, offset, sizeof(*r));
	if (r == NULL)
		return OKTA_BAD;
	s = (const char *)(r + 1);
	left = r->size - sizeof(*r);
	if (r->name_len == 0 || r->name_len > DIR_NAME_MAX ||
	    left <= r->name_len || s[r->name_len] != '\0')
		return OKTA_BAD;
	left -= r->name_len + 1;
	/* A member takes two bytes at least: a letter and a NUL. */
	if (r->members_len > left ||
	    (r->members_len > 0 &&
		(r->nmembers > r->members_len / 2 ||
		    s[r->name_len + r->members_len] != '\0')))
		return OKTA_BAD;
	g->gid = r->gid;
	g->name = s;
	g->name_len = r->name_len;
	g->members = s + r->name_len + 1;
	g->members_len = r->members_len;
	g->nmembers = r->members_len > 0 ? r->nmembers : 0;
	g->total = r->nmembers;
	g->is_private = 0;
	return OKTA_OK;
}

int
directory_group_of(const struct directory_user *u, struct directory_group *g)
{
	if (!(u->flags & DIR_USER_PRIVATE_GROUP))
		return OKTA_ABSENT;
	memset(g, 0, sizeof(*g));
	g->gid = u->uid;
	g->name = u->name;
	g->name_len = strlen(u->name);
	g->members = u->name + g->name_len;
	g->is_private = 1;
	return OKTA_OK;
}

int
directory_group_by_name(
    const struct directory *d, const char *name, struct directory_group *g)
{
	struct directory_user u;
	struct format_probe p;
	uint64_t offset;
	int r;

	if ((r = format_probe_name(&p, d, name, DIR_NAME_MAX)) != OKTA_OK)
		return r;
	while ((r = format_probe_next(&p, d, DIR_GROUP_NAMES, &offset)) ==
	    OKTA_OK) {
		if ((r = directory_group_at(d, offset, g)) != OKTA_OK ||
		    (g->name_len == p.len && memcmp(g->name, name, p.len) == 0))
			return r;
	}
	if (r != OKTA_ABSENT ||
	    (r = directory_user_by_name(d, name, &u)) != OKTA_OK)
		return r;
	return directory_group_of(&u, g);
}

int
directory_group_by_gid(
    const struct directory *d, uint32_t gid, struct directory_group *g)
{
	struct directory_user u;
	uint64_t offset;
	int r;

	r = format_find_id(d, DIR_GROUP_GIDS, gid, &offset);
	if (r == OKTA_OK) {
		if ((r = directory_group_at(d, offset, g)) == OKTA_OK &&
		    g->gid != gid)
			r = OKTA_BAD;
		return r;
	}
	if (r != OKTA_ABSENT ||
	    (r = directory_user_by_uid(d, gid, &u)) != OKTA_OK)
		return r;
	return directory_group_of(&u, g);
}
