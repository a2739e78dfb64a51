/*
 * The end of a pass: what was staged becomes the last answers, but for what
 * polls were told meanwhile, which is newer. Who is in no list is in the
 * answers no more.
 */
#include <stdlib.h>
#include <string.h>

#include "state_private.h"

static int
order(const void *a, const void *b)
{
	const struct roll_pair *x = a, *y = b;

	if (x->src != y->src)
		return x->src < y->src ? -1 : 1;
	return (x->pk > y->pk) - (x->pk < y->pk);
}

/* All numbers that a query gives, in its order; pairs where two columns. 0: the
 * caller frees *out. */
static int
load(struct state *s, sqlite3_stmt *q, struct roll_pair **out, size_t *n,
    struct error *e)
{
	size_t cap = 0;
	int rc = -1;

	*out = NULL;
	*n = 0;
	while (q != NULL && (rc = state_step(s, q, e)) == 1) {
		if (*n == cap) {
			size_t more = cap == 0 ? 1024 : cap * 2;
			void *p = reallocarray(*out, more, sizeof(**out));

			if (p == NULL) {
				rc = error_errno(e, "state.db");
				break;
			}
			*out = p;
			cap = more;
		}
		(*out)[*n].pk = (uint32_t)sqlite3_column_int64(q, 0);
		(*out)[(*n)++].src = (uint32_t)sqlite3_column_int64(q, 1);
	}
	if (q != NULL)
		sqlite3_reset(q);
	return rc;
}

/* --- one list --- */

struct list {
	int64_t src;
	const struct roll_pair *had; /* of the last answers, n of them */
	size_t n;
};

static int
has(const struct list *l, uint32_t pk)
{
	struct roll_pair key = {.src = (uint32_t)l->src, .pk = pk};

	return l->n > 0 &&
	    bsearch(&key, l->had, l->n, sizeof(key), order) != NULL;
}

/* What a poll was told of somebody stays; so does the record of whom it let in,
 * though no page may show them: a number without a record would be given to the
 * next newcomer, with all its lists. */
static int
keep_fresh(struct state *s, const struct list *l, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_FRESH_OF, e);
	struct roll_pair *all;
	size_t n;
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, l->src);
	rc = load(s, q, &all, &n, e);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		uint32_t pk = all[i].pk;

		if (roll_fit(&s->roll, pk) == -1 && pk != 0)
			rc = error_set(e, ERROR_SYSTEM, "state.db: memory");
		else if (pk != 0 && has(l, pk))
			(void)roll_mark(&s->roll, pk);
		else if (pk != 0)
			roll_put(&s->roll, pk, 0);
	}
	free(all);
	return rc;
}

/* The people of one list, whose bits are set, take the place of those who were
 * in it. */
static int
merge_list(struct state *s, const struct list *l, struct error *e)
{
	struct roll *r = &s->roll;

	if (keep_fresh(s, l, e) == -1)
		return -1;
	for (size_t i = 0; i < l->n; i++) {
		uint32_t pk = l->had[i].pk;

		if (pk < r->cap && roll_has(r->here, pk))
			roll_put(r, pk, 0);
		else if (state_run_pair(s, SQL_VIA_DROP, l->src, pk, e) == -1)
			return -1;
	}
	for (size_t i = 0; i < r->cap / 8; i++)
		for (uint32_t bit = 0; r->here[i] >> bit != 0; bit++)
			if (r->here[i] >> bit & 1 &&
			    state_run_pair(s, SQL_IN_VIA, l->src,
				(int64_t)i * 8 + bit, e) == -1)
				return -1;
	return 0;
}

static int
load_pairs(struct state *s, struct error *e)
{
	struct roll *r = &s->roll;

	if (r->pairs != NULL)
		return 0;
	if (load(s, state_stmt(s, SQL_VIA_ALL, e), &r->pairs, &r->npairs, e) ==
	    -1) {
		roll_forget_pairs(r);
		return -1;
	}
	if (r->npairs > 0)
		qsort(r->pairs, r->npairs, sizeof(*r->pairs), order);
	return 0;
}

/* Each list of the pass, with who was in it before. */
static int
each_list(struct state *s,
    int (*each)(struct state *s, const struct list *l, struct error *e),
    struct error *e)
{
	struct list l = {.src = 0};
	struct roll *r = &s->roll;
	size_t at = 0;
	int is_done, rc;

