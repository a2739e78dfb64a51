#include "config.h"

#include <string.h>

#include "directory_format.h"
#include "directory_walk.h"

/* Goes behind the record that begins there. */
static int
step(struct directory_walk *w, uint32_t type)
{
	const struct dir_record *r =
	    format_record(w->d, type, w->offset, sizeof(*r));

	if (r == NULL || r->number <= w->last)
		return OKTA_BAD;
	w->last = r->number;
	w->offset += r->size;
	return OKTA_OK;
}

int
directory_walk_user(struct directory_walk *w, struct directory_user *u)
{
	uint64_t offset = w->offset;

	if (offset == w->d->section[DIR_USERS].size)
		return OKTA_ABSENT;
	return step(w, DIR_USERS) == OKTA_OK
	    ? directory_user_at(w->d, offset, u)
	    : OKTA_BAD;
}

int
directory_walk_person(struct directory_walk *w, struct directory_person *p)
{
	uint64_t offset = w->offset;

	if (offset == w->d->section[DIR_PEOPLE].size)
		return OKTA_ABSENT;
	return step(w, DIR_PEOPLE) == OKTA_OK
	    ? directory_person_at(w->d, offset, p)
	    : OKTA_BAD;
}

static void
fetch(const struct directory *d, uint32_t type, uint64_t hash)
{
	const struct dir_section *s = &d->section[type];
	const struct dir_slot *slots = (const void *)(d->base + s->offset);

	if (s->count > 0)
		__builtin_prefetch(&slots[hash & (s->count - 1)]);
}

void
directory_fetch_id(const struct directory *d, uint32_t type, uint32_t id)
{
	fetch(d, type, directory_hash_id(d->header->hash_seed, id));
}

void
directory_fetch_name(const struct directory *d, uint32_t type, const char *name)
{
	fetch(d, type,
	    directory_hash_name(d->header->hash_seed, name, strlen(name)));
}
