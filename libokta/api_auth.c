#include "api_auth.h"

#include <string.h>

#include "json_lex.h"
#include "name.h"

enum {
	ANSWER_MAX = 1 << 20,
	STATE_TOKEN_SIZE = 513, /* okta-api.md 8.7: do not validate lengths */
	SESSION_TOKEN_SIZE = 513
};

static const char *const state_words[AUTHN_STATE_COUNT] = {
    [AUTHN_SUCCESS] = "SUCCESS",
    [AUTHN_UNAUTHENTICATED] = "UNAUTHENTICATED",
    [AUTHN_PASSWORD_WARN] = "PASSWORD_WARN",
    [AUTHN_PASSWORD_EXPIRED] = "PASSWORD_EXPIRED",
    [AUTHN_PASSWORD_RESET] = "PASSWORD_RESET",
    [AUTHN_RECOVERY] = "RECOVERY",
    [AUTHN_RECOVERY_CHALLENGE] = "RECOVERY_CHALLENGE",
    [AUTHN_LOCKED_OUT] = "LOCKED_OUT",
    [AUTHN_MFA_ENROLL] = "MFA_ENROLL",
    [AUTHN_MFA_ENROLL_ACTIVATE] = "MFA_ENROLL_ACTIVATE",
    [AUTHN_MFA_REQUIRED] = "MFA_REQUIRED",
    [AUTHN_MFA_CHALLENGE] = "MFA_CHALLENGE",
};

static int
take_state(struct json_object *doc, struct authn_answer *a, struct error *e)
{
	struct json_object *v = NULL;
	const char *word;
	size_t len;

	if (json_get(doc, "status", &v) != 1 ||
	    !json_object_is_type(v, json_type_string))
		return error_set(e, ERROR_PROTOCOL,
		    "authn: the answer has no status");
	word = json_object_get_string(v);
	len = (size_t)json_object_get_string_len(v);
	name_filter_text(a->word, sizeof(a->word), word, len);
	for (int i = AUTHN_UNKNOWN + 1; i < AUTHN_STATE_COUNT; i++) {
		if (strlen(state_words[i]) == len &&
		    memcmp(state_words[i], word, len) == 0)
			a->state = (enum authn_state)i;
	}
	return 0;
}

static int
take_user(struct json_object *doc, struct authn_answer *a, struct error *e)
{
	struct json_object *embedded = NULL, *user = NULL;

	if (json_get_object(doc, "_embedded", &embedded) < 0 ||
	    json_get_object(embedded, "user", &user) < 0 ||
	    (user != NULL && json_get_id(user, "id", a->user_id) < 0))
		return error_set(e, ERROR_PROTOCOL,
		    "authn: the user of the answer is malformed");
	return 0;
}

static int
take_tokens(struct json_object *doc, struct authn_answer *a, struct error *e)
{
	char text[SESSION_TOKEN_SIZE > STATE_TOKEN_SIZE
		? SESSION_TOKEN_SIZE : STATE_TOKEN_SIZE];
	int session, state, rc = 0;

	session = json_get_string(doc, "sessionToken", text,
	    SESSION_TOKEN_SIZE);
	a->has_session_token = session == 1 && text[0] != '\0';
	state = json_get_string(doc, "stateToken", text, STATE_TOKEN_SIZE);
	if (session < 0 || state < 0)
		rc = error_set(e, ERROR_PROTOCOL,
		    "authn: a token of the answer is malformed");
	else if (state == 1 && text[0] != '\0' &&
	    secret_set(&a->state_token, text, strlen(text)) != 0)
		rc = error_errno(e, "authn");
	explicit_bzero(text, sizeof(text));
	return rc;
}

int
api_auth_parse(const char *body, size_t len, struct authn_answer *a,
    struct error *e)
{
	struct json_object *doc = NULL, *v = NULL;
	int rc = -1;

	*a = (struct authn_answer){0};
	if (json_parse(body, len, "authn", &doc, e) != 0)
		return -1;
	/* A 200 that carries an error as well is neither (T90). */
	if (!json_object_is_type(doc, json_type_object))
		error_set(e, ERROR_PROTOCOL, "authn: the answer is no object");
	else if (json_get(doc, "errorCode", &v) != 0 ||
	    json_get(doc, "error", &v) != 0)
		error_set(e, ERROR_PROTOCOL,
		    "authn: HTTP 200 with an error inside");
	else if (take_state(doc, a, e) == 0 && take_user(doc, a, e) == 0)
		rc = take_tokens(doc, a, e);
	json_free(doc);
	if (rc != 0)
		api_auth_clear(a);
	return rc;
}

