/*
 * Reader of the published files: users and groups. No system call, no
 * allocation, no state.
 */
#include "config.h"

#include <string.h>

#include "directory_format.h"

/* In the cursor of directory_next_group(): the stored groups are through. */
#define CURSOR_PRIVATE 0x80000000U

static int
user_at(const struct directory *d, uint64_t offset, struct directory_user *u)
{
	const struct dir_user *r;
	const char *s;
	size_t gids;

	r = format_record(d, DIR_USERS, offset, sizeof(*r));
	if (r == NULL || !directory_is_id(d, r->gid))
		return OKTA_BAD;
	s = (const char *)(r + 1);
	gids = (sizeof(*r) + r->strings_len + 3U) & ~(size_t)3;
	if (gids > r->size || (r->size - gids) / sizeof(uint32_t) < r->ngids)
		return OKTA_BAD;
	if (r->gecos < 2 || r->home <= r->gecos || r->shell <= r->home ||
	    r->strings_len <= r->shell || s[r->gecos - 1] != '\0' ||
	    s[r->home - 1] != '\0' || s[r->shell - 1] != '\0' ||
	    s[r->strings_len - 1] != '\0')
		return OKTA_BAD;
	u->uid = r->uid;
	u->gid = r->gid;
	u->flags = r->flags;
	u->name = u->strings = s;
	u->gecos = s + r->gecos;
	u->home = s + r->home;
	u->shell = s + r->shell;
	u->strings_len = r->strings_len;
	u->gids = (const void *)((const uint8_t *)r + gids);
	u->ngids = r->ngids;
	return OKTA_OK;
}

static int
group_at(const struct directory *d, uint64_t offset, struct directory_group *g)
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
	if (r->members_len > left || (r->members_len > 0 &&
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

static int
is_name(const char *stored, size_t stored_len, const char *name, size_t len)
{
	return stored_len == len && memcmp(stored, name, len) == 0;
}

int
directory_user_by_name(const struct directory *d, const char *name,
    struct directory_user *u)
{
	struct format_probe p;
	uint64_t offset;
	int r;

	if ((r = format_probe_name(&p, d, name, DIR_NAME_MAX)) != OKTA_OK)
		return r;
	while ((r = format_probe_next(&p, d, DIR_USER_NAMES, &offset)) ==
	    OKTA_OK) {
		if ((r = user_at(d, offset, u)) != OKTA_OK ||
		    is_name(u->name, (size_t)(u->gecos - u->name) - 1, name,
			p.len))
			break;
	}
	return r;
}

int
directory_user_by_uid(const struct directory *d, uint32_t uid,
    struct directory_user *u)
{
	uint64_t offset;
	int r;

	if ((r = format_find_id(d, DIR_USER_UIDS, uid, &offset)) != OKTA_OK ||
	    (r = user_at(d, offset, u)) != OKTA_OK)
		return r;
	return u->uid == uid ? OKTA_OK : OKTA_BAD;
}

static int
private_group(const struct directory_user *u, struct directory_group *g)
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
directory_group_by_name(const struct directory *d, const char *name,
    struct directory_group *g)
{
	struct directory_user u;
	struct format_probe p;
	uint64_t offset;
	int r;

	if ((r = format_probe_name(&p, d, name, DIR_NAME_MAX)) != OKTA_OK)
		return r;
	while ((r = format_probe_next(&p, d, DIR_GROUP_NAMES, &offset)) ==
	    OKTA_OK) {
		if ((r = group_at(d, offset, g)) != OKTA_OK ||
		    is_name(g->name, g->name_len, name, p.len))
			return r;
	}
	if (r != OKTA_ABSENT ||
	    (r = directory_user_by_name(d, name, &u)) != OKTA_OK)
		return r;
	return private_group(&u, g);
}

int
directory_group_by_gid(const struct directory *d, uint32_t gid,
    struct directory_group *g)
{
	struct directory_user u;
	uint64_t offset;
	int r;

	r = format_find_id(d, DIR_GROUP_GIDS, gid, &offset);
	if (r == OKTA_OK) {
		if ((r = group_at(d, offset, g)) == OKTA_OK && g->gid != gid)
			r = OKTA_BAD;
		return r;
	}
	if (r != OKTA_ABSENT ||
	    (r = directory_user_by_uid(d, gid, &u)) != OKTA_OK)
		return r;
	return private_group(&u, g);
}

int
directory_next_user(const struct directory *d, uint32_t *cursor,
    struct directory_user *u)
{
	uint64_t offset;
	int r;

	if ((r = format_after(d, DIR_USERS, DIR_USER_UIDS, *cursor,
		 &offset)) != OKTA_OK ||
	    (r = user_at(d, offset, u)) != OKTA_OK)
		return r;
	*cursor = u->uid;
	return OKTA_OK;
}

int
directory_next_group(const struct directory *d, uint32_t *cursor,
    struct directory_group *g)
{
	struct directory_user u;
	uint64_t offset;
	uint32_t last;
	int r;

	if (!(*cursor & CURSOR_PRIVATE)) {
		r = format_after(d, DIR_GROUPS, DIR_GROUP_GIDS, *cursor,
		    &offset);
		if (r == OKTA_OK && (r = group_at(d, offset, g)) == OKTA_OK)
			*cursor = g->gid;
		if (r != OKTA_ABSENT)
			return r;
		*cursor = CURSOR_PRIVATE;
	}
	last = *cursor & ~CURSOR_PRIVATE;
	do {
		if ((r = directory_next_user(d, &last, &u)) != OKTA_OK)
			return r;
		*cursor = last | CURSOR_PRIVATE;
	} while (private_group(&u, g) != OKTA_OK);
	return OKTA_OK;
}
