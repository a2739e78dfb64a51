/* Every call into SQLite fails once, at every place of a whole pass: the pass
 * fails and nothing of it is there afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "state_fixture.h"

/* Calls until one fails; 0: none does. */
static long left;

static int
is_due(void)
{
	return left > 0 && --left == 0;
}

int __wrap_sqlite3_step(sqlite3_stmt *q);
int __real_sqlite3_step(sqlite3_stmt *q);
int __wrap_sqlite3_exec(sqlite3 *db, const char *sql,
    int (*callback)(void *, int, char **, char **), void *arg, char **text);
int __real_sqlite3_exec(sqlite3 *db, const char *sql,
    int (*callback)(void *, int, char **, char **), void *arg, char **text);
int __wrap_sqlite3_prepare_v2(
    sqlite3 *db, const char *sql, int len, sqlite3_stmt **q, const char **tail);
int __real_sqlite3_prepare_v2(
    sqlite3 *db, const char *sql, int len, sqlite3_stmt **q, const char **tail);
int __wrap_sqlite3_prepare_v3(sqlite3 *db, const char *sql, int len,
    unsigned int flags, sqlite3_stmt **q, const char **tail);
int __real_sqlite3_prepare_v3(sqlite3 *db, const char *sql, int len,
    unsigned int flags, sqlite3_stmt **q, const char **tail);

int
__wrap_sqlite3_step(sqlite3_stmt *q)
{
	return is_due() ? SQLITE_IOERR : __real_sqlite3_step(q);
}

int
__wrap_sqlite3_exec(sqlite3 *db, const char *sql,
    int (*callback)(void *, int, char **, char **), void *arg, char **text)
{
	return is_due() ? SQLITE_FULL
			: __real_sqlite3_exec(db, sql, callback, arg, text);
}

int
__wrap_sqlite3_prepare_v2(
    sqlite3 *db, const char *sql, int len, sqlite3_stmt **q, const char **tail)
{
	*q = NULL;
	return is_due() ? SQLITE_NOMEM
			: __real_sqlite3_prepare_v2(db, sql, len, q, tail);
}

int
__wrap_sqlite3_prepare_v3(sqlite3 *db, const char *sql, int len,
    unsigned int flags, sqlite3_stmt **q, const char **tail)
{
	*q = NULL;
	return is_due()
	    ? SQLITE_NOMEM
	    : __real_sqlite3_prepare_v3(db, sql, len, flags, q, tail);
}

/* --- what a directory is --- */

struct dump {
	char text[2048];
	size_t len;
};

static int
add_person(void *arg, const struct state_person *p, struct error *e)
{
	struct dump *d = arg;

	(void)e;
	d->len += (size_t)snprintf(d->text + d->len, sizeof(d->text) - d->len,
	    "%u %u %s %s %s %d %d\n", p->uid, p->gid, p->id, p->name, p->gecos,
	    (int)p->status, p->is_entitled);
	return 0;
}

static int
add_group(void *arg, const struct state_group *g, struct error *e)
{
	struct dump *d = arg;

	(void)e;
	d->len += (size_t)snprintf(d->text + d->len, sizeof(d->text) - d->len,
	    "%u %s %s\n", g->gid, g->id, g->name);
	return 0;
}

static int
add_member(void *arg, uint32_t gid, uint32_t uid, struct error *e)
{
	struct dump *d = arg;

	(void)e;
	d->len += (size_t)snprintf(
	    d->text + d->len, sizeof(d->text) - d->len, "%u %u\n", gid, uid);
	return 0;
}

static int
dump(struct fixture *f, struct dump *d)
{
	memset(d, 0, sizeof(*d));
	return state_each_group(f->s, add_group, d, &f->e) == -1 ||
	    state_each_person(f->s, add_person, d, &f->e) == -1 ||
	    state_each_member(f->s, add_member, d, &f->e) == -1;
}

/* --- a whole pass, told by its return --- */

static int
stage_one(struct fixture *f, const char *id, const char *name,
    enum person_status status)
{
	struct api_user u = person(id, name);

