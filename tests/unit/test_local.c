/*
 * Who is local: the answer decides whether a person is ours at all, so it must
 * be glibc's, for any file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include "local.h"

static char path[] = "/tmp/okta-local-XXXXXX";
static int fd = -1;

static int
setup(void **state)
{
	(void)state;
	fd = mkstemp(path);
	return fd < 0;
}

static int
teardown(void **state)
{
	(void)state;
	close(fd);
	return unlink(path);
}

static void
fill(const void *p, size_t len)
{
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, p, len, 0), len);
}

static int
user(const char *text, const char *name, uint32_t *id)
{
	fill(text, strlen(text));
	return local_has_user(path, name, id);
}

static void
test_names_are_found_whole(void **state)
{
	static const char text[] = "root:x:0:0:root:/root:/bin/sh\n"
				   "alice:x:1000:1000::/home/alice:/bin/sh\n"
				   "alic:x:1001:1001::/:\nal:x:1002:1002::/:\n";
	uint32_t id;

	(void)state;
	assert_int_equal(user(text, "alice", &id), 1);
	assert_int_equal(id, 1000);
	assert_int_equal(user(text, "alic", &id), 1);
	assert_int_equal(id, 1001);
	assert_int_equal(user(text, "al", &id), 1);
	assert_int_equal(id, 1002);
	assert_int_equal(user(text, "root", &id), 1);
	assert_int_equal(id, 0);
	assert_int_equal(user(text, "alicex", &id), 0);
	assert_int_equal(id, UINT32_MAX);
	assert_int_equal(user(text, "a", NULL), 0);
	assert_int_equal(user(text, "", NULL), 0);
	assert_int_equal(user(text, "x", NULL), 0);
	assert_int_equal(user(text, "alice:x", NULL), 0);
	assert_int_equal(user(text, "alice\nroot", NULL), 0);
	assert_int_equal(user(text, "ALICE", NULL), 0);
}

static void
test_odd_files_T13(void **state)
{
	uint32_t id;

	(void)state;
	assert_int_equal(user("", "alice", NULL), 0);
	assert_int_equal(user("alice:x:5:5:::", "alice", &id), 1);
	assert_int_equal(id, 5);
	assert_int_equal(user("\n\n  alice:x:6:5:::\n", "alice", &id), 1);
	assert_int_equal(id, 6);
	assert_int_equal(user("alice\n", "alice", NULL), 0);
	assert_int_equal(user("# alice:x:5:5:::\n", "alice", NULL), 0);
	/* A damaged entry still keeps the name local. */
	assert_int_equal(user("alice:x:-1:5:::\n", "alice", &id), 1);
	assert_int_equal(id, UINT32_MAX);
	assert_int_equal(user("alice:x::5:::\n", "alice", &id), 1);
	assert_int_equal(id, UINT32_MAX);
	assert_int_equal(
	    user("alice:x:99999999999999999999:5\n", "alice", &id), 1);
	assert_int_equal(id, UINT32_MAX);
	assert_int_equal(user("alice:", "alice", &id), 1);
	assert_int_equal(id, UINT32_MAX);
	unlink(path);
	assert_int_equal(local_has_user(path, "alice", &id), OKTA_SYSTEM);
	assert_int_equal(id, UINT32_MAX);
	assert_int_equal(local_has_uid("/", 0), OKTA_SYSTEM);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	assert_true(fd >= 0);
}

static void
test_line_of_a_megabyte(void **state)
{
	static const char tail[] = "\nalice:x:1000:1000:::\n";
	size_t len = 1 << 20;
	char *text = malloc(len + sizeof(tail));

	(void)state;
	assert_non_null(text);
	memset(text, 'a', len);
	memcpy(text + len, tail, sizeof(tail));
	fill(text, len + sizeof(tail) - 1);
	assert_int_equal(local_has_user(path, "alice", NULL), 1);
	assert_int_equal(local_has_user(path, "aaaa", NULL), 0);
	free(text);
}

static void
test_name_across_each_buffer_border(void **state)
{
	char text[1200];

	(void)state;
	for (size_t at = 1; at < 1100; at++) {
		memset(text, '#', sizeof(text));
		memcpy(text + at - 1, "\nalice:x:77:", 12);
		fill(text, sizeof(text));
		assert_int_equal(local_has_user(path, "alice", NULL), 1);
		assert_int_equal(local_has_uid(path, 77), 1);
	}
}

static void
test_numbers(void **state)
{
	static const char text[] =
	    "a:x:1000:7:::\nb:x:010:8:::\n"
	    "c:x:4294967295:9:::\nd:x:4294967296:10:::\ne:x: 5:1:::\n"
	    "f:x:6 :1:::\ng:x:+7:1:::\nh:9:x:1:::\n";

	(void)state;
	fill(text, sizeof(text) - 1);
	assert_int_equal(local_has_uid(path, 1000), 1);
	assert_int_equal(local_has_uid(path, 10), 1);
	/* (uid_t)-1 is nobody: setuid(2) takes it for "no change". */
	assert_int_equal(local_has_uid(path, UINT32_MAX), 0);
	assert_int_equal(local_has_uid(path, 0), 0);
	assert_int_equal(local_has_uid(path, 5), 0);
	assert_int_equal(local_has_uid(path, 6), 0);
	assert_int_equal(local_has_uid(path, 7), 0);
	assert_int_equal(local_has_uid(path, 9), 0);
	assert_int_equal(local_has_gid(path, 1000), 1);
	assert_int_equal(local_has_group(path, "b", NULL), 1);
	assert_int_equal(local_has_group(path, "z", NULL), 0);
}

/* What glibc finds by name in any damaged file, we find. (The other way round
 * we may find more: a name in a broken entry stays local.) */
static void
test_all_that_glibc_finds_is_local_T44(void **state)
{
	static const char text[] =
	    "root:x:0:0:root:/root:/bin/sh\n"
	    "alice:x:1000:1000:A,,:/home/alice:/bin/sh\nbob:x:1001:1::/:\n";
	char bent[sizeof(text)];
	unsigned int found = 0;

	(void)state;
	for (size_t bit = 0; bit < (sizeof(text) - 1) * 8; bit++) {
		struct passwd pw, *got;
		char buf[512];

		memcpy(bent, text, sizeof(text));
		bent[bit / 8] ^= (char)(1 << bit % 8);
		fill(bent, sizeof(text) - 1);
		FILE *f = fopen(path, "r");

		assert_non_null(f);
		while (fgetpwent_r(f, &pw, buf, sizeof(buf), &got) == 0) {
			if (pw.pw_name[0] == '+' || pw.pw_name[0] == '-')
				continue; /* NIS marks, no entries */
			assert_int_equal(
			    local_has_user(path, pw.pw_name, NULL), 1);
			found++;
		}
		fclose(f);
	}
	assert_in_range(found, 1500, 4000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names_are_found_whole),
	    cmocka_unit_test(test_odd_files_T13),
	    cmocka_unit_test(test_line_of_a_megabyte),
	    cmocka_unit_test(test_name_across_each_buffer_border),
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_all_that_glibc_finds_is_local_T44),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
