/* Proofs of possession (libokta/dpop.c). Whether they are good is judged by
 * another hand: tests/emulator/okta/dpop.py, in the scenarios. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "dpop.h"
#include "json.h"
#include "jwt.h"

static int has_random = 1;

ssize_t __real_getrandom(void *p, size_t len, unsigned int flags);
ssize_t __wrap_getrandom(void *p, size_t len, unsigned int flags);

ssize_t
__wrap_getrandom(void *p, size_t len, unsigned int flags)
{
	if (has_random)
		return __real_getrandom(p, len, flags);
	errno = ENOSYS;
	return -1;
}

static struct json_object *
part(const struct secret *proof, int which)
{
	unsigned char text[4096];
	struct json_object *doc = NULL;
	const char *p = proof->bytes;
	struct error e;
	int len;

	for (; which > 0; which--)
		p = strchr(p, '.') + 1;
	len = jwt_base64url_decode(text, sizeof(text), p, strcspn(p, "."));
	assert_true(len > 0);
	assert_int_equal(
	    json_parse((const char *)text, (size_t)len, "part", &doc, &e), 0);
	return doc;
}

static void
assert_text(struct json_object *o, const char *key, const char *want)
{
	char text[512];

	assert_int_equal(json_get_string(o, key, text, sizeof(text)), 1);
	assert_string_equal(text, want);
}

static void
test_proof_says_what_it_is_for(void **state)
{
	struct json_object *head, *claims, *jwk = NULL, *other;
	struct secret token = {0}, proof = {0}, second = {0};
	struct dpop d = {0};
	char jti[64], text[64];
	struct error e;
	int64_t issued;

	(void)state;
	/* The example of RFC 9449, section 7.1. */
	secret_set(&token, "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU", 43);
	assert_int_equal(dpop_renew(&d, &e), 0);
	assert_int_equal(
	    dpop_proof(&d, "GET", "https://a.test/api/v1/users?limit=2&after=x",
		&token, 1000000, &proof, &e),
	    0);
	head = part(&proof, 0);
	claims = part(&proof, 1);
	assert_text(head, "typ", "dpop+jwt");
	assert_text(head, "alg", "ES256");
	assert_int_equal(json_get_object(head, "jwk", &jwk), 1);
	assert_text(jwk, "kty", "EC");
	assert_text(jwk, "crv", "P-256");
	assert_false(json_object_object_get_ex(jwk, "d", &other));
	assert_text(claims, "htm", "GET");
	assert_text(claims, "htu", "https://a.test/api/v1/users");
	assert_text(
	    claims, "ath", "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
	assert_int_equal(json_get_i64(claims, "iat", 1, 2000000, &issued), 1);
	assert_int_equal(issued, 1000000 - 5);
	assert_false(json_object_object_get_ex(claims, "nonce", &other));
	assert_int_equal(json_get_string(claims, "jti", jti, sizeof(jti)), 1);
	json_free(claims);
	json_free(head);

	/* The next has a jti of its own, and the nonce by then; at the token
	 * endpoint there is no token to hash. */
	assert_int_equal(dpop_take_nonce(&d, "n-1"), 1);
	assert_int_equal(dpop_take_nonce(&d, "n-1"), 0);
	assert_int_equal(
	    dpop_proof(&d, "POST", "https://a.test/oauth2/v1/token", NULL,
		1000000, &second, &e),
	    0);
	claims = part(&second, 1);
	assert_text(claims, "nonce", "n-1");
	assert_false(json_object_object_get_ex(claims, "ath", &other));
	assert_int_equal(json_get_string(claims, "jti", text, sizeof(text)), 1);
	assert_string_not_equal(text, jti);
	json_free(claims);
	secret_clear(&proof);
	secret_clear(&second);
	secret_clear(&token);
	dpop_clear(&d);
	assert_null(d.key);
	assert_int_equal(d.nonce[0], '\0');
}

static void
test_each_key_is_another(void **state)
{
	struct dpop d = {0};
	char first[256];
	struct error e;

	(void)state;
	assert_int_equal(dpop_take_nonce(&d, "kept"), 1);
	assert_int_equal(dpop_renew(&d, &e), 0);
	snprintf(first, sizeof(first), "%s", d.jwk);
	assert_int_equal(dpop_renew(&d, &e), 0);
	assert_string_not_equal(first, d.jwk);
	assert_string_equal(d.nonce, "kept");
	dpop_clear(&d);
}

