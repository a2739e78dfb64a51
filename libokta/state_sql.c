/*
 * Every statement of state.db and its tables, in one place.
 */
#include "state_private.h"

const char *const state_sql_text[SQL_ALL] = {
    [SQL_GET] = "SELECT value FROM meta WHERE key = ?1",
    [SQL_SET] = "INSERT INTO meta VALUES (?1, ?2)"
		" ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    [SQL_SOURCE_PUT] =
	"INSERT INTO source (kind, id, allows, publishes, changed)"
	" VALUES (?1, ?2, ?3, ?4, 0) ON CONFLICT (kind, id) DO UPDATE SET"
	" allows = max(allows, ?3), publishes = max(publishes, ?4)",
    [SQL_SOURCE_NEXT] =
	"SELECT num, kind, id, allows, publishes, changed FROM source"
	" WHERE num > ?1 AND allows + publishes > 0 ORDER BY num LIMIT 1",
    [SQL_SOURCE_SEEN] = "UPDATE source SET changed = g.changed FROM in_group g"
			" WHERE g.src = source.num",
    [SQL_IN_GROUP] = "INSERT OR REPLACE INTO in_group"
		     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SQL_IN_PERSON] =
	"INSERT INTO in_person (id, has_status, status, login, name, gecos,"
	" home, shell, uid, gid, problem, note)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
	" ON CONFLICT (id) DO UPDATE SET has_status = ?2, status = ?3,"
	" login = ?4, name = ?5, gecos = ?6, home = ?7, shell = ?8, uid = ?9,"
	" gid = ?10, problem = ?11, note = ?12 RETURNING pk",
    [SQL_IN_VIA] = "INSERT OR IGNORE INTO in_via VALUES (?1, ?2)",
    [SQL_LOSER_NEXT] =
	"SELECT l.uid, p.id FROM lost l JOIN person p ON p.uid = l.uid"
	" WHERE l.uid > ?1 AND l.word = 0 ORDER BY l.uid LIMIT 1",
    [SQL_LOSS_NEXT] =
	"SELECT s.num, s.kind, s.id, s.allows, s.publishes, s.changed"
	" FROM lost l JOIN source s ON s.num = l.src"
	" WHERE l.uid = ?1 AND l.src > ?2 ORDER BY l.src LIMIT 1",
    [SQL_LOSS_SETTLE] = "UPDATE lost SET word = ?3 WHERE uid = ?1 AND src = ?2",
    [SQL_GONE] = "UPDATE person SET gone = 1 WHERE uid = ?1",
    [SQL_COUNT_KNOWN] =
	"SELECT count(DISTINCT v.uid) FROM via v"
	" JOIN source s ON s.num = v.src AND s.allows + s.publishes > 0",
    [SQL_COUNT_SILENT] = "SELECT count(DISTINCT uid) FROM lost WHERE word = 0",
    [SQL_COUNT_PRESENT] = "SELECT count(DISTINCT pk) FROM in_via",
    [SQL_COUNT_PAIRS] =
	"SELECT count(*) FROM via v"
	" JOIN source s ON s.num = v.src AND s.allows + s.publishes > 0",
    [SQL_NAME_GET] = "SELECT kind, id FROM name WHERE name = ?1",
    [SQL_NAME_PUT] = "INSERT OR IGNORE INTO name VALUES (?1, ?2, ?3)",
    [SQL_NUMBER_GET] = "SELECT kind, id FROM number WHERE number = ?1",
    [SQL_NUMBER_OF] = "SELECT number FROM number WHERE kind = ?1 AND id = ?2",
    [SQL_NUMBER_PUT] = "INSERT INTO number VALUES (?1, ?2, ?3, ?4)",
    [SQL_WISH_NEXT] = "SELECT kind, id, name, number, gid FROM wish"
		      " ORDER BY number = 0, kind DESC, id",
    [SQL_PLACE_GROUP] =
	"INSERT INTO grp SELECT ?1, ?2, ?3, g.type FROM in_group g"
	" JOIN source s ON s.num = g.src WHERE s.kind = 1 AND s.id = ?2"
	" ON CONFLICT (id) DO UPDATE SET name = excluded.name",
    [SQL_PLACE_PERSON] =
	"INSERT INTO person SELECT ?1, id, ?2, ?3, login, gecos, home, shell,"
	" status, 0, 0 FROM in_person WHERE id = ?4"
	" ON CONFLICT (id) DO UPDATE SET name = excluded.name",
    [SQL_GROUP_GID] = "SELECT 1 FROM grp WHERE gid = ?1",
    [SQL_STATUS] =
	"UPDATE person SET blocked = ?3, gone = 0,"
	" status = CASE WHEN ?3 THEN status ELSE ?2 END WHERE id = ?1"
	" AND (blocked <> ?3 OR gone <> 0 OR (NOT ?3 AND status <> ?2))",
    [SQL_KNOWS] = "SELECT EXISTS (SELECT 1 FROM person WHERE id = ?1)"
		  " OR EXISTS (SELECT 1 FROM in_person JOIN in_via USING (pk)"
		  " WHERE id = ?1)",
    [SQL_DIFFERS] =
	"SELECT 1 FROM in_person WHERE id = ?1"
	" AND pk IN (SELECT pk FROM in_via) AND"
	" (has_status, status, login, name, gecos, home, shell, uid, gid)"
	" <> (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [SQL_NOTE] = "INSERT INTO note VALUES (?1, ?2, ?3)",
};

