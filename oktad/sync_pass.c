/*
 * One full pass: every configured group and app, then everybody who was lost,
 * then all at once or nothing.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "sync.h"
#include "sync_guard.h"

enum {
	PASS_MS = 3600 * 1000, /* a pass that takes longer has stalled */
	PASS_PEOPLE = 1000000,
	PASS_CLOCK_S = 86400 /* Okta's clock may be so far ahead of ours */
};

/* -1 where a new configuration has come since. */
static int
is_outdated(const struct pass *p, struct error *e)
{
	return p->s->conf_count == p->conf_count
	    ? 0
	    : error_set(
		  e, ERROR_RETRY, "the configuration has changed meanwhile");
}

/* A poll knows nobody whom only a page shows that was not looked at yet: it
 * would pass over what is logged of them, and the page is older. */
static int
may_give_way(const struct pass *p)
{
	return p->is_staging && !p->api.is_holding;
}

static int
may_ask_ahead(void *arg)
{
	const struct pass *p = arg;

	return !p->is_staging || wire_now_ms() < keep_due(p);
}

/* Before each request, and while a 429 is waited out. */
static int
pass_pause(void *arg, uint32_t ms, struct error *e)
{
	struct pass *p = arg;
	uint64_t now = wire_now_ms(), end = now + ms;

	do {
		uint64_t wake = end;

		if (p->is_staging && keep_due(p) < wake)
			wake = keep_due(p);
		if (link_wait(p->s, wake > now ? wake - now : 0, e) == -1)
			return -1;
		/* What is published now may hold half of an answer, which a
		 * failure undoes: it is published again behind it. */
		if (local_has_changed(&p->s->local))
			p->s->is_stale = 1;
		/* A poll asks by the rules of the configuration in force. */
		if (sync_serve_local(p->s, e) == -1 ||
		    is_outdated(p, e) == -1 ||
		    (may_give_way(p) && keep_give_way(p, e) == -1) ||
		    is_outdated(p, e) == -1)
			return -1;
		now = wire_now_ms();
	} while (now < end);
	p->api.channel = p->s->channel;
	if (p->api.channel == -1)
		return error_set(e, ERROR_SYSTEM, "no channel to oktad-net");
	/* Polls in a full pass are not counted. */
	if (p->word[0] != '\0' || p->s->phase != SYNC_RUNNING)
		p->s->pages = p->api.requests;
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
	p->api.may_ask_ahead = may_ask_ahead;
	p->api.arg = p;
}

int64_t
pass_date(const struct pass *p)
{
	int64_t most = (int64_t)time(NULL) + PASS_CLOCK_S;

	return (int64_t)p->api.date < most ? (int64_t)p->api.date : most;
}

/* Of a membership: 1 new, 0 seen; others are handed on. */
static int
counted(struct pass *p, int is_new, struct error *e)
{
	if (is_new == 1 && ++p->s->done > PASS_PEOPLE)
		return error_set(
		    e, ERROR_PROTOCOL, "more than %d memberships", PASS_PEOPLE);
	return is_new;
}

static int
on_member(void *arg, const struct api_user *u, struct error *e)
{
	struct pass *p = arg;

	return counted(p, state_stage_user(p->s->state, p->source, u, e), e);
}

/* Somebody whose record is, word for word, what it was. */
static int
on_text(void *arg, const char *text, size_t len, struct error *e)
{
	struct pass *p = arg;

	return counted(
	    p, state_stage_text(p->s->state, p->source, text, len, e), e);
}

int
pass_group(struct pass *p, const struct state_source *src, struct error *e)
{
	struct api_group g;
	uint32_t people = 0;

	if (api_group(&p->api, &p->s->rules, src->id,
		p->is_first ? &people : NULL, &g, e) == -1)
		return -1;
	p->s->total += people;
	/* Okta counts seconds: a second change in this one would look like the
	 * first. Unknown, so that the next poll asks again. */
	if (g.changed + 1 >= pass_date(p))
		g.changed = 0;
	return state_stage_group(p->s->state, src->num, &g, e);
}

int
pass_list(struct pass *p, const struct state_source *src, struct error *e)
{
	struct sync *s = p->s;
	/* Then the group's record has been staged, too. */
	int is_begun = src->num == p->from_source && p->from[0] != '\0';

	p->source = src->num;
	if (state_stage_list(s->state, src->num, e) == -1 ||
	    (src->kind == SOURCE_GROUP && !is_begun &&
		pass_group(p, src, e) == -1))
		return -1;
	if (is_begun)
		p->api.from = p->from;
	if (src->kind == SOURCE_APP)
		return api_app_users(
		    &p->api, &s->rules, src->id, on_text, on_member, p, e);
	return api_group_members(
	    &p->api, &s->rules, src->id, on_text, on_member, p, e);
}

/* --- all or nothing --- */

/* Nothing of it counts. Where oktad has gone, the next start goes on. What can
 * not be forgotten now, is before the next poll. */
static void
give_up(struct pass *p)
{
	struct error ignored;

	p->is_staging = 0;
	p->s->has_begun = 1;
	state_rollback(p->s->state);
	state_stage_drop(p->s->state);
	if (!link_has_ended(p->s))
		(void)keep_forget(p->s->state, &ignored);
}

