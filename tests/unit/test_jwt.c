/* Keys, signatures and client assertions, judged by OpenSSL's verifier. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* RAND_set_rand_method() is the one way to make OpenSSL's generator fail. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "json.h"
#include "jwt.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define TOKEN_URL "https://acme.okta.com/oauth2/v1/token"

static int random_fails;

/* The wrapped getrandom(2) of the linker's --wrap. */
ssize_t __real_getrandom(void *buf, size_t len, unsigned int flags);
ssize_t __wrap_getrandom(void *buf, size_t len, unsigned int flags);

ssize_t
__wrap_getrandom(void *buf, size_t len, unsigned int flags)
{
	if (random_fails == 1) {
		errno = ENOSYS;
		return -1;
	}
	if (random_fails == 2)
		return (ssize_t)len - 1;
	return __real_getrandom(buf, len, flags);
}

enum form {
	FORM_PKCS8,
	FORM_TRADITIONAL /* PKCS#1 for RSA, SEC1 for EC */
};

static EVP_PKEY *
make(const char *curve)
{
	static EVP_PKEY *rsa;
	EVP_PKEY *pkey;

	if (curve != NULL)
		pkey = EVP_EC_gen(curve);
	else {
		if (rsa == NULL)
			rsa = EVP_RSA_gen(2048);
		pkey = rsa;
		EVP_PKEY_up_ref(pkey);
	}
	assert_non_null(pkey);
	return pkey;
}

static void
to_pem(EVP_PKEY *pkey, enum form form, struct secret *pem)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	assert_int_equal(form == FORM_PKCS8
		? PEM_write_bio_PKCS8PrivateKey(
		      bio, pkey, NULL, NULL, 0, NULL, NULL)
		: PEM_write_bio_PrivateKey_traditional(
		      bio, pkey, NULL, NULL, 0, NULL, NULL),
	    1);
	len = BIO_get_mem_data(bio, &text);
	assert_int_equal(secret_set(pem, text, (size_t)len), 0);
	BIO_free(bio);
}

/* Verifies a JWS signature: for EC the raw pair goes back into DER first. */
static int
is_signed_by(EVP_PKEY *pkey, const char *digest, const void *p, size_t len,
    const unsigned char *sig, size_t sig_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char *der = NULL;
	ECDSA_SIG *parts = NULL;
	int der_len = 0, ok;

	if (EVP_PKEY_is_a(pkey, "EC")) {
		parts = ECDSA_SIG_new();
		ECDSA_SIG_set0(parts, BN_bin2bn(sig, (int)sig_len / 2, NULL),
		    BN_bin2bn(sig + sig_len / 2, (int)sig_len / 2, NULL));
		der_len = i2d_ECDSA_SIG(parts, &der);
		ECDSA_SIG_free(parts);
	}
	ok = EVP_DigestVerifyInit_ex(
		 ctx, NULL, digest, NULL, NULL, pkey, NULL) == 1 &&
	    EVP_DigestVerify(ctx, der != NULL ? der : sig,
		der != NULL ? (size_t)der_len : sig_len, p, len) == 1;
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	return ok;
}

static const struct row {
	const char *algorithm, *curve, *digest;
	size_t sig_len;
} rows[] = {
    {"RS256", NULL, "SHA256", 256},
    {"RS384", NULL, "SHA384", 256},
    {"RS512", NULL, "SHA512", 256},
    {"ES256", "P-256", "SHA256", 64},
    {"ES384", "P-384", "SHA384", 96},
    {"ES512", "P-521", "SHA512", 132},
};

