/*
 * Okta's rate limits as its answers show them, per group of endpoints: how
 * long to wait after a 429, and when the directory must stand back so that
 * logins have their share (okta-api.md 8.5, 8.6).
 */
#ifndef OKTAD_GOVERNOR_H
#define OKTAD_GOVERNOR_H

#include <stdint.h>

#include "head.h"
#include "internal.h"
#include "route.h"

enum {
	GOVERNOR_WAIT_MAX_S = 120, /* whatever an answer demands */
	GOVERNOR_WAIT_S = 30,	   /* after a 429 that names no time */
	GOVERNOR_UNAVAILABLE_S = 5 /* after a 503 that names no time */
};

struct governor {
	unsigned int share; /* percent of a limit for all but logins */
	struct governor_bucket {
		uint32_t limit, remaining; /* limit 0: not known */
		uint64_t reset_ms;	   /* boot clock */
		uint64_t held_ms;	   /* nobody but logins before that */
	} buckets[BUCKET_COUNT];
};

/* Learns from an answer that came at now_ms. For 429 and 503 the answer is
 * the whole seconds to wait (1 to 120, jitter of up to a tenth included),
 * else 0. random: any number. */
uint32_t governor_learn(struct governor *g, enum route_bucket bucket,
    int status, const struct head *h, uint64_t now_ms, uint32_t random);
/* Seconds for which a request must be held back; 0: go. Logins always go. */
uint32_t governor_hold(const struct governor *g, enum route_bucket bucket,
    enum channel_role role, uint64_t now_ms);

#endif
