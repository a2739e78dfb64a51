/*
 * Answers of the OAuth endpoints: which words mean what, and that nothing but a
 * 200 with a good ID token is tokens (T19, T90).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api_oidc.h"
#include "jwt.h"

#define ISSUER "https://acme.okta.com"
#define CLIENT "0oaLinuxHosts00000001"
#define USER "00ualice0000000000001"

static const struct id_token_wanted wanted = {
    .issuer = ISSUER, .client_id = CLIENT, .now = 1000000};
static struct oidc_answer answer;
static struct error error;

static const char *
good_token(void)
{
	static const char head[] = "{\"alg\":\"RS256\"}";
	static const char claims[] =
	    "{\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT "\",\"sub\":\"" USER
	    "\",\"exp\":1003600,\"iat\":1000000,\"amr\":[\"pwd\",\"otp\"]}";
	static char text[1024];
	size_t len = jwt_base64url(text, head, strlen(head));

	text[len++] = '.';
	len += jwt_base64url(text + len, claims, strlen(claims));
	strcpy(text + len, ".c2ln");
	return text;
}

static int
take(int status, const char *type, const char *body)
{
	struct http_response res = {.status = status,
	    .body = strdup(body),
	    .body_len = strlen(body),
	    .request_id = "req1"};
	int rc;

	oidc_clear(&answer);
	error = (struct error){0};
	snprintf(res.content_type, sizeof(res.content_type), "%s", type);
	rc = oidc_take_token(&res, &wanted, &answer, &error);
	http_response_free(&res);
	if (answer.result != OIDC_TOKENS)
		assert_string_equal(answer.id.subject, "");
	return rc;
}

static int
take_json(int status, const char *body)
{
	return take(status, "application/json", body);
}

static const char *
with_token(const char *before, const char *after)
{
	static char body[4096];

	snprintf(body, sizeof(body), "{%s\"id_token\":\"%s\"%s}", before,
	    good_token(), after);
	return body;
}

static void
test_tokens_are_a_200_with_a_good_id_token(void **state)
{
	static const char bearer[] =
	    "\"token_type\":\"Bearer\",\"access_token\":\"a\",";

	(void)state;
	assert_int_equal(take_json(200, with_token(bearer, "")), 0);
	assert_int_equal(answer.result, OIDC_TOKENS);
	assert_string_equal(answer.id.subject, USER);
	assert_string_equal(answer.request_id, "req1");
	assert_int_equal(
	    take(200, "application/json;charset=UTF-8", with_token(bearer, "")),
	    0);
	for (int status = 100; status < 600; status++)
		if (status != 200) {
			take_json(status, with_token(bearer, ""));
			assert_int_not_equal(answer.result, OIDC_TOKENS);
		}
}

static void
test_nothing_like_it_is_tokens_T90(void **state)
{
	static const char bearer[] = "\"token_type\":\"Bearer\",";
	static const char *const bodies[] = {"", "{}", "[]", "null", "x",
	    "{\"token_type\":\"Bearer\",\"access_token\":\"a\"}",
	    "{\"token_type\":\"Bearer\",\"id_token\":null}",
	    "{\"token_type\":\"Bearer\",\"id_token\":\"\"}",
	    "{\"token_type\":\"Bearer\",\"id_token\":\"a.b.c\"}",
	    "{\"token_type\":\"Bearer\",\"id_token\":[]}",
	    "{\"status\":\"SUCCESS\",\"sessionToken\":\"x\"}"};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		assert_int_equal(take_json(200, bodies[i]), -1);
		assert_int_equal(answer.result, OIDC_OTHER);
	}
	assert_int_equal(
	    take_json(200, with_token(bearer, ",\"error\":\"x\"")), -1);
	assert_int_equal(
	    take_json(200, with_token(bearer, ",\"errorCode\":\"E\"")), -1);
	assert_int_equal(take_json(200, with_token("", "")), -1);
	assert_int_equal(
	    take_json(200, with_token("\"token_type\":\"N_A\",", "")), -1);
	assert_int_equal(
	    take_json(200, with_token("\"token_type\":1,", "")), -1);
	assert_int_equal(take(200, "text/html", with_token(bearer, "")), -1);
	assert_int_equal(take(200, "", with_token(bearer, "")), -1);
	assert_int_equal(take_json(200,
			     with_token("\"token_type\":\"Bearer\","
					"\"id_token\":\"a.b.c\",",
				 "")),
	    -1);
	assert_int_equal(answer.result, OIDC_OTHER);
}

static void
test_each_word_means_one_thing(void **state)
{
	static const struct {
		const char *word;
		int status;
		enum oidc_result result;
	} rows[] = {
	    {"authorization_pending", 400, OIDC_PENDING},
	    {"slow_down", 400, OIDC_SLOW_DOWN},
	    {"invalid_grant", 400, OIDC_WRONG},
	    {"invalid_grant", 429, OIDC_LIMITED},
	    {"access_denied", 400, OIDC_DENIED},
	    {"access_denied", 401, OIDC_DENIED},
	    {"access_denied", 403, OIDC_DENIED},
	    {"expired_token", 400, OIDC_EXPIRED},
	    {"too_many_user_codes", 429, OIDC_LIMITED},
	    {"invalid_client", 401, OIDC_SETTINGS},
	    {"unauthorized_client", 400, OIDC_SETTINGS},
	    {"unsupported_grant_type", 400, OIDC_SETTINGS},
	    {"invalid_request", 400, OIDC_SETTINGS},
	    {"invalid_scope", 400, OIDC_SETTINGS},
	    {"invalid_dpop_proof", 400, OIDC_SETTINGS},
	    {"use_dpop_nonce", 400, OIDC_SETTINGS},
	    {"Authorization_pending", 400, OIDC_OTHER},
	    {"authorization_pending ", 400, OIDC_OTHER},
	    {"success", 400, OIDC_OTHER},
	    {"", 400, OIDC_OTHER},
	};
	char body[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(body, sizeof(body),
		    "{\"error\":\"%s\",\"error_description\":\"d\\u001b\"}",
		    rows[i].word);
		assert_int_equal(take_json(rows[i].status, body), 0);
		if (answer.result != rows[i].result)
			fail_msg("%s", rows[i].word);
		assert_string_equal(answer.said, "d?");
	}
	/* The org's own limit, in Okta's words; an answer of somebody else. */
	assert_int_equal(take_json(429, "{\"errorCode\":\"E0000047\"}"), 0);
	assert_int_equal(answer.result, OIDC_LIMITED);
	assert_int_equal(take(429, "text/html", "<html>"), 0);
	assert_int_equal(answer.result, OIDC_LIMITED);
	assert_int_equal(take_json(400, "{\"errorCode\":\"E0000001\"}"), -1);
	assert_int_equal(take(403, "text/html", "<html>"), -1);
	/* Words of a status that has none. */
	for (int status = 500; status < 505; status++)
		assert_int_equal(take_json(status,
				     "{\"error\":\"mfa_required\","
				     "\"mfa_token\":\"t\"}"),
		    -1);
	assert_int_equal(answer.result, OIDC_OTHER);
}

