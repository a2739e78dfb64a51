/* A full pass that gives way: polls count at once while it stands aside, their
 * answers are newer than its own, and a new start goes on with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "state_fixture.h"

static const char anna[] = "00uA", ben[] = "00uB", cora[] = "00uC";

static void
check(int rc, struct fixture *f)
{
	if (rc == -1)
		fail_msg("%s", f->e.text);
}

static void
stage_gecos(
    struct fixture *f, int64_t source, const char *id, const char *gecos)
{
	struct api_user u = person(id, id + 2);

	u.name[0] = (char)(u.name[0] + 0x20);
	snprintf(u.gecos, sizeof(u.gecos), "%s", gecos);
	check(state_stage_user(f->s, source, &u, &f->e), f);
}

/* Everything that a pass has said so far is written down. */
static void
keep(struct fixture *f)
{
	check(state_stage_keep(f->s, &f->e), f);
}

static void
poll_begin(struct fixture *f)
{
	check(state_begin(f->s, &f->e), f);
	check(state_touch_begin(f->s, &f->e), f);
}

static void
poll_end(struct fixture *f)
{
	state_touch_end(f->s);
	f->rules.hold_silent = 1;
	check(state_apply_touched(f->s, &f->rules, &f->e), f);
	check(state_commit(f->s, &f->e), f);
	f->rules.hold_silent = 0;
}

/* A crash and a new start. */
static void
restart(struct fixture *f)
{
	state_close(f->s);
	open_state(f);
}

static void
go_on(struct fixture *f)
{
	int64_t source;

	check(state_stage_resume(f->s, &source, &f->e), f);
	assert_int_equal(source, f->source);
	check(state_begin(f->s, &f->e), f);
	check(state_stage_list(f->s, source, &f->e), f);
}

/* anna and ben in the group, "old"; then a pass has seen half of it. */
static void
half(struct fixture *f)
{
	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	stage_gecos(f, f->source, anna, "old");
	stage_gecos(f, f->source, ben, "old");
	apply(f);
	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	stage_gecos(f, f->source, anna, "page");
	keep(f);
}

static const char *
gecos(struct fixture *f, const char *id)
{
	static char text[64];
	struct seek k = find(f, id);

	/* The strings of a walk live for the call: ask the record. */
	text[0] = '\0';
	if (k.hit) {
		struct api_user u = person(id, id + 2);

		u.name[0] = (char)(u.name[0] + 0x20);
		for (size_t i = 0; i < 3; i++) {
			static const char *const all[] = {
			    "old", "page", "poll"};

			snprintf(u.gecos, sizeof(u.gecos), "%s", all[i]);
			if (state_differs(f->s, &u, &f->e) == 0)
				strcpy(text, all[i]);
		}
	}
	return text;
}

static int
entitled(struct fixture *f, const char *id)
{
	return find(f, id).found.is_entitled;
}

static void
finish(struct fixture *f)
{
	apply(f);
	assert_int_equal(state_stage_has(f->s, f->source, &f->e), 0);
}

static void
test_half_a_pass_says_nothing(void **state)
{
	struct fixture *f = *state;

	half(f);
	assert_string_equal(gecos(f, anna), "old");
	assert_true(entitled(f, ben));
	check(state_begin(f->s, &f->e), f);
	finish(f);
	assert_string_equal(gecos(f, anna), "page");
	assert_false(entitled(f, ben));
}

static void
test_what_a_poll_says_counts_at_once_and_stays(void **state)
{
	struct fixture *f = *state;

	for (int crash = 0; crash < 2; crash++) {
		half(f);
		poll_begin(f);
		stage_gecos(f, 0, anna, "poll");
		stage_gecos(f, 0, ben, "poll");
		poll_end(f);
		assert_string_equal(gecos(f, anna), "poll");
		assert_string_equal(gecos(f, ben), "poll");
		if (crash)
			restart(f);
		if (crash)
			go_on(f);
		else
			check(state_begin(f->s, &f->e), f);
		/* An older page. */
		stage_gecos(f, f->source, ben, "page");
		finish(f);
		assert_string_equal(gecos(f, anna), "poll");
		assert_string_equal(gecos(f, ben), "poll");
		assert_true(entitled(f, anna) && entitled(f, ben));
	}
}

