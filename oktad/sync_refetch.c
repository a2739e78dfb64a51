/*
 * What events left to be asked: one person, one group at a time. Only what
 * Okta says of them counts, and only as far as it says so: nobody loses
 * anything by not being in an answer alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "sync.h"

enum {
	REFETCH_MEMBERS = 200, /* of a deleted group, at each poll */
	REFETCH_AGAIN_S = 60 /* Okta's answers may lag so far behind its log */
};

/* A configured group, and whether the person asked about is in it. */
struct seat {
	struct state_source src;
	int has;
};

struct refetch {
	struct pass *pass;
	struct seat *seats;
	size_t nseats;
	int is_due; /* a full pass: there is more than we may decide */
	int has_changed; /* state.db */
	int is_wide; /* by a list: anybody's */
	int has_members; /* of a deleted group, enough for this time */
};

static int
load_seats(struct refetch *r, struct error *e)
{
	struct state_source src;
	int64_t after = 0;
	int rc;

	while (
	    (rc = state_next_source(r->pass->s->state, &after, &src, e)) == 1) {
		void *more;

		if (src.kind != SOURCE_GROUP)
			continue;
		more = reallocarray(r->seats, r->nseats + 1, sizeof(*r->seats));
		if (more == NULL)
			return error_errno(e, "groups");
		r->seats = more;
		r->seats[r->nseats++] = (struct seat){.src = src};
	}
	return rc;
}

static int
record(struct refetch *r, const char *id, struct api_user *u, struct error *e)
{
	struct sync *s = r->pass->s;

	return api_user(&r->pass->api, &s->rules, id, u, e) == -1 ||
		state_stage_user(s->state, 0, u, e) == -1
	    ? -1
	    : 0;
}

/* The answer is not what the event said: it counts, and is asked for once more,
 * lest it was an old one. */
static int
ask_again(struct refetch *r, const struct state_pending *row, struct error *e)
{
	struct pass *p = r->pass;

	return row->is_again
	    ? 0
	    : state_pend_later(p->s->state, row->what, row->subject,
		  row->object, row->gone, pass_date(p) + REFETCH_AGAIN_S, e);
}

/* Okta does not know the id. With an event that says so, too, it is a word:
 * whoever was deactivated and deleted between two polls. */
static int
person(struct refetch *r, const struct state_pending *row, struct error *e)
{
	struct api_user u;
	int rc = record(r, row->subject, &u, e);

	if (rc == 0 && (row->gone || row->is_suspended) &&
	    !settle_is_stopped(&u))
		return ask_again(r, row, e);
	return rc == -1 && e->http_status == 404 && row->gone
	    ? state_end(r->pass->s->state, row->subject, e)
	    : rc;
}

/* --- groups of a person --- */

static int
on_group(void *arg, const struct api_group *g, struct error *e)
{
	struct refetch *r = arg;

	(void)e;
	for (size_t i = 0; i < r->nseats; i++)
		if (strcmp(r->seats[i].src.id, g->id) == 0)
			r->seats[i].has = 1;
	return 1;
}

/* What the list says of one group. It takes a group away only where an event
 * said so as well: one cut answer is no word. */
static int
settle_seat(
    struct refetch *r, const char *id, const struct seat *seat, struct error *e)
{
	struct state *st = r->pass->s->state;
	struct state_pending row;
	int rc;

	rc = state_is_pending(st, PENDING_MEMBER, id, seat->src.id, &row, e);
	if (rc == -1 || (rc == 1 && state_pending_done(st, row.num, e) == -1) ||
	    (rc == 1 && row.gone == seat->has && ask_again(r, &row, e) == -1))
		return -1;
	if (seat->has)
		return state_join(st, id, seat->src.num, e);
	if (row.gone)
		return state_leave(st, id, seat->src.num, e);
	rc = state_is_standing(st, id, seat->src.num, e);
	r->is_due |= rc == 1;
	return rc == -1 ? -1 : 0;
}

