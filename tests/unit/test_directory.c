/*
 * The reader: look-ups, enumeration, and what it does with damage.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot.h"

static void
test_every_user_is_found_by_name_and_by_number(void **state)
{
	struct snapshot s;
	struct directory_user u;
	char name[32];
	uint32_t n;

	(void)state;
	snapshot_make(&s, 3000, 50, 5);
	for (n = 0; n < 3000; n++) {
		snprintf(name, sizeof(name), "user%u", n);
		assert_int_equal(directory_user_by_name(&s.d, name, &u), 0);
		assert_int_equal(u.uid, SNAPSHOT_UID(n));
		assert_int_equal(u.gid, u.uid);
		assert_int_equal(u.ngids, 5);
		assert_string_equal(u.gecos, "Test Person");
		assert_string_equal(u.shell, "/bin/bash");
		assert_int_equal(directory_user_by_uid(&s.d, u.uid, &u), 0);
		assert_string_equal(u.name, name);
	}
	snapshot_free(&s);
}

static void
test_absent_names_and_numbers_are_absent(void **state)
{
	struct snapshot s;
	struct directory_user u;
	struct directory_group g;
	struct directory_person p;
	char longer[200];
	uint32_t n;

	(void)state;
	snapshot_make(&s, 100, 10, 2);
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	for (n = 0; n < sizeof(longer); n++)
		assert_int_equal(
		    directory_user_by_name(&s.d, longer + n, &u), OKTA_ABSENT);
	assert_int_equal(
	    directory_user_by_name(&s.d, "User1", &u), OKTA_ABSENT);
	assert_int_equal(
	    directory_user_by_name(&s.d, "user1 ", &u), OKTA_ABSENT);
	assert_int_equal(
	    directory_group_by_name(&s.d, "group10", &g), OKTA_ABSENT);
	assert_int_equal(
	    directory_group_by_name(&s.d, "group", &g), OKTA_ABSENT);
	for (n = 0; n < 1000; n++) {
		assert_int_equal(
		    directory_user_by_uid(&s.d, n, &u), OKTA_ABSENT);
		assert_int_equal(
		    directory_group_by_gid(&s.d, n, &g), OKTA_ABSENT);
		assert_int_equal(
		    directory_person_by_uid(&s.people, n, &p), OKTA_ABSENT);
	}
	assert_int_equal(
	    directory_person_by_id(&s.people, "00uNobody", &p), OKTA_ABSENT);
	snapshot_free(&s);
}

static void
test_groups_list_exactly_their_members(void **state)
{
	struct snapshot s;
	struct directory_group g;
	struct image *i = snapshot_begin();

	(void)state;
	snapshot_user(i, SNAPSHOT_UID(2), "bob");
	snapshot_user(i, SNAPSHOT_UID(1), "alice");
	snapshot_group(i, SNAPSHOT_GID(1), "dev");
	snapshot_group(i, SNAPSHOT_GID(2), "void");
	snapshot_member(i, SNAPSHOT_GID(1), SNAPSHOT_UID(2));
	snapshot_member(i, SNAPSHOT_GID(1), SNAPSHOT_UID(1));
	snapshot_member(i, SNAPSHOT_GID(1), SNAPSHOT_UID(2));
	snapshot_end(&s, i);
	assert_int_equal(directory_group_by_name(&s.d, "dev", &g), 0);
	assert_int_equal(g.gid, SNAPSHOT_GID(1));
	assert_int_equal(g.nmembers, 2);
	assert_int_equal(g.members_len, 10);
	assert_memory_equal(g.members, "alice\0bob", 10);
	assert_int_equal(directory_group_by_gid(&s.d, SNAPSHOT_GID(2), &g), 0);
	assert_string_equal(g.name, "void");
	assert_int_equal(g.nmembers, 0);
	snapshot_free(&s);
}

static void
test_private_group_follows_from_the_user(void **state)
{
	struct snapshot s;
	struct directory_group g;

	(void)state;
	snapshot_make(&s, 10, 2, 1);
	assert_int_equal(directory_group_by_name(&s.d, "user3", &g), 0);
	assert_true(g.is_private);
	assert_int_equal(g.gid, SNAPSHOT_UID(3));
	assert_int_equal(g.nmembers, 0);
	assert_int_equal(directory_group_by_gid(&s.d, SNAPSHOT_UID(3), &g), 0);
	assert_string_equal(g.name, "user3");
	snapshot_free(&s);
}

static void
test_enumeration_names_everybody_once(void **state)
{
	struct snapshot s;
	struct directory_user u;
	struct directory_group g;
	struct directory_person p;
	uint32_t cursor, n, private;

	(void)state;
	snapshot_make(&s, 777, 33, 3);
	for (cursor = 0, n = 0;
	     directory_next_user(&s.d, &cursor, &u) == OKTA_OK; n++)
		assert_int_equal(u.uid, SNAPSHOT_UID(n));
	assert_int_equal(n, 777);
	assert_int_equal(directory_next_user(&s.d, &cursor, &u), OKTA_ABSENT);
	for (cursor = 0, n = 0, private = 0;
	     directory_next_group(&s.d, &cursor, &g) == OKTA_OK; n++)
	private += (uint32_t)g.is_private;
	assert_int_equal(n, 777 + 33);
	assert_int_equal(private, 777);
	assert_int_equal(directory_next_group(&s.d, &cursor, &g), OKTA_ABSENT);
	for (cursor = 0, n = 0;
	     directory_next_person(&s.people, &cursor, &p) == OKTA_OK; n++)
		assert_int_equal(p.uid, SNAPSHOT_UID(n));
	assert_int_equal(n, 777);
	snapshot_free(&s);
}

/* The cursor is a number, so it means the same in the next file. */
static void
test_enumeration_goes_on_in_a_replaced_file(void **state)
{
	struct snapshot a, b;
	struct directory_user u;
	struct image *i;
	uint32_t cursor = 0;

	(void)state;
	i = snapshot_begin();
	snapshot_user(i, SNAPSHOT_UID(1), "one");
	snapshot_user(i, SNAPSHOT_UID(5), "five");
	snapshot_user(i, SNAPSHOT_UID(9), "nine");
	snapshot_end(&a, i);
	i = snapshot_begin();
	snapshot_user(i, SNAPSHOT_UID(3), "three");
	snapshot_user(i, SNAPSHOT_UID(7), "seven");
	snapshot_user(i, SNAPSHOT_UID(9), "nine");
	snapshot_end(&b, i);
	assert_int_equal(directory_next_user(&a.d, &cursor, &u), 0);
	assert_int_equal(directory_next_user(&a.d, &cursor, &u), 0);
	assert_string_equal(u.name, "five");
	assert_int_equal(directory_next_user(&b.d, &cursor, &u), 0);
	assert_string_equal(u.name, "seven");
	assert_int_equal(directory_next_user(&b.d, &cursor, &u), 0);
	assert_string_equal(u.name, "nine");
	assert_int_equal(directory_next_user(&b.d, &cursor, &u), OKTA_ABSENT);
	snapshot_free(&a);
	snapshot_free(&b);
}

