/*
 * From the staged answers to the accepted directory. The order of arrival has
 * no say: names are settled as a set, numbers given in order of Okta ids (T12).
 */
#include <stdio.h>
#include <string.h>

#include "state_private.h"

/* Who would like which name: groups and people whose name is new. People come
 * in only with a good record, entitled, and after they were active once. */
static const char sql_wishes[] =
    "DELETE FROM wish;"
    "INSERT INTO wish SELECT 2, s.id, g.name, g.gid, 0 FROM in_group g"
    " JOIN source s ON s.num = g.src AND s.publishes"
    " WHERE g.problem = '' AND NOT EXISTS (SELECT 1 FROM grp"
    "  WHERE grp.id = s.id AND grp.name = g.name);"
    "INSERT INTO wish SELECT 1, ip.id, ip.name, ip.uid, ip.gid"
    " FROM in_person ip LEFT JOIN person p ON p.id = ip.id"
    " WHERE ip.problem = '' AND CASE WHEN p.uid IS NOT NULL"
    "  THEN p.name <> ip.name"
    "  ELSE ip.status NOT IN (0, 1) AND EXISTS (SELECT 1 FROM in_via i"
    "   JOIN source s ON s.num = i.src AND s.allows WHERE i.pk = ip.pk) END;";

/* Every reason why somebody is not what Okta says, except for numbers. */
static const char sql_refusals[] =
    "INSERT INTO note SELECT s.id, g.okta_name, g.problem FROM in_group g"
    " JOIN source s ON s.num = g.src AND s.publishes WHERE g.problem <> '';"
    "INSERT INTO note SELECT ip.id, ip.name, ip.problem FROM in_person ip"
    " WHERE ip.problem <> '' AND ip.pk IN (SELECT pk FROM in_via);"
    "INSERT INTO note SELECT w.id, w.name, 'the name belongs to ' || n.id"
    " FROM wish w JOIN name n ON n.name = w.name"
    " WHERE n.kind <> w.kind OR n.id <> w.id;"
    "DELETE FROM wish WHERE EXISTS (SELECT 1 FROM name n"
    " WHERE n.name = wish.name AND (n.kind <> wish.kind OR n.id <> wish.id));"
    /* Two at once: neither (T10, T2). */
    "INSERT INTO note SELECT w.id, w.name, 'the name is wanted by '"
    " || (SELECT count(*) FROM wish o WHERE o.name = w.name) || ' at once'"
    " FROM wish w WHERE w.name IN"
    " (SELECT name FROM wish GROUP BY name HAVING count(*) > 1);"
    "DELETE FROM wish WHERE name IN"
    " (SELECT name FROM wish GROUP BY name HAVING count(*) > 1);"
    "INSERT INTO note SELECT w.id, w.name, 'the number ' || w.number ||"
    " ' is wanted by more than one' FROM wish w WHERE w.number IN"
    " (SELECT number FROM wish WHERE number <> 0"
    "  GROUP BY number HAVING count(*) > 1);"
    "DELETE FROM wish WHERE number IN (SELECT number FROM wish"
    " WHERE number <> 0 GROUP BY number HAVING count(*) > 1);";

/* What Okta says of people who have their place. A broken record leaves the
 * last good one standing, but its status counts. */
static const char sql_people[] =
    "UPDATE person SET login = i.login, gecos = i.gecos, home = i.home,"
    " shell = i.shell FROM in_person i"
    " WHERE i.id = person.id AND i.problem = '';"
    "UPDATE person SET gone = 0, blocked = NOT i.has_status,"
    " status = CASE WHEN i.has_status THEN i.status ELSE person.status END"
    " FROM in_person i WHERE i.id = person.id;";

static const char sql_was[] =
    "DELETE FROM was;"
    "INSERT OR IGNORE INTO was SELECT v.uid FROM via v"
    " JOIN source s ON s.num = v.src AND s.allows;";

static const char sql_via[] =
    "INSERT OR IGNORE INTO via SELECT i.src, p.uid FROM in_via i"
    " JOIN in_person ip ON ip.pk = i.pk JOIN person p ON p.id = ip.id;";

static const char sql_via_drop[] = "DELETE FROM via;";
/* All but what the guard holds back. */
static const char sql_via_hold[] =
    "DELETE FROM via WHERE NOT EXISTS (SELECT 1 FROM lost l"
    " WHERE l.uid = via.uid AND l.src = via.src AND l.word = 0);";

/* What is to be said of those who have their place. Clashes are listed for as
 * long as they last (T1). */
