/*
 * Reader of the private file: the sources of access rules, who belongs to them
 * and the networks of zones. Arrays of one size, found by halving.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "directory_format.h"

/* The records of a section, or NULL where count and size disagree. */
static const void *
array_of(const struct directory *d, uint32_t type, size_t size, uint32_t *n)
{
	const struct dir_section *s = &d->section[type];

	*n = s->count;
	return s->size % size == 0 && s->size / size == s->count
	    ? d->base + s->offset
	    : NULL;
}

static int
order_belongs(const void *key, const void *record)
{
	const struct dir_belongs *a = key, *b = record;
	uint64_t x = (uint64_t)a->uid << 32 | a->source;
	uint64_t y = (uint64_t)b->uid << 32 | b->source;

	return (x > y) - (x < y);
}

int
directory_source_by_id(
    const struct directory *d, const char *id, uint32_t *source)
{
	const struct dir_source *list;
	uint32_t n;

	/* okta.conf names few. */
	list = array_of(d, DIR_SOURCES, sizeof(*list), &n);
	for (*source = 0; list != NULL && *source < n; ++*source)
		if (strncmp(id, list[*source].id, sizeof(list->id)) == 0)
			return OKTA_OK;
	*source = 0;
	return list != NULL ? OKTA_ABSENT : OKTA_BAD;
}

int
directory_belongs(const struct directory *d, uint32_t uid, uint32_t source)
{
	const struct dir_belongs key = {uid, source}, *list;
	uint32_t n;

	list = array_of(d, DIR_BELONGS, sizeof(*list), &n);
	if (list == NULL)
		return OKTA_BAD;
	return bsearch(&key, list, n, sizeof(key), order_belongs) != NULL
	    ? OKTA_OK
	    : OKTA_ABSENT;
}

int
directory_has_address(
    const struct directory *d, uint32_t source, const uint8_t address[16])
{
	const struct dir_net *list;
	struct address_net net;
	uint32_t n;

	list = array_of(d, DIR_NETS, sizeof(*list), &n);
	for (uint32_t i = 0; list != NULL && i < n; i++) {
		net.bits = list[i].bits;
		memcpy(net.bytes, list[i].bytes, sizeof(net.bytes));
		if (list[i].source == source && address_is_in(address, &net))
			return OKTA_OK;
	}
	return list != NULL ? OKTA_ABSENT : OKTA_BAD;
}
