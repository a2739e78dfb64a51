/*
 * Who else on this host hands out numbers (T8). The fixed ranges of systemd are
 * the configuration's business (okta.conf(5), id_range).
 */
#include <stdio.h>
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

enum { ALLOCATORS = sizeof(allocators) / sizeof(*allocators) };

struct range {
	const struct local *l;
	const char *file;
	uint32_t min, max;
	/* login.defs: values as read, line 0 where there was none */
	int64_t low[ALLOCATORS], high[ALLOCATORS];
	unsigned int line[ALLOCATORS];
};

static int
overlap(const struct range *r, int64_t first, int64_t last, unsigned int line,
    struct error *e)
{
	if (first > r->max || last < r->min)
		return 0;
	return error_set(e, ERROR_CONFIG,
	    "id_range %u-%u overlaps %lld-%lld of %s/%s:%u: nothing is "
	    "published; choose another id_range or take that range back",
	    r->min, r->max, (long long)first, (long long)last, r->l->dir,
	    r->file, line);
}

/* subuid(5): name:first:count */
static int
check_sub(void *arg, char *line, unsigned int n, struct error *e)
{
	const struct range *r = arg;
	char *first = strchr(line, ':'), *count;
	int64_t a, b;

	if (line[0] == '#' || first == NULL)
		return 0;
	count = strchr(++first, ':');
	if (count == NULL)
		return 0;
	a = local_digits(first, count);
	count++;
	b = local_digits(count, count + strlen(count));
	if (a < 0 || b < 1)
		return 0;
	return overlap(r, a, a + b - 1, n, e);
}

static int
take_defs(void *arg, char *line, unsigned int n, struct error *e)
{
	struct range *r = arg;
	char key[32], value[32];
	int64_t v;

	(void)e;
	if (sscanf(line, " %31[A-Z_] %31[0-9]", key, value) != 2)
		return 0;
	v = local_digits(value, value + strlen(value));
	for (int i = 0; v >= 0 && i < ALLOCATORS; i++) {
		if (strcmp(key, allocators[i].min_key) == 0)
			r->low[i] = v;
		else if (strcmp(key, allocators[i].max_key) == 0)
			r->high[i] = v;
		else
			continue;
		r->line[i] = n;
	}
	return 0;
}

int
local_check_range(
    const struct local *l, uint32_t min, uint32_t max, struct error *e)
{
	struct range r = {.l = l, .min = min, .max = max};

	r.file = "subuid";
	if (local_each_line(l, r.file, check_sub, &r, e) == -1)
		return -1;
	r.file = "subgid";
	if (local_each_line(l, r.file, check_sub, &r, e) == -1)
		return -1;
	r.file = "login.defs";
	for (int i = 0; i < ALLOCATORS; i++) {
		r.low[i] = allocators[i].min;
		r.high[i] = allocators[i].max;
	}
	if (local_each_line(l, r.file, take_defs, &r, e) == -1)
		return -1;
	for (int i = 0; i < ALLOCATORS; i++)
		if (r.line[i] != 0 &&
		    overlap(&r, r.low[i], r.high[i], r.line[i], e) == -1)
			return -1;
	return 0;
}
