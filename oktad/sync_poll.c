/*
 * Between two full passes: what has changed lately. Only adds speed; people who
 * vanish without a trace are found by the full pass (T92).
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sync.h"

enum {
	POLL_MS = 120 * 1000,
	POLL_GROUPS = 10, /* with more, groups wait for the full pass */
	POLL_OVERLAP_S = 120 /* Okta's lists lag behind */
};

struct poll {
	struct pass pass;
	int is_due; /* a full pass */
	int is_stopped; /* somebody's status counts at once */
};

/* An explicit status counts at once, everything else by a full pass. */
static int
on_changed(void *arg, const struct api_user *u, struct error *e)
{
	struct poll *p = arg;
	struct state *st = p->pass.s->state;
	int differs = state_differs(st, u, e), changed;

	if (differs == -1)
		return -1;
	p->is_due |= differs;
	changed = state_apply_status(st, u, e);
	if (changed == -1)
		return -1;
	p->is_stopped |= changed;
	return 1;
}

static int
look_at_groups(struct poll *p, struct error *e)
{
	struct sync *s = p->pass.s;
	struct state_source src;
	struct api_group g;
	int64_t after = 0;
	int n = 0, rc;

	while ((rc = state_next_source(s->state, &after, &src, e)) == 1) {
		if (src.kind != SOURCE_GROUP || ++n > POLL_GROUPS)
			continue;
		if (api_group(&p->pass.api, &s->rules, src.id, &g, e) == -1)
			return -1;
		if (g.changed != src.changed)
			p->is_due = 1;
	}
	return rc;
}

/* Okta's clock at the newest look at people. */
static int
last_look(struct state *st, int64_t *since, struct error *e)
{
	int64_t full;

	if (state_get(st, "last_poll", since, e) == -1 ||
	    state_get(st, "last_date", &full, e) == -1)
		return -1;
	if (full > *since)
		*since = full;
	return 0;
}

int
poll_run(struct sync *s, struct error *e)
{
	struct poll p = {0};
	int64_t since;

	pass_open(&p.pass, s, POLL_MS);
	if (last_look(s->state, &since, e) == -1)
		return -1;
	if (since == 0)
		return 0;
	/* People first: a group that is gone must not keep anybody's
	 * suspension from counting. */
	if (api_users_changed(&p.pass.api, &s->rules, since - POLL_OVERLAP_S,
		on_changed, &p, e) == -1 ||
	    (p.is_stopped && publish_image(s, 0, e) == -1) ||
	    state_set(s->state, "last_poll", (int64_t)p.pass.api.date, e) == -1)
		return -1;
	if (s->phase == SYNC_FAILED)
		return 0;
	if (look_at_groups(&p, e) == -1)
		return -1;
	s->poll_s = (int64_t)time(NULL);
	if (!p.is_due && s->phase == SYNC_IDLE && link_confirm(s, e) == -1)
		return -1;
	return p.is_due;
}
