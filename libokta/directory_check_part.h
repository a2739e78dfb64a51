/*
 * Inside of the check: what both kinds of file share. For directory_check.c and
 * directory_check_people.c only.
 */
#ifndef OKTA_DIRECTORY_CHECK_PART_H
#define OKTA_DIRECTORY_CHECK_PART_H

#include "directory_check.h"

/* So many people before a record is checked, its slots are fetched. */
enum { CHECK_AHEAD = 16 };

/* Fills *f, the name filtered. Always OKTA_BAD. */
int directory_fault_set(
    struct directory_fault *f, const char *what, uint32_t id, const char *name);
/* Header, section table and body checksum. */
int directory_check_frame(const struct directory *d, struct directory_fault *f);
/* What access rules need: ids, orders, people, networks. */
int directory_check_sources(
    const struct directory *people, struct directory_fault *f);
/* ssh keys of d: whose, and whether they are keys. d is the public file, or the
 * private one beside it. */
int directory_check_keys(const struct directory *d,
    const struct directory *public, struct directory_fault *f);
/* Keys of local accounts: names in order, and whether they are keys. */
int directory_check_accounts(const struct directory *d,
    const struct directory_rules *r, struct directory_fault *f);
/* Local groups: people of the directory, in order; no gid that
 * somebody of the directory has. */
int directory_check_local(const struct directory *d, struct directory_fault *f);
/* As many full slots as records: together with "every record is found" that
 * makes a hash section exact. */
int directory_check_slots(const struct directory *d, uint32_t type,
    uint32_t records, struct directory_fault *f);

#endif
