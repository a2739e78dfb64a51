/*
 * Reader of the public file: the ssh keys of a person, and those of a local
 * account.
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

int
directory_next_account(const struct directory *d, uint64_t *offset,
    const char **name, struct directory_keys *k)
{
	const struct dir_section *s = &d->section[DIR_LOCAL_ACCOUNTS];
	const struct dir_account *r =
	    (const void *)(d->base + s->offset + *offset);
	uint64_t left = s->size - *offset;

	memset(k, 0, sizeof(*k));
	*name = "";
	if (left == 0)
		return OKTA_ABSENT;
	if (left < sizeof(*r) || r->size > left || r->size % 8 != 0 ||
	    r->size < sizeof(*r) || r->name_len > DIR_NAME_MAX ||
	    r->name_len >= r->size - sizeof(*r) ||
	    r->len > r->size - sizeof(*r) - r->name_len - 1 ||
	    ((const char *)(r + 1))[r->name_len] != '\0')
		return OKTA_BAD;
	*name = (const char *)(r + 1);
	k->count = r->count;
	k->text = *name + r->name_len + 1;
	k->len = r->len;
	*offset += r->size;
	return OKTA_OK;
}
