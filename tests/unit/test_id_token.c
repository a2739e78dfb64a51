/*
 * ID tokens of the token endpoint: each claim that OpenID Connect Core
 * 3.1.3.7 tells to look at is broken in every way there is, and one good token
 * is good (T19, T97).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "id_token.h"
#include "jwt.h"

#define ISSUER "https://acme.okta.com"
#define CLIENT "0oaLinuxHosts00000001"
#define USER "00ualice0000000000001"
#define HEAD "{\"alg\":\"RS256\",\"kid\":\"k\"}"
#define ISS "\"iss\":\"" ISSUER "\""
#define AUD "\"aud\":\"" CLIENT "\""
#define SUB "\"sub\":\"" USER "\""
#define EXP "\"exp\":1003600"
#define IAT "\"iat\":1000000"
#define ALL ISS "," AUD "," SUB "," EXP "," IAT

enum { NOW = 1000000 };

static struct id_token token;
static struct error error;

/* The compact form of header and claims, with something for a signature. */
static char *
compact(const char *header, const char *claims, const char *signature)
{
	static char text[8192];
	size_t len = jwt_base64url(text, header, strlen(header));

	text[len++] = '.';
	len += jwt_base64url(text + len, claims, strlen(claims));
	snprintf(text + len, sizeof(text) - len, ".%s", signature);
	return text;
}

static int
read_text(const char *text, const char *nonce)
{
	const struct id_token_wanted wanted = {
	    .issuer = ISSUER, .client_id = CLIENT, .nonce = nonce, .now = NOW};

	error = (struct error){0};
	memset(&token, 'x', sizeof(token));
	return id_token_read(text, strlen(text), &wanted, &token, &error);
}

static int
read_claims(const char *claims)
{
	return read_text(compact(HEAD, claims, "c2ln"), NULL);
}

static void
refused(int rc, const char *what)
{
	static const struct id_token none;

	if (rc != -1)
		fail_msg("accepted: %s", what);
	assert_memory_equal(&token, &none, sizeof(none));
	assert_int_equal(error.kind, ERROR_PROTOCOL);
	assert_string_not_equal(error.text, "");
}

static void
test_token_with_every_claim_as_wanted_is_good(void **state)
{
	static const char *const good[] = {"{" ALL "}",
	    "{" ISS ",\"aud\":[\"" CLIENT "\"]," SUB "," EXP "," IAT "}",
	    "{" ALL ",\"azp\":\"" CLIENT "\"}", "{" ALL ",\"nbf\":1000000}",
	    "{" ALL ",\"ver\":1,\"jti\":\"ID.x\",\"at_hash\":\"x\"}",
	    "{" ISS "," AUD "," SUB ",\"exp\":1000001," IAT "}",
	    "{" ISS "," AUD "," SUB "," EXP ",\"iat\":1000300}",
	    "{" ISS "," AUD "," SUB "," EXP ",\"iat\":999700}"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (read_claims(good[i]) != 0)
			fail_msg("%s: %s", good[i], error.text);
		assert_string_equal(token.subject, USER);
		assert_int_equal(token.amr, 0);
	}
}

