/*
 * The decision table: every combination of facts, against rules written down
 * a second time and in another way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "access.h"

static enum access_decision
expected(const struct access_facts *f)
{
	int is_left = f->has_person &&
	    (f->why == WHY_STATUS || f->why == WHY_GONE ||
		(unsigned int)f->why >= WHY_COUNT);
	int is_closed = f->has_person &&
	    (f->status == STATUS_STAGED || f->status == STATUS_PROVISIONED ||
		f->status == STATUS_SUSPENDED ||
		f->status == STATUS_DEPROVISIONED ||
		(unsigned int)f->status >= STATUS_COUNT);

	if (f->has_person && f->why == WHY_NOT_ENTITLED)
		return ACCESS_NOT_HERE;
	if (f->flags & DIR_USER_NO_LOGIN || is_left || is_closed)
		return ACCESS_NO_LOGIN;
	if (f->deny.answer == ANSWER_YES || f->deny.answer > ANSWER_NO)
		return ACCESS_DENIED;
	if (f->allow.answer > ANSWER_YES)
		return ACCESS_NOT_ALLOWED;
	if (f->from.answer == ANSWER_NO || f->from.answer == ANSWER_UNKNOWN ||
	    f->from.answer >= ANSWER_COUNT)
		return ACCESS_NOT_FROM;
	if (!f->has_proof && f->flags & DIR_USER_NO_KEY)
		return ACCESS_NEEDS_PASSWORD;
	if (!f->has_proof && !(f->has_age && f->age_s <= f->max_age_s))
		return ACCESS_TOO_OLD;
	return ACCESS_ALLOW;
}

static void
test_every_combination(void **state)
{
	static const uint64_t ages[] = {0, 599, 600, 601, UINT64_MAX};
	unsigned int allowed = 0, all = 0;

	(void)state;
	for (uint32_t bits = 0; bits < 1 << 6; bits++)
		for (int status = 0; status <= STATUS_COUNT; status++)
			for (int why = 0; why <= WHY_COUNT; why++)
				for (size_t age = 0; age < 5; age++) {
					struct access_facts f = {
					    .flags = bits & 7,
					    .has_person = (bits >> 3) & 1,
					    .has_proof = (bits >> 4) & 1,
					    .has_age = (bits >> 5) & 1,
					    .status =
						(enum person_status)status,
					    .why = (enum person_why)why,
					    .age_s = ages[age],
					    .max_age_s = 600};
					enum access_decision d =
					    access_decide(&f);

					assert_int_equal(d, expected(&f));
					assert_non_null(access_sentence(d, &f));
					all++;
					allowed += d == ACCESS_ALLOW;
				}
	/* Both ways are in the table, and no is the rule. */
	assert_true(allowed > 0 && allowed < all / 4);
}

/* The rules of the service, with and without all the rest. */
static void
test_every_combination_of_rules(void **state)
{
	unsigned int allowed = 0, all = 0;

	(void)state;
	for (int deny = 0; deny <= ANSWER_COUNT; deny++)
		for (int allow = 0; allow <= ANSWER_COUNT; allow++)
			for (int from = 0; from <= ANSWER_COUNT; from++)
				for (uint32_t bits = 0; bits < 32; bits++) {
					struct access_facts f = {
					    .flags = bits & 3,
					    .has_person = (bits >> 2) & 1,
					    .status = bits & 8
						? STATUS_SUSPENDED
						: STATUS_ACTIVE,
					    .has_proof = (bits >> 4) & 1,
					    .has_age = 1,
					    .max_age_s = 600,
					    .deny.answer =
						(enum access_answer)deny,
					    .allow.answer =
						(enum access_answer)allow,
					    .from.answer =
						(enum access_answer)from};

					assert_int_equal(
					    access_decide(&f), expected(&f));
					all++;
					allowed +=
					    access_decide(&f) == ACCESS_ALLOW;
				}
	assert_true(allowed > 0 && allowed < all / 10);
}

static void
test_suspended_person_stays_out_after_a_right_password_T26(void **state)
{
	struct access_facts f = {.flags = DIR_USER_NO_LOGIN,
	    .has_proof = 1,
	    .has_age = 1,
	    .max_age_s = 600};

	(void)state;
	assert_int_equal(access_decide(&f), ACCESS_NO_LOGIN);
	f.flags = 0;
	f.has_person = 1;
	f.status = STATUS_SUSPENDED;
	assert_int_equal(access_decide(&f), ACCESS_NO_LOGIN);
	f.why = WHY_STATUS;
	assert_int_equal(access_decide(&f), ACCESS_NO_LOGIN);
	assert_string_equal(
	    access_sentence(ACCESS_NO_LOGIN, &f), "is suspended in Okta");
}

static void
test_sentences_differ(void **state)
{
	struct access_facts f = {.has_age = 1, .max_age_s = 1};

	(void)state;
	for (int a = 0; a < ACCESS_COUNT; a++)
		for (int b = 0; b < a; b++)
			assert_string_not_equal(
			    access_sentence((enum access_decision)a, &f),
			    access_sentence((enum access_decision)b, &f));
	assert_string_equal(access_sentence(ACCESS_COUNT, &f), "no decision");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_combination),
	    cmocka_unit_test(test_every_combination_of_rules),
	    cmocka_unit_test(
		test_suspended_person_stays_out_after_a_right_password_T26),
	    cmocka_unit_test(test_sentences_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
