#include "api_auth.h"

#include <stdio.h>
#include <string.h>

#include "api_body.h"

enum { ANSWER_MAX = 1 << 20 };

static int
post(int channel, const struct authn_manner *m, const char *path,
    const struct secret *body, const int *watch, struct http_response *res,
    struct error *e)
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
	    .watch = watch,
	};

	return http_send(channel, &req, res, e);
}

/* Sends body to path and takes the answer apart. */
static int
ask(int channel, const struct authn_manner *m, const char *path,
    const struct secret *body, const int *watch, struct authn_answer *a,
    char *told, size_t cap, struct error *e)
{
	struct http_response res = {0};
	int rc = -1;

	*e = (struct error){0};
	told[0] = '\0';
	if (post(channel, m, path, body, watch, &res, e) == 0 &&
	    http_expect_json(&res, "authn", e) == 0)
		rc = api_auth_parse(res.body, res.body_len, a, e);
	/* Which limit it was, is in the code (okta-api.md 2.6). */
	if (rc != 0 && res.status == 429) {
		unsigned int retry_s = e->retry_s;

		http_error(&res, "authn", e);
		e->retry_s = retry_s;
	}
	if (rc != 0 && res.status >= 400)
		http_error_told(&res, told, cap);
	if (rc == 0)
		memcpy(a->request_id, res.request_id, sizeof(a->request_id));
	if (rc != 0 && e->request_id[0] == '\0')
		memcpy(e->request_id, res.request_id, sizeof(e->request_id));
	if (rc != 0 && e->http_status == 0)
		e->http_status = res.status;
	http_response_free(&res);
	return rc;
}

int
api_auth_password(int channel, const struct authn_manner *m, const char *login,
    const struct secret *password, struct authn_answer *a, struct error *e)
{
	struct json_object *doc = json_object_new_object(), *options, *context;
	struct secret body = {0};
	char told[1];
	int rc, good;

	*a = (struct authn_answer){0};
	*e = (struct error){0};
	good = doc != NULL &&
	    api_body_add(doc, "username", login, strlen(login)) == 0 &&
	    api_body_add(doc, "password", password->bytes, password->len) == 0;
	options = json_object_new_object();
	good = good && options != NULL &&
	    json_object_object_add(options, "warnBeforePasswordExpired",
		json_object_new_boolean(1)) == 0 &&
	    json_object_object_add(doc, "options", options) == 0;
	if (good && m->device != NULL && m->device[0] != '\0') {
		context = json_object_new_object();
		good = context != NULL &&
		    api_body_add(context, "deviceToken", m->device,
			strlen(m->device)) == 0 &&
		    json_object_object_add(doc, "context", context) == 0;
	}
	rc = api_body_make(doc, good, "authn", &body, e);
	if (rc == 0)
		rc = ask(channel, m, "/api/v1/authn", &body, NULL, a, told,
		    sizeof(told), e);
	secret_clear(&body);
	return rc;
}

static int
make_step_body(const struct authn_answer *a, const struct authn_field *fields,
    size_t nfields, struct secret *out, struct error *e)
{
	struct json_object *doc = json_object_new_object();
	int good = doc != NULL && a->state_token.bytes != NULL &&
	    api_body_add(doc, "stateToken", a->state_token.bytes,
		a->state_token.len) == 0;

	for (size_t i = 0; i < nfields && good; i++)
		good = api_body_add(doc, fields[i].key, fields[i].value->bytes,
			   fields[i].value->len) == 0;
	return api_body_make(doc, good, "authn", out, e);
}

int
api_auth_step(int channel, const struct authn_manner *m, enum authn_step step,
    const char *factor, const struct authn_field *fields, size_t nfields,
    struct authn_answer *a, char *told, size_t cap, struct error *e)
{
	static const char *const paths[] = {
	    [AUTHN_VERIFY] = "/factors/%s/verify",
	    [AUTHN_VERIFY_REMEMBER] = "/factors/%s/verify?rememberDevice=true",
	    [AUTHN_RESEND] = "/factors/%s/verify/resend",
	    [AUTHN_PREVIOUS] = "/previous",
	    [AUTHN_SKIP] = "/skip",
	    [AUTHN_CHANGE_PASSWORD] = "/credentials/change_password",
	};
	const char *template = paths[step], *slot = strstr(template, "%s");
	struct authn_answer next = {0};
	struct secret body = {0};
	char path[256];
	int rc;

	*e = (struct error){0};
	told[0] = '\0';
	if (slot == NULL)
		snprintf(path, sizeof(path), "/api/v1/authn%s", template);
	else
		snprintf(path, sizeof(path), "/api/v1/authn%.*s%s%s",
		    (int)(slot - template), template,
		    factor != NULL ? factor : "", slot + 2);
	rc = make_step_body(a, fields, nfields, &body, e);
	if (rc == 0)
		rc = ask(channel, m, path, &body,
		    nfields == 0 ? m->watch : NULL, &next, told, cap, e);
	secret_clear(&body);
	if (rc != 0) {
		api_auth_clear(&next);
		return -1;
	}
	/* The final answer has none; the newest one holds. */
	if (next.state_token.bytes == NULL && next.state != AUTHN_SUCCESS)
		secret_move(&next.state_token, &a->state_token);
	api_auth_clear(a);
	*a = next;
	return 0;
}

void
api_auth_cancel(
    int channel, const struct authn_manner *m, struct authn_answer *a)
{
	struct http_response res = {0};
	struct secret body = {0};
	struct error ignored;

	if (a->state_token.bytes == NULL)
		return;
	if (make_step_body(a, NULL, 0, &body, &ignored) == 0)
		post(channel, m, "/api/v1/authn/cancel", &body, NULL, &res,
		    &ignored);
	secret_clear(&body);
	http_response_free(&res);
	secret_clear(&a->state_token);
}

void
api_auth_clear(struct authn_answer *a)
{
	secret_clear(&a->session_token);
	secret_clear(&a->state_token);
	*a = (struct authn_answer){0};
}
