/* Root's word in the ledger: numbers that somebody shall have, and names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "state_fixture.h"
#include "state_ids.h"

/* One line of an import. 1 taken, 0 refused with why. */
static int
claim(struct fixture *f, int64_t import, const char *text, const char *why)
{
	char reason[API_WHY_SIZE];
	struct ids_line l;
	int rc;

	assert_null(ids_line_read(text, strlen(text), &l));
	rc = state_claim(f->s, &l, import, reason, &f->e);
	if (rc == -1)
		fail_msg("%s", f->e.text);
	if (rc == 0 && (why == NULL || strstr(reason, why) == NULL))
		fail_msg("%s: %s", text, reason);
	return rc;
}

static void
import(struct fixture *f, const char *const *lines)
{
	assert_int_equal(state_begin(f->s, &f->e), 0);
	for (; *lines != NULL; lines++)
		assert_int_equal(claim(f, 1, *lines, NULL), 1);
	assert_int_equal(state_commit(f->s, &f->e), 0);
}

static int
count_claim(void *arg, enum idmap_kind kind, const char *key, uint32_t number,
    uint32_t gid, struct error *e)
{
	(void)kind;
	(void)key;
	(void)number;
	(void)gid;
	(void)e;
	++*(int *)arg;
	return 0;
}

static int
claims(struct fixture *f)
{
	int n = 0;

	assert_int_equal(state_each_claim(f->s, count_claim, &n, &f->e), 0);
	return n;
}

#define AT(n) (MIN + (n))

static void
test_claims_by_id_and_by_name_are_met(void **state)
{
	static const char *const lines[] = {"user 00uA 1879048200 1879048200",
	    "bob:x:1879048201:1879048203:::", "crew:x:1879048203:", NULL};
	struct fixture *f = *state;
	struct group_list l;

	import(f, lines);
	assert_int_equal(claims(f), 3);
	/* Nobody came yet; a restart forgets nothing. */
	state_close(f->s);
	open_state(f);
	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	stage_name(f, "00uA", "alice");
	stage_name(f, "00uB", "bob");
	stage_name(f, "00uC", "carol");
	assert_int_equal(apply(f).added, 3);
	assert_int_equal(find(f, "00uA").found.uid, AT(8));
	assert_int_equal(find(f, "00uA").found.gid, AT(8));
	assert_int_equal(find(f, "00uB").found.uid, AT(9));
	assert_int_equal(find(f, "00uB").found.gid, AT(11));
	l = list_groups(f);
	assert_int_equal(l.gids[0], AT(11));
	assert_int_equal(claims(f), 0);
}

/* A number that is promised is nobody else's. */
static void
test_claimed_numbers_are_kept_free(void **state)
{
	static const char *const lines[] = {"user dave 1879048192 1879048192",
	    "user erin 1879048193 1879048193", "group crew 1879048194", NULL};
	struct fixture *f = *state;
	struct api_user u = person("00uZ", "zoe");
	char id[32], name[32];

	import(f, lines);
	f->rules.id_max = MIN + 7;
	begin(f);
	for (int i = 0; i < 8; i++) {
		snprintf(id, sizeof(id), "00u%d", i);
		snprintf(name, sizeof(name), "user%d", i);
		stage_name(f, id, name);
	}
	/* By attribute neither. */
	u.uid = MIN;
	stage(f, &u);
	assert_int_equal(apply(f).added, 5);
	assert_int_equal(noted(f, "00uZ", "taken is the number"), 1);
	for (int i = 0; i < 8; i++) {
		struct seek k;

		snprintf(id, sizeof(id), "00u%d", i);
		k = find(f, id);
		if (k.hit)
			assert_in_range(k.found.uid, MIN + 3, MIN + 7);
	}
	begin(f);
	stage_name(f, "00uD", "dave");
	apply(f);
	assert_int_equal(find(f, "00uD").found.uid, MIN);
}

static void
test_two_of_the_claimed_name_are_both_refused_T10_reduced(void **state)
{
	static const char *const lines[] = {
	    "user alice 1879048200 1879048200", NULL};
	struct fixture *f = *state;

	import(f, lines);
	begin(f);
	stage_name(f, "00uA", "alice");
	stage_name(f, "00uB", "alice");
	assert_int_equal(apply(f).added, 0);
	assert_int_equal(claims(f), 1);
}

static void
test_each_refusal_has_its_reason(void **state)
{
	struct fixture *f = *state;
	char text[64];
	uint32_t uid;

	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	stage_name(f, "00uA", "alice");
	apply(f);
	uid = find(f, "00uA").found.uid;
	assert_int_equal(state_begin(f->s, &f->e), 0);
	/* What is so already is fine, by id and by name. */
	snprintf(text, sizeof(text), "user 00uA %u %u", uid, uid);
	assert_int_equal(claim(f, 1, text, NULL), 1);
	snprintf(text, sizeof(text), "user alice %u %u", uid, uid);
	assert_int_equal(claim(f, 1, text, NULL), 1);
	snprintf(text, sizeof(text), "user alice %u %u", uid, uid + 1);
	assert_int_equal(claim(f, 1, text, "holds the gid"), 0);
	assert_int_equal(claim(f, 1, "user alice 1879048200 1879048200",
			     "00uA has the number"),
	    0);
	snprintf(text, sizeof(text), "user 00uB %u %u", uid, uid);
	assert_int_equal(claim(f, 1, text, "belongs to 00uA"), 0);
	snprintf(text, sizeof(text), "group other %u", uid);
	assert_int_equal(claim(f, 1, text, "belongs to 00uA"), 0);
	assert_int_equal(
	    claim(f, 1, "user crew 1879048200 1879048200", "of another kind"),
	    0);
	assert_int_equal(claim(f, 1, "name alice user 00uA", NULL), 1);
	assert_int_equal(
	    claim(f, 1, "name alice user 00uB", "belongs to 00uA"), 0);
	assert_int_equal(claim(f, 1, "name alice group 00uA", "belongs to"), 0);
	/* Twice in one file, or one number for two. */
	assert_int_equal(
	    claim(f, 1, "user dave 1879048210 1879048210", NULL), 1);
	assert_int_equal(
	    claim(f, 1, "user dave 1879048211 1879048211", "stands twice"), 0);
	assert_int_equal(
	    claim(f, 1, "user erin 1879048210 1879048210", "claimed for dave"),
	    0);
	/* A later file may think better of what nobody has yet. */
	assert_int_equal(
	    claim(f, 2, "user dave 1879048211 1879048211", NULL), 1);
	assert_int_equal(
	    claim(f, 2, "user erin 1879048210 1879048210", NULL), 1);
	state_rollback(f->s);
	assert_int_equal(claims(f), 0);
}

