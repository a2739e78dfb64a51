/*
 * Times NSS modules, each opened by dlopen(3) and called directly, in one
 * process, in interleaved rounds, with the same names and the same buffers.
 * Driven by tests/bench/nss.
 *
 *	nss_bench time USERS ROUNDS SUBJECT=PATH...
 *	nss_bench first USERS SUBJECT=PATH
 *
 * `time` writes a line per case and subject: case, subject, calls, then
 * nanoseconds per call: minimum and median over the rounds, 99th percentile
 * over calls timed one by one. `first` writes the nanoseconds of the first
 * look-up of a process.
 */
#include "config.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "module.h"
#include "snapshot.h"

enum {
	SUBJECTS_MAX = 8,
	ROUNDS_MAX = 1000,
	DRAWN = 20000,	     /* names drawn anew for each round */
	SINGLE = 1000,	     /* calls of a round that are timed one by one */
	SLICE_NS = 40000000, /* a subject's share of a round, after which it ends */
	BUFFER = 1 << 21
};

/* A slow subject takes part in fewer rounds, at least in one. */
static const uint64_t spent_max_ns = 2000000000;

enum bench_case { NAME, MISS, UID, GROUPLIST, ENUMERATION, CASES };

static const char *const case_names[] = { [NAME] = "name", [MISS] = "miss",
	[UID] = "uid", [GROUPLIST] = "grouplist",
	[ENUMERATION] = "enumeration" };

struct result {
	double rounds[ROUNDS_MAX];
	size_t nrounds;
	double *single;
	size_t nsingle;
	uint64_t calls, spent_ns;
};

struct subject {
	char name[32];
	int is_floor;
	struct module m;
	struct result results[CASES];
};

static struct drawn {
	char name[32];
	char miss[32];
	uint32_t uid;
} drawn[DRAWN];

static struct subject subjects[SUBJECTS_MAX];
static size_t nsubjects;
static char buffer[BUFFER];
static gid_t *gids;
static long gids_size = 64;

static uint64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void
draw(uint32_t users)
{
	size_t i;

	for (i = 0; i < DRAWN; i++) {
		uint32_t n = (uint32_t)random() % users;

		snprintf(drawn[i].name, sizeof(drawn[i].name), "user%u", n);
		snprintf(drawn[i].miss, sizeof(drawn[i].miss), "nosuch%u", n);
		drawn[i].uid = SNAPSHOT_UID(n);
	}
}

static int
is_in(char *const *members, const char *user)
{
	for (; *members != NULL; members++)
		if (strcmp(*members, user) == 0)
			return 1;
	return 0;
}

/* What glibc does for a service without initgroups_dyn (nss/initgroups.c,
 * compat_call): it walks all groups. */
static long
grouplist_walk(const struct module *m, const char *user)
{
	enum nss_status status;
	struct group gr;
	long n = 0;
	int e;

	if (m->setgrent(0) != NSS_STATUS_SUCCESS)
		return -1;
	while ((status = m->getgrent_r(&gr, buffer, sizeof(buffer), &e)) ==
	    NSS_STATUS_SUCCESS)
		if (is_in(gr.gr_mem, user))
			gids[n++] = gr.gr_gid;
	m->endgrent();
	return status == NSS_STATUS_NOTFOUND ? n : -1;
}

static long
grouplist(const struct module *m, const char *user, uint32_t uid)
{
	long start = 1;
	int e;

	if (m->initgroups_dyn == NULL)
		return grouplist_walk(m, user);
	gids[0] = uid;
	return m->initgroups_dyn(user, uid, &start, &gids_size, &gids, -1,
		   &e) == NSS_STATUS_SUCCESS ? start - 1 : -1;
}

/* One call of a case; 1 where the answer is the right one. Enumeration is a
 * call per person, begun anew at the end. */
static int
call(const struct subject *s, enum bench_case c, const struct drawn *d)
{
	struct passwd pw;
	int e = 0;

	switch (c) {
	case NAME:
		return s->m.getpwnam_r(d->name, &pw, buffer, sizeof(buffer),
			   &e) == NSS_STATUS_SUCCESS && pw.pw_uid == d->uid;
	case MISS:
		return s->m.getpwnam_r(d->miss, &pw, buffer, sizeof(buffer),
			   &e) == NSS_STATUS_NOTFOUND;
	case UID:
		return s->m.getpwuid_r(d->uid, &pw, buffer, sizeof(buffer),
			   &e) == NSS_STATUS_SUCCESS && pw.pw_uid == d->uid;
	case GROUPLIST:
		return grouplist(&s->m, d->name, d->uid) == 5;
	case ENUMERATION:
		if (s->m.getpwent_r(&pw, buffer, sizeof(buffer), &e) ==
		    NSS_STATUS_SUCCESS)
			return 1;
		s->m.endpwent();
		s->m.setpwent(0);
		return s->m.getpwent_r(&pw, buffer, sizeof(buffer), &e) ==
		    NSS_STATUS_SUCCESS;
	default:
		return 0;
	}
}

