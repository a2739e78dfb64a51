/*
 * The publisher's full check of a directory or people file, made with the
 * very reader that NSS uses. libc only; part of base.
 */
#ifndef OKTA_DIRECTORY_CHECK_H
#define OKTA_DIRECTORY_CHECK_H

#include "directory.h"

/* What the publisher knows for itself and the image does not decide. */
struct directory_rules {
	uint32_t id_min, id_max; /* from okta.conf */
	/* 1 where the name (or id) stands in the local files or is reserved. */
	int (*is_taken_name)(void *arg, const char *name);
	int (*is_taken_id)(void *arg, uint32_t id);
	void *arg;
};

/* Where a check failed, for the journal: a fixed sentence and the number or
 * name concerned. */
struct directory_fault {
	const char *what;
	uint32_t id;
	char name[DIR_NAME_MAX + 1];
};

/* Body checksum, every record, every hash slot reachable both ways, no
 * number or name twice, memberships agree both ways, ids in range, names
 * valid (name.h), strings clean, passwd gid exists as a group.
 * OKTA_OK or OKTA_BAD with *f filled. */
int directory_check(const struct directory *d, const struct directory_rules *r,
    struct directory_fault *f);
/* The people file belongs to that directory: same uids and names, and against the
 * pair published before (may be NULL): no uid and no name changes its Okta id. */
int directory_check_people(const struct directory *people,
    const struct directory *d, const struct directory *old_people,
    struct directory_fault *f);
/* Writes generation and time into a writable image and makes the checksums anew. */
void directory_stamp(void *bytes, size_t size, uint64_t generation,
    uint64_t published);

#endif
