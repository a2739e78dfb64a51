/* Private JWKs into PEM, and public halves out again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "json.h"
#include "jwt.h"
#include "key.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct number {
	const char *name, *param;
};

static const struct number rsa_numbers[] = {
    {"n", OSSL_PKEY_PARAM_RSA_N},
    {"e", OSSL_PKEY_PARAM_RSA_E},
    {"d", OSSL_PKEY_PARAM_RSA_D},
    {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
    {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
    {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
    {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};

static const struct number ec_numbers[] = {
    {"x", OSSL_PKEY_PARAM_EC_PUB_X},
    {"y", OSSL_PKEY_PARAM_EC_PUB_Y},
    {"d", OSSL_PKEY_PARAM_PRIV_KEY},
};

static const struct curve {
	const char *crv, *algorithm;
	int bytes;
} curves[] = {
    {"P-256", "ES256", 32},
    {"P-384", "ES384", 48},
    {"P-521", "ES512", 66},
};

static void
put_number(struct buf *b, EVP_PKEY *pkey, const struct number *n, int bytes)
{
	unsigned char raw[512];
	char text[1024];
	BIGNUM *bn = NULL;
	int len;

	assert_int_equal(EVP_PKEY_get_bn_param(pkey, n->param, &bn), 1);
	len = bytes > 0 ? BN_bn2binpad(bn, raw, bytes) : BN_bn2bin(bn, raw);
	jwt_base64url(text, raw, (size_t)len);
	buf_printf(b, ",\"%s\":\"%s\"", n->name, text);
	BN_free(bn);
}

/* The JWK of a pair; the numbers named in skip are left out. */
static void
put_jwk(struct buf *b, EVP_PKEY *pkey, const struct curve *c, const char *skip)
{
	buf_printf(
	    b, "{\"kid\":\"kid-7\",\"kty\":\"%s\"", c == NULL ? "RSA" : "EC");
	if (c != NULL)
		buf_printf(b, ",\"crv\":\"%s\"", c->crv);
	for (size_t i = 0;
	     i < (c == NULL ? COUNT(rsa_numbers) : COUNT(ec_numbers)); i++) {
		const struct number *n =
		    c == NULL ? &rsa_numbers[i] : &ec_numbers[i];

		if (skip == NULL || strcmp(skip, n->name) != 0)
			put_number(b, pkey, n, c == NULL ? 0 : c->bytes);
	}
	buf_puts(b, "}");
}

/* What the loaded key says is its public half, compared with the pair. */
static void
assert_same_public(const struct secret *pem, EVP_PKEY *pkey,
    const struct curve *c, const char *algorithm)
{
	const struct number *numbers = c != NULL ? ec_numbers : rsa_numbers;
	struct key *k = NULL;
	struct error e = {0};
	struct buf said, number;

	assert_int_equal(key_load(pem, algorithm, &k, &e), 0);
	buf_init(&said, 1 << 16);
	buf_init(&number, 1 << 16);
	assert_int_equal(key_public_jwk(k, NULL, &said, &e), 0);
	for (size_t i = 0; i < 2; i++) { /* n and e, x and y */
		put_number(
		    &number, pkey, &numbers[i], c != NULL ? c->bytes : 0);
		assert_non_null(strstr(said.bytes, number.bytes));
		buf_clear(&number);
	}
	buf_clear(&said);
	key_free(k);
}

static void
test_jwk_becomes_the_same_key_in_pem(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(curves) + 1; i++) {
		const struct curve *c = i < COUNT(curves) ? &curves[i] : NULL;
		EVP_PKEY *pkey =
		    c != NULL ? EVP_EC_gen(c->crv) : EVP_RSA_gen(2048);
		char kid[KEY_ID_MAX + 1];
		struct secret pem = {0};
		struct error e = {0};
		struct buf jwk;

		buf_init(&jwk, 1 << 16);
		put_jwk(&jwk, pkey, c, NULL);
		if (key_from_jwk(jwk.bytes, jwk.len, &pem, kid, &e) != 0)
			fail_msg("%s: %s", c != NULL ? c->crv : "RSA", e.text);
		assert_string_equal(kid, "kid-7");
		assert_same_public(
		    &pem, pkey, c, c != NULL ? c->algorithm : "RS512");
		secret_clear(&pem);
		buf_clear(&jwk);
		EVP_PKEY_free(pkey);
	}
}

static void
assert_refused(const char *jwk, size_t len)
{
	char kid[KEY_ID_MAX + 1] = "old";
	struct secret pem = {0};
	struct error e = {0};

	if (key_from_jwk(jwk, len, &pem, kid, &e) == 0)
		fail_msg("taken: %.*s", (int)len, jwk);
	assert_null(pem.bytes);
	assert_string_equal(kid, "");
	assert_int_equal(e.kind, ERROR_CONFIG);
	assert_true(e.text[0] != '\0');
}

