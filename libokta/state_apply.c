/*
 * From the staged answers to the accepted directory. The order of arrival has
 * no say: names are settled as a set, numbers given in order of Okta ids (T12).
 */
#include <stdio.h>
#include <string.h>

#include "state_ids.h"
#include "state_private.h"

static const char sql_was[] =
    "DELETE FROM was;"
    "INSERT OR IGNORE INTO was SELECT v.uid FROM via v"
    " JOIN source s ON s.num = v.src AND s.allows;";

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
	uint32_t has_claims; /* of imports, by anybody */
	uint32_t k; /* candidates of the wish so far */
	struct error *e;
};

/* By an import, or on this host. 1, 0, -1. */
static int
is_reserved(struct place *p, uint32_t number)
{
	const struct wish *w = p->wish;
	int rc = 0;

	if (p->has_claims)
		rc = state_is_claimed(
		    p->s, number, w->kind, w->id, w->name, p->e);
	if (rc != 0)
		return rc;
	rc = p->rules->is_taken(p->rules->arg, number, w->name);
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

/* Gives the wish a number, where nobody has it. 1 it was taken, 0, -1. */
static int
put_number(struct place *p, uint32_t number, int64_t k)
{
	sqlite3_stmt *q;
	int rc = is_reserved(p, number);

	if (rc != 0)
		return rc;
	q = state_stmt(p->s, SQL_NUMBER_PUT, p->e);
	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, number);
	sqlite3_bind_int(q, 2, (int)p->wish->kind);
	sqlite3_bind_text(q, 3, p->wish->id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 4, k);
	if (state_run(p->s, q, p->e) == -1)
		return -1;
	return sqlite3_changes(p->s->db) == 0;
}

static int
put_candidate(void *arg, uint32_t number)
{
	struct place *p = arg;

	return put_number(p, number, p->k++);
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
		rc = put_number(p, w->number, -1);
		if (rc != 0)
			return rc == -1 ? -1
					: refuse(p->s, w, e,
					      "taken is the number", w->number);
		*number = w->number;
		return 1;
	}
	p->k = 0;
	rc = idmap_place(
	    w->kind, w->id, r->id_min, r->id_max, put_candidate, p, number, &k);
	if (rc == -1)
		return p->e->kind != ERROR_NONE
		    ? -1
		    : error_set(e, ERROR_SYSTEM, "no candidate for %s", w->id);
	return rc == 1
	    ? 1
	    : refuse(p->s, w, e, "no free number up to candidate", IDMAP_TRIES);
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

/* A group has its place at once: people may want its gid. */
static int
put_group(
    struct state *s, const struct wish *w, uint32_t number, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_NAME_PUT, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_text(q, 1, w->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 2, w->id, -1, SQLITE_STATIC);
	if (state_run(s, q, e) == -1)
		return -1;
	q = state_stmt(s, SQL_PLACE_GROUP, e);
	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, number);
	sqlite3_bind_text(q, 2, w->id, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 3, w->name, -1, SQLITE_STATIC);
	return state_run(s, q, e);
}

static int
put_person(struct state *s, const struct wish *w, uint32_t number, uint32_t gid,
    struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_PLACE_PERSON, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, number);
	sqlite3_bind_int64(q, 2, gid);
	sqlite3_bind_text(q, 3, w->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 4, w->id, -1, SQLITE_STATIC);
	return state_run(s, q, e);
}

/* All people that were placed, each table in its own order: a statement for
 * each of them would touch other pages every time. A claim is done with when
 * somebody has the number. */
static const char sql_placed[] =
    "INSERT OR IGNORE INTO name SELECT name, 1, id FROM placed ORDER BY name;"
    /* The renamed keep their home. */
    "INSERT OR IGNORE INTO home SELECT p.id, p.name FROM placed w"
    " CROSS JOIN person p ON p.id = w.id;"
    "INSERT INTO person SELECT p.uid, p.id, p.gid, p.name, ip.login, ip.gecos,"
    " ip.home, ip.shell, ip.status, NOT ip.has_status, 0"
    " FROM (SELECT * FROM placed ORDER BY uid) p"
    " CROSS JOIN in_person ip ON ip.id = p.id WHERE 1"
    " ON CONFLICT (id) DO UPDATE SET name = excluded.name;"
    "DELETE FROM claim WHERE EXISTS"
    " (SELECT 1 FROM person WHERE uid = claim.number);"
    "DELETE FROM placed;";

