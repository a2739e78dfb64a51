/*
 * The publisher's check: accepts what the writer makes, refuses every planted
 * fault with the sentence that names it.
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

static int
check(struct snapshot *s, struct directory_fault *f)
{
	struct directory_rules rules = snapshot_rules();

	directory_stamp(s->bytes, s->size, 3, 4);
	assert_int_equal(
	    directory_view(&s->d, s->bytes, s->size, DIR_MAGIC_PUBLIC),
	    OKTA_OK);
	return directory_check(&s->d, &rules, f);
}

static void
expect(struct snapshot *s, const char *what)
{
	struct directory_fault f;

	assert_int_equal(check(s, &f), OKTA_BAD);
	assert_non_null(f.what);
	assert_string_equal(f.what, what);
}

static uint8_t *
section(struct snapshot *s, uint32_t type)
{
	return s->bytes + s->d.section[type].offset;
}

static struct dir_user *
first_user(struct snapshot *s)
{
	return (void *)section(s, DIR_USERS);
}

static struct dir_group *
first_group(struct snapshot *s)
{
	return (void *)section(s, DIR_GROUPS);
}

static char *
strings(struct dir_user *u)
{
	return (char *)(u + 1);
}

static uint32_t *
gids(struct dir_user *u)
{
	return (
	    void *)((uint8_t *)u + ((sizeof(*u) + u->strings_len + 3U) & ~3U));
}

static void
test_what_the_writer_makes_is_accepted(void **state)
{
	static const struct {
		uint32_t users, groups, per_user;
	} sizes[] = {
	    {0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {1, 1, 1}, {2000, 100, 5}};
	struct snapshot s;
	struct directory_fault f;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
		snapshot_make(
		    &s, sizes[n].users, sizes[n].groups, sizes[n].per_user);
		assert_int_equal(check(&s, &f), OKTA_OK);
		assert_null(f.what);
		assert_int_equal(s.d.header->generation, 3);
		assert_int_equal(s.d.header->published, 4);
		assert_int_equal(
		    directory_check_people(&s.people, &s.d, &f), OKTA_OK);
		snapshot_free(&s);
	}
}

static void
test_group_beyond_the_limit_keeps_its_number_but_not_its_list(void **state)
{
	struct image *i = snapshot_begin();
	struct snapshot s;
	struct directory_fault f;
	struct directory_group g;
	char name[32];
	uint32_t n;

	(void)state;
	snapshot_group(i, SNAPSHOT_GID(1), "everyone");
	snapshot_group(i, SNAPSHOT_GID(2), "most");
	for (n = 0; n <= DIR_LARGE_GROUP; n++) {
		snprintf(name, sizeof(name), "u%u", n);
		snapshot_user(i, SNAPSHOT_UID(n), name);
		snapshot_member(i, SNAPSHOT_GID(1), SNAPSHOT_UID(n));
		if (n > 0)
			snapshot_member(i, SNAPSHOT_GID(2), SNAPSHOT_UID(n));
	}
	snapshot_end(&s, i);
	assert_int_equal(check(&s, &f), OKTA_OK);
	assert_int_equal(directory_group_by_name(&s.d, "everyone", &g), 0);
	assert_int_equal(g.nmembers, 0);
	assert_int_equal(g.total, DIR_LARGE_GROUP + 1);
	assert_int_equal(directory_group_by_name(&s.d, "most", &g), 0);
	assert_int_equal(g.nmembers, DIR_LARGE_GROUP);
	first_group(&s)->nmembers--;
	expect(&s, "a group's number of members is wrong");
	snapshot_free(&s);
}

static void
test_planted_faults_in_records_are_found_T4_T7_T21(void **state)
{
	struct snapshot s;
	struct dir_user *u;
	struct dir_header *h;

	(void)state;
#define PLANT(change, what)                 \
	do {                                \
		snapshot_make(&s, 3, 2, 1); \
		u = first_user(&s);         \
		h = (void *)s.bytes;        \
		(void)u;                    \
		(void)h;                    \
		change;                     \
		expect(&s, what);           \
		snapshot_free(&s);          \
	} while (0)
	PLANT(u->uid = 0, "a user record is damaged");
	PLANT(u->uid = 4294967295, "a user record is damaged");
	PLANT(u->gid = 0, "a user record is damaged");
	PLANT(u->gid = 65534, "a user record is damaged");
	PLANT(u->uid -= 1, "a user is not found again");
	PLANT(h->id_max = SNAPSHOT_ID_MAX + 1,
	    "the id range is not the configured one");
	PLANT(h->id_min = SNAPSHOT_ID_MIN - 1,
	    "the id range is not the configured one");
	PLANT(memcpy(strings(u), "root0", 5), "a user is not found again");
	PLANT(strings(u)[0] = 'U', "a login name is not valid");
	PLANT(strings(u)[u->gecos] = '\n',
	    "full name, home or shell is not clean");
	PLANT(strings(u)[u->gecos + 4] = ':',
	    "full name, home or shell is not clean");
	PLANT(
	    strings(u)[u->home] = 'x', "full name, home or shell is not clean");
	PLANT(strings(u)[u->shell + 1] = '/',
	    "full name, home or shell is not clean");
	PLANT(strings(u)[u->gecos + 4] = '\0', "a user record hides bytes");
	PLANT(u->flags |= 1U << 20, "a user's flag is unknown");
	PLANT(u->flags &= ~(uint32_t)DIR_USER_PRIVATE_GROUP,
	    "private group and gid disagree");
	PLANT(gids(u)[0] = SNAPSHOT_GID(77), "a membership is not one");
	PLANT(gids(u)[0] = SNAPSHOT_UID(1), "a membership is not one");
	PLANT(u->size = 4, "a user record is damaged");
	PLANT(h->users = 4, "the number of users is wrong");
	PLANT(h->groups = 4, "the number of groups is wrong");
	PLANT(h->flags = 64, "the header says what this version does not know");
	PLANT(h->reserved[5] = 1,
	    "the header says what this version does not know");
	PLANT(h->minor = DIR_MINOR + 1,
	    "the header says what this version does not know");
	PLANT(first_group(&s)->gid = 5, "a membership is not one");
}

/* What sync must never do, the publisher would not take. */
static void
test_primary_group_that_is_not_there_is_found_T5(void **state)
{
	struct snapshot s;
	struct dir_user *u;
	struct dir_header *h;

	(void)state;
	PLANT((u->flags &= ~(uint32_t)DIR_USER_PRIVATE_GROUP,
		  u->gid = SNAPSHOT_GID(77)),
	    "the primary group is not there");
	PLANT((u->flags &= ~(uint32_t)DIR_USER_PRIVATE_GROUP,
		  u->gid = SNAPSHOT_UID(1)),
	    "the primary group is not there");
}
#undef PLANT

