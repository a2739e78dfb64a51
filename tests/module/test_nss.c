/*
 * The NSS module through dlopen(3): what it answers, and where it writes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module.h"
#include "publish.h"

static struct module nss;

/* The answers to one question, whatever the entry point. */
enum entry { PWNAM, PWUID, PWENT, GRNAM, GRGID, GRENT, ENTRIES };

struct answer {
	struct passwd pw;
	struct group gr;
	enum nss_status status;
	int e;
};

static void
ask(struct answer *a, enum entry entry, const char *name, uint32_t id,
    char *buf, size_t len)
{
	memset(a, 0, sizeof(*a));
	switch (entry) {
	case PWNAM:
		a->status = nss.getpwnam_r(name, &a->pw, buf, len, &a->e);
		break;
	case PWUID:
		a->status = nss.getpwuid_r(id, &a->pw, buf, len, &a->e);
		break;
	case PWENT:
		nss.setpwent(0);
		a->status = nss.getpwent_r(&a->pw, buf, len, &a->e);
		break;
	case GRNAM:
		a->status = nss.getgrnam_r(name, &a->gr, buf, len, &a->e);
		break;
	case GRGID:
		a->status = nss.getgrgid_r(id, &a->gr, buf, len, &a->e);
		break;
	default:
		nss.setgrent(0);
		a->status = nss.getgrent_r(&a->gr, buf, len, &a->e);
		break;
	}
}

static int
is_passwd(enum entry entry)
{
	return entry <= PWENT;
}

static void
assert_inside(const void *p, size_t size, const char *buf, size_t len)
{
	const char *c = p;

	assert_true(c >= buf && size <= len && (size_t)(c - buf) <= len - size);
}

static void
assert_string_inside(const char *s, const char *buf, size_t len)
{
	assert_inside(s, 1, buf, len);
	assert_inside(s, strnlen(s, len - (size_t)(s - buf)) + 1, buf, len);
}

static void
assert_all_inside(const struct answer *a, enum entry entry, const char *buf,
    size_t len)
{
	char **m;

	if (is_passwd(entry)) {
		assert_string_inside(a->pw.pw_name, buf, len);
		assert_string_inside(a->pw.pw_passwd, buf, len);
		assert_string_inside(a->pw.pw_gecos, buf, len);
		assert_string_inside(a->pw.pw_dir, buf, len);
		assert_string_inside(a->pw.pw_shell, buf, len);
		return;
	}
	assert_string_inside(a->gr.gr_name, buf, len);
	assert_string_inside(a->gr.gr_passwd, buf, len);
	assert_int_equal((uintptr_t)a->gr.gr_mem % sizeof(char *), 0);
	for (m = a->gr.gr_mem;; m++) {
		assert_inside(m, sizeof(*m), buf, len);
		if (*m == NULL)
			break;
		assert_string_inside(*m, buf, len);
	}
}

/* alice (user 1) and two groups; "dev" (1) has alice and bob. */
static void
publish_small(void)
{
	struct image *i = snapshot_begin();
	struct snapshot s;

	snapshot_user(i, SNAPSHOT_UID(1), "alice");
	snapshot_user(i, SNAPSHOT_UID(2), "bob");
	snapshot_group(i, SNAPSHOT_GID(1), "dev");
	snapshot_group(i, SNAPSHOT_GID(2), "ops");
	snapshot_member(i, SNAPSHOT_GID(1), SNAPSHOT_UID(1));
	snapshot_member(i, SNAPSHOT_GID(1), SNAPSHOT_UID(2));
	snapshot_member(i, SNAPSHOT_GID(2), SNAPSHOT_UID(1));
	snapshot_end(&s, i);
	publish(&s);
	snapshot_free(&s);
}

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
	for (n = 0; (a.status = nss.getpwent_r(&a.pw, buf, sizeof(buf),
			 &a.e)) == NSS_STATUS_SUCCESS; n++)
		assert_string_equal(a.pw.pw_passwd, "*");
	assert_int_equal(n, 300);
	assert_int_equal(a.status, NSS_STATUS_NOTFOUND);
}

