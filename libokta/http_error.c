/*
 * What an answer that is not a plain success means. The code decides, never
 * the wording: only errorCode and the OAuth error word are stable
 * (okta-api.md 1.2, 8.4).
 */
#include "http.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "json.h"
#include "name.h"

enum { BACKOFF_S = 5 }; /* where Okta names no time itself */

/* The words of one answer, filtered for terminals and logs. */
struct words {
	char code[64]; /* errorCode or OAuth error */
	char summary[256];
	char cause[256];
	char scope[128]; /* what WWW-Authenticate asks for */
	int is_oauth; /* code is an OAuth word */
};

static int
is_parameter_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-';
}

int
http_auth_param(const char *header, const char *name, char *dst, size_t cap)
{
	const char *p = header, *word, *value;
	size_t word_len, len;

	dst[0] = '\0';
	while (*p != '\0') {
		if (!is_parameter_char(*p)) {
			p++;
			continue;
		}
		word = p;
		while (is_parameter_char(*p))
			p++;
		word_len = (size_t)(p - word);
		if (*p != '=')
			continue;
		if (*++p == '"') {
			value = ++p;
			while (*p != '\0' && *p != '"')
				p += *p == '\\' && p[1] != '\0' ? 2 : 1;
			len = (size_t)(p - value);
			p += *p == '"';
		} else {
			value = p;
			len = strcspn(p, ", \t");
			p += len;
		}
		if (word_len == strlen(name) &&
		    strncasecmp(word, name, word_len) == 0) {
			name_filter_text(dst, cap, value, len);
			return 1;
		}
	}
	return 0;
}

static void
take_body(const struct http_response *res, struct words *w)
{
	struct json_object *doc = NULL, *causes = NULL;
	struct error ignored;

	if (res->body == NULL || res->body_len == 0 ||
	    json_parse(res->body, res->body_len, "error", &doc, &ignored) != 0)
		return;
	json_get_text(doc, "errorCode", w->code, sizeof(w->code));
	json_get_text(doc, "errorSummary", w->summary, sizeof(w->summary));
	if (json_get_array(doc, "errorCauses", &causes) == 1 &&
	    json_object_array_length(causes) > 0)
		json_get_text(json_object_array_get_idx(causes, 0),
		    "errorSummary", w->cause, sizeof(w->cause));
	if (w->code[0] == '\0') {
		json_get_text(doc, "error", w->code, sizeof(w->code));
		json_get_text(
		    doc, "error_description", w->summary, sizeof(w->summary));
		w->is_oauth = w->code[0] != '\0';
	}
	json_free(doc);
}

/* Resource servers tell the reason in the header and may leave the body empty
 * (okta-api.md 1.4). */
static void
take_header(const struct http_response *res, struct words *w)
{
	char text[256];

	if (!http_auth_param(
		res->www_authenticate, "error", text, sizeof(w->code)))
		return;
	if (w->code[0] == '\0') {
		memcpy(w->code, text, sizeof(w->code));
		w->is_oauth = 1;
		http_auth_param(res->www_authenticate, "error_description",
		    w->summary, sizeof(w->summary));
	}
	if (strcmp(text, "insufficient_scope") == 0)
		http_auth_param(
		    res->www_authenticate, "scope", w->scope, sizeof(w->scope));
}

void
http_error_told(const struct http_response *res, char *dst, size_t cap)
{
	struct words w = {0};

	take_body(res, &w);
	snprintf(dst, cap, "%s", w.cause[0] != '\0' ? w.cause : w.summary);
}

int
http_oauth_word(const struct http_response *res, char *dst, size_t cap)
{
	struct words w = {0};

	dst[0] = '\0';
	take_body(res, &w);
	take_header(res, &w);
	if (w.is_oauth)
		snprintf(dst, cap, "%s", w.code);
	return w.is_oauth;
}

