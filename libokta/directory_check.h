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
	/* 1 where the name (or id) stands in the local files. Reserved names
	 * (name.h) are refused without asking. */
	int (*is_taken_name)(void *arg, const char *name);
	int (*is_taken_id)(void *arg, uint32_t id);
	void *arg;
};

/* Where a check failed, for the journal: a fixed sentence and the number and
 * name concerned (0 and "": none). */
struct directory_fault {
	const char *what;
	uint32_t id;
	char name[DIR_NAME_MAX + 1];
};

/* Body checksum, no unknown section, every record whole and valid (names, texts,
 * ids in the publisher's range and not taken), every record found by name and by
 * number and nothing else in the hash sections, no number or name twice in people
 * and groups together, memberships agree both ways, every primary group
 * exists. OKTA_OK, or OKTA_BAD with *f filled. */
int directory_check(const struct directory *d, const struct directory_rules *r,
    struct directory_fault *f);
/* The people file belongs to that directory: same uids and names, flags that agree
 * with status and why, no Okta id twice; and against the people published
 * before (NULL: none): no uid and no name changes its Okta id. */
int directory_check_people(const struct directory *people,
    const struct directory *d, const struct directory *old_people,
    struct directory_fault *f);
/* 1: no run of full slots in a hash section (of a file at base) is longer than
 * readers follow. Other sections: 1. */
int directory_is_loose(const uint8_t *base, const struct dir_section *s);
/* Writes generation and time into a writable image that directory_view()
 * accepts, or would but for its checksums, and makes the checksums anew. */
void directory_stamp(void *bytes, size_t size, uint64_t generation,
    uint64_t published);

#endif
