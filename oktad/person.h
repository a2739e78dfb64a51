/*
 * Whose login it is, by the uid of the hello and the published files, which
 * are mapped afresh for every login.
 */
#ifndef OKTAD_PERSON_H
#define OKTAD_PERSON_H

#include <stdint.h>

#include "conf_slice.h"

struct person_files {
	const char *directory, *people;
};

extern const struct person_files person_files_here;

/* Fills who it is and, where this person may not log in (or is not there at
 * all), p->refusal: the conversation is held all the same, and then denied
 * without a call, so that nobody outside learns why (T41). Always fills; the
 * other members of p are left alone. */
void person_find(const struct person_files *files, uint32_t uid,
    struct slice_person *p);

#endif
