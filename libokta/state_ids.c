#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "state_ids.h"
#include "state_private.h"

static const char additions[] =
    "CREATE TABLE IF NOT EXISTS claim (kind INTEGER NOT NULL"
    " CHECK (kind IN (1, 2)), key TEXT NOT NULL,"
    " number INTEGER NOT NULL UNIQUE, gid INTEGER NOT NULL,"
    " import INTEGER NOT NULL, PRIMARY KEY (kind, key)) STRICT;"
    /* Numbers outside of id_range that root has brought along. */
    "CREATE TABLE IF NOT EXISTS far (number INTEGER PRIMARY KEY) STRICT;"
    /* Of people who have another name now than their home was made of. */
    "CREATE TABLE IF NOT EXISTS home (id TEXT PRIMARY KEY,"
    " name TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    /* Of earlier versions: state_apply() does it, for all of them at once. */
    "DROP TRIGGER IF EXISTS person_comes;"
    "CREATE TRIGGER IF NOT EXISTS person_goes AFTER DELETE ON person BEGIN"
    " DELETE FROM home WHERE id = old.id; END;"
    /* A claim is done with when somebody has the number. */
    "CREATE TRIGGER IF NOT EXISTS group_comes AFTER INSERT ON grp BEGIN"
    " DELETE FROM claim WHERE number = new.gid; END;"
    /* Earlier versions had a row for everybody. */
    "DELETE FROM home WHERE name ="
    " (SELECT name FROM person WHERE person.id = home.id);";

int
state_ids_open(struct state *s, struct error *e)
{
	return state_exec(s, additions, e);
}

static const char *
text(sqlite3_stmt *q, int column)
{
	const char *s = (const char *)sqlite3_column_text(q, column);

	return s != NULL ? s : "";
}

static uint32_t
number(sqlite3_stmt *q, int column)
{
	return (uint32_t)sqlite3_column_int64(q, column);
}

static enum idmap_kind
kind_of(sqlite3_stmt *q, int column)
{
	return sqlite3_column_int(q, column) == IDMAP_GROUP ? IDMAP_GROUP
							    : IDMAP_USER;
}

/* A statement of its own, or NULL. The caller finalizes. */
static sqlite3_stmt *
prepare(struct state *s, const char *sql, struct error *e)
{
	sqlite3_stmt *q = NULL;

	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK)
		return q;
	state_error(s, sql, e);
	return NULL;
}

int
state_each_number(struct state *s,
    int (*on)(void *arg, const struct state_number *n, struct error *e),
    void *arg, struct error *e)
{
	sqlite3_stmt *q = prepare(s,
	    "SELECT n.kind, n.id, n.number, coalesce(p.gid, n.number), n.k,"
	    " coalesce(p.name, g.name), coalesce(h.name, p.name) FROM number n"
	    " LEFT JOIN person p ON n.kind = 1 AND p.id = n.id"
	    " LEFT JOIN grp g ON n.kind = 2 AND g.id = n.id"
	    " LEFT JOIN home h ON n.kind = 1 AND h.id = n.id"
	    " ORDER BY n.number",
	    e);
	int rc = -1;

	while (q != NULL && (rc = state_step(s, q, e)) == 1) {
		struct state_number n = {.kind = kind_of(q, 0),
		    .id = text(q, 1),
		    .number = number(q, 2),
		    .gid = number(q, 3),
		    .k = sqlite3_column_int64(q, 4),
		    .name = text(q, 5),
		    .home = text(q, 6)};

		if (on(arg, &n, e) == -1) {
			rc = -1;
			break;
		}
	}
	sqlite3_finalize(q);
	return rc;
}

int
state_each_name(struct state *s,
    int (*on)(void *arg, const char *name, enum idmap_kind kind, const char *id,
	struct error *e),
    void *arg, struct error *e)
{
	sqlite3_stmt *q =
	    prepare(s, "SELECT name, kind, id FROM name ORDER BY name", e);
	int rc = -1;

	while (q != NULL && (rc = state_step(s, q, e)) == 1)
		if (on(arg, text(q, 0), kind_of(q, 1), text(q, 2), e) == -1) {
			rc = -1;
			break;
		}
	sqlite3_finalize(q);
	return rc;
}

static int
each_claim(struct state *s, const char *sql, int64_t import,
    int (*on)(void *arg, enum idmap_kind kind, const char *key, uint32_t number,
	uint32_t gid, struct error *e),
    void *arg, struct error *e)
{
	sqlite3_stmt *q = prepare(s, sql, e);
	int rc = -1;

	if (q != NULL)
		sqlite3_bind_int64(q, 1, import);
	while (q != NULL && (rc = state_step(s, q, e)) == 1)
		if (on(arg, kind_of(q, 0), text(q, 1), number(q, 2),
			number(q, 3), e) == -1) {
			rc = -1;
			break;
		}
	sqlite3_finalize(q);
	return rc;
}

