/* The ledger: numbers and names, given once and for good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "state_fixture.h"
#include "state_forget.h"

/* --- numbers --- */

static void
test_range_of_16_takes_16_and_names_the_17th_T1(void **state)
{
	struct fixture *f = *state;
	char id[32], name[32];
	int placed = 0, refused = 0;

	f->rules.id_max = MIN + 15;
	begin(f);
	for (int i = 0; i < 17; i++) {
		snprintf(id, sizeof(id), "00u%017d", i);
		snprintf(name, sizeof(name), "user%d", i);
		stage_name(f, id, name);
	}
	assert_int_equal(apply(f).added, 16);
	for (int i = 0; i < 17; i++) {
		struct seek k;

		snprintf(id, sizeof(id), "00u%017d", i);
		k = find(f, id);
		if (k.hit) {
			assert_in_range(k.found.uid, MIN, MIN + 15);
			placed++;
		} else
			refused += noted(f, id, "no free number") == 1;
	}
	assert_int_equal(placed, 16);
	assert_int_equal(refused, 1);
}

static void
test_changed_profiles_and_restarts_move_no_number_T5(void **state)
{
	struct fixture *f = *state;
	struct api_user u = person("00uA", "alice");
	uint32_t uid, gid;

	u.uid = MIN + 5;
	begin(f);
	stage(f, &u);
	apply(f);
	uid = find(f, "00uA").found.uid;
	gid = find(f, "00uA").found.gid;
	assert_int_equal(uid, MIN + 5);
	assert_int_equal(gid, MIN + 5);
	for (int i = 0; i < 5; i++) {
		u.uid = i == 2 ? 0 : MIN + 100 + (uint32_t)i;
		u.gid = i == 3 ? MIN + 200 : 0;
		snprintf(u.gecos, sizeof(u.gecos), "Name %d", i);
		begin(f);
		stage(f, &u);
		apply(f);
		assert_int_equal(find(f, "00uA").found.uid, uid);
		assert_int_equal(find(f, "00uA").found.gid, gid);
		assert_int_equal(
		    noted(f, "00uA", "the uid attribute says"), i == 2 ? 0 : 1);
		state_close(f->s);
		open_state(f);
	}
}

static void
test_leavers_number_and_name_stay_theirs_T9_reduced(void **state)
{
	struct fixture *f = *state;
	uint8_t seen[1024] = {0};
	char id[32], name[32];
	int seen_once = 0;

	/* Reduced: 300 joiners and leavers in a range of 1,024 numbers, with
	 * the database closed between. */
	f->rules.id_max = MIN + 1023;
	for (int i = 0; i < 300; i++) {
		struct seek k;

		begin(f);
		snprintf(id, sizeof(id), "00u%017d", i);
		snprintf(name, sizeof(name), "user%d", i);
		stage_name(f, id, name);
		apply(f);
		k = find(f, id);
		assert_int_equal(k.hit, 1);
		assert_int_equal(seen[k.found.uid - MIN], 0);
		seen[k.found.uid - MIN] = 1;
		seen_once++;
		if (i % 50 == 0) {
			state_close(f->s);
			open_state(f);
		}
	}
	assert_int_equal(seen_once, 300);
	/* All are still there; only the last one may enter. */
	assert_int_equal(find(f, id).n, 300);
	assert_int_equal(find(f, id).found.is_entitled, 1);
	assert_int_equal(find(f, "00u00000000000000000").found.is_entitled, 0);
}

