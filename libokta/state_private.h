/*
 * Inside of state.db, shared by state*.c only.
 */
#ifndef OKTA_STATE_PRIVATE_H
#define OKTA_STATE_PRIVATE_H

#include <sqlite3.h>

#include "state.h"

enum state_sql {
	SQL_GET,
	SQL_SET,
	SQL_SOURCE_PUT,
	SQL_SOURCE_NEXT,
	SQL_SOURCE_SEEN,
	SQL_IN_GROUP,
	SQL_IN_PERSON,
	SQL_IN_VIA,
	SQL_IN_EMPTY,
	SQL_LOSER_NEXT,
	SQL_LOSS_NEXT,
	SQL_LOSS_SETTLE,
	SQL_GONE,
	SQL_COUNT_KNOWN,
	SQL_COUNT_SILENT,
	SQL_COUNT_PRESENT,
	SQL_COUNT_PAIRS,
	SQL_NAME_GET,
	SQL_NAME_PUT,
	SQL_NUMBER_GET,
	SQL_NUMBER_OF,
	SQL_NUMBER_PUT,
	SQL_WISH_NEXT,
	SQL_PLACE_GROUP,
	SQL_PLACE_PERSON,
	SQL_GROUP_GID,
	SQL_STATUS,
	SQL_KNOWS,
	SQL_DIFFERS,
	SQL_NOTE,
	SQL_ALL
};

#define STATE_APPLICATION_ID "1330336865" /* "OKta" */

extern const char *const state_sql_text[SQL_ALL];
extern const char state_pragmas[];
extern const char state_schema[];

struct state {
	sqlite3 *db;
	sqlite3_stmt *stmt[SQL_ALL]; /* prepared at first use */
};

/* ERROR_SYSTEM with SQLite's own words. Always -1. */
int state_error(struct state *s, const char *what, struct error *e);
/* The statement, reset and without bindings; NULL and *e. */
sqlite3_stmt *state_stmt(
    struct state *s, enum state_sql which, struct error *e);
/* One step: 1 row, 0 done (statement reset), -1. */
int state_step(struct state *s, sqlite3_stmt *q, struct error *e);
/* Runs to its end, ignoring rows. 0, -1. */
int state_run(struct state *s, sqlite3_stmt *q, struct error *e);
/* Several statements without parameters. */
int state_exec(struct state *s, const char *sql, struct error *e);

/* Copies a text column; NULL is "". */
void state_text(sqlite3_stmt *q, int column, char *dst, size_t cap);

#endif