static void
test_primary_groups_of_claims_have_to_be_known(void **state)
{
	static const char *const lines[] = {"user dave 1879048210 1879048300",
	    "user erin 1879048211 1879048301", "group crew 1879048301",
	    "user fred 1879048212 1879048212", NULL};
	struct fixture *f = *state;
	int n = 0;

	import(f, lines);
	assert_int_equal(
	    state_each_groupless(f->s, 1, count_claim, &n, &f->e), 0);
	assert_int_equal(n, 1);
}

static int
find_home(void *arg, const struct state_person *p, struct error *e)
{
	(void)e;
	snprintf(arg, 64, "%s", p->home_name);
	return 0;
}

static void
test_renamed_person_keeps_number_and_home(void **state)
{
	struct fixture *f = *state;
	char home[64] = "";
	uint32_t uid;

	begin(f);
	stage_name(f, "00uA", "alice");
	apply(f);
	uid = find(f, "00uA").found.uid;
	for (int i = 0; i < 2; i++) {
		begin(f);
		stage_name(f, "00uA", i == 0 ? "alice.smith" : "asmith");
		apply(f);
		assert_int_equal(find(f, "00uA").found.uid, uid);
		assert_string_equal(
		    find(f, "00uA").name, i == 0 ? "alice.smith" : "asmith");
		assert_int_equal(
		    state_each_person(f->s, find_home, home, &f->e), 0);
		assert_string_equal(home, "alice");
		state_close(f->s);
		open_state(f);
	}
}

static void
test_imported_home_is_the_one(void **state)
{
	static const char *const lines[] = {
	    "user 00uA 1879048200 1879048200 ally", NULL};
	struct fixture *f = *state;
	char home[64] = "";

	import(f, lines);
	begin(f);
	stage_name(f, "00uA", "alice");
	apply(f);
	assert_int_equal(state_each_person(f->s, find_home, home, &f->e), 0);
	assert_string_equal(home, "ally");
}

static int
find_number(void *arg, const struct state_number *n, struct error *e)
{
	(void)e;
	if (strcmp(n->id, "00uA") == 0)
		snprintf(arg, 64, "%s", n->home);
	return 0;
}

/* Before a rename and after it, an import says another name than the home that
 * files are in by now. */
static void
test_imported_home_is_not_for_whoever_has_one(void **state)
{
	struct fixture *f = *state;
	char line[64], home[64] = "";
	const char *const lines[] = {line, NULL};
	uint32_t uid;

	begin(f);
	stage_name(f, "00uA", "alice");
	apply(f);
	uid = find(f, "00uA").found.uid;
	snprintf(line, sizeof(line), "user 00uA %u %u ally", uid, uid);
	for (int i = 0; i < 2; i++) {
		import(f, lines);
		assert_int_equal(
		    state_each_person(f->s, find_home, home, &f->e), 0);
		assert_string_equal(home, "alice");
		memset(home, 0, sizeof(home));
		assert_int_equal(
		    state_each_number(f->s, find_number, home, &f->e), 0);
		assert_string_equal(home, "alice");
		begin(f);
		stage_name(f, "00uA", "asmith");
		apply(f);
	}
}

/* Earlier versions wrote down everybody's. */
static void
test_homes_of_an_earlier_version_are_kept(void **state)
{
	struct fixture *f = *state;
	char home[64] = "";
	sqlite3 *db;

	begin(f);
	stage_name(f, "00uA", "alice");
	apply(f);
	state_close(f->s);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db,
		"CREATE TRIGGER person_comes AFTER INSERT ON person BEGIN"
		" INSERT OR IGNORE INTO home VALUES (new.id, new.name);"
		" DELETE FROM claim WHERE number = new.uid; END;"
		"INSERT INTO home SELECT id, name FROM person",
		NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_changes(db), 1);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	open_state(f);
	begin(f);
	stage_name(f, "00uA", "asmith");
	apply(f);
	assert_int_equal(state_each_person(f->s, find_home, home, &f->e), 0);
	assert_string_equal(home, "alice");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_claims_by_id_and_by_name_are_met),
	    T(test_claimed_numbers_are_kept_free),
	    T(test_two_of_the_claimed_name_are_both_refused_T10_reduced),
	    T(test_each_refusal_has_its_reason),
	    T(test_primary_groups_of_claims_have_to_be_known),
	    T(test_renamed_person_keeps_number_and_home),
	    T(test_imported_home_is_the_one),
	    T(test_imported_home_is_not_for_whoever_has_one),
	    T(test_homes_of_an_earlier_version_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
