/*
 * The NSS module through dlopen(3): what it answers.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"

static void
test_user_is_answered_whole(void **state)
{
	char buf[512];
	struct answer a;
	enum entry entry;

	(void)state;
	publish_small();
	for (entry = PWNAM; entry <= PWENT; entry++) {
		ask(&a, entry, "alice", SNAPSHOT_UID(1), buf, sizeof(buf));
		assert_int_equal(a.status, NSS_STATUS_SUCCESS);
		assert_string_equal(a.pw.pw_name, "alice");
		assert_int_equal(a.pw.pw_uid, SNAPSHOT_UID(1));
		assert_int_equal(a.pw.pw_gid, SNAPSHOT_UID(1));
		assert_string_equal(a.pw.pw_gecos, "Test Person");
		assert_string_equal(a.pw.pw_dir, "/home/alice");
		assert_string_equal(a.pw.pw_shell, "/bin/bash");
	}
}

static void
test_group_is_answered_whole(void **state)
{
	char buf[512];
	struct answer a;
	enum entry entry;

	(void)state;
	publish_small();
	for (entry = GRNAM; entry <= GRENT; entry++) {
		ask(&a, entry, "dev", SNAPSHOT_GID(1), buf, sizeof(buf));
		assert_int_equal(a.status, NSS_STATUS_SUCCESS);
		assert_string_equal(a.gr.gr_name, "dev");
		assert_string_equal(a.gr.gr_passwd, "*");
		assert_int_equal(a.gr.gr_gid, SNAPSHOT_GID(1));
		assert_string_equal(a.gr.gr_mem[0], "alice");
		assert_string_equal(a.gr.gr_mem[1], "bob");
		assert_null(a.gr.gr_mem[2]);
	}
	ask(&a, GRNAM, "bob", 0, buf, sizeof(buf));
	assert_int_equal(a.gr.gr_gid, SNAPSHOT_UID(2));
	assert_null(a.gr.gr_mem[0]);
	ask(&a, GRGID, NULL, SNAPSHOT_UID(2), buf, sizeof(buf));
	assert_string_equal(a.gr.gr_name, "bob");
}

static void
test_no_user_has_an_empty_password_T23(void **state)
{
	char buf[512];
	struct snapshot s;
	struct answer a;
	char name[32];
	uint32_t n;

	(void)state;
	snapshot_make(&s, 300, 10, 2);
	publish(&s);
	snapshot_free(&s);
	for (n = 0; n < 300; n++) {
		snprintf(name, sizeof(name), "user%u", n);
		ask(&a, PWNAM, name, 0, buf, sizeof(buf));
		assert_string_equal(a.pw.pw_passwd, "*");
		ask(&a, PWUID, NULL, SNAPSHOT_UID(n), buf, sizeof(buf));
		assert_string_equal(a.pw.pw_passwd, "*");
	}
	nss.setpwent(0);
	for (n = 0; (a.status = nss.getpwent_r(
			 &a.pw, buf, sizeof(buf), &a.e)) == NSS_STATUS_SUCCESS;
	     n++)
		assert_string_equal(a.pw.pw_passwd, "*");
	assert_int_equal(n, 300);
	assert_int_equal(a.status, NSS_STATUS_NOTFOUND);
}

/* 65534 and its like, asked for by number: never anybody. */
static void
test_special_numbers_are_nobody_T7(void **state)
{
	static const uint32_t ids[] = {0, 1, 999, 1000, 65533, 65534, 65535,
	    65536, 60000, 61184, 100000, 0x7ffffffe, 0x7fffffff, 0x80000000,
	    0x80000001, 0xfffffffe, 0xffffffff, SNAPSHOT_ID_MIN - 1,
	    SNAPSHOT_ID_MIN, SNAPSHOT_ID_MAX, SNAPSHOT_ID_MAX + 1};
	char buf[512];
	struct answer a;
	size_t n;

	(void)state;
	publish_small();
	for (n = 0; n < sizeof(ids) / sizeof(ids[0]); n++) {
		ask(&a, PWUID, NULL, ids[n], buf, sizeof(buf));
		assert_int_equal(a.status, NSS_STATUS_NOTFOUND);
		ask(&a, GRGID, NULL, ids[n], buf, sizeof(buf));
		assert_int_equal(a.status, NSS_STATUS_NOTFOUND);
	}
}

