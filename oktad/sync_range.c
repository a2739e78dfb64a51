/*
 * Who else on this host hands out numbers (T8). The fixed ranges of systemd are
 * the configuration's business (okta.conf(5), id_range).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync_local.h"

/* login.defs(5): what useradd and groupadd take from, with the values that
 * shadow uses where only one of a pair is set. */
static const struct allocator {
	const char *min_key, *max_key;
	int64_t min, max;
} allocators[] = {
    {"UID_MIN", "UID_MAX", 1000, 60000},
    {"GID_MIN", "GID_MAX", 1000, 60000},
    {"SYS_UID_MIN", "SYS_UID_MAX", 101, 999},
    {"SYS_GID_MIN", "SYS_GID_MAX", 101, 999},
    {"SUB_UID_MIN", "SUB_UID_MAX", 100000, 600100000},
    {"SUB_GID_MIN", "SUB_GID_MAX", 100000, 600100000},
};

enum {
	FIRST_SUB = 4, /* from here on: subordinate ids */
	ALLOCATORS = sizeof(allocators) / sizeof(*allocators)
};

/* The walk over the files, and who is told of each range. */
struct walk {
	const struct local *l;
	const char *file;
	void (*on)(void *arg, uint32_t first, uint32_t last, const char *who);
	void *arg;
	/* login.defs: values as read, line 0 where there was none */
	int64_t low[ALLOCATORS], high[ALLOCATORS];
	unsigned int line[ALLOCATORS];
	int has_defs;
};

static void
tell(const struct walk *w, int64_t first, int64_t last, unsigned int line,
    const char *what)
{
	char who[128];

	if (first > UINT32_MAX || first > last)
		return;
	if (line == 0)
		snprintf(who, sizeof(who), "%s/%s: the default of %s",
		    w->l->dir, w->file, what);
	else
		snprintf(
		    who, sizeof(who), "%s/%s:%u", w->l->dir, w->file, line);
	w->on(w->arg, (uint32_t)first,
	    last > UINT32_MAX ? UINT32_MAX : (uint32_t)last, who);
}

/* shadow reads numbers with strtoll(3), base 0. */
static int64_t
digits(const char *s, const char *end)
{
	char *stop;
	long long n;

	if (*s < '0' || *s > '9')
		return -1;
	n = strtoll(s, &stop, 0);
	if (stop != end)
		return -1;
	return n <= UINT32_MAX ? n : (int64_t)UINT32_MAX + 1;
}

/* subuid(5): name:first:count */
static int
take_sub(void *arg, char *line, unsigned int n, struct error *e)
{
	const struct walk *w = arg;
	char *first = strchr(line, ':'), *count;
	int64_t a, b;

	(void)e;
	if (line[0] == '#' || first == NULL)
		return 0;
	count = strchr(++first, ':');
	if (count == NULL)
		return 0;
	a = digits(first, count);
	count++;
	b = digits(count, count + strlen(count));
	if (a >= 0 && b >= 1)
		tell(w, a, a + b - 1, n, "");
	return 0;
}

static int
take_defs(void *arg, char *line, unsigned int n, struct error *e)
{
	struct walk *w = arg;
	char key[32], value[32];
	int64_t v;

	(void)e;
	w->has_defs = 1;
	if (sscanf(line, " %31[A-Z_] %31[0-9a-fA-Fx]", key, value) != 2)
		return 0;
	v = digits(value, value + strlen(value));
	for (int i = 0; v >= 0 && i < ALLOCATORS; i++) {
		if (strcmp(key, allocators[i].min_key) == 0)
			w->low[i] = v;
		else if (strcmp(key, allocators[i].max_key) == 0)
			w->high[i] = v;
		else
			continue;
		w->line[i] = n;
	}
	return 0;
}

static int
walk_sub(struct walk *w, struct error *e)
{
	w->file = "subuid";
	if (local_each_line(w->l, w->file, take_sub, w, e) == -1)
		return -1;
	w->file = "subgid";
	return local_each_line(w->l, w->file, take_sub, w, e);
}

/* The allocators from that one on. */
static int
walk_defs(struct walk *w, int from, struct error *e)
{
	w->file = "login.defs";
	for (int i = 0; i < ALLOCATORS; i++) {
		w->low[i] = allocators[i].min;
		w->high[i] = allocators[i].max;
	}
	if (local_each_line(w->l, w->file, take_defs, w, e) == -1)
		return -1;
	/* Without the file nobody has shadow's tools. */
	for (int i = from; w->has_defs && i < ALLOCATORS; i++)
		tell(w, w->low[i], w->high[i], w->line[i],
		    allocators[i].max_key);
	return 0;
}

int
local_each_range(const struct local *l,
    void (*on)(void *arg, uint32_t first, uint32_t last, const char *who),
    void *arg, struct error *e)
{
	struct walk w = {.l = l, .on = on, .arg = arg};

	return walk_sub(&w, e) == -1 ? -1 : walk_defs(&w, 0, e);
}

/* --- subordinate ids --- */

static void
add_span(void *arg, uint32_t first, uint32_t last, const char *who)
{
	struct local_spans *s = arg;
	struct local_span *more;

	more = reallocarray(s->at, s->n + 1, sizeof(*more));
	if (more == NULL) {
		s->is_short = 1;
		return;
	}
	s->at = more;
	more += s->n++;
	more->first = first;
	more->last = last;
	snprintf(more->who, sizeof(more->who), "%s", who);
}

int
local_subordinate(
    const struct local *l, struct local_spans *spans, struct error *e)
{
	struct walk w = {.l = l, .on = add_span, .arg = spans};

	local_spans_clear(spans);
	if (walk_sub(&w, e) == -1 || walk_defs(&w, FIRST_SUB, e) == -1)
		return -1;
	return spans->is_short
	    ? error_set(e, ERROR_SYSTEM, "out of memory for subordinate ids")
	    : 0;
}

void
local_spans_clear(struct local_spans *spans)
{
	free(spans->at);
	memset(spans, 0, sizeof(*spans));
}

const char *
local_span_of(const struct local_spans *spans, uint32_t number)
{
	for (size_t i = 0; i < spans->n; i++)
		if (number >= spans->at[i].first && number <= spans->at[i].last)
			return spans->at[i].who;
	return NULL;
}

/* --- id_range --- */

struct overlap {
	uint32_t min, max;
	struct error *e;
	int is_found;
};

static void
compare(void *arg, uint32_t first, uint32_t last, const char *who)
{
	struct overlap *o = arg;

	if (o->is_found || first > o->max || last < o->min)
		return;
	o->is_found = 1;
	error_set(o->e, ERROR_CONFIG,
	    "id_range overlaps %u-%u of %s: nothing is published; choose "
	    "another id_range than %u-%u or take that range back",
	    first, last, who, o->min, o->max);
}

int
local_check_range(
    const struct local *l, uint32_t min, uint32_t max, struct error *e)
{
	struct overlap o = {.min = min, .max = max, .e = e};

	return local_each_range(l, compare, &o, e) == -1 || o.is_found ? -1 : 0;
}