static void
test_wrong_claim_is_never_accepted_T19_T97(void **state)
{
	static const char *const bad[] = {/* issuer */
	    "{" AUD "," SUB "," EXP "," IAT "}",
	    "{\"iss\":\"https://evil.okta.com\"," AUD "," SUB "," EXP "," IAT
	    "}",
	    "{\"iss\":\"https://acme.okta.com/\"," AUD "," SUB "," EXP "," IAT
	    "}",
	    "{\"iss\":\"https://acme.okta.com/oauth2/default\"," AUD "," SUB
	    "," EXP "," IAT "}",
	    "{\"iss\":\"HTTPS://ACME.OKTA.COM\"," AUD "," SUB "," EXP "," IAT
	    "}",
	    "{\"iss\":\"http://acme.okta.com\"," AUD "," SUB "," EXP "," IAT
	    "}",
	    "{\"iss\":null," AUD "," SUB "," EXP "," IAT "}",
	    "{\"iss\":[\"" ISSUER "\"]," AUD "," SUB "," EXP "," IAT "}",
	    "{\"iss\":\"" ISSUER "\",\"iss\":\"" ISSUER "\"," AUD "," SUB
	    "," EXP "," IAT "}",
	    /* audience */
	    "{" ISS "," SUB "," EXP "," IAT "}",
	    "{" ISS ",\"aud\":\"0oaSomebodyElses0001\"," SUB "," EXP "," IAT
	    "}",
	    "{" ISS ",\"aud\":\"" CLIENT "x\"," SUB "," EXP "," IAT "}",
	    "{" ISS ",\"aud\":\"\"," SUB "," EXP "," IAT "}",
	    "{" ISS ",\"aud\":null," SUB "," EXP "," IAT "}",
	    "{" ISS ",\"aud\":[]," SUB "," EXP "," IAT "}",
	    "{" ISS ",\"aud\":[\"" CLIENT "\",\"0oaAnother\"]," SUB "," EXP
	    "," IAT "}",
	    "{" ISS ",\"aud\":[\"0oaAnother\",\"" CLIENT "\"]," SUB "," EXP
	    "," IAT "}",
	    "{" ISS ",\"aud\":[[\"" CLIENT "\"]]," SUB "," EXP "," IAT "}",
	    "{" ISS ",\"aud\":{\"" CLIENT "\":1}," SUB "," EXP "," IAT "}",
	    "{" ALL ",\"azp\":\"0oaAnother\"}", "{" ALL ",\"azp\":[]}",
	    /* times */
	    "{" ISS "," AUD "," SUB "," IAT "}",
	    "{" ISS "," AUD "," SUB ",\"exp\":1000000," IAT "}",
	    "{" ISS "," AUD "," SUB ",\"exp\":999999," IAT "}",
	    "{" ISS "," AUD "," SUB ",\"exp\":-1," IAT "}",
	    "{" ISS "," AUD "," SUB ",\"exp\":0," IAT "}",
	    "{" ISS "," AUD "," SUB ",\"exp\":\"1003600\"," IAT "}",
	    "{" ISS "," AUD "," SUB ",\"exp\":true," IAT "}",
	    "{" ISS "," AUD "," SUB ",\"exp\":1e400," IAT "}",
	    "{" ISS "," AUD "," SUB ",\"exp\":99999999999999999999," IAT "}",
	    "{" ISS "," AUD "," SUB "," EXP "}",
	    "{" ISS "," AUD "," SUB "," EXP ",\"iat\":999699}",
	    "{" ISS "," AUD "," SUB "," EXP ",\"iat\":1000301}",
	    "{" ISS "," AUD "," SUB "," EXP ",\"iat\":\"1000000\"}",
	    "{" ISS "," AUD "," SUB "," EXP ",\"iat\":null}",
	    "{" ALL ",\"nbf\":1000301}", "{" ALL ",\"nbf\":\"x\"}",
	    /* nonce: none was sent */
	    "{" ALL ",\"nonce\":\"n\"}", "{" ALL ",\"nonce\":\"\"}",
	    "{" ALL ",\"nonce\":1}",
	    /* subject */
	    "{" ISS "," AUD "," EXP "," IAT "}",
	    "{" ISS "," AUD ",\"sub\":\"\"," EXP "," IAT "}",
	    "{" ISS "," AUD ",\"sub\":null," EXP "," IAT "}",
	    "{" ISS "," AUD ",\"sub\":1," EXP "," IAT "}",
	    "{" ISS "," AUD ",\"sub\":\"alice@example.com\"," EXP "," IAT "}",
	    "{" ISS "," AUD ",\"sub\":[\"" USER "\"]," EXP "," IAT "}",
	    "{" ISS "," AUD "," SUB ",\"sub\":\"00ubob\"," EXP "," IAT "}",
	    /* amr */
	    "{" ALL ",\"amr\":\"pwd\"}", "{" ALL ",\"amr\":[1]}",
	    "{" ALL ",\"amr\":{\"pwd\":1}}", "{" ALL ",\"amr\":[null]}",
	    /* no claims at all */
	    "{}", "[]", "[" ISS "]", "null", "1", "\"x\"", "", "{",
	    "{" ALL "}{" ALL "}", "{" ALL "} x", "{" ALL ",}",
	    "{" ALL ",\"x\":\"\xff\"}"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(read_claims(bad[i]), bad[i]);
}

static void
test_header_must_be_of_oktas_one_algorithm_T97(void **state)
{
	static const char *const bad[] = {"{\"alg\":\"none\"}",
	    "{\"alg\":\"None\"}", "{\"alg\":\"\"}", "{\"alg\":null}", "{}",
	    "{\"alg\":\"HS256\"}", "{\"alg\":\"rs256\"}",
	    "{\"alg\":\"RS256 \"}", "{\"alg\":\"ES256\"}",
	    "{\"alg\":[\"RS256\"]}", "{\"alg\":\"none\",\"alg\":\"RS256\"}",
	    "{\"alg\":\"RS256\",\"crit\":[\"b64\"],\"b64\":false}",
	    "{\"alg\":\"RS256\",\"crit\":[]}", "[\"RS256\"]", "\"RS256\"", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(read_text(compact(bad[i], "{" ALL "}", "c2ln"), NULL),
		    bad[i]);
}

static void
test_form_is_three_parts_of_base64url_T97(void **state)
{
	char text[8192], *dot;

	(void)state;
	refused(read_text("", NULL), "nothing");
	refused(read_text(".", NULL), "a dot");
	refused(read_text("..", NULL), "two dots");
	refused(
	    read_text(compact(HEAD, "{" ALL "}", ""), NULL), "no signature");
	refused(read_text(compact(HEAD, "{" ALL "}", "c2ln.x"), NULL),
	    "four parts");
	refused(read_text(compact(HEAD, "{" ALL "}", "c2ln.x.y"), NULL),
	    "an encrypted one has five parts");
	strcpy(text, compact(HEAD, "{" ALL "}", "c2ln"));
	dot = strchr(text, '.');
	dot[5] = '+';
	refused(read_text(text, NULL), "a byte of the other base64");
	dot[5] = '=';
	refused(read_text(text, NULL), "padding");
	dot[5] = ' ';
	refused(read_text(text, NULL), "a space");
	strcpy(text, compact(HEAD, "{" ALL "}", "c2ln"));
	*strrchr(text, '.') = '\0';
	refused(read_text(text, NULL), "two parts");
}

static void
test_nonce_that_was_sent_must_come_back_T97(void **state)
{
	(void)state;
	assert_int_equal(
	    read_text(
		compact(HEAD, "{" ALL ",\"nonce\":\"n-1\"}", "c2ln"), "n-1"),
	    0);
	refused(read_text(compact(HEAD, "{" ALL "}", "c2ln"), "n-1"), "none");
	refused(read_text(compact(HEAD, "{" ALL ",\"nonce\":\"n-2\"}", "c2ln"),
		    "n-1"),
	    "another");
	refused(
	    read_text(
		compact(HEAD, "{" ALL ",\"nonce\":[\"n-1\"]}", "c2ln"), "n-1"),
	    "a list");
}

static void
test_amr_tells_one_factor_from_two(void **state)
{
	static const struct {
		const char *amr;
		int shows_two;
	} rows[] = {
	    {"[]", 0},
	    {"[\"pwd\"]", 0},
	    {"[\"otp\"]", 0},
	    {"[\"pwd\",\"pwd\"]", 0},
	    {"[\"pwd\",\"kba\"]", 0},
	    {"[\"otp\",\"sms\",\"swk\"]", 0},
	    {"[\"pwd\",\"geo\",\"user\",\"wia\",\"rba\",\"future\"]", 0},
	    {"[\"PWD\",\"OTP\",\"MFA\"]", 0},
	    {"[\"mfa \"]", 0},
	    {"[\"pwd\",\"otp\"]", 1},
	    {"[\"otp\",\"pwd\"]", 1},
	    {"[\"pwd\",\"swk\"]", 1},
	    {"[\"pwd\",\"hwk\"]", 1},
	    {"[\"pwd\",\"sms\"]", 1},
	    {"[\"hwk\",\"fpt\"]", 1},
	    {"[\"hwk\",\"pin\"]", 1},
	    {"[\"mfa\"]", 1},
	    {"[\"pwd\",\"mfa\",\"otp\"]", 1},
	};
	char claims[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(claims, sizeof(claims), "{" ALL ",\"amr\":%s}",
		    rows[i].amr);
		assert_int_equal(read_claims(claims), 0);
		if (id_token_shows_two(token.amr) != rows[i].shows_two)
			fail_msg("%s", rows[i].amr);
	}
	assert_int_equal(read_claims("{" ALL "}"), 0);
	assert_false(id_token_shows_two(token.amr));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_token_with_every_claim_as_wanted_is_good),
	    cmocka_unit_test(test_wrong_claim_is_never_accepted_T19_T97),
	    cmocka_unit_test(test_header_must_be_of_oktas_one_algorithm_T97),
	    cmocka_unit_test(test_form_is_three_parts_of_base64url_T97),
	    cmocka_unit_test(test_nonce_that_was_sent_must_come_back_T97),
	    cmocka_unit_test(test_amr_tells_one_factor_from_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
