/* A private JWK (RFC 7517, RFC 7518 section 6) becomes PEM, for oktactl. */
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "json.h"
#include "jwt.h"
#include "key.h"

enum { NUMBER_MAX = 4096 }; /* base64url digits of a number */

struct member {
	const char *name; /* in the JWK */
	const char *param; /* in OpenSSL */
};

/* RFC 7518 section 6.3.2 wants all of them or only d; OpenSSL signs faster
 * and checks more with all, so all are demanded. */
static const struct member rsa_members[] = {
    {"n", OSSL_PKEY_PARAM_RSA_N},
    {"e", OSSL_PKEY_PARAM_RSA_E},
    {"d", OSSL_PKEY_PARAM_RSA_D},
    {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
    {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
    {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
    {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};

enum { RSA_MEMBERS = sizeof(rsa_members) / sizeof(rsa_members[0]) };

static const struct curve {
	const char *crv, *group;
	size_t bytes;
} curves[] = {
    {"P-256", "prime256v1", 32},
    {"P-384", "secp384r1", 48},
    {"P-521", "secp521r1", 66},
};

static int
wrong(struct error *e, const char *member)
{
	return error_set(
	    e, ERROR_CONFIG, "JWK: \"%s\" is missing or wrong", member);
}

/* A base64url member as bytes; their number, or -1. */
static int
get_bytes(const struct json_object *jwk, const char *name,
    unsigned char bytes[NUMBER_MAX])
{
	char text[NUMBER_MAX];
	int len = -1;

	if (json_get_string(jwk, name, text, sizeof(text)) == 1)
		len =
		    jwt_base64url_decode(bytes, NUMBER_MAX, text, strlen(text));
	explicit_bzero(text, sizeof(text));
	return len;
}

static BIGNUM *
get_number(const struct json_object *jwk, const char *name)
{
	unsigned char bytes[NUMBER_MAX];
	int len = get_bytes(jwk, name, bytes);
	BIGNUM *n = len > 0 ? BN_secure_new() : NULL;

	if (n != NULL)
		n = BN_bin2bn(bytes, len, n);
	explicit_bzero(bytes, sizeof(bytes));
	return n;
}

static EVP_PKEY *
build(const char *type, OSSL_PARAM_BLD *bld)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return pkey;
}

static EVP_PKEY *
rsa_from_jwk(
    const struct json_object *jwk, OSSL_PARAM_BLD *bld, struct error *e)
{
	BIGNUM *numbers[RSA_MEMBERS] = {NULL};
	EVP_PKEY *pkey = NULL;
	size_t i;

	for (i = 0; i < RSA_MEMBERS; i++) {
		numbers[i] = get_number(jwk, rsa_members[i].name);
		if (numbers[i] == NULL ||
		    OSSL_PARAM_BLD_push_BN(
			bld, rsa_members[i].param, numbers[i]) != 1) {
			wrong(e, rsa_members[i].name);
			goto out;
		}
	}
	pkey = build("RSA", bld);
	if (pkey == NULL)
		error_set(e, ERROR_CONFIG, "JWK: the numbers make no RSA key");
out:
	for (i = 0; i < RSA_MEMBERS; i++)
		BN_clear_free(numbers[i]);
	return pkey;
}

/* The public point as 4 || x || y (SEC 1 section 2.3.3). */
static int
get_point(const struct json_object *jwk, const struct curve *c,
    unsigned char *point, struct error *e)
{
	static const char *const names[] = {"x", "y"};
	unsigned char bytes[NUMBER_MAX];

	point[0] = 4;
	for (size_t i = 0; i < 2; i++) {
		if (get_bytes(jwk, names[i], bytes) != (int)c->bytes)
			return wrong(e, names[i]);
		memcpy(point + 1 + i * c->bytes, bytes, c->bytes);
	}
	return 0;
}

static const struct curve *
get_curve(const struct json_object *jwk)
{
	char crv[16];

	if (json_get_string(jwk, "crv", crv, sizeof(crv)) != 1)
		return NULL;
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (strcmp(crv, curves[i].crv) == 0)
			return &curves[i];
	return NULL;
}

static EVP_PKEY *
ec_from_jwk(const struct json_object *jwk, OSSL_PARAM_BLD *bld, struct error *e)
{
	const struct curve *c = get_curve(jwk);
	unsigned char point[1 + 2 * 66];
	EVP_PKEY *pkey = NULL;
	BIGNUM *d = NULL;

	if (c == NULL)
		wrong(e, "crv");
	else if (get_point(jwk, c, point, e) != 0)
		;
	else if ((d = get_number(jwk, "d")) == NULL)
		wrong(e, "d");
	else if (OSSL_PARAM_BLD_push_utf8_string(
		     bld, OSSL_PKEY_PARAM_GROUP_NAME, c->group, 0) != 1 ||
	    OSSL_PARAM_BLD_push_octet_string(
		bld, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * c->bytes) != 1 ||
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, d) != 1 ||
	    (pkey = build("EC", bld)) == NULL)
		error_set(e, ERROR_CONFIG, "JWK: the numbers make no EC key");
	BN_clear_free(d);
	return pkey;
}

/* A pair whose halves do not belong together would sign for nothing. */
static int
check_pair(EVP_PKEY *pkey, struct error *e)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	int ok = ctx != NULL && EVP_PKEY_pairwise_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok ? 0
		  : error_set(e, ERROR_CONFIG,
			"JWK: the private and the "
			"public half do not belong together");
}

static int
write_pem(EVP_PKEY *pkey, struct secret *pem, struct error *e)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *text = NULL;
	long len = 0;
	int ok;

	ok = bio != NULL &&
	    PEM_write_bio_PKCS8PrivateKey(
		bio, pkey, NULL, NULL, 0, NULL, NULL) == 1 &&
	    (len = BIO_get_mem_data(bio, &text)) > 0 &&
	    secret_set(pem, text, (size_t)len) == 0;
	BIO_free(bio);
	return ok ? 0 : error_set(e, ERROR_SYSTEM, "JWK: can not write PEM");
}

int
key_from_jwk(const char *json, size_t len, struct secret *pem, char *kid,
    struct error *e)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	struct json_object *jwk = NULL;
	EVP_PKEY *pkey = NULL;
	char type[8];
	int r = -1;

	secret_clear(pem);
	kid[0] = '\0';
	if (bld == NULL) {
		error_set(e, ERROR_SYSTEM, "JWK: out of memory");
		goto out;
	}
	if (json_parse(json, len, "JWK", &jwk, e) != 0) {
		e->kind = ERROR_CONFIG;
		goto out;
	}
	if (json_get_string(jwk, "kid", kid, KEY_ID_MAX + 1) < 0) {
		wrong(e, "kid");
		goto out;
	}
	if (json_get_string(jwk, "kty", type, sizeof(type)) != 1)
		wrong(e, "kty");
	else if (strcmp(type, "RSA") == 0)
		pkey = rsa_from_jwk(jwk, bld, e);
	else if (strcmp(type, "EC") == 0)
		pkey = ec_from_jwk(jwk, bld, e);
	else
		wrong(e, "kty");
	if (pkey != NULL && check_pair(pkey, e) == 0 &&
	    write_pem(pkey, pem, e) == 0)
		r = 0;
out:
	EVP_PKEY_free(pkey);
	json_free(jwk);
	OSSL_PARAM_BLD_free(bld);
	ERR_clear_error();
	if (r != 0)
		kid[0] = '\0';
	return r;
}
