/*
 * Times NSS modules, each opened by dlopen(3) and called directly, in one
 * process, in interleaved rounds, with the same names and the same buffers.
 * Driven by tests/bench/nss.
 *
 *	nss_bench time USERS ROUNDS SUBJECT=PATH...
 *	nss_bench threads USERS ROUNDS SUBJECT=PATH...
 *	nss_bench first USERS SUBJECT=PATH
 *	nss_bench warm USERS FIRST STEP SUBJECT=PATH
 *
 * SUBJECT is a name, then :SERVICE where the module's functions carry another
 * one, then :USERS:LISTS where only the first so many are known to it, and so
 * many of their group lists, and it is asked for them alone (0: all); PATH is
 * `libc` for the C library itself with the nsswitch.conf of the moment.
 *
 * `time` writes a line per case and subject: case, subject, calls, then
 * nanoseconds per call: minimum and median over the rounds, 99th percentile
 * over calls timed one by one. `threads` does so for one thread and for two
 * that look up by name at the same time. `first` writes the nanoseconds of the
 * first look-up of a process. `warm` asks for every STEP-th person once.
 */
#include "config.h"

#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nss_libc.h"
#include "snapshot.h"

enum {
	SUBJECTS_MAX = 8,
	ROUNDS_MAX = 1000,
	DRAWN = 20000, /* names drawn anew for each round */
	SINGLE = 1000, /* calls of a round that are timed one by one */
	SLICE_NS =
	    40000000, /* a subject's share of a round, after which it ends */
	BUFFER = 1 << 21
};

/* A slow subject takes part in fewer rounds, at least in one. */
static const uint64_t spent_max_ns = 2000000000;

/* The two last ones are those of `threads`. */
enum bench_case {
	NAME,
	MISS,
	UID,
	GROUPLIST,
	ENUMERATION,
	ONE_THREAD,
	TWO_THREADS,
	CASES
};

static const char *const case_names[] = {[NAME] = "name",
    [MISS] = "miss",
    [UID] = "uid",
    [GROUPLIST] = "grouplist",
    [ENUMERATION] = "enumeration",
    [ONE_THREAD] = "one thread",
    [TWO_THREADS] = "two threads"};

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
	uint32_t users, lists; /* 0: all */
	const struct drawn *drawn, *drawn_lists;
	struct module m;
	struct result results[CASES];
};

struct drawn {
	char name[32];
	char miss[32];
	uint32_t uid;
};

/* For subjects that know all people, and for one that knows some, and of some
 * the groups. */
static struct drawn drawn[DRAWN], drawn_few[DRAWN], drawn_lists[DRAWN];

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
draw_some(struct drawn *d, uint32_t users)
{
	size_t i;

	for (i = 0; i < DRAWN; i++) {
		uint32_t n = (uint32_t)random() % users;

		snprintf(d[i].name, sizeof(d[i].name), "user%u", n);
		snprintf(d[i].miss, sizeof(d[i].miss), "nosuch%u", n);
		d[i].uid = SNAPSHOT_UID(n);
	}
}

static void
draw(uint32_t users)
{
	size_t i;

	draw_some(drawn, users);
	for (i = 0; i < nsubjects; i++) {
		struct subject *s = &subjects[i];

		s->drawn = s->drawn_lists = drawn;
		if (s->users != 0 && s->users < users) {
			draw_some(drawn_few, s->users);
			s->drawn = s->drawn_lists = drawn_few;
		}
		if (s->lists != 0 && s->lists < users) {
			draw_some(drawn_lists, s->lists);
			s->drawn_lists = drawn_lists;
		}
	}
}

