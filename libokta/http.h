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
	HTTP_FORM = 2 /* application/x-www-form-urlencoded, for /oauth2 */
};

enum http_credential {
	HTTP_ANONYMOUS = 1, /* no Authorization header */
	HTTP_DAEMON = 2, /* the [okta] credential */
	HTTP_ADMIN = 3, /* of a change channel its own credential; with
			   factors_api that of [admin], for second factors */
	HTTP_CLIENT = 4 /* the OIDC client of [login]; login channel only */
};

struct http_request {
	const char *method;
	const char *path; /* path and query, percent-encoded */
	const char *shown; /* the path as texts of errors show it; NULL: as it
			      is, without the query */
	enum http_content content;
	enum http_credential credential;
	const void *body; /* NULL: none */
	size_t body_len;
	size_t max_bytes; /* of the unpacked answer; 0: 16 MiB */
	uint32_t timeout_ms; /* whole request; 0: 30 s */
	const char *forwarded_for; /* numeric client address, or NULL */
	const int *watch; /* NULL, or a descriptor: once it can be read or its
			     other end is closed, the answer is not waited for
			     (ERROR_SYSTEM) */
};

struct http_response {
	int status;
	char *body; /* NUL-terminated, wiped when freed */
	size_t body_len;
	char *next; /* path and query of rel="next": our origin, the
		       path of the request; NULL: the last page */
	char request_id[48];
	char content_type[64];
	char www_authenticate[1024];
	uint64_t date; /* Unix seconds of Okta's Date header, 0 none */
	uint32_t pause_s; /* with a good answer: oktad-net lets no request of
			     this kind go before that many seconds, because
			     all hosts share Okta's limit; 0: any time */
};

enum {
	HTTP_PATH_MAX = 4096, /* bytes of path and query */
	HTTP_BODY_MAX = 60000 /* bytes of a request's body */
};

/* One request over channel fd; waits timeout_ms and a little for net. 0 where
 * an HTTP answer of any status but 429 and 503 came. -1 with
 *	ERROR_OFFLINE	no connection, nothing was sent
 *	ERROR_RETRY	retry_s: 429 and 503 (the answer is in *res), or held
 *			back by net for our share of the limit (status 0)
 *	ERROR_CONFIG, ERROR_DENIED, ERROR_SCOPE	no token could be had
 *	ERROR_PROTOCOL	anything that went wrong once bytes may have been sent,
 *			TLS, a redirect, a rel="next" that is not our own
 *	ERROR_SYSTEM	oktad-net has gone, or refuses such a request
 * A login must not repeat a request whatever the kind. http_response_free()
 * also after failure. */
int http_send(int channel, const struct http_request *req,
    struct http_response *res, struct error *e);
void http_response_free(struct http_response *res);

/* The same in two steps, so that something can be done between them; one
 * request of a channel at a time. An answer that is never finished is passed
 * over by the next one. *req must be as it was. */
struct http_flight {
	uint8_t id[16];
	uint64_t deadline; /* wire_now_ms() */
};
int http_start(int channel, const struct http_request *req,
    struct http_flight *f, struct error *e);
int http_finish(int channel, const struct http_request *req,
    const struct http_flight *f, struct http_response *res, struct error *e);

/* http_error.c. Turns a non-2xx answer into an error by okta-api.md 8.4 and
 * 1.2 to 1.4: errorCode and cause, OAuth error, scope of WWW-Authenticate,
 * request id. "what" begins the text. Always -1. */
int http_error(
    const struct http_response *res, const char *what, struct error *e);
/* The same without the words of the answer: Okta's 404 repeats the path, and
 * that may have a secret in it. */
int http_error_terse(
    const struct http_response *res, const char *what, struct error *e);
/* What an error answer has for people to read, its first cause or else its
 * summary; "" where it has none. */
void http_error_told(const struct http_response *res, char *dst, size_t cap);
/* 0 where the answer is a 200 that can be parsed: application/json and not
 * empty. Else -1, by http_error for any other status (T90). */
int http_expect_json(
    const struct http_response *res, const char *what, struct error *e);
/* The OAuth error word of an answer, of its body or else of its
 * WWW-Authenticate: 1, or 0 where it has none (dst ""). */
int http_oauth_word(const struct http_response *res, char *dst, size_t cap);
/* The parameter of a WWW-Authenticate header (RFC 9110, 11.6.1), token or
 * quoted string, as readable text. 1, or 0 where it is not there (dst ""). */
int http_auth_param(
    const char *header, const char *name, char *dst, size_t cap);

#endif