static void
test_who_comes_and_leaves_by_a_poll_stays_so(void **state)
{
	struct fixture *f = *state;

	for (int crash = 0; crash < 2; crash++) {
		half(f);
		/* anna was on a page already; cora is not to be on any. */
		poll_begin(f);
		check(state_leave(f->s, anna, f->source, &f->e), f);
		stage_gecos(f, 0, cora, "poll");
		check(state_join(f->s, cora, f->source, &f->e), f);
		poll_end(f);
		assert_false(entitled(f, anna));
		assert_true(entitled(f, cora));
		if (crash) {
			restart(f);
			go_on(f);
		} else {
			check(state_begin(f->s, &f->e), f);
		}
		stage_gecos(f, f->source, ben, "page");
		finish(f);
		assert_false(entitled(f, anna));
		assert_true(entitled(f, ben) && entitled(f, cora));
		poll_begin(f);
		check(state_leave(f->s, cora, f->source, &f->e), f);
		poll_end(f);
	}
}

/* Whom only the pass knows so far: an event about them is not lost. */
static void
test_a_newcomer_of_the_pass_may_leave_before_its_end(void **state)
{
	struct fixture *f = *state;

	half(f);
	check(state_begin(f->s, &f->e), f);
	assert_int_equal(state_knows(f->s, cora, &f->e), 0);
	stage_gecos(f, f->source, cora, "page");
	keep(f);
	assert_int_equal(state_knows(f->s, cora, &f->e), 1);
	assert_int_equal(state_is_standing(f->s, cora, f->source, &f->e), 1);
	assert_int_equal(find(f, cora).hit, 0);
	poll_begin(f);
	check(state_leave(f->s, cora, f->source, &f->e), f);
	poll_end(f);
	check(state_begin(f->s, &f->e), f);
	finish(f);
	assert_int_equal(find(f, cora).hit, 0);
}

static void
test_a_newcomer_of_the_pass_may_end_before_its_end(void **state)
{
	struct fixture *f = *state;

	half(f);
	check(state_begin(f->s, &f->e), f);
	stage_gecos(f, f->source, cora, "page");
	keep(f);
	poll_begin(f);
	check(state_end(f->s, cora, &f->e), f);
	poll_end(f);
	check(state_begin(f->s, &f->e), f);
	/* Another page still shows them. */
	stage_gecos(f, f->source, cora, "old");
	finish(f);
	assert_int_equal(find(f, cora).found.status, STATUS_DEPROVISIONED);
}

/* A poll's newcomer and the pass's have numbers of their own. */
static void
test_newcomers_of_both_are_two_records(void **state)
{
	struct fixture *f = *state;

	half(f);
	check(state_begin(f->s, &f->e), f);
	stage_gecos(f, f->source, ben, "page");
	stage_gecos(f, f->source, cora, "page");
	keep(f);
	poll_begin(f);
	stage_gecos(f, 0, "00uD", "poll");
	check(state_join(f->s, "00uD", f->source, &f->e), f);
	poll_end(f);
	check(state_begin(f->s, &f->e), f);
	stage_gecos(f, f->source, "00uE", "page");
	finish(f);
	assert_string_equal(gecos(f, cora), "page");
	assert_string_equal(gecos(f, "00uD"), "poll");
	assert_string_equal(gecos(f, "00uE"), "page");
	assert_int_equal(find(f, "00uX").n, 5);
	for (const char *const *id =
		 (const char *const[]){anna, ben, cora, "00uD", "00uE", NULL};
	     *id != NULL; id++)
		assert_true(entitled(f, *id));
}

/* Whom a poll lets in again after their page has been read: the pass saw them
 * nowhere, and their record stays all the same. Else the next newcomer would
 * have its number, and be in their groups. */
static void
test_who_comes_back_by_a_poll_keeps_the_record(void **state)
{
	struct fixture *f = *state;
	struct api_user u = person(cora, "C");

	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	stage_gecos(f, f->source, anna, "old");
	/* Not active yet: known, and no person. */
	u.name[0] = 'c';
	u.status = STATUS_STAGED;
	stage(f, &u);
	apply(f);
	poll_begin(f);
	check(state_leave(f->s, cora, f->source, &f->e), f);
	poll_end(f);
	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	stage_gecos(f, f->source, anna, "old");
	keep(f);
	poll_begin(f);
	check(state_join(f->s, cora, f->source, &f->e), f);
	poll_end(f);
	check(state_begin(f->s, &f->e), f);
	finish(f);
	/* Somebody of another list. */
	poll_begin(f);
	stage_gecos(f, 0, "00uD", "poll");
	poll_end(f);
	assert_int_equal(find(f, "00uD").hit, 0);
	assert_int_equal(state_has_record(f->s, cora, &f->e), 1);
}

