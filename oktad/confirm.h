/*
 * `confirmed` (directory.h): when Okta last agreed with what is published.
 *
 * The high-water mark is the latest wall-clock time seen since then. It only
 * rises, and is written from time to time while Okta is out of reach, so that a
 * clock that is set back does not make an old directory young (T102). A new
 * confirmation starts it anew: a poll that succeeded over TLS had a clock that
 * was about right, and a mark from one bad boot clock must not lock people out
 * for years.
 */
#ifndef OKTAD_CONFIRM_H
#define OKTAD_CONFIRM_H

#include <stdint.h>

#include "error.h"

enum { CONFIRM_RATCHET_S = 600 }; /* how often confirm_ratchet() is due */

/* Okta agrees now with this generation: replaces the file. 0 or -1. */
int confirm_write(const char *path, uint64_t generation, struct error *e);
/* Raises the high-water mark of a good file; does nothing without one. 0 or
 * -1. */
int confirm_ratchet(const char *path, struct error *e);

#endif
