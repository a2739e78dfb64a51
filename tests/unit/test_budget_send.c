/* What reaches people: push requests, messages, and the quiet after a no. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "budget_fixture.h"

enum { SENDS = 3, MINUTE_MS = 60 * 1000 };

static enum budget_send
try_send(struct budget *b, enum budget_kind kind, const char *who,
    const struct budget_address *a)
{
	return budget_send(b, SENDS, kind, who, a, &now, &error);
}

static void
later(unsigned int minutes)
{
	now.boot_ms += (uint64_t)minutes * MINUTE_MS;
	now.wall_s += minutes * 60;
}

static void
test_three_pushes_in_ten_minutes_over_restarts_T33(void **state)
{
	struct budget *b = reopen(NULL);
	unsigned int granted = 0, before = syncs;

	(void)state;
	for (int i = 0; i < 60; i++) {
		granted += try_send(b, BUDGET_PUSH, ALICE, &office) ==
		    BUDGET_SEND_GRANTED;
		if (i % 7 == 0)
			b = reopen(b);
	}
	assert_int_equal(granted, 3);
	assert_true(syncs - before >= 3);
	assert_int_equal(
	    try_send(b, BUDGET_PUSH, ALICE, &office), BUDGET_SEND_USED_UP);
	/* Neither somebody else nor messages are meant. */
	assert_int_equal(
	    try_send(b, BUDGET_PUSH, BOB, &office), BUDGET_SEND_GRANTED);
	assert_int_equal(
	    try_send(b, BUDGET_MESSAGE, ALICE, &office), BUDGET_SEND_GRANTED);
	later(9);
	assert_int_equal(
	    try_send(b, BUDGET_PUSH, ALICE, &office), BUDGET_SEND_USED_UP);
	later(1);
	assert_int_equal(
	    try_send(b, BUDGET_PUSH, ALICE, &office), BUDGET_SEND_GRANTED);
	budget_close(b);
}

static void
test_after_a_no_nothing_is_sent_for_ten_minutes_T34(void **state)
{
	struct budget *b = reopen(NULL);

	(void)state;
	assert_int_equal(
	    try_send(b, BUDGET_PUSH, ALICE, &office), BUDGET_SEND_GRANTED);
	assert_int_equal(budget_note_no(b, ALICE, &office, &now, &error), 0);
	for (int i = 0; i < 10; i++) {
		b = reopen(b);
		assert_int_equal(try_send(b, BUDGET_PUSH, ALICE, &here),
		    BUDGET_SEND_SAID_NO);
		assert_int_equal(try_send(b, BUDGET_MESSAGE, ALICE, &here),
		    BUDGET_SEND_SAID_NO);
		assert_int_equal(try_send(b, BUDGET_PUSH, BOB, &here),
		    i < 3 ? BUDGET_SEND_GRANTED : BUDGET_SEND_USED_UP);
		if (i < 9)
			later(1);
	}
	later(1);
	assert_int_equal(
	    try_send(b, BUDGET_PUSH, ALICE, &here), BUDGET_SEND_GRANTED);
	budget_close(b);
}

static void
test_address_and_host_have_limits_that_known_people_do_not(void **state)
{
	struct budget *b = reopen(NULL);
	unsigned int granted = 0;
	uint64_t serial;
	char who[32];

	(void)state;
	assert_int_equal(
	    budget_charge(b, &limits, ALICE, &attacker, &now, &serial, &error),
	    BUDGET_GRANTED);
	assert_int_equal(
	    budget_settle(b, serial, BUDGET_SUCCESS, &now, &error), 0);
	for (int i = 0; i < 100; i++) {
		snprintf(who, sizeof(who), "00u%d", i);
		granted += try_send(b, BUDGET_PUSH, who, &attacker) ==
		    BUDGET_SEND_GRANTED;
	}
	assert_int_equal(granted, BUDGET_SENDS_PER_ADDRESS);
	assert_int_equal(
	    try_send(b, BUDGET_PUSH, ALICE, &attacker), BUDGET_SEND_GRANTED);
	for (int i = 0; i < 1000; i++) {
		snprintf(who, sizeof(who), "00v%d", i);
		granted += try_send(b, BUDGET_MESSAGE, who, &here) ==
		    BUDGET_SEND_GRANTED;
	}
	assert_int_equal(granted, BUDGET_SENDS_PER_HOST - 1);
	assert_int_equal(
	    try_send(b, BUDGET_PUSH, BOB, &office), BUDGET_SEND_TOO_MANY);
	assert_int_equal(
	    try_send(b, BUDGET_PUSH, ALICE, &attacker), BUDGET_SEND_GRANTED);
	budget_close(b);
}

