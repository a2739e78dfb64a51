/*
 * The NSS module inside a host program that makes life hard: it closes every
 * descriptor, and its threads have tiny stacks.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "module.h"
#include "publish.h"

static struct module nss;

static int
is_found(const char *name)
{
	char buf[512];
	struct passwd pw;
	int e;

	return nss.getpwnam_r(name, &pw, buf, sizeof(buf), &e) ==
	    NSS_STATUS_SUCCESS;
}

static void
publish_people(uint32_t n)
{
	struct snapshot s;

	snapshot_make(&s, n, 3, 2);
	publish(&s);
	snapshot_free(&s);
}

static void
test_no_descriptor_is_kept_T63(void **state)
{
	char link[256], path[64], sent[] = "x", got;
	int pair[2], fd;
	ssize_t n;

	(void)state;
	publish_people(3);
	assert_true(is_found("user1"));
	for (fd = 3; fd < 1024; fd++)
		close(fd);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(pair[0], 3);
	publish_people(5);
	assert_true(is_found("user4"));
	assert_int_equal(write(pair[0], sent, 1), 1);
	assert_int_equal(read(pair[1], &got, 1), 1);
	for (fd = 0; fd < 1024; fd++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, link, sizeof(link) - 1);
		if (n == -1)
			continue;
		link[n] = '\0';
		assert_null(strstr(link, "public/directory"));
	}
	close(pair[0]);
	close(pair[1]);
}

/* AddressSanitizer's frames are larger than what is promised. */
#if defined(__SANITIZE_ADDRESS__)
#define STACK_SIZE (128 * 1024)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STACK_SIZE (128 * 1024)
#endif
#endif
#ifndef STACK_SIZE
#define STACK_SIZE (16 * 1024)
#endif

static char heap[4096]; /* the answers' buffer is not on the stack */
static gid_t gids[64];

/* Every entry point once, with a new mapping to be made; NULL: all answered. */
static void *
all_on_a_small_stack(void *arg)
{
	gid_t *list = gids;
	long start = 1, size = 64;
	struct passwd pw;
	struct group gr;
	int e;

	(void)arg;
	publish_tick();
	if (nss.getpwnam_r("user1", &pw, heap, sizeof(heap), &e) !=
		NSS_STATUS_SUCCESS ||
	    nss.getpwuid_r(SNAPSHOT_UID(1), &pw, heap, sizeof(heap), &e) !=
		NSS_STATUS_SUCCESS ||
	    nss.setpwent(0) != NSS_STATUS_SUCCESS ||
	    nss.getpwent_r(&pw, heap, sizeof(heap), &e) != NSS_STATUS_SUCCESS ||
	    nss.endpwent() != NSS_STATUS_SUCCESS ||
	    nss.getgrnam_r("group1", &gr, heap, sizeof(heap), &e) !=
		NSS_STATUS_SUCCESS ||
	    nss.getgrgid_r(SNAPSHOT_GID(1), &gr, heap, sizeof(heap), &e) !=
		NSS_STATUS_SUCCESS ||
	    nss.setgrent(0) != NSS_STATUS_SUCCESS ||
	    nss.getgrent_r(&gr, heap, sizeof(heap), &e) != NSS_STATUS_SUCCESS ||
	    nss.endgrent() != NSS_STATUS_SUCCESS ||
	    nss.initgroups_dyn("user1", 1, &start, &size, &list, -1, &e) !=
		NSS_STATUS_SUCCESS)
		return (void *)1;
	return NULL;
}

static void
test_thread_with_a_stack_of_16_kib_T74(void **state)
{
	pthread_attr_t attr;
	pthread_t thread;
	void *failed, *stack;

	(void)state;
	publish_people(5);
	assert_true(is_found("user4"));
	publish_people(6);
	stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(stack != MAP_FAILED);
	assert_int_equal(pthread_attr_init(&attr), 0);
	assert_int_equal(pthread_attr_setstack(&attr, stack, STACK_SIZE), 0);
	assert_int_equal(
	    pthread_create(&thread, &attr, all_on_a_small_stack, NULL), 0);
	assert_int_equal(pthread_join(thread, &failed), 0);
	assert_null(failed);
	pthread_attr_destroy(&attr);
	munmap(stack, STACK_SIZE);
}

static int
begin(void **state)
{
	(void)state;
	module_open(&nss, OKTA_TEST_MODULE, "okta");
	publish_begin();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_descriptor_is_kept_T63),
	    cmocka_unit_test(test_thread_with_a_stack_of_16_kib_T74),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
