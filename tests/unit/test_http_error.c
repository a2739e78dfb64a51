/*
 * What refusals are called: okta-api.md 1.2, 1.4 and 8.4, and every recorded
 * error and token answer where the recordings are beside the tree.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "http.h"
#include "token.h"

static struct http_response
answer(int status, const char *type, const char *www, const char *body)
{
	struct http_response res = {.status = status,
	    .body = (char *)(uintptr_t)body,
	    .body_len = strlen(body)};

	snprintf(res.content_type, sizeof(res.content_type), "%s", type);
	snprintf(res.www_authenticate, sizeof(res.www_authenticate), "%s", www);
	strcpy(res.request_id, "req1");
	return res;
}

static void
test_refusals_are_classed_by_code(void **state)
{
	static const char scope[] =
	    "Bearer authorization_uri=\"http://o/x\", "
	    "realm=\"http://o\", scope=\"okta.groups.read\", "
	    "error=\"insufficient_scope\", error_description=\"…\"";
	static const struct {
		int status;
		const char *www, *body;
		enum error_kind kind;
		const char *code, *part;
	} cases[] = {
	    {404, "",
		"{\"errorCode\":\"E0000007\",\"errorSummary\":\"Not "
		"found: x\",\"errorCauses\":[]}",
		ERROR_DENIED, "E0000007", "Not found: x"},
	    {403, "",
		"{\"errorCode\":\"E0000006\",\"errorSummary\":\"no\","
		"\"errorCauses\":[{\"errorSummary\":\"the cause\"}]}",
		ERROR_DENIED, "E0000006", "the cause"},
	    {401, "", "{\"errorCode\":\"E0000011\"}", ERROR_DENIED, "E0000011",
		"E0000011"},
	    {403, scope, "", ERROR_SCOPE, "insufficien",
		"lacks scope okta.groups.read"},
	    {401,
		"Bearer error=\"invalid_token\", error_description=\"The "
		"token has expired.\"",
		"", ERROR_DENIED, "invalid_tok", "The token has expired."},
	    {401, "",
		"{\"error\":\"invalid_client\",\"error_description\":"
		"\"kid\"}",
		ERROR_CONFIG, "invalid_cli", "invalid_client kid"},
	    {400, "", "{\"error\":\"consent_required\"}", ERROR_CONFIG,
		"consent_req", "consent_required"},
	    {400, "", "{\"error\":\"invalid_scope\"}", ERROR_CONFIG,
		"invalid_sco", "invalid_scope"},
	    {400, "", "{\"error\":\"temporarily_unavailable\"}", ERROR_RETRY,
		"temporarily", "temporarily"},
	    {403, "", "{\"error\":\"access_denied\"}", ERROR_DENIED,
		"access_deni", "access_denied"},
	    {429, "", "{\"errorCode\":\"E0000047\"}", ERROR_RETRY, "E0000047",
		"HTTP 429"},
	    {500, "", "{\"errorCode\":\"E0000009\"}", ERROR_RETRY, "E0000009",
		"HTTP 500"},
	    {502, "", "<html>", ERROR_RETRY, "", "HTTP 502"},
	    {423, "", "{\"errorCode\":\"E0000239\"}", ERROR_RETRY, "E0000239",
		"423"},
	    {409, "", "{\"errorCode\":\"E0000112\"}", ERROR_RETRY, "E0000112",
		"409"},
	    {404, "", "{\"status\":404,\"message\":\"Resource not found\"}",
		ERROR_PROTOCOL, "", "without an answer of Okta's"},
	    {403, "", "<html>blocked</html>", ERROR_PROTOCOL, "", "HTTP 403"},
	    {401, "", "", ERROR_PROTOCOL, "", "HTTP 401"},
	    {302, "", "", ERROR_PROTOCOL, "", "redirects are not followed"},
	    {204, "", "", ERROR_PROTOCOL, "", "HTTP 204"},
	    {400, "", "{\"errorCode\":7}", ERROR_PROTOCOL, "", "HTTP 400"},
	    {400, "", "{\"errorCode\":\"E0000001\",\"errorCauses\":{}}",
		ERROR_DENIED, "E0000001", "E0000001"},
	    {400, "", "{\"errorCode\":\"E0000001\",\"errorCauses\":[7]}",
		ERROR_DENIED, "E0000001", "E0000001"},
	};
	struct http_response res;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		res = answer(cases[i].status, "application/json", cases[i].www,
		    cases[i].body);
		assert_int_equal(http_error(&res, "list", &e), -1);
		if (e.kind != cases[i].kind ||
		    strcmp(e.okta_code, cases[i].code) != 0 ||
		    strstr(e.text, cases[i].part) == NULL)
			fail_msg("case %zu: kind %d code \"%s\": %s", i, e.kind,
			    e.okta_code, e.text);
		assert_int_equal(e.http_status, cases[i].status);
		assert_string_equal(e.request_id, "req1");
		assert_non_null(strstr(e.text, "(request req1)"));
		assert_true((e.kind == ERROR_RETRY) == (e.retry_s > 0));
	}
}

static void
test_text_can_not_reach_a_terminal(void **state)
{
	struct http_response res = answer(400, "application/json", "",
	    "{\"errorCode\":\"E0000001\",\"errorSummary\":"
	    "\"a\\u001b[2J\\r\\nb\\u202ec\"}");
	struct error e;

	(void)state;
	http_error(&res, "x", &e);
	assert_null(strpbrk(e.text, "\x1b\r\n"));
	assert_null(strstr(e.text, "\xe2\x80\xae"));
}

/* Okta's 404 repeats what was asked for, its header does so at every status. */
static void
test_terse_text_has_no_words_of_the_answer(void **state)
{
	static const struct {
		int status;
		const char *www, *body, *text;
	} rows[] = {
	    {404, "",
		"{\"errorCode\":\"E0000007\",\"errorSummary\":\"no canary\","
		"\"errorCauses\":[{\"errorSummary\":\"canary\"}]}",
		"x: HTTP 404 E0000007 (request req1)"},
	    {403,
		"Bearer scope=\"okta.sessions.read\", "
		"error=\"insufficient_scope\", error_description=\"canary\", "
		"resource=\"/api/v1/sessions/canary\"",
		"",
		"x: HTTP 403, the token lacks scope okta.sessions.read "
		"(request req1)"},
	    {401,
		"Bearer error=\"invalid_token\", error_description=\"canary\"",
		"", "x: HTTP 401 invalid_token (request req1)"},
	};
	struct http_response res;
	struct error e, full;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		res = answer(rows[i].status, "application/json", rows[i].www,
		    rows[i].body);
		assert_int_equal(http_error_terse(&res, "x", &e), -1);
		assert_string_equal(e.text, rows[i].text);
		http_error(&res, "x", &full);
		assert_int_equal(e.kind, full.kind);
		assert_string_equal(e.okta_code, full.okta_code);
	}
}

