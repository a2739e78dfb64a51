/*
 * The ledger and all that stands beside it, when oktad-sync is killed at any
 * system call of a pass, or any of them fails: as it was or as it is to be,
 * with the same numbers for everybody.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "state_fixture.h"
#include "tracer.h"

enum { OLD = 30, NEW = 45, LEFT = 3, CALLS_MAX = 5000 };

static uint32_t number_of[NEW]; /* by the pass that nothing has hit */

static void
stage_one(struct fixture *f, int n)
{
	char id[32], name[32];

	snprintf(id, sizeof(id), "00u%017d", n);
	snprintf(name, sizeof(name), "user%d", n);
	stage_name(f, id, name);
}

/* A pass: newcomers, and the first of the old ones have left. */
static int
pass(struct fixture *f)
{
	struct state_outcome o;

	if (state_begin(f->s, &f->e) == -1)
		return -1;
	if (state_stage_begin(f->s, &f->e) == -1 ||
	    state_stage_list(f->s, f->source, &f->e) == -1)
		goto fail;
	for (int n = LEFT; n < NEW; n++) {
		struct api_user u;
		char id[32], name[32];

		snprintf(id, sizeof(id), "00u%017d", n);
		snprintf(name, sizeof(name), "user%d", n);
		u = person(id, name);
		if (state_stage_user(f->s, f->source, &u, &f->e) == -1)
			goto fail;
		/* Kept now and then, as by polls. */
		if (n % 20 == 0 &&
		    (state_stage_keep(f->s, &f->e) == -1 ||
			state_begin(f->s, &f->e) == -1))
			goto fail;
	}
	if (state_find_losses(f->s, &f->e) == 0 &&
	    state_apply(f->s, &f->rules, &o, &f->e) == 0 &&
	    state_commit(f->s, &f->e) == 0)
		return 0;
fail:
	state_rollback(f->s);
	return -1;
}

/* As oktad-sync does it, from its start on. */
static int
act(void *arg)
{
	struct fixture f = *(struct fixture *)arg;
	struct state_source src;
	int is_new, aside, rc;
	int64_t after = 0;

	rc = state_open(f.path, &f.s, &is_new, &aside, &f.e);
	if (rc == 0)
		rc = state_configure(f.s, groups, none, groups, NULL, &f.e);
	if (rc == 0)
		rc = state_next_source(f.s, &after, &src, &f.e) == 1 ? 0 : -1;
	if (rc == 0) {
		f.source = src.num;
		rc = pass(&f);
	}
	state_close(f.s);
	return rc;
}

static void
copy(const char *from, const char *to)
{
	static char bytes[1 << 20];
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	size_t n;

	assert_non_null(in);
	assert_non_null(out);
	n = fread(bytes, 1, sizeof(bytes), in);
	assert_in_range(n, 4096, sizeof(bytes) - 1);
	assert_int_equal(fwrite(bytes, 1, n, out), n);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

static void
put_back(struct fixture *f)
{
	char path[128];

	snprintf(path, sizeof(path), "%s-journal", f->path);
	(void)unlink(path);
	snprintf(path, sizeof(path), "%s.old", f->path);
	copy(path, f->path);
}

struct counted {
	int people, entitled;
};

static int
look(void *arg, const struct state_person *p, struct error *e)
{
	struct counted *c = arg;
	int n;

	(void)e;
	assert_int_equal(sscanf(p->name, "user%d", &n), 1);
	assert_in_range(n, 0, NEW - 1);
	assert_int_equal(p->uid, number_of[n]);
	c->people++;
	c->entitled += p->is_entitled;
	return 0;
}

/* The next start. 1 where it finds the pass done, 0 nothing of it. */
static int
what_is_there(struct fixture *f)
{
	struct counted c = {0};
	int is_new, aside;

	if (state_open(f->path, &f->s, &is_new, &aside, &f->e) == -1)
		fail_msg("%s", f->e.text);
	assert_int_equal(is_new, 0);
	assert_int_equal(aside, 0);
	assert_int_equal(state_each_person(f->s, look, &c, &f->e), 0);
	state_close(f->s);
	f->s = NULL;
	if (c.people == OLD) {
		assert_int_equal(c.entitled, OLD);
		return 0;
	}
	assert_int_equal(c.people, NEW);
	assert_int_equal(c.entitled, NEW - LEFT);
	return 1;
}

static int
take_number(void *arg, const struct state_person *p, struct error *e)
{
	int n;

	(void)arg;
	(void)e;
	assert_int_equal(sscanf(p->name, "user%d", &n), 1);
	number_of[n] = p->uid;
	return 0;
}

static int
begin_all(void **state)
{
	struct fixture *f;
	char old[128];

	if (setup(state) != 0)
		return -1;
	f = *state;
	/* Clashes of numbers are certain. */
	f->rules.id_max = f->rules.id_min + 2 * NEW - 1;
	begin(f);
	for (int n = 0; n < OLD; n++)
		stage_one(f, n);
	apply(f);
	state_close(f->s);
	f->s = NULL;
	snprintf(old, sizeof(old), "%s.old", f->path);
	copy(f->path, old);
	open_state(f);
	assert_int_equal(pass(f), 0);
	assert_int_equal(state_each_person(f->s, take_number, NULL, &f->e), 0);
	state_close(f->s);
	f->s = NULL;
	return 0;
}

static unsigned int
hit_all(struct fixture *f, enum tracer_hit hit, int error_number)
{
	struct tracer t = {.hit = hit, .error = error_number, .nth = 1};
	unsigned int hits = 0;
	int done;

	for (;; t.nth++) {
		put_back(f);
		assert_true(t.nth < CALLS_MAX);
		if (tracer_run(&t, act, f) != 0)
			skip();
		if (!t.was_hit)
			break;
		hits++;
		done = what_is_there(f);
		/* What was said to be written, is. */
		if (WIFEXITED(t.status) && WEXITSTATUS(t.status) == 0)
			assert_int_equal(done, 1);
		/* And the next pass ends as it would have. */
		assert_int_equal(act(f), 0);
		assert_int_equal(what_is_there(f), 1);
	}
	assert_int_equal(t.status, 0);
	return hits;
}

static void
test_killed_at_each_call_of_a_pass_T112(void **state)
{
	unsigned int n = hit_all(*state, TRACER_KILL_ALL, 0);

	print_message("killed at %u system calls\n", n);
	assert_true(n > 60);
}

static void
test_each_call_of_a_pass_fails_T113(void **state)
{
	static const int errors[] = {EIO, ENOSPC};

#ifndef __x86_64__
	skip();
#endif
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		assert_true(hit_all(*state, TRACER_FAIL, errors[i]) > 60);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, begin_all, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_killed_at_each_call_of_a_pass_T112),
	    TEST(test_each_call_of_a_pass_fails_T113),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