static void
test_mfa_required_needs_its_403_and_its_token(void **state)
{
	static const char *const bad[] = {"{\"error\":\"mfa_required\"}",
	    "{\"error\":\"mfa_required\",\"mfa_token\":\"\"}",
	    "{\"error\":\"mfa_required\",\"mfa_token\":null}",
	    "{\"error\":\"mfa_required\",\"mfa_token\":1}",
	    "{\"error\":\"mfa_required\",\"mfa_token\":\"a b\"}",
	    "{\"error\":\"mfa_required\",\"mfa_token\":\"a\\n\"}"};

	(void)state;
	assert_int_equal(
	    take_json(403, "{\"error\":\"mfa_required\",\"mfa_token\":\"t1\"}"),
	    0);
	assert_int_equal(answer.result, OIDC_MFA_REQUIRED);
	assert_string_equal(answer.mfa_token.bytes, "t1");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		take_json(403, bad[i]);
		if (answer.result != OIDC_OTHER ||
		    answer.mfa_token.bytes != NULL)
			fail_msg("%s", bad[i]);
	}
	take_json(400, "{\"error\":\"mfa_required\",\"mfa_token\":\"t1\"}");
	assert_int_equal(answer.result, OIDC_OTHER);
	take_json(200, "{\"error\":\"mfa_required\",\"mfa_token\":\"t1\"}");
	assert_int_equal(answer.result, OIDC_OTHER);
	oidc_clear(&answer);
}