static void
test_200_that_is_not_json_is_refused(void **state)
{
	static const struct {
		int status;
		const char *type, *body;
		int is_good;
	} cases[] = {{200, "application/json", "[]", 1},
	    {200, "application/json;charset=UTF-8", "[]", 1},
	    {200, "Application/JSON ; x=y", "[]", 1},
	    {200, "application/json", "", 0}, {200, "", "[]", 0},
	    {200, "text/html", "[]", 0}, {200, "application/jsonp", "[]", 0},
	    {200, "text/plain; application/json", "[]", 0},
	    {201, "application/json", "[]", 0},
	    {204, "application/json", "", 0},
	    {206, "application/json", "[]", 0},
	    {302, "application/json", "[]", 0}};
	struct http_response res;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		res = answer(cases[i].status, cases[i].type, "", cases[i].body);
		e.kind = ERROR_NONE;
		if ((http_expect_json(&res, "x", &e) == 0) != cases[i].is_good)
			fail_msg("case %zu", i);
		assert_true(cases[i].is_good || e.kind == ERROR_PROTOCOL);
	}
}

static void
test_auth_parameters_are_found_outside_quotes_only(void **state)
{
	char text[32];

	(void)state;
	assert_int_equal(http_auth_param("Bearer a=\"x, error=\\\"no\\\"\","
					 " ERROR = b, error=yes",
			     "error", text, sizeof(text)),
	    1);
	assert_string_equal(text, "yes");
	assert_int_equal(
	    http_auth_param("DPoP error=\"a b\"", "error", text, sizeof(text)),
	    1);
	assert_string_equal(text, "a b");
	assert_int_equal(
	    http_auth_param("Bearer terror=\"a\"", "error", text, sizeof(text)),
	    0);
	assert_int_equal(
	    http_auth_param("Bearer error=\"cut", "error", text, sizeof(text)),
	    1);
	assert_string_equal(text, "cut");
	assert_int_equal(http_auth_param("Bearer error=\"0123456789012345678"
					 "901234567890123456789\"",
			     "error", text, sizeof(text)),
	    1);
	assert_int_equal(strlen(text), sizeof(text) - 1);
	assert_int_equal(http_auth_param("", "error", text, sizeof(text)), 0);
	assert_string_equal(text, "");
}

