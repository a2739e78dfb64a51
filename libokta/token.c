#include "token.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "buf.h"
#include "json.h"

enum { SCOPES_MAX = 4096 };

enum token_step
token_ask(struct token *t, uint64_t now_ms)
{
	if (t->state == TOKEN_MINTING)
		return TOKEN_WAIT;
	if (t->state == TOKEN_HELD && now_ms < t->renew_ms)
		return TOKEN_READY;
	if (now_ms < t->again_ms)
		return TOKEN_FAILED;
	t->state = TOKEN_MINTING;
	return TOKEN_MINT;
}

int
token_is_text(const char *s, size_t len)
{
	if (len == 0 || len > TOKEN_MAX)
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\0' ||
		    (!(s[i] >= 'a' && s[i] <= 'z') &&
			!(s[i] >= 'A' && s[i] <= 'Z') &&
			!(s[i] >= '0' && s[i] <= '9') &&
			strchr("-._~+/=", s[i]) == NULL))
			return 0;
	}
	return 1;
}

static int
has_scope(const char *granted, const char *scope)
{
	size_t len = strlen(scope), n;

	for (const char *p = granted; *p != '\0'; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		if (n == len && memcmp(p, scope, n) == 0)
			return 1;
	}
	return 0;
}

/* The difference between asked and granted; partial grants succeed silently
 * (okta-api.md 1.2). */
static char *
missing_scopes(const char *granted, char *const *scopes)
{
	struct buf b;

	buf_init(&b, SCOPES_MAX);
	for (; scopes != NULL && *scopes != NULL; scopes++) {
		if (!has_scope(granted, *scopes))
			buf_printf(&b, "%s%s", b.len > 0 ? " " : "", *scopes);
	}
	return buf_take(&b);
}

static int
take_value(struct json_object *doc, struct secret *value)
{
	struct json_object *v = NULL;
	int r = -1;

	if (json_get(doc, "access_token", &v) == 1 &&
	    json_object_is_type(v, json_type_string)) {
		const char *s = json_object_get_string(v);
		size_t len = (size_t)json_object_get_string_len(v);

		if (token_is_text(s, len))
			r = secret_set(value, s, len);
	}
	return r;
}

static int
take_scopes(struct json_object *doc, char *granted, size_t cap)
{
	if (json_get_string(doc, "scope", granted, cap) != 1)
		return -1;
	for (const char *p = granted; *p != '\0'; p++) {
		if (*p < ' ' || *p > '~' || *p == '"' || *p == '\\')
			return -1;
	}
	return 0;
}

int
token_accept(struct token *t, const struct http_response *res,
    char *const *scopes, int has_proof, uint64_t started_ms, struct error *e)
{
	static const char what[] = "token";
	char type[32], granted[SCOPES_MAX], *granted_copy = NULL;
	struct json_object *doc = NULL;
	struct secret value = {0};
	char *missing = NULL;
	int64_t life = 0, used_s;
	int is_bound, rc = -1;

	if (http_expect_json(res, what, e) != 0 ||
	    json_parse(res->body, res->body_len, what, &doc, e) != 0)
		goto out;
	if (take_value(doc, &value) != 0 ||
	    json_get_string(doc, "token_type", type, sizeof(type)) != 1 ||
	    json_get_i64(doc, "expires_in", 1, 86400, &life) != 1 ||
	    take_scopes(doc, granted, sizeof(granted)) != 0) {
		error_set(e, ERROR_PROTOCOL,
		    "token: HTTP 200 that is not a token answer (request %s)",
		    res->request_id);
		goto out;
	}
	/* Without a proof there is no key that it could be bound to. */
	is_bound = strcasecmp(type, "DPoP") == 0;
	if (is_bound ? !has_proof : strcasecmp(type, "Bearer") != 0) {
		error_set(e, ERROR_PROTOCOL,
		    "token: Okta gives a token of type \"%s\", which was not "
		    "asked for (request %s)",
		    type, res->request_id);
		goto out;
	}
	granted_copy = strdup(granted);
	missing = missing_scopes(granted, scopes);
	if (granted_copy == NULL || missing == NULL) {
		error_errno(e, "token");
		goto out;
	}
	token_clear(t);
	secret_move(&t->value, &value);
	t->is_bound = is_bound;
	t->state = TOKEN_HELD;
	t->generation++;
	/* One of two minutes and less is used for half of its life. */
	used_s = life / 2 > TOKEN_MARGIN_S ? life - TOKEN_MARGIN_S : life / 2;
	t->renew_ms = started_ms + 1000 * (uint64_t)used_s;
	t->expires = (uint64_t)time(NULL) + (uint64_t)life;
	t->granted = granted_copy;
	t->missing = missing;
	granted_copy = missing = NULL;
	rc = 0;
out:
	json_free(doc);
	secret_clear(&value);
	free(granted_copy);
	free(missing);
	return rc;
}

void
token_fail(struct token *t, uint64_t now_ms, const struct error *e)
{
	token_reset(t);
	t->state = TOKEN_NONE;
	t->failure = *e;
	t->again_ms =
	    now_ms + (e->retry_s > 0 ? e->retry_s : TOKEN_PAUSE_S) * 1000ULL;
}

int
token_is_refused(const struct http_response *res)
{
	char word[64], code[16];
	struct json_object *doc = NULL;
	struct error ignored;
	int is_refused = 0;

	if (res->status != 401)
		return 0;
	if (http_auth_param(res->www_authenticate, "error", word, sizeof(word)))
		return strcmp(word, "invalid_token") == 0;
	if (res->body == NULL ||
	    json_parse(res->body, res->body_len, "error", &doc, &ignored) != 0)
		return 0;
	is_refused =
	    json_get_string(doc, "errorCode", code, sizeof(code)) == 1 &&
	    strcmp(code, "E0000011") == 0;
	json_free(doc);
	return is_refused;
}

int
token_drop(struct token *t, uint32_t generation, uint64_t now_ms)
{
	if (t->state != TOKEN_HELD || t->generation != generation)
		return 1;
	if (t->dropped_ms != 0 &&
	    now_ms - t->dropped_ms < TOKEN_DROP_S * 1000ULL)
		return 0;
	token_reset(t);
	t->dropped_ms = now_ms;
	return 1;
}

void
token_reset(struct token *t)
{
	secret_clear(&t->value);
	free(t->granted);
	free(t->missing);
	t->granted = t->missing = NULL;
	t->expires = t->renew_ms = t->again_ms = 0;
	memset(&t->failure, 0, sizeof(t->failure));
	if (t->state == TOKEN_HELD)
		t->state = TOKEN_NONE;
}

void
token_clear(struct token *t)
{
	uint32_t generation = t->generation;
	uint64_t dropped_ms = t->dropped_ms;

	token_reset(t);
	memset(t, 0, sizeof(*t));
	t->generation = generation;
	t->dropped_ms = dropped_ms;
}
