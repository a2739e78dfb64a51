/*
 * A pass under way: Okta's answers as they come, and who was lost since the
 * last accepted pass.
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

int
state_configure(struct state *s, char *const *allow_groups,
    char *const *allow_apps, char *const *publish_groups, struct error *e)
{
	if (state_begin(s, e) == -1)
		return -1;
	if (state_exec(s, "UPDATE source SET allows = 0, publishes = 0", e) ==
		-1 ||
	    put_sources(s, allow_groups, SOURCE_GROUP, 1, 0, e) == -1 ||
	    put_sources(s, allow_apps, SOURCE_APP, 1, 0, e) == -1 ||
	    put_sources(s, publish_groups, SOURCE_GROUP, 0, 1, e) == -1 ||
	    state_commit(s, e) == -1) {
		state_rollback(s);
		return -1;
	}
	return 0;
}

static int
take_source(
    struct state *s, sqlite3_stmt *q, struct state_source *src, struct error *e)
{
	int rc = state_step(s, q, e);

	memset(src, 0, sizeof(*src));
	if (rc == 1) {
		src->num = sqlite3_column_int64(q, 0);
		src->kind = (enum source_kind)sqlite3_column_int(q, 1);
		state_text(q, 2, src->id, sizeof(src->id));
		src->allows = sqlite3_column_int(q, 3);
		src->publishes = sqlite3_column_int(q, 4);
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
	rc = take_source(s, q, src, e);
	if (rc == 1)
		*after = src->num;
	return rc;
}

int
state_stage_begin(struct state *s, struct error *e)
{
	return state_exec(s,
	    "DELETE FROM in_via; DELETE FROM in_person; DELETE FROM in_group;"
	    "DELETE FROM lost; DELETE FROM note;",
	    e);
}

int
state_stage_group(
    struct state *s, int64_t source, const struct api_group *g, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_IN_GROUP, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, source);
	bind_text(q, 2, g->name);
	sqlite3_bind_int64(q, 3, g->gid);
	bind_text(q, 4, g->okta_name);
	bind_text(q, 5, g->problem);
	sqlite3_bind_int64(q, 6, g->changed);
	sqlite3_bind_int(q, 7, (int)g->type);
	return state_run(s, q, e);
}

static void
bind_user(sqlite3_stmt *q, const struct api_user *u)
{
	bind_text(q, 1, u->id);
	sqlite3_bind_int(q, 2, u->has_status);
	sqlite3_bind_int(q, 3, (int)u->status);
	bind_text(q, 4, u->login);
	bind_text(q, 5, u->name);
	bind_text(q, 6, u->gecos);
	bind_text(q, 7, u->home);
	bind_text(q, 8, u->shell);
	sqlite3_bind_int64(q, 9, u->uid);
	sqlite3_bind_int64(q, 10, u->gid);
}

int
state_stage_user(
    struct state *s, int64_t source, const struct api_user *u, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_IN_PERSON, e);
	int64_t pk;

	if (q == NULL)
		return -1;
	bind_user(q, u);
	bind_text(q, 11, u->problem);
	bind_text(q, 12, u->note);
	if (state_step(s, q, e) != 1)
		return -1;
	pk = sqlite3_column_int64(q, 0);
	if (state_run(s, q, e) == -1)
		return -1;
	if (source == 0)
		return 1;
	q = state_stmt(s, SQL_IN_VIA, e);
	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, source);
	sqlite3_bind_int64(q, 2, pk);
	if (state_run(s, q, e) == -1)
		return -1;
	return sqlite3_changes(s->db) > 0;
}

int
state_find_losses(struct state *s, struct error *e)
{
	return state_exec(s,
	    "DELETE FROM lost;"
	    "INSERT INTO lost SELECT v.uid, v.src, 0 FROM via v"
	    " JOIN source s ON s.num = v.src AND s.allows + s.publishes > 0"
	    " JOIN person p ON p.uid = v.uid"
	    " LEFT JOIN in_person ip ON ip.id = p.id"
	    " WHERE ip.pk IS NULL OR NOT EXISTS (SELECT 1 FROM in_via i"
	    "  WHERE i.src = v.src AND i.pk = ip.pk);",
	    e);
}

int
state_settle_stopped(struct state *s, struct error *e)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
	    "UPDATE lost SET word = %d WHERE uid IN (SELECT p.uid"
	    " FROM person p JOIN in_person ip ON ip.id = p.id"
	    " WHERE ip.has_status AND ip.status IN (%d, %d))",
	    LOSS_CONFIRMED, STATUS_SUSPENDED, STATUS_DEPROVISIONED);
	return state_exec(s, sql, e);
}

int
state_next_loser(
    struct state *s, uint32_t *uid, char id[JSON_ID_MAX + 1], struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_LOSER_NEXT, e);
	int rc;

	id[0] = '\0';
	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, *uid);
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
	sqlite3_stmt *q = state_stmt(s, SQL_LOSS_NEXT, e);
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, uid);
	sqlite3_bind_int64(q, 2, *after);
	rc = take_source(s, q, src, e);
	if (rc == 1)
		*after = src->num;
	return rc;
}

int
state_settle_loss(struct state *s, uint32_t uid, int64_t source,
    enum loss_word word, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_LOSS_SETTLE, e);

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
	    count(s, SQL_COUNT_SILENT, &c->silent, e) == -1 ||
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
	bind_user(q, u);
	rc = state_step(s, q, e);
	sqlite3_reset(q);
	return rc;
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
