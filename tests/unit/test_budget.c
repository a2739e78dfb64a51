/* The budget: how often somebody may be wrong, over restarts and accidents. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "budget_fixture.h"

static void
test_two_hundred_tries_with_restarts_are_five_at_most_T56(void **state)
{
	struct budget *b = reopen(NULL);
	int granted = 0;

	(void)state;
	assert_int_equal(try(b, ALICE, &office, BUDGET_SUCCESS), 1);
	for (int i = 0; i < 200; i++) {
		granted +=
		    try(b, ALICE, i % 3 ? &office : &here, BUDGET_CHARGE);
		if (i % 7 == 0)
			b = reopen(b);
		now.boot_ms += 1000;
		now.wall_s += 1;
	}
	assert_int_equal(granted, 5);
	assert_int_equal(budget_failures(b, ALICE, &now), 5);
	/* Nobody else pays for it. */
	assert_int_equal(try(b, BOB, &office, BUDGET_CHARGE), 1);
	/* The first of them is old enough: one more. */
	now.boot_ms += BUDGET_WINDOW_S * 1000 - 199000;
	assert_int_equal(try(b, ALICE, &office, BUDGET_CHARGE), 1);
	budget_close(b);
}

static void
test_stranger_can_not_use_up_what_is_kept_for_known_addresses(void **state)
{
	struct budget *b = reopen(NULL);
	int granted = 0;

	(void)state;
	assert_int_equal(try(b, ALICE, &office, BUDGET_SUCCESS), 1);
	for (int i = 0; i < 20; i++)
		granted += try(b, ALICE, &attacker, BUDGET_CHARGE);
	assert_int_equal(granted, 3);
	b = reopen(b);
	assert_int_equal(try(b, ALICE, &attacker, BUDGET_CHARGE), 0);
	assert_int_equal(try(b, ALICE, &here, BUDGET_CHARGE), 0);
	/* From the office she mistypes once, and is in. */
	assert_int_equal(try(b, ALICE, &office, BUDGET_CHARGE), 1);
	assert_int_equal(try(b, ALICE, &office, BUDGET_SUCCESS), 1);
	budget_close(b);
}

static void
test_attempts_in_flight_hold_further_ones(void **state)
{
	struct budget *b = reopen(NULL);
	uint64_t serials[4];

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(budget_charge(b, &limits, ALICE, &here, &now,
				     &serials[i], &error),
		    BUDGET_GRANTED);
	assert_int_equal(
	    budget_charge(b, &limits, ALICE, &here, &now, &serials[3], &error),
	    BUDGET_HELD);
	budget_settle(b, serials[0], BUDGET_REFUND, &now, &error);
	assert_int_equal(
	    budget_charge(b, &limits, ALICE, &here, &now, &serials[3], &error),
	    BUDGET_GRANTED);
	for (int i = 1; i < 4; i++)
		budget_settle(b, serials[i], BUDGET_CHARGE, &now, &error);
	assert_int_equal(
	    budget_charge(b, &limits, ALICE, &here, &now, &serials[3], &error),
	    BUDGET_USED_UP);
	/* Settling twice, or what was never there, changes nothing. */
	assert_int_equal(
	    budget_settle(b, 9999, BUDGET_REFUND, &now, &error), -1);
	assert_int_equal(budget_failures(b, ALICE, &now), 3);
	budget_close(b);
}

static void
test_worker_that_died_stays_charged_over_a_restart_T58(void **state)
{
	struct budget *b = reopen(NULL);
	uint64_t serial;

	(void)state;
	assert_int_equal(
	    budget_charge(b, &limits, ALICE, &here, &now, &serial, &error),
	    BUDGET_GRANTED);
	b = reopen(b); /* killed before it was settled */
	assert_int_equal(budget_failures(b, ALICE, &now), 1);
	budget_close(b);
}

static void
test_record_that_was_cut_by_a_crash_is_passed_over_T112(void **state)
{
	struct budget *b = reopen(NULL);
	struct stat st;
	off_t whole;

	(void)state;
	try(b, ALICE, &here, BUDGET_CHARGE);
	try(b, ALICE, &here, BUDGET_CHARGE);
	budget_close(b);
	assert_int_equal(stat(budget_path(), &st), 0);
	whole = st.st_size;
	assert_int_equal(whole, 2 * (off_t)sizeof(struct budget_record));
	for (off_t size = whole; size >= 0; size -= 1 + size % 7) {
		assert_int_equal(truncate(budget_path(), size), 0);
		b = reopen(NULL);
		assert_int_equal(budget_failures(b, ALICE, &now),
		    size / (off_t)sizeof(struct budget_record));
		/* And the file is in step again. */
		assert_int_equal(try(b, BOB, &here, BUDGET_CHARGE), 1);
		b = reopen(b);
		assert_int_equal(budget_failures(b, BOB, &now), 1);
		budget_close(b);
		unlink(budget_path());
		b = reopen(NULL);
		try(b, ALICE, &here, BUDGET_CHARGE);
		try(b, ALICE, &here, BUDGET_CHARGE);
		budget_close(b);
	}
}

