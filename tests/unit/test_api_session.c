/* The Sessions API: what an answer says, what came of a request, and that the
 * id of a session is in no text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api_session.h"

#define SID "102canaryAAAAAAAAAAAAAAAA"
#define BODY(more)                                                    \
	"{\"id\":\"" SID "\",\"userId\":\"00u1\",\"login\":\"a@b.c\"" \
	",\"createdAt\":\"2026-01-02T03:04:05.000Z\"" more "}"
#define EXPIRES ",\"expiresAt\":\"2026-01-02T05:04:05.000Z\""
#define GOOD BODY(EXPIRES ",\"status\":\"ACTIVE\"")
#define NOT_FOUND                                                      \
	"{\"errorCode\":\"E0000007\",\"errorSummary\":\"Not found: "   \
	"Resource not found: " SID " (AppSession)\",\"errorCauses\":[" \
	"{\"errorSummary\":\"" SID "\"}]}"
#define OKTA(code) "{\"errorCode\":\"" code "\",\"errorSummary\":\"" SID "\"}"

enum { NOW = 1767323045 }; /* 2026-01-02T03:04:05Z */

/* --- oktad-net, as it is played --- */

static struct {
	int status;
	const char *body, *type;
	enum error_kind kind; /* not NONE: there is no answer */
	uint64_t date;
	unsigned int retry_s;
} play;
static char method[8], path[256], sent[256], shown[128];
static enum http_credential credential;

int __wrap_http_send(int channel, const struct http_request *req,
    struct http_response *res, struct error *e);

int
__wrap_http_send(int channel, const struct http_request *req,
    struct http_response *res, struct error *e)
{
	(void)channel;
	memset(res, 0, sizeof(*res));
	snprintf(method, sizeof(method), "%s", req->method);
	snprintf(path, sizeof(path), "%s", req->path);
	snprintf(shown, sizeof(shown), "%s", req->shown);
	snprintf(sent, sizeof(sent), "%.*s", (int)req->body_len,
	    req->body != NULL ? (const char *)req->body : "");
	credential = req->credential;
	if (play.kind != ERROR_NONE) {
		error_set(e, play.kind, "no answer");
		e->retry_s = play.retry_s;
		return -1;
	}
	res->status = play.status;
	res->date = play.date != 0 ? play.date : NOW;
	res->body = strdup(play.body != NULL ? play.body : "");
	res->body_len = strlen(res->body);
	strcpy(res->request_id, "req-1");
	strcpy(res->content_type,
	    play.type != NULL ? play.type : "application/json");
	return 0;
}

static enum okta_session_result
ask(enum okta_session_do what, const char *value, struct api_session *s,
    struct error *e)
{
	struct secret secret = {0};
	enum okta_session_result r;

	assert_int_equal(secret_set(&secret, value, strlen(value)), 0);
	r = api_session_ask(3, HTTP_DAEMON, what, &secret, s, e);
	secret_clear(&secret);
	return r;
}

/* --- --- */

static void
test_answer_is_taken_apart(void **state)
{
	struct api_session s;
	struct error e = {0};

	(void)state;
	assert_int_equal(
	    api_session_parse(GOOD, sizeof(GOOD) - 1, NOW, &s, &e), 0);
	assert_string_equal(s.id.bytes, SID);
	assert_string_equal(s.user_id, "00u1");
	assert_string_equal(s.login, "a@b.c");
	assert_int_equal(s.is_active, 1);
	assert_int_equal(s.created, NOW);
	assert_int_equal(s.expires, NOW + 7200);
	assert_int_equal(s.life_s, 7200);
	api_session_clear(&s);
	assert_null(s.id.bytes);
	/* By Okta's clock it has lapsed, or has centuries. */
	assert_int_equal(
	    api_session_parse(GOOD, sizeof(GOOD) - 1, NOW + 7200, &s, &e), 0);
	assert_int_equal(s.life_s, 0);
	api_session_clear(&s);
	assert_int_equal(
	    api_session_parse(GOOD, sizeof(GOOD) - 1, 1, &s, &e), 0);
	assert_int_equal(s.life_s, 90 * 86400);
	api_session_clear(&s);
}

