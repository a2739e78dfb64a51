/*
 * Numbers for Okta ids. Uids and gids share one space, min to max; candidate
 * k = 0, 1, … of an id is
 *
 *	min + be64(SHA-256(kind 0x00 dec(k) 0x00 id)[0..7]) mod (max - min + 1)
 *
 * with kind "user" or "group" and dec(k) in decimal digits. The sequence
 * depends on the Okta id alone, so every host counts alike and a lost ledger
 * comes out the same again; only a clash makes the second comer take a later
 * candidate. Pure: what is taken, the caller knows.
 */
#ifndef OKTA_IDMAP_H
#define OKTA_IDMAP_H

#include <stdint.h>

enum idmap_kind { IDMAP_USER = 1, IDMAP_GROUP = 2 };

enum {
	/* Candidates looked at before an id is refused. With half the numbers
	 * of a range given out, the chance to need them all is 2^-4096. */
	IDMAP_TRIES = 4096
};

/* Candidate k of an id in [min, max]. 0, or -1 and *number 0 where min > max,
 * the kind is none or the digest fails. */
int idmap_candidate(enum idmap_kind kind, const char *id, uint32_t k,
    uint32_t min, uint32_t max, uint32_t *number);

/* 1 where a number is not to be had, 0 where it is free, -1 on failure. */
typedef int idmap_taken(void *arg, uint32_t number);

/* The first free candidate. 1 and *number, *k; 0 where all IDMAP_TRIES are
 * taken; -1 on failure. Outputs are 0 but for 1. */
int idmap_place(enum idmap_kind kind, const char *id, uint32_t min,
    uint32_t max, idmap_taken *is_taken, void *arg, uint32_t *number,
    uint32_t *k);

#endif