static void
test_signatures_of_all_six_algorithms_verify(void **state)
{
	unsigned char sig[KEY_SIGNATURE_MAX];

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		const struct row *r = &rows[i / 2];
		EVP_PKEY *pkey = make(r->curve);
		struct secret pem = {0};
		struct key *k = NULL;
		struct error e = {0};
		size_t len;

		to_pem(pkey, i % 2 ? FORM_TRADITIONAL : FORM_PKCS8, &pem);
		if (key_load(&pem, r->algorithm, &k, &e) != 0)
			fail_msg("%s: %s", r->algorithm, e.text);
		assert_string_equal(key_algorithm(k), r->algorithm);
		/* Many times, since r and s are short now and then. */
		for (int n = 0; n < (r->curve != NULL ? 40 : 1); n++) {
			assert_int_equal(
			    key_sign(k, "text", 4, sig, &len, &e), 0);
			assert_int_equal(len, r->sig_len);
			assert_true(
			    is_signed_by(pkey, r->digest, "text", 4, sig, len));
			assert_false(
			    is_signed_by(pkey, r->digest, "texT", 4, sig, len));
		}
		key_free(k);
		secret_clear(&pem);
		EVP_PKEY_free(pkey);
	}
}

static void
test_key_decides_the_algorithm_and_refuses_others(void **state)
{
	static const struct {
		const char *curve, *asked, *given; /* given NULL: refused */
	} cases[] = {
	    {NULL, NULL, "RS256"},
	    {"P-256", NULL, "ES256"},
	    {"P-384", NULL, "ES384"},
	    {"P-521", NULL, "ES512"},
	    {NULL, "ES256", NULL},
	    {"P-256", "RS256", NULL},
	    {"P-256", "ES384", NULL},
	    {"P-384", "ES256", NULL},
	    {"secp256k1", NULL, NULL},
	    {NULL, "HS256", NULL},
	    {NULL, "PS256", NULL},
	    {NULL, "none", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		EVP_PKEY *pkey = make(cases[i].curve);
		struct secret pem = {0};
		struct error e = {0};
		struct key *k = NULL;
		int r;

		to_pem(pkey, FORM_PKCS8, &pem);
		r = key_load(&pem, cases[i].asked, &k, &e);
		if (cases[i].given == NULL) {
			assert_int_equal(r, -1);
			assert_null(k);
			assert_int_equal(e.kind, ERROR_CONFIG);
		} else {
			assert_int_equal(r, 0);
			assert_string_equal(key_algorithm(k), cases[i].given);
		}
		key_free(k);
		secret_clear(&pem);
		EVP_PKEY_free(pkey);
	}
}

static void
test_unusable_keys_are_refused_with_a_sentence_T96(void **state)
{
	struct secret pem = {0};
	struct error e = {0};
	struct key *k = NULL;
	EVP_PKEY *pkey = EVP_RSA_gen(1024);

	(void)state;
	to_pem(pkey, FORM_PKCS8, &pem);
	EVP_PKEY_free(pkey);
	assert_int_equal(key_load(&pem, NULL, &k, &e), -1);
	assert_non_null(strstr(e.text, "1024 bits"));
	pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	to_pem(pkey, FORM_PKCS8, &pem);
	EVP_PKEY_free(pkey);
	assert_int_equal(key_load(&pem, NULL, &k, &e), -1);
	assert_non_null(strstr(e.text, "neither an RSA key"));
	assert_int_equal(secret_set(&pem, "nonsense", 8), 0);
	assert_int_equal(key_load(&pem, NULL, &k, &e), -1);
	assert_non_null(strstr(e.text, "oktactl key import"));
	secret_clear(&pem);
	assert_int_equal(key_load(&pem, NULL, &k, &e), -1);
	assert_null(k);
}

static struct key *
any_key(EVP_PKEY **pkey)
{
	struct secret pem = {0};
	struct key *k = NULL;
	struct error e = {0};

	*pkey = make("P-256");
	to_pem(*pkey, FORM_PKCS8, &pem);
	assert_int_equal(key_load(&pem, NULL, &k, &e), 0);
	secret_clear(&pem);
	return k;
}

/* Decodes a part of the compact form as JSON. */
static struct json_object *
part(const char *text, size_t len)
{
	unsigned char bytes[4096];
	struct json_object *doc;
	struct error e = {0};
	int n = jwt_base64url_decode(bytes, sizeof(bytes), text, len);

	assert_true(n > 0);
	assert_int_equal(
	    json_parse((char *)bytes, (size_t)n, "jwt", &doc, &e), 0);
	return doc;
}

static void
assert_text(const struct json_object *o, const char *key, const char *value)
{
	char text[256];

	assert_int_equal(json_get_string(o, key, text, sizeof(text)), 1);
	assert_string_equal(text, value);
}

static void
test_assertion_claims_are_what_okta_demands_T96(void **state)
{
	const struct jwt_claims claims = {
	    "0oaAAAAAAAAAAAAAAAAA", TOKEN_URL, 1767323045, 1767323045 + 300};
	char jti[2][64] = {"", ""}, *dot;
	struct json_object *header, *payload;
	struct error e = {0};
	struct secret jwt = {0};
	unsigned char sig[256];
	EVP_PKEY *pkey;
	struct key *k = any_key(&pkey);
	int64_t n;
	int len;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    jwt_assertion(k, "kid-1", &claims, &jwt, &e), 0);
		dot = strchr(jwt.bytes, '.');
		header = part(jwt.bytes, (size_t)(dot - jwt.bytes));
		assert_text(header, "alg", "ES256");
		assert_text(header, "kid", "kid-1");
		payload = part(dot + 1, strcspn(dot + 1, "."));
		assert_text(payload, "iss", claims.client_id);
		assert_text(payload, "sub", claims.client_id);
		assert_text(payload, "aud", TOKEN_URL);
		assert_int_equal(
		    json_get_i64(payload, "iat", 0, INT64_MAX, &n), 1);
		assert_int_equal(n, claims.issued);
		assert_int_equal(
		    json_get_i64(payload, "exp", 0, INT64_MAX, &n), 1);
		assert_int_equal(n, claims.expires);
		assert_int_equal(
		    json_get_string(payload, "jti", jti[i], sizeof(jti[i])), 1);
		dot = strrchr(jwt.bytes, '.');
		len = jwt_base64url_decode(
		    sig, sizeof(sig), dot + 1, strlen(dot + 1));
		assert_int_equal(len, 64);
		assert_true(is_signed_by(pkey, "SHA256", jwt.bytes,
		    (size_t)(dot - jwt.bytes), sig, (size_t)len));
		json_free(header);
		json_free(payload);
	}
	assert_int_equal(strlen(jti[0]), 32);
	assert_string_not_equal(jti[0], jti[1]);
	secret_clear(&jwt);
	key_free(k);
	EVP_PKEY_free(pkey);
}

