/*
 * What access rules need of Okta: their zones in a full pass and after an event
 * about zones, and all of it in an image. Their groups and apps are sources
 * like others (state.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_zone.h"
#include "local.h"
#include "sync.h"

struct zone {
	struct state *state;
	const char *id;
};

static int
on_net(void *arg, const struct address_net *net, struct error *e)
{
	const struct zone *z = arg;
	char text[ADDRESS_TEXT_SIZE];

	address_print(net, text);
	return state_zone_net(z->state, z->id, text, e);
}

/* Okta's own no, a zone that it does not know, or one that can not be read,
 * changes nothing: absence is no word (T94), and others are not to wait. */
static int
read_zone(struct pass *p, const char *id, struct error *e)
{
	struct state *state = p->s->state;
	struct zone z = {state, id};
	struct error undo;
	char why[API_WHY_SIZE] = "";
	int rc;

	if (state_mark(state, e) == -1)
		return -1;
	rc = state_zone_begin(state, id, e) == -1 ||
		api_zone(&p->api, id, on_net, &z, why, e) == -1
	    ? -1
	    : 0;
	/* In any case: a mark that is left behind would take the next undo. */
	if (state_unmark(state, rc == 0, &undo) == -1) {
		if (rc == 0)
			*e = undo;
		return -1;
	}
	if (rc == -1 && why[0] == '\0') {
		if (e->http_status != 404 && e->kind != ERROR_SCOPE &&
		    e->kind != ERROR_DENIED)
			return -1;
		snprintf(why, sizeof(why), "%.120s", e->text);
	}
	return why[0] == '\0' ? 0 : state_zone_doubt(state, id, why, e);
}

static int
is_zone(const char *id)
{
	return strncmp(id, "nzo", 3) == 0;
}

int
rules_has_zone(const struct sync *s)
{
	char **id = s->conf.rule_ids;

	while (*id != NULL && !is_zone(*id))
		id++;
	return *id != NULL;
}

int
rules_read(struct pass *p, struct error *e)
{
	for (char **id = p->s->conf.rule_ids; *id != NULL; id++)
		if (is_zone(*id) && read_zone(p, *id, e) == -1)
			return -1;
	return 0;
}

/* --- the image --- */

struct build {
	struct sync *s;
	struct image *image;
	int (*is_left_out)(void *arg, uint32_t uid);
	void *arg;
};

static int
add_source(void *arg, const char *id, struct error *e)
{
	const struct build *b = arg;

	return image_add_source(b->image, id, e);
}

int
rules_publish_accounts(struct sync *s, struct image *image, uint32_t uid,
    const char *id, struct error *e)
{
	char name[DIR_NAME_MAX + 1];

	for (char **pair = s->conf.local_accounts; *pair != NULL; pair++) {
		size_t len = strcspn(*pair, " ");

		if (strcmp(*pair + len + 1, id) != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)len, *pair);
		if (image_add_account(image, name, uid, e) == -1)
			return -1;
	}
	return 0;
}

static int
add_belongs(void *arg, uint32_t uid, const char *id, struct error *e)
{
	const struct build *b = arg;

	if (b->is_left_out(b->arg, uid))
		return 0;
	return image_add_belongs(b->image, uid, id, e) == -1
	    ? -1
	    : rules_publish_accounts(b->s, b->image, uid, id, e);
}

static int
add_net(void *arg, const char *id, const char *net, struct error *e)
{
	const struct build *b = arg;

	return image_add_net(b->image, id, net, e);
}

int
rules_publish(struct sync *s, struct image *image,
    int (*is_left_out)(void *arg, uint32_t uid), void *arg, struct error *e)
{
	struct build b = {s, image, is_left_out, arg};

	if (state_each_ruled(s->state, add_source, &b, e) == -1 ||
	    state_each_belongs(s->state, add_belongs, &b, e) == -1)
		return -1;
	return state_each_net(s->state, add_net, &b, e);
}

/* The words of local_groups, "NAME ID", with what this host says of the name
 * now: read once, so that an image is of one piece while groupdel(8) runs. */
struct locals {
	struct build build;
	size_t n;
	struct local_pair {
		const char *id; /* the Okta group's */
		uint32_t gid; /* 0: none, and root's is none */
	} * pairs;
};

static uint32_t
local_gid(struct sync *s, const char *name)
{
	char path[256];
	uint32_t gid;

	snprintf(path, sizeof(path), "%s/group", s->local.dir);
	if (local_has_group(path, name, &gid) != 1 || gid == UINT32_MAX)
		return 0;
	if (gid < s->conf.id_min || gid > s->conf.id_max)
		return gid;
	publish_tell(s, "[local_groups]", name,
	    "its number lies in id_range: give the group another one "
	    "(groupmod -g), or take it out of [local_groups]");
	return 0;
}

static int
read_locals(struct locals *l, struct error *e)
{
	struct sync *s = l->build.s;
	char name[DIR_NAME_MAX + 1] = "", last[DIR_NAME_MAX + 1];
	char **pairs = s->conf.local_groups;

	while (pairs[l->n] != NULL)
		l->n++;
	l->pairs = calloc(l->n, sizeof(*l->pairs));
	if (l->pairs == NULL)
		return error_errno(e, "local groups");
	for (size_t i = 0; i < l->n; i++) {
		size_t len = strcspn(pairs[i], " ");

		memcpy(last, name, sizeof(last));
		snprintf(name, sizeof(name), "%.*s", (int)len, pairs[i]);
		l->pairs[i].id = pairs[i] + len + 1;
		l->pairs[i].gid = i > 0 && strcmp(name, last) == 0
		    ? l->pairs[i - 1].gid
		    : local_gid(s, name);
	}
	return 0;
}

static int
add_local(void *arg, uint32_t uid, const char *id, struct error *e)
{
	const struct locals *l = arg;
	const struct build *b = &l->build;

	if (b->is_left_out(b->arg, uid))
		return 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct local_pair *pair = &l->pairs[i];

		if (pair->gid != 0 && strcmp(pair->id, id) == 0 &&
		    image_add_local(b->image, uid, pair->gid, e) == -1)
			return -1;
	}
	return 0;
}

int
rules_publish_local(struct sync *s, struct image *image,
    int (*is_left_out)(void *arg, uint32_t uid), void *arg, struct error *e)
{
	struct locals l = {.build = {s, image, is_left_out, arg}};
	int rc = 0;

	if (s->conf.local_groups[0] == NULL)
		return 0;
	if (read_locals(&l, e) == -1 ||
	    state_each_belongs(s->state, add_local, &l, e) == -1)
		rc = -1;
	free(l.pairs);
	return rc;
}
