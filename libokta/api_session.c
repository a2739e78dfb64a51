#include "api_session.h"

#include <stdio.h>
#include <string.h>

#include "api_body.h"
#include "name.h"

enum { ANSWER_MAX = 1 << 16, TIMEOUT_MS = 20000, LIFE_MAX_S = 90 * 86400 };

static const struct {
	const char *method, *tail; /* after the id */
	const char *shown; /* the path, for people */
} rows[OKTA_SESSION_DO_COUNT] = {
    [OKTA_SESSION_MAKE] = {"POST", NULL, "/api/v1/sessions"},
    [OKTA_SESSION_LOOK] = {"GET", "", "/api/v1/sessions/{id}"},
    [OKTA_SESSION_REFRESH] = {"POST", "/lifecycle/refresh",
	"/api/v1/sessions/{id}/lifecycle/refresh"},
    [OKTA_SESSION_END] = {"DELETE", "", "/api/v1/sessions/{id}"},
};

/* What nothing is decided by: whatever is odd is left out. */
static void
take_more(const struct json_object *doc, struct api_session *s)
{
	struct json_object *o, *v;
	size_t len = 0;

	if (json_get_object(doc, "idp", &o) == 1) {
		json_get_text(o, "id", s->idp_id, sizeof(s->idp_id));
		json_get_text(o, "type", s->idp_type, sizeof(s->idp_type));
	}
	if (json_get_array(doc, "amr", &o) == 1)
		for (size_t i = 0; i < json_object_array_length(o); i++) {
			v = json_object_array_get_idx(o, i);
			if (!json_object_is_type(v, json_type_string) ||
			    len + 2 > sizeof(s->amr))
				continue;
			if (len > 0)
				s->amr[len++] = ' ';
			name_filter_text(s->amr + len, sizeof(s->amr) - len,
			    json_object_get_string(v),
			    (size_t)json_object_get_string_len(v));
			len += strlen(s->amr + len);
		}
	if (json_get_time(doc, "lastPasswordVerification", &s->password_at) !=
	    1)
		s->password_at = 0;
	if (json_get_time(doc, "lastFactorVerification", &s->factor_at) != 1)
		s->factor_at = 0;
	s->has_mfa = json_get(doc, "mfaActive", &v) == 1 &&
	    json_object_is_type(v, json_type_boolean) &&
	    json_object_get_boolean(v);
}

static int
take(struct json_object *doc, uint64_t now, struct api_session *s,
    struct error *e)
{
	struct json_object *error = NULL;
	char id[JSON_ID_MAX + 1];
	int rc = -1;

	/* Of the links none is read: those of a POST say "me", those of a GET
	 * name another session (okta-api.md 7.4). */
	if (now == 0 || !json_object_is_type(doc, json_type_object) ||
	    json_get(doc, "errorCode", &error) != 0 ||
	    json_get_id(doc, "id", id) != 1 ||
	    json_get_id(doc, "userId", s->user_id) != 1 ||
	    json_get_string(doc, "status", s->status, sizeof(s->status)) != 1 ||
	    json_get_string(doc, "login", s->login, sizeof(s->login)) < 0 ||
	    json_get_time(doc, "createdAt", &s->created) < 0 ||
	    json_get_time(doc, "expiresAt", &s->expires) != 1)
		error_set(
		    e, ERROR_PROTOCOL, "session: the answer is malformed");
	else if (secret_set(&s->id, id, strlen(id)) != 0)
		error_errno(e, "session");
	else
		rc = 0;
	explicit_bzero(id, sizeof(id));
	if (rc == 0)
		take_more(doc, s);
	s->is_active = strcmp(s->status, "ACTIVE") == 0;
	if (rc == 0 && s->expires > (int64_t)now)
		s->life_s = s->expires - (int64_t)now < LIFE_MAX_S
		    ? (uint32_t)(s->expires - (int64_t)now)
		    : LIFE_MAX_S;
	return rc;
}

int
api_session_parse(const char *body, size_t len, uint64_t now,
    struct api_session *s, struct error *e)
{
	struct json_object *doc = NULL;
	int rc;

