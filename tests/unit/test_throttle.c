/* Logins that Okta turned away: how many more may be sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "throttle.h"

enum { ALICE = 2000000001, BOB = 2000000002, NOW = 5000000 };

static void
test_person_waits_a_minute_after_the_third_T57(void **state)
{
	struct throttle t = {0};

	(void)state;
	for (uint64_t i = 0; i < THROTTLE_PER_PERSON; i++) {
		assert_false(throttle_is_on(&t, ALICE, NOW + i * 1000));
		throttle_note(&t, ALICE, NOW + i * 1000);
	}
	assert_true(throttle_is_on(&t, ALICE, NOW + 3000));
	assert_false(throttle_is_on(&t, BOB, NOW + 3000));
	assert_true(throttle_is_on(&t, ALICE, NOW + 59999));
	assert_false(throttle_is_on(&t, ALICE, NOW + 60000));
	throttle_note(&t, ALICE, NOW + 60000);
	assert_true(throttle_is_on(&t, ALICE, NOW + 60000));
}

static void
test_many_people_together_have_a_limit_too(void **state)
{
	struct throttle t = {0};
	int sent = 0;

	(void)state;
	/* A new one every second, for four hours. */
	for (unsigned int i = 0; i < 4 * 3600; i++) {
		uint64_t now = NOW + i * 1000ULL;

		if (throttle_is_on(&t, 2000000000U + i, now))
			continue;
		throttle_note(&t, 2000000000U + i, now);
		sent++;
	}
	assert_int_equal(sent, 4 * 60 * THROTTLE_PER_HOST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_person_waits_a_minute_after_the_third_T57),
	    cmocka_unit_test(test_many_people_together_have_a_limit_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
