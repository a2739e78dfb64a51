/*
 * Reader of the public file: the local groups that people of Okta are in.
 */
#include "config.h"

#include "directory_format.h"

/* The first place whose uid is not below. */
static uint32_t
first_of(const struct dir_local_group *list, uint32_t n, uint64_t uid)
{
	uint32_t low = 0, middle;

	while (low < n) {
		middle = low + (n - low) / 2;
		if (list[middle].uid < uid)
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}

int
directory_local_groups(const struct directory *d, uint32_t uid,
    const struct dir_local_group **list, uint32_t *n)
{
	const struct dir_section *s = &d->section[DIR_LOCAL_GROUPS];
	const struct dir_local_group *all = (const void *)(d->base + s->offset);
	uint32_t first;

	*list = NULL;
	*n = 0;
	if (s->size % sizeof(*all) != 0 || s->size / sizeof(*all) != s->count)
		return OKTA_BAD;
	first = first_of(all, s->count, uid);
	*n = first_of(all, s->count, (uint64_t)uid + 1) - first;
	*list = all + first;
	for (uint32_t i = 0; i < *n; i++)
		if ((*list)[i].gid == 0 || (*list)[i].uid != uid) {
			*n = 0;
			return OKTA_BAD;
		}
	return OKTA_OK;
}
