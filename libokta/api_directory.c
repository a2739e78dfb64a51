#include <stdio.h>
#include <string.h>

#include "api_directory.h"

/* A callback with what it needs to turn objects into records. */
struct walk {
	const struct api_rules *rules;
	api_known *known;
	api_on_user *on_user;
	api_on_group *on_group;
	void *arg;
};

static int
check_id(const char *id, struct error *e)
{
	if (json_is_id(id, strlen(id)))
		return 0;
	return error_set(e, ERROR_CONFIG, "not an Okta id");
}

/* The one object of that id in the list. 0: the caller frees *doc. */
static int
get_object(struct api *a, const char *list, const char *id, const char *query,
    struct json_object **doc, struct error *e)
{
	char path[API_PATH_MAX], said[JSON_ID_MAX + 1];

	if (check_id(id, e) == -1)
		return -1;
	snprintf(path, sizeof(path), "/api/v1/%s/%s%s", list, id, query);
	if (api_get(a, path, doc, e) == -1)
		return -1;
	if (json_get_id(*doc, "id", said) == 1 && strcmp(said, id) == 0)
		return 0;
	json_free(*doc);
	*doc = NULL;
	return error_set(e, ERROR_PROTOCOL, "GET %s: another id", path);
}

int
api_group(struct api *a, const struct api_rules *r, const char *id,
    uint32_t *people, struct api_group *g, struct error *e)
{
	struct json_object *doc = NULL, *inside = NULL, *stats = NULL;
	int rc;

	memset(g, 0, sizeof(*g));
	if (people != NULL)
		*people = 0;
	rc = get_object(
	    a, "groups", id, people != NULL ? "?expand=stats" : "", &doc, e);
	if (rc == 0)
		rc = api_group_parse(doc, r, g, e);
	if (rc == 0 && people != NULL &&
	    json_get_object(doc, "_embedded", &inside) == 1 &&
	    json_get_object(inside, "stats", &stats) == 1)
		(void)json_get_u32(stats, "usersCount", 0, UINT32_MAX, people);
	json_free(doc);
	return rc;
}

int
api_user(struct api *a, const struct api_rules *r, const char *id,
    struct api_user *u, struct error *e)
{
	struct json_object *doc = NULL;
	int rc;

	memset(u, 0, sizeof(*u));
	rc = get_object(a, "users", id, "", &doc, e);
	if (rc == 0)
		rc = api_user_parse(doc, r, u, e);
	json_free(doc);
	return rc;
}

static int
each_user(void *arg, const struct json_object *o, struct error *e)
{
	struct walk *w = arg;
	struct api_user u;

	if (api_user_parse(o, w->rules, &u, e) == -1)
		return -1;
	return w->on_user(w->arg, &u, e);
}

static int
each_app_user(void *arg, const struct json_object *o, struct error *e)
{
	struct walk *w = arg;
	struct api_user u;
	int is_assigned;

	if (api_app_user_parse(o, w->rules, &u, &is_assigned, e) == -1)
		return -1;
	return is_assigned ? w->on_user(w->arg, &u, e) : 0;
}

static int
known_text(void *arg, const char *text, size_t len, struct error *e)
{
	struct walk *w = arg;

	return w->known(w->arg, text, len, e);
}

/* Pages of people hold ten times what is read of them; but only GET
 * /api/v1/users can leave the rest out (okta-api 5.1, fields). For the members
 * of a group, the users of an app and one person no such parameter is known
 * (6.2, 7.1, 5.2), and one that Okta does not know may be its 400 tomorrow. */
static int
list_users(struct api *a, const char *path, api_element *each, struct walk *w,
    struct error *e)
{
	const char *members[API_MEMBERS];

	api_user_members(w->rules, members);
	return api_list_known(
	    a, path, members, w->known != NULL ? known_text : NULL, each, w, e);
}

static int
each_group(void *arg, const struct json_object *o, struct error *e)
{
	struct walk *w = arg;
	struct api_group g;

	if (api_group_parse(o, w->rules, &g, e) == -1)
		return -1;
	return w->on_group(w->arg, &g, e);
}

int
api_group_members(struct api *a, const struct api_rules *r, const char *id,
    api_known *known, api_on_user *on, void *arg, struct error *e)
{
	struct walk w = {.rules = r, .known = known, .on_user = on, .arg = arg};
	char path[API_PATH_MAX];

	if (check_id(id, e) == -1)
		return -1;
	snprintf(path, sizeof(path), "/api/v1/groups/%s/users?limit=200", id);
	return list_users(a, path, each_user, &w, e);
}

