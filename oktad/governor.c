#include "governor.h"

enum {
	PACE_SETTLED_S = 15, /* of a window, before it tells a rate */
	PACE_MIN_MS = 5000, /* a shorter one is none */
	PACE_GAP_MAX_MS = 120000,
	PACE_UP_MAX = 200, /* percent, from one poll to the next */
	PACE_DOWN_MAX = 50,
	PACE_REFUSED = 300, /* percent, after a refusal */
	PACE_WEIGHTS = 4 * GOVERNOR_WINDOW_S,
	SPREAD_MS = 3000 /* hosts do not all go on in one second */
};

/* What load a host takes for the fair one, in percent of the share. Whoever
 * asks seldom is content with more of it and so draws nearer, whoever asks
 * often with less: so all come to one pace. */
static const struct fair {
	uint64_t pace_ms;
	unsigned int percent;
} fair[] = {{5000, 68}, {15000, 74}, {30000, 79}, {60000, 83}, {120000, 88},
    {240000, 93}, {480000, 98}, {900000, 103}, {1800000, 109}};

static uint32_t
whole_seconds(uint64_t ms)
{
	return (uint32_t)((ms + 999) / 1000);
}

/* Okta's own clock decides: a wait is the distance from the answer's Date. */
static uint32_t
seconds_until(uint64_t at, uint64_t date)
{
	if (at <= date)
		return 1;
	return at - date < GOVERNOR_WAIT_MAX_S ? (uint32_t)(at - date) + 1
					       : GOVERNOR_WAIT_MAX_S;
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

/* How much of the share all hosts together will have used by the end of this
 * window, in percent of it. */
static uint64_t
load_percent(uint64_t used, uint64_t bearable, uint64_t gone_s)
{
	/* The first one has begun the window: it tells no rate. */
	return (used > 0 ? used - 1 : 0) * GOVERNOR_WINDOW_S * 100 /
	    (gone_s < PACE_SETTLED_S ? PACE_SETTLED_S : gone_s) / bearable;
}

static uint64_t
fair_percent(uint64_t pace_ms)
{
	size_t n = sizeof(fair) / sizeof(fair[0]), i = 1;

	while (i < n - 1 && pace_ms > fair[i].pace_ms)
		i++;
	if (pace_ms <= fair[0].pace_ms)
		return fair[0].percent;
	if (pace_ms >= fair[i].pace_ms)
		return fair[i].percent;
	return fair[i - 1].percent +
	    (fair[i].percent - fair[i - 1].percent) *
	    (pace_ms - fair[i - 1].pace_ms) /
	    (fair[i].pace_ms - fair[i - 1].pace_ms);
}

static void
set_pace(struct governor_bucket *b, int is_refused, unsigned int share,
    uint64_t left_s, uint64_t now_ms, uint32_t random)
{
	uint64_t used = b->limit > b->remaining ? b->limit - b->remaining : 0;
	uint64_t gone_s =
	    left_s < GOVERNOR_WINDOW_S ? GOVERNOR_WINDOW_S - left_s : 0;
	uint64_t gap = b->learnt_ms != 0 ? now_ms - b->learnt_ms
					 : GOVERNOR_WINDOW_S * 1000ULL;
	uint64_t bearable = (uint64_t)b->limit * share / 100, percent, weight;
	int is_used_up;

	if (bearable == 0)
		bearable = 1;
	is_used_up = used >= bearable;
	percent = load_percent(used, bearable, gone_s);
	if (gap > PACE_GAP_MAX_MS)
		gap = PACE_GAP_MAX_MS;
	if (percent > 100 && b->pace_ms < gap)
		b->pace_ms = gap;
	if (percent > 100 && b->pace_ms < PACE_MIN_MS)
		b->pace_ms = PACE_MIN_MS;
	percent = percent * 100 / fair_percent(b->pace_ms);
	if (is_refused || percent > PACE_UP_MAX)
		percent = is_refused ? PACE_REFUSED : PACE_UP_MAX;
	if (percent < PACE_DOWN_MAX)
		percent = PACE_DOWN_MAX;
	/* The more of a window is over, the more it tells: up to a quarter of
	 * the way. The whole way at first, and where the limit is near. */
	if (b->learnt_ms == 0 || (percent > 100 && used * 2 >= bearable * 3))
		weight = PACE_WEIGHTS;
	else
		weight = gone_s;
	b->pace_ms = b->pace_ms *
	    (100 * PACE_WEIGHTS + percent * weight - 100 * weight) /
	    (100 * PACE_WEIGHTS);
	if (b->pace_ms > GOVERNOR_PACE_MAX_S * 1000ULL)
		b->pace_ms = GOVERNOR_PACE_MAX_S * 1000ULL;
	if (b->pace_ms < PACE_MIN_MS)
		b->pace_ms = 0;
	b->learnt_ms = now_ms;
	b->next_ms = now_ms + b->pace_ms * (90 + random % 21) / 100;
	/* Somewhere in the next window, not all hosts in its first second. */
	if (is_used_up && b->next_ms < b->reset_ms)
		b->next_ms =
		    b->reset_ms + random % (GOVERNOR_WINDOW_S * 1000ULL);
}

/* Of a fleet that the log is too small for, few shall come again when its next
 * window begins. */
static uint32_t
scatter_s(const struct governor_bucket *b, uint32_t random)
{
	uint32_t most = (uint32_t)(b->pace_ms / 1000);

	return random %
	    (most > GOVERNOR_WINDOW_S ? most : (uint32_t)GOVERNOR_WINDOW_S);
}

uint32_t
governor_learn(struct governor *g, enum route_bucket bucket, int status,
    const struct head *h, uint64_t now_ms, uint32_t random)
{
	struct governor_bucket *b = &g->buckets[bucket];
	uint32_t wait = 0;

	/* Limit 0 is the limit of requests at once: capacity is back in
	 * milliseconds, the reset is a guess and not of this bucket. */
	if (status == 429 && h->has_limit && h->limit == 0)
		return 1 + random % 2;
	if (h->has_limit && h->has_remaining && h->reset != 0 && h->date != 0 &&
	    h->limit > 0) {
		b->limit = h->limit;
		b->remaining = h->remaining;
		b->reset_ms =
		    now_ms + seconds_until(h->reset, h->date) * 1000ULL;
		b->go_ms = b->reset_ms + random % SPREAD_MS;
		if (b->go_ms > now_ms + GOVERNOR_WAIT_MAX_S * 1000ULL)
			b->go_ms = now_ms + GOVERNOR_WAIT_MAX_S * 1000ULL;
		if (bucket == BUCKET_LOGS) {
			set_pace(b, status == 429, g->share,
			    seconds_until(h->reset, h->date) - 1, now_ms,
			    random);
			if (b->next_ms > now_ms)
				wait = whole_seconds(b->next_ms - now_ms);
		}
	}
	if (status != 429 && status != 503)
		return wait;
	wait = demanded_wait(status, h);
	wait += random % (wait / 10 + 1);
	if (wait > GOVERNOR_WAIT_MAX_S)
		wait = GOVERNOR_WAIT_MAX_S;
	if (status == 429)
		b->held_ms = now_ms + wait * 1000ULL;
	if (status == 429 && bucket == BUCKET_LOGS) {
		wait += scatter_s(b, random);
		b->next_ms = now_ms + wait * 1000ULL;
	}
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
	if (role == ROLE_SYNC && bucket == BUCKET_LOGS) {
		if (now_ms < b->next_ms && b->next_ms > until)
			until = b->next_ms;
	} else if (role == ROLE_SYNC && now_ms < b->go_ms && b->limit > 0 &&
	    b->remaining <= (uint64_t)b->limit * (100 - g->share) / 100 &&
	    b->go_ms > until)
		until = b->go_ms;
	return until == 0 ? 0 : whole_seconds(until - now_ms);
}
