/*
 * The last answers in memory, while a full pass compares them with the new
 * ones: most people are what they were, and cost no statement then. A text of
 * Okta's about a person is known by its digest; who was seen, by bits. Internal
 * to state*.c.
 */
#ifndef OKTA_STATE_ROLL_H
#define OKTA_STATE_ROLL_H

#include <stddef.h>
#include <stdint.h>

#include "state.h"

/* A record in a list, by number of its source and its own. */
struct roll_pair {
	uint32_t src, pk;
};

struct roll {
	int is_open; /* a full pass is under way */
	int is_ahead; /* who will be lost by it is asked about */
	/* By pk of in_person, for `cap` of them. */
	uint8_t (*digest)[STATE_DIGEST]; /* all 0: none */
	uint8_t *seen; /* bits: in the answers of this pass */
	uint8_t *here; /* bits: in the list under way */
	size_t cap;
	/* From a digest to its pk; entries may be old, so the digest of the pk
	 * has the last word. 0: free. */
	uint32_t *slot;
	size_t nslots, used;
	int64_t source; /* whose list is under way, 0 none */
	uint8_t text[STATE_DIGEST]; /* of the element under way */
	int has_text;
	uint8_t rules[STATE_DIGEST]; /* that the texts were read by */
	int has_learned; /* digests of what does not count yet */
	int is_kept; /* state_stage_keep(): a rollback does not end the pass */
	/* The last answers, list by list: until a poll may have changed them.
	 * NULL: to be read. */
	struct roll_pair *pairs;
	size_t npairs;
};

/* Room for this pk. 0, -1 no memory. */
int roll_fit(struct roll *r, int64_t pk);
/* The pk of the text, 0 none. */
uint32_t roll_find(const struct roll *r, const uint8_t digest[STATE_DIGEST]);
/* The text of a pk; a failing allocation leaves it unknown. */
void roll_learn(
    struct roll *r, uint32_t pk, const uint8_t digest[STATE_DIGEST]);
/* What is in_person has changed otherwise. */
void roll_forget(struct roll *r, int64_t pk);
/* Knows no text any more. */
void roll_forget_all(struct roll *r);
/* Marks the pk as seen: 1 for the first time in this list, 0 again. */
int roll_mark(struct roll *r, uint32_t pk);
/* Marks the pk as seen, in no list. */
void roll_see(struct roll *r, uint32_t pk);
/* Sets or clears its bit in the list under way. */
void roll_put(struct roll *r, uint32_t pk, int is_here);
/* The last answers may not be what they were. */
void roll_forget_pairs(struct roll *r);
/* Nobody is in the list under way. */
void roll_leave_list(struct roll *r);
/* No pass is under way any more; what was learned stays. */
void roll_close(struct roll *r);
int roll_has(const uint8_t *bits, uint32_t pk);
void roll_free(struct roll *r);

#endif