static void
test_people_are_found_by_number_name_and_okta_id(void **state)
{
	struct snapshot s;
	struct directory_person p;
	char id[32];

	(void)state;
	snapshot_make(&s, 500, 10, 1);
	snprintf(id, sizeof(id), "00u%u", SNAPSHOT_UID(77));
	assert_int_equal(directory_person_by_id(&s.people, id, &p), 0);
	assert_int_equal(p.uid, SNAPSHOT_UID(77));
	assert_string_equal(p.login, "user77@example.com");
	assert_int_equal(directory_person_by_name(&s.people, "user77", &p), 0);
	assert_string_equal(p.id, id);
	assert_int_equal(directory_person_by_uid(&s.people, p.uid, &p), 0);
	assert_string_equal(p.name, "user77");
	assert_int_equal(p.status, STATUS_ACTIVE);
	assert_int_equal(p.why, WHY_NONE);
	snapshot_free(&s);
}

static void
test_empty_directory_answers_absent(void **state)
{
	struct snapshot s;
	struct directory_user u;
	struct directory_group g;
	uint32_t cursor = 0;

	(void)state;
	snapshot_make(&s, 0, 0, 0);
	assert_int_equal(directory_user_by_name(&s.d, "a", &u), OKTA_ABSENT);
	assert_int_equal(
	    directory_user_by_uid(&s.d, SNAPSHOT_UID(1), &u), OKTA_ABSENT);
	assert_int_equal(directory_next_user(&s.d, &cursor, &u), OKTA_ABSENT);
	assert_int_equal(directory_next_group(&s.d, &cursor, &g), OKTA_ABSENT);
	snapshot_free(&s);
}