int
api_app_users(struct api *a, const struct api_rules *r, const char *id,
    api_known *known, api_on_user *on, void *arg, struct error *e)
{
	struct walk w = {.rules = r, .known = known, .on_user = on, .arg = arg};
	char path[API_PATH_MAX];

	if (check_id(id, e) == -1)
		return -1;
	snprintf(path, sizeof(path),
	    "/api/v1/apps/%s/users?limit=200&expand=user", id);
	return list_users(a, path, each_app_user, &w, e);
}

int
api_app_user(struct api *a, const struct api_rules *r, const char *app,
    const char *id, struct api_user *u, int *is_known, struct error *e)
{
	struct json_object *doc = NULL;
	char path[API_PATH_MAX];
	int is_assigned = 0, rc = -1;

	*is_known = 0;
	memset(u, 0, sizeof(*u));
	if (check_id(app, e) == -1 || check_id(id, e) == -1)
		return -1;
	snprintf(path, sizeof(path), "/api/v1/apps/%s/users/%s?expand=user",
	    app, id);
	if (api_get(a, path, &doc, e) == -1)
		return e->http_status == 404 ? 0 : -1;
	if (api_app_user_parse(doc, r, u, &is_assigned, e) == -1)
		goto out;
	if (strcmp(u->id, id) != 0) {
		error_set(e, ERROR_PROTOCOL, "GET %s: another id", path);
		goto out;
	}
	*is_known = 1;
	rc = is_assigned;
out:
	json_free(doc);
	return rc;
}

int
api_user_groups(struct api *a, const struct api_rules *r, const char *id,
    api_on_group *on, void *arg, struct error *e)
{
	struct walk w = {.rules = r, .on_group = on, .arg = arg};
	char path[API_PATH_MAX];

	if (check_id(id, e) == -1)
		return -1;
	snprintf(path, sizeof(path), "/api/v1/users/%s/groups", id);
	return api_list(a, path, NULL, each_group, &w, e);
}

/* A list of apps, of which only the id matters. */
struct seek {
	const char *id;
	int found;
};

static int
each_app(void *arg, const struct json_object *o, struct error *e)
{
	struct seek *k = arg;
	char id[JSON_ID_MAX + 1];

	if (json_get_id(o, "id", id) != 1)
		return error_set(e, ERROR_PROTOCOL, "an app without an id");
	k->found |= strcmp(id, k->id) == 0;
	return 1;
}

int
api_user_has_app(
    struct api *a, const char *id, const char *app, struct error *e)
{
	static const char *const members[] = {"id", NULL};
	struct seek k = {.id = app};
	char path[API_PATH_MAX];

	if (check_id(id, e) == -1)
		return -1;
	snprintf(path, sizeof(path),
	    "/api/v1/apps?limit=200&filter=user.id%%20eq%%20%%22%s%%22", id);
	return api_list(a, path, members, each_app, &k, e) == -1 ? -1 : k.found;
}

static int
users_changed(struct api *a, const char *when, const char *fields,
    struct walk *w, struct error *e)
{
	char path[API_PATH_MAX];

	snprintf(path, sizeof(path),
	    "/api/v1/users?limit=200&filter=lastUpdated%%20gt%%20%%22%s%%22%s",
	    when, fields);
	return list_users(a, path, each_user, w, e);
}

int
api_users_changed(struct api *a, const struct api_rules *r, int64_t since,
    api_on_user *on, void *arg, struct error *e)
{
	struct walk w = {.rules = r, .on_user = on, .arg = arg};
	char when[API_TIME_SIZE], fields[API_FIELDS_SIZE];
	int rc;

	if (api_time(since, when) == -1)
		return error_set(e, ERROR_SYSTEM, "the time is out of range");
	api_user_fields(r, fields);
	rc = users_changed(a, when, fields, &w, e);
	/* A field that the org does not have, say. */
	if (rc == -1 && e->http_status == 400 && fields[0] != '\0')
		rc = users_changed(a, when, "", &w, e);
	return rc;
}

int
api_groups_changed(struct api *a, const struct api_rules *r, int64_t since,
    api_on_group *on, void *arg, struct error *e)
{
	struct walk w = {.rules = r, .on_group = on, .arg = arg};
	char path[API_PATH_MAX], when[API_TIME_SIZE];

	if (api_time(since, when) == -1)
		return error_set(e, ERROR_SYSTEM, "the time is out of range");
	snprintf(path, sizeof(path),
	    "/api/v1/groups?limit=200&filter=lastMembershipUpdated%%20gt%%20"
	    "%%22%s%%22%%20or%%20lastUpdated%%20gt%%20%%22%s%%22",
	    when, when);
	return api_list(a, path, NULL, each_group, &w, e);
}