/* The names that a subject is asked for in this round. */
static const struct drawn *
drawn_for(const struct subject *s, enum bench_case c)
{
	return c == GROUPLIST ? s->drawn_lists : s->drawn;
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
		   &e) == NSS_STATUS_SUCCESS
	    ? start - 1
	    : -1;
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
			   &e) == NSS_STATUS_SUCCESS &&
		    pw.pw_uid == d->uid;
	case MISS:
		return s->m.getpwnam_r(d->miss, &pw, buffer, sizeof(buffer),
			   &e) == NSS_STATUS_NOTFOUND;
	case UID:
		return s->m.getpwuid_r(d->uid, &pw, buffer, sizeof(buffer),
			   &e) == NSS_STATUS_SUCCESS &&
		    pw.pw_uid == d->uid;
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
	/* SSSD lists nobody unless told to read everybody in first. */
	if (c == ENUMERATION && strcmp(s->name, "sss") == 0)
		return;
	if (!is_right && (!s->is_floor || c == MISS))
		errx(1, "%s: %s: the answer is wrong", s->name, case_names[c]);
}

/* A fast one must not pay for a look at the clock after each call. */
static size_t
time_calls(const struct subject *s, enum bench_case c, double *ns)
{
	const struct drawn *names = drawn_for(s, c);
	size_t i = 0, step = 1;
	uint64_t start = now(), spent;
	int is_right = 1;

	do {
		size_t end = i + step < DRAWN ? i + step : DRAWN;

		for (; i < end; i++)
			is_right &= call(s, c, &names[i]);
		spent = now() - start;
		if (spent < i * (SLICE_NS / DRAWN))
			step = DRAWN / 4;
	} while (i < DRAWN && spent < SLICE_NS);
	expect(s, c, is_right);
	*ns = (double)spent / (double)i;
	return i;
}