static void
test_what_is_for_people_is_taken_where_it_is_sound(void **state)
{
	static const char full[] = BODY(
	    EXPIRES ",\"status\":\"ACTIVE\",\"amr\":[\"pwd\",\"otp\"],"
		    "\"idp\":{\"id\":\"00o1\",\"type\":\"OKTA\"},"
		    "\"lastPasswordVerification\":\"2026-01-02T03:04:05.000Z\","
		    "\"lastFactorVerification\":null,\"mfaActive\":true");
	static const char odd[] = BODY(
	    EXPIRES ",\"status\":\"ACTIVE\",\"amr\":[7,\"a\\u001b[b\",null],"
		    "\"idp\":\"x\",\"lastPasswordVerification\":7,"
		    "\"lastFactorVerification\":\"soon\",\"mfaActive\":1");
	char many[1024] = "";
	struct api_session s;
	struct error e = {0};

	(void)state;
	assert_int_equal(
	    api_session_parse(full, sizeof(full) - 1, NOW, &s, &e), 0);
	assert_string_equal(s.amr, "pwd otp");
	assert_string_equal(s.idp_id, "00o1");
	assert_string_equal(s.idp_type, "OKTA");
	assert_int_equal(s.password_at, NOW);
	assert_int_equal(s.factor_at, 0);
	assert_int_equal(s.has_mfa, 1);
	api_session_clear(&s);
	assert_int_equal(
	    api_session_parse(odd, sizeof(odd) - 1, NOW, &s, &e), 0);
	assert_string_equal(s.amr, "a?[b");
	assert_string_equal(s.idp_id, "");
	assert_int_equal(s.password_at, 0);
	assert_int_equal(s.factor_at, 0);
	assert_int_equal(s.has_mfa, 0);
	api_session_clear(&s);
	/* More than there is room for. */
	strcat(many,
	    "{\"id\":\"102\",\"userId\":\"00u1\",\"status\":\"ACTIVE\"" EXPIRES
	    ",\"amr\":[\"w\"");
	for (int i = 0; i < 80; i++)
		strcat(many, ",\"way\"");
	strcat(many, "]}");
	assert_int_equal(api_session_parse(many, strlen(many), NOW, &s, &e), 0);
	assert_int_equal(strncmp(s.amr, "w way way ", 10), 0);
	assert_true(strlen(s.amr) < sizeof(s.amr));
	api_session_clear(&s);
}

static void
test_less_than_a_session_is_none(void **state)
{
	static const char *const bad[] = {"", "[]", "{}", "null", "\"x\"",
	    BODY(""), BODY(EXPIRES), BODY(",\"status\":\"ACTIVE\""),
	    BODY(EXPIRES ",\"status\":7"),
	    BODY(",\"expiresAt\":7,\"status\":\"ACTIVE\""),
	    BODY(",\"expiresAt\":\"soon\",\"status\":\"ACTIVE\""),
	    BODY(EXPIRES ",\"status\":\"ACTIVE\",\"errorCode\":\"E\""),
	    BODY(EXPIRES ",\"status\":\"ACTIVE\",\"id\":\"102b\""),
	    "{\"id\":\"a b\",\"userId\":\"00u1\"" EXPIRES
	    ",\"status\":\"ACTIVE\"}",
	    "{\"id\":\"102a\"" EXPIRES ",\"status\":\"ACTIVE\"}",
	    "{\"userId\":\"00u1\"" EXPIRES ",\"status\":\"ACTIVE\"}"};
	struct api_session s;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		e = (struct error){0};
		if (api_session_parse(bad[i], strlen(bad[i]), NOW, &s, &e) == 0)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(e.kind, ERROR_PROTOCOL);
		assert_null(s.id.bytes);
		assert_null(strstr(e.text, SID));
	}
	assert_int_equal(
	    api_session_parse(GOOD, sizeof(GOOD) - 1, 0, &s, &e), -1);
}

static void
test_each_request_as_okta_wants_it(void **state)
{
	static const struct {
		enum okta_session_do what;
		const char *value, *method, *path, *sent;
		int status;
	} rows[] = {
	    {OKTA_SESSION_MAKE, "2011\"1", "POST", "/api/v1/sessions",
		"{\"sessionToken\":\"2011\\\"1\"}", 200},
	    {OKTA_SESSION_LOOK, SID, "GET", "/api/v1/sessions/" SID, "", 200},
	    {OKTA_SESSION_REFRESH, SID, "POST",
		"/api/v1/sessions/" SID "/lifecycle/refresh", "", 200},
	    {OKTA_SESSION_END, SID, "DELETE", "/api/v1/sessions/" SID, "", 204},
	};
	struct api_session s;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&play, 0, sizeof(play));
		play.status = rows[i].status;
		play.body = rows[i].status == 200 ? GOOD : "";
		assert_int_equal(ask(rows[i].what, rows[i].value, &s, &e),
		    OKTA_SESSION_GOOD);
		assert_string_equal(method, rows[i].method);
		assert_string_equal(path, rows[i].path);
		assert_string_equal(sent, rows[i].sent);
		assert_int_equal(credential, HTTP_DAEMON);
		assert_null(strstr(shown, SID));
		assert_int_equal(s.id.bytes != NULL, rows[i].status == 200);
		assert_string_equal(s.request_id, "req-1");
		api_session_clear(&s);
	}
	/* What is no id never leaves, and no token that is no text. */
	path[0] = '\0';
	assert_int_equal(
	    ask(OKTA_SESSION_END, "me/../x", &s, &e), OKTA_SESSION_NO);
	assert_int_equal(ask(OKTA_SESSION_END, "", &s, &e), OKTA_SESSION_NO);
	assert_int_equal(
	    ask(OKTA_SESSION_MAKE, "\xff\xfe", &s, &e), OKTA_SESSION_NO);
	assert_string_equal(path, "");
}

