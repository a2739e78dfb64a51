#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "http.h"
#include "lookup.h"

enum { PATH_MAX_BYTES = 2048, ANSWER_MAX = 4 << 20 };

/* A string inside a search expression: quotes and backslashes are escaped
 * (okta-api 5.1). */
static void
put_quoted(struct buf *b, const char *s)
{
	char one[3] = "";

	buf_puts(b, "%22");
	for (; *s != '\0'; s++) {
		snprintf(one, sizeof(one), "%s%c",
		    *s == '"' || *s == '\\' ? "\\" : "", *s);
		buf_put_percent(b, one, strlen(one));
	}
	buf_puts(b, "%22");
}

/* GETs path and parses a 200; path is cleared. 0 and *doc, or -1. */
static int
get_document(int channel, struct buf *path, const char *what,
    enum http_credential credential, struct json_object **doc, struct error *e)
{
	struct http_request req = {
	    .method = "GET",
	    .content = HTTP_JSON,
	    .credential = credential,
	    .max_bytes = ANSWER_MAX,
	};
	struct http_response res = {0};
	int rc = -1;

	*doc = NULL;
	if (path->failed) {
		error_set(e, ERROR_CONFIG, "%s: the name is too long", what);
		goto out;
	}
	req.path = path->bytes;
	if (http_send(channel, &req, &res, e) == -1)
		goto out;
	if (res.status != 200) {
		http_error(&res, what, e);
		goto out;
	}
	rc = json_parse(res.body, res.body_len, what, doc, e);
out:
	http_response_free(&res);
	buf_clear(path);
	return rc;
}

static int
bad_answer(const char *what, struct error *e)
{
	return error_set(e, ERROR_PROTOCOL,
	    "%s: Okta's answer is not of the documented form", what);
}

/* Where the lists of Okta have what. */
struct kind {
	const char *name, *type; /* members */
	int has_profile; /* the name is in there */
};

static const struct kind group_kind = {"name", "type", 1};
static const struct kind app_kind = {"label", "name", 0};
static const struct kind zone_kind = {"name", "status", 0};
static const struct kind factor_kind = {"factorType", "provider", 0};

static int
take_group(
    const struct json_object *o, const struct kind *k, struct lookup_group *g)
{
	struct json_object *profile;
	const struct json_object *named = o;

	if (k->has_profile) {
		if (json_get_object(o, "profile", &profile) != 1)
			return -1;
		named = profile;
	}
	return json_get_id(o, "id", g->id) == 1 &&
		json_get_string(named, k->name, g->name, sizeof(g->name)) ==
		    1 &&
		json_get_string(o, k->type, g->type, sizeof(g->type)) == 1
	    ? 0
	    : -1;
}

/* exact NULL: all of them. */
static int
groups(int channel, struct buf *path, const char *what, const struct kind *k,
    const char *exact, struct lookup_group found[LOOKUP_MAX], struct error *e)
{
	struct json_object *doc = NULL;
	int n = 0;

	if (get_document(channel, path, what, HTTP_DAEMON, &doc, e) == -1)
		return -1;
	if (!json_object_is_type(doc, json_type_array)) {
		n = bad_answer(what, e);
		goto out;
	}
	for (size_t i = 0; i < json_object_array_length(doc); i++) {
		if (n == LOOKUP_MAX)
			break;
		if (take_group(json_object_array_get_idx(doc, i), k,
			&found[n]) == -1) {
			n = bad_answer(what, e);
			goto out;
		}
		if (exact == NULL || strcmp(found[n].name, exact) == 0)
			n++;
	}
out:
	json_free(doc);
	return n;
}

int
lookup_groups(int channel, const char *name,
    struct lookup_group found[LOOKUP_MAX], struct error *e)
{
	struct buf path;

	buf_init(&path, PATH_MAX_BYTES);
	buf_puts(&path, "/api/v1/groups?limit=200&search=profile.name%20eq%20");
	put_quoted(&path, name);
	return groups(
	    channel, &path, "looking for groups", &group_kind, name, found, e);
}

static int
one(int channel, const char *list, const char *id, const char *what,
    const struct kind *k, struct lookup_group *g, struct error *e)
{
	struct json_object *doc = NULL;
	struct buf path;
	int rc;

	buf_init(&path, PATH_MAX_BYTES);
	buf_printf(&path, "/api/v1/%s/%s", list, id);
	if (get_document(channel, &path, what, HTTP_DAEMON, &doc, e) == -1)
		return -1;
	rc = take_group(doc, k, g) == 0 ? 0 : bad_answer(what, e);
	json_free(doc);
	return rc;
}

int
lookup_group(
    int channel, const char *id, struct lookup_group *g, struct error *e)
{
	return one(channel, "groups", id, "the group", &group_kind, g, e);
}

int
lookup_app(
    int channel, const char *id, struct lookup_group *app, struct error *e)
{
	return one(channel, "apps", id, "the app", &app_kind, app, e);
}

int
lookup_apps(int channel, const char *name,
    struct lookup_group found[LOOKUP_MAX], struct error *e)
{
	struct buf path;

	buf_init(&path, PATH_MAX_BYTES);
	buf_puts(&path, "/api/v1/apps?limit=200&q=");
	buf_put_percent(&path, name, strlen(name));
	return groups(
	    channel, &path, "looking for apps", &app_kind, name, found, e);
}

