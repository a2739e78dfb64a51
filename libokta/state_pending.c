/*
 * What events left to be asked of Okta. A row stays until the answer is in the
 * directory, so neither a crash nor a failing request loses an event.
 */
#include <string.h>

#include "state_private.h"

static void
bind_text(sqlite3_stmt *q, int n, const char *s)
{
	sqlite3_bind_text(q, n, s, -1, SQLITE_STATIC);
}

int
state_get_word(
    struct state *s, const char *key, char *dst, size_t cap, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_WORD_GET, e);
	int rc;

	dst[0] = '\0';
	if (q == NULL)
		return -1;
	bind_text(q, 1, key);
	rc = state_step(s, q, e);
	if (rc == 1 && (size_t)sqlite3_column_bytes(q, 0) >= cap)
		rc =
		    error_set(e, ERROR_SYSTEM, "state.db: %s is too long", key);
	if (rc == 1)
		state_text(q, 0, dst, cap);
	sqlite3_reset(q);
	return rc == -1 ? -1 : 0;
}

int
state_set_word(
    struct state *s, const char *key, const char *value, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_WORD_SET, e);

	if (q == NULL)
		return -1;
	bind_text(q, 1, key);
	bind_text(q, 2, value);
	return state_run(s, q, e);
}

int
state_event_is_new(
    struct state *s, const char *uuid, int64_t published, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_EVENT_SEEN, e);

	if (q == NULL)
		return -1;
	bind_text(q, 1, uuid);
	sqlite3_bind_int64(q, 2, published);
	if (state_run(s, q, e) == -1)
		return -1;
	return sqlite3_changes(s->db) > 0;
}

int
state_event_forget(struct state *s, int64_t before, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_EVENT_FORGET, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, before);
	return state_run(s, q, e);
}

/* A statement about a row. */
static sqlite3_stmt *
about(struct state *s, enum state_sql which, enum pending_what what,
    const char *subject, const char *object, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, which, e);

	if (q == NULL)
		return NULL;
	sqlite3_bind_int(q, 1, (int)what);
	bind_text(q, 2, subject);
	bind_text(q, 3, object);
	return q;
}

int
state_pend_besides(struct state *s, enum pending_what what, const char *subject,
    const char *object, int gone, struct error *e)
{
	sqlite3_stmt *q = about(s, SQL_PEND, what, subject, object, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_int(q, 4, gone);
	return state_run(s, q, e);
}

int
state_pend(struct state *s, enum pending_what what, const char *subject,
    const char *object, int gone, struct error *e)
{
	sqlite3_stmt *q = about(s, SQL_PEND_NEWER, what, subject, object, e);

	return q == NULL || state_run(s, q, e) == -1
	    ? -1
	    : state_pend_besides(s, what, subject, object, gone, e);
}

int
state_pend_later(struct state *s, enum pending_what what, const char *subject,
    const char *object, int gone, int64_t due, struct error *e)
{
	sqlite3_stmt *q = about(s, SQL_PEND_LATER, what, subject, object, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_int(q, 4, gone);
	sqlite3_bind_int64(q, 5, due);
	return state_run(s, q, e);
}

static int
run_number(struct state *s, enum state_sql which, int64_t n, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, which, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, n);
	return state_run(s, q, e);
}

int
state_pend_due(struct state *s, int64_t now, struct error *e)
{
	if (run_number(s, SQL_PEND_DUE, now, e) == -1)
		return -1;
	return run_number(s, SQL_PEND_DUE_DONE, now, e);
}

/* One step of a query for rows. 1 and *row, 0, -1 (also for NULL). */
static int
take_row(struct state *s, sqlite3_stmt *q, struct state_pending *row,
    struct error *e)
{
	int rc;

	memset(row, 0, sizeof(*row));
	if (q == NULL)
		return -1;
	rc = state_step(s, q, e);
	if (rc == 1) {
		row->num = sqlite3_column_int64(q, 0);
		row->what = (enum pending_what)sqlite3_column_int(q, 1);
		state_text(q, 2, row->subject, sizeof(row->subject));
		state_text(q, 3, row->object, sizeof(row->object));
		row->gone = sqlite3_column_int(q, 4) & 1;
		row->is_suspended =
		    (sqlite3_column_int(q, 4) & PENDING_SUSPENDED) != 0;
		row->is_again = (sqlite3_column_int(q, 4) & 2) != 0;
	}
	sqlite3_reset(q);
	return rc;
}

int
state_next_pending(
    struct state *s, int64_t *after, struct state_pending *p, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_PENDING_NEXT, e);
	int rc;

	if (q != NULL)
		sqlite3_bind_int64(q, 1, *after);
	rc = take_row(s, q, p, e);
	if (rc == 1)
		*after = p->num;
	return rc;
}

int
state_is_pending(struct state *s, enum pending_what what, const char *subject,
    const char *object, struct state_pending *row, struct error *e)
{
	return take_row(
	    s, about(s, SQL_PENDING_OF, what, subject, object, e), row, e);
}

int
state_pending_done(struct state *s, int64_t num, struct error *e)
{
	return run_number(s, SQL_PENDING_DONE, num, e);
}

static int
number(struct state *s, enum state_sql which, int64_t *n, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, which, e);

	*n = 0;
	if (q == NULL || state_step(s, q, e) != 1)
		return -1;
	*n = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return 0;
}

int
state_pending_people(struct state *s, uint32_t *n, struct error *e)
{
	int64_t people;
	int rc = number(s, SQL_PENDING_PEOPLE, &people, e);

	*n = (uint32_t)people;
	return rc;
}

int
state_pend_lists(struct state *s, unsigned int most, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_PEND_LISTS, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, most);
	if (state_run(s, q, e) == -1)
		return -1;
	q = state_stmt(s, SQL_PEND_LISTED, e);
	return q == NULL ? -1 : state_run(s, q, e);
}

int
state_pending_last(struct state *s, int64_t *num, struct error *e)
{
	return number(s, SQL_PENDING_LAST, num, e);
}

int
state_pending_clear(struct state *s, int64_t num, struct error *e)
{
	return run_number(s, SQL_PENDING_CLEAR, num, e);
}
