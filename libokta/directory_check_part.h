/*
 * Inside of the check: what both kinds of file share. For directory_check.c and
 * directory_check_people.c only.
 */
#ifndef OKTA_DIRECTORY_CHECK_PART_H
#define OKTA_DIRECTORY_CHECK_PART_H

#include "directory_check.h"

/* Fills *f, the name filtered. Always OKTA_BAD. */
int directory_fault_set(struct directory_fault *f, const char *what,
    uint32_t id, const char *name);
/* Header, section table and body checksum. */
int directory_check_frame(const struct directory *d,
    struct directory_fault *f);
/* As many full slots as records: together with "every record is found" that
 * makes a hash section exact. */
int directory_check_slots(const struct directory *d, uint32_t type,
    uint32_t records, struct directory_fault *f);

#endif
