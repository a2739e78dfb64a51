/*
 * The NSS module under threads, forks, cancellation and a storm of
 * replacements. The arguments are the storm's length in seconds and the number
 * of forks.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/resource.h>
#include <sys/wait.h>

#include <dirent.h>
#include <dlfcn.h>
#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "module.h"
#include "publish.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#endif

enum {
	THREADS = 32,
	PEOPLE = 200,
	REPLACEMENTS_PER_S = 1000,
	LOADINGS = 100000
};

static struct module nss;
static struct snapshot snapshots[2];
static int storm_s = 4, forks = 300;
static atomic_int is_over;
static atomic_ulong lookups;

/* In a thread: a failed assertion of cmocka's would jump into another stack. */
#define MUST(condition)                                                       \
	do {                                                                  \
		if (!(condition))                                             \
			errx(1, "%s:%d: %s", __FILE__, __LINE__, #condition); \
	} while (0)

/* Everybody of both snapshots is PEOPLE strong; the answer must be whole. */
static void
look_up(uint32_t n)
{
	char buf[8192], name[32], home[64];
	struct passwd pw;
	struct group gr;
	uint32_t k;
	int e;

	snprintf(name, sizeof(name), "user%u", n % PEOPLE);
	snprintf(home, sizeof(home), "/home/%s", name);
	MUST(nss.getpwnam_r(name, &pw, buf, sizeof(buf), &e) ==
	    NSS_STATUS_SUCCESS);
	MUST(pw.pw_uid == SNAPSHOT_UID(n % PEOPLE));
	MUST(strcmp(pw.pw_dir, home) == 0);
	MUST(nss.getgrgid_r(SNAPSHOT_GID(n % 5), &gr, buf, sizeof(buf), &e) ==
	    NSS_STATUS_SUCCESS);
	for (k = 0; gr.gr_mem[k] != NULL; k++)
		MUST(strncmp(gr.gr_mem[k], "user", 4) == 0);
	MUST(nss.getpwuid_r(4711, &pw, buf, sizeof(buf), &e) ==
	    NSS_STATUS_NOTFOUND);
	atomic_fetch_add(&lookups, 1);
}

static void *
look_up_thread(void *arg)
{
	uint32_t n = (uint32_t)(uintptr_t)arg;

	/* The one that replaces the file shall have its turn. */
	setpriority(PRIO_PROCESS, (id_t)gettid(), 15);
	while (!atomic_load(&is_over))
		look_up(n++);
	return NULL;
}

static void
start(pthread_t *threads, void *(*body)(void *))
{
	size_t n;

	atomic_store(&is_over, 0);
	for (n = 0; n < THREADS; n++)
		assert_int_equal(pthread_create(&threads[n], NULL, body,
				     (void *)(uintptr_t)n),
		    0);
}

static void
stop(pthread_t *threads)
{
	size_t n;

	atomic_store(&is_over, 1);
	for (n = 0; n < THREADS; n++)
		pthread_join(threads[n], NULL);
}

static int
count_mappings(void)
{
	char line[512];
	FILE *f = fopen("/proc/self/maps", "r");
	int n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		n += strstr(line, "/public/directory") != NULL;
	fclose(f);
	return n;
}

static int
count_descriptors(void)
{
	struct dirent *entry;
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL)
		n++;
	closedir(d);
	return n;
}

static uint64_t
milliseconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* Every replacement is looked at: the module's clock goes on with each. */
static void
test_replacement_storm_under_32_readers_T64_reduced(void **state)
{
	const struct timespec pause = {0, 1000000000 / REPLACEMENTS_PER_S};
	uint64_t end = milliseconds() + (uint64_t)storm_s * 1000;
	unsigned long replacements = 0, before = atomic_load(&lookups);
	pthread_t threads[THREADS];
	int descriptors = count_descriptors();

	(void)state;
	start(threads, look_up_thread);
	while (milliseconds() < end) {
		publish(&snapshots[replacements++ % 2]);
		nanosleep(&pause, NULL);
	}
	stop(threads);
	print_message("%lu replacements, %lu look-ups\n", replacements,
	    atomic_load(&lookups) - before);
	assert_true(replacements > (unsigned long)storm_s * 100);
	look_up(0);
	assert_int_equal(count_mappings(), 1);
	assert_int_equal(count_descriptors(), descriptors);
}