static void
test_jwk_without_one_of_its_numbers_is_refused(void **state)
{
	EVP_PKEY *rsa = EVP_RSA_gen(2048), *ec = EVP_EC_gen("P-256");
	struct buf jwk;

	(void)state;
	buf_init(&jwk, 1 << 16);
	for (size_t i = 0; i < COUNT(rsa_numbers); i++) {
		put_jwk(&jwk, rsa, NULL, rsa_numbers[i].name);
		assert_refused(jwk.bytes, jwk.len);
		buf_clear(&jwk);
	}
	for (size_t i = 0; i < COUNT(ec_numbers); i++) {
		put_jwk(&jwk, ec, &curves[0], ec_numbers[i].name);
		assert_refused(jwk.bytes, jwk.len);
		buf_clear(&jwk);
	}
	/* The numbers of another curve. */
	put_jwk(&jwk, ec, &curves[1], NULL);
	assert_refused(jwk.bytes, jwk.len);
	buf_clear(&jwk);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
}

/* The private number of one pair with the public point of another. */
static void
test_jwk_of_two_halves_is_refused(void **state)
{
	EVP_PKEY *one = EVP_EC_gen("P-256"), *other = EVP_EC_gen("P-256");
	struct buf jwk;

	(void)state;
	buf_init(&jwk, 1 << 16);
	buf_puts(&jwk, "{\"kty\":\"EC\",\"crv\":\"P-256\"");
	put_number(&jwk, one, &ec_numbers[0], 32);
	put_number(&jwk, one, &ec_numbers[1], 32);
	put_number(&jwk, other, &ec_numbers[2], 32);
	buf_puts(&jwk, "}");
	assert_refused(jwk.bytes, jwk.len);
	buf_clear(&jwk);
	EVP_PKEY_free(one);
	EVP_PKEY_free(other);
}

static void
test_what_is_no_private_jwk_is_refused(void **state)
{
	static const char *const texts[] = {
	    "",
	    "{}",
	    "[]",
	    "\"RSA\"",
	    "{\"kty\":\"RSA\"}",
	    "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
	    "{\"kty\":\"EC\"}",
	    "{\"kty\":\"EC\",\"crv\":\"P-256\"}",
	    "{\"kty\":\"EC\",\"crv\":\"secp256k1\"}",
	    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\",\"d\":\"AA\"}",
	    "{\"kty\":5}",
	    "{\"keys\":[]}",
	    "-----BEGIN PRIVATE KEY-----",
	    "{\"kty\":\"RSA\",\"kty\":\"EC\"}",
	    "{\"kty\":\"RSA\",\"kid\":5}",
	    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"!\",\"y\":\"!\"}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_refused(texts[i], strlen(texts[i]));
}

static void
test_public_jwk_holds_no_private_number(void **state)
{
	static const char *const private_names[] = {
	    "d", "p", "q", "dp", "dq", "qi", "k", "oth"};

	(void)state;
	for (size_t i = 0; i < COUNT(curves) + 1; i++) {
		const struct curve *c = i < COUNT(curves) ? &curves[i] : NULL;
		EVP_PKEY *pkey =
		    c != NULL ? EVP_EC_gen(c->crv) : EVP_RSA_gen(2048);
		char kid[KEY_ID_MAX + 1], text[1024];
		struct json_object *doc, *member;
		struct secret pem = {0};
		struct error e = {0};
		struct key *k = NULL;
		struct buf out;

		buf_init(&out, 1 << 16);
		put_jwk(&out, pkey, c, NULL);
		assert_int_equal(
		    key_from_jwk(out.bytes, out.len, &pem, kid, &e), 0);
		assert_int_equal(key_load(&pem, NULL, &k, &e), 0);
		buf_clear(&out);
		assert_int_equal(key_public_jwk(k, "kid-7", &out, &e), 0);
		assert_int_equal(
		    json_parse(out.bytes, out.len, "jwk", &doc, &e), 0);
		for (size_t n = 0; n < COUNT(private_names); n++)
			assert_int_equal(
			    json_get(doc, private_names[n], &member), 0);
		assert_int_equal(
		    json_get_string(doc, "kid", text, sizeof(text)), 1);
		assert_string_equal(text, "kid-7");
		assert_int_equal(json_get_string(doc, c != NULL ? "y" : "n",
				     text, sizeof(text)),
		    1);
		assert_int_equal(
		    strlen(text), c != NULL ? (c->bytes * 8 + 5) / 6 : 342);
		json_free(doc);
		key_free(k);
		secret_clear(&pem);
		buf_clear(&out);
		EVP_PKEY_free(pkey);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_jwk_becomes_the_same_key_in_pem),
	    cmocka_unit_test(test_jwk_without_one_of_its_numbers_is_refused),
	    cmocka_unit_test(test_jwk_of_two_halves_is_refused),
	    cmocka_unit_test(test_what_is_no_private_jwk_is_refused),
	    cmocka_unit_test(test_public_jwk_holds_no_private_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
