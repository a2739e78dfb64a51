/* When a token is minted, held, dropped and refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "token.h"

static char *const scopes[] = {(char *)(uintptr_t) "okta.groups.read",
    (char *)(uintptr_t) "okta.users.read", NULL};

static struct http_response
answer(int status, const char *body)
{
	struct http_response res = {.status = status,
	    .content_type = "application/json",
	    .body = (char *)(uintptr_t)body,
	    .body_len = strlen(body)};

	return res;
}

static int
accept_body(
    struct token *t, const char *body, uint64_t started, struct error *e)
{
	char copy[512];
	struct http_response res;

	snprintf(copy, sizeof(copy), "%s", body);
	res = answer(200, copy);
	return token_accept(t, &res, scopes, 0, started, e);
}

static const char good[] =
    "{\"token_type\":\"Bearer\",\"expires_in\":3600,"
    "\"access_token\":\"eyJ.a-b_c\",\"scope\":\"okta.users.read"
    " okta.groups.read\"}";

static void
test_one_mint_serves_all_who_wait(void **state)
{
	struct token t = {0};
	struct error e;

	(void)state;
	assert_int_equal(token_ask(&t, 1000), TOKEN_MINT);
	for (int i = 0; i < 64; i++)
		assert_int_equal(token_ask(&t, 1000), TOKEN_WAIT);
	assert_int_equal(accept_body(&t, good, 1000, &e), 0);
	assert_int_equal(token_ask(&t, 1000), TOKEN_READY);
	assert_string_equal(t.value.bytes, "eyJ.a-b_c");
	assert_string_equal(t.missing, "");
	token_clear(&t);
}

static void
test_token_is_held_until_60_s_before_it_expires(void **state)
{
	struct token t = {0};
	struct error e;

	(void)state;
	token_ask(&t, 1000);
	assert_int_equal(accept_body(&t, good, 1000, &e), 0);
	assert_int_equal(token_ask(&t, 1000 + 3539999), TOKEN_READY);
	assert_int_equal(token_ask(&t, 1000 + 3540000), TOKEN_MINT);
	assert_int_equal(token_ask(&t, 1000 + 3540000), TOKEN_WAIT);
	token_clear(&t);
}

static void
test_short_token_is_used_for_half_its_life(void **state)
{
	struct token t = {0};
	struct error e;

	(void)state;
	token_ask(&t, 0);
	assert_int_equal(
	    accept_body(&t,
		"{\"token_type\":\"Bearer\","
		"\"expires_in\":30,\"access_token\":\"a\",\"scope\":\"x\"}",
		0, &e),
	    0);
	assert_int_equal(token_ask(&t, 14999), TOKEN_READY);
	assert_int_equal(token_ask(&t, 15000), TOKEN_MINT);
	token_clear(&t);
}

static void
test_partial_grant_names_what_is_missing(void **state)
{
	struct token t = {0};
	struct error e;

	(void)state;
	token_ask(&t, 0);
	assert_int_equal(accept_body(&t,
			     "{\"token_type\":\"Bearer\","
			     "\"expires_in\":3600,\"access_token\":\"a\","
			     "\"scope\":\"okta.users.readx okta.groups.read\"}",
			     0, &e),
	    0);
	assert_string_equal(t.missing, "okta.users.read");
	token_clear(&t);
}

/* The 200 that is not a token answer, in every form (T90). */
static void
test_other_200_is_no_token(void **state)
{
	static const char *const bad[] = {"", "{}", "[]", "null", "\"token\"",
	    "<html>welcome</html>", "{\"access_token\":\"a\"}",
	    "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"scope\":\"x\"}",
	    "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":"
	    "7,\"scope\":\"x\"}",
	    "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":"
	    "\"\",\"scope\":\"x\"}",
	    "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":"
	    "\"a\\r\\nX: y\",\"scope\":\"x\"}",
	    "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":"
	    "\"a b\",\"scope\":\"x\"}",
	    "{\"token_type\":\"Bearer\",\"expires_in\":\"3600\","
	    "\"access_token\":\"a\",\"scope\":\"x\"}",
	    "{\"token_type\":\"Bearer\",\"expires_in\":0,\"access_token\":"
	    "\"a\",\"scope\":\"x\"}",
	    "{\"token_type\":\"Bearer\",\"expires_in\":-1,\"access_token\":"
	    "\"a\",\"scope\":\"x\"}",
	    "{\"token_type\":\"Bearer\",\"expires_in\":1e9,\"access_token\":"
	    "\"a\",\"scope\":\"x\"}",
	    "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":"
	    "\"a\",\"scope\":[\"x\"]}",
	    "{\"token_type\":\"DPoP\",\"expires_in\":3600,\"access_token\":"
	    "\"a\",\"scope\":\"x\"}",
	    "{\"errorCode\":\"E0000009\",\"errorSummary\":\"x\"}",
	    "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":"
	    "\"a\",\"scope\":\"x\"",
	    "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":"
	    "\"a\",\"access_token\":\"b\",\"scope\":\"x\"}"};
	struct token t = {0};
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		token_ask(&t, 0);
		if (accept_body(&t, bad[i], 0, &e) == 0)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(t.state, TOKEN_MINTING);
		assert_null(t.value.bytes);
		assert_true(e.kind == ERROR_PROTOCOL || e.kind == ERROR_CONFIG);
	}
	token_clear(&t);
}

