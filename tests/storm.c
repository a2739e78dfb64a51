/*
 * Readers of the NSS module in a storm of replacements, and whether each answer
 * is of a generation that stood at the path while it was asked for.
 *
 * Half of the readers are threads of one process; the other half are processes
 * that begin anew for every look-up. All of them look at the path at every
 * call: the module does so where the coarse clock can not be read.
 *
 * Without -P files that were written before are renamed over the target; with
 * it every replacement is a publication, by the code of oktad.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "directory.h"
#include "module.h"
#include "publish.h"
#include "snapshot.h"

#define PATH "./lib/okta/public/directory"

enum { VARIANTS = 16, READERS_MAX = 64 };

/* Shared by all processes. Generation g is variant g % VARIANTS. */
static struct shared {
	atomic_ulong begun, done; /* replacements */
	atomic_ulong lookups, judged, wrong, faults;
	atomic_int is_over;
} * shared;

static struct {
	unsigned long users, seconds, readers, rate;
	int is_published;
	const char *where;
} options = {500, 2, 8, 200, 0, "/tmp"};

static struct module nss;
static int directories[VARIANTS], peoples[VARIANTS];
static char folder[256];

/* Stands in front of the C library's for the module. */
int
clock_gettime(clockid_t clock, struct timespec *ts)
{
	if (clock != CLOCK_MONOTONIC_COARSE)
		return (int)syscall(SYS_clock_gettime, clock, ts);
	errno = EINVAL;
	return -1;
}

static uint64_t
nanoseconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* --- readers --- */

/* The variant that an answer tells, in home and full name alike, or -1. */
static long
variant_of(const struct passwd *pw, const char *name, unsigned long n)
{
	char home[64];
	char *end;
	long v = strtol(pw->pw_gecos, &end, 10);

	snprintf(home, sizeof(home), "/home/%ld/%s", v, name);
	return *end == '\0' && v >= 0 && v < VARIANTS &&
		pw->pw_uid == SNAPSHOT_UID(n) &&
		strcmp(pw->pw_name, name) == 0 && strcmp(pw->pw_dir, home) == 0
	    ? v
	    : -1;
}

static void
look_up(unsigned long n)
{
	unsigned long low = atomic_load(&shared->done), high, g;
	char buf[1024], name[32];
	struct passwd pw;
	int e, status;
	long v = -1;

	n %= options.users;
	snprintf(name, sizeof(name), "user%lu", n);
	status = n % 2 == 0
	    ? nss.getpwnam_r(name, &pw, buf, sizeof(buf), &e)
	    : nss.getpwuid_r(SNAPSHOT_UID(n), &pw, buf, sizeof(buf), &e);
	high = atomic_load(&shared->begun);
	if (status == NSS_STATUS_SUCCESS)
		v = variant_of(&pw, name, n);
	atomic_fetch_add(&shared->lookups, 1);
	if (v == -1) {
		atomic_fetch_add(&shared->wrong, 1);
		return;
	}
	/* Where all variants had their turn meanwhile, nothing is told. */
	if (high - low + 1 >= VARIANTS)
		return;
	atomic_fetch_add(&shared->judged, 1);
	for (g = low; g <= high; g++)
		if (g % VARIANTS == (unsigned long)v)
			return;
	atomic_fetch_add(&shared->wrong, 1);
}

static void *
read_on(void *arg)
{
	unsigned long n = (uintptr_t)arg;

	setpriority(PRIO_PROCESS, (id_t)gettid(), 19);
	for (; !atomic_load(&shared->is_over); n += 7919)
		look_up(n);
	return NULL;
}

/* A process that has never looked anything up, and its children likewise. */
static void __attribute__((noreturn)) read_anew(unsigned long n)
{
	int status;

	setpriority(PRIO_PROCESS, 0, 19);
	for (; !atomic_load(&shared->is_over); n += 7919) {
		pid_t pid = fork();

		if (pid == 0) {
			look_up(n);
			_exit(0);
		}
		if (pid == -1 || waitpid(pid, &status, 0) != pid || status != 0)
			atomic_fetch_add(&shared->faults, 1);
	}
	_exit(0);
}

