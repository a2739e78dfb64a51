/*
 * Which second factor a person used last: it is offered first the next time.
 * Kept in a file of lines "OKTA_ID KIND", for as many people as have logged in
 * lately. A convenience: whatever goes wrong with it, nobody is refused.
 */
#ifndef OKTAD_PREFERENCE_H
#define OKTAD_PREFERENCE_H

#include <stddef.h>

#include "error.h"
#include "proof.h"

enum { PREFERENCES_MAX = 4096 }; /* the oldest one gives way */

struct preferences;

/* Reads the file, of which lines that are none are passed over. NULL without
 * memory. */
struct preferences *preferences_open(const char *path);
void preferences_free(struct preferences *p);
/* PROOF_COUNT where nothing is known. */
enum proof_kind preference_of(const struct preferences *p, const char *okta_id);
/* Notes it, and writes the file where that is new. 0; -1 where it could not be
 * written, it holds in memory all the same. */
int preference_note(struct preferences *p, const char *okta_id,
    enum proof_kind kind, struct error *e);

#endif
