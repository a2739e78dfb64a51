/* A pass: who appears, who is lost, what counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "state_fixture.h"
#include "state_private.h"

/* --- statuses --- */

static void
test_status_decides_who_appears(void **state)
{
	struct fixture *f = *state;
	struct api_user u;
	char id[16], name[16];

	for (int i = 0; i < STATUS_COUNT; i++) {
		begin(f);
		snprintf(id, sizeof(id), "00u%d", i);
		snprintf(name, sizeof(name), "user%d", i);
		u = person(id, name);
		u.status = (enum person_status)i;
		stage(f, &u);
		apply(f);
		assert_int_equal(find(f, id).hit,
		    i != STATUS_STAGED && i != STATUS_PROVISIONED);
	}
	/* Back to STAGED: stays resolvable, with that status. */
	begin(f);
	u = person("00u2", "user2");
	u.status = STATUS_STAGED;
	stage(f, &u);
	apply(f);
	assert_int_equal(find(f, "00u2").hit, 1);
	assert_int_equal(find(f, "00u2").found.status, STATUS_STAGED);
}

static void
test_broken_record_keeps_the_last_good_one_but_its_status(void **state)
{
	struct fixture *f = *state;
	struct api_user u = person("00uA", "alice");

	begin(f);
	stage(f, &u);
	apply(f);
	strcpy(u.problem, "the login is missing or not clean text");
	u.login[0] = u.name[0] = '\0';
	u.status = STATUS_SUSPENDED;
	begin(f);
	stage(f, &u);
	apply(f);
	assert_string_equal(find(f, "00uA").name, "alice");
	assert_int_equal(find(f, "00uA").found.status, STATUS_SUSPENDED);
	assert_int_equal(noted(f, "00uA", "the login is missing"), 1);
	u.has_status = 0;
	begin(f);
	stage(f, &u);
	apply(f);
	assert_int_equal(find(f, "00uA").found.is_blocked, 1);
	/* Outside a pass. */
	u.has_status = 1;
	u.status = STATUS_ACTIVE;
	assert_int_equal(state_apply_status(f->s, &u, &f->e), 1);
	assert_int_equal(state_apply_status(f->s, &u, &f->e), 0);
	assert_int_equal(find(f, "00uA").found.is_blocked, 0);
	u.has_status = 0;
	assert_int_equal(state_apply_status(f->s, &u, &f->e), 1);
	assert_int_equal(find(f, "00uA").found.is_blocked, 1);
	assert_int_equal(find(f, "00uA").found.status, STATUS_ACTIVE);
	strcpy(u.id, "00uX");
	assert_int_equal(state_apply_status(f->s, &u, &f->e), 0);
}

static void
test_source_out_of_the_configuration_entitles_nobody_at_once(void **state)
{
	struct fixture *f = *state;
	struct state_counts c;

	begin(f);
	stage_name(f, "00uA", "alice");
	apply(f);
	assert_int_equal(find(f, "00uA").found.is_entitled, 1);
	assert_int_equal(
	    state_configure(f->s, none, none, groups, NULL, &f->e), 0);
	assert_int_equal(find(f, "00uA").found.is_entitled, 0);
	assert_int_equal(
	    state_configure(f->s, none, none, none, NULL, &f->e), 0);
	assert_int_equal(state_count(f->s, &c, &f->e), 0);
	assert_int_equal(c.known, 0);
}

/* --- losses --- */

static void
test_losses_are_found_settled_and_held(void **state)
{
	struct fixture *f = *state;
	struct state_counts c;
	struct state_source src;
	struct state_outcome o;
	char id[JSON_ID_MAX + 1];
	uint32_t uid = 0, a;
	int64_t after = 0;

	begin(f);
	stage_name(f, "00uA", "alice");
	stage_name(f, "00uB", "bob");
	stage_name(f, "00uC", "carol");
	apply(f);
	a = find(f, "00uA").found.uid;

	begin(f);
	stage_name(f, "00uC", "carol");
	assert_int_equal(state_find_losses(f->s, &f->e), 0);
	assert_int_equal(state_count(f->s, &c, &f->e), 0);
	assert_int_equal(c.known, 3);
	assert_int_equal(c.silent, 2);
	assert_int_equal(c.present, 1);
	while (state_next_loser(f->s, 0, &uid, id, &f->e) == 1)
		if (uid == a) {
			assert_string_equal(id, "00uA");
			assert_int_equal(
			    state_next_loss(f->s, uid, &after, &src, &f->e), 1);
			assert_string_equal(src.id, group_id);
			assert_int_equal(state_settle_loss(f->s, uid, src.num,
					     LOSS_CONFIRMED, &f->e),
			    0);
			assert_int_equal(
			    state_next_loss(f->s, uid, &after, &src, &f->e), 0);
		}
	assert_int_equal(state_count(f->s, &c, &f->e), 0);
	assert_int_equal(c.silent, 1);
	f->rules.hold_silent = 1;
	assert_int_equal(state_apply(f->s, &f->rules, &o, &f->e), 0);
	assert_int_equal(o.removed, 1);
	assert_int_equal(state_commit(f->s, &f->e), 0);
	assert_int_equal(find(f, "00uA").found.is_entitled, 0);
	assert_int_equal(find(f, "00uB").found.is_entitled, 1);
	assert_int_equal(find(f, "00uC").found.is_entitled, 1);

	/* Nothing said the second time, and nothing held: gone. */
	f->rules.hold_silent = 0;
	begin(f);
	stage_name(f, "00uC", "carol");
	assert_int_equal(apply(f).removed, 1);
	assert_int_equal(find(f, "00uB").hit, 1);
	assert_int_equal(find(f, "00uB").found.is_entitled, 0);
}