/* Uses everything that a view offers; ids out of range are a failure. */
static void
read_all(const struct directory *d)
{
	struct directory_user u;
	struct directory_group g;
	uint32_t cursor, n;

	for (cursor = 0; directory_next_user(d, &cursor, &u) == OKTA_OK;) {
		assert_true(directory_is_id(d, u.uid));
		assert_true(directory_is_id(d, u.gid));
		assert_true(strlen(u.name) + strlen(u.gecos) + strlen(u.home) +
			strlen(u.shell) + 4 <=
		    u.strings_len);
		for (n = 0; n < u.ngids; n++)
			(void)directory_group_by_gid(d, u.gids[n], &g);
	}
	for (cursor = 0; directory_next_group(d, &cursor, &g) == OKTA_OK;) {
		assert_true(directory_is_id(d, g.gid));
		assert_int_equal(
		    strnlen(g.name, g.name_len + 1) <= g.name_len, 1);
		if (g.members_len > 0)
			assert_int_equal(g.members[g.members_len - 1], '\0');
	}
	for (n = 0; n < 6; n++) {
		char name[16];

		snprintf(name, sizeof(name), "user%u", n);
		if (directory_user_by_name(d, name, &u) == OKTA_OK)
			assert_true(directory_is_id(d, u.uid));
		if (directory_user_by_uid(d, SNAPSHOT_UID(n), &u) == OKTA_OK)
			assert_int_equal(u.uid, SNAPSHOT_UID(n));
		snprintf(name, sizeof(name), "group%u", n);
		if (directory_group_by_name(d, name, &g) == OKTA_OK)
			assert_true(directory_is_id(d, g.gid));
	}
}

/* The header's checksum is mended after each flip, so that the checks behind it
 * are reached too. */
static void
test_bit_flip_at_every_byte_never_leaves_the_file_T77(void **state)
{
	struct snapshot s;
	struct directory d;
	struct dir_header *h;
	size_t at;
	int bit, mended, refused = 0;

	(void)state;
	snapshot_make(&s, 6, 3, 2);
	h = (void *)s.bytes;
	for (at = 0; at < s.size; at++)
		for (bit = 0; bit < 8; bit++)
			for (mended = 0; mended < 2; mended++) {
				struct dir_header saved = *h;

				s.bytes[at] ^= (uint8_t)(1 << bit);
				if (mended)
					h->header_checksum =
					    directory_checksum(h,
						offsetof(struct dir_header,
						    header_checksum));
				if (directory_view(&d, s.bytes, s.size,
					DIR_MAGIC_PUBLIC) == OKTA_OK)
					read_all(&d);
				else
					refused++;
				s.bytes[at] ^= (uint8_t)(1 << bit);
				*h = saved;
			}
	assert_true(refused > 256 * 8);
	snapshot_free(&s);
}

static void
test_every_cut_file_is_refused_T77(void **state)
{
	struct snapshot s;
	struct directory d;
	uint8_t *cut;
	size_t len;

	(void)state;
	snapshot_make(&s, 4, 2, 1);
	for (len = 0; len < s.size; len++) {
		cut = malloc(len + 1);
		memcpy(cut, s.bytes, len);
		assert_int_equal(
		    directory_view(&d, cut, len, DIR_MAGIC_PUBLIC), OKTA_BAD);
		assert_null(d.base);
		free(cut);
	}
	snapshot_free(&s);
}

static void
stamp_and_expect(struct snapshot *s, int code)
{
	struct directory d;

	directory_stamp(s->bytes, s->size, 1, 1);
	assert_int_equal(
	    directory_view(&d, s->bytes, s->size, DIR_MAGIC_PUBLIC), code);
}

static void
test_versions_and_kinds_are_told_apart(void **state)
{
	struct snapshot s;
	struct directory d;
	struct dir_header *h;

	(void)state;
	snapshot_make(&s, 4, 2, 1);
	h = (void *)s.bytes;
	h->minor = 7;
	stamp_and_expect(&s, OKTA_OK);
	h->major = 2;
	stamp_and_expect(&s, OKTA_VERSION);
	h->major = 1;
	assert_int_equal(
	    directory_view(&d, s.people_bytes, s.people_size, DIR_MAGIC_PUBLIC),
	    OKTA_BAD);
	h->magic = __builtin_bswap64(h->magic);
	stamp_and_expect(&s, OKTA_BAD);
	snapshot_free(&s);
}

/* Sentinels and ranges that other programs read in their own way. */
static void
test_header_range_has_a_floor_and_a_ceiling_T4_T7(void **state)
{
	static const struct {
		uint32_t min, max;
		int code;
	} table[] = {
	    {0, 100000, OKTA_BAD},
	    {999, 100000, OKTA_BAD},
	    {1000, 100000, OKTA_OK},
	    {1000, 999, OKTA_BAD},
	    {1000, 0x7ffffffe, OKTA_OK},
	    {1000, 0x7fffffff, OKTA_BAD},
	    {1000, 0x80000000, OKTA_BAD},
	    {1000, 0xfffffffe, OKTA_BAD},
	    {1000, 0xffffffff, OKTA_BAD},
	};
	struct snapshot s;
	struct dir_header *h;
	size_t n;

	(void)state;
	snapshot_make(&s, 4, 2, 1);
	h = (void *)s.bytes;
	for (n = 0; n < sizeof(table) / sizeof(table[0]); n++) {
		h->id_min = table[n].min;
		h->id_max = table[n].max;
		stamp_and_expect(&s, table[n].code);
	}
	snapshot_free(&s);
}

