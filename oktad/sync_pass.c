/*
 * One full pass: every configured group and app, then everybody who was lost,
 * then all at once or nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sync.h"
#include "sync_guard.h"

enum {
	PASS_MS = 3600 * 1000, /* a pass that takes longer has stalled */
	PASS_PEOPLE = 1000000,
	PASS_CHECKS = 200, /* people asked about one by one */
	PASS_FEW = 10, /* up to here no list of recent changes */
	PASS_OVERLAP_S = 300 /* Okta's lists lag behind */
};

/* Before each request, and while a 429 is waited out. */
static int
pass_pause(void *arg, uint32_t ms, struct error *e)
{
	struct pass *p = arg;
	uint64_t now = wire_now_ms(), end = now + ms;

	do {
		if (link_wait(p->s, end - now, e) == -1 ||
		    sync_serve_local(p->s, e) == -1)
			return -1;
		if (p->s->conf_count != p->conf_count)
			return error_set(e, ERROR_RETRY,
			    "the configuration has changed meanwhile");
		now = wire_now_ms();
	} while (now < end);
	p->api.channel = p->s->channel;
	if (p->api.channel == -1)
		return error_set(e, ERROR_SYSTEM, "no channel to oktad-net");
	return status_send(p->s, 0, e);
}

void
pass_open(struct pass *p, struct sync *s, uint64_t ms)
{
	memset(p, 0, sizeof(*p));
	p->s = s;
	p->conf_count = s->conf_count;
	p->api.channel = s->channel;
	p->api.deadline = wire_now_ms() + ms;
	p->api.pause = pass_pause;
	p->api.arg = p;
}

static int
on_member(void *arg, const struct api_user *u, struct error *e)
{
	struct pass *p = arg;
	int is_new = state_stage_user(p->s->state, p->source, u, e);

	if (is_new == 1 && ++p->s->done > PASS_PEOPLE)
		return error_set(
		    e, ERROR_PROTOCOL, "more than %d memberships", PASS_PEOPLE);
	return is_new;
}

static int
list_source(struct pass *p, const struct state_source *src, struct error *e)
{
	struct sync *s = p->s;
	struct api_group g;

	p->source = src->num;
	if (src->kind == SOURCE_APP)
		return api_app_users(
		    &p->api, &s->rules, src->id, on_member, p, e);
	if (api_group(&p->api, &s->rules, src->id, &g, e) == -1)
		return -1;
	/* Okta counts seconds: a second change in this one would look like the
	 * first. Unknown, so that the next poll asks again. */
	if (g.changed + 1 >= (int64_t)p->api.date)
		g.changed = 0;
	if (state_stage_group(s->state, src->num, &g, e) == -1)
		return -1;
	return api_group_members(&p->api, &s->rules, src->id, on_member, p, e);
}

/* --- those who were lost --- */

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

static int
is_stopped(const struct api_user *u)
{
	return u->has_status && (u->status == STATUS_SUSPENDED ||
				    u->status == STATUS_DEPROVISIONED);
}

/* 1 where Okta says that the person is not assigned to the app any more, 0
 * where it says nothing, -1. */
static int
is_unassigned(struct pass *p, const struct lost *l, size_t i, struct error *e)
{
	int is_known = 0, is_there;

	is_there = api_app_user(
	    &p->api, &p->s->rules, l->src[i].id, l->id, &is_known, e);
	if (is_there == 1)
		return contradiction(l, i, e);
	return is_there == -1 ? -1 : is_known;
}