/* --- replacements --- */

static void
make_variant(unsigned long v)
{
	struct image *i = snapshot_begin();
	char name[32], home[64], id[32], full[8];
	struct error e = {0};

	snprintf(full, sizeof(full), "%lu", v);
	for (unsigned long n = 0; n < options.users; n++) {
		struct image_user u = {.uid = SNAPSHOT_UID(n),
		    .gid = SNAPSHOT_UID(n),
		    .name = name,
		    .gecos = full,
		    .home = home,
		    .shell = "/bin/bash",
		    .id = id,
		    .login = name,
		    .status = STATUS_ACTIVE};

		snprintf(name, sizeof(name), "user%lu", n);
		snprintf(home, sizeof(home), "/home/%lu/%s", v, name);
		snprintf(id, sizeof(id), "00u%lu", n);
		if (image_add_user(i, &u, &e) == -1)
			errx(1, "%s", e.text);
	}
	if (image_finish(i, &directories[v], &peoples[v], &e) == -1)
		errx(1, "%s", e.text);
	image_free(i);
}

static void
write_variant(unsigned long v)
{
	char path[16];
	struct stat st;
	void *p;

	snprintf(path, sizeof(path), "v%lu", v);
	if (fstat(directories[v], &st) == -1 ||
	    (p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE,
		 directories[v], 0)) == MAP_FAILED)
		err(1, "memfd");
	snapshot_save(p, (size_t)st.st_size, path);
	munmap(p, (size_t)st.st_size);
}

static void
let_go(void *arg)
{
	(void)arg;
}

/* For how long oktad served nobody else, in the worst case: by the clock, which
 * on a busy machine says little, and of its own time. */
static uint64_t worst, worst_cpu;

/* Processor time that all publications together took so far. */
static uint64_t publishers_us;

