/* A pass compared with the last one in memory: what comes out is what Okta
 * said, whether a text was known or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "state_fixture.h"

enum { PEOPLE = 60, PASSES = 200 };

/* Okta as the test plays it. */
struct okta {
	int version[PEOPLE]; /* of the record */
	int in[2][PEOPLE]; /* group */
};

static struct api_user
record(int n, int version)
{
	char id[32], name[32];
	struct api_user u;

	snprintf(id, sizeof(id), "00u%017d", n);
	snprintf(name, sizeof(name), "user%d", n);
	u = person(id, name);
	snprintf(u.gecos, sizeof(u.gecos), "Version %d", version);
	return u;
}

static void
check(int rc, struct fixture *f)
{
	if (rc == -1)
		fail_msg("%s", f->e.text);
}

/* One list as a pass reads it: the number that need not be parsed. */
static int
stage_list(struct fixture *f, int64_t source, const struct okta *o, int group)
{
	int known = 0;

	check(state_stage_list(f->s, source, &f->e), f);
	for (int i = 0; i < PEOPLE; i++) {
		struct api_user u = record(i, o->version[i]);
		char text[64];
		int n, rc;

		if (!o->in[group][i])
			continue;
		n = snprintf(text, sizeof(text), "%d.%d", i, o->version[i]);
		rc = state_stage_text(f->s, source, text, (size_t)n, &f->e);
		check(rc, f);
		if (rc == 2)
			rc = state_stage_user(f->s, source, &u, &f->e);
		else
			known++;
		assert_int_equal(rc, 1);
		/* Twice in a list is once. */
		if (i % 7 == 0)
			assert_int_equal(state_stage_text(f->s, source, text,
					     (size_t)n, &f->e),
			    0);
	}
	return known;
}

static int
pass(struct fixture *f, const int64_t sources[2], const struct okta *o)
{
	int known;

	check(state_begin(f->s, &f->e), f);
	check(state_stage_begin(f->s, &f->e), f);
	stage_group(f, sources[0], group_id, "crew", 0);
	stage_group(f, sources[1], other_id, "night", 0);
	known = stage_list(f, sources[0], o, 0);
	return known + stage_list(f, sources[1], o, 1);
}

struct seen {
	const struct okta *o;
	uint32_t uid[PEOPLE];
	int people, entitled, members;
};

static int
on_person(void *arg, const struct state_person *p, struct error *e)
{
	struct seen *s = arg;
	int n = atoi(p->id + 3), is_in = s->o->in[0][n] || s->o->in[1][n];
	char gecos[32];

	(void)e;
	snprintf(gecos, sizeof(gecos), "Version %d", s->o->version[n]);
	if (is_in)
		assert_string_equal(p->gecos, gecos);
	assert_int_equal(p->is_entitled, is_in);
	s->people++;
	s->entitled += is_in;
	return 0;
}

static int
on_member(void *arg, uint32_t gid, uint32_t uid, struct error *e)
{
	struct seen *s = arg;

	(void)gid;
	(void)uid;
	(void)e;
	s->members++;
	return 0;
}

static void
look(struct fixture *f, const struct okta *o)
{
	struct seen s = {.o = o};
	int entitled = 0, members = 0;

	for (int i = 0; i < PEOPLE; i++) {
		entitled += o->in[0][i] || o->in[1][i];
		members += o->in[0][i] + o->in[1][i];
	}
	check(state_each_person(f->s, on_person, &s, &f->e), f);
	check(state_each_member(f->s, on_member, &s, &f->e), f);
	assert_int_equal(s.entitled, entitled);
	assert_int_equal(s.members, members);
}

static void
sources_of(struct fixture *f, int64_t sources[2])
{
	struct state_source src;
	int64_t after = 0;

	check(state_configure(f->s, two_groups, none, two_groups, none, &f->e),
	    f);
	for (int i = 0; i < 2; i++) {
		check(state_next_source(f->s, &after, &src, &f->e), f);
		sources[i] = src.num;
	}
}

/* The other half of a change is made in another way than by a pass. */
static void
change(struct okta *o)
{
	for (int k = rand() % 6; k > 0; k--) {
		int n = rand() % PEOPLE, group = rand() % 2;

		if (rand() % 2)
			o->version[n] = rand() % 4;
		else
			o->in[group][n] = !o->in[group][n];
	}
}