static void
test_what_came_of_it_and_never_the_id(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum error_kind kind;
		enum okta_session_result result, of_end;
	} rows[] = {
	    {404, NOT_FOUND, 0, OKTA_SESSION_GONE, OKTA_SESSION_GONE},
	    /* Of somebody in between, not of Okta. */
	    {404, "<html>", 0, OKTA_SESSION_UNSURE, OKTA_SESSION_UNSURE},
	    {404, "", 0, OKTA_SESSION_UNSURE, OKTA_SESSION_UNSURE},
	    {404, OKTA("E0000008"), 0, OKTA_SESSION_NO, OKTA_SESSION_NO},
	    {401, OKTA("E0000004"), 0, OKTA_SESSION_NO, OKTA_SESSION_NO},
	    {401, OKTA("E0000011"), 0, OKTA_SESSION_NO, OKTA_SESSION_NO},
	    {403, OKTA("E0000005"), 0, OKTA_SESSION_NO, OKTA_SESSION_NO},
	    {403, OKTA("E0000007"), 0, OKTA_SESSION_NO, OKTA_SESSION_NO},
	    {409, OKTA("E0000112"), 0, OKTA_SESSION_LATER, OKTA_SESSION_LATER},
	    {500, OKTA("E0000009"), 0, OKTA_SESSION_UNSURE,
		OKTA_SESSION_UNSURE},
	    {200, "{", 0, OKTA_SESSION_UNSURE, OKTA_SESSION_GOOD},
	    {200, "", 0, OKTA_SESSION_UNSURE, OKTA_SESSION_GOOD},
	    {204, "", 0, OKTA_SESSION_UNSURE, OKTA_SESSION_GOOD},
	    {0, NULL, ERROR_OFFLINE, OKTA_SESSION_LATER, OKTA_SESSION_LATER},
	    {0, NULL, ERROR_RETRY, OKTA_SESSION_LATER, OKTA_SESSION_LATER},
	    {0, NULL, ERROR_CONFIG, OKTA_SESSION_NO, OKTA_SESSION_NO},
	    {0, NULL, ERROR_DENIED, OKTA_SESSION_NO, OKTA_SESSION_NO},
	    {0, NULL, ERROR_SCOPE, OKTA_SESSION_NO, OKTA_SESSION_NO},
	    {0, NULL, ERROR_PROTOCOL, OKTA_SESSION_UNSURE, OKTA_SESSION_UNSURE},
	    {0, NULL, ERROR_SYSTEM, OKTA_SESSION_UNSURE, OKTA_SESSION_UNSURE},
	};
	struct api_session s;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&play, 0, sizeof(play));
		play.status = rows[i].status;
		play.body = rows[i].body;
		play.kind = rows[i].kind;
		for (int what = OKTA_SESSION_MAKE; what < OKTA_SESSION_DO_COUNT;
		     what++) {
			enum okta_session_result r =
			    ask((enum okta_session_do)what, SID, &s, &e);
			enum okta_session_result wanted =
			    what == OKTA_SESSION_END ? rows[i].of_end
						     : rows[i].result;

			if (r != wanted)
				fail_msg("HTTP %d %s of %d is %d", play.status,
				    play.body, what, r);
			assert_null(s.id.bytes);
			assert_null(strstr(e.text, "canary"));
			assert_int_equal(
			    e.text[0] == '\0', r == OKTA_SESSION_GOOD);
		}
	}
	memset(&play, 0, sizeof(play));
	play.status = 404;
	play.body = NOT_FOUND;
	ask(OKTA_SESSION_LOOK, SID, &s, &e);
	assert_string_equal(e.text,
	    "GET /api/v1/sessions/{id}: HTTP 404 E0000007 (request req-1)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_answer_is_taken_apart),
	    cmocka_unit_test(
		test_what_is_for_people_is_taken_where_it_is_sound),
	    cmocka_unit_test(test_less_than_a_session_is_none),
	    cmocka_unit_test(test_each_request_as_okta_wants_it),
	    cmocka_unit_test(test_what_came_of_it_and_never_the_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
