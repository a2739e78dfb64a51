/* Between two passes: what is made of the people who were touched is what a
 * walk over everybody would have made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "state_fixture.h"

enum {
	PEOPLE = 24,
	NAMES = 12, /* so that half of them are in each other's way */
	STEPS = 1500
};

/* Everything a reader sees, one line a row, sorted. */
struct view {
	char lines[512][160];
	size_t n;
};

static int
put(struct view *v, const char *line)
{
	assert_true(v->n < 512);
	snprintf(v->lines[v->n++], sizeof(v->lines[0]), "%s", line);
	return 0;
}

static int
on_person(void *arg, const struct state_person *p, struct error *e)
{
	char line[160];

	(void)e;
	snprintf(line, sizeof(line), "%u %u %s %s %s %d%d%d%d", p->uid, p->gid,
	    p->id, p->name, p->gecos, (int)p->status, p->is_entitled,
	    p->is_gone, p->is_blocked);
	return put(arg, line);
}

static int
on_member(void *arg, uint32_t gid, uint32_t uid, struct error *e)
{
	char line[160];

	(void)e;
	snprintf(line, sizeof(line), "member %u %u", gid, uid);
	return put(arg, line);
}

static int
on_note(void *arg, const char *id, const char *name, const char *why,
    struct error *e)
{
	char line[160];

	(void)e;
	snprintf(line, sizeof(line), "note %s %s %s", id, name, why);
	return put(arg, line);
}

static int
order(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
look(struct fixture *f, struct view *v)
{
	v->n = 0;
	assert_int_equal(state_each_person(f->s, on_person, v, &f->e), 0);
	assert_int_equal(state_each_member(f->s, on_member, v, &f->e), 0);
	assert_int_equal(state_each_note(f->s, on_note, v, &f->e), 0);
	qsort(v->lines, v->n, sizeof(v->lines[0]), order);
}

static void
check(int rc, struct fixture *f)
{
	if (rc == -1)
		fail_msg("%s", f->e.text);
}

/* One of Okta's answers about one person. */
static void
act(struct fixture *f, int64_t source, int what, int who, int name, int more)
{
	static const enum person_status status[] = {STATUS_ACTIVE,
	    STATUS_ACTIVE, STATUS_SUSPENDED, STATUS_STAGED,
	    STATUS_DEPROVISIONED};
	struct api_user u;
	char id[32], text[32];

	snprintf(id, sizeof(id), "00u%017d", who);
	snprintf(text, sizeof(text), "name%d", name);
	u = person(id, text);
	u.status = status[more % 5];
	u.uid = more % 7 == 0 ? MIN + (uint32_t)name : 0;
	if (more % 11 == 0)
		strcpy(u.problem, "a fault");
	if (more % 13 == 0)
		strcpy(u.note, "a remark");
	snprintf(u.gecos, sizeof(u.gecos), "Number %d", more);
	if (what == 0)
		check(state_leave(f->s, id, source, &f->e), f);
	else if (what == 1)
		check(state_end(f->s, id, &f->e), f);
	else {
		check(state_stage_user(f->s, 0, &u, &f->e), f);
		if (what > 3)
			check(state_join(f->s, id, source, &f->e), f);
	}
}

static void
test_touched_people_come_out_as_everybody_would(void **state)
{
	struct fixture *f = *state, *g = NULL;
	static struct view a, b;
	struct state_outcome o;
	struct state_source src;
	int64_t after = 0, sources[2];

	assert_int_equal(setup((void **)&g), 0);
	srand(7);
	f->rules.hold_silent = g->rules.hold_silent = 1;
	for (int i = 0; i < 2; i++) {
		struct fixture *one = i == 0 ? f : g;

		check(state_configure(
			  one->s, two_groups, none, two_groups, none, &one->e),
		    one);
		begin(one);
		stage_group(one, one->source, group_id, "crew", 0);
		stage_name(one, "00u00000000000000000", "name0");
		apply(one);
	}
	for (int i = 0; i < 2; i++) {
		check(state_next_source(f->s, &after, &src, &f->e), f);
		sources[i] = src.num;
	}
	for (int n = 0; n < STEPS; n++) {
		check(state_begin(f->s, &f->e), f);
		check(state_touch_begin(f->s, &f->e), f);
		check(state_begin(g->s, &g->e), g);
		for (int k = rand() % 3; k >= 0; k--) {
			int what = rand() % 8, who = rand() % PEOPLE;
			int name = rand() % NAMES, more = rand() % 1000;
			int64_t source = sources[rand() % 2];

			act(f, source, what, who, name, more);
			act(g, source, what, who, name, more);
		}
		state_touch_end(f->s);
		check(state_apply_touched(f->s, &f->rules, &f->e), f);
		check(state_delta_begin(g->s, &g->e), g);
		check(state_apply(g->s, &g->rules, &o, &g->e), g);
		check(state_commit(f->s, &f->e), f);
		check(state_commit(g->s, &g->e), g);
		look(f, &a);
		look(g, &b);
		for (size_t i = 0; i < a.n || i < b.n; i++)
			if (i == a.n || i == b.n ||
			    strcmp(a.lines[i], b.lines[i]) != 0)
				fail_msg("step %d: \"%s\" and \"%s\"", n,
				    i < a.n ? a.lines[i] : "",
				    i < b.n ? b.lines[i] : "");
	}
	assert_true(a.n > PEOPLE);
	(void)teardown((void **)&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_touched_people_come_out_as_everybody_would, setup,
		teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
