/*
 * Every statement of state.db and its tables, in one place.
 */
#include "state_private.h"

#define NEXT_PK                                                 \
	"1 + max(coalesce((SELECT max(pk) FROM in_person), 0)," \
	" coalesce((SELECT max(pk) FROM new_person), 0))"

/* The same of both kinds of losses: of the last pass and of the one under way.
 */
#define LOSER_NEXT(lost)                                                    \
	"SELECT l.uid, p.id FROM " lost " l JOIN person p ON p.uid = l.uid" \
	" WHERE l.uid > ?1 AND l.word = 0 AND (?2 = 0 OR l.src = ?2)"       \
	" ORDER BY l.uid LIMIT 1"
#define LOSS_NEXT(lost)                                                \
	"SELECT s.num, s.kind, s.id, s.allows, s.publishes, s.changed" \
	" FROM " lost " l JOIN source s ON s.num = l.src"              \
	" WHERE l.uid = ?1 AND l.src > ?2 ORDER BY l.src LIMIT 1"
#define LOSS_SETTLE(lost) \
	"UPDATE " lost " SET word = ?3 WHERE uid = ?1 AND src = ?2"
#define COUNT_SILENT(lost) \
	"SELECT count(DISTINCT uid) FROM " lost " WHERE word = 0"
#define LOSS_FORGET(lost)                     \
	"DELETE FROM " lost " WHERE src = ?2" \
	" AND uid = (SELECT uid FROM person WHERE id = ?1)"

