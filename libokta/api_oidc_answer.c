/*
 * Answers of the OAuth endpoints as values (okta-api.md 3.2 to 3.5). An error
 * is told by its word, never by its description, and by its status only where
 * the word alone would not do.
 */
#include <stdio.h>
#include <string.h>

#include "api_oidc.h"
#include "name.h"

enum {
	TOKEN_SIZE = 4096, /* mfa_token, oob_code, device_code and a NUL */
	EXPIRES_MAX = 3600,
	INTERVAL_MAX = 60,
	INTERVAL = 5, /* where none is told (RFC 8628, 3.2) */
	SHOW_MAX = 999999
};

static const struct {
	const char *word;
	enum oidc_result result;
} words[] = {
    {"mfa_required", OIDC_MFA_REQUIRED},
    {"authorization_pending", OIDC_PENDING},
    {"slow_down", OIDC_SLOW_DOWN},
    {"invalid_grant", OIDC_WRONG},
    {"access_denied", OIDC_DENIED},
    {"expired_token", OIDC_EXPIRED},
    {"too_many_user_codes", OIDC_LIMITED},
    {"invalid_client", OIDC_SETTINGS},
    {"unauthorized_client", OIDC_SETTINGS},
    {"unsupported_grant_type", OIDC_SETTINGS},
    {"invalid_request", OIDC_SETTINGS},
    {"invalid_scope", OIDC_SETTINGS},
    {"invalid_dpop_proof", OIDC_SETTINGS},
    {"use_dpop_nonce", OIDC_SETTINGS},
};

/* A document that is an object, of the members that are read: json-c makes
 * no copy of an access token. */
static int
open_object(const char *body, size_t len, const char *what,
    const char *const *keep, struct json_object **doc, struct error *e)
{
	*doc = NULL;
	if (json_parse_members(body, len, what, keep, doc, e) != 0)
		return -1;
	if (json_object_is_type(*doc, json_type_object))
		return 0;
	json_free(*doc);
	*doc = NULL;
	return error_set(e, ERROR_PROTOCOL, "%s: not an object", what);
}

/* A text of 1 to TOKEN_SIZE - 1 printable bytes. */
static int
take_secret(const struct json_object *doc, const char *key, struct secret *s)
{
	char bytes[TOKEN_SIZE];
	int rc = -1;

	if (json_get_string(doc, key, bytes, sizeof(bytes)) == 1 &&
	    bytes[0] != '\0') {
		size_t n = 0;

		while (bytes[n] > ' ' && bytes[n] <= '~')
			n++;
		if (bytes[n] == '\0' && secret_set(s, bytes, n) == 0)
			rc = 0;
	}
	explicit_bzero(bytes, sizeof(bytes));
	return rc;
}

/* The text of a string member, made printable. 0, or -1: there is none. */
static int
take_word(const struct json_object *doc, const char *key, char *dst, size_t cap)
{
	struct json_object *v = NULL;

	dst[0] = '\0';
	if (json_get(doc, key, &v) != 1 ||
	    !json_object_is_type(v, json_type_string))
		return -1;
	name_filter_text(dst, cap, json_object_get_string(v),
	    (size_t)json_object_get_string_len(v));
	return 0;
}

static int
take_oauth(const struct json_object *doc, const struct http_response *res,
    struct oidc_answer *a, struct error *e)
{
	if (take_word(doc, "error", a->word, sizeof(a->word)) != 0)
		return -1;
	take_word(doc, "error_description", a->said, sizeof(a->said));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, a->word) == 0)
			a->result = words[i].result;
	if (res->status == 429)
		a->result = OIDC_LIMITED;
	if (a->result == OIDC_MFA_REQUIRED &&
	    (res->status != 403 ||
		take_secret(doc, "mfa_token", &a->mfa_token) != 0)) {
		a->result = OIDC_OTHER;
		return error_set(e, ERROR_PROTOCOL,
		    "token: mfa_required without its 403 or its mfa_token");
	}
	return 0;
}

int
oidc_take_error(const struct http_response *res, const char *what,
    struct oidc_answer *a, struct error *e)
{
	static const char *const keep[] = {
	    "error", "error_description", "mfa_token", NULL};
	struct json_object *doc = NULL;
	struct error ignored = {0};
	int rc = -1;

