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
	GOVERNOR_WAIT_S = 30, /* after a 429 that names no time */
	GOVERNOR_UNAVAILABLE_S = 5, /* after a 503 that names no time */
	GOVERNOR_WINDOW_S = 60, /* in which Okta counts (8.6) */
	GOVERNOR_PACE_MAX_S = 1800 /* between two polls of the System Log */
};

struct governor {
	unsigned int share; /* percent of a limit for all but logins */
	struct governor_bucket {
		uint32_t limit, remaining; /* limit 0: not known */
		uint64_t reset_ms; /* boot clock */
		uint64_t go_ms; /* a little later: not all hosts at once */
		uint64_t held_ms; /* nobody but logins before that */
		/* of the System Log only: */
		uint64_t learnt_ms; /* the last answer came */
		uint64_t pace_ms; /* from one poll to the next; 0: any */
		uint64_t next_ms; /* no poll before that */
	} buckets[BUCKET_COUNT];
};

/* Learns from an answer that came at now_ms. For 429 and 503 the answer is
 * the whole seconds to wait (1 to 120, jitter of up to a tenth included; for
 * the System Log longer), else 0. random: any number.
 *
 * The System Log's bucket is small, and shared by all hosts that have the same
 * credential. Each answer tells what all of them have used since the window
 * began; goes that beyond the share, then this host's polls are stretched, and
 * drawn together again when there is room. Hosts that start together have to
 * spread their first polls over a window themselves (sync.c). For that bucket
 * the seconds until the next poll are the answer of a 200, too. */
uint32_t governor_learn(struct governor *g, enum route_bucket bucket,
    int status, const struct head *h, uint64_t now_ms, uint32_t random);
/* Seconds for which a request must be held back; 0: go. Logins always go. */
uint32_t governor_hold(const struct governor *g, enum route_bucket bucket,
    enum channel_role role, uint64_t now_ms);

#endif