	u.status = status;
	return state_stage_user(f->s, f->source, &u, &f->e);
}

static int
whole_pass(struct fixture *f)
{
	struct api_group g = {.name = "crew", .okta_name = "crew"};
	struct state_source src;
	struct state_counts c;
	struct state_outcome o;
	char id[JSON_ID_MAX + 1];
	int64_t after = 0, value;
	uint32_t uid = 0;
	int rc;

	if (state_begin(f->s, &f->e) == -1 ||
	    state_stage_begin(f->s, &f->e) == -1 ||
	    state_next_source(f->s, &after, &src, &f->e) != 1 ||
	    state_stage_group(f->s, f->source, &g, &f->e) == -1 ||
	    state_stage_list(f->s, f->source, &f->e) == -1 ||
	    state_stage_text(f->s, f->source, "anna", 4, &f->e) == -1 ||
	    stage_one(f, "00uA", "anna", STATUS_ACTIVE) == -1 ||
	    stage_one(f, "00uB", "bob", STATUS_SUSPENDED) == -1 ||
	    stage_one(f, "00uD", "dora", STATUS_ACTIVE) == -1 ||
	    state_find_losses(f->s, &f->e) == -1 ||
	    state_settle_stopped(f->s, &f->e) == -1)
		return -1;
	while ((rc = state_next_loser(f->s, 0, &uid, id, &f->e)) == 1) {
		after = 0;
		while (
		    (rc = state_next_loss(f->s, uid, &after, &src, &f->e)) == 1)
			if (state_mark_gone(f->s, uid, &f->e) == -1 ||
			    state_settle_loss(f->s, uid, src.num,
				LOSS_CONFIRMED, &f->e) == -1)
				return -1;
		if (rc == -1)
			return -1;
	}
	if (rc == -1 || state_count(f->s, &c, &f->e) == -1 ||
	    state_apply(f->s, &f->rules, &o, &f->e) == -1 ||
	    state_get(f->s, "last_full", &value, &f->e) == -1 ||
	    state_set(f->s, "last_full", 1, &f->e) == -1 ||
	    state_knows(f->s, "00uD", &f->e) == -1)
		return -1;
	return state_commit(f->s, &f->e);
}

/* --- what events lead to, told by its return --- */

static int
whole_delta(struct fixture *f)
{
	struct state_source src;
	struct state_outcome o;
	struct state_pending p;
	char id[JSON_ID_MAX + 1], text[64];
	int64_t after = 0, num;
	uint32_t uid = 0, people;
	int gone;

	if (state_begin(f->s, &f->e) == -1 ||
	    state_get_word(f->s, "log_next", text, sizeof(text), &f->e) == -1 ||
	    state_set_word(f->s, "log_next", "/next", &f->e) == -1 ||
	    state_event_is_new(f->s, "uuid", 7, &f->e) == -1 ||
	    state_event_forget(f->s, 1, &f->e) == -1 ||
	    state_pend(f->s, PENDING_MEMBER, "00uA", group_id, 1, &f->e) ==
		-1 ||
	    state_pend_lists(f->s, 50, &f->e) == -1 ||
	    state_pending_people(f->s, &people, &f->e) == -1 ||
	    state_delta_begin(f->s, &f->e) == -1 ||
	    state_next_pending(f->s, &after, &p, &f->e) == -1 ||
	    state_mark(f->s, &f->e) == -1 ||
	    state_is_pending(
		f->s, PENDING_MEMBER, "00uA", group_id, &p, &f->e) == -1 ||
	    state_pend_later(
		f->s, PENDING_MEMBER, "00uA", group_id, 1, 7, &f->e) == -1 ||
	    state_pend_due(f->s, 7, &f->e) == -1 ||
	    state_end(f->s, "00uB", &f->e) == -1 ||
	    state_has_ended(f->s, uid, &f->e) == -1 ||
	    state_find_source(f->s, group_id, &src, &f->e) == -1 ||
	    state_next_member(f->s, f->source, &uid, id, &f->e) == -1 ||
	    state_has_record(f->s, "00uA", &f->e) == -1 ||
	    state_is_standing(f->s, "00uA", f->source, &f->e) == -1 ||
	    state_leave(f->s, "00uA", f->source, &f->e) == -1 ||
	    state_join(f->s, "00uB", f->source, &f->e) == -1 ||
	    state_relist_begin(f->s, f->source, &f->e) == -1 ||
	    stage_one(f, "00uB", "bob", STATUS_ACTIVE) == -1 ||
	    state_relist_end(f->s, f->source, &f->e) == -1 ||
	    state_pending_done(f->s, p.num, &f->e) == -1 ||
	    state_unmark(f->s, 1, &f->e) == -1 ||
	    state_pending_last(f->s, &num, &f->e) == -1 ||
	    state_pending_clear(f->s, num, &f->e) == -1)
		return -1;
	uid = 0;
	while ((gone = state_next_loser(f->s, f->source, &uid, id, &f->e)) == 1)
		if (state_settle_loss(
			f->s, uid, f->source, LOSS_CONFIRMED, &f->e) == -1)
			return -1;
	f->rules.hold_silent = 1;
	if (gone == -1 || state_apply(f->s, &f->rules, &o, &f->e) == -1)
		return -1;
	return state_commit(f->s, &f->e);
}

