#include "route.h"

#include <stddef.h>
#include <string.h>

#include "json.h"

#define LOGIN (1U << ROLE_LOGIN)
#define SYNC (1U << ROLE_SYNC)
#define CONTROL (1U << ROLE_CONTROL)
#define CHANGER (1U << ROLE_CHANGE)
#define SESSION (1U << ROLE_SESSION)
#define NOBODY (1U << HTTP_ANONYMOUS)
#define DAEMON (1U << HTTP_DAEMON)
#define ADMIN (1U << HTTP_ADMIN)
#define CLIENT (1U << HTTP_CLIENT)

/* Logins: authn has no OAuth scope (okta-api.md 1.5), so it is anonymous, or
 * carries the API token where the admin wants a trusted application; whether
 * there is one is looked at when the credential is added. */
#define AUTHN(path, bucket)                                                  \
	{                                                                    \
		"POST", ROUTE_AUTHN path, LOGIN, NOBODY | DAEMON, HTTP_JSON, \
		    bucket, 0, NULL                                          \
	}
#define AUTHN_QUERY(path, bucket)                                            \
	{                                                                    \
		"POST", ROUTE_AUTHN path, LOGIN, NOBODY | DAEMON, HTTP_JSON, \
		    bucket, 1, NULL                                          \
	}
/* Logging in by the OIDC app (okta-api.md 3): at the org's authorization server
 * or at a custom one; oidc_client.c holds it to the configured one. */
#define PEOPLE(path)                                                          \
	{                                                                     \
		"POST", path, LOGIN, CLIENT, HTTP_FORM, BUCKET_OAUTH, 0, NULL \
	}
/* Second factors alone, where factors_api allows it (okta-api.md 4). */
#define FACTORS(method, path)                                            \
	{                                                                \
		method, "/api/v1/users/{id}/factors" path, LOGIN, ADMIN, \
		    HTTP_JSON, BUCKET_VERIFY, 0, NULL                    \
	}
/* The Okta session of a login, with the API token: OAuth can not make one, and
 * exchange.c refuses it (okta-api.md 1.5). */
#define COOKIE(method, path)                                             \
	{                                                                \
		method, ROUTE_SESSIONS path, SESSION, DAEMON, HTTP_JSON, \
		    BUCKET_SESSIONS, 0, NULL                             \
	}
/* What makes the directory, and what an admin may look at as well. */
#define READ(path, bucket, area)                                          \
	{                                                                 \
		"GET", "/api/v1" path, SYNC | CONTROL, DAEMON, HTTP_JSON, \
		    bucket, 1, "okta." area ".read"                       \
	}
#define LOOK(path, bucket, area)                                              \
	{                                                                     \
		"GET", "/api/v1" path, CONTROL, DAEMON, HTTP_JSON, bucket, 1, \
		    "okta." area ".read"                                      \
	}
/* What an admin changes, or reads in order to change it. */
#define CHANGE_QUERY(method, path, bucket, area, has_query)                \
	{                                                                  \
		method, "/api/v1" path, CHANGER, ADMIN, HTTP_JSON, bucket, \
		    has_query, "okta." area ".manage"                      \
	}
#define CHANGE(method, path, bucket, area) \
	CHANGE_QUERY(method, path, bucket, area, 0)