/* A number planted in a record behind the writer's back is not handed out. */
static void
test_planted_special_numbers_are_not_handed_out_T4_T7(void **state)
{
	static const uint32_t ids[] = {
	    0, 1, 999, 65534, 65535, 0x7fffffff, 0x80000000, 0xffffffff};
	struct image *i = snapshot_begin();
	struct snapshot s;
	struct dir_user *u;
	struct answer a;
	char buf[512];
	uint32_t uid;
	size_t n;

	(void)state;
	snapshot_user(i, SNAPSHOT_UID(1), "alice");
	snapshot_end(&s, i);
	u = (void *)(s.bytes + s.d.section[DIR_USERS].offset);
	uid = u->uid;
	for (n = 0; n < sizeof(ids) / sizeof(ids[0]); n++) {
		u->uid = ids[n];
		u->gid = uid;
		publish(&s);
		ask(&a, PWNAM, "alice", 0, buf, sizeof(buf));
		assert_int_equal(a.status, NSS_STATUS_UNAVAIL);
		ask(&a, PWENT, NULL, 0, buf, sizeof(buf));
		assert_int_equal(a.status, NSS_STATUS_UNAVAIL);
		u->uid = uid;
		u->gid = ids[n];
		publish(&s);
		ask(&a, PWNAM, "alice", 0, buf, sizeof(buf));
		assert_int_equal(a.status, NSS_STATUS_UNAVAIL);
		ask(&a, PWUID, NULL, uid, buf, sizeof(buf));
		assert_int_equal(a.status, NSS_STATUS_UNAVAIL);
	}
	snapshot_free(&s);
}

static void
test_group_list_is_complete_and_without_the_primary_one(void **state)
{
	enum nss_status status;
	gid_t *list = calloc(1, sizeof(*list));
	long size = 1, n;

	(void)state;
	publish_small();
	n = ask_groups("alice", SNAPSHOT_UID(1), &list, &size, -1, &status);
	assert_int_equal(status, NSS_STATUS_SUCCESS);
	assert_int_equal(n, 3);
	assert_int_equal(list[0], SNAPSHOT_UID(1));
	assert_int_equal(list[1], SNAPSHOT_GID(1));
	assert_int_equal(list[2], SNAPSHOT_GID(2));
	/* A caller whose primary group is one of them. */
	n = ask_groups("alice", SNAPSHOT_GID(1), &list, &size, -1, &status);
	assert_int_equal(n, 2);
	assert_int_equal(list[1], SNAPSHOT_GID(2));
	n = ask_groups("nosuch", 5, &list, &size, -1, &status);
	assert_int_equal(status, NSS_STATUS_NOTFOUND);
	assert_int_equal(n, 1);
	free(list);
}

/* Of every entry point. error: what getpwnam_r(3) and its kind return then. */
static void
expect_everywhere(enum nss_status status, int error, const char *what)
{
	static const char *const names[] = {"getpwnam_r", "getpwuid_r",
	    "getpwent_r", "getgrnam_r", "getgrgid_r", "getgrent_r"};
	gid_t gids[4], *list = gids;
	char buf[256];
	struct answer a;
	enum entry entry;
	long start = 0, size = 4;

	for (entry = PWNAM; entry < ENTRIES; entry++) {
		ask(&a, entry, "alice", SNAPSHOT_UID(1), buf, sizeof(buf));
		if (a.status != status || a.e != error)
			fail_msg("%s: %s: %d, errno %d", what, names[entry],
			    a.status, a.e);
	}
	a.e = 0;
	a.status = nss.initgroups_dyn(
	    "alice", SNAPSHOT_UID(1), &start, &size, &list, -1, &a.e);
	if (a.status != status || a.e != error)
		fail_msg(
		    "%s: initgroups_dyn: %d, errno %d", what, a.status, a.e);
}