/* All of them: Okta can not be asked for a name (okta-api.md 7.2). */
int
lookup_zones(int channel, const char *name,
    struct lookup_group found[LOOKUP_MAX], struct error *e)
{
	struct buf path;

	buf_init(&path, PATH_MAX_BYTES);
	buf_puts(&path, "/api/v1/zones?limit=200");
	return groups(
	    channel, &path, "looking for zones", &zone_kind, name, found, e);
}

int
lookup_zone(
    int channel, const char *id, struct lookup_group *zone, struct error *e)
{
	return one(channel, "zones", id, "the zone", &zone_kind, zone, e);
}

int
lookup_factors(int channel, const char *user_id,
    struct lookup_group found[LOOKUP_MAX], struct error *e)
{
	struct buf path;

	buf_init(&path, PATH_MAX_BYTES);
	buf_printf(&path, "/api/v1/users/%s/factors", user_id);
	return groups(channel, &path, "the person's factors", &factor_kind,
	    NULL, found, e);
}

int
lookup_assignment(int channel, const char *app_id, const char *user_id,
    char scope[16], struct error *e)
{
	struct json_object *doc = NULL;
	struct buf path;
	int rc = 0;

	buf_init(&path, PATH_MAX_BYTES);
	buf_printf(&path, "/api/v1/apps/%s/users/%s", app_id, user_id);
	if (get_document(
		channel, &path, "the assignment", HTTP_DAEMON, &doc, e) == -1)
		return -1;
	if (json_get_string(doc, "scope", scope, 16) != 1)
		rc = bad_answer("the assignment", e);
	json_free(doc);
	return rc;
}

int
lookup_groups_of(int channel, const char *user_id,
    struct lookup_group found[LOOKUP_MAX], struct error *e)
{
	struct buf path;

	buf_init(&path, PATH_MAX_BYTES);
	buf_printf(&path, "/api/v1/users/%s/groups", user_id);
	return groups(
	    channel, &path, "the person's groups", &group_kind, NULL, found, e);
}

static int
take_user(const struct json_object *o, struct lookup_user *u)
{
	struct json_object *profile;

	return json_get_id(o, "id", u->id) == 1 &&
		json_get_string(o, "status", u->status, sizeof(u->status)) ==
		    1 &&
		json_get_object(o, "profile", &profile) == 1 &&
		json_get_string(profile, "login", u->login, sizeof(u->login)) ==
		    1
	    ? 0
	    : -1;
}

int
lookup_user(int channel, const char *id, struct lookup_user *u, struct error *e)
{
	struct json_object *doc = NULL;
	struct buf path;
	int rc;

	buf_init(&path, PATH_MAX_BYTES);
	buf_printf(&path, "/api/v1/users/%s", id);
	if (get_document(channel, &path, "the person", HTTP_DAEMON, &doc, e) ==
	    -1)
		return -1;
	rc = take_user(doc, u) == 0 ? 0 : bad_answer("the person", e);
	json_free(doc);
	return rc;
}

int
lookup_users(int channel, const char *prefix,
    struct lookup_user found[LOOKUP_MAX], struct error *e)
{
	struct json_object *doc = NULL;
	struct lookup_user *u;
	struct buf path;
	char with_at[260];
	size_t len = strlen(prefix);
	int n = 0;

	if (snprintf(with_at, sizeof(with_at), "%s@", prefix) >=
	    (int)sizeof(with_at))
		return error_set(e, ERROR_CONFIG, "the name is too long");
	buf_init(&path, PATH_MAX_BYTES);
	buf_puts(&path, "/api/v1/users?limit=50&search=profile.login%20sw%20");
	put_quoted(&path, strchr(prefix, '@') != NULL ? prefix : with_at);
	if (get_document(channel, &path, "looking for the person", HTTP_DAEMON,
		&doc, e) == -1)
		return -1;
	if (!json_object_is_type(doc, json_type_array)) {
		n = bad_answer("looking for the person", e);
		goto out;
	}
	for (size_t i = 0; i < json_object_array_length(doc) && n < LOOKUP_MAX;
	     i++) {
		u = &found[n];
		if (take_user(json_object_array_get_idx(doc, i), u) == -1) {
			n = bad_answer("looking for the person", e);
			goto out;
		}
		/* A login that only begins like a whole one is somebody
		 * else's. */
		if (strncasecmp(u->login, prefix, len) == 0 &&
		    (u->login[len] == '\0' ||
			(u->login[len] == '@' && strchr(prefix, '@') == NULL)))
			n++;
	}
out:
	json_free(doc);
	return n;
}

int
lookup_probe(int channel, char pipeline[16], struct error *e)
{
	struct json_object *doc = NULL;
	struct buf path;
	int rc;

	buf_init(&path, PATH_MAX_BYTES);
	buf_puts(&path, "/.well-known/okta-organization");
	if (get_document(channel, &path, "asking who the org is",
		HTTP_ANONYMOUS, &doc, e) == -1)
		return -1;
	if (json_get_string(doc, "pipeline", pipeline, 16) != 1)
		pipeline[0] = '\0';
	json_free(doc);

	buf_puts(&path, "/api/v1/users?limit=1");
	rc = get_document(
	    channel, &path, "trying the credential", HTTP_DAEMON, &doc, e);
	json_free(doc);
	return rc;
}