/* The folder of the recordings, or NULL. */
static const char *
recordings(void)
{
	static char path[4096];
	const char *given = getenv("OKTA_RECORDED"), *top = getenv("srcdir");

	if (given != NULL)
		return given;
	snprintf(path, sizeof(path), "%s/../shared/recorded",
	    top != NULL ? top : ".");
	return path;
}

static void
take_recording(const char *path, int *classed, int *tokens, int *others)
{
	struct json_object *doc = json_object_from_file(path), *v;
	struct http_response res;
	struct token t = {.state = TOKEN_MINTING};
	const char *body = "";
	struct error e = {0};
	int status = 0;

	assert_non_null(doc);
	if (json_object_object_get_ex(doc, "status", &v))
		status = json_object_get_int(v);
	if (json_object_object_get_ex(doc, "body_text", &v) &&
	    json_object_get_string(v) != NULL)
		body = json_object_get_string(v);
	{
		char *copy = strdup(body);

		res = answer(status, "application/json", "", copy);
		if (strstr(path, "/token/") != NULL) {
			*tokens += token_accept(&t, &res, NULL, 1, 0, &e) == 0;
			token_clear(&t);
		} else if (status >= 400) {
			http_error(&res, "recorded", &e);
			if (e.kind == ERROR_PROTOCOL)
				print_message(
				    "not Okta's: %s: %s\n", path, e.text);
			*classed += e.kind == ERROR_DENIED ||
			    e.kind == ERROR_CONFIG || e.kind == ERROR_RETRY;
			*others += e.kind == ERROR_PROTOCOL;
		} else {
			print_message(
			    "no error: %s: status %d\n", path, status);
			*others += 1;
		}
		free(copy);
	}
	json_object_put(doc);
}

static int
take_folder(const char *name, int *classed, int *tokens, int *others)
{
	char path[8192];
	struct dirent *d;
	int files = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", recordings(), name);
	dir = opendir(path);
	if (dir == NULL)
		return -1;
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s", recordings(), name,
		    d->d_name);
		take_recording(path, classed, tokens, others);
		files++;
	}
	closedir(dir);
	return files;
}

static void
test_every_recorded_error_is_classed_and_every_token_read(void **state)
{
	int classed = 0, tokens = 0, others = 0, unused = 0, errors, answers;

	(void)state;
	errors = take_folder("errors", &classed, &tokens, &others);
	if (errors < 0) {
		print_message("no recordings in %s\n", recordings());
		skip();
	}
	answers = take_folder("token", &unused, &tokens, &unused);
	print_message("errors: %d files, %d classed, %d not Okta's; token: "
		      "%d files, %d tokens\n",
	    errors, classed, others, answers, tokens);
	assert_int_equal(classed + others, errors);
	assert_true(errors > 0 && others * 10 <= errors);
	/* One of the folder is a userinfo answer. */
	assert_int_equal(tokens, answers - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_refusals_are_classed_by_code),
	    cmocka_unit_test(test_text_can_not_reach_a_terminal),
	    cmocka_unit_test(test_terse_text_has_no_words_of_the_answer),
	    cmocka_unit_test(test_200_that_is_not_json_is_refused),
	    cmocka_unit_test(
		test_auth_parameters_are_found_outside_quotes_only),
	    cmocka_unit_test(
		test_every_recorded_error_is_classed_and_every_token_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