static void
expect_unavailable(int error, const char *what)
{
	expect_everywhere(NSS_STATUS_UNAVAIL, error, what);
}

static void
expect_success(const char *what)
{
	expect_everywhere(NSS_STATUS_SUCCESS, 0, what);
}

/* Runs into a limit of the process with a mapping and without one, and is well
 * again afterwards. The same file needs nothing of what is limited. */
static void
expect_limit(const struct snapshot *s, __rlimit_resource_t which, rlim_t low,
    int error, const char *what)
{
	struct rlimit usual, tight;

	assert_int_equal(getrlimit(which, &usual), 0);
	tight = usual;
	tight.rlim_cur = low;
	publish(s);
	expect_success("before");
	assert_int_equal(setrlimit(which, &tight), 0);
	publish_tick();
	expect_success("the same file");
	assert_int_equal(setrlimit(which, &usual), 0);
	publish(s);
	assert_int_equal(setrlimit(which, &tight), 0);
	expect_unavailable(error, what);
	assert_int_equal(setrlimit(which, &usual), 0);
	expect_success("after");
}

/* State by state what each call says; "wrong owner" needs root and is in
 * tests/scenario/test_nss_states.py. */
static void
test_states_of_the_file_and_of_the_process_T67(void **state)
{
	struct image *i = snapshot_begin();
	struct dir_header *h;
	struct snapshot s;
	char zeros[300] = {0};

	(void)state;
	snapshot_user(i, SNAPSHOT_UID(1), "alice");
	snapshot_end(&s, i);
	h = (void *)s.bytes;
	publish(&s);
	expect_success("good");
	publish_nothing();
	expect_unavailable(ENOENT, "absent");
	publish_bytes("", 0);
	expect_unavailable(EIO, "empty");
	publish_bytes(zeros, sizeof(zeros));
	expect_unavailable(EIO, "zeros");
	publish_bytes(s.bytes, s.size - 1);
	expect_unavailable(EIO, "cut");
	publish_bytes(s.people_bytes, s.people_size);
	expect_unavailable(EIO, "the other kind");
	h->major++;
	directory_stamp(s.bytes, s.size, 1, 1);
	publish(&s);
	expect_unavailable(EIO, "newer major");
	h->major--;
	h->minor++;
	directory_stamp(s.bytes, s.size, 1, 1);
	publish(&s);
	expect_success("newer minor");
	h->header_checksum++;
	publish(&s);
	expect_unavailable(EIO, "header checksum");
	h->header_checksum--;
	publish(&s);
	assert_int_equal(chmod(PUBLISH_PATH, 0666), 0);
	publish_tick();
	expect_unavailable(EIO, "writable by all");
	expect_limit(&s, RLIMIT_NOFILE, 0, EMFILE, "no free descriptor");
	expect_limit(&s, RLIMIT_AS, 1 << 20, ENOMEM, "no memory");
	memset(s.bytes + s.d.section[DIR_USERS].offset, 0xff,
	    s.d.section[DIR_USERS].size);
	publish(&s);
	expect_unavailable(EIO, "damaged record");
	snapshot_free(&s);
	/* And a good one is taken up at once. */
	publish_small();
	expect_success("good again");
}

