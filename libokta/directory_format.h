/*
 * Inside of the reader: records and hash sections of a mapping that
 * directory_view() has accepted. For the files of the reader only.
 */
#ifndef OKTA_DIRECTORY_FORMAT_H
#define OKTA_DIRECTORY_FORMAT_H

#include "directory.h"

/* What every record begins with. */
struct dir_record {
	uint32_t size;
	uint32_t number;
};

/* The record at an offset of a section: its fixed part and all that its size
 * claims lie inside, and its number may be one. NULL: damaged. */
const void *format_record(
    const struct directory *d, uint32_t type, uint64_t offset, size_t fixed);

/* A key being looked for in a hash section. */
struct format_probe {
	uint64_t hash;
	size_t len; /* of a name */
	uint32_t tag;
	uint32_t step;
};

/* OKTA_OK, or OKTA_ABSENT: nothing that is empty or longer than max bytes is in
 * any file. */
int format_probe_name(struct format_probe *p, const struct directory *d,
    const char *name, size_t max);
/* The next record that may carry the key. OKTA_OK and its offset,
 * OKTA_ABSENT, OKTA_BAD. */
int format_probe_next(struct format_probe *p, const struct directory *d,
    uint32_t type, uint64_t *offset);

/* The record of a number, by its hash section. Codes as above. */
int format_find_id(
    const struct directory *d, uint32_t type, uint32_t id, uint64_t *offset);
/* The first record whose number is above last: the neighbour of last where that
 * still stands, else found by walking. Codes as above. */
int format_after(const struct directory *d, uint32_t type, uint32_t hash_type,
    uint32_t last, uint64_t *offset);

/* What the record at an offset says, all of it checked. OKTA_OK, OKTA_BAD. */
int directory_user_at(
    const struct directory *d, uint64_t offset, struct directory_user *u);
int directory_group_at(
    const struct directory *d, uint64_t offset, struct directory_group *g);
int directory_person_at(
    const struct directory *d, uint64_t offset, struct directory_person *p);
/* The private group of a user. OKTA_OK, OKTA_ABSENT. */
int directory_group_of(
    const struct directory_user *u, struct directory_group *g);

#endif