const char state_pragmas[] =
    /* EXTRA: a power cut can not bring a finished transaction's journal back,
     * so no number is ever published and then forgotten. */
    "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;"
    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;"
    /* Nothing outside the state folder. */
    "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;";

const char state_schema[] =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE number (number INTEGER PRIMARY KEY,"
    " kind INTEGER NOT NULL CHECK (kind IN (1, 2)), id TEXT NOT NULL,"
    " k INTEGER NOT NULL, UNIQUE (kind, id)) STRICT;"
    "CREATE TABLE name (name TEXT PRIMARY KEY,"
    " kind INTEGER NOT NULL CHECK (kind IN (1, 2)), id TEXT NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TRIGGER number_stays BEFORE DELETE ON number"
    " BEGIN SELECT raise(ABORT, 'the ledger only grows'); END;"
    "CREATE TRIGGER number_holds BEFORE UPDATE ON number"
    " BEGIN SELECT raise(ABORT, 'the ledger only grows'); END;"
    "CREATE TRIGGER name_stays BEFORE DELETE ON name"
    " BEGIN SELECT raise(ABORT, 'the ledger only grows'); END;"
    "CREATE TRIGGER name_holds BEFORE UPDATE ON name"
    " BEGIN SELECT raise(ABORT, 'the ledger only grows'); END;"
    "CREATE TABLE source (num INTEGER PRIMARY KEY, kind INTEGER NOT NULL,"
    " id TEXT NOT NULL, allows INTEGER NOT NULL, publishes INTEGER NOT NULL,"
    " changed INTEGER NOT NULL, UNIQUE (kind, id)) STRICT;"
    "CREATE TABLE person (uid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " gid INTEGER NOT NULL, name TEXT NOT NULL, login TEXT NOT NULL,"
    " gecos TEXT NOT NULL, home TEXT NOT NULL, shell TEXT NOT NULL,"
    " status INTEGER NOT NULL, blocked INTEGER NOT NULL,"
    " gone INTEGER NOT NULL) STRICT;"
    "CREATE TABLE grp (gid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " name TEXT NOT NULL, type INTEGER NOT NULL) STRICT;"
    "CREATE TABLE via (src INTEGER NOT NULL, uid INTEGER NOT NULL,"
    " PRIMARY KEY (src, uid)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX via_uid ON via (uid);"
    "CREATE TABLE in_group (src INTEGER PRIMARY KEY, name TEXT NOT NULL,"
    " gid INTEGER NOT NULL, okta_name TEXT NOT NULL, problem TEXT NOT NULL,"
    " changed INTEGER NOT NULL, type INTEGER NOT NULL) STRICT;"
    "CREATE TABLE in_person (pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " has_status INTEGER NOT NULL, status INTEGER NOT NULL,"
    " login TEXT NOT NULL, name TEXT NOT NULL, gecos TEXT NOT NULL,"
    " home TEXT NOT NULL, shell TEXT NOT NULL, uid INTEGER NOT NULL,"
    " gid INTEGER NOT NULL, problem TEXT NOT NULL, note TEXT NOT NULL)"
    " STRICT;"
    "CREATE TABLE in_via (src INTEGER NOT NULL, pk INTEGER NOT NULL,"
    " PRIMARY KEY (src, pk)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX in_via_pk ON in_via (pk);"
    "CREATE TABLE lost (uid INTEGER NOT NULL, src INTEGER NOT NULL,"
    " word INTEGER NOT NULL, PRIMARY KEY (uid, src)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE was (uid INTEGER PRIMARY KEY) STRICT;"
    "CREATE TABLE wish (kind INTEGER NOT NULL, id TEXT NOT NULL,"
    " name TEXT NOT NULL, number INTEGER NOT NULL, gid INTEGER NOT NULL,"
    " PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE note (id TEXT NOT NULL, name TEXT NOT NULL,"
    " why TEXT NOT NULL) STRICT;"
    "PRAGMA application_id = " STATE_APPLICATION_ID ";"
    "PRAGMA user_version = 1;";