/* Wrong passwords and what is sent are two things. */
static void
test_sends_are_no_failures_and_failures_no_sends(void **state)
{
	struct budget *b = reopen(NULL);
	uint64_t serial;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_send(b, BUDGET_PUSH, ALICE, &here),
		    BUDGET_SEND_GRANTED);
	budget_note_no(b, ALICE, &here, &now, &error);
	b = reopen(b);
	assert_int_equal(budget_failures(b, ALICE, &now), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(budget_charge(b, &limits, BOB, &here, &now,
				     &serial, &error),
		    BUDGET_GRANTED);
		assert_int_equal(
		    budget_settle(b, serial, BUDGET_CHARGE, &now, &error), 0);
	}
	assert_int_equal(
	    budget_charge(b, &limits, BOB, &here, &now, &serial, &error),
	    BUDGET_USED_UP);
	assert_int_equal(
	    try_send(b, BUDGET_PUSH, BOB, &here), BUDGET_SEND_GRANTED);
	budget_close(b);
}

static void
test_nothing_is_sent_that_could_not_be_written_T113(void **state)
{
	struct budget *b = reopen(NULL);

	(void)state;
	sync_fails = 1;
	for (int i = 0; i < 5; i++)
		assert_true(try_send(b, BUDGET_PUSH, ALICE, &here) !=
		    BUDGET_SEND_GRANTED);
	assert_int_equal(
	    try_send(b, BUDGET_PUSH, "", &here), BUDGET_SEND_BROKEN);
	budget_close(b);
}

/* nobody's guesses by su are nobody's, not those of all people here (T55). */
static void
test_callers_on_this_host_have_addresses_of_their_own_T55(void **state)
{
	struct budget *b = reopen(NULL);
	struct budget_address nobody, alice, again;
	unsigned int granted = 0;
	uint64_t serial;
	char who[32];

	(void)state;
	budget_caller_address("nobody", &nobody);
	budget_caller_address("alice", &alice);
	budget_caller_address("nobody", &again);
	assert_memory_equal(&nobody, &again, sizeof(nobody));
	assert_memory_not_equal(&nobody, &alice, sizeof(nobody));
	assert_memory_not_equal(&nobody, &here, sizeof(nobody));
	for (int i = 0; i < 1000; i++) {
		snprintf(who, sizeof(who), "00u%d", i);
		if (budget_charge(b, &limits, who, &nobody, &now, &serial,
			&error) == BUDGET_GRANTED) {
			granted++;
			budget_settle(b, serial, BUDGET_CHARGE, &now, &error);
		}
	}
	assert_int_equal(granted, BUDGET_PER_ADDRESS);
	assert_int_equal(
	    budget_charge(b, &limits, "00u999", &alice, &now, &serial, &error),
	    BUDGET_GRANTED);
	budget_close(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_three_pushes_in_ten_minutes_over_restarts_T33),
	    TEST(test_after_a_no_nothing_is_sent_for_ten_minutes_T34),
	    TEST(test_address_and_host_have_limits_that_known_people_do_not),
	    TEST(test_sends_are_no_failures_and_failures_no_sends),
	    TEST(test_nothing_is_sent_that_could_not_be_written_T113),
	    TEST(test_callers_on_this_host_have_addresses_of_their_own_T55),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
