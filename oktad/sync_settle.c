/*
 * People who are missing from a list: what Okta says of each of them. Absence
 * itself is no word.
 */
#include <stdlib.h>
#include <string.h>

#include "sync.h"

enum {
	SETTLE_CHECKS = 200, /* people asked about one by one */
	SETTLE_FEW = 10, /* up to here no list of recent changes */
	SETTLE_OVERLAP_S = 300 /* Okta's lists lag behind */
};

/* The uid of who was asked about last; 0: begin with the first. */
static const char word_after[] = "settle_after";

/* One person's lost groups and apps. */
struct lost {
	const char *id;
	struct state_source *src;
	size_t n;
};

/* A list that leaves somebody out who is there after all is no list to act on,
 * whatever else it says (T91). */
static int
contradiction(const struct lost *l, size_t i, struct error *e)
{
	return error_set(e, ERROR_PROTOCOL,
	    "the list of %s %s leaves out %s, who is in it",
	    l->src[i].kind == SOURCE_APP ? "app" : "group", l->src[i].id,
	    l->id);
}

static int
on_group(void *arg, const struct api_group *g, struct error *e)
{
	struct lost *l = arg;

	for (size_t i = 0; i < l->n; i++)
		if (l->src[i].kind == SOURCE_GROUP &&
		    strcmp(l->src[i].id, g->id) == 0)
			return contradiction(l, i, e);
	return 1;
}

static int
load_losses(struct pass *p, uint32_t uid, struct lost *l, struct error *e)
{
	struct state_source src;
	int64_t after = 0;
	int rc;

	while ((rc = state_next_loss(p->s->state, uid, &after, &src, e)) == 1) {
		void *more = reallocarray(l->src, l->n + 1, sizeof(*l->src));

		if (more == NULL)
			return error_errno(e, "losses");
		l->src = more;
		l->src[l->n++] = src;
	}
	return rc;
}

int
settle_is_stopped(const struct api_user *u)
{
	return u->has_status &&
	    (u->status == STATUS_SUSPENDED ||
		u->status == STATUS_DEPROVISIONED);
}

/* A 404 is no word. The list of the person's apps is one, where an event that
 * waits for its answer says the same. */
static int
has_said_so(struct pass *p, const struct lost *l, size_t i, struct error *e)
{
	struct state_pending row;
	int rc;

	rc = state_is_pending(
	    p->s->state, PENDING_ASSIGNEE, l->id, l->src[i].id, &row, e);
	if (rc != 1 || !row.gone)
		return rc == -1 ? -1 : 0;
	rc = api_user_has_app(&p->api, l->id, l->src[i].id, e);
	if (rc == 1)
		return contradiction(l, i, e);
	return rc == -1 ? -1 : 1;
}

/* 1 where Okta says that the person is not assigned to the app any more, 0
 * where it says nothing, -1. */
static int
is_unassigned(struct pass *p, const struct lost *l, size_t i, struct error *e)
{
	struct api_user u;
	int is_known = 0, is_there;

	is_there = api_app_user(
	    &p->api, &p->s->rules, l->src[i].id, l->id, &u, &is_known, e);
	if (is_there == 1)
		return contradiction(l, i, e);
	if (is_there == 0 && !is_known)
		return has_said_so(p, l, i, e);
	return is_there == -1 ? -1 : is_known;
}

/* Okta does not know the id. That is no word, but with an event that waits for
 * its answer, or after Okta has called them deactivated, it is one. */
static int
take_unknown(
    struct pass *p, uint32_t uid, const struct lost *l, struct error *e)
{
	struct state *st = p->s->state;
	struct state_pending row;
	int rc;