static void
test_stopped_people_need_no_further_word(void **state)
{
	struct fixture *f = *state;
	struct state_counts c;
	struct api_user u;
	char id[32], name[32];

	begin(f);
	for (int i = 0; i < 50; i++) {
		snprintf(id, sizeof(id), "00u%d", i);
		snprintf(name, sizeof(name), "user%d", i);
		stage_name(f, id, name);
	}
	apply(f);
	begin(f);
	for (int i = 0; i < 50; i++) {
		snprintf(id, sizeof(id), "00u%d", i);
		u = person(id, "x");
		u.status = STATUS_DEPROVISIONED;
		assert_int_equal(state_stage_user(f->s, 0, &u, &f->e), 1);
	}
	assert_int_equal(state_find_losses(f->s, &f->e), 0);
	assert_int_equal(state_settle_stopped(f->s, &f->e), 0);
	assert_int_equal(state_count(f->s, &c, &f->e), 0);
	assert_int_equal(c.silent, 0);
	assert_int_equal(c.known, 50);
}

static void
test_rolled_back_pass_leaves_everything(void **state)
{
	struct fixture *f = *state;
	struct state_outcome o;

	begin(f);
	stage_name(f, "00uA", "alice");
	apply(f);
	begin(f);
	stage_name(f, "00uB", "bob");
	assert_int_equal(state_apply(f->s, &f->rules, &o, &f->e), 0);
	state_rollback(f->s);
	state_rollback(f->s);
	assert_int_equal(find(f, "00uB").hit, 0);
	assert_int_equal(find(f, "00uA").found.is_entitled, 1);
	assert_int_equal(state_knows(f->s, "00uA", &f->e), 1);
	assert_int_equal(state_knows(f->s, "00uB", &f->e), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* --- keys --- */

static int64_t
keys(struct fixture *f)
{
	int64_t n;

	assert_int_equal(
	    state_number(f->s, "SELECT count(*) FROM sshkey", &n, &f->e), 0);
	return n;
}

/* Of somebody who is in no list any more no key stays on the disk; of somebody
 * whom the guard holds it does, for it still opens. */
static void
test_keys_of_leavers_are_forgotten(void **state)
{
	struct fixture *f = *state;
	struct api_user u = person("00uA", "anna");

	u.has_keys = 1;
	strcpy(u.keys, "ssh-ed25519 AAAA");
	begin(f);
	stage(f, &u);
	stage_name(f, "00uB", "ben");
	apply(f);
	assert_int_equal(keys(f), 1);
	f->rules.hold_silent = 1;
	begin(f);
	stage_name(f, "00uB", "ben");
	apply(f);
	assert_int_equal(keys(f), 1);
	assert_int_equal(find(f, "00uA").found.is_entitled, 1);
	f->rules.hold_silent = 0;
	begin(f);
	stage_name(f, "00uB", "ben");
	apply(f);
	assert_int_equal(find(f, "00uA").found.is_entitled, 0);
	assert_int_equal(keys(f), 0);
	/* And they are read anew with whoever comes back. */
	begin(f);
	stage(f, &u);
	apply(f);
	assert_int_equal(keys(f), 1);
}

/* --- asked about before it counts --- */

static const char *
next_loser(struct fixture *f, uint32_t *uid)
{
	static char id[JSON_ID_MAX + 1];
	int rc = state_next_loser(f->s, 0, uid, id, &f->e);

	assert_int_not_equal(rc, -1);
	return rc == 1 ? id : "nobody";
}

static uint32_t
silent(struct fixture *f)
{
	struct state_counts c;

	assert_int_equal(state_count(f->s, &c, &f->e), 0);
	return c.silent;
}

static void
crew(struct fixture *f, const char *ids)
{
	static const char *const all[] = {"00uA", "00uB", "00uC"};
	static const char *const names[] = {"anna", "ben", "cora"};

	begin(f);
	for (size_t i = 0; i < 3; i++)
		if (strchr(ids, all[i][3]) != NULL)
			stage_name(f, all[i], names[i]);
}

/* Two lists of one pass, a change between their pages. */
static void
test_record_that_changes_within_a_pass_counts_as_it_was_last(void **state)
{
	struct fixture *f = *state;
	struct state_source src;
	int64_t after = f->source;
	struct api_user u = person("00uA", "alice");

	assert_int_equal(
	    state_configure(f->s, two_groups, none, two_groups, NULL, &f->e),
	    0);
	assert_int_equal(state_next_source(f->s, &after, &src, &f->e), 1);
	begin(f);
	stage(f, &u);
	assert_int_equal(state_stage_list(f->s, src.num, &f->e), 0);
	u.status = STATUS_SUSPENDED;
	if (state_stage_user(f->s, src.num, &u, &f->e) == -1)
		fail_msg("%s", f->e.text);
	apply(f);
	assert_int_equal(find(f, "00uA").n, 1);
	assert_int_equal(find(f, "00uA").found.status, STATUS_SUSPENDED);
}

static void
test_who_will_be_lost_is_known_before_it_counts(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = 0;
	int first;

	crew(f, "ABC");
	apply(f);
	crew(f, "B");
	assert_int_equal(state_find_losses_ahead(f->s, &f->e), 0);
	assert_int_equal(silent(f), 2);
	/* By number. */
	first = strcmp(next_loser(f, &uid), "00uA") == 0;
	assert_string_equal(next_loser(f, &uid), first ? "00uC" : "00uA");
	assert_string_equal(next_loser(f, &uid), "nobody");
	assert_int_equal(state_settle_loss(f->s, find(f, "00uA").found.uid,
			     f->source, LOSS_CONFIRMED, &f->e),
	    0);
	assert_int_equal(silent(f), 1);
	/* A poll between: the one stays, the other one has come back. */
	assert_int_equal(state_stage_keep(f->s, &f->e), 0);
	assert_int_equal(state_begin(f->s, &f->e), 0);
	assert_int_equal(state_touch_begin(f->s, &f->e), 0);
	assert_int_equal(state_join(f->s, "00uC", f->source, &f->e), 0);
	state_touch_end(f->s);
	f->rules.hold_silent = 1;
	assert_int_equal(state_apply_touched(f->s, &f->rules, &f->e), 0);
	assert_int_equal(state_commit(f->s, &f->e), 0);
	assert_int_equal(find(f, "00uA").found.is_entitled, 1);
	assert_int_equal(state_begin(f->s, &f->e), 0);
	assert_int_equal(silent(f), 0);
	apply(f);
	assert_int_equal(silent(f), 0);
	assert_int_equal(find(f, "00uA").found.is_entitled, 0);
	assert_int_equal(find(f, "00uB").found.is_entitled, 1);
	assert_int_equal(find(f, "00uC").found.is_entitled, 1);
}

/* Whom the guard holds, a pass that fails behind its questions holds on to. */
static void
test_who_is_held_stays_so_behind_a_pass_that_fails(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = 0;

	crew(f, "ABC");
	apply(f);
	f->rules.hold_silent = 1;
	crew(f, "BC");
	apply(f);
	crew(f, "BC");
	assert_int_equal(state_find_losses_ahead(f->s, &f->e), 0);
	assert_string_equal(next_loser(f, &uid), "00uA");
	assert_int_equal(
	    state_settle_loss(f->s, uid, f->source, LOSS_CONFIRMED, &f->e), 0);
	assert_int_equal(state_stage_keep(f->s, &f->e), 0);
	state_stage_drop(f->s);
	/* A poll of everybody. */
	assert_int_equal(state_begin(f->s, &f->e), 0);
	assert_int_equal(
	    state_apply(f->s, &f->rules, &(struct state_outcome){0}, &f->e), 0);
	assert_int_equal(state_commit(f->s, &f->e), 0);
	assert_int_equal(find(f, "00uA").found.is_entitled, 1);
	/* In its list again, nobody has to be asked about her; nor is what was
	 * said at that time worth anything when she is lost again. */
	crew(f, "ABC");
	uid = 0;
	assert_int_equal(state_find_losses_ahead(f->s, &f->e), 0);
	assert_string_equal(next_loser(f, &uid), "nobody");
	apply(f);
	crew(f, "BC");
	assert_int_equal(state_find_losses_ahead(f->s, &f->e), 0);
	apply(f);
	assert_int_equal(silent(f), 1);
	assert_int_equal(find(f, "00uA").found.is_entitled, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_status_decides_who_appears),
	    T(test_broken_record_keeps_the_last_good_one_but_its_status),
	    T(test_source_out_of_the_configuration_entitles_nobody_at_once),
	    T(test_losses_are_found_settled_and_held),
	    T(test_stopped_people_need_no_further_word),
	    T(test_rolled_back_pass_leaves_everything),
	    T(test_keys_of_leavers_are_forgotten),
	    T(test_record_that_changes_within_a_pass_counts_as_it_was_last),
	    T(test_who_will_be_lost_is_known_before_it_counts),
	    T(test_who_is_held_stays_so_behind_a_pass_that_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
