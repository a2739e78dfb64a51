/*
 * All people of a file in their order, for whoever reads the whole of it, as
 * the check before publication does: no look-up per record, and slots of hash
 * sections that are needed soon can be fetched before that.
 */
#ifndef OKTA_DIRECTORY_WALK_H
#define OKTA_DIRECTORY_WALK_H

#include "directory.h"

/* Begins as {.d = d}. */
struct directory_walk {
	const struct directory *d;
	uint64_t offset; /* of the next record */
	uint32_t last; /* number of the one before it */
};

/* The next record. OKTA_OK; OKTA_ABSENT at the end; OKTA_BAD: damaged, or its
 * number is not above the last one. */
int directory_walk_user(struct directory_walk *w, struct directory_user *u);
int directory_walk_person(struct directory_walk *w, struct directory_person *p);

/* Has the slot of a key come into the cache, and returns at once. */
void directory_fetch_id(const struct directory *d, uint32_t type, uint32_t id);
void directory_fetch_name(
    const struct directory *d, uint32_t type, const char *name);

#endif
