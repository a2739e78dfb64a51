#include "api_oidc.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "buf.h"

enum { ANSWER_MAX = 65536, FORM_MAX = 16384, PATH_SIZE = 160 };

/* application/x-www-form-urlencoded (RFC 6749, appendix B). */
static void
put_field(struct buf *b, const struct oidc_field *f)
{
	buf_printf(b, "%s%s=", b->len > 0 ? "&" : "", f->name);
	buf_put_percent(b, f->bytes, f->len);
}

static struct oidc_field
text(const char *name, const char *value)
{
	return (struct oidc_field){name, value, strlen(value)};
}

/* 0 where an answer of whatever status came, also a 429 or a 503 (http.h). */
static int
post(const struct oidc_manner *m, const char *endpoint,
    const struct oidc_field *fields, size_t n, struct http_response *res,
    struct error *e)
{
	char path[PATH_SIZE];
	struct buf body;
	int rc = -1;

	*e = (struct error){0};
	buf_init(&body, FORM_MAX);
	for (size_t i = 0; i < n; i++)
		put_field(&body, &fields[i]);
	int len = snprintf(path, sizeof(path), "%s%s", m->base, endpoint);
	struct http_request req = {
	    .method = "POST",
	    .path = path,
	    .content = HTTP_FORM,
	    .credential = HTTP_CLIENT,
	    .body = body.bytes,
	    .body_len = body.len,
	    .max_bytes = ANSWER_MAX,
	    .timeout_ms = m->timeout_ms,
	    .forwarded_for = m->forwarded_for,
	};

	if (body.failed || len < 0 || (size_t)len >= sizeof(path))
		error_set(
		    e, ERROR_CONFIG, "%s: the request is too long", endpoint);
	else
		rc = http_send(m->channel, &req, res, e);
	if (rc != 0 && e->kind == ERROR_RETRY && res->status != 0)
		rc = 0;
	buf_clear(&body);
	return rc;
}

int
api_oidc_token(const struct oidc_manner *m, const char *grant,
    const struct oidc_field *fields, size_t n, struct oidc_answer *a,
    struct error *e)
{
	struct oidc_field all[8] = {text("grant_type", grant)};
	struct id_token_wanted wanted = {
	    .issuer = m->issuer, .client_id = m->client_id};
	struct http_response res = {0};
	size_t count = 1;
	int rc = -1;

	*a = (struct oidc_answer){0};
	for (size_t i = 0; i < n && count < 7; i++)
		all[count++] = fields[i];
	if (strcmp(grant, OIDC_GRANT_DEVICE) != 0)
		all[count++] = text("scope", OIDC_SCOPE);
	if (post(m, "/token", all, count, &res, e) == 0) {
		/* Claims are of Okta's clock, which the answer shows. */
		wanted.now =
		    res.date != 0 ? (int64_t)res.date : (int64_t)time(NULL);
		rc = oidc_take_token(&res, &wanted, a, e);
	}
	http_response_free(&res);
	return rc;
}

/* The rest of both ways to begin something: 0, 1, -1 as promised. */
static int
begin_oob(const struct oidc_manner *m, const char *endpoint,
    const struct oidc_field *fields, size_t n, const char *channel, int is_mfa,
    struct oidc_oob *oob, struct oidc_answer *a, struct error *e)
{
	struct http_response res = {0};
	int rc = -1;

	*a = (struct oidc_answer){0};
	*oob = (struct oidc_oob){0};
	if (post(m, endpoint, fields, n, &res, e) != 0)
		;
	else if (res.status != 200)
		rc = oidc_take_error(&res, endpoint, a, e) == 0 ? 1 : -1;
	else if (http_expect_json(&res, endpoint, e) == 0)
		rc = oidc_take_oob(
		    res.body, res.body_len, channel, is_mfa, oob, e);
	memcpy(oob->request_id, res.request_id, sizeof(oob->request_id));
	http_response_free(&res);
	return rc;
}

int
api_oidc_challenge(const struct oidc_manner *m, const struct secret *mfa_token,
    const char *channel, struct oidc_oob *oob, struct oidc_answer *a,
    struct error *e)
{
	const struct oidc_field fields[] = {
	    {"mfa_token", mfa_token->bytes, mfa_token->len},
	    text("challenge_types_supported", OIDC_GRANT_MFA_OOB),
	    text("channel_hint", channel)};

	return begin_oob(m, "/challenge", fields, 3, channel, 1, oob, a, e);
}

int
api_oidc_primary(const struct oidc_manner *m, const char *login,
    const char *channel, struct oidc_oob *oob, struct oidc_answer *a,
    struct error *e)
{
	const struct oidc_field fields[] = {text("login_hint", login),
	    text("channel_hint", channel),
	    text("challenge_hint", OIDC_GRANT_OOB)};

	return begin_oob(
	    m, "/primary-authenticate", fields, 3, channel, 0, oob, a, e);
}

int
api_oidc_device(const struct oidc_manner *m, struct oidc_device *d,
    struct oidc_answer *a, struct error *e)
{
	static const char endpoint[] = "/device/authorize";
	const struct oidc_field fields[] = {text("scope", OIDC_SCOPE)};
	struct http_response res = {0};
	int rc = -1;

	*a = (struct oidc_answer){0};
	*d = (struct oidc_device){0};
	if (post(m, endpoint, fields, 1, &res, e) != 0)
		;
	else if (res.status != 200)
		rc = oidc_take_error(&res, endpoint, a, e) == 0 ? 1 : -1;
	else if (http_expect_json(&res, endpoint, e) == 0)
		rc = oidc_take_device(res.body, res.body_len, d, e);
	memcpy(d->request_id, res.request_id, sizeof(d->request_id));
	http_response_free(&res);
	return rc;
}

void
oidc_clear(struct oidc_answer *a)
{
	secret_clear(&a->mfa_token);
	*a = (struct oidc_answer){0};
}

void
oidc_oob_clear(struct oidc_oob *oob)
{
	secret_clear(&oob->code);
	explicit_bzero(oob, sizeof(*oob));
}

void
oidc_device_clear(struct oidc_device *d)
{
	secret_clear(&d->code);
	explicit_bzero(d, sizeof(*d));
}