static int
take_oob(const char *body, const char *channel, struct oidc_oob *oob)
{
	return oidc_take_oob(body, strlen(body), channel, 1, oob, &error);
}

#define OOB                                                                 \
	"\"challenge_type\":\"http://auth0.com/oauth/grant-type/mfa-oob\"," \
	"\"oob_code\":\"c\""

static void
test_number_to_tap_may_be_text_or_number(void **state)
{
	struct oidc_oob oob;

	(void)state;
	assert_int_equal(take_oob("{" OOB ",\"channel\":\"push\",\"expires_in\""
				  ":300,\"interval\":5,\"binding_method\":"
				  "\"transfer\",\"binding_code\":\"05\"}",
			     "push", &oob),
	    0);
	assert_string_equal(oob.show, "05");
	assert_int_equal(oob.binding, OIDC_BINDING_SHOW);
	oidc_oob_clear(&oob);
	assert_int_equal(take_oob("{" OOB ",\"channel\":\"push\","
				  "\"binding_method\":\"transfer\","
				  "\"binding_code\":95}",
			     "push", &oob),
	    0);
	assert_string_equal(oob.show, "95");
	assert_int_equal(oob.interval_s, 5);
	assert_int_equal(oob.expires_s, 300);
	oidc_oob_clear(&oob);
	assert_int_equal(
	    take_oob("{" OOB ",\"channel\":\"sms\",\"binding_method\":"
		     "\"prompt\"}",
		"sms", &oob),
	    0);
	assert_int_equal(oob.binding, OIDC_BINDING_ASK);
	oidc_oob_clear(&oob);
}

static void
test_challenge_of_another_kind_is_refused(void **state)
{
	static const char *const bad[] = {"{}", "[]", "",
	    "{" OOB ",\"channel\":\"push\"}",
	    "{" OOB ",\"channel\":\"sms\",\"binding_method\":\"none\"}",
	    "{" OOB ",\"channel\":\"push\",\"binding_method\":\"prompt\"}",
	    "{" OOB ",\"channel\":\"push\",\"binding_method\":\"magic\"}",
	    "{" OOB ",\"channel\":\"push\",\"binding_method\":\"transfer\"}",
	    "{" OOB ",\"channel\":\"push\",\"binding_method\":\"transfer\","
	    "\"binding_code\":\"\"}",
	    "{" OOB ",\"channel\":\"push\",\"binding_method\":\"transfer\","
	    "\"binding_code\":\"9\\u001b[2J\"}",
	    "{" OOB ",\"channel\":\"push\",\"binding_method\":\"transfer\","
	    "\"binding_code\":\"1234567\"}",
	    "{" OOB ",\"channel\":\"push\",\"binding_method\":\"transfer\","
	    "\"binding_code\":-5}",
	    "{" OOB ",\"channel\":\"push\",\"binding_method\":\"none\","
	    "\"interval\":\"5\"}",
	    "{" OOB ",\"channel\":\"push\",\"binding_method\":\"none\","
	    "\"error\":\"x\"}",
	    "{\"challenge_type\":\"http://auth0.com/oauth/grant-type/mfa-otp\","
	    "\"oob_code\":\"c\",\"channel\":\"push\",\"binding_method\":"
	    "\"none\"}",
	    "{\"oob_code\":\"c\",\"channel\":\"push\",\"binding_method\":"
	    "\"none\"}",
	    "{\"challenge_type\":\"http://auth0.com/oauth/grant-type/mfa-oob\","
	    "\"channel\":\"push\",\"binding_method\":\"none\"}"};
	struct oidc_oob oob;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (take_oob(bad[i], "push", &oob) != -1 ||
		    oob.code.bytes != NULL)
			fail_msg("%s", bad[i]);
}

