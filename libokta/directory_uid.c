/*
 * Reader of the published files: a user by number, which everybody but the PAM
 * module asks for.
 */
#include "config.h"

#include "directory_format.h"

int
directory_user_by_uid(
    const struct directory *d, uint32_t uid, struct directory_user *u)
{
	uint64_t offset;
	int r;

	if ((r = format_find_id(d, DIR_USER_UIDS, uid, &offset)) != OKTA_OK ||
	    (r = directory_user_at(d, offset, u)) != OKTA_OK)
		return r;
	return u->uid == uid ? OKTA_OK : OKTA_BAD;
}