/* 65534 and its like, asked for by number: never anybody. */
static void
test_special_numbers_are_nobody_T7(void **state)
{
	static const uint32_t ids[] = { 0, 1, 999, 1000, 65533, 65534, 65535,
		65536, 60000, 61184, 100000, 0x7ffffffe, 0x7fffffff,
		0x80000000, 0x80000001, 0xfffffffe, 0xffffffff,
		SNAPSHOT_ID_MIN - 1, SNAPSHOT_ID_MIN, SNAPSHOT_ID_MAX,
		SNAPSHOT_ID_MAX + 1 };
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
	static const uint32_t ids[] = { 0, 1, 999, 65534, 65535, 0x7fffffff,
		0x80000000, 0xffffffff };
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
test_every_pointer_lies_in_the_buffer_at_any_alignment_T65(void **state)
{
	static char memory[1024];
	struct answer a;
	enum entry entry;
	size_t shift;

	(void)state;
	publish_small();
	for (entry = PWNAM; entry < ENTRIES; entry++)
		for (shift = 0; shift < 16; shift++) {
			ask(&a, entry, is_passwd(entry) ? "alice" : "dev",
			    is_passwd(entry) ? SNAPSHOT_UID(1) :
					       SNAPSHOT_GID(1),
			    memory + shift, 700);
			assert_int_equal(a.status, NSS_STATUS_SUCCESS);
			assert_all_inside(&a, entry, memory + shift, 700);
		}
}

static void
test_answers_outlive_two_refreshes_T65(void **state)
{
	char buf[512], other[512];
	struct answer pw, gr, a;
	int n;

	(void)state;
	publish_small();
	ask(&pw, PWNAM, "alice", 0, buf, 256);
	ask(&gr, GRNAM, "dev", 0, buf + 256, 256);
	for (n = 0; n < 2; n++) {
		struct snapshot s;

		snapshot_make(&s, 50, 5, 1);
		publish(&s);
		snapshot_free(&s);
		ask(&a, PWNAM, "user7", 0, other, sizeof(other));
		assert_int_equal(a.status, NSS_STATUS_SUCCESS);
	}
	assert_string_equal(pw.pw.pw_name, "alice");
	assert_string_equal(pw.pw.pw_dir, "/home/alice");
	assert_string_equal(gr.gr.gr_mem[1], "bob");
}

/* Every length from 0 to one more than needed, each in memory of exactly that
 * size: ERANGE below, and from there on success. */
static void
each_length(enum entry entry, const char *name, uint32_t id, size_t step)
{
	struct answer a;
	size_t len, needed = 0;
	int successes = 0;

	for (len = 0; successes < 2; len += successes == 1 ? 1 : step) {
		char *buf = malloc(len + 1);

		assert_non_null(buf);
		buf[len] = 'X';
		ask(&a, entry, name, id, buf, len);
		assert_int_equal(buf[len], 'X');
		if (a.status == NSS_STATUS_SUCCESS) {
			assert_all_inside(&a, entry, buf, len);
			if (successes++ == 0)
				needed = len;
		} else {
			assert_int_equal(successes, 0);
			assert_int_equal(a.status, NSS_STATUS_TRYAGAIN);
			assert_int_equal(a.e, ERANGE);
		}
		free(buf);
		assert_true(len < 4000000);
	}
	assert_true(needed > 0);
}

static void
test_small_buffer_is_erange_exactly_where_bigger_helps_T66(void **state)
{
	enum entry entry;

	(void)state;
	publish_small();
	for (entry = PWNAM; entry < ENTRIES; entry++)
		each_length(entry, is_passwd(entry) ? "alice" : "dev",
		    is_passwd(entry) ? SNAPSHOT_UID(1) : SNAPSHOT_GID(1), 1);
	/* Absent stays absent however small the buffer is. */
	for (entry = PWNAM; entry < ENTRIES; entry++) {
		struct answer a;
		char buf[1];

		if (entry == PWENT || entry == GRENT)
			continue;
		ask(&a, entry, "nosuch", 4711, buf, 0);
		assert_int_equal(a.status, NSS_STATUS_NOTFOUND);
	}
}

static void
test_enumeration_does_not_skip_after_erange_T66(void **state)
{
	char buf[512];
	struct answer a;
	enum nss_status status;
	uint32_t n, tries = 0;
	size_t len = 1;

	(void)state;
	publish_small();
	nss.setpwent(0);
	for (n = 0; n < 2;) {
		status = nss.getpwent_r(&a.pw, buf, len, &a.e);
		if (status == NSS_STATUS_TRYAGAIN) {
			assert_int_equal(a.e, ERANGE);
			len++;
			tries++;
			continue;
		}
		assert_int_equal(status, NSS_STATUS_SUCCESS);
		assert_int_equal(a.pw.pw_uid, SNAPSHOT_UID(1 + n));
		n++;
		len = 1;
	}
	assert_true(tries > 40);
	assert_int_equal(nss.getpwent_r(&a.pw, buf, sizeof(buf), &a.e),
	    NSS_STATUS_NOTFOUND);
}

static void
test_group_of_100000_and_of_10000_members_T66(void **state)
{
	enum { EVERYBODY = 100000 };
	struct image *i = snapshot_begin();
	struct snapshot s;
	struct answer a;
	char name[32], buf[256];
	uint32_t n;

	(void)state;
	snapshot_group(i, SNAPSHOT_GID(1), "everybody");
	snapshot_group(i, SNAPSHOT_GID(2), "many");
	for (n = 0; n < EVERYBODY; n++) {
		snprintf(name, sizeof(name), "u%u", n);
		snapshot_user(i, SNAPSHOT_UID(n), name);
		snapshot_member(i, SNAPSHOT_GID(1), SNAPSHOT_UID(n));
		if (n < DIR_LARGE_GROUP)
			snapshot_member(i, SNAPSHOT_GID(2), SNAPSHOT_UID(n));
	}
	snapshot_end(&s, i);
	publish(&s);
	snapshot_free(&s);
	/* Left out by policy: a group with a number and a name is enough. */
	ask(&a, GRNAM, "everybody", 0, buf, sizeof(buf));
	assert_int_equal(a.status, NSS_STATUS_SUCCESS);
	assert_null(a.gr.gr_mem[0]);
	each_length(GRNAM, "everybody", 0, 1);
	/* The largest list there is, every length. */
	each_length(GRNAM, "many", 0, 1);
}

static long
groups_of(const char *user, gid_t primary, gid_t **list, long *size,
    long limit, enum nss_status *status)
{
	long start = 1;
	int e = 0;

	(*list)[0] = primary;
	*status = nss.initgroups_dyn(user, primary, &start, size, list, limit,
	    &e);
	if (*status != NSS_STATUS_SUCCESS)
		assert_int_equal(e, ENOENT);
	return start;
}

static void
test_group_list_is_complete_and_without_the_primary_one(void **state)
{
	enum nss_status status;
	gid_t *list = calloc(1, sizeof(*list));
	long size = 1, n;

	(void)state;
	publish_small();
	n = groups_of("alice", SNAPSHOT_UID(1), &list, &size, -1, &status);
	assert_int_equal(status, NSS_STATUS_SUCCESS);
	assert_int_equal(n, 3);
	assert_int_equal(list[0], SNAPSHOT_UID(1));
	assert_int_equal(list[1], SNAPSHOT_GID(1));
	assert_int_equal(list[2], SNAPSHOT_GID(2));
	/* A caller whose primary group is one of them. */
	n = groups_of("alice", SNAPSHOT_GID(1), &list, &size, -1, &status);
	assert_int_equal(n, 2);
	assert_int_equal(list[1], SNAPSHOT_GID(2));
	n = groups_of("nosuch", 5, &list, &size, -1, &status);
	assert_int_equal(status, NSS_STATUS_NOTFOUND);
	assert_int_equal(n, 1);
	free(list);
}

static void
test_user_in_65536_groups_gets_all_or_the_limit_T66(void **state)
{
	enum { MANY = 65536 };
	static const long limits[] = { -1, 0, 1, 2, 3, 100, 65535, 65536,
		65537, 65538, 1000000 };
	struct image *i = snapshot_begin();
	enum nss_status status;
	struct snapshot s;
	char name[32];
	uint32_t n;
	size_t k;

	(void)state;
	snapshot_user(i, SNAPSHOT_UID(1), "alice");
	for (n = 0; n < MANY; n++) {
		snprintf(name, sizeof(name), "g%u", n);
		snapshot_group(i, SNAPSHOT_GID(n), name);
		snapshot_member(i, SNAPSHOT_GID(n), SNAPSHOT_UID(1));
	}
	snapshot_end(&s, i);
	publish(&s);
	snapshot_free(&s);
	for (k = 0; k < sizeof(limits) / sizeof(limits[0]); k++) {
		gid_t *list = calloc(1, sizeof(*list));
		long size = 1, got, want = MANY + 1;

		if (limits[k] > 0 && limits[k] < want)
			want = limits[k];
		got = groups_of("alice", SNAPSHOT_UID(1), &list, &size,
		    limits[k], &status);
		assert_int_equal(status, NSS_STATUS_SUCCESS);
		assert_int_equal(got, want);
		assert_true(size >= got);
		for (n = 1; n < got; n++)
			assert_int_equal(list[n], SNAPSHOT_GID(n - 1));
		free(list);
	}
}

static void
expect_everywhere(enum nss_status status, const char *what)
{
	static const char *const names[] = { "getpwnam_r", "getpwuid_r",
		"getpwent_r", "getgrnam_r", "getgrgid_r", "getgrent_r" };
	enum nss_status got;
	gid_t *list = calloc(1, sizeof(*list));
	char buf[256];
	struct answer a;
	enum entry entry;
	long size = 1;

	for (entry = PWNAM; entry < ENTRIES; entry++) {
		ask(&a, entry, "alice", SNAPSHOT_UID(1), buf, sizeof(buf));
		if (a.status != status)
			fail_msg("%s: %s: %d", what, names[entry], a.status);
	}
	groups_of("alice", SNAPSHOT_UID(1), &list, &size, -1, &got);
	if (got != status)
		fail_msg("%s: initgroups_dyn: %d", what, got);
	free(list);
}

static void
test_missing_and_bad_files_are_unavailable_T67_T77(void **state)
{
	struct image *i = snapshot_begin();
	struct dir_header *h;
	struct snapshot s;
	char zeros[300] = { 0 };

	(void)state;
	snapshot_user(i, SNAPSHOT_UID(1), "alice");
	snapshot_end(&s, i);
	h = (void *)s.bytes;
	publish(&s);
	expect_everywhere(NSS_STATUS_SUCCESS, "good");
	publish_nothing();
	expect_everywhere(NSS_STATUS_UNAVAIL, "absent");
	publish_bytes("", 0);
	expect_everywhere(NSS_STATUS_UNAVAIL, "empty");
	publish_bytes(zeros, sizeof(zeros));
	expect_everywhere(NSS_STATUS_UNAVAIL, "zeros");
	publish_bytes(s.bytes, s.size - 1);
	expect_everywhere(NSS_STATUS_UNAVAIL, "cut");
	publish_bytes(s.people_bytes, s.people_size);
	expect_everywhere(NSS_STATUS_UNAVAIL, "the other kind");
	h->major++;
	directory_stamp(s.bytes, s.size, 1, 1);
	publish(&s);
	expect_everywhere(NSS_STATUS_UNAVAIL, "newer major");
	h->major--;
	h->minor++;
	directory_stamp(s.bytes, s.size, 1, 1);
	publish(&s);
	expect_everywhere(NSS_STATUS_SUCCESS, "newer minor");
	h->header_checksum++;
	publish(&s);
	expect_everywhere(NSS_STATUS_UNAVAIL, "header checksum");
	snapshot_free(&s);
	/* And a good one is taken up at once. */
	publish_small();
	expect_everywhere(NSS_STATUS_SUCCESS, "good again");
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
	     NSS_STATUS_SUCCESS; n++) {
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
	struct image_params p = { .id_min = SNAPSHOT_ID_MIN,
		.id_max = SNAPSHOT_ID_MAX, .flags = DIR_NO_ENUMERATION };
	struct error e = { 0 };
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

/* Every bit of a small file, through every entry point. */
static void
test_bit_flips_give_no_crash_and_no_id_out_of_range_T77(void **state)
{
	struct snapshot s;
	struct dir_header *h, saved;
	struct answer a;
	enum entry entry;
	char buf[512], name[16];
	size_t at;

	(void)state;
	snapshot_make(&s, 2, 1, 1);
	h = (void *)s.bytes;
	for (at = 0; at < s.size; at++) {
		saved = *h;
		s.bytes[at] ^= (uint8_t)(1 << at % 8);
		h->header_checksum = directory_checksum(h,
		    offsetof(struct dir_header, header_checksum));
		publish(&s);
		for (entry = PWNAM; entry < ENTRIES; entry++) {
			snprintf(name, sizeof(name), "%s0",
			    is_passwd(entry) ? "user" : "group");
			ask(&a, entry, name, is_passwd(entry) ?
				SNAPSHOT_UID(0) : SNAPSHOT_GID(0),
			    buf, sizeof(buf));
			if (a.status != NSS_STATUS_SUCCESS)
				continue;
			if (is_passwd(entry)) {
				assert_in_range(a.pw.pw_uid, DIR_ID_FLOOR,
				    DIR_ID_CEILING);
				assert_in_range(a.pw.pw_gid, DIR_ID_FLOOR,
				    DIR_ID_CEILING);
			} else {
				assert_in_range(a.gr.gr_gid, DIR_ID_FLOOR,
				    DIR_ID_CEILING);
			}
			assert_all_inside(&a, entry, buf, sizeof(buf));
		}
		s.bytes[at] ^= (uint8_t)(1 << at % 8);
		*h = saved;
	}
	snapshot_free(&s);
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
		cmocka_unit_test(test_user_is_answered_whole),
		cmocka_unit_test(test_group_is_answered_whole),
		cmocka_unit_test(test_no_user_has_an_empty_password_T23),
		cmocka_unit_test(test_special_numbers_are_nobody_T7),
		cmocka_unit_test(
		    test_planted_special_numbers_are_not_handed_out_T4_T7),
		cmocka_unit_test(
		    test_every_pointer_lies_in_the_buffer_at_any_alignment_T65),
		cmocka_unit_test(test_answers_outlive_two_refreshes_T65),
		cmocka_unit_test(
		    test_small_buffer_is_erange_exactly_where_bigger_helps_T66),
		cmocka_unit_test(
		    test_enumeration_does_not_skip_after_erange_T66),
		cmocka_unit_test(
		    test_group_of_100000_and_of_10000_members_T66),
		cmocka_unit_test(
		    test_group_list_is_complete_and_without_the_primary_one),
		cmocka_unit_test(
		    test_user_in_65536_groups_gets_all_or_the_limit_T66),
		cmocka_unit_test(
		    test_missing_and_bad_files_are_unavailable_T67_T77),
		cmocka_unit_test(
		    test_replaced_file_is_seen_after_a_second_and_not_before),
		cmocka_unit_test(test_enumeration_and_look_ups_do_not_meet_T68),
		cmocka_unit_test(test_enumeration_can_be_switched_off),
		cmocka_unit_test(
		    test_bit_flips_give_no_crash_and_no_id_out_of_range_T77),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