static void
test_flipped_bit_never_adds_a_charge(void **state)
{
	struct budget *b = reopen(NULL);
	struct budget_record r;
	FILE *f;

	(void)state;
	try(b, ALICE, &here, BUDGET_CHARGE);
	budget_close(b);
	f = fopen(budget_path(), "r");
	assert_int_equal(fread(&r, sizeof(r), 1, f), 1);
	fclose(f);
	for (size_t bit = 0; bit < 8 * sizeof(r); bit++) {
		struct budget_record bad = r;

		((uint8_t *)&bad)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		f = fopen(budget_path(), "w");
		fwrite(&bad, sizeof(bad), 1, f);
		fclose(f);
		b = reopen(NULL);
		assert_int_equal(budget_failures(b, ALICE, &now), 0);
		budget_close(b);
	}
}

static void
test_clock_set_back_or_ahead_frees_nobody_and_locks_nobody(void **state)
{
	struct budget *b = reopen(NULL);

	(void)state;
	for (int i = 0; i < 3; i++)
		try(b, ALICE, &here, BUDGET_CHARGE);
	now.wall_s += 365 * 86400; /* within one boot the boot clock counts */
	b = reopen(b);
	assert_int_equal(try(b, ALICE, &here, BUDGET_CHARGE), 0);
	now.wall_s -= 2 * 365 * 86400;
	b = reopen(b);
	assert_int_equal(try(b, ALICE, &here, BUDGET_CHARGE), 0);
	/* Rebooted, with a clock that is years behind: the window begins anew,
	 * and then it is over. */
	now.boot_id[0] = 2;
	now.boot_ms = 20000;
	b = reopen(b);
	assert_int_equal(try(b, ALICE, &here, BUDGET_CHARGE), 0);
	now.boot_ms += BUDGET_WINDOW_S * 1000;
	now.wall_s += BUDGET_WINDOW_S;
	assert_int_equal(try(b, ALICE, &here, BUDGET_CHARGE), 1);
	budget_close(b);
}

static void
test_reboot_does_not_forget_recent_failures(void **state)
{
	struct budget *b = reopen(NULL);

	(void)state;
	for (int i = 0; i < 3; i++)
		try(b, ALICE, &here, BUDGET_CHARGE);
	now.boot_id[0] = 2;
	now.boot_ms = 30000;
	now.wall_s += 60;
	b = reopen(b);
	assert_int_equal(try(b, ALICE, &here, BUDGET_CHARGE), 0);
	now.wall_s += BUDGET_WINDOW_S;
	now.boot_ms += BUDGET_WINDOW_S * 1000;
	b = reopen(b);
	assert_int_equal(try(b, ALICE, &here, BUDGET_CHARGE), 1);
	budget_close(b);
}

static void
test_unknown_boot_is_never_the_same_boot(void **state)
{
	struct budget *b;

	(void)state;
	now.boot_id[0] = 0; /* /proc can not be read */
	b = reopen(NULL);
	for (int i = 0; i < 3; i++)
		try(b, ALICE, &here, BUDGET_CHARGE);
	/* Rebooted a year later: the boot clock says less than it did. */
	now.boot_ms = 20000;
	now.wall_s += 365 * 86400;
	b = reopen(b);
	assert_int_equal(try(b, ALICE, &here, BUDGET_CHARGE), 1);
	budget_close(b);
}

static void
test_full_disk_denies_and_heals_T113(void **state)
{
	struct budget *b = reopen(NULL);
	struct rlimit old, none = {1, RLIM_INFINITY};
	uint64_t serial;

	(void)state;
	try(b, ALICE, &here, BUDGET_CHARGE);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	none.rlim_max = old.rlim_max;
	/* In the middle of the next record. */
	none.rlim_cur = sizeof(struct budget_record) + 10;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(
	    budget_charge(b, &limits, BOB, &here, &now, &serial, &error),
	    BUDGET_BROKEN);
	assert_string_not_equal(error.text, "");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(try(b, BOB, &here, BUDGET_CHARGE), 1);
	b = reopen(b);
	assert_int_equal(budget_failures(b, ALICE, &now), 1);
	assert_int_equal(budget_failures(b, BOB, &now), 1);
	budget_close(b);
}