	*s = (struct api_session){0};
	if (json_parse(body, len, "session", &doc, e) != 0)
		return -1;
	rc = take(doc, now, s, e);
	json_free(doc);
	if (rc != 0)
		api_session_clear(s);
	return rc;
}

void
api_session_clear(struct api_session *s)
{
	secret_clear(&s->id);
	explicit_bzero(s, sizeof(*s));
}

/* What an answer that is not the one that was asked for means. */
static enum okta_session_result
judge(const struct http_response *res, const char *what, struct error *e)
{
	http_error_terse(res, what, e);
	if (res->status == 404 && strcmp(e->okta_code, "E0000007") == 0)
		return OKTA_SESSION_GONE;
	if (e->kind == ERROR_RETRY)
		return res->status >= 500 ? OKTA_SESSION_UNSURE
					  : OKTA_SESSION_LATER;
	return e->kind == ERROR_PROTOCOL ? OKTA_SESSION_UNSURE
					 : OKTA_SESSION_NO;
}

/* Where no answer came at all. */
static enum okta_session_result
judge_failure(const struct error *e)
{
	switch (e->kind) {
	case ERROR_OFFLINE:
	case ERROR_RETRY:
		return OKTA_SESSION_LATER;
	case ERROR_CONFIG:
	case ERROR_DENIED:
	case ERROR_SCOPE:
		return OKTA_SESSION_NO;
	default:
		return OKTA_SESSION_UNSURE;
	}
}

static enum okta_session_result
send(int channel, const struct http_request *req, enum okta_session_do what,
    struct api_session *s, struct error *e)
{
	enum okta_session_result result = OKTA_SESSION_GOOD;
	struct http_response res = {0};
	char name[64];

	snprintf(name, sizeof(name), "%s %s", req->method, req->shown);
	if (http_send(channel, req, &res, e) != 0)
		result = judge_failure(e);
	else if (what == OKTA_SESSION_END && res.status == 204)
		result = OKTA_SESSION_GOOD;
	else if (res.status != 200)
		result = judge(&res, name, e);
	else if (what != OKTA_SESSION_END &&
	    (http_expect_json(&res, name, e) != 0 ||
		api_session_parse(res.body, res.body_len, res.date, s, e) != 0))
		result = OKTA_SESSION_UNSURE;
	if (result == OKTA_SESSION_GOOD)
		memcpy(s->request_id, res.request_id, sizeof(s->request_id));
	http_response_free(&res);
	return result;
}

enum okta_session_result
api_session_ask(int channel, enum http_credential credential,
    enum okta_session_do what, const struct secret *value,
    struct api_session *s, struct error *e)
{
	char path[sizeof("/api/v1/sessions//lifecycle/refresh") + JSON_ID_MAX] =
	    "/api/v1/sessions";
	struct http_request req = {.method = rows[what].method,
	    .path = path,
	    .shown = rows[what].shown,
	    .content = HTTP_JSON,
	    .credential = credential,
	    .max_bytes = ANSWER_MAX,
	    .timeout_ms = TIMEOUT_MS};
	enum okta_session_result result = OKTA_SESSION_NO;
	struct json_object *doc = NULL;
	struct secret body = {0};
	int is_good;

	*s = (struct api_session){0};
	*e = (struct error){0};
	if (what == OKTA_SESSION_MAKE) {
		doc = json_object_new_object();
		is_good = doc != NULL &&
		    api_body_add(
			doc, "sessionToken", value->bytes, value->len) == 0;
		if (api_body_make(doc, is_good, "session", &body, e) != 0)
			return OKTA_SESSION_NO;
		req.body = body.bytes;
		req.body_len = body.len;
	} else if (!json_is_id(value->bytes, value->len)) {
		error_set(e, ERROR_CONFIG, "this is no id of a session");
		return OKTA_SESSION_NO;
	} else {
		snprintf(path, sizeof(path), "/api/v1/sessions/%s%s",
		    value->bytes, rows[what].tail);
	}
	result = send(channel, &req, what, s, e);
	secret_clear(&body);
	explicit_bzero(path, sizeof(path));
	return result;
}