/* The group of everybody whom no attribute or import gave one. 1 and *gid, 0
 * where it has no place yet, -1. */
static int
primary_gid(struct place *p, uint32_t *gid, struct error *e)
{
	sqlite3_stmt *q = state_stmt(p->s, SQL_GID_OF, e);
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_text(q, 1, p->rules->primary_group, -1, SQLITE_STATIC);
	rc = state_step(p->s, q, e);
	if (rc == 1)
		*gid = (uint32_t)sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return rc;
}

/* One newcomer, or one new name. 0 also where it was refused and noted. */
static int
place(struct place *p, struct error *e)
{
	const struct wish *w = p->wish;
	uint32_t number, gid = w->gid;
	int rc;

	if (w->kind == IDMAP_USER && gid == 0 &&
	    p->rules->primary_group != NULL) {
		rc = primary_gid(p, &gid, e);
		if (rc != 1)
			return rc == -1
			    ? -1
			    : state_note(p->s, w->id, w->name,
				  "the primary_group is not published", e);
	}
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
	if (w->kind == IDMAP_GROUP)
		return put_group(p->s, w, number, e);
	return put_person(p->s, w, number, gid != 0 ? gid : number, e);
}

static int
number_of(struct state *s, const char *sql, uint32_t *n, struct error *e)
{
	int64_t number;
	int rc = state_number(s, sql, &number, e);

	*n = (uint32_t)number;
	return rc;
}

static int
place_all(struct state *s, const struct state_rules *r, struct error *e)
{
	struct wish w;
	struct place p = {.s = s, .rules = r, .wish = &w, .e = e};
	sqlite3_stmt *q = state_stmt(s, SQL_WISH_NEXT, e);
	int rc;

	if (q == NULL ||
	    number_of(s, "SELECT EXISTS (SELECT 1 FROM claim)", &p.has_claims,
		e) == -1)
		return -1;
	e->kind = ERROR_NONE;
	sqlite3_bind_text(q, 1,
	    r->primary_group != NULL ? r->primary_group : "", -1,
	    SQLITE_STATIC);
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
	return rc == -1 ? -1 : state_exec(s, sql_placed, e);
}

static int
counted(struct state *s, uint32_t *people, struct error *e)
{
	return number_of(s, "SELECT count(*) FROM person", people, e);
}

static int
apply(struct state *s, const struct state_scope *of,
    const struct state_rules *r, struct error *e)
{
	sqlite3_stmt *q;

	if (state_exec(s, of->begin, e) == -1 ||
	    state_exec(s, of->wishes, e) == -1 ||
	    state_claims_meet_wishes(s, e) == -1 ||
	    state_exec(s, of->refusals, e) == -1 ||
	    /* Newcomers are placed as they are, and need no look after it. */
	    state_exec(s, of->people, e) == -1 || place_all(s, r, e) == -1 ||
	    state_exec(s, of->remarks, e) == -1 ||
	    state_exec(s, r->hold_silent ? of->hold : of->drop, e) == -1 ||
	    state_exec(s, of->via, e) == -1)
		return -1;
	q = state_stmt(s, SQL_SOURCE_SEEN, e);
	return q == NULL ? -1 : state_run(s, q, e);
}

int
state_apply(struct state *s, const struct state_rules *r,
    struct state_outcome *o, struct error *e)
{
	static const char removed[] =
	    "SELECT count(*) FROM was WHERE NOT EXISTS (SELECT 1 FROM via v"
	    " JOIN source s ON s.num = v.src AND s.allows"
	    " WHERE v.uid = was.uid)";
	uint32_t before, after;

	memset(o, 0, sizeof(*o));
	if (counted(s, &before, e) == -1 || state_exec(s, sql_was, e) == -1 ||
	    apply(s, &state_everybody, r, e) == -1 ||
	    state_keys_clean(s, e) == -1 || counted(s, &after, e) == -1 ||
	    number_of(s, removed, &o->removed, e) == -1)
		return -1;
	o->added = after - before;
	return 0;
}

int
state_apply_touched(
    struct state *s, const struct state_rules *r, struct error *e)
{
	return apply(s, &state_touched, r, e);
}
