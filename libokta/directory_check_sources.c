/*
 * The check of what access rules need, in the people file, and of local groups
 * in the directory.
 */
#include "config.h"

#include <string.h>

#include "address.h"
#include "directory_check_part.h"

static const void *
records_of(const struct directory *d, uint32_t type, size_t size, uint32_t *n)
{
	const struct dir_section *s = &d->section[type];

	*n = s->count;
	return s->size % size == 0 && s->size / size == s->count
	    ? d->base + s->offset
	    : NULL;
}

static int
is_zone(const struct dir_source *s)
{
	return strncmp(s->id, "nzo", 3) == 0;
}

/* An id, and nothing but NULs behind it. */
static int
is_source(const struct dir_source *s)
{
	size_t len = strnlen(s->id, sizeof(s->id));

	for (size_t i = len; i < sizeof(s->id); i++)
		if (s->id[i] != '\0')
			return 0;
	return len < sizeof(s->id) && directory_is_okta_id(s->id);
}

static int
check_belongs(const struct directory *people, const struct dir_source *sources,
    uint32_t nsources, struct directory_fault *f)
{
	const struct dir_belongs *list, *b, *last = NULL;
	struct directory_person p;
	uint32_t n;

	list = records_of(people, DIR_BELONGS, sizeof(*list), &n);
	if (list == NULL)
		return directory_fault_set(
		    f, "who belongs to what is damaged", 0, "");
	for (b = list; b < list + n; last = b++) {
		if (b->source >= nsources || is_zone(&sources[b->source]) ||
		    (last != NULL &&
			(b->uid < last->uid ||
			    (b->uid == last->uid &&
				b->source <= last->source))))
			return directory_fault_set(f,
			    "who belongs to what is out of order", b->uid, "");
		if ((last == NULL || last->uid != b->uid) &&
		    directory_person_by_uid(people, b->uid, &p) != OKTA_OK)
			return directory_fault_set(f,
			    "somebody unknown belongs to a source", b->uid, "");
	}
	return OKTA_OK;
}

static int
check_nets(const struct directory *people, const struct dir_source *sources,
    uint32_t nsources, struct directory_fault *f)
{
	const struct dir_net *list, *last = NULL;
	uint32_t n;

	list = records_of(people, DIR_NETS, sizeof(*list), &n);
	if (list == NULL)
		return directory_fault_set(
		    f, "the networks of zones are damaged", 0, "");
	for (const struct dir_net *r = list; r < list + n; last = r++) {
		struct address_net net = {.bits = r->bits};

		memcpy(net.bytes, r->bytes, sizeof(net.bytes));
		if (r->source >= nsources || !is_zone(&sources[r->source]) ||
		    !address_is_net(&net) ||
		    (last != NULL && r->source < last->source))
			return directory_fault_set(
			    f, "a network of a zone is not one", r->source, "");
	}
	return OKTA_OK;
}

int
directory_check_sources(
    const struct directory *people, struct directory_fault *f)
{
	const struct dir_source *list;
	uint32_t n;

	list = records_of(people, DIR_SOURCES, sizeof(*list), &n);
	if (list == NULL)
		return directory_fault_set(
		    f, "the sources of rules are damaged", 0, "");
	for (uint32_t i = 0; i < n; i++)
		if (!is_source(&list[i]) ||
		    (i > 0 && strcmp(list[i - 1].id, list[i].id) >= 0))
			return directory_fault_set(f,
			    "a source of rules is not one, or out of order", i,
			    "");
	if (check_belongs(people, list, n, f) != OKTA_OK)
		return OKTA_BAD;
	return check_nets(people, list, n, f);
}

/* Somebody's, of Okta's people and groups. The header's range is no measure:
 * an import widens it over numbers that are the host's. */
static int
is_ours(const struct directory *d, uint32_t gid)
{
	struct directory_user u;
	struct directory_group g;

	return directory_user_by_uid(d, gid, &u) != OKTA_ABSENT ||
	    directory_group_by_gid(d, gid, &g) != OKTA_ABSENT;
}

int
directory_check_local(const struct directory *d, struct directory_fault *f)
{
	const struct dir_local_group *list, *last = NULL;
	struct directory_user u;
	uint32_t n;

	list = records_of(d, DIR_LOCAL_GROUPS, sizeof(*list), &n);
	if (list == NULL)
		return directory_fault_set(
		    f, "the local groups are damaged", 0, "");
	for (const struct dir_local_group *g = list; g < list + n; last = g++) {
		if (directory_user_by_uid(d, g->uid, &u) != OKTA_OK)
			return directory_fault_set(f,
			    "somebody unknown is in a local group", g->uid, "");
		if (g->gid == 0 || is_ours(d, g->gid) ||
		    (u.flags & DIR_USER_NO_LOGIN) ||
		    (last != NULL &&
			(g->uid < last->uid ||
			    (g->uid == last->uid && g->gid <= last->gid))))
			return directory_fault_set(
			    f, "a local group is not one", g->uid, u.name);
	}
	return OKTA_OK;
}
