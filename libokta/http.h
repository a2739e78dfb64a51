/*
 * A request to Okta, made by asking oktad-net over a channel. The caller
 * blocks; the credential and the origin are net's business. Nothing here can
 * name another host.
 */
#ifndef OKTA_HTTP_H
#define OKTA_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum http_content {
	HTTP_JSON = 1, /* Accept and Content-Type: application/json */
	HTTP_FORM = 2  /* application/x-www-form-urlencoded, for /oauth2 */
};

enum http_credential {
	HTTP_ANONYMOUS = 1, /* no Authorization header */
	HTTP_DAEMON = 2,    /* the [okta] credential */
	HTTP_ADMIN = 3	    /* the [admin] credential; control channel only */
};

struct http_request {
	const char *method;
	const char *path;	   /* path and query, percent-encoded */
	enum http_content content;
	enum http_credential credential;
	const void *body;	   /* NULL: none */
	size_t body_len;
	size_t max_bytes;	   /* of the decoded answer; 0: 16 MiB */
	uint32_t timeout_ms;	   /* whole request; 0: 30 s */
	const char *forwarded_for; /* numeric client address, or NULL */
};

struct http_response {
	int status;
	char *body;	   /* NUL-terminated, wiped when freed */
	size_t body_len;
	char *next;	   /* path and query of rel="next", checked: same
			      origin was demanded and the path is the request's own; or NULL */
	char request_id[48];
	char content_type[64];
	char www_authenticate[512];
	uint64_t date;	   /* Unix seconds of Okta's Date header, 0 none */
};

/* One request over channel fd. 0 where an HTTP answer of any status came;
 * -1 with ERROR_OFFLINE, ERROR_RETRY (429 and 503, retry_s filled), or another kind.
 * http_response_free() also after failure. */
int http_send(int channel, const struct http_request *req,
    struct http_response *res, struct error *e);
void http_response_free(struct http_response *res);

/* Turns a non-2xx answer into an error by okta-api.md 8.4: errorCode or OAuth
 * error, cause, scope of WWW-Authenticate, request id. Always -1. */
int http_error(const struct http_response *res, const char *what,
    struct error *e);

#endif
