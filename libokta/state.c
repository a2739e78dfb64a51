#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state_ids.h"
#include "state_private.h"

int
state_error(struct state *s, const char *what, struct error *e)
{
	return error_set(
	    e, ERROR_SYSTEM, "state.db: %s: %s", what, sqlite3_errmsg(s->db));
}

sqlite3_stmt *
state_stmt(struct state *s, enum state_sql which, struct error *e)
{
	if (s->stmt[which] == NULL &&
	    sqlite3_prepare_v3(s->db, state_sql_text[which], -1,
		SQLITE_PREPARE_PERSISTENT, &s->stmt[which],
		NULL) != SQLITE_OK) {
		state_error(s, state_sql_text[which], e);
		return NULL;
	}
	sqlite3_reset(s->stmt[which]);
	sqlite3_clear_bindings(s->stmt[which]);
	return s->stmt[which];
}

int
state_step(struct state *s, sqlite3_stmt *q, struct error *e)
{
	switch (sqlite3_step(q)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		sqlite3_reset(q);
		return 0;
	default:
		state_error(s, sqlite3_sql(q), e);
		sqlite3_reset(q);
		return -1;
	}
}

int
state_run(struct state *s, sqlite3_stmt *q, struct error *e)
{
	int rc;

	do
		rc = state_step(s, q, e);
	while (rc == 1);
	return rc;
}

int
state_exec(struct state *s, const char *sql, struct error *e)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return state_error(s, "exec", e);
	return 0;
}

void
state_text(sqlite3_stmt *q, int column, char *dst, size_t cap)
{
	const char *text = (const char *)sqlite3_column_text(q, column);

	snprintf(dst, cap, "%s", text != NULL ? text : "");
}

int
state_number(struct state *s, const char *sql, int64_t *n, struct error *e)
{
	sqlite3_stmt *q = NULL;
	int rc = -1;

	*n = 0;
	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		return state_error(s, sql, e);
	if (state_step(s, q, e) == 1) {
		*n = sqlite3_column_int64(q, 0);
		rc = 0;
	}
	sqlite3_finalize(q);
	return rc;
}

static int
is_damage(int code)
{
	return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

/* 0 intact; 1 damaged; -1 it could not be told: no reason to give the ledger
 * up. */
static int
check_pages(struct state *s, struct error *e)
{
	static const char sql[] = "PRAGMA integrity_check(1)";
	const char *word = NULL;
	sqlite3_stmt *q = NULL;
	int code, rc;

	code = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(q);
	if (code == SQLITE_ROW)
		word = (const char *)sqlite3_column_text(q, 0);
	if (word != NULL)
		rc = strcmp(word, "ok") != 0;
	else
		rc = is_damage(code) ? 1 : state_error(s, sql, e);
	sqlite3_finalize(q);
	return rc;
}

/* Every byte, by SQLite's own descriptor: to close another one would end its
 * locks (fcntl(2)). 0, -1. */
static int
read_all(struct state *s, struct error *e)
{
	char page[4096];
	sqlite3_int64 size = 0;
	sqlite3_file *f = NULL;

	if (sqlite3_file_control(s->db, NULL, SQLITE_FCNTL_FILE_POINTER, &f) !=
		SQLITE_OK ||
	    f->pMethods == NULL ||
	    f->pMethods->xFileSize(f, &size) != SQLITE_OK)
		return error_set(e, ERROR_SYSTEM, "state.db: no size");
	for (sqlite3_int64 at = 0; at < size; at += (int)sizeof(page)) {
		int rc = f->pMethods->xRead(f, page, (int)sizeof(page), at);

		if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)
			return error_set(e, ERROR_SYSTEM,
			    "state.db can not be read at byte %lld",
			    (long long)at);
	}
	return 0;
}

/* 0 usable; 1 damaged or not ours; -1 another failure. */
static int
check(struct state *s, int *is_new, struct error *e)
{
	int64_t app, version, tables;

	if (state_exec(s, state_pragmas, e) == -1 ||
	    state_exec(s, "BEGIN EXCLUSIVE; COMMIT;", e) == -1 ||
	    state_number(s, "PRAGMA application_id", &app, e) == -1 ||
	    state_number(s, "PRAGMA user_version", &version, e) == -1 ||
	    state_number(s, "SELECT count(*) FROM sqlite_schema", &tables, e) ==
		-1) {
		int code = sqlite3_errcode(s->db);

		return is_damage(code) ? 1 : -1;
	}
	if (app == 0 && version == 0 && tables == 0) {
		*is_new = 1;
		return 0;
	}
	if (app != strtoll(STATE_APPLICATION_ID, NULL, 10))
		return 1;
	if (version > STATE_VERSION)
		return error_set(e, ERROR_CONFIG,
		    "state.db is of version %lld, this program knows %d: "
		    "install the later version again",
		    (long long)version, STATE_VERSION);
	return check_pages(s, e);
}