const char *const state_sql_text[SQL_ALL] = {
    [SQL_GET] = "SELECT value FROM meta WHERE key = ?1",
    [SQL_SET] = "INSERT INTO meta VALUES (?1, ?2)"
		" ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    [SQL_SOURCE_PUT] =
	"INSERT INTO source (kind, id, allows, publishes, changed)"
	" VALUES (?1, ?2, ?3, ?4, 0) ON CONFLICT (kind, id) DO UPDATE SET"
	" allows = max(allows, ?3), publishes = publishes | ?4",
    [SQL_SOURCE_NEXT] =
	"SELECT num, kind, id, allows, publishes, changed FROM source"
	" WHERE num > ?1 AND allows + publishes > 0 ORDER BY num LIMIT 1",
    [SQL_SOURCE_SEEN] = "UPDATE source SET changed = g.changed FROM in_group g"
			" WHERE g.src = source.num",
    [SQL_IN_GROUP] = "INSERT OR REPLACE INTO in_group"
		     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    /* The same pk as in the pass under way, else one that nobody has. */
    [SQL_IN_PERSON] =
	"INSERT INTO in_person (id, has_status, status, login, name, gecos,"
	" home, shell, uid, gid, problem, note, pk)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, coalesce("
	"(SELECT pk FROM new_person WHERE id = ?1), " NEXT_PK "))",
    [SQL_IN_PERSON_LOOK] =
	"SELECT pk, (has_status, status, login, name, gecos, home, shell, uid,"
	" gid, problem, note)"
	" = (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
	" FROM in_person WHERE id = ?1",
    [SQL_IN_PERSON_NEW] =
	"UPDATE in_person SET has_status = ?2, status = ?3, login = ?4,"
	" name = ?5, gecos = ?6, home = ?7, shell = ?8, uid = ?9, gid = ?10,"
	" problem = ?11, note = ?12 WHERE id = ?1",
    /* What a poll has written is newer than any page. */
    [SQL_NEW_PERSON_LOOK] =
	"SELECT pk, (has_status, status, login, name, gecos, home, shell, uid,"
	" gid, problem, note, keys)"
	" IS (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
	" OR EXISTS (SELECT 1 FROM fresh f WHERE f.src = 0"
	"  AND f.pk = new_person.pk)"
	" FROM new_person WHERE id = ?1",
    [SQL_NEW_PERSON] =
	"INSERT OR REPLACE INTO new_person (id, has_status, status, login,"
	" name, gecos, home, shell, uid, gid, problem, note, keys, pk)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	" coalesce(?14, " NEXT_PK "))",
    [SQL_NEW_GROUP] = "INSERT OR REPLACE INTO new_group"
		      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SQL_NEW_LIST] = "INSERT OR REPLACE INTO new_list VALUES (?1, ?2, ?3)",
    [SQL_NEW_LIST_NEXT] = "SELECT src, is_done, people FROM new_list"
			  " WHERE src > ?1 ORDER BY src LIMIT 1",
    [SQL_NEW_LIST_DONE] = "SELECT is_done FROM new_list WHERE src = ?1",
    [SQL_FRESH] = "INSERT OR IGNORE INTO fresh VALUES (?1, ?2)",
    [SQL_FRESH_OF] = "SELECT pk, src FROM fresh WHERE src = ?1 ORDER BY pk",
    [SQL_PK_OF] = "SELECT pk FROM in_person WHERE id = ?1"
		  " UNION ALL SELECT pk FROM new_person WHERE id = ?1 LIMIT 1",
    [SQL_PERSON_ALL] = "SELECT pk, 0 FROM in_person",
    [SQL_PERSON_DROP] = "DELETE FROM in_person WHERE pk = ?2",
    [SQL_PK_MAX] = "SELECT " NEXT_PK,
    [SQL_PERSON_VIA_DROP] = "DELETE FROM in_via WHERE pk = ?2",
    [SQL_VIA_ALL] = "SELECT pk, src FROM in_via",
    [SQL_VIA_DROP] = "DELETE FROM in_via WHERE src = ?1 AND pk = ?2",
    [SQL_IN_VIA] = "INSERT OR IGNORE INTO in_via (src, pk) VALUES (?1, ?2)",
    [SQL_LOSER_NEXT] = LOSER_NEXT("lost"),
    [SQL_LOSS_NEXT] = LOSS_NEXT("lost"),
    [SQL_LOSS_SETTLE] = LOSS_SETTLE("lost"),
    [SQL_AHEAD_LOSER_NEXT] = LOSER_NEXT("new_lost"),
    [SQL_AHEAD_LOSS_NEXT] = LOSS_NEXT("new_lost"),
    [SQL_AHEAD_LOSS_SETTLE] = LOSS_SETTLE("new_lost"),
    [SQL_AHEAD_COUNT_SILENT] = COUNT_SILENT("new_lost"),
    [SQL_AHEAD_LOSS_FORGET] = LOSS_FORGET("new_lost"),
    /* Not of whom a poll was told. */
    [SQL_AHEAD_LOST] =
	"INSERT OR IGNORE INTO new_lost SELECT p.uid, ?1, 0"
	" FROM in_person ip CROSS JOIN person p ON p.id = ip.id"
	" CROSS JOIN via v ON v.uid = p.uid AND v.src = ?1 WHERE ip.pk = ?2"
	" AND NOT EXISTS (SELECT 1 FROM fresh WHERE src = ?1 AND pk = ?2)",
    /* The guard has held them the last time. */
    [SQL_AHEAD_HELD] = "SELECT l.uid, coalesce(ip.pk, np.pk, 0) FROM lost l"
		       " JOIN person p ON p.uid = l.uid"
		       " JOIN via v ON v.uid = l.uid AND v.src = l.src"
		       " LEFT JOIN in_person ip ON ip.id = p.id"
		       " LEFT JOIN new_person np ON np.id = p.id"
		       " WHERE l.src = ?1 AND l.word = 0",
    [SQL_AHEAD_PUT] = "INSERT OR IGNORE INTO new_lost VALUES (?2, ?1, 0)",
    [SQL_GONE] = "UPDATE person SET gone = 1 WHERE uid = ?1",
    [SQL_COUNT_KNOWN] =
	"SELECT count(DISTINCT v.uid) FROM via v"
	" JOIN source s ON s.num = v.src AND s.allows + s.publishes > 0",
    [SQL_COUNT_SILENT] = COUNT_SILENT("lost"),
    [SQL_COUNT_PRESENT] = "SELECT count(DISTINCT pk) FROM in_via",
    [SQL_COUNT_PAIRS] =
	"SELECT count(*) FROM via v"
	" JOIN source s ON s.num = v.src AND s.allows + s.publishes > 0",
    [SQL_NAME_GET] = "SELECT kind, id FROM name WHERE name = ?1",
    [SQL_NAME_PUT] = "INSERT OR IGNORE INTO name VALUES (?1, 2, ?2)",
    [SQL_GID_OF] = "SELECT gid FROM grp WHERE id = ?1",
    [SQL_NUMBER_OF] = "SELECT number FROM number WHERE kind = ?1 AND id = ?2",
    [SQL_NUMBER_PUT] = "INSERT INTO number VALUES (?1, ?2, ?3, ?4)"
		       " ON CONFLICT (number) DO NOTHING",
    [SQL_WISH_NEXT] = "SELECT kind, id, name, number, gid FROM wish"
		      " ORDER BY kind = 2 AND id = ?1 DESC, number = 0,"
		      " kind DESC, id",
    [SQL_PLACE_GROUP] =
	"INSERT INTO grp SELECT ?1, ?2, ?3, g.type FROM in_group g"
	" JOIN source s ON s.num = g.src WHERE s.kind = 1 AND s.id = ?2"
	" ON CONFLICT (id) DO UPDATE SET name = excluded.name",
    [SQL_PLACE_PERSON] = "INSERT INTO placed VALUES (?1, ?2, ?3, ?4)",
    [SQL_GROUP_GID] = "SELECT 1 FROM grp WHERE gid = ?1",
    [SQL_STATUS] =
	"UPDATE person SET blocked = ?3, gone = 0,"
	" status = CASE WHEN ?3 THEN status ELSE ?2 END WHERE id = ?1"
	" AND (blocked <> ?3 OR gone <> 0 OR (NOT ?3 AND status <> ?2))",
    [SQL_ENDED] = "UPDATE person SET gone = 1, blocked = 0, status = ?2"
		  " WHERE id = ?1",
    [SQL_ENDED_RECORD] = "UPDATE in_person SET has_status = 1, status = ?2"
			 " WHERE id = ?1",
    [SQL_ENDED_NEW] = "UPDATE new_person SET has_status = 1, status = ?2"
		      " WHERE id = ?1",
    [SQL_HAS_ENDED] = "SELECT 1 FROM person WHERE uid = ?1 AND status = ?2",
    [SQL_KNOWS] = "SELECT EXISTS (SELECT 1 FROM person WHERE id = ?1)"
		  /* Whom a record is left of may be in the lists of a pass
		   * under way, which write nothing of who is the same. */
		  " OR EXISTS (SELECT 1 FROM in_person WHERE id = ?1 AND (?2"
		  "  OR EXISTS (SELECT 1 FROM in_via v"
		  "   WHERE v.pk = in_person.pk)))"
		  " OR EXISTS (SELECT 1 FROM new_person WHERE id = ?1)",
    [SQL_DIFFERS] =
	"SELECT NOT EXISTS (SELECT 1 FROM in_person WHERE id = ?1 AND"
	" (has_status, status, login, name, gecos, home, shell, uid, gid)"
	" = (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10))",
    [SQL_NOTE] = "INSERT INTO note VALUES (?1, ?2, ?3)",
    [SQL_WORD_GET] = "SELECT value FROM word WHERE key = ?1",
    [SQL_WORD_SET] = "INSERT INTO word VALUES (?1, ?2)"
		     " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    [SQL_EVENT_SEEN] = "INSERT OR IGNORE INTO seen VALUES (?1, ?2)",
    [SQL_EVENT_FORGET] = "DELETE FROM seen WHERE published < ?1",
    /* A new number each time: what comes in while something is asked for is
     * not done with it. */
    [SQL_PEND] = "INSERT OR REPLACE INTO pending (what, subject, object, gone)"
		 " VALUES (?1, ?2, ?3, ?4)",
    [SQL_TOUCH] = "INSERT OR IGNORE INTO touched VALUES (?1)",
    [SQL_TOUCH_ID] = "INSERT OR IGNORE INTO touched"
		     " SELECT pk FROM in_person WHERE id = ?1",
    [SQL_PEND_NEWER] = "DELETE FROM later"
		       " WHERE what = ?1 AND subject = ?2 AND object = ?3",
    [SQL_PEND_LATER] = "INSERT OR REPLACE INTO later"
		       " (what, subject, object, gone, due)"
		       " VALUES (?1, ?2, ?3, ?4 | 2, ?5)",
    [SQL_PEND_DUE] =
	"INSERT OR IGNORE INTO pending (what, subject, object, gone)"
	" SELECT what, subject, object, gone FROM later WHERE due <= ?1",
    [SQL_PEND_DUE_DONE] = "DELETE FROM later WHERE due <= ?1",
    [SQL_PENDING_NEXT] = "SELECT num, what, subject, object, gone FROM pending"
			 " WHERE num > ?1 ORDER BY num LIMIT 1",
    [SQL_PENDING_DONE] = "DELETE FROM pending WHERE num = ?1",
    [SQL_PENDING_OF] = "SELECT num, what, subject, object, gone FROM pending"
		       " WHERE what = ?1 AND subject = ?2 AND object = ?3",
    [SQL_PENDING_PEOPLE] = "SELECT count(DISTINCT subject) FROM pending"
			   " WHERE what IN (1, 2, 3)",
    [SQL_PENDING_LAST] = "SELECT coalesce(max(num), 0) FROM pending",
    [SQL_PENDING_CLEAR] =
	"DELETE FROM pending WHERE num <= ?1 AND NOT (gone & 1 AND (what = 1"
	" OR EXISTS (SELECT 1 FROM person p JOIN lost l USING (uid)"
	"  JOIN source s ON s.num = l.src WHERE p.id = pending.subject"
	"  AND s.id = pending.object AND l.word = 0)))",
    /* Not where no source is named; and not where an event says that somebody
     * left an app: who is not in its list is a 404 there, so without the event
     * there would be no word at all. */
    [SQL_PEND_LISTS] =
	"INSERT OR REPLACE INTO pending (what, subject, object, gone)"
	" SELECT 5, object, '', 0 FROM pending WHERE what IN (2, 3)"
	" AND object <> '' AND NOT (what = 3 AND gone & 1)"
	" GROUP BY object HAVING count(*) > ?1",
    [SQL_PEND_LISTED] = "DELETE FROM pending WHERE what IN (2, 3)"
			" AND NOT (what = 3 AND gone & 1)"
			" AND object IN (SELECT subject FROM pending"
			"  WHERE what = 5)",
    [SQL_SOURCE_FIND] =
	"SELECT num, kind, id, allows, publishes, changed FROM source"
	" WHERE id = ?1 AND allows + publishes > 0",
    [SQL_HAS_RECORD] = "SELECT 1 FROM in_person WHERE id = ?1",
    [SQL_JOIN] = "INSERT OR IGNORE INTO in_via (src, pk)"
		 " SELECT ?2, pk FROM in_person WHERE id = ?1",
    [SQL_LEAVE] = "DELETE FROM in_via WHERE src = ?2"
		  " AND pk = (SELECT pk FROM in_person WHERE id = ?1)",
    /* At once, so that a list read after it does not find a loss. */
    [SQL_VIA_LEAVE] = "DELETE FROM via WHERE src = ?2"
		      " AND uid = (SELECT uid FROM person WHERE id = ?1)",
    [SQL_LOSS_FORGET] = LOSS_FORGET("lost"),
    /* In the last answers, or held by the guard. */
    [SQL_STANDING] =
	"SELECT EXISTS (SELECT 1 FROM in_via JOIN in_person USING (pk)"
	"  WHERE id = ?1 AND src = ?2)"
	" OR EXISTS (SELECT 1 FROM lost l JOIN person p USING (uid)"
	"  JOIN via v ON v.src = l.src AND v.uid = l.uid"
	"  WHERE p.id = ?1 AND l.src = ?2)"
	/* Or perhaps by the pass under way. */
	" OR EXISTS (SELECT 1 FROM new_person n WHERE n.id = ?1"
	"  AND NOT EXISTS (SELECT 1 FROM in_person WHERE id = ?1))",
    [SQL_MEMBER_NEXT] =
	"SELECT v.uid, p.id FROM via v JOIN person p USING (uid)"
	" WHERE v.src = ?1 AND v.uid > ?2 ORDER BY v.uid LIMIT 1",
    [SQL_RELIST] = "DELETE FROM in_via WHERE src = ?1",
    [SQL_RELIST_FOUND] = "DELETE FROM lost WHERE src = ?1",
    [SQL_RELIST_LOST] =
	"INSERT OR REPLACE INTO lost (uid, src, word)"
	" SELECT v.uid, v.src, 0 FROM via v"
	" JOIN person p ON p.uid = v.uid"
	" LEFT JOIN in_person ip ON ip.id = p.id WHERE v.src = ?1"
	" AND (ip.pk IS NULL OR NOT EXISTS (SELECT 1 FROM in_via i"
	"  WHERE i.src = v.src AND i.pk = ip.pk))",
    [SQL_FAR] = "SELECT 1 FROM far WHERE number = ?1",
    [SQL_CLAIMED] = "SELECT 1 FROM claim WHERE number = ?1"
		    " AND NOT (kind = ?2 AND key IN (?3, ?4))",
    [SQL_KEYS_PUT] = "INSERT INTO sshkey VALUES (?1, ?2)"
		     " ON CONFLICT (id) DO UPDATE SET keys = excluded.keys"
		     " WHERE keys <> excluded.keys",
    [SQL_KEYS_DROP] = "DELETE FROM sshkey WHERE id = ?1",
    [SQL_KEYS_OF] = "SELECT keys FROM sshkey WHERE id = ?1",
    [SQL_ZONE_FORGET] = "DELETE FROM zone WHERE id = ?1",
    [SQL_ZONE_KEEP] = "UPDATE zone SET id = ?1 WHERE id = '-' || ?1",
    [SQL_ZONE_TRUST] = "DELETE FROM zone WHERE id = ?1 AND net LIKE '!%'",
    [SQL_ZONE_PUT] = "INSERT OR IGNORE INTO zone VALUES (?1, ?2)",
};

