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
	int has_keys; /* there may be ssh keys */
	void *arg;
};

/* Where a check failed, for the journal: a fixed sentence and the number and
 * name concerned (0 and "": none). */
struct directory_fault {
	const char *what;
	uint32_t id;
	char name[DIR_NAME_MAX + 1];
};

/* Body checksum, no unknown section, every record whole and valid (names,
 * texts, ids in the publisher's range and not taken), every record found by
 * name and by number and nothing else in the hash sections, no number or name
 * twice in people and groups together, memberships agree both ways, every
 * primary group exists. OKTA_OK, or OKTA_BAD with *f filled. */
int directory_check(const struct directory *d, const struct directory_rules *r,
    struct directory_fault *f);
/* The people file belongs to that directory: same uids and names, flags that
 * agree with status and why, no Okta id twice, an Okta group behind every
 * group; the sources of access rules in order, and only people of the file in
 * them. Who has no public record at all, because the name is a local account's
 * that they are behind, is for the caller to look at. */
int directory_check_people(const struct directory *people,
    const struct directory *d, struct directory_fault *f);
/* 1: no run of full slots in a hash section (of a file at base) is longer than
 * readers follow. Other sections: 1. */
int directory_is_loose(const uint8_t *base, const struct dir_section *s);
/* Of a body: four sums, to each of which every
 * fourth word of eight bytes is added as FNV-1a adds a byte, and bytes behind
 * the last such row to the first one; then the sums likewise. Only publishers
 * read it, once for each image. Against accidents only. */
uint64_t directory_body_checksum(const void *p, size_t len);
/* Writes generation and time into a header, and its checksum. */
void directory_stamp_header(
    struct dir_header *h, uint64_t generation, uint64_t published);
/* Writes generation and time into a writable image that directory_view()
 * accepts, or would but for its checksums, and makes the checksums anew. */
void directory_stamp(
    void *bytes, size_t size, uint64_t generation, uint64_t published);

#endif
