/*
 * The NSS module through dlopen(3): where it writes, and what it says where
 * there is too little room.
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

#include "ask.h"

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
assert_all_inside(
    const struct answer *a, enum entry entry, const char *buf, size_t len)
{
	char **m;

	if (ask_is_passwd(entry)) {
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
			ask(&a, entry, ask_is_passwd(entry) ? "alice" : "dev",
			    ask_is_passwd(entry) ? SNAPSHOT_UID(1)
						 : SNAPSHOT_GID(1),
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
		each_length(entry, ask_is_passwd(entry) ? "alice" : "dev",
		    ask_is_passwd(entry) ? SNAPSHOT_UID(1) : SNAPSHOT_GID(1),
		    1);
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
	assert_int_equal(
	    nss.getpwent_r(&a.pw, buf, sizeof(buf), &a.e), NSS_STATUS_NOTFOUND);
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

static void
test_user_in_65536_groups_gets_all_or_the_limit_T66(void **state)
{
	enum { MANY = 65536 };
	static const long limits[] = {
	    -1, 0, 1, 2, 3, 100, 65535, 65536, 65537, 65538, 1000000};
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
		got = ask_groups(
		    "alice", SNAPSHOT_UID(1), &list, &size, limits[k], &status);
		assert_int_equal(status, NSS_STATUS_SUCCESS);
		assert_int_equal(got, want);
		assert_true(size >= got);
		for (n = 1; n < got; n++)
			assert_int_equal(list[n], SNAPSHOT_GID(n - 1));
		free(list);
	}
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
		h->header_checksum = directory_checksum(
		    h, offsetof(struct dir_header, header_checksum));
		publish(&s);
		for (entry = PWNAM; entry < ENTRIES; entry++) {
			snprintf(name, sizeof(name), "%s0",
			    ask_is_passwd(entry) ? "user" : "group");
			ask(&a, entry, name,
			    ask_is_passwd(entry) ? SNAPSHOT_UID(0)
						 : SNAPSHOT_GID(0),
			    buf, sizeof(buf));
			if (a.status != NSS_STATUS_SUCCESS)
				continue;
			if (ask_is_passwd(entry)) {
				assert_in_range(
				    a.pw.pw_uid, DIR_ID_FLOOR, DIR_ID_CEILING);
				assert_in_range(
				    a.pw.pw_gid, DIR_ID_FLOOR, DIR_ID_CEILING);
			} else {
				assert_in_range(
				    a.gr.gr_gid, DIR_ID_FLOOR, DIR_ID_CEILING);
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
	ask_begin();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_every_pointer_lies_in_the_buffer_at_any_alignment_T65),
	    cmocka_unit_test(test_answers_outlive_two_refreshes_T65),
	    cmocka_unit_test(
		test_small_buffer_is_erange_exactly_where_bigger_helps_T66),
	    cmocka_unit_test(test_enumeration_does_not_skip_after_erange_T66),
	    cmocka_unit_test(test_group_of_100000_and_of_10000_members_T66),
	    cmocka_unit_test(
		test_user_in_65536_groups_gets_all_or_the_limit_T66),
	    cmocka_unit_test(
		test_bit_flips_give_no_crash_and_no_id_out_of_range_T77),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