static void
expect(const struct subject *s, enum bench_case c, int is_right)
{
	if (!is_right && (!s->is_floor || c == MISS))
		errx(1, "%s: %s: the answer is wrong", s->name, case_names[c]);
}

/* A fast one must not pay for a look at the clock after each call. */
static size_t
time_calls(const struct subject *s, enum bench_case c, double *ns)
{
	size_t i = 0, step = 1;
	uint64_t start = now(), spent;
	int is_right = 1;

	do {
		size_t end = i + step < DRAWN ? i + step : DRAWN;

		for (; i < end; i++)
			is_right &= call(s, c, &drawn[i]);
		spent = now() - start;
		if (spent / i < SLICE_NS / DRAWN)
			step = DRAWN / 4;
	} while (i < DRAWN && spent < SLICE_NS);
	expect(s, c, is_right);
	*ns = (double)spent / (double)i;
	return i;
}

static void
time_round(struct subject *s, enum bench_case c)
{
	struct result *r = &s->results[c];
	uint64_t start = now(), before, after = start;
	size_t i;

	if (r->nrounds > 0 && r->spent_ns > spent_max_ns)
		return;
	r->calls += time_calls(s, c, &r->rounds[r->nrounds++]);
	for (i = 0; i < SINGLE && (i == 0 || after - start < 2 * SLICE_NS);
	     i++) {
		before = now();
		call(s, c, &drawn[i]);
		after = now();
		r->single[r->nsingle++] = (double)(after - before);
	}
	r->spent_ns += after - start;
}

static int
order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
report(struct subject *s, enum bench_case c)
{
	struct result *r = &s->results[c];

	qsort(r->rounds, r->nrounds, sizeof(double), order);
	qsort(r->single, r->nsingle, sizeof(double), order);
	printf("%s %s %llu %.1f %.1f %.1f\n", case_names[c], s->name,
	    (unsigned long long)r->calls, r->rounds[0],
	    r->rounds[r->nrounds / 2],
	    r->single[r->nsingle * 99 / 100]);
}

static void
add_subject(char *arg)
{
	struct subject *s = &subjects[nsubjects];
	char *path = strchr(arg, '=');
	enum bench_case c;

	if (path == NULL || nsubjects == SUBJECTS_MAX)
		errx(2, "%s: SUBJECT=PATH is expected", arg);
	*path++ = '\0';
	snprintf(s->name, sizeof(s->name), "%s", arg);
	s->is_floor = strcmp(arg, "floor") == 0;
	module_open(&s->m, path, arg);
	for (c = 0; c < CASES; c++)
		if ((s->results[c].single = calloc(SINGLE * ROUNDS_MAX,
			 sizeof(double))) == NULL)
			err(1, NULL);
	nsubjects++;
}

static int
cmd_time(uint32_t users, size_t rounds, char **args)
{
	enum bench_case c;
	size_t round, i;

	if (users == 0 || rounds == 0 || rounds > ROUNDS_MAX)
		errx(2, "users or rounds out of range");
	for (; *args != NULL; args++)
		add_subject(*args);
	if ((gids = calloc((size_t)gids_size, sizeof(*gids))) == NULL)
		err(1, NULL);
	for (round = 0; round < rounds; round++) {
		draw(users);
		for (c = 0; c < CASES; c++)
			for (i = 0; i < nsubjects; i++)
				time_round(&subjects[(i + round) % nsubjects],
				    c);
	}
	for (c = 0; c < CASES; c++)
		for (i = 0; i < nsubjects; i++)
			report(&subjects[i], c);
	return 0;
}

static int
cmd_first(uint32_t users, char *arg)
{
	uint64_t start, end;
	int is_right;

	srandom((unsigned int)now());
	draw(users);
	add_subject(arg);
	start = now();
	is_right = call(&subjects[0], NAME, &drawn[0]);
	end = now();
	expect(&subjects[0], NAME, is_right);
	printf("%llu\n", (unsigned long long)(end - start));
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc >= 5 && strcmp(argv[1], "time") == 0)
		return cmd_time((uint32_t)atoi(argv[2]),
		    (size_t)atoi(argv[3]), argv + 4);
	if (argc == 4 && strcmp(argv[1], "first") == 0)
		return cmd_first((uint32_t)atoi(argv[2]), argv[3]);
	errx(2, "usage: nss_bench time | first ...");
}