static void
test_each_pass_leaves_what_okta_said(void **state)
{
	struct fixture *f = *state;
	static struct okta o;
	uint8_t rules[STATE_DIGEST] = {1};
	int64_t sources[2];
	int known = 0;

	srand(11);
	sources_of(f, sources);
	for (int i = 0; i < PEOPLE; i++)
		o.in[i % 2][i] = 1;
	for (int n = 0; n < PASSES; n++) {
		int fails = n % 9 == 4, i = rand() % PEOPLE;

		change(&o);
		state_stage_rules(f->s, rules);
		known += pass(f, sources, &o);
		if (fails) {
			/* Half a pass is none, and leaves no text behind. */
			state_rollback(f->s);
			continue;
		}
		apply(f);
		look(f, &o);
		if (n % 5 != 0)
			continue;
		/* A poll hears of somebody: the text of the last pass is not
		 * what is known of them any more. */
		check(state_begin(f->s, &f->e), f);
		check(state_touch_begin(f->s, &f->e), f);
		if (o.in[0][i]) {
			struct api_user u = record(i, 9);

			check(state_stage_user(f->s, 0, &u, &f->e), f);
			o.version[i] = 9;
		}
		state_touch_end(f->s);
		check(state_apply_touched(f->s, &f->rules, &f->e), f);
		check(state_commit(f->s, &f->e), f);
		look(f, &o);
		if (rand() % 2)
			o.version[i] = 1;
	}
	/* Most of it went without a look at a record. */
	assert_true(known > PASSES * PEOPLE / 2);
}

static void
test_other_rules_know_no_text(void **state)
{
	struct fixture *f = *state;
	static struct okta o;
	uint8_t rules[STATE_DIGEST] = {1};
	int64_t sources[2];

	sources_of(f, sources);
	for (int i = 0; i < PEOPLE; i++)
		o.in[0][i] = 1;
	state_stage_rules(f->s, rules);
	assert_int_equal(pass(f, sources, &o), 0);
	apply(f);
	assert_int_equal(pass(f, sources, &o), PEOPLE);
	apply(f);
	rules[0] = 2;
	state_stage_rules(f->s, rules);
	assert_int_equal(pass(f, sources, &o), 0);
	apply(f);
	look(f, &o);
	/* What a failed pass has learned, is not known. */
	o.version[3] = 5;
	assert_int_equal(pass(f, sources, &o), PEOPLE - 1);
	state_rollback(f->s);
	assert_int_equal(pass(f, sources, &o), 0);
	apply(f);
	look(f, &o);
}

/* Keys are not in the record: a text from before a poll that brought others
 * would keep what Okta has taken away. */
static void
test_other_keys_make_a_text_unknown(void **state)
{
	struct fixture *f = *state;
	struct api_user u = record(1, 0);
	int64_t sources[2];

	sources_of(f, sources);
	for (int n = 0; n < 2; n++) {
		begin(f);
		stage_group(f, f->source, group_id, "crew", 0);
		assert_int_equal(
		    state_stage_text(f->s, f->source, "text", 4, &f->e),
		    n == 0 ? 2 : 1);
		if (n == 0)
			stage(f, &u);
		apply(f);
	}
	check(state_begin(f->s, &f->e), f);
	u.has_keys = 1;
	strcpy(u.keys, "ssh-ed25519 AAAA");
	check(state_stage_user(f->s, 0, &u, &f->e), f);
	check(state_commit(f->s, &f->e), f);
	begin(f);
	assert_int_equal(
	    state_stage_text(f->s, f->source, "text", 4, &f->e), 2);
	stage(f, &u);
	apply(f);
}

/* A text that nobody was staged for, is nobody's. */
static void
test_a_text_is_only_of_the_one_that_follows(void **state)
{
	struct fixture *f = *state;
	struct api_user u = record(1, 0);
	int64_t sources[2];

	sources_of(f, sources);
	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	assert_int_equal(
	    state_stage_text(f->s, f->source, "unassigned", 10, &f->e), 2);
	assert_int_equal(state_stage_text(f->s, f->source, NULL, 0, &f->e), 2);
	stage(f, &u);
	assert_int_equal(
	    state_stage_text(f->s, f->source, "unassigned", 10, &f->e), 2);
	apply(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define STATE_TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	    STATE_TEST(test_each_pass_leaves_what_okta_said),
	    STATE_TEST(test_other_rules_know_no_text),
	    STATE_TEST(test_other_keys_make_a_text_unknown),
	    STATE_TEST(test_a_text_is_only_of_the_one_that_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
