/*
 * The memory of the publisher does not grow with the people: what it reads is
 * mapped, and what it keeps of each of them is a few bytes. Not built with the
 * sanitizers, which take memory of their own.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "publish_fixture.h"

enum { USERS = 100000, ROOM = 4 << 20 };

/* Bytes of memory of this process's own. */
static rlim_t
own_memory(void)
{
	unsigned long kb = 0;
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "VmData: %lu kB", &kb) == 1)
			break;
	fclose(f);
	assert_int_not_equal(kb, 0);
	return (rlim_t)kb * 1024;
}

static void
pair_of(uint32_t users, int fds[2])
{
	struct snapshot s;

	snapshot_make(&s, users, 20, 5);
	fds[0] = make_memfd(s.bytes, s.size, SEALS);
	fds[1] = make_memfd(s.people_bytes, s.people_size, SEALS);
	snapshot_free(&s);
}

static void
close_pair(const int fds[2])
{
	close(fds[0]);
	close(fds[1]);
}

static void
test_100000_people_are_published_in_four_mebibytes(void **state)
{
	struct rlimit old, now;
	int first[2], next[2];

	(void)state;
	pair_of(USERS, first);
	pair_of(USERS + 1, next);
	assert_int_equal(getrlimit(RLIMIT_DATA, &old), 0);
	now = old;
	now.rlim_cur = own_memory() + ROOM;
	assert_int_equal(setrlimit(RLIMIT_DATA, &now), 0);
	/* All are new to former; then former and the old pair are large. */
	if (publish_fds(SNAPSHOT_ID_MIN, first[0], first[1]) != 0 ||
	    publish_fds(SNAPSHOT_ID_MIN, next[0], next[1]) != 0)
		fail_msg("%s", error.text);
	/* The limit does count: nobody takes as much as an index would. */
	assert_ptr_equal(mmap(NULL, 3 * ROOM, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	    MAP_FAILED);
	assert_int_equal(setrlimit(RLIMIT_DATA, &old), 0);
	close_pair(first);
	close_pair(next);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_100000_people_are_published_in_four_mebibytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