/* Every list, but for those that are complete already. */
static int
collect(struct pass *p, struct error *e)
{
	struct state *st = p->s->state;
	struct state_source src;
	uint8_t sum[SYNC_SUM];
	int64_t after = 0;
	int rc;

	if (schema_read(p, e) == -1 || schema_sum(p->s, sum, e) == -1)
		return -1;
	state_stage_rules(st, sum);
	if (keep_begin(p, sum, e) == -1)
		return -1;
	while ((rc = state_next_source(st, &after, &src, e)) == 1) {
		rc = state_stage_has(st, src.num, e);
		if (rc == -1 || (rc == 0 && pass_list(p, &src, e) == -1))
			return -1;
	}
	return rc;
}

/* Okta takes the link of a resumed pass no more. */
static int
collect_all(struct pass *p, struct error *e)
{
	int rc = collect(p, e);

	if (rc == 0 || !p->is_resumed || e->http_status < 400 ||
	    e->http_status >= 500 || e->kind == ERROR_RETRY)
		return rc;
	log_event(LOG_NOTICE, "pass_anew", log_text("error", e->text));
	give_up(p);
	return collect(p, e);
}

/* What all the lists together mean. People are asked about while polls still
 * come between; from then on only zones are. */
static int
settle(struct pass *p, struct error *e)
{
	struct state *st = p->s->state;

	if (state_find_losses_ahead(st, e) == -1 ||
	    settle_losses(p, 0, e) == -1)
		return -1;
	p->is_staging = 0;
	return state_find_losses(st, e) == -1 || schema_tell(p->s, e) == -1 ||
		rules_read(p, e) == -1
	    ? -1
	    : state_settle_stopped(st, e);
}

static struct state_rules
rules_of(struct sync *s, int hold_silent)
{
	return (struct state_rules){
	    .id_min = s->conf.id_min,
	    .id_max = s->conf.id_max,
	    .is_taken = publish_is_taken,
	    .is_held = publish_is_held,
	    .arg = s,
	    .hold_silent = hold_silent,
	    .primary_group = s->conf.primary_group,
	};
}

/* The staged answers become the accepted directory. */
static int
apply_all(
    struct sync *s, int hold_silent, struct state_outcome *o, struct error *e)
{
	struct state_rules rules = rules_of(s, hold_silent);
	int rc;

	(void)publish_open_current();
	rc = state_apply(s->state, &rules, o, e);
	publish_close_current();
	return rc;
}

static int
apply_touched(struct sync *s, struct error *e)
{
	struct state_rules rules = rules_of(s, 1);
	int rc;

	(void)publish_open_current();
	rc = state_apply_touched(s->state, &rules, e);
	publish_close_current();
	return rc;
}

/* Everybody, with the remarks made anew. */
static int
apply_wide(struct sync *s, struct error *e)
{
	struct state_outcome o;

	return state_delta_begin(s->state, e) == -1 || schema_tell(s, e) == -1
	    ? -1
	    : apply_all(s, 1, &o, e);
}

int
pass_apply(struct pass *p, int is_wide, struct error *e)
{
	struct sync *s = p->s;

	/* A new configuration may mean people whom nobody has touched; but
	 * their records are of the last one, and what a number is given by,
	 * stays. */
	if (s->passed_count != s->conf_count)
		is_wide = s->phase != SYNC_RUNNING;
	state_touch_end(s->state);
	if ((is_wide ? apply_wide(s, e) : apply_touched(s, e)) == -1 ||
	    state_commit(s->state, e) == -1) {
		state_rollback(s->state);
		return -1;
	}
	s->is_stale = 1;
	return 0;
}

static int
count_in(struct pass *p, int accept, int64_t date, struct error *e)
{
	struct sync *s = p->s;
	struct state_outcome o;
	struct state_counts c;
	int hold;

	if (state_count(s->state, &c, e) == -1)
		return -1;
	hold = !guard_allows(c.known, c.present, c.silent, accept);
	if (apply_all(s, hold, &o, e) == -1 ||
	    state_pending_clear(s->state, p->asked, e) == -1 ||
	    keep_end(s->state, e) == -1 ||
	    state_rules_read(s->state, e) == -1 ||
	    state_set(s->state, "last_full", (int64_t)time(NULL), e) == -1 ||
	    state_set(s->state, "last_date", date, e) == -1 ||
	    log_forget_place(s->state, e) == -1 ||
	    resume_note(s, !hold, e) == -1 || state_commit(s->state, e) == -1)
		return -1;
	s->is_stale = 1;
	s->passed_count = s->conf_count;
	s->added = o.added;
	s->removed = o.removed;
	if (!hold)
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
	if (state_count(s->state, &c, e) == -1)
		return -1;
	s->done = s->pages = 0;
	s->total = c.pairs;
	p.is_first = c.pairs == 0;
	if (collect_all(&p, e) == -1 || settle(&p, e) == -1) {
		give_up(&p);
		return -1;
	}
	s->pass_ms = wire_now_ms() - begun;
	rc = count_in(&p, accept, keep_date(&p), &held);
	if (rc == -1) {
		*e = held;
		give_up(&p);
		return -1;
	}
	published = publish_state(s, accept, rc != PASS_REFUSED_SHRINK, e);
	/* DENIED: the published file knows people whom state.db does not. */
	if (published == -1)
		return e->kind == ERROR_DENIED ? PASS_REFUSED_SHRINK : -1;
	if (rc == PASS_REFUSED_SHRINK)
		*e = held;
	else if (published == 0 && publish_confirm(s, e) == -1)
		return -1;
	return rc;
}