const char state_pragmas[] =
    /* EXTRA: a power cut can not bring a finished transaction's journal back,
     * so no number is ever published and then forgotten. */
    "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;"
    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;"
    /* Nothing outside the state folder. */
    "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768;";

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
    /* Both are walked person by person: an index by source would cost more
     * with each membership than it is worth. */
    "CREATE TABLE via (uid INTEGER NOT NULL, src INTEGER NOT NULL,"
    " PRIMARY KEY (uid, src)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE in_group (src INTEGER PRIMARY KEY, name TEXT NOT NULL,"
    " gid INTEGER NOT NULL, okta_name TEXT NOT NULL, problem TEXT NOT NULL,"
    " changed INTEGER NOT NULL, type INTEGER NOT NULL) STRICT;"
    "CREATE TABLE in_person (pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " has_status INTEGER NOT NULL, status INTEGER NOT NULL,"
    " login TEXT NOT NULL, name TEXT NOT NULL, gecos TEXT NOT NULL,"
    " home TEXT NOT NULL, shell TEXT NOT NULL, uid INTEGER NOT NULL,"
    " gid INTEGER NOT NULL, problem TEXT NOT NULL, note TEXT NOT NULL)"
    " STRICT;"
    "CREATE TABLE in_via (pk INTEGER NOT NULL, src INTEGER NOT NULL,"
    " PRIMARY KEY (pk, src)) STRICT, WITHOUT ROWID;"
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