static void
test_planted_faults_in_groups_and_tables_are_found(void **state)
{
	struct snapshot s;
	struct dir_group *g;
	struct dir_slot *slots;
	struct dir_section *table;
	uint32_t n;

	(void)state;
	snapshot_make(&s, 3, 2, 1);
	g = first_group(&s);
	((char *)(g + 1))[g->name_len + 1] ^= 1; /* a member's name */
	expect(&s, "a group names somebody who is not its member");
	snapshot_free(&s);

	snapshot_make(&s, 3, 2, 1);
	g = first_group(&s);
	g->nmembers--;
	expect(&s, "a group's number of members is wrong");
	snapshot_free(&s);

	/* A group that hides its members. */
	snapshot_make(&s, 3, 2, 1);
	g = first_group(&s);
	g->nmembers = g->members_len = 0;
	expect(&s, "memberships do not agree");
	snapshot_free(&s);

	/* A slot more than there are records. */
	snapshot_make(&s, 3, 2, 1);
	slots = (void *)section(&s, DIR_USER_NAMES);
	for (n = 0; slots[n].ref != 0; n++)
		;
	slots[n] = (struct dir_slot){1, 1};
	expect(&s, "a hash section does not match its records");
	snapshot_free(&s);

	snapshot_make(&s, 3, 2, 1);
	table = (void *)(s.bytes + sizeof(struct dir_header));
	table[9].type = 900;
	expect(&s, "a section's type is unknown");
	snapshot_free(&s);
}

