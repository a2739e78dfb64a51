/*
 * A pass under way: Okta's answers as they come, compared with the last ones.
 * What is the same costs nothing. The others stand aside until the last list is
 * complete (state_merge.c), so that polls change the last answers meanwhile.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "state_private.h"

static void
bind_text(sqlite3_stmt *q, int n, const char *s)
{
	sqlite3_bind_text(q, n, s, -1, SQLITE_STATIC);
}

int
state_run_pair(struct state *s, enum state_sql which, int64_t src, int64_t pk,
    struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, which, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, src);
	sqlite3_bind_int64(q, 2, pk);
	return state_run(s, q, e);
}

int
state_is_staging(const struct state *s)
{
	return s->roll.is_open && !s->is_touching;
}

int
state_stage_clear(struct state *s, struct error *e)
{
	return state_exec(s,
	    "DELETE FROM new_person; DELETE FROM new_group;"
	    "DELETE FROM new_list; DELETE FROM fresh;",
	    e);
}

int
state_stage_open(struct state *s, struct error *e)
{
	struct roll *r = &s->roll;
	sqlite3_stmt *q = state_stmt(s, SQL_PK_MAX, e);
	int64_t most;

	if (q == NULL || state_step(s, q, e) != 1)
		return -1;
	most = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	if (roll_fit(r, most) == -1)
		return error_set(e, ERROR_SYSTEM, "state.db: memory");
	memset(r->seen, 0, r->cap / 8);
	memset(r->here, 0, r->cap / 8);
	r->is_open = 1;
	return 0;
}

int
state_stage_begin(struct state *s, struct error *e)
{
	state_stage_drop(s);
	return state_stage_clear(s, e) == -1 ? -1 : state_stage_open(s, e);
}

void
state_stage_drop(struct state *s)
{
	struct roll *r = &s->roll;

	if (r->has_learned)
		roll_forget_all(r);
	roll_close(r);
}

void
state_stage_rules(struct state *s, const uint8_t sum[STATE_DIGEST])
{
	if (memcmp(s->roll.rules, sum, STATE_DIGEST) == 0)
		return;
	roll_forget_all(&s->roll);
	memcpy(s->roll.rules, sum, STATE_DIGEST);
}

int
state_stage_list(struct state *s, int64_t source, struct error *e)
{
	/* One to go on with is under way already. */
	if (!state_is_staging(s) || s->roll.source == source)
		return 0;
	if (state_list_put(s, 1, e) == -1)
		return -1;
	s->roll.source = source;
	s->roll.has_text = 0;
	return 0;
}

int
state_stage_group(
    struct state *s, int64_t source, const struct api_group *g, struct error *e)
{
	int is_staged = state_is_staging(s);
	sqlite3_stmt *q =
	    state_stmt(s, is_staged ? SQL_NEW_GROUP : SQL_IN_GROUP, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, source);
	bind_text(q, 2, g->name);
	sqlite3_bind_int64(q, 3, g->gid);
	bind_text(q, 4, g->okta_name);
	bind_text(q, 5, g->problem);
	sqlite3_bind_int64(q, 6, g->changed);
	sqlite3_bind_int(q, 7, (int)g->type);
	if (state_run(s, q, e) == -1)
		return -1;
	return is_staged ? 0 : state_fresh(s, source, 0, e);
}

int
state_fresh(struct state *s, int64_t source, int64_t pk, struct error *e)
{
	struct roll *r = &s->roll;
	sqlite3_stmt *q;

	if (!r->is_open)
		return 0;
	if (source == 0) {
		if (roll_fit(r, pk) == -1)
			return error_set(e, ERROR_SYSTEM, "state.db: memory");
		roll_see(r, (uint32_t)pk);
	}
	q = state_stmt(s, SQL_FRESH, e);
	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, source);
	sqlite3_bind_int64(q, 2, pk);
	return state_run(s, q, e);
}

int
state_fresh_id(struct state *s, int64_t source, const char *id, struct error *e)
{
	int64_t pk;
	int rc;

	if (!s->roll.is_open)
		return 0;
	rc = state_pk_of(s, id, &pk, e);
	return rc == 1 ? state_fresh(s, source, pk, e) : rc;
}

void
state_bind_user(sqlite3_stmt *q, const struct api_user *u)
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

static sqlite3_stmt *
about_user(struct state *s, enum state_sql which, const struct api_user *u,
    struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, which, e);

	if (q == NULL)
		return NULL;
	state_bind_user(q, u);
	bind_text(q, 11, u->problem);
	bind_text(q, 12, u->note);
	return q;
}

/* One step of a query for a pk and whether the record is the same. 1, 0 none,
 * -1 (also for NULL). */
static int
take_pk(struct state *s, sqlite3_stmt *q, int64_t *pk, int *is_same,
    struct error *e)
{
	int rc;

	*pk = 0;
	*is_same = 0;
	if (q == NULL)
		return -1;
	rc = state_step(s, q, e);
	if (rc == 1) {
		*pk = sqlite3_column_int64(q, 0);
		*is_same = sqlite3_column_int(q, 1);
		sqlite3_reset(q);
	}
	return rc;
}

