/*
 * The governors of a whole fleet, each knowing only the answers that its own
 * host got, on one bucket of the System Log. Virtual time, second by second.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "governor.h"

enum {
	HOSTS_MAX = 700,
	WINDOW_S = 60,
	POLL_MS = 30000, /* poll_interval */
	START_S = 1767323045
};

struct host {
	struct governor governor;
	uint64_t next_ms, seen_ms;
	unsigned int polls;
};

struct result {
	unsigned int refused_first; /* in the first ten minutes */
	unsigned int least, most; /* polls of one host, after them */
	unsigned int polls, refused; /* same */
	unsigned int busiest; /* requests of one window, same */
	uint64_t age_ms; /* oldest view, same */
	uint64_t mean_ms; /* from one poll of a host to the next */
};

static uint32_t seed;

static uint32_t
any(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 4;
}

/* A window of the token's share of the bucket, okta-api.md 8.6. */
struct okta {
	unsigned int limit, used;
	uint64_t ends_s;
};

static int
ask(struct okta *o, uint64_t now_s, struct head *h)
{
	if (now_s >= o->ends_s) {
		o->ends_s = now_s + WINDOW_S;
		o->used = 0;
	}
	o->used++;
	memset(h, 0, sizeof(*h));
	h->has_limit = h->has_remaining = 1;
	h->limit = o->limit;
	h->remaining = o->used < o->limit ? o->limit - o->used : 0;
	h->reset = o->ends_s;
	h->date = now_s;
	return o->used <= o->limit ? 200 : 429;
}

/* As oktad-sync does: its own interval, or what net says where that is
 * longer. */
static void
poll_once(struct host *h, struct okta *o, uint64_t now_ms, struct result *r)
{
	uint64_t own = POLL_MS * (90 + any() % 21) / 100;
	uint32_t held, wait;
	struct head head;
	int status;

	held = governor_hold(&h->governor, BUCKET_LOGS, ROLE_SYNC, now_ms);
	if (held > 0) {
		h->next_ms = now_ms + held * 1000ULL;
		return;
	}
	status = ask(o, START_S + now_ms / 1000, &head);
	wait = governor_learn(
	    &h->governor, BUCKET_LOGS, status, &head, now_ms, any());
	r->polls++;
	h->polls++;
	r->refused += status == 429;
	if (status == 200)
		h->seen_ms = now_ms;
	h->next_ms = now_ms + (own > wait * 1000ULL ? own : wait * 1000ULL);
}

static struct result
run(unsigned int hosts, unsigned int limit, unsigned int minutes)
{
	static struct host fleet[HOSTS_MAX];
	struct okta o = {.limit = limit};
	uint64_t window = 0, from = 600 * 1000ULL, end = minutes * 60000ULL;
	struct result r = {0};
	unsigned int in_window = 0, before;

	assert_true(hosts <= HOSTS_MAX);
	memset(fleet, 0, sizeof(fleet));
	for (unsigned int i = 0; i < hosts; i++) {
		fleet[i].governor.share = 50;
		/* All of them start within three seconds; the first poll is
		 * anywhere in two intervals. */
		fleet[i].next_ms = any() % 3000 + any() % (2 * POLL_MS);
	}
	for (uint64_t now = 0; now < end; now += 100) {
		if (now == from) {
			r = (struct result){.refused_first = r.refused};
			for (unsigned int i = 0; i < hosts; i++)
				fleet[i].polls = 0;
		}
		for (unsigned int i = 0; i < hosts; i++) {
			if (now < fleet[i].next_ms)
				continue;
			before = r.polls;
			poll_once(&fleet[i], &o, now, &r);
			if (o.ends_s != window)
				in_window = 0;
			window = o.ends_s;
			in_window += r.polls != before;
			if (now > from && in_window > r.busiest)
				r.busiest = in_window;
		}
		for (unsigned int i = 0; now > from && i < hosts; i++) {
			if (now - fleet[i].seen_ms > r.age_ms)
				r.age_ms = now - fleet[i].seen_ms;
		}
	}
	r.least = UINT_MAX;
	for (unsigned int i = 0; i < hosts; i++) {
		if (fleet[i].polls < r.least)
			r.least = fleet[i].polls;
		if (fleet[i].polls > r.most)
			r.most = fleet[i].polls;
	}
	r.mean_ms = r.polls > 0 ? (end - from) * hosts / r.polls : 0;
	return r;
}

