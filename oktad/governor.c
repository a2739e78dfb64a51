#include "governor.h"

/* Okta's own clock decides: a wait is the distance from the answer's Date. */
static uint32_t
seconds_until(uint64_t at, uint64_t date)
{
	if (at <= date)
		return 1;
	return at - date < GOVERNOR_WAIT_MAX_S
	    ? (uint32_t)(at - date) + 1 : GOVERNOR_WAIT_MAX_S;
}

static uint32_t
demanded_wait(int status, const struct head *h)
{
	uint32_t wait = 0;

	if (h->retry_after > 0)
		wait = h->retry_after;
	else if (h->retry_at != 0 && h->date != 0)
		wait = seconds_until(h->retry_at, h->date);
	if (status == 429 && h->reset != 0 && h->date != 0 &&
	    seconds_until(h->reset, h->date) > wait)
		wait = seconds_until(h->reset, h->date);
	if (wait == 0)
		wait = status == 429 ? GOVERNOR_WAIT_S : GOVERNOR_UNAVAILABLE_S;
	return wait < GOVERNOR_WAIT_MAX_S ? wait : GOVERNOR_WAIT_MAX_S;
}

uint32_t
governor_learn(struct governor *g, enum route_bucket bucket, int status,
    const struct head *h, uint64_t now_ms, uint32_t random)
{
	struct governor_bucket *b = &g->buckets[bucket];
	uint32_t wait;

	/* Limit 0 is the limit of requests at once: capacity is back in
	 * milliseconds, the reset is a guess and not of this bucket. */
	if (status == 429 && h->has_limit && h->limit == 0)
		return 1 + random % 2;
	if (h->has_limit && h->has_remaining && h->reset != 0 && h->date != 0 &&
	    h->limit > 0) {
		b->limit = h->limit;
		b->remaining = h->remaining;
		b->reset_ms = now_ms +
		    seconds_until(h->reset, h->date) * 1000ULL;
	}
	if (status != 429 && status != 503)
		return 0;
	wait = demanded_wait(status, h);
	wait += random % (wait / 10 + 1);
	if (wait > GOVERNOR_WAIT_MAX_S)
		wait = GOVERNOR_WAIT_MAX_S;
	if (status == 429)
		b->held_ms = now_ms + wait * 1000ULL;
	return wait;
}

uint32_t
governor_hold(const struct governor *g, enum route_bucket bucket,
    enum channel_role role, uint64_t now_ms)
{
	const struct governor_bucket *b = &g->buckets[bucket];
	uint64_t until = 0;

	if (role == ROLE_LOGIN || bucket == BUCKET_NONE)
		return 0;
	if (now_ms < b->held_ms)
		until = b->held_ms;
	/* An admin who looks at something may use what is left. */
	if (role == ROLE_SYNC && now_ms < b->reset_ms && b->limit > 0 &&
	    b->remaining <= (uint64_t)b->limit * (100 - g->share) / 100 &&
	    b->reset_ms > until)
		until = b->reset_ms;
	return until == 0 ? 0 : (uint32_t)((until - now_ms + 999) / 1000);
}
