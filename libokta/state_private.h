/*
 * Inside of state.db, shared by state*.c only.
 */
#ifndef OKTA_STATE_PRIVATE_H
#define OKTA_STATE_PRIVATE_H

#include <sqlite3.h>

#include "state.h"
#include "state_roll.h"

enum state_sql {
	SQL_GET,
	SQL_SET,
	SQL_SOURCE_PUT,
	SQL_SOURCE_NEXT,
	SQL_SOURCE_SEEN,
	SQL_IN_GROUP,
	SQL_IN_PERSON,
	SQL_IN_PERSON_LOOK,
	SQL_PK_OF,
	SQL_PK_MAX,
	SQL_IN_PERSON_NEW,
	SQL_NEW_PERSON_LOOK,
	SQL_NEW_PERSON,
	SQL_NEW_GROUP,
	SQL_NEW_LIST,
	SQL_NEW_LIST_NEXT,
	SQL_NEW_LIST_DONE,
	SQL_FRESH,
	SQL_FRESH_OF,
	SQL_PERSON_ALL,
	SQL_PERSON_DROP,
	SQL_PERSON_VIA_DROP,
	SQL_VIA_ALL,
	SQL_VIA_DROP,
	SQL_IN_VIA,
	SQL_LOSER_NEXT,
	SQL_LOSS_NEXT,
	SQL_LOSS_SETTLE,
	SQL_AHEAD_LOSER_NEXT,
	SQL_AHEAD_LOSS_NEXT,
	SQL_AHEAD_LOSS_SETTLE,
	SQL_AHEAD_COUNT_SILENT,
	SQL_AHEAD_LOSS_FORGET,
	SQL_AHEAD_LOST,
	SQL_AHEAD_HELD,
	SQL_AHEAD_PUT,
	SQL_GONE,
	SQL_COUNT_KNOWN,
	SQL_COUNT_SILENT,
	SQL_COUNT_PRESENT,
	SQL_COUNT_PAIRS,
	SQL_NAME_GET,
	SQL_NAME_PUT,
	SQL_GID_OF,
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
	SQL_WORD_GET,
	SQL_WORD_SET,
	SQL_EVENT_SEEN,
	SQL_EVENT_FORGET,
	SQL_PEND,
	SQL_TOUCH,
	SQL_TOUCH_ID,
	SQL_PEND_NEWER,
	SQL_PEND_LATER,
	SQL_PEND_DUE,
	SQL_PEND_DUE_DONE,
	SQL_ENDED,
	SQL_ENDED_RECORD,
	SQL_ENDED_NEW,
	SQL_HAS_ENDED,
	SQL_PENDING_NEXT,
	SQL_PENDING_DONE,
	SQL_PENDING_OF,
	SQL_PENDING_PEOPLE,
	SQL_PENDING_LAST,
	SQL_PENDING_CLEAR,
	SQL_PEND_LISTS,
	SQL_SOURCE_FIND,
	SQL_HAS_RECORD,
	SQL_JOIN,
	SQL_LEAVE,
	SQL_VIA_LEAVE,
	SQL_LOSS_FORGET,
	SQL_STANDING,
	SQL_MEMBER_NEXT,
	SQL_RELIST,
	SQL_RELIST_FOUND,
	SQL_RELIST_LOST,
	SQL_PEND_LISTED,
	SQL_CLAIMED,
	SQL_KEYS_PUT,
	SQL_KEYS_DROP,
	SQL_KEYS_OF,
	SQL_ZONE_FORGET,
	SQL_ZONE_PUT,
	SQL_ZONE_KEEP,
	SQL_ZONE_TRUST,
	SQL_FAR,
	SQL_ALL
};

/* Bits of source.publishes. */
enum {
	SOURCE_PUBLISHES = 1, /* a Unix group */
	SOURCE_RULED = 2, /* access rules name it … */
	SOURCE_READ = 4 /* … and a full pass has asked about it since */
};