static void
count_publishers(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	publishers_us =
	    (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 +
	    (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static uint64_t
cpu_nanoseconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void
publish(unsigned long v)
{
	static const struct publish_place place = {.directory = PATH,
	    .people = "./people",
	    .confirmed = "./confirmed",
	    .former = "./former",
	    .passwd = "./passwd",
	    .group = "./group",
	    .etc = "."};
	static const struct publish_rules rules = {.is_fresh = 1,
	    .id_min = SNAPSHOT_ID_MIN,
	    .id_max = SNAPSHOT_ID_MAX,
	    .max_age_s = SNAPSHOT_MAX_AGE,
	    .shell = "/bin/bash"};
	struct publish_job job;
	struct error e = {0};
	uint64_t since = nanoseconds(), cpu = cpu_nanoseconds();
	int rc = publish_begin(
	    &job, &place, &rules, directories[v], peoples[v], let_go, NULL, &e);

	if (rc == 0)
		rc = 1;
	while (rc == 1) {
		struct pollfd p = {.fd = job.fd, .events = POLLIN};
		pid_t pid = job.pid;

		if (nanoseconds() - since > worst)
			worst = nanoseconds() - since;
		if (cpu_nanoseconds() - cpu > worst_cpu)
			worst_cpu = cpu_nanoseconds() - cpu;
		poll(&p, 1, -1);
		since = nanoseconds();
		cpu = cpu_nanoseconds();
		rc = publish_next(&job, &e);
		waitpid(pid, NULL, 0);
	}
	if (rc != 0)
		errx(1, "%s", e.text);
}

static void
replace(unsigned long g)
{
	char path[16];

	if (options.is_published) {
		publish(g % VARIANTS);
		return;
	}
	snprintf(path, sizeof(path), "v%lu", g % VARIANTS);
	unlink("next");
	if (link(path, "next") == -1 || rename("next", PATH) == -1)
		err(1, "%s", PATH);
}

static void
replace_on(void)
{
	uint64_t begin = nanoseconds(), next = begin;

	for (unsigned long g = 1;
	     nanoseconds() - begin < options.seconds * 1000000000; g++) {
		atomic_store(&shared->begun, g);
		replace(g);
		atomic_store(&shared->done, g);
		next += 1000000000 / options.rate;
		while (nanoseconds() < next) {
			const struct timespec pause = {
			    0, (long)(next - nanoseconds()) % 1000000000};

			nanosleep(&pause, NULL);
		}
	}
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
set_up(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	snprintf(folder, sizeof(folder), "%s/okta-storm-XXXXXX", options.where);
	if (shared == MAP_FAILED || mkdtemp(folder) == NULL ||
	    chdir(folder) == -1 || mkdir("lib", 0755) == -1 ||
	    mkdir("lib/okta", 0755) == -1 ||
	    mkdir("lib/okta/public", 0755) == -1)
		err(1, "%s", folder);
	snapshot_save("root:x:0:0::/:/bin/sh\n", 22, "passwd");
	snapshot_save("root:x:0:\n", 10, "group");
	for (unsigned long v = 0; v < VARIANTS; v++) {
		make_variant(v);
		if (!options.is_published)
			write_variant(v);
	}
	replace(0);
	module_open(&nss, OKTA_TEST_MODULE, "okta");
}

static int
report(void)
{
	unsigned long wrong = atomic_load(&shared->wrong);
	unsigned long faults = atomic_load(&shared->faults);
	unsigned long judged = atomic_load(&shared->judged);

	printf("{\"run\":\"storm\",\"publisher\":%s,\"users\":%lu,"
	       "\"readers\":%lu,\"seconds\":%lu,\"replacements\":%lu,"
	       "\"lookups\":%lu,\"judged\":%lu,\"wrong\":%lu,\"faults\":%lu,"
	       "\"blocked_us\":%lu,\"blocked_cpu_us\":%lu,"
	       "\"cpu_us_each\":%lu}\n",
	    options.is_published ? "true" : "false", options.users,
	    options.readers, options.seconds, atomic_load(&shared->done),
	    atomic_load(&shared->lookups), judged, wrong, faults,
	    (unsigned long)worst / 1000, (unsigned long)worst_cpu / 1000,
	    (unsigned long)publishers_us / (atomic_load(&shared->done) + 1));
	return wrong == 0 && faults == 0 && (judged > 0 || !options.readers)
	    ? 0
	    : 1;
}

int
main(int argc, char **argv)
{
	pthread_t threads[READERS_MAX];
	pid_t pids[READERS_MAX];
	unsigned long n, half;
	int c, status;

	while ((c = getopt(argc, argv, "d:u:s:r:p:P")) != -1) {
		if (c == 'u')
			options.users = strtoul(optarg, NULL, 10);
		else if (c == 's')
			options.seconds = strtoul(optarg, NULL, 10);
		else if (c == 'r')
			options.readers = strtoul(optarg, NULL, 10);
		else if (c == 'p')
			options.rate = strtoul(optarg, NULL, 10);
		else if (c == 'P')
			options.is_published = 1;
		else if (c == 'd')
			options.where = optarg;
		else
			errx(2,
			    "usage: storm [-P] [-u users] [-s seconds] "
			    "[-r readers] [-p replacements per second]");
	}
	half = options.readers / 2;
	if (options.users == 0 || options.rate == 0 || half > READERS_MAX)
		errx(2, "a number is too small or too large");
	set_up();
	for (n = 0; n < half; n++) {
		pids[n] = fork();
		if (pids[n] == 0)
			read_anew(n);
		if (pids[n] == -1)
			err(1, "fork");
	}
	for (n = 0; n < half; n++)
		if (pthread_create(
			&threads[n], NULL, read_on, (void *)(uintptr_t)n) != 0)
			errx(1, "thread");
	replace_on();
	count_publishers(); /* no reader has ended yet */
	atomic_store(&shared->is_over, 1);
	for (n = 0; n < half; n++) {
		pthread_join(threads[n], NULL);
		if (waitpid(pids[n], &status, 0) != pids[n] || status != 0)
			atomic_fetch_add(&shared->faults, 1);
	}
	if (chdir("/") == 0)
		nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return report();
}