static void
test_no_leave_before_the_charge_is_on_disk(void **state)
{
	struct budget *b = reopen(NULL);
	uint64_t serial;

	(void)state;
	syncs = 0;
	assert_int_equal(
	    budget_charge(b, &limits, ALICE, &here, &now, &serial, &error),
	    BUDGET_GRANTED);
	assert_int_equal(syncs, 1);
	sync_fails = 1;
	assert_int_equal(
	    budget_charge(b, &limits, ALICE, &here, &now, &serial, &error),
	    BUDGET_BROKEN);
	sync_fails = 0;
	assert_int_equal(
	    budget_charge(b, &limits, ALICE, &here, &now, &serial, &error),
	    BUDGET_GRANTED);
	budget_close(b);
}

static void
test_file_of_others_is_not_believed(void **state)
{
	struct budget *b = reopen(NULL);
	uint64_t serial;

	(void)state;
	try(b, ALICE, &here, BUDGET_CHARGE);
	budget_close(b);
	assert_int_equal(chmod(budget_path(), 0620), 0);
	error = (struct error){0};
	b = budget_open(budget_path(), &now, &error);
	assert_non_null(b);
	assert_int_equal(error.kind, ERROR_SYSTEM);
	assert_int_equal(
	    budget_charge(b, &limits, BOB, &here, &now, &serial, &error),
	    BUDGET_BROKEN);
	assert_int_equal(chmod(budget_path(), 0600), 0);
	assert_int_equal(try(b, BOB, &here, BUDGET_CHARGE), 1);
	assert_int_equal(budget_failures(b, ALICE, &now), 1);
	budget_close(b);
}

static void
test_file_does_not_grow_without_bound(void **state)
{
	struct budget *b = reopen(NULL);
	struct stat st;
	off_t bound =
	    (off_t)sizeof(struct budget_record) * (BUDGET_COMPACT_RECORDS + 2);
	char who[32];

	(void)state;
	for (int i = 0; i < BUDGET_COMPACT_RECORDS; i++) {
		snprintf(who, sizeof(who), "00uperson%d", i % 40);
		try(b, who, &office, BUDGET_SUCCESS);
		now.boot_ms += 10;
	}
	assert_int_equal(stat(budget_path(), &st), 0);
	assert_true(st.st_size <= bound);
	b = reopen(b);
	assert_int_equal(stat(budget_path(), &st), 0);
	assert_int_equal(st.st_size, 40 * (off_t)sizeof(struct budget_record));
	assert_int_equal(st.st_mode & 0777, 0600);
	budget_close(b);
}

static void
test_only_addresses_kept_means_one_try_is_left(void **state)
{
	const struct budget_limits odd = {2, 2};
	struct budget *b = reopen(NULL);
	uint64_t serial;

	(void)state;
	assert_int_equal(
	    budget_charge(b, &odd, ALICE, &here, &now, &serial, &error),
	    BUDGET_GRANTED);
	assert_int_equal(
	    budget_charge(b, &odd, ALICE, &here, &now, &serial, &error),
	    BUDGET_HELD);
	assert_int_equal(
	    budget_charge(b, &odd, "", &here, &now, &serial, &error),
	    BUDGET_BROKEN);
	budget_close(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_two_hundred_tries_with_restarts_are_five_at_most_T56),
	    TEST(test_stranger_can_not_use_up_what_is_kept_for_known_addresses),
	    TEST(test_attempts_in_flight_hold_further_ones),
	    TEST(test_worker_that_died_stays_charged_over_a_restart_T58),
	    TEST(test_record_that_was_cut_by_a_crash_is_passed_over_T112),
	    TEST(test_flipped_bit_never_adds_a_charge),
	    TEST(test_clock_set_back_or_ahead_frees_nobody_and_locks_nobody),
	    TEST(test_reboot_does_not_forget_recent_failures),
	    TEST(test_unknown_boot_is_never_the_same_boot),
	    TEST(test_full_disk_denies_and_heals_T113),
	    TEST(test_no_leave_before_the_charge_is_on_disk),
	    TEST(test_file_of_others_is_not_believed),
	    TEST(test_file_does_not_grow_without_bound),
	    TEST(test_only_addresses_kept_means_one_try_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