static void
test_assertion_never_lives_longer_than_five_minutes_T96(void **state)
{
	static const struct {
		int64_t issued, expires;
		const char *client, *audience;
		int is_good;
	} cases[] = {
	    {1767323045, 1767323345, "0oaA", TOKEN_URL, 1},
	    {1767323045, 1767323346, "0oaA", TOKEN_URL, 0},
	    {1767323045, 1767323045, "0oaA", TOKEN_URL, 0},
	    {1767323045, 1767323044, "0oaA", TOKEN_URL, 0},
	    {1767323045, INT64_MAX, "0oaA", TOKEN_URL, 0},
	    {0, 300, "0oaA", TOKEN_URL, 0},
	    {-5, 5, "0oaA", TOKEN_URL, 0},
	    {1767323045, 1767323345, "", TOKEN_URL, 0},
	    {1767323045, 1767323345, "0oa\",\"x\":\"", TOKEN_URL, 0},
	    {1767323045, 1767323345, "0oaA", "https://a/\\", 0},
	    {1767323045, 1767323345, "0oaA", "https://a/ b", 0},
	};
	struct secret jwt = {0};
	EVP_PKEY *pkey;
	struct key *k = any_key(&pkey);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct jwt_claims claims = {cases[i].client,
		    cases[i].audience, cases[i].issued, cases[i].expires};
		struct error e = {0};

		assert_int_equal(jwt_assertion(k, NULL, &claims, &jwt, &e),
		    cases[i].is_good ? 0 : -1);
		assert_int_equal(jwt.bytes != NULL, cases[i].is_good);
	}
	secret_clear(&jwt);
	key_free(k);
	EVP_PKEY_free(pkey);
}

