#include "route.h"

#include <stddef.h>
#include <string.h>

#include "json.h"

#define LOGIN (1U << ROLE_LOGIN)
#define SYNC (1U << ROLE_SYNC)
#define CONTROL (1U << ROLE_CONTROL)
#define NOBODY (1U << HTTP_ANONYMOUS)
#define DAEMON (1U << HTTP_DAEMON)
#define ADMIN (1U << HTTP_ADMIN)

/* Logins: authn has no OAuth scope (okta-api.md 1.5), so it is anonymous, or
 * carries the API token where the admin wants a trusted application; whether
 * there is one is looked at when the credential is added. */
#define AUTHN(path, bucket)                                                   \
	{"POST", ROUTE_AUTHN path, LOGIN, NOBODY | DAEMON, HTTP_JSON,         \
	    bucket, 0}
#define AUTHN_QUERY(path, bucket)                                             \
	{"POST", ROUTE_AUTHN path, LOGIN, NOBODY | DAEMON, HTTP_JSON,         \
	    bucket, 1}
/* What makes the directory, and what an admin may look at as well. */
#define READ(path, bucket)                                                    \
	{"GET", "/api/v1" path, SYNC | CONTROL, DAEMON, HTTP_JSON, bucket, 1}
#define LOOK(path, bucket)                                                    \
	{"GET", "/api/v1" path, CONTROL, DAEMON, HTTP_JSON, bucket, 1}

static const struct route routes[] = {
    AUTHN("", BUCKET_AUTHN),
    AUTHN("/cancel", BUCKET_AUTHN),
    AUTHN("/previous", BUCKET_AUTHN),
    AUTHN("/skip", BUCKET_AUTHN),
    AUTHN("/credentials/change_password", BUCKET_AUTHN),
    AUTHN_QUERY("/factors/{id}/verify", BUCKET_VERIFY),
    AUTHN_QUERY("/factors/{id}/verify/resend", BUCKET_VERIFY),

    READ("/users", BUCKET_USERS),
    READ("/users/{id}", BUCKET_USER),
    READ("/users/{id}/groups", BUCKET_USER),
    READ("/groups", BUCKET_GROUPS),
    READ("/groups/{id}", BUCKET_GROUP),
    READ("/groups/{id}/users", BUCKET_GROUP),
    READ("/apps/{id}", BUCKET_APP),
    READ("/apps/{id}/users", BUCKET_APP),
    READ("/apps/{id}/users/{id}", BUCKET_APP),
    READ("/apps/{id}/groups", BUCKET_APP),
    READ("/meta/schemas/user/{id}", BUCKET_OTHER),
    READ("/logs", BUCKET_LOGS),
    LOOK("/apps", BUCKET_APPS),
    LOOK("/org", BUCKET_OTHER),
    {"GET", "/.well-known/okta-organization", SYNC | CONTROL, NOBODY,
	HTTP_JSON, BUCKET_NONE, 0},
};

const struct route route_token = {"POST", "/oauth2/v1/token", 0, 0, HTTP_FORM,
    BUCKET_OAUTH, 0};

/* Whole segments only; an id has no byte that could be a slash, a dot or an
 * escape, so "..", "//", "%2F" match no row (T93). */
static int
is_match(const char *template, const char *path, size_t len)
{
	static const char id[] = "{id}";
	const char *end = path + len;

	while (*template != '\0') {
		if (strncmp(template, id, sizeof(id) - 1) == 0) {
			const char *start = path;

			while (path < end && *path != '/')
				path++;
			if (!json_is_id(start, (size_t)(path - start)))
				return 0;
			template += sizeof(id) - 1;
			continue;
		}
		if (path == end || *path != *template)
			return 0;
		path++;
		template++;
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
	    (unsigned int)r->role > ROLE_CONTROL ||
	    (unsigned int)r->credential > HTTP_ADMIN)
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