static int
groups_of(struct refetch *r, const char *id, struct error *e)
{
	struct sync *s = r->pass->s;
	struct api_user u;
	int has_any = 0, rc;

	for (size_t i = 0; i < r->nseats; i++)
		r->seats[i].has = 0;
	if (api_user_groups(&r->pass->api, &s->rules, id, on_group, r, e) == -1)
		return -1;
	for (size_t i = 0; i < r->nseats; i++)
		has_any |= r->seats[i].has;
	rc = state_has_record(s->state, id, e);
	if (rc == -1 || (rc == 0 && has_any && record(r, id, &u, e) == -1))
		return -1;
	for (size_t i = 0; i < r->nseats; i++)
		if (settle_seat(r, id, &r->seats[i], e) == -1)
			return -1;
	return 0;
}

/* --- an app --- */

/* Nothing was found where the person had been: that is no word. The list of
 * the person's apps is one, where an event says the same. 1 left, 0, -1. */
static int
has_left(struct refetch *r, const struct state_pending *row, struct error *e)
{
	int has;

	if (!row->gone)
		return 0;
	has = api_user_has_app(&r->pass->api, row->subject, row->object, e);
	return has == -1 ? -1 : !has;
}

static int
assignment(struct refetch *r, const struct state_pending *row, struct error *e)
{
	struct sync *s = r->pass->s;
	struct state_source src;
	struct api_user u;
	int is_known, is_there, rc;

	rc = state_find_source(s->state, row->object, &src, e);
	if (rc != 1)
		return rc;
	is_there = api_app_user(&r->pass->api, &s->rules, row->object,
	    row->subject, &u, &is_known, e);
	if (is_there == -1 ||
	    (is_known && state_stage_user(s->state, 0, &u, e) == -1))
		return -1;
	if (row->gone == is_there && ask_again(r, row, e) == -1)
		return -1;
	if (is_there)
		return state_join(s->state, row->subject, src.num, e);
	rc = state_is_standing(s->state, row->subject, src.num, e);
	/* A pass under way may have read a page that shows them. */
	if (rc == 0 && row->gone && s->phase == SYNC_RUNNING)
		rc = 1;
	if (rc == 1 && !is_known) {
		rc = has_left(r, row, e);
		r->is_due |= rc == 0;
	}
	return rc != 1 ? rc : state_leave(s->state, row->subject, src.num, e);
}

/* --- a group --- */

/* Everybody who was in it is asked for their groups, some at each poll: the
 * row that is left behind says who was the last. */
static int
ask_members(struct refetch *r, const struct state_pending *row,
    const struct state_source *src, struct error *e)
{
	struct state *st = r->pass->s->state;
	char id[JSON_ID_MAX + 1], last[16];
	uint32_t uid = (uint32_t)strtoul(row->object, NULL, 10);
	int n, rc = 1;

	r->is_due = r->has_members = 1;
	for (n = 0; n < REFETCH_MEMBERS; n++) {
		rc = state_next_member(st, src->num, &uid, id, e);
		if (rc != 1)
			return rc;
		if (state_pend(st, PENDING_MEMBER, id, src->id, 1, e) == -1)
			return -1;
	}
	snprintf(last, sizeof(last), "%u", (unsigned int)uid);
	return state_pend(st, PENDING_DELETED, src->id, last, 0, e);
}

static int
group(struct refetch *r, const struct state_pending *row, struct error *e)
{
	struct sync *s = r->pass->s;
	struct state_source src;
	int rc;

	rc = state_find_source(s->state, row->subject, &src, e);
	if (rc != 1)
		return rc;
	rc = pass_group(r->pass, &src, e);
	if (rc == -1 && e->http_status == 404 && row->what == PENDING_DELETED)
		return ask_members(r, row, &src, e);
	return rc;
}

static int
list(struct refetch *r, const struct state_pending *row, struct error *e)
{
	struct sync *s = r->pass->s;
	struct state *st = s->state;
	struct state_source src;
	char id[JSON_ID_MAX + 1];
	uint64_t begun = wire_now_ms();
	uint32_t uid = 0;
	int rc;

	rc = state_find_source(st, row->subject, &src, e);
	if (rc != 1)
		return rc;
	r->is_wide = 1;
	if (state_relist_begin(st, src.num, e) == -1 ||
	    pass_list(r->pass, &src, e) == -1 ||
	    state_relist_end(st, src.num, e) == -1 ||
	    settle_losses(r->pass, src.num, e) == -1)
		return -1;
	/* Long lists may take a tenth of the time, no more. */
	s->next_list = wire_now_ms() + (wire_now_ms() - begun) * 10;
	rc = state_next_loser(st, src.num, &uid, id, e);
	r->is_due |= rc == 1;
	return rc == -1 ? -1 : 0;
}