static void
test_failed_mint_is_not_repeated_at_once(void **state)
{
	struct error e = {.kind = ERROR_CONFIG, .text = "no key"};
	struct token t = {0};

	(void)state;
	assert_int_equal(token_ask(&t, 0), TOKEN_MINT);
	token_fail(&t, 100, &e);
	assert_int_equal(token_ask(&t, 100), TOKEN_FAILED);
	assert_string_equal(t.failure.text, "no key");
	assert_int_equal(token_ask(&t, 100 + 4999), TOKEN_FAILED);
	assert_int_equal(token_ask(&t, 100 + 5000), TOKEN_MINT);
	e.kind = ERROR_RETRY;
	e.retry_s = 17;
	token_fail(&t, 6000, &e);
	assert_int_equal(token_ask(&t, 6000 + 16999), TOKEN_FAILED);
	assert_int_equal(token_ask(&t, 6000 + 17000), TOKEN_MINT);
	token_clear(&t);
}

static void
test_only_a_401_about_the_token_drops_it(void **state)
{
	static const struct {
		int status;
		const char *www, *body;
		int is_refused;
	} cases[] = {
	    {401, "Bearer realm=\"x\", error=\"invalid_token\"", "", 1},
	    {401, "", "{\"errorCode\":\"E0000011\"}", 1},
	    {401, "Bearer error=invalid_token", "{\"errorCode\":\"E0000015\"}",
		1},
	    {401, "Bearer error=\"insufficient_scope\"",
		"{\"errorCode\":\"E0000011\"}", 0},
	    {401, "", "{\"errorCode\":\"E0000015\"}", 0},
	    {401, "", "{\"errorCode\":\"E0000004\"}", 0}, {401, "", "", 0},
	    {401, "", "<html>", 0},
	    {403, "Bearer error=\"invalid_token\"", "", 0},
	    {403, "", "{\"errorCode\":\"E0000011\"}", 0},
	    {200, "", "{\"errorCode\":\"E0000011\"}", 0},
	    {401, "Bearer title=\"error=invalid_token\"", "", 0}};
	struct http_response res;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		res = answer(cases[i].status, cases[i].body);
		strcpy(res.www_authenticate, cases[i].www);
		if (token_is_refused(&res) != cases[i].is_refused)
			fail_msg("case %zu", i);
	}
}

static void
test_refused_token_is_dropped_once(void **state)
{
	struct token t = {0};
	struct error e;
	uint32_t first;

	(void)state;
	token_ask(&t, 1000);
	accept_body(&t, good, 1000, &e);
	first = t.generation;
	assert_int_equal(token_drop(&t, first, 2000), 1);
	assert_null(t.value.bytes);
	/* The others who had it, find it gone: they wait for the next one. */
	assert_int_equal(token_drop(&t, first, 2000), 1);
	assert_int_equal(token_ask(&t, 2000), TOKEN_MINT);
	assert_int_equal(token_drop(&t, first, 2000), 1);
	assert_int_equal(token_ask(&t, 2000), TOKEN_WAIT);
	accept_body(&t, good, 2000, &e);
	assert_int_equal(token_drop(&t, first, 2100), 1);
	assert_int_equal(token_ask(&t, 2100), TOKEN_READY);
	/* The new one is refused as well: the answer stands, no storm. */
	assert_int_equal(token_drop(&t, t.generation, 3000), 0);
	assert_int_equal(token_ask(&t, 3000), TOKEN_READY);
	assert_int_equal(token_drop(&t, t.generation, 2000 + 60000), 1);
	token_clear(&t);
}

static void
test_reset_forgets_token_and_failure(void **state)
{
	struct error e = {.kind = ERROR_CONFIG};
	struct token t = {0};

	(void)state;
	token_ask(&t, 0);
	accept_body(&t, good, 0, &e);
	token_reset(&t);
	assert_null(t.value.bytes);
	assert_int_equal(token_ask(&t, 0), TOKEN_MINT);
	token_reset(&t);
	assert_int_equal(token_ask(&t, 0), TOKEN_WAIT);
	token_fail(&t, 0, &e);
	token_reset(&t);
	assert_int_equal(token_ask(&t, 0), TOKEN_MINT);
	token_clear(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_mint_serves_all_who_wait),
	    cmocka_unit_test(test_token_is_held_until_60_s_before_it_expires),
	    cmocka_unit_test(test_short_token_is_used_for_half_its_life),
	    cmocka_unit_test(test_partial_grant_names_what_is_missing),
	    cmocka_unit_test(test_other_200_is_no_token),
	    cmocka_unit_test(test_failed_mint_is_not_repeated_at_once),
	    cmocka_unit_test(test_only_a_401_about_the_token_drops_it),
	    cmocka_unit_test(test_refused_token_is_dropped_once),
	    cmocka_unit_test(test_reset_forgets_token_and_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