static const char sql_remarks[] =
    "INSERT INTO note SELECT ip.id, ip.name, ip.note FROM in_person ip"
    " JOIN person p ON p.id = ip.id WHERE ip.note <> '';"
    "INSERT INTO note SELECT p.id, p.name, 'the uid attribute says ' || ip.uid"
    " || ', the ledger holds ' || p.uid FROM person p"
    " JOIN in_person ip ON ip.id = p.id WHERE ip.uid NOT IN (0, p.uid);"
    "INSERT INTO note SELECT p.id, p.name, 'the gid attribute says ' || ip.gid"
    " || ', the ledger holds ' || p.gid FROM person p"
    " JOIN in_person ip ON ip.id = p.id WHERE ip.gid NOT IN (0, p.gid);"
    "INSERT INTO note SELECT n.id, x.name, 'a clash of numbers: it has ' ||"
    " n.number || ', candidate ' || n.k FROM number n"
    " JOIN (SELECT id, name FROM person UNION ALL SELECT id, name FROM grp) x"
    " ON x.id = n.id WHERE n.k > 0;";

struct wish {
	enum idmap_kind kind;
	char id[JSON_ID_MAX + 1];
	char name[TEMPLATE_NAME_SIZE];
	uint32_t number, gid; /* by attribute, or 0 */
};

struct place {
	struct state *s;
	const struct state_rules *rules;
	const struct wish *wish;
	struct error *e;
};

static int
is_number_taken(void *arg, uint32_t number)
{
	struct place *p = arg;
	sqlite3_stmt *q = state_stmt(p->s, SQL_NUMBER_GET, p->e);
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, number);
	rc = state_step(p->s, q, p->e);
	sqlite3_reset(q);
	if (rc != 0)
		return rc;
	rc = p->rules->is_taken(p->rules->arg, number, p->wish->name);
	return rc == -1 ? error_set(p->e, ERROR_SYSTEM, "local numbers") : rc;
}

static int
refuse(struct state *s, const struct wish *w, struct error *e, const char *fmt,
    uint32_t number)
{
	char why[API_WHY_SIZE];

	snprintf(why, sizeof(why), "%s %u", fmt, number);
	return state_note(s, w->id, w->name, why, e) == -1 ? -1 : 0;
}

static int
put_number(struct state *s, const struct wish *w, uint32_t number, int64_t k,
    struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_NUMBER_PUT, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, number);
	sqlite3_bind_int(q, 2, (int)w->kind);
	sqlite3_bind_text(q, 3, w->id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 4, k);
	return state_run(s, q, e);
}

/* The ledger's number of a wish: the one it has, the attribute's, or the
 * first free candidate. 1 and *number; 0 refused, and noted; -1. */
static int
number_for(struct place *p, uint32_t *number, struct error *e)
{
	const struct wish *w = p->wish;
	const struct state_rules *r = p->rules;
	sqlite3_stmt *q = state_stmt(p->s, SQL_NUMBER_OF, e);
	uint32_t k = 0;
	int rc;

	*number = 0;
	if (q == NULL)
		return -1;
	sqlite3_bind_int(q, 1, (int)w->kind);
	sqlite3_bind_text(q, 2, w->id, -1, SQLITE_STATIC);
	rc = state_step(p->s, q, e);
	if (rc == 1)
		*number = (uint32_t)sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	if (rc != 0)
		return rc;
	if (w->number != 0) {
		rc = is_number_taken(p, w->number);
		if (rc != 0)
			return rc == -1 ? -1
					: refuse(p->s, w, e,
					      "taken is the number", w->number);
		*number = w->number;
		return put_number(p->s, w, *number, -1, e) == -1 ? -1 : 1;
	}
	rc = idmap_place(w->kind, w->id, r->id_min, r->id_max, is_number_taken,
	    p, number, &k);
	if (rc == -1)
		return p->e->kind != ERROR_NONE
			   ? -1
			   : error_set(
				 e, ERROR_SYSTEM, "no candidate for %s", w->id);
	if (rc == 0)
		return refuse(
		    p->s, w, e, "no free number up to candidate", IDMAP_TRIES);
	return put_number(p->s, w, *number, k, e) == -1 ? -1 : 1;
}

static int
is_group(struct state *s, uint32_t gid, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_GROUP_GID, e);
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, gid);
	rc = state_step(s, q, e);
	sqlite3_reset(q);
	return rc;
}

static int
put_name(struct state *s, const struct wish *w, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_NAME_PUT, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_text(q, 1, w->name, -1, SQLITE_STATIC);
	sqlite3_bind_int(q, 2, (int)w->kind);
	sqlite3_bind_text(q, 3, w->id, -1, SQLITE_STATIC);
	return state_run(s, q, e);
}

