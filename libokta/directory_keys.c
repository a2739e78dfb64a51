/*
 * Reader: the ssh keys of people.
 */
#include "config.h"

#include <string.h>

#include "directory_format.h"

int
directory_keys_by_uid(
    const struct directory *d, uint32_t uid, struct directory_keys *k)
{
	const struct dir_keys *r;
	uint64_t offset;
	int code = format_find_id(d, DIR_SSH_KEY_UIDS, uid, &offset);

	memset(k, 0, sizeof(*k));
	if (code != OKTA_OK)
		return code;
	r = format_record(d, DIR_SSH_KEYS, offset, sizeof(*r));
	if (r == NULL || r->uid != uid || r->len == 0 ||
	    r->len > r->size - sizeof(*r))
		return OKTA_BAD;
	k->uid = uid;
	k->count = r->count;
	k->text = (const char *)(r + 1);
	k->len = r->len;
	return OKTA_OK;
}

int
directory_next_keys(
    const struct directory *d, uint32_t *cursor, struct directory_keys *k)
{
	const struct dir_keys *r;
	uint64_t offset;
	int code =
	    format_after(d, DIR_SSH_KEYS, DIR_SSH_KEY_UIDS, *cursor, &offset);

	memset(k, 0, sizeof(*k));
	if (code != OKTA_OK)
		return code;
	r = format_record(d, DIR_SSH_KEYS, offset, sizeof(*r));
	if (r == NULL || directory_keys_by_uid(d, r->uid, k) != OKTA_OK)
		return OKTA_BAD;
	*cursor = r->uid;
	return OKTA_OK;
}