static void
test_replaced_file_is_seen_after_a_second_and_not_before(void **state)
{
	struct image *i = snapshot_begin();
	struct snapshot s;
	struct answer a;
	char buf[256];

	(void)state;
	publish_small();
	ask(&a, PWNAM, "alice", 0, buf, sizeof(buf));
	assert_int_equal(a.status, NSS_STATUS_SUCCESS);
	snapshot_user(i, SNAPSHOT_UID(1), "carol");
	snapshot_end(&s, i);
	snapshot_save(s.bytes, s.size, PUBLISH_PATH);
	snapshot_free(&s);
	ask(&a, PWNAM, "alice", 0, buf, sizeof(buf));
	assert_int_equal(a.status, NSS_STATUS_SUCCESS);
	publish_tick();
	ask(&a, PWNAM, "alice", 0, buf, sizeof(buf));
	assert_int_equal(a.status, NSS_STATUS_NOTFOUND);
	ask(&a, PWNAM, "carol", 0, buf, sizeof(buf));
	assert_int_equal(a.status, NSS_STATUS_SUCCESS);
}

static void
test_enumeration_and_look_ups_do_not_meet_T68(void **state)
{
	struct snapshot s;
	struct answer a, b;
	char buf[256], other[4096], name[32];
	uint32_t n, m;

	(void)state;
	snapshot_make(&s, 100, 10, 2);
	publish(&s);
	snapshot_free(&s);
	nss.setpwent(0);
	nss.setgrent(0);
	for (n = 0, m = 0; nss.getpwent_r(&a.pw, buf, sizeof(buf), &a.e) ==
	     NSS_STATUS_SUCCESS;
	     n++) {
		snprintf(name, sizeof(name), "user%u", (n * 31) % 100);
		ask(&b, PWNAM, name, 0, other, sizeof(other));
		assert_int_equal(b.status, NSS_STATUS_SUCCESS);
		ask(&b, GRGID, NULL, SNAPSHOT_GID(n % 10), other,
		    sizeof(other));
		if (nss.getgrent_r(&b.gr, other, sizeof(other), &b.e) ==
		    NSS_STATUS_SUCCESS)
			m++;
		assert_int_equal(a.pw.pw_uid, SNAPSHOT_UID(n));
	}
	assert_int_equal(n, 100);
	assert_int_equal(m, 100);
}

static void
test_enumeration_can_be_switched_off(void **state)
{
	struct image_params p = {.id_min = SNAPSHOT_ID_MIN,
	    .id_max = SNAPSHOT_ID_MAX,
	    .flags = DIR_NO_ENUMERATION};
	struct error e = {0};
	struct image *i = image_new(&p, &e);
	struct snapshot s;
	struct answer a;
	char buf[256];

	(void)state;
	snapshot_user(i, SNAPSHOT_UID(1), "alice");
	snapshot_end(&s, i);
	publish(&s);
	snapshot_free(&s);
	ask(&a, PWENT, NULL, 0, buf, sizeof(buf));
	assert_int_equal(a.status, NSS_STATUS_NOTFOUND);
	ask(&a, GRENT, NULL, 0, buf, sizeof(buf));
	assert_int_equal(a.status, NSS_STATUS_NOTFOUND);
	ask(&a, PWNAM, "alice", 0, buf, sizeof(buf));
	assert_int_equal(a.status, NSS_STATUS_SUCCESS);
}

static int
begin(void **state)
{
	(void)state;
	ask_begin();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_user_is_answered_whole),
	    cmocka_unit_test(test_group_is_answered_whole),
	    cmocka_unit_test(test_no_user_has_an_empty_password_T23),
	    cmocka_unit_test(test_special_numbers_are_nobody_T7),
	    cmocka_unit_test(
		test_planted_special_numbers_are_not_handed_out_T4_T7),
	    cmocka_unit_test(
		test_group_list_is_complete_and_without_the_primary_one),
	    cmocka_unit_test(test_states_of_the_file_and_of_the_process_T67),
	    cmocka_unit_test(
		test_replaced_file_is_seen_after_a_second_and_not_before),
	    cmocka_unit_test(test_enumeration_and_look_ups_do_not_meet_T68),
	    cmocka_unit_test(test_enumeration_can_be_switched_off),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