const char state_additions[] =
    "CREATE TABLE IF NOT EXISTS sshkey (id TEXT PRIMARY KEY,"
    " keys TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    /* Networks of zones; '' says that a zone has been read, '!' begins what
     * is to be said of it. */
    "CREATE TABLE IF NOT EXISTS zone (id TEXT NOT NULL, net TEXT NOT NULL,"
    " PRIMARY KEY (id, net)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS word (key TEXT PRIMARY KEY,"
    " value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS seen (uuid TEXT PRIMARY KEY,"
    " published INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    /* AUTOINCREMENT: a number is never given twice. */
    "CREATE TABLE IF NOT EXISTS pending (num INTEGER PRIMARY KEY AUTOINCREMENT,"
    " what INTEGER NOT NULL, subject TEXT NOT NULL, object TEXT NOT NULL,"
    " gone INTEGER NOT NULL, UNIQUE (what, subject, object)) STRICT;"
    /* Refusals are in note; what is said of people who are there, here. */
    "CREATE TABLE IF NOT EXISTS remark (id TEXT NOT NULL,"
    " name TEXT NOT NULL, why TEXT NOT NULL) STRICT;"
    /* The full pass under way: records that are not what they were, with keys
     * where the answer has some; who is in which list (state_list.c); and what
     * a poll was told meanwhile: src 0 of the record, pk 0 of the group. */
    "CREATE TABLE IF NOT EXISTS new_person (pk INTEGER PRIMARY KEY,"
    " id TEXT NOT NULL UNIQUE, has_status INTEGER NOT NULL,"
    " status INTEGER NOT NULL, login TEXT NOT NULL, name TEXT NOT NULL,"
    " gecos TEXT NOT NULL, home TEXT NOT NULL, shell TEXT NOT NULL,"
    " uid INTEGER NOT NULL, gid INTEGER NOT NULL, problem TEXT NOT NULL,"
    " note TEXT NOT NULL, keys TEXT) STRICT;"
    "CREATE TABLE IF NOT EXISTS new_group (src INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL, gid INTEGER NOT NULL, okta_name TEXT NOT NULL,"
    " problem TEXT NOT NULL, changed INTEGER NOT NULL, type INTEGER NOT NULL)"
    " STRICT;"
    "CREATE TABLE IF NOT EXISTS new_list (src INTEGER PRIMARY KEY,"
    " is_done INTEGER NOT NULL, people BLOB NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS fresh (src INTEGER NOT NULL,"
    " pk INTEGER NOT NULL, PRIMARY KEY (src, pk)) STRICT, WITHOUT ROWID;"
    "CREATE TEMP TABLE touched (pk INTEGER PRIMARY KEY);"
    /* Like lost, by the pass under way, which does not count yet. */
    "CREATE TEMP TABLE new_lost (uid INTEGER NOT NULL, src INTEGER NOT NULL,"
    " word INTEGER NOT NULL, PRIMARY KEY (uid, src)) STRICT, WITHOUT ROWID;"
    "CREATE TEMP TABLE placed (uid INTEGER, gid INTEGER, name TEXT, id TEXT);"
    "CREATE TEMP TABLE part AS SELECT * FROM in_person LIMIT 0;"
    "CREATE TABLE IF NOT EXISTS later (what INTEGER NOT NULL,"
    " subject TEXT NOT NULL, object TEXT NOT NULL, gone INTEGER NOT NULL,"
    " due INTEGER NOT NULL, PRIMARY KEY (what, subject, object))"
    " STRICT, WITHOUT ROWID;";