static void
bind_keys(sqlite3_stmt *q, const struct api_user *u)
{
	if (u->has_keys)
		bind_text(q, 13, u->keys);
}

/* The record of a person in new_person, but where it is what it was. 0 and
 * *pk, -1. */
static int
put_new(struct state *s, const struct api_user *u, int64_t *pk, struct error *e)
{
	sqlite3_stmt *q = about_user(s, SQL_NEW_PERSON_LOOK, u, e);
	int is_same, rc;

	if (q != NULL)
		bind_keys(q, u);
	rc = take_pk(s, q, pk, &is_same, e);
	if (rc == 0) {
		rc = take_pk(s, about_user(s, SQL_IN_PERSON_LOOK, u, e), pk,
		    &is_same, e);
		if (rc == 1 && is_same) {
			int other = state_keys_differ(s, u, e);

			rc = other == -1 ? -1 : 1;
			is_same = !other;
		}
	}
	if (rc == -1 || (rc == 1 && is_same))
		return rc == -1 ? -1 : 0;
	q = about_user(s, SQL_NEW_PERSON, u, e);
	if (q == NULL)
		return -1;
	bind_keys(q, u);
	if (rc == 1)
		sqlite3_bind_int64(q, 14, *pk);
	if (state_run(s, q, e) == -1)
		return -1;
	*pk = sqlite3_last_insert_rowid(s->db);
	return 0;
}

/* The same in in_person, at once. */
static int
put_known(
    struct state *s, const struct api_user *u, int64_t *pk, struct error *e)
{
	sqlite3_stmt *q = about_user(s, SQL_IN_PERSON_LOOK, u, e);
	int is_same, rc = take_pk(s, q, pk, &is_same, e);

	if (rc == -1 || state_keys_put(s, u, e) == -1)
		return -1;
	if (!is_same) {
		q = about_user(
		    s, rc == 1 ? SQL_IN_PERSON_NEW : SQL_IN_PERSON, u, e);
		if (q == NULL || state_run(s, q, e) == -1)
			return -1;
		if (rc == 0)
			*pk = sqlite3_last_insert_rowid(s->db);
	}
	return state_touch(s, *pk, e) == -1 ? -1 : state_fresh(s, 0, *pk, e);
}

/* Of the pass under way: seen, and in its list. 1 new there, 0, -1. */
static int
mark(struct state *s, int64_t source, int64_t pk, struct error *e)
{
	struct roll *r = &s->roll;
	int is_new;

	if (roll_fit(r, pk) == -1)
		return error_set(e, ERROR_SYSTEM, "state.db: memory");
	if (source == 0) {
		roll_see(r, (uint32_t)pk);
		return 1;
	}
	if (source != r->source)
		return error_set(
		    e, ERROR_SYSTEM, "state.db: not the list under way");
	is_new = roll_mark(r, (uint32_t)pk);
	if (r->has_text)
		roll_learn(r, (uint32_t)pk, r->text);
	r->has_text = 0;
	return is_new;
}

int
state_pk_of(struct state *s, const char *id, int64_t *pk, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_PK_OF, e);
	int ignored;

	if (q != NULL)
		bind_text(q, 1, id);
	return take_pk(s, q, pk, &ignored, e);
}

int
state_forget_text(struct state *s, const char *id, struct error *e)
{
	int64_t pk;
	int rc = state_pk_of(s, id, &pk, e);

	if (rc == 1)
		roll_forget(&s->roll, pk);
	return rc == -1 ? -1 : 0;
}

int
state_stage_text(struct state *s, int64_t source, const char *text, size_t len,
    struct error *e)
{
	struct roll *r = &s->roll;
	uint8_t sum[EVP_MAX_MD_SIZE];
	uint32_t pk;

	r->has_text = 0;
	if (!state_is_staging(s) || text == NULL || source != r->source)
		return 2;
	if (EVP_Digest(text, len, sum, NULL, EVP_sha256(), NULL) != 1)
		return error_set(e, ERROR_SYSTEM, "digest");
	pk = roll_find(r, sum);
	if (pk != 0)
		return roll_mark(r, pk);
	memcpy(r->text, sum, STATE_DIGEST);
	r->has_text = 1;
	return 2;
}

int
state_stage_user(
    struct state *s, int64_t source, const struct api_user *u, struct error *e)
{
	int is_staged = state_is_staging(s);
	int64_t pk = 0;

	if ((is_staged ? put_new : put_known)(s, u, &pk, e) == -1)
		return -1;
	/* Whatever text was known of them, this may be another one. */
	roll_forget(&s->roll, pk);
	if (is_staged)
		return mark(s, source, pk, e);
	if (source == 0)
		return 1;
	if (state_run_pair(s, SQL_IN_VIA, source, pk, e) == -1)
		return -1;
	return sqlite3_changes(s->db) > 0;
}
