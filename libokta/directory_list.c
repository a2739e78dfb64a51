/*
 * Reader of the published files: enumeration. No system call, no allocation,
 * no state but the caller's cursor.
 */
#include "config.h"

#include "directory_format.h"

/* In the cursor of directory_next_group(): the stored groups are through. */
#define CURSOR_PRIVATE 0x80000000U

int
format_after(const struct directory *d, uint32_t type, uint32_t hash_type,
    uint32_t last, uint64_t *offset)
{
	const struct dir_record *r;
	int code;

	*offset = 0;
	if (last != 0) {
		code = format_find_id(d, hash_type, last, offset);
		if (code == OKTA_BAD)
			return OKTA_BAD;
		if (code == OKTA_ABSENT)
			*offset = 0;
	}
	for (; *offset < d->section[type].size; *offset += r->size) {
		r = format_record(d, type, *offset, sizeof(*r));
		if (r == NULL)
			return OKTA_BAD;
		if (r->number > last)
			return OKTA_OK;
	}
	return *offset == d->section[type].size ? OKTA_ABSENT : OKTA_BAD;
}

int
directory_next_user(
    const struct directory *d, uint32_t *cursor, struct directory_user *u)
{
	uint64_t offset;
	int r;

	if ((r = format_after(d, DIR_USERS, DIR_USER_UIDS, *cursor, &offset)) !=
		OKTA_OK ||
	    (r = directory_user_at(d, offset, u)) != OKTA_OK)
		return r;
	*cursor = u->uid;
	return OKTA_OK;
}

int
directory_next_group(
    const struct directory *d, uint32_t *cursor, struct directory_group *g)
{
	struct directory_user u;
	uint64_t offset;
	uint32_t last;
	int r;

	if (!(*cursor & CURSOR_PRIVATE)) {
		r = format_after(
		    d, DIR_GROUPS, DIR_GROUP_GIDS, *cursor, &offset);
		if (r == OKTA_OK &&
		    (r = directory_group_at(d, offset, g)) == OKTA_OK)
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
	} while (directory_group_of(&u, g) != OKTA_OK);
	return OKTA_OK;
}