	rc = state_is_pending(st, PENDING_PERSON, l->id, "", &row, e);
	if (rc == -1 || state_mark_gone(st, uid, e) == -1 ||
	    (row.gone && state_end(st, l->id, e) == -1))
		return -1;
	rc = state_has_ended(st, uid, e);
	for (size_t i = 0; rc == 1 && i < l->n; i++)
		if (state_settle_loss(
			st, uid, l->src[i].num, LOSS_CONFIRMED, e) == -1)
			return -1;
	return rc == -1 ? -1 : 0;
}

/* Asks Okta about this very person. */
static int
ask_about(struct pass *p, uint32_t uid, struct lost *l, struct error *e)
{
	struct sync *s = p->s;
	struct api_user u;

	if (api_user(&p->api, &s->rules, l->id, &u, e) == -1)
		return e->http_status == 404 ? take_unknown(p, uid, l, e) : -1;
	if (state_stage_user(s->state, 0, &u, e) == -1)
		return -1;
	if (!settle_is_stopped(&u) &&
	    api_user_groups(&p->api, &s->rules, l->id, on_group, l, e) == -1)
		return e->http_status == 404 ? 0 : -1;
	for (size_t i = 0; i < l->n; i++) {
		int confirmed = 1;

		if (!settle_is_stopped(&u) && l->src[i].kind == SOURCE_APP)
			confirmed = is_unassigned(p, l, i, e);
		if (confirmed == -1 ||
		    (confirmed &&
			state_settle_loss(s->state, uid, l->src[i].num,
			    LOSS_CONFIRMED, e) == -1))
			return -1;
	}
	return 0;
}

static int
settle_person(struct pass *p, const char *id, uint32_t uid, struct error *e)
{
	struct lost l = {.id = id};
	int rc;

	rc = load_losses(p, uid, &l, e);
	if (rc == 0)
		rc = ask_about(p, uid, &l, e);
	free(l.src);
	return rc;
}

/* Of the recently changed only those count who were stopped. */
static int
on_changed(void *arg, const struct api_user *u, struct error *e)
{
	struct pass *p = arg;
	int known =
	    settle_is_stopped(u) ? state_knows(p->s->state, u->id, e) : 0;

	if (known == 1 && state_stage_user(p->s->state, 0, u, e) == -1)
		return -1;
	return known == -1 ? -1 : 1;
}

/* Asks about up to SETTLE_CHECKS people, from where the last time ended: people
 * whom nothing is found out about are not in the way of the others. */
static int
ask_losers(struct pass *p, int64_t source, struct error *e)
{
	struct state *st = p->s->state;
	char id[JSON_ID_MAX + 1];
	int64_t from;
	uint32_t uid;
	int is_round, n = 0, rc;

	if (state_get(st, word_after, &from, e) == -1)
		return -1;
	uid = (uint32_t)from;
	is_round = from == 0;
	while (n < SETTLE_CHECKS) {
		rc = state_next_loser(st, source, &uid, id, e);
		if (rc == -1)
			return -1;
		if (rc == 0 && !is_round) {
			is_round = 1;
			uid = 0;
			continue;
		}
		if (rc == 0 || (is_round && from != 0 && uid > from)) {
			uid = 0;
			break;
		}
		if (settle_person(p, id, uid, e) == -1)
			return -1;
		n++;
	}
	return uid == from ? 0 : state_set(st, word_after, uid, e);
}

int
settle_losses(struct pass *p, int64_t source, struct error *e)
{
	struct state *st = p->s->state;
	struct state_counts c;
	int64_t since;

	if (state_settle_stopped(st, e) == -1 || state_count(st, &c, e) == -1)
		return -1;
	if (c.silent > SETTLE_FEW) {
		/* One list instead of a question each. */
		if (state_get(st, "last_date", &since, e) == -1)
			return -1;
		if (since > 0 &&
		    (api_users_changed(&p->api, &p->s->rules,
			 since - SETTLE_OVERLAP_S, on_changed, p, e) == -1 ||
			state_settle_stopped(st, e) == -1))
			return -1;
	}
	return ask_losers(p, source, e);
}