/* The first two users change their places; everybody is still found. */
static void
test_users_out_of_order_are_found(void **state)
{
	static const uint32_t hashes[] = {DIR_USER_NAMES, DIR_USER_UIDS};
	struct dir_user *u;
	struct snapshot s;
	uint8_t *first, record[256];
	uint32_t second;

	(void)state;
	snapshot_make(&s, 3, 2, 1);
	first = section(&s, DIR_USERS);
	u = (void *)first;
	second = u->size / 8 + 1;
	assert_true(u->size <= sizeof(record));
	memcpy(record, first, u->size);
	u = (void *)(first + u->size);
	assert_int_equal(u->size, (second - 1) * 8);
	memcpy(first, u, u->size);
	memcpy(u, record, (second - 1) * 8);
	for (size_t k = 0; k < 2; k++) {
		struct dir_slot *slots = (void *)section(&s, hashes[k]);

		for (uint32_t n = 0; n < s.d.section[hashes[k]].count; n++)
			if (slots[n].ref == 1 || slots[n].ref == second)
				slots[n].ref = second + 1 - slots[n].ref;
	}
	expect(&s, "a user record is damaged");
	snapshot_free(&s);
}

/* Gives the only group another key in its hash section. */
static void
put_group(struct snapshot *s, uint32_t type, uint64_t hash, uint32_t tag)
{
	struct dir_slot *slots = (void *)section(s, type);

	assert_int_equal(s->d.section[type].count, 2);
	memset(slots, 0, 2 * sizeof(*slots));
	slots[hash & 1] = (struct dir_slot){tag, 1};
}

static void
test_users_and_groups_share_no_name_and_no_number_T13(void **state)
{
	struct snapshot s;
	struct image *i;
	uint64_t hash;

	(void)state;
	for (int by_name = 0; by_name < 2; by_name++) {
		i = snapshot_begin();
		snapshot_user(i, SNAPSHOT_UID(0), "alpha");
		snapshot_group(i, SNAPSHOT_GID(0), "gamma");
		snapshot_end(&s, i);
		if (by_name) {
			memcpy(first_group(&s) + 1, "alpha", 5);
			hash = directory_hash_name(
			    s.d.header->hash_seed, "alpha", 5);
			put_group(
			    &s, DIR_GROUP_NAMES, hash, (uint32_t)(hash >> 32));
		} else {
			first_group(&s)->gid = SNAPSHOT_UID(0);
			put_group(&s, DIR_GROUP_GIDS,
			    directory_hash_id(
				s.d.header->hash_seed, SNAPSHOT_UID(0)),
			    SNAPSHOT_UID(0));
		}
		expect(&s, "a user and a group share a name or number");
		snapshot_free(&s);
	}
}

static void
test_body_checksum_is_compared(void **state)
{
	struct directory_rules rules = snapshot_rules();
	struct directory_fault f;
	struct snapshot s;

	(void)state;
	snapshot_make(&s, 3, 2, 1);
	for (size_t n = sizeof(struct dir_header); n < s.size; n++) {
		/* A bit; and the highest one of two words that are added to
		 * the same sum. */
		size_t other = n + 32 < s.size ? n + 32 : n;

		s.bytes[n] ^= 0x80;
		s.bytes[other] ^= other != n ? 0x80 : 1;
		assert_int_equal(directory_check(&s.d, &rules, &f), OKTA_BAD);
		assert_string_equal(f.what, "the body's checksum is wrong");
		s.bytes[n] ^= 0x80;
		s.bytes[other] ^= other != n ? 0x80 : 1;
	}
	assert_int_equal(directory_check(&s.d, &rules, &f), OKTA_OK);
	snapshot_free(&s);
}

static int
is_user1(void *arg, const char *name)
{
	return strcmp(name, arg) == 0;
}

static int
is_first_gid(void *arg, uint32_t id)
{
	(void)arg;
	return id == SNAPSHOT_GID(1);
}