#define DEVICE                                                \
	"\"device_code\":\"d-1\",\"user_code\":\"KXQMWZPT\"," \
	"\"verification_uri\":\"https://acme.okta.com/activate\""

static void
test_device_shows_only_what_a_terminal_may_show_T27(void **state)
{
	static const char *const bad[] = {"{}", "[]",
	    "{\"device_code\":\"d\",\"user_code\":\"KXQMWZPT\"}",
	    "{\"device_code\":\"d\",\"user_code\":\"KX\\u001bQ\","
	    "\"verification_uri\":\"https://a.b/c\"}",
	    "{\"device_code\":\"d\",\"user_code\":\"ABC\","
	    "\"verification_uri\":\"https://a.b/c\"}",
	    "{\"device_code\":\"d\",\"user_code\":\"ABCDE\","
	    "\"verification_uri\":\"http://a.b/c\"}",
	    "{\"device_code\":\"d\",\"user_code\":\"ABCDE\","
	    "\"verification_uri\":\"https://a.b@evil/c\"}",
	    "{\"device_code\":\"d\",\"user_code\":\"ABCDE\","
	    "\"verification_uri\":\"https://a.b/ c\"}",
	    "{\"device_code\":\"d\",\"user_code\":\"ABCDE\","
	    "\"verification_uri\":\"javascript:x\"}",
	    "{\"device_code\":\"d\",\"user_code\":\"ABCDE\","
	    "\"verification_uri\":\"https://\"}",
	    "{\"device_code\":\"\",\"user_code\":\"ABCDE\","
	    "\"verification_uri\":\"https://a.b/c\"}",
	    "{" DEVICE ",\"verification_uri_complete\":\"ftp://x\"}",
	    "{" DEVICE ",\"verification_uri_complete\":1}",
	    "{" DEVICE ",\"expires_in\":0}", "{" DEVICE ",\"interval\":-1}",
	    "{" DEVICE ",\"error\":\"x\"}"};
	static const char good[] =
	    "{" DEVICE ",\"verification_uri_complete\":"
	    "\"https://acme.okta.com/activate?user_code=KXQMWZPT\","
	    "\"expires_in\":600,\"interval\":7}";
	struct oidc_device d;

	(void)state;
	assert_int_equal(oidc_take_device(good, strlen(good), &d, &error), 0);
	assert_string_equal(d.user_code, "KXQMWZPT");
	assert_string_equal(d.code.bytes, "d-1");
	assert_int_equal(d.interval_s, 7);
	oidc_device_clear(&d);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (oidc_take_device(bad[i], strlen(bad[i]), &d, &error) !=
			-1 ||
		    d.code.bytes != NULL || d.uri[0] != '\0')
			fail_msg("%s", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tokens_are_a_200_with_a_good_id_token),
	    cmocka_unit_test(test_nothing_like_it_is_tokens_T90),
	    cmocka_unit_test(test_each_word_means_one_thing),
	    cmocka_unit_test(test_mfa_required_needs_its_403_and_its_token),
	    cmocka_unit_test(test_number_to_tap_may_be_text_or_number),
	    cmocka_unit_test(test_challenge_of_another_kind_is_refused),
	    cmocka_unit_test(
		test_device_shows_only_what_a_terminal_may_show_T27),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
