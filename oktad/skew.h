/*
 * How far Okta's clock is ahead of this host's, from the Date headers of its
 * answers. The middle of the last five: one odd answer moves nothing.
 */
#ifndef OKTAD_SKEW_H
#define OKTAD_SKEW_H

#include <stdint.h>

enum {
	SKEW_SAMPLES = 5,
	SKEW_MAX_S = 86400, /* assertions are corrected up to this */
	SKEW_NOTABLE_S = 3 /* Date has whole seconds, answers take time */
};

struct skew {
	int64_t samples[SKEW_SAMPLES];
	unsigned int count; /* ever added */
};

/* date and now: Unix seconds of Okta and of this host. */
void skew_add(struct skew *s, uint64_t date, uint64_t now);
/* Forgets all but one: Okta's own word about an assertion's time. */
void skew_set(struct skew *s, uint64_t date, uint64_t now);
/* Seconds Okta is ahead; 0 below SKEW_NOTABLE_S and with no sample. */
int64_t skew_seconds(const struct skew *s);

#endif
