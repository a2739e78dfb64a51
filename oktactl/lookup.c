#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "http.h"
#include "lookup.h"

enum { PATH_MAX_BYTES = 2048, ANSWER_MAX = 4 << 20 };

/* Percent-encodes a value of a query (RFC 3986 section 2.3: all but the
 * unreserved characters). */
static void
put_encoded(struct buf *b, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *s != '\0'; s++) {
		if (strchr(plain, *s) != NULL)
			buf_put(b, s, 1);
		else
			buf_printf(b, "%%%02X", (unsigned char)*s);
	}
}

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
		put_encoded(b, one);
	}
	buf_puts(b, "%22");
}

/* GETs path and parses a 200; path is cleared. 0 and *doc, or -1. */
static int
get_document(int channel, struct buf *path, const char *what,
    enum http_credential credential, struct json_object **doc,
    struct error *e)
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

static int
take_group(const struct json_object *o, const char *name_key,
    struct lookup_group *g)
{
	struct json_object *profile;

	if (json_get_id(o, "id", g->id) != 1)
		return -1;
	if (strcmp(name_key, "label") == 0)
		return json_get_string(o, "label", g->name,
			   sizeof(g->name)) == 1 &&
			json_get_string(o, "name", g->type,
			    sizeof(g->type)) == 1
		    ? 0
		    : -1;
	return json_get_object(o, "profile", &profile) == 1 &&
		json_get_string(profile, "name", g->name, sizeof(g->name)) ==
		    1 &&
		json_get_string(o, "type", g->type, sizeof(g->type)) == 1
	    ? 0
	    : -1;
}

/* exact NULL: all of them. */
static int
groups(int channel, struct buf *path, const char *what, const char *name_key,
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
		if (take_group(json_object_array_get_idx(doc, i), name_key,
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
	return groups(channel, &path, "looking for groups", "name", name,
	    found, e);
}

int
lookup_apps(int channel, const char *name,
    struct lookup_group found[LOOKUP_MAX], struct error *e)
{
	struct buf path;

	buf_init(&path, PATH_MAX_BYTES);
	buf_puts(&path, "/api/v1/apps?limit=200&q=");
	put_encoded(&path, name);
	return groups(channel, &path, "looking for apps", "label", name,
	    found, e);
}

int
lookup_groups_of(int channel, const char *user_id,
    struct lookup_group found[LOOKUP_MAX], struct error *e)
{
	struct buf path;

	buf_init(&path, PATH_MAX_BYTES);
	buf_printf(&path, "/api/v1/users/%s/groups", user_id);
	return groups(channel, &path, "the person's groups", "name", NULL,
	    found, e);
}

int
lookup_users(int channel, const char *prefix,
    struct lookup_user found[LOOKUP_MAX], struct error *e)
{
	struct json_object *doc = NULL, *o, *profile;
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
	for (size_t i = 0;
	    i < json_object_array_length(doc) && n < LOOKUP_MAX; i++) {
		u = &found[n];
		o = json_object_array_get_idx(doc, i);
		if (json_get_id(o, "id", u->id) != 1 ||
		    json_get_string(o, "status", u->status,
			sizeof(u->status)) != 1 ||
		    json_get_object(o, "profile", &profile) != 1 ||
		    json_get_string(profile, "login", u->login,
			sizeof(u->login)) != 1) {
			n = bad_answer("looking for the person", e);
			goto out;
		}
		if (strlen(u->login) > len &&
		    (u->login[len] == '@' || strchr(prefix, '@') != NULL))
			n++;
		else if (strcmp(u->login, prefix) == 0)
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
	if (get_document(channel, &path, "asking who the org is", HTTP_ANONYMOUS,
		&doc, e) == -1)
		return -1;
	if (json_get_string(doc, "pipeline", pipeline, 16) != 1)
		pipeline[0] = '\0';
	json_free(doc);

	buf_puts(&path, "/api/v1/users?limit=1");
	rc = get_document(channel, &path, "trying the credential", HTTP_DAEMON,
	    &doc, e);
	json_free(doc);
	return rc;
}