static void
test_foreign_nonces(void **state)
{
	static const char *const bad[] = {
	    "", "a b", "a\"b", "a\\b", "a\tb", "\x80", "a\nb", NULL};
	char longest[DPOP_NONCE_MAX + 2];
	struct dpop d = {0};

	(void)state;
	assert_int_equal(dpop_take_nonce(&d, "eyJ7S_zG.eyJH0-Z.HX4w~7v=!"), 1);
	for (int i = 0; bad[i] != NULL; i++)
		assert_int_equal(dpop_take_nonce(&d, bad[i]), 0);
	memset(longest, 'n', sizeof(longest));
	longest[DPOP_NONCE_MAX + 1] = '\0';
	assert_int_equal(dpop_take_nonce(&d, longest), 0);
	assert_string_equal(d.nonce, "eyJ7S_zG.eyJH0-Z.HX4w~7v=!");
	longest[DPOP_NONCE_MAX] = '\0';
	assert_int_equal(dpop_take_nonce(&d, longest), 1);
}

static void
test_what_can_not_be_proven(void **state)
{
	struct secret proof = {0};
	struct dpop d = {0};
	struct error e = {0};
	char url[4000];

	(void)state;
	assert_int_equal(
	    dpop_proof(&d, "GET", "https://a", NULL, 1, &proof, &e), -1);
	assert_int_equal(dpop_renew(&d, &e), 0);
	assert_int_equal(
	    dpop_proof(&d, "GET", "https://a/\"x", NULL, 1, &proof, &e), -1);
	assert_int_equal(
	    dpop_proof(&d, "G\"", "https://a/x", NULL, 1, &proof, &e), -1);
	memset(url, 'u', sizeof(url));
	url[sizeof(url) - 1] = '\0';
	assert_int_equal(dpop_proof(&d, "GET", url, NULL, 1, &proof, &e), -1);
	has_random = 0;
	assert_int_equal(
	    dpop_proof(&d, "GET", "https://a/x", NULL, 1, &proof, &e), -1);
	has_random = 1;
	assert_null(proof.bytes);
	assert_int_equal(
	    dpop_proof(&d, "GET", "https://a/x", NULL, 1, &proof, &e), 0);
	secret_clear(&proof);
	dpop_clear(&d);
}

static void
test_answers_about_proofs(void **state)
{
	static const struct {
		int status;
		const char *header, *body;
		enum dpop_word word;
	} rows[] = {
	    {400, "", "{\"error\":\"use_dpop_nonce\"}", DPOP_NONCE},
	    {400, "", "{\"error\":\"invalid_dpop_proof\"}", DPOP_PROOF},
	    {401, "DPoP algs=\"ES256\", error=\"use_dpop_nonce\"", "",
		DPOP_NONCE},
	    {400, "DPoP error=\"invalid_dpop_proof\"", "", DPOP_PROOF},
	    {401, "DPoP error=\"invalid_token\"", "", DPOP_FINE},
	    {400, "", "{\"error\":\"invalid_request\"}", DPOP_FINE},
	    {400, "", "{\"errorCode\":\"use_dpop_nonce\"}", DPOP_FINE},
	    {200, "DPoP error=\"use_dpop_nonce\"", "", DPOP_FINE},
	    {403, "", "{\"error\":\"use_dpop_nonce\"}", DPOP_FINE},
	    {500, "", "{\"error\":\"use_dpop_nonce\"}", DPOP_FINE},
	    {400, "", "use_dpop_nonce", DPOP_FINE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_response res = {.status = rows[i].status};

		strcpy(res.www_authenticate, rows[i].header);
		res.body = (char *)(uintptr_t)rows[i].body;
		res.body_len = strlen(rows[i].body);
		assert_int_equal(dpop_judge(&res), rows[i].word);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_proof_says_what_it_is_for),
	    cmocka_unit_test(test_each_key_is_another),
	    cmocka_unit_test(test_foreign_nonces),
	    cmocka_unit_test(test_what_can_not_be_proven),
	    cmocka_unit_test(test_answers_about_proofs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