/* Runs one of the two with its n-th call of SQLite failing, for each n. */
static void
fails_anywhere(struct fixture *f, int (*whole)(struct fixture *f), long least)
{
	struct dump before, now;
	long n;

	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	stage_name(f, "00uA", "alice");
	stage_name(f, "00uB", "bob");
	stage_name(f, "00uC", "carol");
	apply(f);
	assert_int_equal(dump(f, &before), 0);
	for (n = 1;; n++) {
		int rc;

		/* A statement prepared earlier would hide a failing one. */
		state_close(f->s);
		open_state(f);
		left = n;
		rc = whole(f);
		if (left > 0) {
			left = 0;
			assert_int_equal(rc, 0);
			break;
		}
		assert_int_equal(rc, -1);
		assert_int_not_equal(f->e.kind, ERROR_NONE);
		state_rollback(f->s);
		assert_int_equal(dump(f, &now), 0);
		assert_string_equal(now.text, before.text);
	}
	assert_true(n > least);
	assert_int_equal(dump(f, &now), 0);
	assert_string_not_equal(now.text, before.text);
}

static void
test_pass_that_fails_anywhere_leaves_nothing_T91(void **state)
{
	fails_anywhere(*state, whole_pass, 60);
}

static void
test_delta_that_fails_anywhere_leaves_nothing(void **state)
{
	fails_anywhere(*state, whole_delta, 60);
}

static void
test_reading_that_fails_says_so(void **state)
{
	struct fixture *f = *state;
	struct dump d;

	begin(f);
	stage_group(f, f->source, group_id, "crew", 0);
	stage_name(f, "00uA", "alice");
	apply(f);
	for (long n = 1;; n++) {
		int rc;

		left = n;
		rc = dump(f, &d);
		if (left > 0) {
			left = 0;
			assert_int_equal(rc, 0);
			assert_true(n > 6);
			break;
		}
		assert_int_not_equal(rc, 0);
	}
}

static void
test_opening_that_fails_opens_nothing(void **state)
{
	struct fixture *f = *state;

	state_close(f->s);
	f->s = NULL;
	for (long n = 1;; n++) {
		int rc, is_new, aside;

		left = n;
		rc = state_open(f->path, &f->s, &is_new, &aside, &f->e);
		if (left > 0) {
			left = 0;
			assert_int_equal(rc, 0);
			assert_true(n > 5);
			break;
		}
		/* Nor is the ledger given up for it. */
		assert_int_equal(rc, -1);
		assert_int_equal(aside, 0);
		assert_null(f->s);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_pass_that_fails_anywhere_leaves_nothing_T91),
	    T(test_delta_that_fails_anywhere_leaves_nothing),
	    T(test_reading_that_fails_says_so),
	    T(test_opening_that_fails_opens_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
