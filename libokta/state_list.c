/*
 * Who is in the lists of a pass under way, list by list: the numbers of their
 * records in rising order, each as the distance from the one before, seven bits
 * to a byte, the lowest first, the last byte of each with the eighth bit.
 */
#include <stdlib.h>

#include "state_private.h"

enum { NUMBER_BYTES = 4 }; /* roll_fit() refuses what is longer */

/* 1 and the next set bit from *pk on; 0. */
static int
next_bit(const struct roll *r, uint32_t *pk)
{
	for (; *pk < r->cap; ++*pk) {
		if (*pk % 8 == 0 && r->here[*pk / 8] == 0)
			*pk += 7;
		else if (roll_has(r->here, *pk))
			return 1;
	}
	return 0;
}

/* The bits of the list under way; the caller frees *out. */
static int
encode(const struct roll *r, uint8_t **out, size_t *len, struct error *e)
{
	uint32_t pk = 0, last = 0;
	size_t n = 0;

	*len = 0;
	for (; next_bit(r, &pk); pk++)
		n++;
	*out = malloc(n * NUMBER_BYTES + 1);
	if (*out == NULL)
		return error_errno(e, "state.db");
	for (pk = 0; next_bit(r, &pk); pk++) {
		uint32_t step = pk - last;

		for (; step > 0x7f; step >>= 7)
			(*out)[(*len)++] = step & 0x7f;
		(*out)[(*len)++] = (uint8_t)(step | 0x80);
		last = pk;
	}
	return 0;
}

static int
decode(struct roll *r, const uint8_t *p, size_t len, struct error *e)
{
	uint32_t pk = 0, step = 0;
	unsigned int shift = 0;

	for (size_t i = 0; i < len; i++) {
		if (shift == 7 * NUMBER_BYTES)
			break;
		step |= (uint32_t)(p[i] & 0x7f) << shift;
		shift += 7;
		if (!(p[i] & 0x80))
			continue;
		pk += step;
		if (roll_fit(r, pk) == -1)
			break;
		(void)roll_mark(r, pk);
		step = shift = 0;
		if (i + 1 == len)
			return 0;
	}
	return len == 0
	    ? 0
	    : error_set(e, ERROR_SYSTEM, "state.db: a list that is none");
}

int
state_list_put(struct state *s, int is_done, struct error *e)
{
	struct roll *r = &s->roll;
	uint8_t *people;
	sqlite3_stmt *q;
	size_t len;
	int rc = -1;

	if (r->source == 0)
		return 0;
	if (encode(r, &people, &len, e) == -1)
		return -1;
	q = state_stmt(s, SQL_NEW_LIST, e);
	if (q != NULL) {
		sqlite3_bind_int64(q, 1, r->source);
		sqlite3_bind_int(q, 2, is_done);
		sqlite3_bind_blob(q, 3, people, (int)len, SQLITE_STATIC);
		rc = state_run(s, q, e);
		sqlite3_clear_bindings(q);
	}
	free(people);
	if (rc == 0 && is_done) {
		roll_leave_list(r);
		r->source = 0;
	}
	return rc;
}

int
state_list_next(struct state *s, int64_t *source, int *is_done, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_NEW_LIST_NEXT, e);
	const void *people;
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, *source);
	rc = state_step(s, q, e);
	if (rc == 1) {
		*source = sqlite3_column_int64(q, 0);
		*is_done = sqlite3_column_int(q, 1);
		people = sqlite3_column_blob(q, 2);
		roll_leave_list(&s->roll);
		if (decode(&s->roll, people, (size_t)sqlite3_column_bytes(q, 2),
			e) == -1)
			rc = -1;
	}
	sqlite3_reset(q);
	return rc;
}

int
state_stage_keep(struct state *s, struct error *e)
{
	if (state_list_put(s, 0, e) == -1 || state_commit(s, e) == -1)
		return -1;
	s->roll.is_kept = 1;
	roll_forget_pairs(&s->roll);
	return 0;
}

int
state_stage_forget(struct state *s, struct error *e)
{
	if (state_begin(s, e) == -1)
		return -1;
	if (state_stage_clear(s, e) == 0 && state_commit(s, e) == 0)
		return 0;
	state_rollback(s);
	return -1;
}

int
state_stage_has(struct state *s, int64_t source, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_NEW_LIST_DONE, e);
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, source);
	rc = state_step(s, q, e);
	if (rc == 1)
		rc = sqlite3_column_int(q, 0) != 0;
	sqlite3_reset(q);
	return rc;
}

/* Whom polls were asked about is seen, too. */
static int
see_fresh(struct state *s, struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, SQL_FRESH_OF, e);
	int rc;

	if (q == NULL)
		return -1;
	sqlite3_bind_int64(q, 1, 0);
	while ((rc = state_step(s, q, e)) == 1) {
		int64_t pk = sqlite3_column_int64(q, 0);

		if (roll_fit(&s->roll, pk) == -1) {
			rc = error_set(e, ERROR_SYSTEM, "state.db: memory");
			break;
		}
		roll_see(&s->roll, (uint32_t)pk);
	}
	sqlite3_reset(q);
	return rc;
}

int
state_stage_resume(struct state *s, int64_t *source, struct error *e)
{
	struct roll *r = &s->roll;
	int64_t src = 0;
	int is_done, has_any = 0, rc;

	*source = 0;
	state_stage_drop(s);
	if (state_stage_open(s, e) == -1)
		return -1;
	/* In the end the bits are those of the one under way. */
	while ((rc = state_list_next(s, &src, &is_done, e)) == 1) {
		has_any = 1;
		if (!is_done)
			*source = src;
	}
	src = *source - 1;
	if (rc == 0 && *source == 0) {
		roll_leave_list(r);
		*source = has_any ? STATE_ALL_LISTS : 0;
	} else if (rc == 0 && state_list_next(s, &src, &is_done, e) != 1)
		rc = -1;
	if (rc == -1 || see_fresh(s, e) == -1) {
		state_stage_drop(s);
		return -1;
	}
	r->source = *source == STATE_ALL_LISTS ? 0 : *source;
	r->is_kept = 1;
	return 0;
}
