/* Numbers by the hash sequence, names and homes by rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "idmap.h"
#include "template.h"

#define MIN 1879048192u
#define MAX 2147352575u

static const char id[] = "00uEXAMPLE0000000001";

/* Values made with another implementation of the formula (Python hashlib). */
static void
test_candidates_are_the_documented_ones(void **state)
{
	static const struct {
		enum idmap_kind kind;
		uint32_t k, min, max, number;
	} want[] = {
	    {IDMAP_USER, 0, MIN, MAX, 2098609199u},
	    {IDMAP_USER, 1, MIN, MAX, 1925579779u},
	    {IDMAP_USER, 17, MIN, MAX, 1881609363u},
	    {IDMAP_GROUP, 0, MIN, MAX, 2052206751u},
	    {IDMAP_GROUP, 17, MIN, MAX, 2041895831u},
	    {IDMAP_USER, 0, 100, 115, 115},
	    {IDMAP_USER, 1, 100, 115, 103},
	    {IDMAP_USER, 5, 7, 7, 7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		uint32_t n = 0;

		assert_int_equal(idmap_candidate(want[i].kind, id, want[i].k,
				     want[i].min, want[i].max, &n),
		    0);
		assert_int_equal(n, want[i].number);
	}
}

static void
test_bad_arguments_give_no_number(void **state)
{
	char longer[80];
	uint32_t n = 1;

	(void)state;
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(idmap_candidate(IDMAP_USER, id, 0, 2, 1, &n), -1);
	assert_int_equal(n, 0);
	n = 1;
	assert_int_equal(
	    idmap_candidate((enum idmap_kind)3, id, 0, 1, 9, &n), -1);
	assert_int_equal(n, 0);
	n = 1;
	assert_int_equal(idmap_candidate(IDMAP_USER, longer, 0, 1, 9, &n), -1);
	assert_int_equal(n, 0);
}

static int
in_bits(void *arg, uint32_t number)
{
	const uint8_t *bits = arg;

	return bits[(number - MIN) / 8] >> (number - MIN) % 8 & 1;
}

static void
test_100000_ids_in_random_order_share_no_number_T1(void **state)
{
	/* A range of 2^20 numbers: some 4,700 clashes instead of 19. */
	uint32_t size = 1u << 20, clashes = 0;
	uint8_t *bits = calloc(1, size / 8);
	uint32_t *order = malloc(100000 * sizeof(*order));

	(void)state;
	assert_non_null(bits);
	assert_non_null(order);
	srandom(20261123);
	for (uint32_t i = 0; i < 100000; i++) {
		uint32_t j = (uint32_t)random() % (i + 1);

		order[i] = order[j];
		order[j] = i;
	}
	for (uint32_t i = 0; i < 100000; i++) {
		char some[32];
		uint32_t n, k;

		snprintf(some, sizeof(some), "00u%017u", order[i]);
		assert_int_equal(idmap_place(IDMAP_USER, some, MIN,
				     MIN + size - 1, in_bits, bits, &n, &k),
		    1);
		assert_in_range(n, MIN, MIN + size - 1);
		assert_int_equal(in_bits(bits, n), 0);
		bits[(n - MIN) / 8] |= (uint8_t)(1 << (n - MIN) % 8);
		clashes += k > 0;
	}
	assert_in_range(clashes, 4000, 5500);
	free(order);
	free(bits);
}

static int
taken(void *arg, uint32_t number)
{
	(void)arg;
	(void)number;
	return 1;
}

static int
fails(void *arg, uint32_t number)
{
	(void)arg;
	(void)number;
	return -1;
}

static void
test_full_range_and_failure_place_nobody_T1(void **state)
{
	uint32_t n = 7, k = 7;

	(void)state;
	assert_int_equal(
	    idmap_place(IDMAP_USER, id, 1, 9, taken, NULL, &n, &k), 0);
	assert_int_equal(n, 0);
	assert_int_equal(k, 0);
	n = 7;
	assert_int_equal(
	    idmap_place(IDMAP_USER, id, 1, 9, fails, NULL, &n, &k), -1);
	assert_int_equal(n, 0);
	assert_int_equal(
	    idmap_place(IDMAP_USER, id, 9, 1, fails, NULL, &n, &k), -1);
}

struct pair {
	const char *in, *out; /* out "": refused */
};

static void
test_login_gives_its_local_part_or_nothing(void **state)
{
	static const struct pair pairs[] = {
	    {"alice@example.com", "alice"},
	    {"Alice.Smith@Example.com", "alice.smith"},
	    {"bob", "bob"},
	    {"a@b@c", "a"},
	    {"", ""},
	    {"@example.com", ""},
	    {"1234@example.com", ""},
	    {"-f@example.com", ""},
	    {"+x@example.com", ""},
	    {"a b@example.com", ""},
	    {" alice@example.com", ""},
	    {"alice @example.com", ""},
	    {"a/b@example.com", ""},
	    {"a..b@example.com", ""},
	    {"a.@example.com", ""},
	    {"a$@example.com", ""},
	    {"al\xc3\xad"
	     "ce@example.com",
		""},
	    {"\xef\xbd\x81lice@example.com", ""},
	    {"abcdefghijklmnopqrstuvwxyz01234@example.com",
		"abcdefghijklmnopqrstuvwxyz01234"},
	    {"abcdefghijklmnopqrstuvwxyz012345@example.com", ""},
	};
	char name[TEMPLATE_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		strcpy(name, "x");
		assert_int_equal(template_name_of_login(pairs[i].in, name),
		    pairs[i].out[0] != '\0' ? 0 : -1);
		assert_string_equal(name, pairs[i].out);
	}
}

static void
test_system_names_are_told_from_invalid_ones_T13(void **state)
{
	char name[TEMPLATE_NAME_SIZE];

	(void)state;
	assert_int_equal(template_name_of_login("Root@example.com", name),
	    TEMPLATE_RESERVED);
	assert_string_equal(name, "");
	assert_int_equal(
	    template_name_of_value("daemon", name), TEMPLATE_RESERVED);
	assert_int_equal(
	    template_name_of_group(NULL, "SUDO", name), TEMPLATE_RESERVED);
	assert_string_equal(name, "");
}

static void
test_attribute_names_are_never_mended(void **state)
{
	static const struct pair pairs[] = {
	    {"alice", "alice"},
	    {"Alice", ""},
	    {"alice@x", ""},
	    {"", ""},
	    {"abcdefghijklmnopqrstuvwxyz0123456789", ""},
	};
	char name[TEMPLATE_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		assert_int_equal(template_name_of_value(pairs[i].in, name),
		    pairs[i].out[0] != '\0' ? 0 : -1);
		assert_string_equal(name, pairs[i].out);
	}
}

static void
test_group_names_by_rule(void **state)
{
	static const struct pair pairs[] = {
	    {"Linux Users", "linux-users"},
	    {"linux-admins", "linux-admins"},
	    {"R&D (Paris)", "r-d--paris-"},
	    {"b\xc3\xbcro", "b-ro"},
	    {"\xc3\xbc", ""},
	    {"", ""},
	    {"42", ""},
	    {"a..b", ""},
	    {"the group with a name of 32 byte", ""},
	    {"a group with a name of 31 bytes",
		"a-group-with-a-name-of-31-bytes"},
	};
	char name[TEMPLATE_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		assert_int_equal(template_name_of_group("", pairs[i].in, name),
		    pairs[i].out[0] != '\0' ? 0 : -1);
		assert_string_equal(name, pairs[i].out);
	}
}

static void
test_home_is_the_template_or_nothing_T22(void **state)
{
	static const struct pair pairs[] = {
	    {"/home/%u", "/home/alice"},
	    {"/srv/%u/home", "/srv/alice/home"},
	    {"/home/%%u", "/home/%u"},
	    {"/home/%l/%u", "/home/a/alice"},
	    {"/srv/%U", "/srv/70001"},
	    {"/home/%d", ""},
	    {"/home/%", ""},
	    {"home/%u", ""},
	    {"/", ""},
	    {"", ""},
	    {"/home/../%u", ""},
	    {"/home//%u", ""},
	    {"/home/%u/", ""},
	};
	char home[TEMPLATE_PATH_SIZE], many[600], name[TEMPLATE_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		assert_int_equal(
		    template_home(pairs[i].in, "alice", 70001, home),
		    pairs[i].out[0] != '\0' ? 0 : -1);
		assert_string_equal(home, pairs[i].out);
	}
	for (size_t i = 0; i + 3 < sizeof(many); i += 3)
		memcpy(many + i, "/%u", 4);
	assert_int_equal(template_home(many, "alice", 1, home), -1);
	assert_string_equal(home, "");
	/* A prefix makes room for names that would be the system's. */
	assert_int_equal(template_name_of_group("okta-", "Docker", name), 0);
	assert_string_equal(name, "okta-docker");
	assert_int_equal(
	    template_name_of_group("okta-", "a234567890b234567890c23456", name),
	    0);
	assert_int_equal(template_name_of_group(
			     "okta-", "a234567890b234567890c234567", name),
	    -1);
	assert_string_equal(name, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_candidates_are_the_documented_ones),
	    cmocka_unit_test(test_bad_arguments_give_no_number),
	    cmocka_unit_test(
		test_100000_ids_in_random_order_share_no_number_T1),
	    cmocka_unit_test(test_full_range_and_failure_place_nobody_T1),
	    cmocka_unit_test(test_login_gives_its_local_part_or_nothing),
	    cmocka_unit_test(test_system_names_are_told_from_invalid_ones_T13),
	    cmocka_unit_test(test_attribute_names_are_never_mended),
	    cmocka_unit_test(test_group_names_by_rule),
	    cmocka_unit_test(test_home_is_the_template_or_nothing_T22),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
