/*
 * The sources of a pass, and who was lost since the last accepted one.
 */
#include <stdio.h>
#include <string.h>

#include "state_private.h"

static void
bind_text(sqlite3_stmt *q, int n, const char *s)
{
	sqlite3_bind_text(q, n, s, -1, SQLITE_STATIC);
}

static int
put_sources(struct state *s, char *const *ids, enum source_kind kind,
    int allows, int publishes, struct error *e)
{
	for (; ids != NULL && *ids != NULL; ids++) {
		sqlite3_stmt *q = state_stmt(s, SQL_SOURCE_PUT, e);

		if (q == NULL)
			return -1;
		sqlite3_bind_int(q, 1, (int)kind);
		bind_text(q, 2, *ids);
		sqlite3_bind_int(q, 3, allows);
		sqlite3_bind_int(q, 4, publishes);
		if (state_run(s, q, e) == -1)
			return -1;
	}
	return 0;
}

/* Groups and apps that access rules name. */
static int
put_ruled(struct state *s, char *const *ids, struct error *e)
{
	int rc = 0;

	for (; rc == 0 && ids != NULL && *ids != NULL; ids++) {
		char *one[] = {*ids, NULL};

		if (strncmp(*ids, "00g", 3) == 0)
			rc = put_sources(
			    s, one, SOURCE_GROUP, 0, SOURCE_RULED, e);
		else if (strncmp(*ids, "0oa", 3) == 0)
			rc =
			    put_sources(s, one, SOURCE_APP, 0, SOURCE_RULED, e);
		else
			rc = state_zone_keep(s, *ids, e);
	}
	return rc;
}

int
state_configure(struct state *s, char *const *allow_groups,
    char *const *allow_apps, char *const *publish_groups, char *const *rule_ids,
    struct error *e)
{
	if (state_begin(s, e) == -1)
		return -1;
	/* 4: SOURCE_READ, which stays with 2: SOURCE_RULED. */
	if (state_exec(s,
		"UPDATE source SET allows = 0, publishes = publishes & 4;"
		"UPDATE zone SET id = '-' || id",
		e) == -1 ||
	    put_sources(s, allow_groups, SOURCE_GROUP, 1, 0, e) == -1 ||
	    put_sources(s, allow_apps, SOURCE_APP, 1, 0, e) == -1 ||
	    put_sources(s, publish_groups, SOURCE_GROUP, 0, SOURCE_PUBLISHES,
		e) == -1 ||
	    put_ruled(s, rule_ids, e) == -1 ||
	    state_exec(s,
		"UPDATE source SET publishes = publishes & 3"
		" WHERE NOT publishes & 2;"
		"DELETE FROM zone WHERE id LIKE '-%'",
		e) == -1 ||
	    state_commit(s, e) == -1) {
		state_rollback(s);
		return -1;
	}
	return 0;
}

int
state_take_source(
    struct state *s, sqlite3_stmt *q, struct state_source *src, struct error *e)
{
	int rc;

	memset(src, 0, sizeof(*src));
	if (q == NULL)
		return -1;
	rc = state_step(s, q, e);
	if (rc == 1) {
		src->num = sqlite3_column_int64(q, 0);
		src->kind = (enum source_kind)sqlite3_column_int(q, 1);
		state_text(q, 2, src->id, sizeof(src->id));
		src->allows = sqlite3_column_int(q, 3);
		src->publishes = sqlite3_column_int(q, 4) & SOURCE_PUBLISHES;
		src->changed = sqlite3_column_int64(q, 5);
	}
	sqlite3_reset(q);
	return rc;
}

int
state_next_source(
    struct state *s, int64_t *after, struct state_source *src, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_SOURCE_NEXT, e);
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, *after);
	rc = state_take_source(s, q, src, e);
	if (rc == 1)
		*after = src->num;
	return rc;
}

int
state_find_losses(struct state *s, struct error *e)
{
	if (state_stage_end(s, e) == -1)
		return -1;
	return state_exec(s,
	    "DELETE FROM lost;"
	    "INSERT INTO lost SELECT v.uid, v.src, 0 FROM person p"
	    " LEFT JOIN in_person ip ON ip.id = p.id"
	    " CROSS JOIN via v ON v.uid = p.uid CROSS JOIN source s"
	    "  ON s.num = v.src AND s.allows + s.publishes > 0"
	    " WHERE NOT EXISTS (SELECT 1 FROM in_via i"
	    "  WHERE i.pk = ip.pk AND i.src = v.src);"
	    "UPDATE lost SET word = 1 WHERE (uid, src) IN"
	    " (SELECT uid, src FROM new_lost WHERE word = 1);"
	    "DELETE FROM new_lost;",
	    e);
}

/* Are losses those that the pass under way will bring? */
static int
is_ahead(const struct state *s)
{
	return s->roll.is_ahead && state_is_staging(s);
}

int
state_settle_stopped(struct state *s, struct error *e)
{
	/* Ahead, in_person has people whom no list of this pass may show, and
	 * new_person what polls may know better. */
	int ahead = is_ahead(s);
	char sql[384];

	snprintf(sql, sizeof(sql),
	    "UPDATE %s SET word = %d WHERE uid IN (SELECT p.uid"
	    " FROM person p JOIN %s ip ON ip.id = p.id"
	    " WHERE ip.has_status AND ip.status IN (%d, %d)%s)",
	    ahead ? "new_lost" : "lost", LOSS_CONFIRMED,
	    ahead ? "new_person" : "in_person", STATUS_SUSPENDED,
	    STATUS_DEPROVISIONED,
	    ahead ? " AND NOT EXISTS"
		    " (SELECT 1 FROM fresh WHERE src = 0 AND pk = ip.pk)"
		  : "");
	return state_exec(s, sql, e);
}