	if (load_pairs(s, e) == -1)
		return -1;
	while ((rc = state_list_next(s, &l.src, &is_done, e)) == 1) {
		while (at < r->npairs && r->pairs[at].src < l.src)
			at++;
		l.had = r->pairs + at;
		while (at < r->npairs && r->pairs[at].src == l.src)
			at++;
		l.n = (size_t)(r->pairs + at - l.had);
		if (each(s, &l, e) == -1) {
			rc = -1;
			break;
		}
	}
	roll_leave_list(r);
	return rc;
}

/* --- who will be lost --- */

/* Those of a source whom the guard holds, and who are not in its list again. */
static int
find_held(struct state *s, int64_t src, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_AHEAD_HELD, e);
	struct roll *r = &s->roll;
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, src);
	while ((rc = state_step(s, q, e)) == 1) {
		uint32_t pk = (uint32_t)sqlite3_column_int64(q, 1);

		if (pk < r->cap && roll_has(r->here, pk))
			continue;
		if (state_run_pair(s, SQL_AHEAD_PUT, src,
			sqlite3_column_int64(q, 0), e) == -1) {
			rc = -1;
			break;
		}
	}
	sqlite3_reset(q);
	return rc;
}

static int
find_in_list(struct state *s, const struct list *l, struct error *e)
{
	struct roll *r = &s->roll;

	for (size_t i = 0; i < l->n; i++) {
		uint32_t pk = l->had[i].pk;

		if ((pk >= r->cap || !roll_has(r->here, pk)) &&
		    state_run_pair(s, SQL_AHEAD_LOST, l->src, pk, e) == -1)
			return -1;
	}
	return find_held(s, l->src, e);
}

int
state_find_losses_ahead(struct state *s, struct error *e)
{
	if (!state_is_staging(s))
		return 0;
	if (state_list_put(s, 1, e) == -1 ||
	    state_exec(s, "DELETE FROM new_lost", e) == -1 ||
	    each_list(s, find_in_list, e) == -1)
		return -1;
	s->roll.is_ahead = 1;
	return 0;
}

/* --- the records --- */

#define RECORD                                                               \
	"id, has_status, status, login, name, gecos, home, shell, uid, gid," \
	" problem, note"

static const char records[] =
    "DELETE FROM in_via WHERE src NOT IN"
    " (SELECT num FROM source WHERE allows + publishes > 0);"
    "DELETE FROM new_person WHERE pk IN (SELECT pk FROM fresh WHERE src = 0)"
    " AND pk IN (SELECT pk FROM in_person);"
    "DELETE FROM in_person WHERE pk IN (SELECT pk FROM new_person);"
    "INSERT INTO in_person (pk, " RECORD ") SELECT pk, " RECORD
    " FROM new_person;"
    "DELETE FROM sshkey WHERE id IN"
    " (SELECT id FROM new_person WHERE keys = '');"
    "INSERT OR REPLACE INTO sshkey SELECT id, keys FROM new_person"
    " WHERE keys <> '';"
    "DELETE FROM in_group WHERE src NOT IN"
    " (SELECT src FROM fresh WHERE pk = 0);"
    "INSERT OR IGNORE INTO in_group SELECT * FROM new_group;";

/* A text that a poll's answer has overtaken is known no more. */
static int
forget_fresh_texts(struct state *s, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_FRESH_OF, e);
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, 0);
	while ((rc = state_step(s, q, e)) == 1)
		roll_forget(&s->roll, sqlite3_column_int64(q, 0));
	sqlite3_reset(q);
	return rc;
}

static int
drop_unseen(struct state *s, struct error *e)
{
	struct roll *r = &s->roll;
	struct roll_pair *all;
	size_t n;
	int rc = load(s, state_stmt(s, SQL_PERSON_ALL, e), &all, &n, e);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		uint32_t pk = all[i].pk;

		if (pk < r->cap && roll_has(r->seen, pk))
			continue;
		roll_forget(r, pk);
		/* In no list either, lest the next to have the number is. */
		rc = state_run_pair(s, SQL_PERSON_DROP, 0, pk, e);
		if (rc == 0)
			rc = state_run_pair(s, SQL_PERSON_VIA_DROP, 0, pk, e);
	}
	free(all);
	return rc;
}

int
state_stage_end(struct state *s, struct error *e)
{
	if (!state_is_staging(s))
		return 0;
	if (state_list_put(s, 1, e) == -1 || state_exec(s, records, e) == -1 ||
	    each_list(s, merge_list, e) == -1 ||
	    forget_fresh_texts(s, e) == -1 || drop_unseen(s, e) == -1 ||
	    state_stage_clear(s, e) == -1 ||
	    state_exec(s, "DELETE FROM note", e) == -1)
		return -1;
	roll_close(&s->roll);
	return 0;
}