/* The child has none of the parent's other threads, and waits for none. */
static void
test_child_of_a_fork_during_look_ups_answers_T70_reduced(void **state)
{
	pthread_t threads[THREADS];
	int n, status;

	(void)state;
	start(threads, look_up_thread);
	for (n = 0; n < forks; n++) {
		pid_t child;

		if (n % 8 == 0)
			publish(&snapshots[n / 8 % 2]);
		child = fork();
		assert_int_not_equal(child, -1);
		if (child == 0) {
			char buf[1024];
			struct passwd pw;
			int e, i, r = 0;

			alarm(1);
			for (i = 0; i < 5; i++) {
				publish_tick();
				r |= nss.getpwnam_r("user1", &pw, buf,
					 sizeof(buf), &e) != NSS_STATUS_SUCCESS;
			}
			_exit(r);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
	stop(threads);
}

static void *
cancelled_thread(void *arg)
{
	uint32_t n = (uint32_t)(uintptr_t)arg;

	for (;; n++) {
		publish_tick();
		look_up(n);
		pthread_testcancel();
	}
	return NULL;
}

/* AddressSanitizer would take the frames below, which a thread left without a
 * return, for ones that still stand. */
static void
forget_frames(void *stack)
{
#ifdef HAS_ASAN
	char *here = __builtin_frame_address(0);

	__asan_unpoison_memory_region(stack, (size_t)(here - (char *)stack));
#else
	(void)stack;
#endif
}

static void *
stack_of_this_thread(void)
{
	pthread_attr_t attr;
	size_t size = 0;
	void *stack = NULL;

	MUST(pthread_getattr_np(pthread_self(), &attr) == 0);
	MUST(pthread_attr_getstack(&attr, &stack, &size) == 0);
	pthread_attr_destroy(&attr);
	return stack;
}

/* Cancelled at any instruction. */
static void *
cancelled_at_once_thread(void *arg)
{
	char buf[1024];
	struct passwd pw;
	int e;

	(void)arg;
	pthread_cleanup_push(forget_frames, stack_of_this_thread());
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &e);
	for (;;) {
		publish_tick();
		MUST(nss.getpwuid_r(SNAPSHOT_UID(1), &pw, buf, sizeof(buf),
			 &e) == NSS_STATUS_SUCCESS);
	}
	pthread_cleanup_pop(0);
	return NULL;
}

static void
expect_nothing_behind(void *(*thread)(void *))
{
	pthread_t threads[THREADS];
	int descriptors = count_descriptors(), round;
	size_t n;

	for (round = 0; round < 10; round++) {
		const struct timespec pause = {0, 1000000};

		start(threads, thread);
		for (n = 0; n < THREADS; n++) {
			publish(&snapshots[n % 2]);
			pthread_cancel(threads[n]);
		}
		nanosleep(&pause, NULL);
		for (n = 0; n < THREADS; n++)
			pthread_join(threads[n], NULL);
	}
	look_up(0);
	assert_int_equal(count_descriptors(), descriptors);
	/* A reader that died in a slot would keep its mapping for ever. */
	publish(&snapshots[0]);
	look_up(0);
	assert_int_equal(count_mappings(), 1);
}

static void
test_cancelled_threads_leave_nothing_behind_T69(void **state)
{
	(void)state;
	expect_nothing_behind(cancelled_thread);
	expect_nothing_behind(cancelled_at_once_thread);
}

/* dlclose(3) with a thread inside: the code and the mapping stay. */
static void
test_module_is_never_unloaded_T69(void **state)
{
	struct module again;
	pthread_t threads[THREADS];
	int n;

	(void)state;
	start(threads, look_up_thread);
	for (n = 0; n < LOADINGS; n++) {
		again.handle = dlopen(OKTA_TEST_MODULE, RTLD_NOW | RTLD_LOCAL);
		assert_non_null(again.handle);
		module_close(&again);
	}
	module_close(&nss);
	look_up(1);
	stop(threads);
	module_open(&nss, OKTA_TEST_MODULE, "okta");
	assert_int_equal(count_mappings(), 1);
}

/* Threads that list at the same time, as no caller of glibc's can: every one
 * ends, and nothing but whole entries comes out. */
static void *
list_thread(void *arg)
{
	char buf[1024];
	struct passwd pw;
	int e, n;

	(void)arg;
	for (n = 0; n < 2000; n++)
		if (nss.getpwent_r(&pw, buf, sizeof(buf), &e) ==
		    NSS_STATUS_SUCCESS)
			MUST(strncmp(pw.pw_name, "user", 4) == 0);
		else if (n % 7 == 0)
			nss.setpwent(0);
	return NULL;
}

static void
test_listing_in_threads_ends_T68(void **state)
{
	pthread_t threads[THREADS];
	char buf[1024];
	struct passwd pw;
	int e, n;

	(void)state;
	start(threads, list_thread);
	stop(threads);
	/* One that lists and looks up, while all others look up. */
	start(threads, look_up_thread);
	nss.setpwent(0);
	for (n = 0;
	     nss.getpwent_r(&pw, buf, sizeof(buf), &e) == NSS_STATUS_SUCCESS;
	     n++)
		look_up((uint32_t)n);
	stop(threads);
	assert_int_equal(n, PEOPLE);
}

static int
begin(void **state)
{
	(void)state;
	module_open(&nss, OKTA_TEST_MODULE, "okta");
	publish_begin();
	snapshot_make(&snapshots[0], PEOPLE, 5, 1);
	snapshot_make(&snapshots[1], PEOPLE, 7, 2);
	publish(&snapshots[0]);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	snapshot_free(&snapshots[0]);
	snapshot_free(&snapshots[1]);
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_replacement_storm_under_32_readers_T64_reduced),
	    cmocka_unit_test(
		test_child_of_a_fork_during_look_ups_answers_T70_reduced),
	    cmocka_unit_test(test_cancelled_threads_leave_nothing_behind_T69),
	    cmocka_unit_test(test_module_is_never_unloaded_T69),
	    cmocka_unit_test(test_listing_in_threads_ends_T68),
	};

	if (argc > 1)
		storm_s = atoi(argv[1]);
	if (argc > 2)
		forks = atoi(argv[2]);
	return cmocka_run_group_tests(tests, begin, end);
}
