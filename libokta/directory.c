/*
 * Reader of the published files: users. No system call, no
 * allocation, no state.
 */
#include "config.h"

#include <string.h>

#include "directory_format.h"

int
directory_user_at(
    const struct directory *d, uint64_t offset, struct directory_user *u)
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

int
directory_user_by_name(
    const struct directory *d, const char *name, struct directory_user *u)
{
	struct format_probe p;
	uint64_t offset;
	int r;

	if ((r = format_probe_name(&p, d, name, DIR_NAME_MAX)) != OKTA_OK)
		return r;
	while ((r = format_probe_next(&p, d, DIR_USER_NAMES, &offset)) ==
	    OKTA_OK) {
		if ((r = directory_user_at(d, offset, u)) != OKTA_OK ||
		    ((size_t)(u->gecos - u->name) - 1 == p.len &&
			memcmp(u->name, name, p.len) == 0))
			break;
	}
	return r;
}
