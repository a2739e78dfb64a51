/*
 * The accepted directory, row by row.
 */
#include <string.h>

#include "state_private.h"

static const char *
text(sqlite3_stmt *q, int column)
{
	const char *s = (const char *)sqlite3_column_text(q, column);

	return s != NULL ? s : "";
}

int
state_each(struct state *s, const char *sql,
    int (*one)(sqlite3_stmt *q, void *arg, struct error *e), void *arg,
    struct error *e)
{
	sqlite3_stmt *q = NULL;
	int rc;

	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		return state_error(s, sql, e);
	while ((rc = state_step(s, q, e)) == 1)
		if (one(q, arg, e) == -1) {
			rc = -1;
			break;
		}
	sqlite3_finalize(q);
	return rc;
}

struct people {
	int (*on)(void *arg, const struct state_person *p, struct error *e);
	void *arg;
};

static int
one_person(sqlite3_stmt *q, void *arg, struct error *e)
{
	const struct people *w = arg;
	struct state_person p = {
	    .uid = (uint32_t)sqlite3_column_int64(q, 0),
	    .gid = (uint32_t)sqlite3_column_int64(q, 1),
	    .id = text(q, 2),
	    .name = text(q, 3),
	    .login = text(q, 4),
	    .gecos = text(q, 5),
	    .home = text(q, 6),
	    .shell = text(q, 7),
	    .status = (enum person_status)sqlite3_column_int(q, 8),
	    .is_blocked = sqlite3_column_int(q, 9),
	    .is_gone = sqlite3_column_int(q, 10),
	    .is_entitled = sqlite3_column_int(q, 11),
	    .home_name = text(q, 12),
	    .keys = text(q, 13),
	};

	return w->on(w->arg, &p, e);
}

int
state_each_person(struct state *s,
    int (*on)(void *arg, const struct state_person *p, struct error *e),
    void *arg, struct error *e)
{
	struct people w = {on, arg};

	return state_each(s,
	    "SELECT uid, gid, id, person.name, login, gecos, home, shell,"
	    " status, blocked, gone, EXISTS (SELECT 1 FROM via v"
	    "  JOIN source s ON s.num = v.src AND s.allows"
	    "  WHERE v.uid = person.uid), coalesce(home.name, person.name),"
	    " sshkey.keys FROM person LEFT JOIN home USING (id)"
	    " LEFT JOIN sshkey USING (id) ORDER BY uid",
	    one_person, &w, e);
}

struct groups {
	int (*on)(void *arg, const struct state_group *g, struct error *e);
	void *arg;
};

static int
one_group(sqlite3_stmt *q, void *arg, struct error *e)
{
	const struct groups *w = arg;
	struct state_group g = {
	    .gid = (uint32_t)sqlite3_column_int64(q, 0),
	    .id = text(q, 1),
	    .name = text(q, 2),
	    .type = (enum team_type)sqlite3_column_int(q, 3),
	};

	return w->on(w->arg, &g, e);
}

int
state_each_group(struct state *s,
    int (*on)(void *arg, const struct state_group *g, struct error *e),
    void *arg, struct error *e)
{
	struct groups w = {on, arg};

	return state_each(s,
	    "SELECT gid, id, name, type FROM grp WHERE id IN"
	    " (SELECT id FROM source WHERE kind = 1 AND publishes & 1)"
	    " OR gid IN (SELECT gid FROM person WHERE gid <> uid)"
	    " ORDER BY gid",
	    one_group, &w, e);
}

struct members {
	int (*on)(void *arg, uint32_t gid, uint32_t uid, struct error *e);
	void *arg;
};

static int
one_member(sqlite3_stmt *q, void *arg, struct error *e)
{
	const struct members *w = arg;

	return w->on(w->arg, (uint32_t)sqlite3_column_int64(q, 0),
	    (uint32_t)sqlite3_column_int64(q, 1), e);
}

int
state_each_member(struct state *s,
    int (*on)(void *arg, uint32_t gid, uint32_t uid, struct error *e),
    void *arg, struct error *e)
{
	struct members w = {on, arg};

	return state_each(s,
	    "SELECT g.gid, v.uid FROM via v CROSS JOIN source s"
	    " ON s.num = v.src AND s.kind = 1 AND s.publishes & 1"
	    " CROSS JOIN grp g ON g.id = s.id",
	    one_member, &w, e);
}

struct notes {
	int (*on)(void *arg, const char *id, const char *name, const char *why,
	    struct error *e);
	void *arg;
};

static int
one_note(sqlite3_stmt *q, void *arg, struct error *e)
{
	const struct notes *w = arg;

	return w->on(w->arg, text(q, 0), text(q, 1), text(q, 2), e);
}

int
state_each_note(struct state *s,
    int (*on)(void *arg, const char *id, const char *name, const char *why,
	struct error *e),
    void *arg, struct error *e)
{
	struct notes w = {on, arg};

	return state_each(s,
	    "SELECT id, name, why FROM (SELECT 1 AS kind, rowid AS n, * FROM"
	    " note UNION ALL SELECT 2, rowid, * FROM remark)"
	    " ORDER BY kind, n",
	    one_note, &w, e);
}