/* SQLite calls a disk that can not be read a damaged database (unixRead() in
 * os_unix.c), for all of its words of it: the ledger is given up only where
 * every byte can be read, and is found wanting again. */
static int
check_twice(struct state *s, int *is_new, struct error *e)
{
	int rc = check(s, is_new, e);

	if (rc != 1)
		return rc;
	return read_all(s, e) == -1 ? -1 : check(s, is_new, e);
}

static int
connect_db(const char *path, struct state *s, struct error *e)
{
	/* SQLite would make it by the umask. */
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd == -1)
		return error_errno(e, "%s", path);
	(void)close(fd);
	/* One thread: no locks, nor counts of what malloc has given. Refused
	 * where SQLite is at work already. */
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (sqlite3_open_v2(path, &s->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return state_error(s, path, e);
	sqlite3_extended_result_codes(s->db, 0);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return 0;
}

static int
set_file_aside(const char *path, struct error *e)
{
	char other[4096];
	int n;

	n = snprintf(other, sizeof(other), "%s.damaged", path);
	if (n < 0 || (size_t)n >= sizeof(other))
		return error_set(e, ERROR_SYSTEM, "path is too long");
	if (rename(path, other) == -1)
		return error_errno(e, "%s", other);
	/* A journal belongs to that file; the next one must not replay it. */
	snprintf(other, sizeof(other), "%s-journal", path);
	if (unlink(other) == -1 && errno != ENOENT)
		return error_errno(e, "%s", other);
	return 0;
}

int
state_open(const char *path, struct state **out, int *is_new, int *set_aside,
    struct error *e)
{
	struct state *s;
	int rc;

	*out = NULL;
	*is_new = *set_aside = 0;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return error_errno(e, "state.db");
	if (connect_db(path, s, e) == -1)
		goto fail;
	rc = check_twice(s, is_new, e);
	if (rc == 1) {
		sqlite3_close(s->db);
		s->db = NULL;
		*set_aside = 1;
		if (set_file_aside(path, e) == -1 ||
		    connect_db(path, s, e) == -1)
			goto fail;
		rc = check(s, is_new, e);
	}
	if (rc != 0)
		goto fail;
	if (*is_new &&
	    (state_begin(s, e) == -1 || state_exec(s, state_schema, e) == -1 ||
		state_commit(s, e) == -1))
		goto fail;
	if (state_exec(s, state_additions, e) == -1 ||
	    state_ids_open(s, e) == -1)
		goto fail;
	*out = s;
	return 0;
fail:
	state_close(s);
	return -1;
}

void
state_close(struct state *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < SQL_ALL; i++)
		sqlite3_finalize(s->stmt[i]);
	sqlite3_close(s->db);
	roll_free(&s->roll);
	free(s);
}

int
state_has_moved(const struct state *s)
{
	int moved = 0;

	return sqlite3_file_control(
		   s->db, NULL, SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
	    moved;
}

int
state_begin(struct state *s, struct error *e)
{
	return state_exec(s, "BEGIN IMMEDIATE", e);
}

int
state_commit(struct state *s, struct error *e)
{
	if (state_exec(s, "COMMIT", e) == -1)
		return -1;
	if (!s->roll.is_open)
		s->roll.has_learned = 0;
	return 0;
}

void
state_rollback(struct state *s)
{
	struct error ignored;

	if (state_has_begun(s))
		(void)state_exec(s, "ROLLBACK", &ignored);
	if (!s->roll.is_kept)
		state_stage_drop(s);
}

int
state_has_begun(const struct state *s)
{
	return !sqlite3_get_autocommit(s->db);
}

int
state_get(struct state *s, const char *key, int64_t *value, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_GET, e);
	int rc;

	*value = 0;
	if (q == NULL)
		return -1;
	sqlite3_bind_text(q, 1, key, -1, SQLITE_STATIC);
	rc = state_step(s, q, e);
	if (rc == 1)
		*value = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return rc == -1 ? -1 : 0;
}

int
state_set(struct state *s, const char *key, int64_t value, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_SET, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_text(q, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 2, value);
	return state_run(s, q, e);
}