static void
time_round(struct subject *s, enum bench_case c)
{
	const struct drawn *names = drawn_for(s, c);
	struct result *r = &s->results[c];
	uint64_t start = now(), before, after = start;
	size_t i;

	if (r->nrounds > 0 && r->spent_ns > spent_max_ns)
		return;
	r->calls += time_calls(s, c, &r->rounds[r->nrounds++]);
	for (i = 0; i < SINGLE && (i == 0 || after - start < 2 * SLICE_NS);
	     i++) {
		before = now();
		call(s, c, &names[i]);
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
	printf("%s\t%s\t%llu\t%.1f\t%.1f\t%.1f\n", case_names[c], s->name,
	    (unsigned long long)r->calls, r->rounds[0],
	    r->rounds[r->nrounds / 2],
	    r->nsingle > 0 ? r->single[r->nsingle * 99 / 100]
			   : r->rounds[r->nrounds - 1]);
}

/* The next field of SUBJECT; 0 where it ends before that. */
static uint32_t
number_of(char **arg)
{
	char *field = strsep(arg, ":");

	return field != NULL ? (uint32_t)atoi(field) : 0;
}

static void
add_subject(char *arg)
{
	struct subject *s = &subjects[nsubjects];
	char *path = strchr(arg, '='), *service;
	enum bench_case c;

	if (path == NULL || nsubjects == SUBJECTS_MAX)
		errx(2, "%s: SUBJECT=PATH is expected", arg);
	*path++ = '\0';
	snprintf(s->name, sizeof(s->name), "%s", strsep(&arg, ":"));
	service = strsep(&arg, ":");
	s->users = number_of(&arg);
	s->lists = number_of(&arg);
	s->is_floor = strcmp(s->name, "floor") == 0;
	if (strcmp(path, "libc") == 0)
		nss_libc_open(&s->m);
	else
		module_open(&s->m, path, service != NULL ? service : s->name);
	for (c = 0; c < CASES; c++)
		if ((s->results[c].single = calloc(
			 SINGLE * ROUNDS_MAX, sizeof(double))) == NULL)
			err(1, NULL);
	nsubjects++;
}

static void
begin(uint32_t users, size_t rounds, char **args)
{
	if (users == 0 || rounds == 0 || rounds > ROUNDS_MAX)
		errx(2, "users or rounds out of range");
	for (; *args != NULL; args++)
		add_subject(*args);
	if ((gids = calloc((size_t)gids_size, sizeof(*gids))) == NULL)
		err(1, NULL);
}

static int
cmd_time(uint32_t users, size_t rounds, char **args)
{
	enum bench_case c;
	size_t round, i;

	begin(users, rounds, args);
	for (round = 0; round < rounds; round++) {
		draw(users);
		for (c = 0; c <= ENUMERATION; c++)
			for (i = 0; i < nsubjects; i++)
				time_round(
				    &subjects[(i + round) % nsubjects], c);
	}
	for (c = 0; c <= ENUMERATION; c++)
		for (i = 0; i < nsubjects; i++)
			report(&subjects[i], c);
	return 0;
}

static pthread_barrier_t barrier;

/* Half of the names, from its own end. */
static void *
half_thread(void *arg)
{
	const struct subject *s = arg;
	char own[4096];
	struct passwd pw;
	size_t i;
	int e;

	pthread_barrier_wait(&barrier);
	for (i = 0; i < DRAWN / 2; i++)
		s->m.getpwnam_r(
		    drawn[DRAWN - 1 - i].name, &pw, own, sizeof(own), &e);
	pthread_barrier_wait(&barrier);
	return NULL;
}

/* All names by one thread; or one half each by two of them. */
static void
time_threads(struct subject *s, enum bench_case c)
{
	struct result *r = &s->results[c];
	char own[4096];
	struct passwd pw;
	pthread_t other;
	uint64_t start;
	size_t i, n = c == TWO_THREADS ? DRAWN / 2 : DRAWN;
	int e;

	if (c == TWO_THREADS) {
		if (pthread_create(&other, NULL, half_thread, s) != 0)
			errx(1, "no thread");
		pthread_barrier_wait(&barrier);
	}
	start = now();
	for (i = 0; i < n; i++)
		s->m.getpwnam_r(drawn[i].name, &pw, own, sizeof(own), &e);
	if (c == TWO_THREADS)
		pthread_barrier_wait(&barrier);
	r->rounds[r->nrounds++] = (double)(now() - start) / DRAWN;
	r->calls += DRAWN;
	if (c == TWO_THREADS)
		pthread_join(other, NULL);
}

static int
cmd_threads(uint32_t users, size_t rounds, char **args)
{
	enum bench_case c;
	size_t round, i;

	begin(users, rounds, args);
	pthread_barrier_init(&barrier, NULL, 2);
	for (round = 0; round < rounds; round++) {
		draw(users);
		for (i = 0; i < nsubjects; i++)
			for (c = ONE_THREAD; c <= TWO_THREADS; c++)
				time_threads(&subjects[i], c);
	}
	for (i = 0; i < nsubjects; i++)
		for (c = ONE_THREAD; c <= TWO_THREADS; c++)
			report(&subjects[i], c);
	return 0;
}

/* So that a cache has everybody whom it is asked for later. */
static int
cmd_warm(uint32_t users, uint32_t first, uint32_t step, char **args)
{
	const struct subject *s = &subjects[0];
	struct drawn d;
	uint32_t n;

	begin(users, 1, args);
	for (n = first; n < users; n += step) {
		snprintf(d.name, sizeof(d.name), "user%u", n);
		d.uid = SNAPSHOT_UID(n);
		if (s->users == 0 || n < s->users)
			expect(s, NAME, call(s, NAME, &d));
		if (s->lists == 0 || n < s->lists)
			expect(s, GROUPLIST, call(s, GROUPLIST, &d));
	}
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
	uint32_t n[3] = {0};
	int i;

	for (i = 0; i < 3 && i + 2 < argc; i++)
		n[i] = (uint32_t)atoi(argv[i + 2]);
	if (argc >= 5 && strcmp(argv[1], "time") == 0)
		return cmd_time(n[0], n[1], argv + 4);
	if (argc >= 5 && strcmp(argv[1], "threads") == 0)
		return cmd_threads(n[0], n[1], argv + 4);
	if (argc == 4 && strcmp(argv[1], "first") == 0)
		return cmd_first(n[0], argv[3]);
	if (argc == 6 && strcmp(argv[1], "warm") == 0 && n[2] > 0)
		return cmd_warm(n[0], n[1], n[2], argv + 5);
	errx(2, "usage: nss_bench time | threads | first | warm ...");
}