static void
test_local_names_and_numbers_are_refused_T13(void **state)
{
	struct directory_rules rules = snapshot_rules();
	struct directory_fault f;
	struct snapshot s;
	char user[] = "user1", group[] = "group0", nobody[] = "other";

	(void)state;
	snapshot_make(&s, 3, 2, 1);
	rules.is_taken_name = is_user1;
	rules.arg = user;
	assert_int_equal(directory_check(&s.d, &rules, &f), OKTA_BAD);
	assert_string_equal(f.what, "a local account has this name or number");
	assert_string_equal(f.name, "user1");
	rules.arg = group;
	assert_int_equal(directory_check(&s.d, &rules, &f), OKTA_BAD);
	assert_string_equal(f.what, "a local group has this name or number");
	rules.arg = nobody;
	assert_int_equal(directory_check(&s.d, &rules, &f), OKTA_OK);
	rules.is_taken_id = is_first_gid;
	assert_int_equal(directory_check(&s.d, &rules, &f), OKTA_BAD);
	assert_int_equal(f.id, SNAPSHOT_GID(1));
	snapshot_free(&s);
}

/* Whatever bit is turned in either file, the publisher notices. */
static void
test_no_bit_flip_passes_the_check(void **state)
{
	struct directory_rules rules = snapshot_rules();
	struct directory_fault f;
	struct directory d;
	struct snapshot s;
	size_t at;
	int bit;

	(void)state;
	snapshot_make(&s, 5, 3, 2);
	for (at = 0; at < s.size; at++)
		for (bit = 0; bit < 8; bit++) {
			s.bytes[at] ^= (uint8_t)(1 << bit);
			assert_false(directory_view(&d, s.bytes, s.size,
					 DIR_MAGIC_PUBLIC) == OKTA_OK &&
			    directory_check(&d, &rules, &f) == OKTA_OK);
			s.bytes[at] ^= (uint8_t)(1 << bit);
		}
	for (at = 0; at < s.people_size; at++)
		for (bit = 0; bit < 8; bit++) {
			s.people_bytes[at] ^= (uint8_t)(1 << bit);
			assert_false(
			    directory_view(&d, s.people_bytes, s.people_size,
				DIR_MAGIC_PEOPLE) == OKTA_OK &&
			    directory_check_people(&d, &s.d, &f) == OKTA_OK);
			s.people_bytes[at] ^= (uint8_t)(1 << bit);
		}
	snapshot_free(&s);
}

/* The same with honest checksums: no crash, and no id out of range passes. */
static void
test_stamped_bit_flips_do_not_crash_the_check_T77(void **state)
{
	struct directory_rules rules = snapshot_rules();
	struct directory_fault f;
	struct directory d;
	struct directory_user u;
	struct snapshot s;
	uint32_t cursor;
	size_t at;
	int bit;

	(void)state;
	snapshot_make(&s, 5, 3, 2);
	for (at = 0; at < s.size; at++)
		for (bit = 0; bit < 8; bit++) {
			s.bytes[at] ^= (uint8_t)(1 << bit);
			directory_stamp(s.bytes, s.size, 1, 1);
			if (directory_view(&d, s.bytes, s.size,
				DIR_MAGIC_PUBLIC) == OKTA_OK &&
			    directory_check(&d, &rules, &f) == OKTA_OK)
				for (cursor = 0; directory_next_user(&d,
						     &cursor, &u) == OKTA_OK;)
					assert_in_range(u.uid, SNAPSHOT_ID_MIN,
					    SNAPSHOT_ID_MAX);
			s.bytes[at] ^= (uint8_t)(1 << bit);
		}
	snapshot_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_the_writer_makes_is_accepted),
	    cmocka_unit_test(
		test_group_beyond_the_limit_keeps_its_number_but_not_its_list),
	    cmocka_unit_test(
		test_planted_faults_in_records_are_found_T4_T7_T21),
	    cmocka_unit_test(test_primary_group_that_is_not_there_is_found_T5),
	    cmocka_unit_test(
		test_planted_faults_in_groups_and_tables_are_found),
	    cmocka_unit_test(test_users_out_of_order_are_found),
	    cmocka_unit_test(
		test_users_and_groups_share_no_name_and_no_number_T13),
	    cmocka_unit_test(test_body_checksum_is_compared),
	    cmocka_unit_test(test_local_names_and_numbers_are_refused_T13),
	    cmocka_unit_test(test_no_bit_flip_passes_the_check),
	    cmocka_unit_test(test_stamped_bit_flips_do_not_crash_the_check_T77),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
