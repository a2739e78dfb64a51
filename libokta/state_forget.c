#include "state_forget.h"

#include "state_private.h"

/* The triggers that keep the ledger from shrinking step aside for one
 * statement, inside of the transaction. */
static const char open_names[] = "DROP TRIGGER name_stays;";
static const char close_names[] =
    "CREATE TRIGGER name_stays BEFORE DELETE ON name"
    " BEGIN SELECT raise(ABORT, 'the ledger only grows'); END;";
static const char open_numbers[] = "DROP TRIGGER number_stays;";
static const char close_numbers[] =
    "CREATE TRIGGER number_stays BEFORE DELETE ON number"
    " BEGIN SELECT raise(ABORT, 'the ledger only grows'); END;";

static int
run(struct state *s, const char *sql, const char *name, uint32_t number,
    uint32_t *found, struct error *e)
{
	sqlite3_stmt *q = NULL;
	int rc;

	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		return state_error(s, sql, e);
	if (name != NULL)
		sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
	else
		sqlite3_bind_int64(q, 1, number);
	while ((rc = state_step(s, q, e)) == 1)
		*found = (uint32_t)sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return rc;
}

static int
forget(struct state *s, const char *name, uint32_t number, uint32_t *gone,
    struct error *e)
{
	uint32_t none = 0;
	int rc;

	if (name != NULL)
		rc = state_exec(s, open_names, e) == -1 ||
		    run(s, "DELETE FROM name WHERE name = ?1", name, 0, &none,
			e) == -1 ||
		    state_exec(s, close_names, e) == -1 ||
		    run(s, "DELETE FROM grp WHERE name = ?1", name, 0, &none,
			e) == -1 ||
		    run(s, "DELETE FROM person WHERE name = ?1 RETURNING uid",
			name, 0, gone, e) == -1;
	else
		rc = state_exec(s, open_numbers, e) == -1 ||
		    run(s, "DELETE FROM number WHERE number = ?1", NULL, number,
			&none, e) == -1 ||
		    state_exec(s, close_numbers, e) == -1 ||
		    run(s, "DELETE FROM grp WHERE gid = ?1", NULL, number,
			&none, e) == -1 ||
		    run(s, "DELETE FROM person WHERE uid = ?1 RETURNING uid",
			NULL, number, gone, e) == -1;
	if (rc != 0)
		return -1;
	/* Whom Okta still lists, is a newcomer to the next pass. */
	return *gone == 0
	    ? 0
	    : run(s, "DELETE FROM via WHERE uid = ?1", NULL, *gone, &none, e);
}

int
state_forget(struct state *s, const char *name, uint32_t number, uint32_t *gone,
    struct error *e)
{
	*gone = 0;
	if (state_begin(s, e) == -1)
		return -1;
	if (forget(s, name, number, gone, e) == 0 && state_commit(s, e) == 0)
		return 0;
	state_rollback(s);
	*gone = 0;
	return -1;
}