/* What a poll undoes leaves the pass as it was. */
static void
test_a_poll_that_fails_does_not_end_the_pass(void **state)
{
	struct fixture *f = *state;

	half(f);
	poll_begin(f);
	check(state_leave(f->s, anna, f->source, &f->e), f);
	state_touch_end(f->s);
	state_rollback(f->s);
	check(state_begin(f->s, &f->e), f);
	stage_gecos(f, f->source, ben, "page");
	finish(f);
	assert_true(entitled(f, anna) && entitled(f, ben));
	assert_string_equal(gecos(f, anna), "page");
}

static void
test_a_pass_that_was_given_up_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t source;

	half(f);
	check(state_begin(f->s, &f->e), f);
	stage_gecos(f, f->source, cora, "page");
	state_rollback(f->s);
	state_stage_drop(f->s);
	check(state_stage_forget(f->s, &f->e), f);
	assert_int_equal(state_knows(f->s, cora, &f->e), 0);
	assert_string_equal(gecos(f, anna), "old");
	restart(f);
	check(state_stage_resume(f->s, &source, &f->e), f);
	assert_int_equal(source, 0);
	state_stage_drop(f->s);
}

/* A record without a list or a place, as of somebody STAGED who has left; and
 * back again. Nothing is written of who is the same, so the lists of the pass
 * alone know of it: what is logged meanwhile is not to be passed over. */
static void
test_whom_only_the_lists_of_the_pass_show_is_known(void **state)
{
	struct fixture *f = *state;
	struct api_user u = person(cora, "cora");

	u.status = STATUS_STAGED;
	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	stage(f, &u);
	apply(f);
	poll_begin(f);
	check(state_leave(f->s, cora, f->source, &f->e), f);
	poll_end(f);
	assert_int_equal(state_knows(f->s, cora, &f->e), 0);
	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	stage(f, &u);
	keep(f);
	assert_int_equal(state_knows(f->s, cora, &f->e), 1);
	assert_int_equal(state_knows(f->s, "00uNOBODY", &f->e), 0);
	/* The event is followed. */
	poll_begin(f);
	u.status = STATUS_ACTIVE;
	check(state_stage_user(f->s, 0, &u, &f->e), f);
	poll_end(f);
	check(state_begin(f->s, &f->e), f);
	finish(f);
	assert_true(entitled(f, cora));
}

/* Many people, kept after each: the list comes back whole, whatever the
 * distance of their numbers. */
static void
test_a_long_list_is_kept_whole(void **state)
{
	enum { PEOPLE = 700 };
	struct fixture *f = *state;
	char id[32], name[32];
	int n = 0;

	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	for (int i = 0; i < PEOPLE; i++) {
		snprintf(id, sizeof(id), "00u%017d", i);
		snprintf(name, sizeof(name), "user%d", i);
		stage_name(f, id, name);
	}
	apply(f);
	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	for (int i = 0; i < PEOPLE; i += i % 5 == 0 ? 1 : 197, n++) {
		snprintf(id, sizeof(id), "00u%017d", i);
		snprintf(name, sizeof(name), "user%d", i);
		stage_name(f, id, name);
		keep(f);
		restart(f);
		go_on(f);
	}
	finish(f);
	for (int i = 0; i < PEOPLE; i++) {
		snprintf(id, sizeof(id), "00u%017d", i);
		n -= entitled(f, id);
	}
	assert_int_equal(n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define STATE_TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	    STATE_TEST(test_half_a_pass_says_nothing),
	    STATE_TEST(test_what_a_poll_says_counts_at_once_and_stays),
	    STATE_TEST(test_who_comes_and_leaves_by_a_poll_stays_so),
	    STATE_TEST(test_a_newcomer_of_the_pass_may_leave_before_its_end),
	    STATE_TEST(test_a_newcomer_of_the_pass_may_end_before_its_end),
	    STATE_TEST(test_newcomers_of_both_are_two_records),
	    STATE_TEST(test_who_comes_back_by_a_poll_keeps_the_record),
	    STATE_TEST(test_a_poll_that_fails_does_not_end_the_pass),
	    STATE_TEST(test_a_pass_that_was_given_up_leaves_nothing),
	    STATE_TEST(test_whom_only_the_lists_of_the_pass_show_is_known),
	    STATE_TEST(test_a_long_list_is_kept_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