/* --- one after the other --- */

static int
take(struct refetch *r, const struct state_pending *row, struct error *e)
{
	switch (row->what) {
	case PENDING_PERSON:
		return person(r, row, e);
	case PENDING_MEMBER:
		return groups_of(r, row->subject, e);
	case PENDING_ASSIGNEE:
		return assignment(r, row, e);
	case PENDING_GROUP:
	case PENDING_DELETED:
		return group(r, row, e);
	case PENDING_LIST:
		return list(r, row, e);
	case PENDING_ZONES:
		/* What is to be said of them is everybody's. */
		r->is_wide |= rules_has_zone(r->pass->s);
		return rules_read(r->pass, e);
	case PENDING_FULL:
		break;
	}
	return error_set(e, ERROR_SYSTEM, "state.db: an unknown question");
}

/* A list of a group that is not there: its people are asked for as those of a
 * deleted one are. Events may have been folded into it. */
static int
take_lost_list(
    struct refetch *r, const struct state_pending *row, struct error *e)
{
	struct state *st = r->pass->s->state;
	struct state_source src = {0};
	int rc = 0;

	if (row->what == PENDING_LIST)
		rc = state_find_source(st, row->subject, &src, e);
	return rc == 1 && src.kind == SOURCE_GROUP
	    ? state_pend(st, PENDING_DELETED, row->subject, "", 0, e)
	    : rc;
}

/* One row, all of it or nothing. A 404 is an answer, but no word: the next
 * full pass looks into it. */
static int
take_whole(struct refetch *r, const struct state_pending *row, struct error *e)
{
	struct state *st = r->pass->s->state;
	struct error undo;
	int rc;

	if (state_mark(st, e) == -1)
		return -1;
	rc = take(r, row, e);
	if (state_unmark(st, rc == 0, &undo) == -1) {
		if (rc == 0)
			*e = undo;
		return -1;
	}
	if (rc == -1 && e->http_status != 404)
		return -1;
	r->is_due |= rc == -1;
	if (rc == -1 && take_lost_list(r, row, e) == -1)
		return -1;
	r->has_changed = 1;
	return state_pending_done(st, row->num, e);
}

/* 0, or -1 with the first failure; what was answered all the same counts. */
static int
take_all(struct refetch *r, struct error *e)
{
	struct state *st = r->pass->s->state;
	struct state_pending row;
	struct error own;
	int64_t after = 0;
	int failed = 0, rc;

	while ((rc = state_next_pending(st, &after, &row, &own)) == 1) {
		if (row.what == PENDING_FULL) {
			r->is_due = 1;
			continue;
		}
		/* A full pass under way reads it, too. */
		if (row.what == PENDING_LIST &&
		    (r->pass->s->phase == SYNC_RUNNING ||
			wire_now_ms() < r->pass->s->next_list))
			continue;
		if (row.what == PENDING_DELETED && r->has_members)
			continue;
		if (take_whole(r, &row, &own) == 0)
			continue;
		if (!failed)
			*e = own;
		failed = 1;
		/* An answer that fails is that row's; no answer is all's, and
		 * so is a full disk. */
		if ((own.http_status == 0 && own.kind != ERROR_PROTOCOL) ||
		    !state_has_begun(st))
			break;
	}
	if (rc == -1)
		*e = own;
	return failed || rc == -1 ? -1 : 0;
}

int
refetch_run(struct pass *p, int *is_due, struct error *e)
{
	struct refetch r = {.pass = p};
	struct state *st = p->s->state;
	struct error own;
	int64_t num;
	int rc;

	if (state_pending_last(st, &num, e) == -1)
		return -1;
	if (num == 0)
		return 0;
	if (state_begin(st, e) == -1)
		return -1;
	rc = state_touch_begin(st, e);
	if (rc == 0)
		rc = load_seats(&r, e);
	if (rc == 0)
		rc = take_all(&r, e);
	*is_due |= r.is_due;
	if (!r.has_changed || p->s->conf_count != p->conf_count ||
	    !state_has_begun(st)) {
		state_touch_end(st);
		state_rollback(st);
	} else if (pass_apply(p, r.is_wide, &own) == -1) {
		*e = own;
		rc = -1;
	}
	free(r.seats);
	return rc;
}
