/*
 * The one table of what oktad-net sends to Okta: which role may call which
 * method on which path, with which credential and which kind of content.
 * A request that is not a row is refused, whoever asks.
 */
#ifndef OKTAD_ROUTE_H
#define OKTAD_ROUTE_H

#include "http.h"
#include "internal.h"

/* Okta counts requests per group of endpoints (okta-api.md 8.6). */
enum route_bucket {
	BUCKET_AUTHN,
	BUCKET_VERIFY,
	BUCKET_OAUTH,
	BUCKET_USERS,
	BUCKET_USER,
	BUCKET_WRITE, /* of people */
	BUCKET_GROUPS,
	BUCKET_GROUP,
	BUCKET_APPS,
	BUCKET_APP,
	BUCKET_LOGS,
	BUCKET_SESSIONS,
	BUCKET_OTHER,
	BUCKET_NONE, /* not counted by Okta */
	BUCKET_COUNT
};

/* Where a password goes. */
#define ROUTE_AUTHN "/api/v1/authn"
/* Behind it stands the id of a session, which is a secret. */
#define ROUTE_SESSIONS "/api/v1/sessions"

struct route {
	const char *method;
	const char *path; /* template: "{id}" is an Okta id, "{tx}" a push
			     transaction, which may have dots */
	unsigned int roles; /* bits 1 << enum channel_role */
	unsigned int credentials; /* bits 1 << enum http_credential */
	enum http_content content; /* HTTP_FORM: people log in by the OIDC
				      client */
	enum route_bucket bucket;
	int has_query; /* a query is allowed */
	const char *scope; /* of OAuth, that it takes (okta-api.md 1.5); NULL:
			      none */
};

/* What an asker wants. path: path and query. */
struct route_request {
	enum channel_role role;
	const char *method;
	const char *path;
	enum http_content content;
	enum http_credential credential;
	int has_body;
};

/* The row that allows it, or NULL. */
const struct route *route_find(const struct route_request *r);
/* What may be shown of a path, which is of this row or, NULL, of none: all but
 * the id of a session. */
const char *route_shown(const struct route *row, const char *path);
/* The row of the token endpoint, which no asker may name. */
extern const struct route route_token;

#endif