/* Asks Okta about this very person. A 404 is no word. */
static int
ask_about(struct pass *p, uint32_t uid, struct lost *l, struct error *e)
{
	struct sync *s = p->s;
	struct api_user u;

	if (api_user(&p->api, &s->rules, l->id, &u, e) == -1)
		return e->http_status == 404 ? state_mark_gone(s->state, uid, e)
					     : -1;
	if (state_stage_user(s->state, 0, &u, e) == -1)
		return -1;
	if (!is_stopped(&u) &&
	    api_user_groups(&p->api, &s->rules, l->id, on_group, l, e) == -1)
		return e->http_status == 404 ? 0 : -1;
	for (size_t i = 0; i < l->n; i++) {
		int confirmed = 1;

		if (!is_stopped(&u) && l->src[i].kind == SOURCE_APP)
			confirmed = is_unassigned(p, l, i, e);
		if (confirmed == -1 ||
		    (confirmed && state_settle_loss(s->state, uid,
				      l->src[i].num, LOSS_CONFIRMED, e) == -1))
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
	int known = is_stopped(u) ? state_knows(p->s->state, u->id, e) : 0;

	if (known == 1 && state_stage_user(p->s->state, 0, u, e) == -1)
		return -1;
	return known == -1 ? -1 : 1;
}

/* Asks about everybody who is missing from a list. */
static int
settle_losses(struct pass *p, struct error *e)
{
	struct state *st = p->s->state;
	struct state_counts c;
	char id[JSON_ID_MAX + 1];
	uint32_t uid = 0;
	int64_t since;
	int rc = 0;

	if (state_find_losses(st, e) == -1 ||
	    state_settle_stopped(st, e) == -1 || state_count(st, &c, e) == -1)
		return -1;
	if (c.silent > PASS_FEW) {
		/* One list instead of a question each. */
		if (state_get(st, "last_date", &since, e) == -1)
			return -1;
		if (since > 0 &&
		    (api_users_changed(&p->api, &p->s->rules,
			 since - PASS_OVERLAP_S, on_changed, p, e) == -1 ||
			state_settle_stopped(st, e) == -1))
			return -1;
	}
	for (int n = 0; n < PASS_CHECKS; n++) {
		rc = state_next_loser(st, &uid, id, e);
		if (rc != 1)
			break;
		rc = settle_person(p, id, uid, e);
		if (rc == -1)
			break;
	}
	return rc == -1 ? -1 : 0;
}

/* --- all or nothing --- */

static int
collect(struct pass *p, struct error *e)
{
	struct state_source src;
	int64_t after = 0;
	int rc;

	if (state_stage_begin(p->s->state, e) == -1)
		return -1;
	while ((rc = state_next_source(p->s->state, &after, &src, e)) == 1)
		if (list_source(p, &src, e) == -1)
			return -1;
	return rc == -1 ? -1 : settle_losses(p, e);
}

static int
count_in(struct pass *p, int accept, int64_t date, struct error *e)
{
	struct sync *s = p->s;
	struct state_rules rules = {
	    .id_min = s->conf.id_min,
	    .id_max = s->conf.id_max,
	    .is_taken = publish_is_taken,
	    .is_held = publish_is_held,
	    .arg = s,
	};
	struct state_outcome o;
	struct state_counts c;
	int rc;

	if (state_count(s->state, &c, e) == -1)
		return -1;
	rules.hold_silent = !guard_allows(c.known, c.present, c.silent, accept);
	(void)publish_open_current();
	rc = state_apply(s->state, &rules, &o, e);
	publish_close_current();
	if (rc == -1 ||
	    state_set(s->state, "last_full", (int64_t)time(NULL), e) == -1 ||
	    state_set(s->state, "last_date", date, e) == -1 ||
	    state_commit(s->state, e) == -1)
		return -1;
	s->added = o.added;
	s->removed = o.removed;
	if (!rules.hold_silent)
		return PASS_OK;
	error_set(e, ERROR_DENIED,
	    "%u of %u people are missing from Okta's lists without a word "
	    "about "
	    "them: they keep what they had; `oktactl sync --accept` lets them "
	    "go",
	    c.silent, c.known);
	return PASS_REFUSED_SHRINK;
}

int
pass_run(struct sync *s, int accept, struct error *e)
{
	struct pass p;
	struct state_counts c;
	struct error held;
	uint64_t begun = wire_now_ms();
	int rc, published;

	pass_open(&p, s, PASS_MS);
	if (state_count(s->state, &c, e) == -1 ||
	    state_begin(s->state, e) == -1)
		return -1;
	s->done = 0;
	s->total = c.pairs;
	if (collect(&p, e) == -1) {
		state_rollback(s->state);
		return -1;
	}
	s->pass_ms = wire_now_ms() - begun;
	/* What changed while we asked belongs to the next look. */
	rc = count_in(&p, accept,
	    (int64_t)p.api.date - (int64_t)(s->pass_ms / 1000) - 1, &held);
	if (rc == -1) {
		*e = held;
		state_rollback(s->state);
		return -1;
	}
	published = publish_image(s, accept, e);
	/* DENIED: the published file knows people whom state.db does not. */
	if (published == -1)
		return e->kind == ERROR_DENIED ? PASS_REFUSED_SHRINK : -1;
	if (rc == PASS_REFUSED_SHRINK)
		*e = held;
	else if (published == 0 && publish_confirm(s, e) == -1)
		return -1;
	return rc;
}