/* What state_apply() does, step by step, to whom. */
struct state_scope {
	const char *begin, *wishes, *refusals, *remarks, *people, *via;
	const char *drop, *hold;
};
/* "part" has the rows of in_person that were touched, and those of people whose
 * wish was refused before: it may have become possible. */
extern const struct state_scope state_everybody, state_touched;

#define STATE_APPLICATION_ID "1330336865" /* "OKta" */

extern const char *const state_sql_text[SQL_ALL];
extern const char state_pragmas[];
extern const char state_schema[];
extern const char state_additions[]; /* tables that came later */

struct state {
	sqlite3 *db;
	sqlite3_stmt *stmt[SQL_ALL]; /* prepared at first use */
	int is_touching; /* see state_touch_begin() */
	struct roll roll;
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
/* The first column of the first row as a number. 0; -1, also where there is no
 * row. */
int state_number(struct state *s, const char *sql, int64_t *n, struct error *e);

/* Where that is written down: this row of in_person has changed. 0, -1. */
int state_touch(struct state *s, int64_t pk, struct error *e);
int state_touch_id(struct state *s, const char *id, struct error *e);

/* Ten values of a record, from ?1 on. */
void state_bind_user(sqlite3_stmt *q, const struct api_user *u);
/* A statement about a source and a record, of which each may be 0. */
int state_run_pair(struct state *s, enum state_sql which, int64_t src,
    int64_t pk, struct error *e);

/* 1 where what is staged stands aside: a pass is under way and this is not a
 * poll's answer, which counts at once. */
int state_is_staging(const struct state *s);
/* The tables and the bits of a pass without anything in them. */
int state_stage_clear(struct state *s, struct error *e);
int state_stage_open(struct state *s, struct error *e);
/* A poll was told of a record (source 0), a group (pk 0) or a membership: what
 * the pass under way says of it counts no more. Nothing where none is. */
int state_fresh(struct state *s, int64_t source, int64_t pk, struct error *e);
int state_fresh_id(
    struct state *s, int64_t source, const char *id, struct error *e);
/* The number of a record, also of one that only the pass under way has. 1, 0
 * none, -1. */
int state_pk_of(struct state *s, const char *id, int64_t *pk, struct error *e);
/* Writes the list under way down; where it is_done, none is any more. */
int state_list_put(struct state *s, int is_done, struct error *e);
/* The bits of the next list that was written down; *source begins at 0. 1, 0,
 * -1. */
int state_list_next(
    struct state *s, int64_t *source, int *is_done, struct error *e);
/* The last list is complete: all that is staged takes the place of the last
 * answers, and refusals are forgotten. Nothing where no pass is under way. */
int state_stage_end(struct state *s, struct error *e);
/* The record is not what a text said any more. 0, -1. */
int state_forget_text(struct state *s, const char *id, struct error *e);
/* One step of a query for sources. 1 and *src, 0, -1 (also for NULL). */
int state_take_source(struct state *s, sqlite3_stmt *q,
    struct state_source *src, struct error *e);

/* The ssh keys of a record take the place of those that were known; 1 where
 * they are not the same. 0, -1. */
int state_keys_put(struct state *s, const struct api_user *u, struct error *e);
int state_keys_differ(
    struct state *s, const struct api_user *u, struct error *e);
/* Those of people whom neither Okta's answers nor the guard know any more. */
int state_keys_clean(struct state *s, struct error *e);

/* A zone is still named, while state_configure() forgets the others. */
int state_zone_keep(struct state *s, const char *id, struct error *e);

/* Runs sql and hands each row to one. */
int state_each(struct state *s, const char *sql,
    int (*one)(sqlite3_stmt *q, void *arg, struct error *e), void *arg,
    struct error *e);
/* Copies a text column; NULL is "". */
void state_text(sqlite3_stmt *q, int column, char *dst, size_t cap);

#endif