/* {"KEY": text, …}: json-c alone writes JSON (T42). out gets the document. */
static int
make_body(const char *const *keys, const char *const *values,
    const size_t *lens, size_t n, size_t secret_at, struct secret *out,
    struct error *e)
{
	struct json_object *doc = json_object_new_object(), *text = NULL;
	int rc = -1;

	if (doc == NULL)
		return error_errno(e, "authn");
	for (size_t i = 0; i < n; i++) {
		struct json_object *v = json_object_new_string_len(values[i],
		    (int)lens[i]);

		if (v == NULL || json_object_object_add(doc, keys[i], v) != 0) {
			json_object_put(v);
			error_errno(e, "authn");
			goto out;
		}
		if (i == secret_at)
			text = v;
	}
	size_t len, members, at;
	unsigned int depth;
	char *body = (char *)(uintptr_t)json_object_to_json_string_length(doc,
	    JSON_C_TO_STRING_PLAIN, &len);

	/* json-c takes any bytes; what is not UTF-8 is no JSON. */
	if (body == NULL)
		error_errno(e, "authn");
	else if (json_lex(body, len, &members, &depth, &at) != NULL)
		error_set(e, ERROR_CONFIG, "the password is not UTF-8");
	else if (secret_set(out, body, len) != 0)
		error_errno(e, "authn");
	else
		rc = 0;
	/* json-c frees its copies as they are. */
	if (body != NULL)
		explicit_bzero(body, len);
out:
	if (text != NULL)
		explicit_bzero(
		    (char *)(uintptr_t)json_object_get_string(text),
		    (size_t)json_object_get_string_len(text));
	json_object_put(doc);
	return rc;
}

static int
post(int channel, const struct authn_manner *m, const char *path,
    const struct secret *body, struct http_response *res, struct error *e)
{
	struct http_request req = {
	    .method = "POST",
	    .path = path,
	    .content = HTTP_JSON,
	    .credential = m->credential,
	    .body = body->bytes,
	    .body_len = body->len,
	    .max_bytes = ANSWER_MAX,
	    .timeout_ms = m->timeout_ms,
	    .forwarded_for = m->forwarded_for,
	};

	return http_send(channel, &req, res, e);
}

int
api_auth_password(int channel, const struct authn_manner *m,
    const char *login, const struct secret *password, struct authn_answer *a,
    struct error *e)
{
	const char *const keys[] = {"username", "password"};
	const char *const values[] = {login, password->bytes};
	const size_t lens[] = {strlen(login), password->len};
	struct http_response res = {0};
	struct secret body = {0};
	int rc = -1;

	*a = (struct authn_answer){0};
	*e = (struct error){0};
	if (make_body(keys, values, lens, 2, 1, &body, e) != 0)
		return -1;
	if (post(channel, m, "/api/v1/authn", &body, &res, e) == 0 &&
	    http_expect_json(&res, "authn", e) == 0)
		rc = api_auth_parse(res.body, res.body_len, a, e);
	memcpy(a->request_id, res.request_id, sizeof(a->request_id));
	if (rc != 0 && e->request_id[0] == '\0')
		memcpy(e->request_id, res.request_id, sizeof(e->request_id));
	if (rc != 0 && e->http_status == 0)
		e->http_status = res.status;
	secret_clear(&body);
	http_response_free(&res);
	return rc;
}

void
api_auth_cancel(int channel, const struct authn_manner *m,
    struct authn_answer *a)
{
	const char *const keys[] = {"stateToken"};
	const char *const values[] = {a->state_token.bytes};
	const size_t lens[] = {a->state_token.len};
	struct http_response res = {0};
	struct secret body = {0};
	struct error ignored;

	if (a->state_token.bytes == NULL)
		return;
	if (make_body(keys, values, lens, 1, 0, &body, &ignored) == 0)
		post(channel, m, "/api/v1/authn/cancel", &body, &res, &ignored);
	secret_clear(&body);
	http_response_free(&res);
	secret_clear(&a->state_token);
}

void
api_auth_clear(struct authn_answer *a)
{
	secret_clear(&a->state_token);
	*a = (struct authn_answer){0};
}