static void
test_no_random_bytes_no_assertion_T98(void **state)
{
	const struct jwt_claims claims = {
	    "0oaA", TOKEN_URL, 1767323045, 1767323345};
	struct secret jwt = {0};
	EVP_PKEY *pkey;
	struct key *k = any_key(&pkey);

	(void)state;
	for (random_fails = 2; random_fails > 0; random_fails--) {
		struct error e = {0};

		assert_int_equal(jwt_assertion(k, NULL, &claims, &jwt, &e), -1);
		assert_null(jwt.bytes);
		assert_int_equal(e.kind, ERROR_SYSTEM);
		assert_non_null(strstr(e.text, "random"));
	}
	key_free(k);
	EVP_PKEY_free(pkey);
}

static int
no_bytes(unsigned char *buf, int num)
{
	(void)buf;
	(void)num;
	return 0;
}

static int
no_status(void)
{
	return 0;
}

/* An EC signature with a guessable nonce gives the private key away. */
static void
test_no_random_bytes_no_signature_T98(void **state)
{
	static const RAND_METHOD broken = {
	    .bytes = no_bytes, .pseudorand = no_bytes, .status = no_status};
	unsigned char sig[KEY_SIGNATURE_MAX];
	struct error e = {0};
	EVP_PKEY *pkey;
	struct key *k = any_key(&pkey);
	size_t len = 1;

	(void)state;
	assert_int_equal(RAND_set_rand_method(&broken), 1);
	assert_int_equal(key_sign(k, "text", 4, sig, &len, &e), -1);
	assert_int_equal(len, 0);
	assert_int_equal(e.kind, ERROR_SYSTEM);
	assert_int_equal(RAND_set_rand_method(RAND_OpenSSL()), 1);
	assert_int_equal(key_sign(k, "text", 4, sig, &len, &e), 0);
	key_free(k);
	EVP_PKEY_free(pkey);
}

static void
test_base64url(void **state)
{
	static const struct {
		const char *text;
		int len; /* -1: refused */
	} cases[] = {
	    {"", 0},
	    {"AA", 1},
	    {"AAA", 2},
	    {"AAAA", 3},
	    {"-_-_", 3},
	    {"A", -1},
	    {"AAAAA", -1},
	    {"AA==", -1},
	    {"AB", -1},
	    {"AAB", -1},
	    {"A+AA", -1},
	    {"A/AA", -1},
	    {"A AA", -1},
	    {"AA\n", -1},
	};
	unsigned char bytes[200], back[300];
	char text[300];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(jwt_base64url_decode(back, sizeof(back),
				     cases[i].text, strlen(cases[i].text)),
		    cases[i].len);
	for (size_t len = 0; len < sizeof(bytes); len++) {
		bytes[len] = (unsigned char)(len * 37 + 11);
		assert_int_equal(
		    jwt_base64url(text, bytes, len), (len * 8 + 5) / 6);
		assert_int_equal(jwt_base64url_decode(
				     back, sizeof(back), text, strlen(text)),
		    (int)len);
		assert_memory_equal(bytes, back, len);
		if (len > 0)
			assert_int_equal(jwt_base64url_decode(
					     back, len - 1, text, strlen(text)),
			    -1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_signatures_of_all_six_algorithms_verify),
	    cmocka_unit_test(test_key_decides_the_algorithm_and_refuses_others),
	    cmocka_unit_test(
		test_unusable_keys_are_refused_with_a_sentence_T96),
	    cmocka_unit_test(test_assertion_claims_are_what_okta_demands_T96),
	    cmocka_unit_test(
		test_assertion_never_lives_longer_than_five_minutes_T96),
	    cmocka_unit_test(test_no_random_bytes_no_assertion_T98),
	    cmocka_unit_test(test_no_random_bytes_no_signature_T98),
	    cmocka_unit_test(test_base64url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
