#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api_directory.h"

/* A callback with what it needs to turn objects into records. */
struct walk {
	const struct api_rules *rules;
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

int
api_group(struct api *a, const struct api_rules *r, const char *id,
    struct api_group *g, struct error *e)
{
	struct json_object *doc = NULL;
	char path[API_PATH_MAX];
	int rc = -1;

	memset(g, 0, sizeof(*g));
	if (check_id(id, e) == -1)
		return -1;
	snprintf(path, sizeof(path), "/api/v1/groups/%s", id);
	if (api_get(a, path, &doc, e) == -1 ||
	    api_group_parse(doc, r, g, e) == -1)
		goto out;
	if (strcmp(g->id, id) != 0) {
		error_set(e, ERROR_PROTOCOL, "GET %s: another id", path);
		goto out;
	}
	rc = 0;
out:
	json_free(doc);
	return rc;
}

int
api_user(struct api *a, const struct api_rules *r, const char *id,
    struct api_user *u, struct error *e)
{
	struct json_object *doc = NULL;
	char path[API_PATH_MAX];
	int rc = -1;

	memset(u, 0, sizeof(*u));
	if (check_id(id, e) == -1)
		return -1;
	snprintf(path, sizeof(path), "/api/v1/users/%s", id);
	if (api_get(a, path, &doc, e) == -1 ||
	    api_user_parse(doc, r, u, e) == -1)
		goto out;
	if (strcmp(u->id, id) != 0) {
		error_set(e, ERROR_PROTOCOL, "GET %s: another id", path);
		goto out;
	}
	rc = 0;
out:
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
    api_on_user *on, void *arg, struct error *e)
{
	struct walk w = {.rules = r, .on_user = on, .arg = arg};
	char path[API_PATH_MAX];

	if (check_id(id, e) == -1)
		return -1;
	snprintf(path, sizeof(path), "/api/v1/groups/%s/users?limit=200", id);
	return api_list(a, path, each_user, &w, e);
}

int
api_app_users(struct api *a, const struct api_rules *r, const char *id,
    api_on_user *on, void *arg, struct error *e)
{
	struct walk w = {.rules = r, .on_user = on, .arg = arg};
	char path[API_PATH_MAX];

	if (check_id(id, e) == -1)
		return -1;
	snprintf(path, sizeof(path),
	    "/api/v1/apps/%s/users?limit=200&expand=user", id);
	return api_list(a, path, each_app_user, &w, e);
}

int
api_app_user(struct api *a, const struct api_rules *r, const char *app,
    const char *id, int *is_known, struct error *e)
{
	struct json_object *doc = NULL;
	struct api_user u;
	char path[API_PATH_MAX];
	int is_assigned = 0, rc = -1;

	*is_known = 0;
	if (check_id(app, e) == -1 || check_id(id, e) == -1)
		return -1;
	snprintf(path, sizeof(path), "/api/v1/apps/%s/users/%s?expand=user",
	    app, id);
	if (api_get(a, path, &doc, e) == -1)
		return e->http_status == 404 ? 0 : -1;
	if (api_app_user_parse(doc, r, &u, &is_assigned, e) == 0) {
		*is_known = 1;
		rc = is_assigned;
	}
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
	return api_list(a, path, each_group, &w, e);
}

int
api_users_changed(struct api *a, const struct api_rules *r, int64_t since,
    api_on_user *on, void *arg, struct error *e)
{
	struct walk w = {.rules = r, .on_user = on, .arg = arg};
	char path[API_PATH_MAX];
	time_t when = (time_t)since;
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL)
		return error_set(e, ERROR_SYSTEM, "the time is out of range");
	/* lastUpdated gt "2026-01-02T03:04:05.000Z" */
	snprintf(path, sizeof(path),
	    "/api/v1/users?limit=200&filter=lastUpdated%%20gt%%20%%22"
	    "%04d-%02d-%02dT%02d%%3A%02d%%3A%02d.000Z%%22",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
	return api_list(a, path, each_user, &w, e);
}
