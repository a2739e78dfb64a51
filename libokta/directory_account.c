/*
 * Reader of the public file: the ssh keys that open local accounts.
 */
#include "config.h"

#include <string.h>

#include "directory_format.h"

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