	a->status = res->status;
	memcpy(a->request_id, res->request_id, sizeof(a->request_id));
	http_error(res, what, e);
	/* A success of another kind, a redirect, a 5xx: no word counts. */
	if (res->status >= 400 && res->status < 500 && res->body != NULL &&
	    open_object(res->body, res->body_len, what, keep, &doc, &ignored) ==
		0)
		rc = take_oauth(doc, res, a, e);
	/* The org's own limit speaks another language (okta-api.md 3.4). */
	if (rc != 0 && res->status == 429) {
		a->result = OIDC_LIMITED;
		rc = 0;
	}
	json_free(doc);
	return rc;
}

/* Bearer or, of an app that is bound, DPoP: neither is used. */
static int
is_token_type(const struct json_object *doc)
{
	char type[16];

	return json_get_string(doc, "token_type", type, sizeof(type)) == 1 &&
	    (strcmp(type, "Bearer") == 0 || strcmp(type, "DPoP") == 0);
}

int
oidc_take_token(const struct http_response *res,
    const struct id_token_wanted *wanted, struct oidc_answer *a,
    struct error *e)
{
	static const char *const keep[] = {
	    "error", "errorCode", "token_type", "id_token", NULL};
	struct json_object *doc = NULL, *v = NULL;
	int rc = -1;

	if (res->status != 200)
		return oidc_take_error(res, "token", a, e);
	a->status = res->status;
	memcpy(a->request_id, res->request_id, sizeof(a->request_id));
	if (http_expect_json(res, "token", e) != 0 ||
	    open_object(res->body, res->body_len, "token", keep, &doc, e) != 0)
		goto out;
	/* A 200 that carries an error as well is neither (T90). */
	if (json_get(doc, "error", &v) != 0 ||
	    json_get(doc, "errorCode", &v) != 0)
		error_set(
		    e, ERROR_PROTOCOL, "token: HTTP 200 with an error inside");
	else if (!is_token_type(doc))
		error_set(e, ERROR_PROTOCOL, "token: no token_type we know");
	else if (json_get(doc, "id_token", &v) != 1 ||
	    !json_object_is_type(v, json_type_string))
		error_set(e, ERROR_PROTOCOL,
		    "token: there is no ID token in the answer");
	else if (id_token_read(json_object_get_string(v),
		     (size_t)json_object_get_string_len(v), wanted, &a->id,
		     e) == 0) {
		a->result = OIDC_TOKENS;
		rc = 0;
	}
out:
	e->http_status = rc != 0 ? res->status : 0;
	json_free(doc);
	return rc;
}

/* Seconds of a member; fallback where it is not there. */
static int
take_seconds(const struct json_object *doc, const char *key, uint32_t fallback,
    uint32_t max, uint32_t *out)
{
	int64_t n;
	int r = json_get_i64(doc, key, 1, INT64_MAX, &n);

	*out = r == 1 ? (uint32_t)(n < max ? n : max) : fallback;
	return r < 0 ? -1 : 0;
}

/* "95" or 95: guides and specification disagree (okta-api.md 3.3). */
static int
take_show(const struct json_object *doc, char show[16])
{
	int64_t n;

	if (json_get_i64(doc, "binding_code", 0, SHOW_MAX, &n) == 1) {
		snprintf(show, 16, "%u", (unsigned int)n);
		return 0;
	}
	if (json_get_string(doc, "binding_code", show, 7) != 1 ||
	    show[0] == '\0' || show[strspn(show, "0123456789")] != '\0')
		return -1;
	return 0;
}

static int
take_binding(
    const struct json_object *doc, const char *channel, struct oidc_oob *oob)
{
	char method[16];
	int is_push = strcmp(channel, "push") == 0;

	if (json_get_string(doc, "binding_method", method, sizeof(method)) != 1)
		return -1;
	if (strcmp(method, "none") == 0 && is_push) {
		oob->binding = OIDC_BINDING_NONE;
	} else if (strcmp(method, "transfer") == 0 && is_push) {
		oob->binding = OIDC_BINDING_SHOW;
		return take_show(doc, oob->show);
	} else if (strcmp(method, "prompt") == 0 && !is_push) {
		oob->binding = OIDC_BINDING_ASK;
	} else {
		return -1;
	}
	return 0;
}

