/* The budget: where tries come from, and what one place has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "budget_fixture.h"

static struct budget_address
at(const char *text)
{
	struct budget_address a;

	assert_int_equal(budget_parse_address(text, &a), 0);
	return a;
}

static void
test_address_that_tries_many_people_is_stopped(void **state)
{
	struct budget *b = reopen(NULL);
	int granted = 0;
	char who[32];

	(void)state;
	assert_int_equal(try(b, ALICE, &attacker, BUDGET_SUCCESS), 1);
	for (int i = 0; i < 100; i++) {
		snprintf(who, sizeof(who), "00uperson%d", i);
		granted += try(b, who, &attacker, BUDGET_CHARGE);
	}
	assert_int_equal(granted, BUDGET_PER_ADDRESS);
	/* Another address, this host, and who is known there, go on. */
	assert_int_equal(try(b, BOB, &office, BUDGET_CHARGE), 1);
	assert_int_equal(try(b, BOB, &here, BUDGET_CHARGE), 1);
	assert_int_equal(try(b, ALICE, &attacker, BUDGET_CHARGE), 1);
	budget_close(b);
}

/* Who has one address of an IPv6 network, has all of them. */
static void
test_addresses_of_one_network_are_one_place(void **state)
{
	struct budget *b = reopen(NULL);
	struct budget_address a;
	char who[32], text[48];
	int granted = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(who, sizeof(who), "00uperson%d", i);
		snprintf(text, sizeof(text), "2001:db8::%x:1", i);
		a = at(text);
		granted += try(b, who, &a, BUDGET_CHARGE);
	}
	assert_int_equal(granted, BUDGET_PER_ADDRESS);
	a = at("2001:db8:0:1::1");
	assert_int_equal(try(b, BOB, &a, BUDGET_CHARGE), 1);
	budget_close(b);
}

/* A name instead of an address: nobody is known there, whoever came before. */
static void
test_nobody_is_known_at_no_address(void **state)
{
	const struct budget_address unknown = at("?");
	struct budget *b = reopen(NULL);
	int granted = 0;

	(void)state;
	assert_int_equal(try(b, ALICE, &unknown, BUDGET_SUCCESS), 1);
	for (int i = 0; i < 10; i++)
		granted += try(b, ALICE, &unknown, BUDGET_CHARGE);
	assert_int_equal(granted, 3);
	assert_int_equal(try(b, ALICE, &here, BUDGET_CHARGE), 0);
	budget_close(b);
}

static void
test_addresses_are_numbers_this_host_or_unknown(void **state)
{
	static const char *const bad[] = {"localhost", "1.2.3", "::g",
	    "1.2.3.4\n", " 1.2.3.4", "UNKNOWN", "fe80::1%"};
	const struct budget_address unknown = at("?");
	const struct budget_address pairs[][2] = {
	    {at("1.2.3.4"), at("::ffff:1.2.3.4")},
	    {at("fe80::1"), at("fe80::1%eth0")}, {at(""), here},
	    {at(NULL), here}};
	struct budget_address a;

	(void)state;
	assert_memory_not_equal(&unknown, &here, sizeof(here));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&a, 1, sizeof(a));
		assert_int_equal(budget_parse_address(bad[i], &a), -1);
		assert_memory_equal(&a, &unknown, sizeof(a));
	}
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_memory_equal(&pairs[i][0], &pairs[i][1], sizeof(here));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_address_that_tries_many_people_is_stopped),
	    TEST(test_addresses_of_one_network_are_one_place),
	    TEST(test_nobody_is_known_at_no_address),
	    TEST(test_addresses_are_numbers_this_host_or_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