static int
put_row(struct state *s, const struct wish *w, uint32_t number, uint32_t gid,
    struct error *e)
{
	sqlite3_stmt *q = state_stmt(
	    s, w->kind == IDMAP_GROUP ? SQL_PLACE_GROUP : SQL_PLACE_PERSON, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, number);
	if (w->kind == IDMAP_GROUP) {
		sqlite3_bind_text(q, 2, w->id, -1, SQLITE_STATIC);
		sqlite3_bind_text(q, 3, w->name, -1, SQLITE_STATIC);
	} else {
		sqlite3_bind_int64(q, 2, gid);
		sqlite3_bind_text(q, 3, w->name, -1, SQLITE_STATIC);
		sqlite3_bind_text(q, 4, w->id, -1, SQLITE_STATIC);
	}
	return state_run(s, q, e);
}

/* One newcomer, or one new name. 0 also where it was refused and noted. */
static int
place(struct place *p, struct error *e)
{
	const struct wish *w = p->wish;
	uint32_t number, gid;
	int rc;

	/* The group must be there before a number is spent on the person. */
	if (w->kind == IDMAP_USER && w->gid != 0 && w->gid != w->number) {
		rc = is_group(p->s, w->gid, e);
		if (rc != 1)
			return rc == -1 ? -1
					: refuse(p->s, w, e,
					      "no published group has the "
					      "primary gid",
					      w->gid);
	}
	rc = number_for(p, &number, e);
	if (rc != 1)
		return rc;
	rc = p->rules->is_held(p->rules->arg, w->name, number);
	if (rc == -1)
		return error_set(e, ERROR_SYSTEM, "published names");
	if (rc == 1)
		return refuse(p->s, w, e,
		    "the name is published for another number than", number);
	gid = w->gid != 0 ? w->gid : number;
	return put_name(p->s, w, e) == -1 ||
		       put_row(p->s, w, number, gid, e) == -1
		   ? -1
		   : 0;
}

static int
place_all(struct state *s, const struct state_rules *r, struct error *e)
{
	struct wish w;
	struct place p = {.s = s, .rules = r, .wish = &w, .e = e};
	sqlite3_stmt *q = state_stmt(s, SQL_WISH_NEXT, e);
	int rc;

	if (q == NULL)
		return -1;
	e->kind = ERROR_NONE;
	while ((rc = state_step(s, q, e)) == 1) {
		w.kind = (enum idmap_kind)sqlite3_column_int(q, 0);
		state_text(q, 1, w.id, sizeof(w.id));
		state_text(q, 2, w.name, sizeof(w.name));
		w.number = (uint32_t)sqlite3_column_int64(q, 3);
		w.gid = (uint32_t)sqlite3_column_int64(q, 4);
		if (place(&p, e) == -1) {
			rc = -1;
			break;
		}
	}
	sqlite3_reset(q);
	return rc;
}

/* A number of the first row. */
static int
number_of(struct state *s, const char *sql, uint32_t *n, struct error *e)
{
	sqlite3_stmt *q = NULL;
	int rc = -1;

	*n = 0;
	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		return state_error(s, sql, e);
	if (state_step(s, q, e) == 1) {
		*n = (uint32_t)sqlite3_column_int64(q, 0);
		rc = 0;
	}
	sqlite3_finalize(q);
	return rc;
}

int
state_apply(struct state *s, const struct state_rules *r,
    struct state_outcome *o, struct error *e)
{
	static const char people[] = "SELECT count(*) FROM person";
	static const char removed[] =
	    "SELECT count(*) FROM was WHERE NOT EXISTS (SELECT 1 FROM via v"
	    " JOIN source s ON s.num = v.src AND s.allows"
	    " WHERE v.uid = was.uid)";
	sqlite3_stmt *q;
	uint32_t before, after;

	memset(o, 0, sizeof(*o));
	if (number_of(s, people, &before, e) == -1 ||
	    state_exec(s, sql_wishes, e) == -1 ||
	    state_exec(s, sql_refusals, e) == -1 || place_all(s, r, e) == -1 ||
	    state_exec(s, sql_remarks, e) == -1 ||
	    state_exec(s, sql_people, e) == -1 ||
	    state_exec(s, sql_was, e) == -1 ||
	    state_exec(s, r->hold_silent ? sql_via_hold : sql_via_drop, e) ==
		-1 ||
	    state_exec(s, sql_via, e) == -1 ||
	    number_of(s, people, &after, e) == -1 ||
	    number_of(s, removed, &o->removed, e) == -1)
		return -1;
	o->added = after - before;
	q = state_stmt(s, SQL_SOURCE_SEEN, e);
	return q == NULL ? -1 : state_run(s, q, e);
}