/* Numbers that others read as "nobody" are damage, whatever the range says. */
static void
test_sentinels_inside_the_range_are_refused_T7(void **state)
{
	static const uint32_t ids[] = {65533, 65534, 65535, 65536};
	struct snapshot s;
	struct directory d;
	struct directory_user u;
	struct dir_header *h;
	struct dir_user *r;
	size_t n;

	(void)state;
	snapshot_make(&s, 1, 0, 0);
	h = (void *)s.bytes;
	h->id_min = DIR_ID_FLOOR;
	r = (void *)(s.bytes + s.d.section[DIR_USERS].offset);
	for (n = 0; n < 4; n++) {
		r->uid = r->gid = ids[n];
		directory_stamp(s.bytes, s.size, 1, 1);
		assert_int_equal(
		    directory_view(&d, s.bytes, s.size, DIR_MAGIC_PUBLIC),
		    OKTA_OK);
		assert_int_equal(directory_user_by_name(&d, "user0", &u),
		    n == 1 || n == 2 ? OKTA_BAD : OKTA_OK);
	}
	snapshot_free(&s);
}

/* Every section's offset and size, at the edges of 32 and 64 bits. */
static void
test_section_bounds_do_not_wrap_T77(void **state)
{
	static const uint64_t values[] = {0, 1, 7, 8, 255, 256, 1ULL << 31,
	    1ULL << 32, (1ULL << 32) + 8, 1ULL << 63, UINT64_MAX - 7,
	    UINT64_MAX};
	struct snapshot s;
	struct directory d;
	struct dir_section *table, saved;
	size_t n, k;
	int which;

	(void)state;
	snapshot_make(&s, 4, 2, 1);
	table = (void *)(s.bytes + sizeof(struct dir_header));
	for (n = 0; n < s.d.header->sections; n++)
		for (k = 0; k < sizeof(values) / sizeof(values[0]); k++)
			for (which = 0; which < 4; which++) {
				saved = table[n];
				if (which == 0)
					table[n].offset = values[k];
				else if (which == 1)
					table[n].size = values[k];
				else if (which == 2)
					table[n].offset += values[k],
					    table[n].size -= values[k];
				else
					table[n].count = (uint32_t)values[k];
				if (directory_view(&d, s.bytes, s.size,
					DIR_MAGIC_PUBLIC) == OKTA_OK)
					read_all(&d);
				table[n] = saved;
			}
	snapshot_free(&s);
}

/* A hash section without an empty slot must not hold a look-up for ever. */
static void
test_full_hash_section_ends_the_search_T77(void **state)
{
	struct snapshot s;
	struct directory_user u;
	struct dir_slot *slots;
	uint32_t n;

	(void)state;
	snapshot_make(&s, 200, 2, 1);
	slots = (void *)(s.bytes + s.d.section[DIR_USER_NAMES].offset);
	for (n = 0; n < s.d.section[DIR_USER_NAMES].count; n++)
		slots[n] = (struct dir_slot){12345, 1};
	assert_int_equal(directory_user_by_name(&s.d, "user1", &u), OKTA_BAD);
	assert_false(directory_is_loose(s.bytes, &s.d.section[DIR_USER_NAMES]));
	snapshot_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_user_is_found_by_name_and_by_number),
	    cmocka_unit_test(test_absent_names_and_numbers_are_absent),
	    cmocka_unit_test(test_groups_list_exactly_their_members),
	    cmocka_unit_test(test_private_group_follows_from_the_user),
	    cmocka_unit_test(test_enumeration_names_everybody_once),
	    cmocka_unit_test(test_enumeration_goes_on_in_a_replaced_file),
	    cmocka_unit_test(test_people_are_found_by_number_name_and_okta_id),
	    cmocka_unit_test(test_empty_directory_answers_absent),
	    cmocka_unit_test(
		test_bit_flip_at_every_byte_never_leaves_the_file_T77),
	    cmocka_unit_test(test_every_cut_file_is_refused_T77),
	    cmocka_unit_test(test_versions_and_kinds_are_told_apart),
	    cmocka_unit_test(test_header_range_has_a_floor_and_a_ceiling_T4_T7),
	    cmocka_unit_test(test_sentinels_inside_the_range_are_refused_T7),
	    cmocka_unit_test(test_section_bounds_do_not_wrap_T77),
	    cmocka_unit_test(test_full_hash_section_ends_the_search_T77),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
