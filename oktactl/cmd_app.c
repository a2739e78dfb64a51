/*
 * oktactl app NAME|ID: an app, who is assigned to it, and what it is for in the
 * configuration of this host.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "look.h"
#include "name.h"
#include "resolve.h"

enum {
	PEOPLE_PAGES = 20, /* are counted, of 500 each */
	PLACES_MAX = 64,
	PLACE_SIZE = 64
};

struct view {
	struct target app;
	char status[32], sign_on[48];
	struct json_object *groups; /* [{id, name}] */
	uint64_t people;
	int is_more; /* than that */
	char places[PLACES_MAX][PLACE_SIZE]; /* keys that name it */
	size_t nplaces;
};

static void
add_place(
    struct view *v, const char *section, const char *name, const char *key)
{
	if (v->nplaces < PLACES_MAX)
		snprintf(v->places[v->nplaces++], PLACE_SIZE, "[%s%s%s] %s",
		    section, name[0] != '\0' ? " " : "", name, key);
}

static void
find_places(const struct conf *c, struct view *v)
{
	if (conf_has(c->allow_apps, v->app.id))
		add_place(v, "directory", "", "allow_apps");
	for (size_t i = 0; i < c->nservices; i++) {
		const struct conf_service *s = &c->services[i];

		if (conf_has(s->allow_apps, v->app.id))
			add_place(v, "service", s->name, "allow_apps");
		if (conf_has(s->deny_apps, v->app.id))
			add_place(v, "service", s->name, "deny_apps");
	}
}

static int
each_group(void *arg, const struct json_object *o, struct error *e)
{
	struct json_object *inner, *out;
	char id[JSON_ID_MAX + 1], name[256] = "";
	struct view *v = arg;

	if (json_get_id(o, "id", id) != 1)
		return error_set(e, ERROR_PROTOCOL, "a group without an id");
	if (json_get_object(o, "_embedded", &inner) == 1 &&
	    json_get_object(inner, "group", &inner) == 1 &&
	    json_get_object(inner, "profile", &inner) == 1)
		json_get_text(inner, "name", name, sizeof(name));
	out = json_object_new_object();
	ctl_add_str(out, "id", id);
	ctl_add_str(out, "name", name);
	json_object_array_add(v->groups, out);
	return 1;
}

static int
each_person(void *arg, const struct json_object *o, struct error *e)
{
	struct view *v = arg;

	(void)o;
	(void)e;
	v->people++;
	return 1;
}

/* Not all pages of a company: a look at one app must not use up the limit that
 * logins need. */
static int
count_people(struct look *l, struct view *v, struct error *e)
{
	static const char *const members[] = {"id", NULL};
	char path[API_PATH_MAX], next[API_PATH_MAX];

	snprintf(
	    path, sizeof(path), "/api/v1/apps/%s/users?limit=500", v->app.id);
	for (int i = 0; i < PEOPLE_PAGES; i++) {
		if (api_page(&l->api, path, members, each_person, v, next, e) !=
		    0)
			return -1;
		if (next[0] == '\0')
			return 0;
		memcpy(path, next, sizeof(path));
	}
	v->is_more = 1;
	return 0;
}

static int
look(struct look *l, const char *word, struct view *v, struct error *e)
{
	static const char *const members[] = {
	    "id", "_embedded", "group", "profile", "name", NULL};
	struct json_object *doc;
	char path[API_PATH_MAX];

	if (resolve_id(l->api.channel, NOUN_APP, word, &v->app, e) != 0)
		return -1;
	snprintf(path, sizeof(path), "/api/v1/apps/%s", v->app.id);
	if (resolve_judge(api_get(&l->api, path, &doc, e), &v->app, e) != 0)
		return -1;
	json_get_text(doc, "label", v->app.name, sizeof(v->app.name));
	json_get_text(doc, "name", v->app.state, sizeof(v->app.state));
	json_get_text(doc, "status", v->status, sizeof(v->status));
	json_get_text(doc, "signOnMode", v->sign_on, sizeof(v->sign_on));
	json_free(doc);
	snprintf(path, sizeof(path),
	    "/api/v1/apps/%s/groups?limit=200&expand=group", v->app.id);
	if (api_list(&l->api, path, members, each_group, v, e) != 0)
		return -1;
	return count_people(l, v, e);
}

static void
print_json(struct view *v)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();

	ctl_add_str(o, "id", v->app.id);
	ctl_add_str(o, "label", v->app.name);
	ctl_add_str(o, "name", v->app.state);
	ctl_add_str(o, "status", v->status);
	ctl_add_str(o, "sign_on", v->sign_on);
	for (size_t i = 0; i < v->nplaces; i++)
		json_object_array_add(
		    list, json_object_new_string(v->places[i]));
	json_object_object_add(o, "named_by", list);
	json_object_object_add(o, "groups", v->groups);
	ctl_add_int(o, "people", (int64_t)v->people);
	ctl_add_bool(o, "people_more", v->is_more);
	ctl_print_json(o);
}

static void
print_text(const struct view *v)
{
	char clean[256];

	name_filter_text(
	    clean, sizeof(clean), v->app.name, strlen(v->app.name));
	printf("%s (%s): %s, %s, %s\n", clean, v->app.id, v->status,
	    v->app.state, v->sign_on);
	printf("  on this host: ");
	for (size_t i = 0; i < v->nplaces; i++)
		printf("%s%s", i > 0 ? ", " : "", v->places[i]);
	printf(v->nplaces == 0 ? "allows and denies nobody\n" : "\n");
	printf("  people: %s%" PRIu64 "\n", v->is_more ? "more than " : "",
	    v->people);
	printf("  groups: %zu\n", json_object_array_length(v->groups));
	for (size_t i = 0; i < json_object_array_length(v->groups); i++) {
		const struct json_object *g =
		    json_object_array_get_idx(v->groups, i);
		char id[JSON_ID_MAX + 1];

		(void)json_get_id(g, "id", id);
		json_get_text(g, "name", clean, sizeof(clean));
		printf("    %s  %s\n", id, clean);
	}
}

static int
show(const struct ctl *ctl, const char *word)
{
	struct view v = {.groups = NULL};
	struct conf *conf = NULL;
	struct error e = {0};
	static struct look l;
	int code = look_open(&l);

	if (code != 0)
		return code;
	v.groups = json_object_new_array();
	if (conf_load(ctl->conf_path, &conf, &e) == 0 &&
	    look(&l, word, &v, &e) == 0) {
		find_places(conf, &v);
		if (ctl->json)
			print_json(&v);
		else
			print_text(&v);
	} else {
		code = ctl_fail(&e);
	}
	if (code != 0 || !ctl->json)
		json_object_put(v.groups);
	conf_free(conf);
	look_close(&l);
	return code;
}

int
cmd_app(const struct ctl *ctl, int argc, char **argv)
{
	if (argc != 2)
		return cmd_change(ctl, argc, argv);
	return show(ctl, argv[1]);
}
