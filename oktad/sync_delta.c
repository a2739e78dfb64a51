/*
 * Without the System Log: people and groups that have changed lately, by two
 * lists. Deleted people and ended assignments are in neither: the full pass
 * finds them (T92).
 */
#include <string.h>

#include "sync.h"

enum {
	DELTA_OVERLAP_S = 120 /* Okta's lists lag behind */
};

struct delta {
	struct state *state;
	int has_changed;
};

static int
on_user(void *arg, const struct api_user *u, struct error *e)
{
	struct delta *d = arg;
	int rc = state_knows(d->state, u->id, e);

	if (rc == 1)
		rc = state_differs(d->state, u, e);
	if (rc != 1)
		return rc == -1 ? -1 : 1;
	d->has_changed = 1;
	return state_stage_user(d->state, 0, u, e) == -1 ? -1 : 1;
}

static int
on_group(void *arg, const struct api_group *g, struct error *e)
{
	struct delta *d = arg;
	struct state_source src;
	int rc = state_find_source(d->state, g->id, &src, e);

	if (rc == 1 && g->changed != src.changed)
		rc = state_pend(d->state, PENDING_LIST, g->id, "", 0, e);
	return rc == -1 ? -1 : 1;
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
	*since -= DELTA_OVERLAP_S;
	return 0;
}

int
delta_poll(struct pass *p, struct error *e)
{
	struct sync *s = p->s;
	struct delta d = {.state = s->state};
	uint64_t begun = wire_now_ms();
	int64_t since;

	if (last_look(s->state, &since, e) == -1 ||
	    state_begin(s->state, e) == -1)
		return -1;
	if (state_touch_begin(s->state, e) == -1) {
		state_rollback(s->state);
		return -1;
	}
	if (api_users_changed(&p->api, &s->rules, since, on_user, &d, e) ==
		-1 ||
	    api_groups_changed(&p->api, &s->rules, since, on_group, &d, e) ==
		-1 ||
	    state_set(s->state, "last_poll",
		pass_date(p) - (int64_t)((wire_now_ms() - begun) / 1000),
		e) == -1) {
		state_touch_end(s->state);
		state_rollback(s->state);
		return -1;
	}
	if (d.has_changed)
		return pass_apply(p, 0, e);
	state_touch_end(s->state);
	return state_commit(s->state, e);
}