int
oidc_take_oob(const char *body, size_t len, const char *channel, int is_mfa,
    struct oidc_oob *oob, struct error *e)
{
	struct json_object *doc = NULL, *v = NULL;
	char type[64], given[16];
	int rc = -1;

	*oob = (struct oidc_oob){0};
	if (open_object(body, len, "challenge", NULL, &doc, e) != 0)
		return -1;
	if (json_get(doc, "error", &v) != 0)
		error_set(e, ERROR_PROTOCOL,
		    "challenge: HTTP 200 with an error inside");
	else if (is_mfa &&
	    (json_get_string(doc, "challenge_type", type, sizeof(type)) != 1 ||
		strcmp(type, OIDC_GRANT_MFA_OOB) != 0))
		error_set(e, ERROR_PROTOCOL,
		    "challenge: not the kind that was asked for");
	else if (json_get_string(doc, "channel", given, sizeof(given)) != 1 ||
	    strcmp(given, channel) != 0)
		error_set(e, ERROR_PROTOCOL,
		    "challenge: not by the channel that was asked for");
	else if (take_binding(doc, channel, oob) != 0)
		error_set(e, ERROR_PROTOCOL,
		    "challenge: binding_method or binding_code is none we "
		    "know for this channel");
	else if (take_seconds(doc, "expires_in", 300, EXPIRES_MAX,
		     &oob->expires_s) != 0 ||
	    take_seconds(
		doc, "interval", INTERVAL, INTERVAL_MAX, &oob->interval_s) != 0)
		error_set(e, ERROR_PROTOCOL, "challenge: a time is no number");
	else if (take_secret(doc, "oob_code", &oob->code) != 0)
		error_set(e, ERROR_PROTOCOL, "challenge: there is no oob_code");
	else
		rc = 0;
	json_free(doc);
	if (rc != 0)
		oidc_oob_clear(oob);
	return rc;
}

/* What a person may be told to open: https, and nothing that a terminal or
 * another reader of URLs could take for something else. */
static int
is_uri(const char *s)
{
	if (strncmp(s, "https://", 8) != 0 || s[8] == '\0' || s[8] == '/')
		return 0;
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~' || strchr("\"<>\\^`{|}@", *s) != NULL)
			return 0;
	return 1;
}

static int
is_user_code(const char *s)
{
	size_t len = strspn(s,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-");

	return len >= 4 && s[len] == '\0';
}

int
oidc_take_device(
    const char *body, size_t len, struct oidc_device *d, struct error *e)
{
	struct json_object *doc = NULL, *v = NULL;
	int rc = -1, r;

	*d = (struct oidc_device){0};
	if (open_object(body, len, "device", NULL, &doc, e) != 0)
		return -1;
	r = json_get_string(doc, "verification_uri_complete", d->uri_complete,
	    sizeof(d->uri_complete));
	if (json_get(doc, "error", &v) != 0)
		error_set(
		    e, ERROR_PROTOCOL, "device: HTTP 200 with an error inside");
	else if (json_get_string(doc, "user_code", d->user_code,
		     sizeof(d->user_code)) != 1 ||
	    !is_user_code(d->user_code))
		error_set(e, ERROR_PROTOCOL, "device: there is no user_code");
	else if (json_get_string(
		     doc, "verification_uri", d->uri, sizeof(d->uri)) != 1 ||
	    !is_uri(d->uri) || r < 0 || (r == 1 && !is_uri(d->uri_complete)))
		error_set(e, ERROR_PROTOCOL,
		    "device: there is no https verification_uri");
	else if (take_seconds(
		     doc, "expires_in", 600, EXPIRES_MAX, &d->expires_s) != 0 ||
	    take_seconds(
		doc, "interval", INTERVAL, INTERVAL_MAX, &d->interval_s) != 0)
		error_set(e, ERROR_PROTOCOL, "device: a time is no number");
	else if (take_secret(doc, "device_code", &d->code) != 0)
		error_set(e, ERROR_PROTOCOL, "device: there is no device_code");
	else
		rc = 0;
	json_free(doc);
	if (rc != 0)
		oidc_device_clear(d);
	return rc;
}
