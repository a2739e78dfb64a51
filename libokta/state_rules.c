/*
 * What access rules need: the groups, apps and zones that they name.
 */
#include <stdio.h>

#include "state_private.h"

int
state_rules_read(struct state *s, struct error *e)
{
	return state_exec(s,
	    "UPDATE source SET publishes = publishes | 4 WHERE publishes & 2",
	    e);
}

struct walk {
	state_on_id *on_id;
	state_on_belongs *on_belongs;
	state_on_net *on_net;
	void *arg;
};

static const char *
text(sqlite3_stmt *q, int column)
{
	const char *s = (const char *)sqlite3_column_text(q, column);

	return s != NULL ? s : "";
}

static int
one_id(sqlite3_stmt *q, void *arg, struct error *e)
{
	const struct walk *w = arg;

	return w->on_id(w->arg, text(q, 0), e);
}

int
state_each_ruled(struct state *s, state_on_id *on, void *arg, struct error *e)
{
	struct walk w = {.on_id = on, .arg = arg};

	return state_each(s,
	    "SELECT id FROM source WHERE publishes & 4"
	    " UNION SELECT id FROM zone ORDER BY id",
	    one_id, &w, e);
}

static int
one_belongs(sqlite3_stmt *q, void *arg, struct error *e)
{
	const struct walk *w = arg;

	return w->on_belongs(
	    w->arg, (uint32_t)sqlite3_column_int64(q, 0), text(q, 1), e);
}

int
state_each_belongs(
    struct state *s, state_on_belongs *on, void *arg, struct error *e)
{
	struct walk w = {.on_belongs = on, .arg = arg};

	return state_each(s,
	    "SELECT v.uid, s.id FROM via v CROSS JOIN source s"
	    " ON s.num = v.src AND s.publishes & 4",
	    one_belongs, &w, e);
}

static int
one_net(sqlite3_stmt *q, void *arg, struct error *e)
{
	const struct walk *w = arg;

	return w->on_net(w->arg, text(q, 0), text(q, 1), e);
}

int
state_each_net(struct state *s, state_on_net *on, void *arg, struct error *e)
{
	struct walk w = {.on_net = on, .arg = arg};

	return state_each(s,
	    "SELECT id, net FROM zone WHERE net <> ''"
	    " AND net NOT LIKE '!%' ORDER BY id, net",
	    one_net, &w, e);
}

static int
run_zone(struct state *s, enum state_sql which, const char *id, const char *net,
    struct error *e)
{
	sqlite3_stmt *q = state_stmt(s, which, e);

	if (q == NULL)
		return -1;
	sqlite3_bind_text(q, 1, id, -1, SQLITE_STATIC);
	if (net != NULL)
		sqlite3_bind_text(q, 2, net, -1, SQLITE_STATIC);
	return state_run(s, q, e);
}

int
state_zone_begin(struct state *s, const char *id, struct error *e)
{
	return run_zone(s, SQL_ZONE_FORGET, id, NULL, e) == -1
	    ? -1
	    : run_zone(s, SQL_ZONE_PUT, id, "", e);
}

int
state_zone_net(
    struct state *s, const char *id, const char *net, struct error *e)
{
	return run_zone(s, SQL_ZONE_PUT, id, net, e);
}

int
state_zone_doubt(
    struct state *s, const char *id, const char *why, struct error *e)
{
	char text[API_WHY_SIZE + 1];

	snprintf(text, sizeof(text), "!%s", why);
	return run_zone(s, SQL_ZONE_TRUST, id, NULL, e) == -1
	    ? -1
	    : run_zone(s, SQL_ZONE_PUT, id, text, e);
}

int
state_zone_keep(struct state *s, const char *id, struct error *e)
{
	return run_zone(s, SQL_ZONE_KEEP, id, NULL, e);
}