static int
is_one_of(const char *code, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strcmp(code, *list) == 0)
			return 1;
	}
	return 0;
}

static enum error_kind
classify(int status, const struct words *w)
{
	/* The client's registration, key or scopes: nothing but an admin's
	 * change makes these go away. */
	static const char *const config[] = {"invalid_client", "invalid_scope",
	    "consent_required", "unauthorized_client", "unsupported_grant_type",
	    "invalid_request", "client_credentials_self_scope_requested",
	    "invalid_dpop_proof", NULL};
	/* Passing states (okta-api.md 8.5). */
	static const char *const passing[] = {"temporarily_unavailable",
	    "server_error", "slow_down", "E0000112", "E0000239", "E0000249",
	    "E0000253", "E0000254", NULL};

	if (status == 429 || status >= 500 || is_one_of(w->code, passing))
		return ERROR_RETRY;
	if (strcmp(w->code, "insufficient_scope") == 0 || w->scope[0] != '\0')
		return ERROR_SCOPE;
	if (w->is_oauth && is_one_of(w->code, config))
		return ERROR_CONFIG;
	/* An answer without a code of Okta's is somebody else's: a portal, a
	 * proxy, the web server in front. */
	if (status >= 400 && w->code[0] != '\0')
		return ERROR_DENIED;
	return ERROR_PROTOCOL;
}

static int
explain(const struct http_response *res, const char *what, int is_terse,
    struct error *e)
{
	enum error_kind kind;
	struct words w = {0};

	take_body(res, &w);
	take_header(res, &w);
	kind = classify(res->status, &w);
	if (is_terse)
		w.summary[0] = w.cause[0] = '\0';
	if (kind == ERROR_SCOPE)
		error_set(e, kind, "%s: HTTP %d, the token lacks scope %s",
		    what, res->status, w.scope[0] != '\0' ? w.scope : "(?)");
	else if (w.code[0] != '\0')
		error_set(e, kind, "%s: HTTP %d %s%s%s%s%s", what, res->status,
		    w.code, w.summary[0] != '\0' ? " " : "", w.summary,
		    w.cause[0] != '\0' ? "; " : "", w.cause);
	else if (res->status >= 300 && res->status < 400)
		error_set(e, kind, "%s: HTTP %d, redirects are not followed",
		    what, res->status);
	else
		error_set(e, kind, "%s: HTTP %d without an answer of Okta's",
		    what, res->status);
	if (res->request_id[0] != '\0') {
		size_t len = strlen(e->text);

		snprintf(e->text + len, sizeof(e->text) - len, " (request %s)",
		    res->request_id);
	}
	e->http_status = res->status;
	e->retry_s = kind == ERROR_RETRY ? BACKOFF_S : 0;
	snprintf(e->okta_code, sizeof(e->okta_code), "%.*s",
	    (int)sizeof(e->okta_code) - 1, w.code);
	memcpy(e->request_id, res->request_id, sizeof(e->request_id));
	return -1;
}

int
http_error(const struct http_response *res, const char *what, struct error *e)
{
	return explain(res, what, 0, e);
}

int
http_error_terse(
    const struct http_response *res, const char *what, struct error *e)
{
	return explain(res, what, 1, e);
}

int
http_expect_json(
    const struct http_response *res, const char *what, struct error *e)
{
	static const char type[] = "application/json";
	const char *end = res->content_type + sizeof(type) - 1;

	if (res->status != 200)
		return http_error(res, what, e);
	if (strncasecmp(res->content_type, type, sizeof(type) - 1) != 0 ||
	    (*end != '\0' && *end != ';' && *end != ' '))
		return error_set(e, ERROR_PROTOCOL,
		    "%s: HTTP 200 of type \"%s\", not JSON", what,
		    res->content_type);
	if (res->body_len == 0)
		return error_set(
		    e, ERROR_PROTOCOL, "%s: HTTP 200 with nothing in it", what);
	return 0;
}