int
state_each_claim(struct state *s,
    int (*on)(void *arg, enum idmap_kind kind, const char *key, uint32_t number,
	uint32_t gid, struct error *e),
    void *arg, struct error *e)
{
	return each_claim(s,
	    "SELECT kind, key, number, gid FROM claim"
	    " WHERE ?1 IS NOT NULL ORDER BY kind, key",
	    0, on, arg, e);
}

int
state_each_groupless(struct state *s, int64_t import,
    int (*on)(void *arg, enum idmap_kind kind, const char *key, uint32_t number,
	uint32_t gid, struct error *e),
    void *arg, struct error *e)
{
	return each_claim(s,
	    "SELECT kind, key, number, gid FROM claim WHERE import = ?1"
	    " AND kind = 1 AND gid <> number"
	    " AND gid NOT IN (SELECT number FROM number WHERE kind = 2)"
	    " AND gid NOT IN (SELECT number FROM claim WHERE kind = 2)"
	    " ORDER BY key",
	    import, on, arg, e);
}

int
state_claims_meet_wishes(struct state *s, struct error *e)
{
	return state_exec(s,
	    /* Whoever has a number keeps it. The id is the better key. */
	    "UPDATE wish SET number = c.number, gid = c.gid"
	    " FROM claim c WHERE c.kind = wish.kind AND c.key = coalesce("
	    "  (SELECT key FROM claim WHERE kind = wish.kind"
	    "   AND key = wish.id),"
	    "  (SELECT key FROM claim WHERE kind = wish.kind"
	    "   AND key = wish.name))"
	    " AND NOT EXISTS (SELECT 1 FROM number n"
	    "  WHERE n.kind = wish.kind AND n.id = wish.id"
	    "  AND n.number <> c.number);",
	    e);
}

int
state_is_claimed(struct state *s, uint32_t n, enum idmap_kind kind,
    const char *id, const char *name, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_CLAIMED, e);
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, n);
	sqlite3_bind_int(q, 2, (int)kind);
	sqlite3_bind_text(q, 3, id, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 4, name, -1, SQLITE_STATIC);
	rc = state_step(s, q, e);
	sqlite3_reset(q);
	return rc;
}

int
state_is_far(struct state *s, uint32_t n, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_FAR, e);
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, n);
	rc = state_step(s, q, e);
	sqlite3_reset(q);
	return rc;
}

/* --- an import --- */

int
state_put_far(struct state *s, uint32_t n, struct error *e)
{
	sqlite3_stmt *q =
	    prepare(s, "INSERT OR IGNORE INTO far VALUES (?1)", e);
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, n);
	rc = state_run(s, q, e);
	sqlite3_finalize(q);
	return rc;
}

/* One row of a statement with up to two texts and a number bound; columns as
 * text. 1, 0, -1. */
static int
ask(struct state *s, const char *sql, int kind, const char *a, uint32_t n,
    char one[JSON_ID_MAX + 1], uint32_t *two, struct error *e)
{
	sqlite3_stmt *q = prepare(s, sql, e);
	int rc;

	one[0] = '\0';
	*two = 0;
	if (q == NULL)
		return -1;
	sqlite3_bind_int(q, 1, kind);
	sqlite3_bind_text(q, 2, a, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 3, n);
	rc = state_step(s, q, e);
	if (rc == 1) {
		state_text(q, 0, one, JSON_ID_MAX + 1);
		*two = number(q, 1);
	}
	sqlite3_finalize(q);
	return rc;
}

static int refuse(char why[API_WHY_SIZE], const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Always 0. */
static int
refuse(char why[API_WHY_SIZE], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, API_WHY_SIZE, fmt, ap);
	va_end(ap);
	return 0;
}

/* A name of the ledger becomes the Okta id that it belongs to. 1, or 0 and
 * why, or -1. */
static int
resolve(struct state *s, const struct ids_line *l, char id[JSON_ID_MAX + 1],
    char why[API_WHY_SIZE], struct error *e)
{
	uint32_t kind;
	int rc;

	if (l->id[0] != '\0') {
		memcpy(id, l->id, sizeof(l->id));
		return 1;
	}
	rc = ask(s, "SELECT id, kind FROM name WHERE ?1 AND name = ?2 AND ?3",
	    1, l->name, 1, id, &kind, e);
	if (rc == 1 && kind != (uint32_t)l->kind)
		return refuse(
		    why, "the name belongs to %s, of another kind", id);
	return rc == -1 ? -1 : 1;
}

static int
put_claim(struct state *s, const struct ids_line *l, const char *key,
    int64_t import, struct error *e)
{
	sqlite3_stmt *q = prepare(s,
	    "INSERT INTO claim VALUES (?1, ?2, ?3, ?4, ?5)"
	    " ON CONFLICT (kind, key) DO UPDATE SET number = excluded.number,"
	    " gid = excluded.gid, import = excluded.import",
	    e);
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int(q, 1, (int)l->kind);
	sqlite3_bind_text(q, 2, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 3, l->number);
	sqlite3_bind_int64(q, 4, l->gid);
	sqlite3_bind_int64(q, 5, import);
	rc = state_run(s, q, e);
	sqlite3_finalize(q);
	return rc;
}