static void
test_ledger_can_not_be_edited(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db = NULL;
	static const char *const attempts[] = {"DELETE FROM number",
	    "DELETE FROM name", "UPDATE number SET id = 'x'",
	    "UPDATE name SET id = 'x'"};

	begin(f);
	stage_name(f, "00uA", "alice");
	apply(f);
	state_close(f->s);
	f->s = NULL;
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	for (size_t i = 0; i < 4; i++)
		assert_int_not_equal(
		    sqlite3_exec(db, attempts[i], NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* --- names --- */

static void
test_name_of_renamed_person_is_not_handed_on_T10_reduced(void **state)
{
	struct fixture *f = *state;

	begin(f);
	stage_name(f, "00uA", "alice");
	apply(f);
	begin(f);
	stage_name(f, "00uA", "bob");
	apply(f);
	assert_string_equal(find(f, "00uA").name, "bob");
	begin(f);
	stage_name(f, "00uA", "bob");
	stage_name(f, "00uB", "alice");
	apply(f);
	assert_int_equal(find(f, "00uB").hit, 0);
	assert_int_equal(noted(f, "00uB", "the name belongs to 00uA"), 1);
	/* And A may have it back. */
	begin(f);
	stage_name(f, "00uA", "alice");
	stage_name(f, "00uB", "alice");
	apply(f);
	assert_string_equal(find(f, "00uA").name, "alice");
	assert_int_equal(find(f, "00uB").hit, 0);
}

static void
test_name_of_leaver_is_not_handed_on_T10_reduced(void **state)
{
	struct fixture *f = *state;

	begin(f);
	stage_name(f, "00uA", "alice");
	apply(f);
	begin(f);
	stage_name(f, "00uB", "alice");
	apply(f);
	assert_int_equal(find(f, "00uB").hit, 0);
	assert_int_equal(find(f, "00uA").hit, 1);
	assert_int_equal(find(f, "00uA").found.is_entitled, 0);
}

static void
test_only_an_admins_word_hands_a_name_or_number_on(void **state)
{
	struct fixture *f = *state;
	uint32_t gone, number;

	begin(f);
	stage_name(f, "00uA", "alice");
	apply(f);
	begin(f);
	stage_name(f, "00uB", "alice");
	apply(f);
	number = find(f, "00uA").found.uid;
	assert_int_equal(find(f, "00uB").hit, 0);
	assert_int_equal(state_forget(f->s, "nobody", 0, &gone, &f->e), 0);
	assert_int_equal(gone, 0);
	assert_int_equal(state_forget(f->s, "alice", 0, &gone, &f->e), 0);
	assert_int_equal(gone, number);
	assert_int_equal(find(f, "00uA").hit, 0);
	begin(f);
	stage_name(f, "00uB", "alice");
	apply(f);
	assert_string_equal(find(f, "00uB").name, "alice");
	/* The number is still A's, whatever the name. */
	begin(f);
	stage_name(f, "00uA", "anne");
	stage_name(f, "00uB", "alice");
	apply(f);
	assert_int_equal(find(f, "00uA").found.uid, number);
	assert_int_equal(state_forget(f->s, NULL, number, &gone, &f->e), 0);
	assert_int_equal(gone, number);
	assert_int_equal(find(f, "00uA").hit, 0);
	state_close(f->s);
	open_state(f);
	test_ledger_can_not_be_edited(state);
}

/* A group that is published no more: whoever gets what was its, the image can
 * be made when it comes back. */
static void
test_a_forgotten_group_stands_in_nobodys_way(void **state)
{
	struct fixture *f = *state;
	struct api_user u = person("00uA", "crew");
	struct group_list l;
	uint32_t gone;

	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	apply(f);
	u.uid = list_groups(f).gids[0];
	assert_int_equal(state_forget(f->s, "crew", 0, &gone, &f->e), 0);
	assert_int_equal(state_forget(f->s, NULL, u.uid, &gone, &f->e), 0);
	assert_int_equal(gone, 0);
	begin(f);
	stage(f, &u);
	apply(f);
	assert_int_equal(find(f, "00uA").found.uid, u.uid);
	begin(f);
	stage(f, &u);
	stage_group(f, f->source, group_id, "crew2", 0);
	apply(f);
	l = list_groups(f);
	assert_int_equal(l.n, 1);
	assert_string_equal(l.names[0], "crew2");
	assert_int_not_equal(l.gids[0], u.uid);
}

static void
test_two_newcomers_of_one_name_are_both_refused(void **state)
{
	struct fixture *f = *state;

	begin(f);
	stage_name(f, "00uA", "alice");
	stage_name(f, "00uB", "alice");
	stage_name(f, "00uC", "carol");
	assert_int_equal(apply(f).added, 1);
	assert_int_equal(find(f, "00uC").hit, 1);
	assert_int_equal(noted(f, "00uA", "wanted by 2"), 1);
	assert_int_equal(noted(f, "00uB", "wanted by 2"), 1);
	/* Once Okta says otherwise, both get theirs. */
	begin(f);
	stage_name(f, "00uA", "alice");
	stage_name(f, "00uB", "alice2");
	assert_int_equal(apply(f).added, 2);
}

static void
test_refused_rename_keeps_the_old_name(void **state)
{
	struct fixture *f = *state;

	begin(f);
	stage_name(f, "00uA", "alice");
	stage_name(f, "00uB", "bob");
	apply(f);
	begin(f);
	stage_name(f, "00uA", "bob");
	stage_name(f, "00uB", "bob");
	apply(f);
	assert_string_equal(find(f, "00uA").name, "alice");
	assert_string_equal(find(f, "00uB").name, "bob");
	assert_int_equal(noted(f, "00uA", "belongs to 00uB"), 1);
}

static void
test_groups_of_one_name_are_two_groups_one_visible_T2(void **state)
{
	struct fixture *f = *state;
	struct group_list l;
	uint32_t gid;

	assert_int_equal(
	    state_configure(f->s, groups, none, two_groups, NULL, &f->e), 0);
	begin(f);
	stage_group(f, f->source, group_id, "admins", 0);
	stage_name(f, "00uA", "alice");
	apply(f);
	l = list_groups(f);
	assert_int_equal(l.n, 1);
	gid = l.gids[0];
	begin(f);
	stage_group(f, f->source, group_id, "admins", 0);
	stage_group(f, f->source + 1, other_id, "admins", 0);
	stage_name(f, "00uA", "alice");
	assert_int_equal(state_stage_list(f->s, f->source + 1, &f->e), 0);
	assert_int_not_equal(state_stage_user(f->s, f->source + 1,
				 &(struct api_user){.id = "00uM",
				     .name = "mallory",
				     .login = "mallory@x",
				     .has_status = 1,
				     .status = STATUS_ACTIVE},
				 &f->e),
	    -1);
	apply(f);
	l = list_groups(f);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.gids[0], gid);
	assert_int_equal(l.members, 1);
	assert_int_equal(noted(f, other_id, "belongs to"), 1);
	/* Membership of the other group entitles to nothing. */
	assert_int_equal(find(f, "00uM").hit, 0);
	/* Under another name it is a group with a gid of its own. */
	begin(f);
	stage_group(f, f->source, group_id, "admins", 0);
	stage_group(f, f->source + 1, other_id, "admins2", 0);
	stage_name(f, "00uA", "alice");
	apply(f);
	l = list_groups(f);
	assert_int_equal(l.n, 2);
	assert_int_not_equal(l.gids[0], l.gids[1]);
}

static void
test_person_and_group_of_one_name_are_refused(void **state)
{
	struct fixture *f = *state;

	begin(f);
	stage_group(f, f->source, group_id, "alice", 0);
	stage_name(f, "00uA", "alice");
	assert_int_equal(apply(f).added, 0);
	assert_int_equal(noted(f, "00uA", "wanted by 2"), 1);
	assert_int_equal(noted(f, group_id, "wanted by 2"), 1);
	assert_int_equal(list_groups(f).n, 0);
}

/* --- attributes --- */

static void
test_numbers_by_attribute_are_never_shared_T1(void **state)
{
	struct fixture *f = *state;
	struct api_user a = person("00uA", "alice"), b = person("00uB", "bob"),
			c = person("00uC", "carol");

	a.uid = b.uid = MIN + 7;
	begin(f);
	stage(f, &a);
	stage(f, &b);
	stage(f, &c);
	assert_int_equal(apply(f).added, 1);
	assert_int_equal(noted(f, "00uA", "more than one"), 1);
	assert_int_equal(noted(f, "00uB", "more than one"), 1);
	b.uid = find(f, "00uC").found.uid;
	begin(f);
	stage(f, &a);
	stage(f, &b);
	stage(f, &c);
	assert_int_equal(apply(f).added, 1);
	assert_int_equal(find(f, "00uA").found.uid, MIN + 7);
	assert_int_equal(noted(f, "00uB", "taken is the number"), 1);
}

static void
test_primary_gid_needs_its_group(void **state)
{
	struct fixture *f = *state;
	struct api_user a = person("00uA", "alice");
	struct group_list l;

	a.gid = MIN + 50;
	begin(f);
	stage(f, &a);
	assert_int_equal(apply(f).added, 0);
	assert_int_equal(noted(f, "00uA", "no published group"), 1);
	begin(f);
	stage_group(f, f->source, group_id, "crew", MIN + 50);
	stage(f, &a);
	apply(f);
	/* A newcomer without uid attribute comes after all groups. */
	assert_int_equal(find(f, "00uA").found.gid, MIN + 50);
	/* The group stays for as long as it is somebody's primary one. */
	assert_int_equal(
	    state_configure(f->s, groups, none, none, NULL, &f->e), 0);
	l = list_groups(f);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.gids[0], MIN + 50);
	assert_int_equal(l.members, 0);
}

static void
test_primary_group_is_everybodys_who_comes(void **state)
{
	struct fixture *f = *state;
	struct api_user a = person("00uA", "alice"), b = person("00uB", "bob");
	struct group_list l;
	uint32_t uid;

	/* Before it was configured, alice got a group of her own. */
	begin(f);
	stage(f, &a);
	apply(f);
	uid = find(f, "00uA").found.uid;
	f->rules.primary_group = group_id;
	begin(f);
	stage(f, &a);
	stage(f, &b);
	assert_int_equal(apply(f).added, 0);
	assert_int_equal(noted(f, "00uB", "primary_group"), 1);
	/* With a uid by attribute, too, and in the group's own first pass. */
	b.uid = MIN + 9;
	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	stage(f, &a);
	stage(f, &b);
	stage_name(f, "00uC", "carol");
	assert_int_equal(apply(f).added, 2);
	l = list_groups(f);
	assert_int_equal(l.n, 1);
	assert_int_equal(find(f, "00uA").found.gid, uid);
	assert_int_equal(find(f, "00uB").found.uid, MIN + 9);
	assert_int_equal(find(f, "00uB").found.gid, l.gids[0]);
	assert_int_equal(find(f, "00uC").found.gid, l.gids[0]);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void
test_words_are_kept_whole_or_not_read(void **state)
{
	struct fixture *f = *state;
	char text[8];

	assert_int_equal(
	    state_get_word(f->s, "x", text, sizeof(text), &f->e), 0);
	assert_string_equal(text, "");
	assert_int_equal(state_set_word(f->s, "x", "1234567", &f->e), 0);
	assert_int_equal(
	    state_get_word(f->s, "x", text, sizeof(text), &f->e), 0);
	assert_string_equal(text, "1234567");
	assert_int_equal(state_set_word(f->s, "x", "12345678", &f->e), 0);
	assert_int_equal(
	    state_get_word(f->s, "x", text, sizeof(text), &f->e), -1);
	assert_string_equal(text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_range_of_16_takes_16_and_names_the_17th_T1),
	    T(test_changed_profiles_and_restarts_move_no_number_T5),
	    T(test_leavers_number_and_name_stay_theirs_T9_reduced),
	    T(test_ledger_can_not_be_edited),
	    T(test_name_of_renamed_person_is_not_handed_on_T10_reduced),
	    T(test_name_of_leaver_is_not_handed_on_T10_reduced),
	    T(test_only_an_admins_word_hands_a_name_or_number_on),
	    T(test_a_forgotten_group_stands_in_nobodys_way),
	    T(test_two_newcomers_of_one_name_are_both_refused),
	    T(test_refused_rename_keeps_the_old_name),
	    T(test_groups_of_one_name_are_two_groups_one_visible_T2),
	    T(test_person_and_group_of_one_name_are_refused),
	    T(test_numbers_by_attribute_are_never_shared_T1),
	    T(test_primary_gid_needs_its_group),
	    T(test_primary_group_is_everybodys_who_comes),
	    T(test_words_are_kept_whole_or_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