static void
test_fleet_keeps_to_the_log_bucket_T57(void **state)
{
	/* hosts, and what their token may ask for in a minute */
	static const struct {
		unsigned int hosts, limit;
	} fleets[] = {{1, 10}, {4, 30}, {7, 30}, {30, 30}, {30, 10}, {100, 60}};

	(void)state;
	for (size_t i = 0; i < sizeof(fleets) / sizeof(fleets[0]); i++) {
		unsigned int hosts = fleets[i].hosts, limit = fleets[i].limit;
		uint64_t fair = hosts * 60000ULL / (limit / 2);
		struct result r;

		seed = 7 + (uint32_t)i;
		r = run(hosts, limit, 70);
		print_message("%u hosts, %u a minute: %u refused, then %u "
			      "of %u, %u to %u of one host; busiest minute %u, "
			      "oldest view %u s, every %u s\n",
		    hosts, limit, r.refused_first, r.refused, r.polls, r.least,
		    r.most, r.busiest, (unsigned int)(r.age_ms / 1000),
		    (unsigned int)(r.mean_ms / 1000));
		if (fair < POLL_MS)
			fair = POLL_MS;
		/* No storm of refusals, and nobody is left behind. More than
		 * fit into the first window are refused in it. */
		assert_true(r.refused_first * 2 <= hosts * 3);
		assert_true(hosts > limit || r.refused_first * 5 <= hosts);
		assert_true(r.refused * 100 <= r.polls * 2);
		assert_true(r.mean_ms >= fair * 9 / 10);
		assert_true(r.mean_ms <= fair * 5 / 4 + 5000);
		assert_true(r.age_ms <= 6 * fair);
	}
}

/* okta.conf(5), poll_interval: how many hosts an interval bears. */
static void
test_manual_says_how_many_hosts_an_interval_bears(void **state)
{
	static const unsigned int at_s[] = {30, 120, 900};
	const char *top = getenv("srcdir");
	char path[4096], line[256];
	unsigned int rows = 0;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/oktad/okta.conf.5",
	    top != NULL ? top : ".");
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		unsigned int org, hosts[3];

		if (sscanf(line, ".It %u a minute Ta %u Ta %u Ta %u", &org,
			&hosts[0], &hosts[1], &hosts[2]) != 4)
			continue;
		rows++;
		for (int i = 0; i < 3; i++) {
			struct result r;

			seed = rows * 3 + (uint32_t)i;
			r = run(hosts[i], org / 2, 10 + at_s[i] / 5);
			print_message("%u a minute, %u hosts: every %u s\n",
			    org, hosts[i], (unsigned int)(r.mean_ms / 1000));
			assert_true(r.mean_ms <= at_s[i] * 1100);
			seed = rows * 3 + (uint32_t)i;
			/* Nor are they far more. */
			r = run(hosts[i] * 3 / 2, org / 2, 10 + at_s[i] / 5);
			assert_true(r.mean_ms > at_s[i] * 1000);
		}
	}
	fclose(f);
	assert_int_equal(rows, 4);
}

static void
test_fleet_that_does_not_stretch_is_refused(void **state)
{
	struct okta o = {.limit = 30};
	unsigned int refused = 0;
	struct head head;

	(void)state;
	/* The control: 30 hosts every 30 s, and nobody learns. */
	for (uint64_t now = 0; now < 600; now++)
		refused += ask(&o, START_S + now, &head) == 429;
	assert_true(refused >= 250);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fleet_keeps_to_the_log_bucket_T57),
	    cmocka_unit_test(test_manual_says_how_many_hosts_an_interval_bears),
	    cmocka_unit_test(test_fleet_that_does_not_stretch_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