static const struct route routes[] = {
    AUTHN("", BUCKET_AUTHN),
    AUTHN("/cancel", BUCKET_AUTHN),
    AUTHN("/previous", BUCKET_AUTHN),
    AUTHN("/skip", BUCKET_AUTHN),
    AUTHN("/credentials/change_password", BUCKET_AUTHN),
    AUTHN_QUERY("/factors/{id}/verify", BUCKET_VERIFY),
    AUTHN("/factors/{id}/verify/resend", BUCKET_VERIFY),

    PEOPLE("/oauth2/v1/token"),
    PEOPLE("/oauth2/{id}/v1/token"),
    PEOPLE("/oauth2/v1/challenge"),
    PEOPLE("/oauth2/{id}/v1/challenge"),
    PEOPLE("/oauth2/v1/primary-authenticate"),
    PEOPLE("/oauth2/{id}/v1/primary-authenticate"),
    PEOPLE("/oauth2/v1/device/authorize"),
    PEOPLE("/oauth2/{id}/v1/device/authorize"),
    FACTORS("GET", ""),
    FACTORS("POST", "/{id}/verify"),
    FACTORS("GET", "/{id}/transactions/{tx}"),
    FACTORS("DELETE", "/{id}/transactions/{tx}"),

    COOKIE("POST", ""),
    COOKIE("GET", "/{id}"),
    COOKIE("POST", "/{id}/lifecycle/refresh"),
    COOKIE("DELETE", "/{id}"),

    READ("/users", BUCKET_USERS, "users"),
    READ("/users/{id}", BUCKET_USER, "users"),
    READ("/users/{id}/groups", BUCKET_USER, "users"),
    READ("/groups", BUCKET_GROUPS, "groups"),
    READ("/groups/{id}", BUCKET_GROUP, "groups"),
    READ("/groups/{id}/users", BUCKET_GROUP, "groups"),
    READ("/apps", BUCKET_APPS, "apps"),
    READ("/apps/{id}", BUCKET_APP, "apps"),
    READ("/apps/{id}/users", BUCKET_APP, "apps"),
    READ("/apps/{id}/users/{id}", BUCKET_APP, "apps"),
    READ("/apps/{id}/groups", BUCKET_APP, "apps"),
    READ("/zones/{id}", BUCKET_OTHER, "networkZones"),
    READ("/meta/schemas/user/{id}", BUCKET_OTHER, "schemas"),
    READ("/logs", BUCKET_LOGS, "logs"),
    LOOK("/org", BUCKET_OTHER, "orgs"),
    LOOK("/users/{id}/factors", BUCKET_OTHER, "users"),
    LOOK("/zones", BUCKET_OTHER, "networkZones"),
    {"GET", ROUTE_SESSIONS "/{id}", CONTROL, DAEMON, HTTP_JSON, BUCKET_SESSIONS,
	0, "okta.sessions.read"},

    CHANGE("POST", "/users/{id}/lifecycle/suspend", BUCKET_WRITE, "users"),
    CHANGE("POST", "/users/{id}/lifecycle/unsuspend", BUCKET_WRITE, "users"),
    CHANGE("POST", "/users/{id}/lifecycle/unlock", BUCKET_WRITE, "users"),
    CHANGE(
	"POST", "/users/{id}/lifecycle/reset_factors", BUCKET_WRITE, "users"),
    CHANGE("DELETE", "/users/{id}/factors/{id}", BUCKET_OTHER, "users"),
    /* By users, not by sessions (okta-api.md 1.5). */
    CHANGE_QUERY("DELETE", "/users/{id}/sessions", BUCKET_WRITE, "users", 1),
    CHANGE("POST", "/sessions/{id}/lifecycle/refresh", BUCKET_SESSIONS,
	"sessions"),
    CHANGE("DELETE", "/sessions/{id}", BUCKET_SESSIONS, "sessions"),
    CHANGE("PUT", "/groups/{id}/users/{id}", BUCKET_GROUP, "groups"),
    CHANGE("DELETE", "/groups/{id}/users/{id}", BUCKET_GROUP, "groups"),
    CHANGE("POST", "/apps/{id}/users", BUCKET_APP, "apps"),
    CHANGE("DELETE", "/apps/{id}/users/{id}", BUCKET_APP, "apps"),
    CHANGE("GET", "/zones/{id}", BUCKET_OTHER, "networkZones"),
    CHANGE("PUT", "/zones/{id}", BUCKET_OTHER, "networkZones"),
    {"GET", "/.well-known/okta-organization", SYNC | CONTROL, NOBODY, HTTP_JSON,
	BUCKET_NONE, 0, NULL},
};

const struct route route_token = {
    "POST", "/oauth2/v1/token", 0, 0, HTTP_FORM, BUCKET_OAUTH, 0, NULL};

/* "v2mst.…" (okta-api.md 4): dots between other bytes only. */
static int
is_transaction(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		int is_inner = i > 0 && i + 1 < len && s[i + 1] != '.';

		if (s[i] == '.' ? !is_inner : !json_is_id(s + i, 1))
			return 0;
	}
	return len > 0 && len <= 128;
}

/* Whole segments only; an id has no byte that could be a slash, a dot or an
 * escape, so "..", "//", "%2F" match no row (T93). */
static int
is_match(const char *template, const char *path, size_t len)
{
	static const char id[] = "{id}", tx[] = "{tx}";
	const char *end = path + len;

	while (*template != '\0') {
		int is_id = strncmp(template, id, sizeof(id) - 1) == 0;

		if (is_id || strncmp(template, tx, sizeof(tx) - 1) == 0) {
			const char *start = path;

			while (path < end && *path != '/')
				path++;
			if (!(is_id ? json_is_id : is_transaction)(
				start, (size_t)(path - start)))
				return 0;
			template += sizeof(id) - 1;
			continue;
		}
		if (path == end || *path != *template)
			return 0;
		path++;
		template ++;
	}
	return path == end;
}

/* RFC 3986, 3.4, without what only readers of URLs disagree about. */
static int
is_query(const char *q)
{
	for (; *q != '\0'; q++) {
		if (*q <= ' ' || *q > '~' || strchr("#\"<>\\^`{|}", *q) != NULL)
			return 0;
	}
	return 1;
}

const struct route *
route_find(const struct route_request *r)
{
	size_t len = strcspn(r->path, "?");
	int has_query = r->path[len] == '?';

	if (strlen(r->path) >= HTTP_PATH_MAX ||
	    (has_query && !is_query(r->path + len + 1)) ||
	    (r->has_body && strcmp(r->method, "GET") == 0) ||
	    (unsigned int)r->role > ROLE_SESSION ||
	    (unsigned int)r->credential > HTTP_CLIENT)
		return NULL;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		const struct route *row = &routes[i];

		if ((row->roles & 1U << r->role) != 0 &&
		    (row->credentials & 1U << r->credential) != 0 &&
		    row->content == r->content &&
		    (row->has_query || !has_query) &&
		    strcmp(row->method, r->method) == 0 &&
		    is_match(row->path, r->path, len))
			return row;
	}
	return NULL;
}

const char *
route_shown(const struct route *row, const char *path)
{
	if (strncmp(path, ROUTE_SESSIONS, sizeof(ROUTE_SESSIONS) - 1) != 0)
		return path;
	return row != NULL ? row->path : ROUTE_SESSIONS;
}