int
state_next_loser(struct state *s, int64_t source, uint32_t *uid,
    char id[JSON_ID_MAX + 1], struct error *e)
{
	sqlite3_stmt *q = state_stmt(
	    s, is_ahead(s) ? SQL_AHEAD_LOSER_NEXT : SQL_LOSER_NEXT, e);
	int rc;

	id[0] = '\0';
	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, *uid);
	sqlite3_bind_int64(q, 2, source);
	rc = state_step(s, q, e);
	if (rc == 1) {
		*uid = (uint32_t)sqlite3_column_int64(q, 0);
		state_text(q, 1, id, JSON_ID_MAX + 1);
	}
	sqlite3_reset(q);
	return rc;
}

int
state_next_loss(struct state *s, uint32_t uid, int64_t *after,
    struct state_source *src, struct error *e)
{
	sqlite3_stmt *q =
	    state_stmt(s, is_ahead(s) ? SQL_AHEAD_LOSS_NEXT : SQL_LOSS_NEXT, e);
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, uid);
	sqlite3_bind_int64(q, 2, *after);
	rc = state_take_source(s, q, src, e);
	if (rc == 1)
		*after = src->num;
	return rc;
}

int
state_settle_loss(struct state *s, uint32_t uid, int64_t source,
    enum loss_word word, struct error *e)
{
	sqlite3_stmt *q = state_stmt(
	    s, is_ahead(s) ? SQL_AHEAD_LOSS_SETTLE : SQL_LOSS_SETTLE, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, uid);
	sqlite3_bind_int64(q, 2, source);
	sqlite3_bind_int(q, 3, (int)word);
	return state_run(s, q, e);
}

int
state_mark_gone(struct state *s, uint32_t uid, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_GONE, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, uid);
	return state_run(s, q, e);
}

int
state_end(struct state *s, const char *id, struct error *e)
{
	static const enum state_sql all[] = {
	    SQL_ENDED, SQL_ENDED_RECORD, SQL_ENDED_NEW};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		sqlite3_stmt *q = state_stmt(s, all[i], e);

		if (q == NULL)
			return -1;
		bind_text(q, 1, id);
		sqlite3_bind_int(q, 2, STATUS_DEPROVISIONED);
		if (state_run(s, q, e) == -1)
			return -1;
	}
	return state_forget_text(s, id, e) == -1 ||
		state_fresh_id(s, 0, id, e) == -1
	    ? -1
	    : state_touch_id(s, id, e);
}

int
state_has_ended(struct state *s, uint32_t uid, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_HAS_ENDED, e);
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, uid);
	sqlite3_bind_int(q, 2, STATUS_DEPROVISIONED);
	rc = state_step(s, q, e);
	sqlite3_reset(q);
	return rc;
}

static int
count(struct state *s, enum state_sql which, uint32_t *n, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, which, e);

	*n = 0;
	if (q == NULL || state_step(s, q, e) != 1)
		return -1;
	*n = (uint32_t)sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return 0;
}

int
state_count(struct state *s, struct state_counts *c, struct error *e)
{
	if (count(s, SQL_COUNT_KNOWN, &c->known, e) == -1 ||
	    count(s, is_ahead(s) ? SQL_AHEAD_COUNT_SILENT : SQL_COUNT_SILENT,
		&c->silent, e) == -1 ||
	    count(s, SQL_COUNT_PRESENT, &c->present, e) == -1 ||
	    count(s, SQL_COUNT_PAIRS, &c->pairs, e) == -1)
		return -1;
	return 0;
}

int
state_knows(struct state *s, const char *id, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_KNOWS, e);
	int rc;

	if (q == NULL)
		return -1;
	bind_text(q, 1, id);
	sqlite3_bind_int(q, 2, s->roll.is_open);
	rc = state_step(s, q, e);
	if (rc == 1)
		rc = sqlite3_column_int(q, 0);
	sqlite3_reset(q);
	return rc;
}

int
state_differs(struct state *s, const struct api_user *u, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_DIFFERS, e);
	int rc;

	if (q == NULL)
		return -1;
	state_bind_user(q, u);
	rc = state_step(s, q, e);
	if (rc == 1)
		rc = sqlite3_column_int(q, 0);
	sqlite3_reset(q);
	return rc == 0 ? state_keys_differ(s, u, e) : rc;
}

int
state_apply_status(struct state *s, const struct api_user *u, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_STATUS, e);

	if (q == NULL)
		return -1;
	bind_text(q, 1, u->id);
	sqlite3_bind_int(q, 2, (int)u->status);
	sqlite3_bind_int(q, 3, !u->has_status);
	if (state_run(s, q, e) == -1)
		return -1;
	return sqlite3_changes(s->db) > 0;
}

int
state_note(struct state *s, const char *id, const char *name, const char *why,
    struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_NOTE, e);

	if (q == NULL)
		return -1;
	bind_text(q, 1, id);
	bind_text(q, 2, name);
	bind_text(q, 3, why);
	return state_run(s, q, e);
}
