/* What an answer of /api/v1/authn says (okta-api.md 2.3, 2.4). */
#include "api_auth.h"

#include <string.h>

#include "name.h"

enum {
	TOKEN_SIZE = 513, /* okta-api.md 8.7: do not validate lengths */
	HREF_SIZE = 1024
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
		return error_set(
		    e, ERROR_PROTOCOL, "authn: the answer has no status");
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
take_embedded(struct json_object *doc, struct authn_answer *a, struct error *e)
{
	struct json_object *embedded = NULL, *user = NULL;

	int r = json_get_object(doc, "_embedded", &embedded);

	if (r == 0) /* some states have nothing to show */
		return 0;
	if (r < 0 || json_get_object(embedded, "user", &user) < 0 ||
	    (user != NULL && json_get_id(user, "id", a->user_id) < 0))
		return error_set(e, ERROR_PROTOCOL,
		    "authn: the user of the answer is malformed");
	api_auth_policy(embedded, a);
	return api_auth_factors(embedded, a, e);
}

static void
take_result(struct json_object *doc, struct authn_answer *a)
{
	static const char *const words[] = {
	    [AUTHN_RESULT_WAITING] = "WAITING",
	    [AUTHN_RESULT_REJECTED] = "REJECTED",
	    [AUTHN_RESULT_TIMEOUT] = "TIMEOUT",
	};
	struct json_object *v = NULL;

	if (json_get(doc, "factorResult", &v) != 1)
		return;
	a->result = AUTHN_RESULT_OTHER;
	for (int i = AUTHN_RESULT_WAITING; i < AUTHN_RESULT_OTHER; i++) {
		if (json_object_is_type(v, json_type_string) &&
		    strcmp(json_object_get_string(v), words[i]) == 0)
			a->result = (enum authn_result)i;
	}
}

/* Where the answer says that one may go. No URL of Okta's is followed; but a
 * page of somebody else for changing passwords must not get ours instead
 * (okta-api.md 2.1). */
static void
take_links(struct json_object *doc, struct authn_answer *a)
{
	static const char change[] =
	    "/api/v1/authn/credentials/change_password";
	struct json_object *links = NULL, *next = NULL, *skip = NULL;
	char href[HREF_SIZE], name[32];
	size_t len;

	if (json_get_object(doc, "_links", &links) != 1)
		return;
	a->can_skip = json_get_object(links, "skip", &skip) == 1;
	if (json_get_object(links, "next", &next) != 1 ||
	    json_get_string(next, "name", name, sizeof(name)) != 1 ||
	    json_get_string(next, "href", href, sizeof(href)) != 1)
		return;
	len = strlen(href);
	a->can_change = strcmp(name, "changePassword") == 0 &&
	    len > sizeof(change) - 1 &&
	    strcmp(href + len - (sizeof(change) - 1), change) == 0;
}

/* A token, or none where there is none or an empty one. */
static int
take_token(struct json_object *doc, const char *key, struct secret *out,
    struct error *e)
{
	char text[TOKEN_SIZE];
	int r = json_get_string(doc, key, text, sizeof(text)), rc = 0;

	if (r < 0)
		rc = error_set(e, ERROR_PROTOCOL,
		    "authn: a token of the answer is malformed");
	else if (r == 1 && text[0] != '\0' &&
	    secret_set(out, text, strlen(text)) != 0)
		rc = error_errno(e, "authn");
	explicit_bzero(text, sizeof(text));
	return rc;
}

static int
take_tokens(struct json_object *doc, struct authn_answer *a, struct error *e)
{
	return take_token(doc, "sessionToken", &a->session_token, e) == 0 &&
		take_token(doc, "stateToken", &a->state_token, e) == 0
	    ? 0
	    : -1;
}

int
api_auth_parse(
    const char *body, size_t len, struct authn_answer *a, struct error *e)
{
	struct json_object *doc = NULL, *v = NULL;
	int rc = -1;

	*a = (struct authn_answer){.expires_in_days = -1};
	if (json_parse(body, len, "authn", &doc, e) != 0)
		return -1;
	/* A 200 that carries an error as well is neither (T90). */
	if (!json_object_is_type(doc, json_type_object))
		error_set(e, ERROR_PROTOCOL, "authn: the answer is no object");
	else if (json_get(doc, "errorCode", &v) != 0 ||
	    json_get(doc, "error", &v) != 0)
		error_set(
		    e, ERROR_PROTOCOL, "authn: HTTP 200 with an error inside");
	else if (take_state(doc, a, e) == 0 && take_embedded(doc, a, e) == 0)
		rc = take_tokens(doc, a, e);
	if (rc == 0) {
		take_result(doc, a);
		take_links(doc, a);
	}
	json_free(doc);
	if (rc != 0)
		api_auth_clear(a);
	return rc;
}