static int
put_pair(struct state *s, const char *sql, const char *a, int kind,
    const char *b, struct error *e)
{
	sqlite3_stmt *q = prepare(s, sql, e);
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_text(q, 1, a, -1, SQLITE_STATIC);
	sqlite3_bind_int(q, 2, kind);
	sqlite3_bind_text(q, 3, b, -1, SQLITE_STATIC);
	rc = state_run(s, q, e);
	sqlite3_finalize(q);
	return rc;
}

static int
claim_name(struct state *s, const struct ids_line *l, char why[API_WHY_SIZE],
    struct error *e)
{
	char holder[JSON_ID_MAX + 1];
	uint32_t kind;
	int rc;

	rc = ask(s, "SELECT id, kind FROM name WHERE ?1 AND name = ?2 AND ?3",
	    1, l->name, 1, holder, &kind, e);
	if (rc == 1)
		return kind == (uint32_t)l->kind && strcmp(holder, l->id) == 0
		    ? 1
		    : refuse(why, "the name belongs to %s", holder);
	return rc == -1 ||
		put_pair(s, "INSERT INTO name VALUES (?1, ?2, ?3)", l->name,
		    (int)l->kind, l->id, e) == -1
	    ? -1
	    : 1;
}

/* Against the numbers that are given out. 1 good, 2 it is so already, 0 and
 * why, -1. */
static int
check_ledger(struct state *s, const struct ids_line *l, const char *id,
    char why[API_WHY_SIZE], struct error *e)
{
	char other[JSON_ID_MAX + 1];
	uint32_t n;
	int rc;

	rc = ask(s,
	    "SELECT coalesce(p.gid, n.number), n.number FROM number n"
	    " LEFT JOIN person p ON n.kind = 1 AND p.id = n.id"
	    " WHERE n.kind = ?1 AND n.id = ?2 AND ?3",
	    (int)l->kind, id, 1, other, &n, e);
	if (rc == 1 && n != l->number)
		return refuse(why, "%s has the number %u in the ledger", id, n);
	if (rc == 1) {
		snprintf(why, API_WHY_SIZE, "%u", l->gid);
		if (strcmp(other, why) != 0)
			return refuse(
			    why, "the ledger holds the gid %s for it", other);
		why[0] = '\0';
		return 2;
	}
	if (rc == -1)
		return -1;
	rc = ask(s,
	    "SELECT id, kind FROM number WHERE ?1 AND ?2 = '' AND"
	    " number = ?3",
	    1, "", l->number, other, &n, e);
	if (rc == 1)
		return refuse(why, "the number belongs to %s", other);
	return rc == -1 ? -1 : 1;
}

/* Against other claims. */
static int
check_claims(struct state *s, const struct ids_line *l, const char *key,
    int64_t import, char why[API_WHY_SIZE], struct error *e)
{
	char other[JSON_ID_MAX + 1];
	uint32_t n;
	int rc;

	rc = ask(s,
	    "SELECT key, import FROM claim WHERE number = ?3"
	    " AND (kind <> ?1 OR key <> ?2)",
	    (int)l->kind, key, l->number, other, &n, e);
	if (rc == 1)
		return refuse(why, "the number is claimed for %s", other);
	if (rc == -1)
		return -1;
	rc = ask(s,
	    "SELECT key, number FROM claim WHERE kind = ?1 AND key = ?2"
	    " AND import = ?3",
	    (int)l->kind, key, (uint32_t)import, other, &n, e);
	if (rc == 1)
		return refuse(why, "%s stands twice, before with %u", other, n);
	return rc == -1 ? -1 : 1;
}

int
state_claim(struct state *s, const struct ids_line *l, int64_t import,
    char why[API_WHY_SIZE], struct error *e)
{
	char id[JSON_ID_MAX + 1];
	const char *key;
	int rc;

	why[0] = '\0';
	if (l->what == IDS_NOTHING)
		return 1;
	if (l->what == IDS_NAME)
		return claim_name(s, l, why, e);
	rc = resolve(s, l, id, why, e);
	if (rc != 1)
		return rc;
	key = id[0] != '\0' ? id : l->name;
	rc = check_ledger(s, l, id, why, e);
	if (rc == 1)
		rc = check_claims(s, l, key, import, why, e);
	if (rc == 1 && put_claim(s, l, key, import, e) == -1)
		rc = -1;
	if (rc >= 1 && l->home[0] != '\0' && id[0] != '\0' &&
	    /* Whoever is here has a home. */
	    put_pair(s,
		"INSERT OR IGNORE INTO home SELECT ?3, ?1 WHERE ?2"
		" AND NOT EXISTS (SELECT 1 FROM person WHERE id = ?3)",
		l->home, 1, id, e) == -1)
		rc = -1;
	return rc == 2 ? 1 : rc;
}
