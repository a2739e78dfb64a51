/*
 * The last pass's answers, changed by what Okta says of one person or one
 * source. state_apply() with hold_silent makes the directory of them, just as
 * it does after a pass.
 */
#include <string.h>

#include "state_private.h"

/* A statement about a person and, where not 0, a source. */
static sqlite3_stmt *
about(struct state *s, enum state_sql which, const char *id, int64_t source,
    struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, which, e);

	if (q == NULL)
		return NULL;
	sqlite3_bind_text(q, 1, id, -1, SQLITE_STATIC);
	if (source != 0)
		sqlite3_bind_int64(q, 2, source);
	return q;
}

/* The first column of the only row as a truth. 1, 0 (also no row), -1. */
static int
is(struct state *s, sqlite3_stmt *q, struct error *e)
{
	int rc;

	if (q == NULL)
		return -1;
	rc = state_step(s, q, e);
	if (rc == 1)
		rc = sqlite3_column_int(q, 0) != 0;
	sqlite3_reset(q);
	return rc;
}

static int
run(struct state *s, sqlite3_stmt *q, struct error *e)
{
	return q == NULL ? -1 : state_run(s, q, e);
}

int
state_touch_begin(struct state *s, struct error *e)
{
	s->is_touching = 1;
	return state_exec(s, "DELETE FROM touched", e);
}

void
state_touch_end(struct state *s)
{
	s->is_touching = 0;
}

int
state_touch(struct state *s, int64_t pk, struct error *e)
{
	sqlite3_stmt *q;

	if (!s->is_touching)
		return 0;
	q = state_stmt(s, SQL_TOUCH, e);
	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, pk);
	return state_run(s, q, e);
}

int
state_touch_id(struct state *s, const char *id, struct error *e)
{
	return s->is_touching ? run(s, about(s, SQL_TOUCH_ID, id, 0, e), e) : 0;
}

int
state_delta_begin(struct state *s, struct error *e)
{
	return state_exec(s, "DELETE FROM note", e);
}

int
state_mark(struct state *s, struct error *e)
{
	return state_exec(s, "SAVEPOINT mark", e);
}

int
state_unmark(struct state *s, int keep, struct error *e)
{
	return state_exec(
	    s, keep ? "RELEASE mark" : "ROLLBACK TO mark; RELEASE mark", e);
}

int
state_has_record(struct state *s, const char *id, struct error *e)
{
	return is(s, about(s, SQL_HAS_RECORD, id, 0, e), e);
}

int
state_is_standing(
    struct state *s, const char *id, int64_t source, struct error *e)
{
	return is(s, about(s, SQL_STANDING, id, source, e), e);
}

static int
forget_loss(struct state *s, const char *id, int64_t source, struct error *e)
{
	return run(s, about(s, SQL_LOSS_FORGET, id, source, e), e) == -1
	    ? -1
	    : run(s, about(s, SQL_AHEAD_LOSS_FORGET, id, source, e), e);
}

int
state_join(struct state *s, const char *id, int64_t source, struct error *e)
{
	if (run(s, about(s, SQL_JOIN, id, source, e), e) == -1 ||
	    state_touch_id(s, id, e) == -1 ||
	    state_fresh_id(s, source, id, e) == -1)
		return -1;
	return forget_loss(s, id, source, e);
}

int
state_leave(struct state *s, const char *id, int64_t source, struct error *e)
{
	if (run(s, about(s, SQL_LEAVE, id, source, e), e) == -1 ||
	    run(s, about(s, SQL_VIA_LEAVE, id, source, e), e) == -1 ||
	    state_touch_id(s, id, e) == -1 ||
	    state_fresh_id(s, source, id, e) == -1)
		return -1;
	return forget_loss(s, id, source, e);
}

int
state_find_source(
    struct state *s, const char *id, struct state_source *src, struct error *e)
{
	return state_take_source(
	    s, about(s, SQL_SOURCE_FIND, id, 0, e), src, e);
}

int
state_next_member(struct state *s, int64_t source, uint32_t *uid,
    char id[JSON_ID_MAX + 1], struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_MEMBER_NEXT, e);
	int rc;

	id[0] = '\0';
	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, source);
	sqlite3_bind_int64(q, 2, *uid);
	rc = state_step(s, q, e);
	if (rc == 1) {
		*uid = (uint32_t)sqlite3_column_int64(q, 0);
		state_text(q, 1, id, JSON_ID_MAX + 1);
	}
	sqlite3_reset(q);
	return rc;
}

static int
run_source(
    struct state *s, enum state_sql which, int64_t source, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, which, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, source);
	return state_run(s, q, e);
}

int
state_relist_begin(struct state *s, int64_t source, struct error *e)
{
	return run_source(s, SQL_RELIST, source, e);
}

int
state_relist_end(struct state *s, int64_t source, struct error *e)
{
	if (run_source(s, SQL_RELIST_FOUND, source, e) == -1)
		return -1;
	return run_source(s, SQL_RELIST_LOST, source, e);
}
