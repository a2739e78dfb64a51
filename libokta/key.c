#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "jwt.h"
#include "key.h"

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 16384 };

/* RFC 7518 section 3.1; the curve is fixed for each ES algorithm (3.4). */
static const struct algorithm {
	const char *name;
	const char *digest;
	const char *curve; /* OpenSSL's name; NULL: RSA */
	const char *crv; /* the JWK's name */
	size_t order_bytes; /* of r and of s */
} algorithms[] = {
    {"RS256", "SHA256", NULL, NULL, 0},
    {"RS384", "SHA384", NULL, NULL, 0},
    {"RS512", "SHA512", NULL, NULL, 0},
    {"ES256", "SHA256", "prime256v1", "P-256", 32},
    {"ES384", "SHA384", "secp384r1", "P-384", 48},
    {"ES512", "SHA512", "secp521r1", "P-521", 66},
};

struct key {
	EVP_PKEY *pkey;
	const struct algorithm *algorithm;
};

/* OpenSSL's reason without its file names; empties its queue. */
static int
openssl_error(struct error *e, enum error_kind kind, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	error_set(e, kind, "%s: %s", what,
	    reason != NULL ? reason : "OpenSSL gives no reason");
	ERR_clear_error();
	return -1;
}

/* Called where a key is encrypted: there is nobody to ask. */
static int
no_passphrase(char *buf, int size, int rwflag, void *asked)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	*(int *)asked = 1;
	return -1;
}

static EVP_PKEY *
read_pem(const struct secret *pem, struct error *e)
{
	EVP_PKEY *pkey = NULL;
	BIO *bio = NULL;
	int asked = 0;

	if (pem->bytes != NULL && pem->len < (1 << 20))
		bio = BIO_new_mem_buf(pem->bytes, (int)pem->len);
	if (bio != NULL)
		pkey =
		    PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &asked);
	BIO_free(bio);
	if (asked) {
		EVP_PKEY_free(pkey);
		ERR_clear_error();
		error_set(e, ERROR_CONFIG,
		    "the key is protected by a "
		    "passphrase; run: openssl pkey -in FILE -out NEW");
		return NULL;
	}
	if (pkey == NULL) {
		ERR_clear_error();
		error_set(e, ERROR_CONFIG,
		    "holds no private key in PEM form; "
		    "a JWK is turned into one by: oktactl key import FILE");
	}
	return pkey;
}

static int
fits(const struct algorithm *a, const EVP_PKEY *pkey)
{
	char curve[64] = "";

	if (a->curve == NULL)
		return EVP_PKEY_is_a(pkey, "RSA");
	return EVP_PKEY_is_a(pkey, "EC") &&
	    EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME,
		curve, sizeof(curve), NULL) == 1 &&
	    strcmp(curve, a->curve) == 0;
}

/* The algorithm asked for, or the first that fits the key. */
static const struct algorithm *
choose(const char *name, const EVP_PKEY *pkey, struct error *e)
{
	size_t n = sizeof(algorithms) / sizeof(algorithms[0]);

	for (size_t i = 0; i < n; i++) {
		const struct algorithm *a = &algorithms[i];

		if ((name == NULL || strcmp(name, a->name) == 0) &&
		    fits(a, pkey))
			return a;
	}
	if (name != NULL)
		error_set(e, ERROR_CONFIG,
		    "the key does not fit the "
		    "algorithm %s; delete that line to go by the key",
		    name);
	else
		error_set(e, ERROR_CONFIG,
		    "neither an RSA key nor an EC key "
		    "on P-256, P-384 or P-521");
	return NULL;
}

static int
check_strength(const EVP_PKEY *pkey, struct error *e)
{
	int bits = EVP_PKEY_get_bits(pkey);

	if (EVP_PKEY_is_a(pkey, "RSA") &&
	    (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX))
		return error_set(e, ERROR_CONFIG,
		    "an RSA key of %d bits; "
		    "make one of %d to %d",
		    bits, RSA_BITS_MIN, RSA_BITS_MAX);
	return 0;
}

int
key_load(const struct secret *pem, const char *algorithm, struct key **out,
    struct error *e)
{
	struct key *k = calloc(1, sizeof(*k));

	*out = NULL;
	if (k == NULL)
		return error_errno(e, "private key");
	k->pkey = read_pem(pem, e);
	if (k->pkey == NULL || check_strength(k->pkey, e) != 0 ||
	    (k->algorithm = choose(algorithm, k->pkey, e)) == NULL) {
		key_free(k);
		return -1;
	}
	*out = k;
	return 0;
}

int
key_generate(struct key **out, struct error *e)
{
	struct key *k = calloc(1, sizeof(*k));

	*out = NULL;
	if (k == NULL)
		return error_errno(e, "new key");
	k->pkey = EVP_EC_gen("P-256");
	if (k->pkey == NULL)
		openssl_error(e, ERROR_SYSTEM, "new key");
	else
		k->algorithm = choose(NULL, k->pkey, e);
	if (k->algorithm == NULL) {
		key_free(k);
		return -1;
	}
	*out = k;
	return 0;
}

void
key_free(struct key *k)
{
	if (k != NULL)
		EVP_PKEY_free(k->pkey); /* wipes the private numbers */
	free(k);
}

const char *
key_algorithm(const struct key *k)
{
	return k->algorithm->name;
}

/* DER of ECDSA-Sig-Value to r || s, both padded to the order (RFC 7518
 * section 3.4). */
static int
raw_from_der(const struct key *k, unsigned char *sig, size_t *len)
{
	const unsigned char *p = sig;
	size_t half = k->algorithm->order_bytes;
	ECDSA_SIG *parts = d2i_ECDSA_SIG(NULL, &p, (long)*len);
	int ok;

	ok = parts != NULL &&
	    BN_bn2binpad(ECDSA_SIG_get0_r(parts), sig, (int)half) >= 0 &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(parts), sig + half, (int)half) >= 0;
	ECDSA_SIG_free(parts);
	*len = 2 * half;
	return ok;
}

int
key_sign(const struct key *k, const void *p, size_t len, unsigned char *sig,
    size_t *sig_len, struct error *e)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok;

	*sig_len = KEY_SIGNATURE_MAX;
	ok = ctx != NULL &&
	    EVP_DigestSignInit_ex(ctx, NULL, k->algorithm->digest, NULL, NULL,
		k->pkey, NULL) == 1 &&
	    EVP_DigestSign(ctx, sig, sig_len, p, len) == 1 &&
	    (k->algorithm->curve == NULL || raw_from_der(k, sig, sig_len));
	EVP_MD_CTX_free(ctx);
	if (!ok) {
		*sig_len = 0;
		return openssl_error(e, ERROR_SYSTEM, "signing");
	}
	return 0;
}

/* ---- the public half ---- */

/* `"name":"<base64url>"` of a number, padded to size bytes (0: as short as it
 * is). */
static int
put_number(const struct key *k, const char *param, const char *name,
    size_t size, struct buf *out)
{
	unsigned char bytes[RSA_BITS_MAX / 8];
	char text[4 * ((sizeof(bytes) + 2) / 3) + 1];
	BIGNUM *n = NULL;
	int len = -1;

	if (EVP_PKEY_get_bn_param(k->pkey, param, &n) == 1 &&
	    BN_num_bytes(n) <= (int)sizeof(bytes))
		len = size == 0 ? BN_bn2bin(n, bytes)
				: BN_bn2binpad(n, bytes, (int)size);
	BN_free(n);
	if (len < 0)
		return -1;
	jwt_base64url(text, bytes, (size_t)len);
	return buf_printf(out, "\"%s\":\"%s\"", name, text);
}

int
key_public_jwk(
    const struct key *k, const char *kid, struct buf *out, struct error *e)
{
	const struct algorithm *a = k->algorithm;
	int bad;

	buf_puts(out, "{");
	if (kid != NULL && kid[0] != '\0')
		buf_printf(out, "\"kid\":\"%s\",", kid);
	buf_printf(out, "\"use\":\"sig\",\"alg\":\"%s\",", a->name);
	if (a->curve == NULL) {
		buf_puts(out, "\"kty\":\"RSA\",");
		bad = put_number(k, OSSL_PKEY_PARAM_RSA_N, "n", 0, out);
		buf_puts(out, ",");
		bad |= put_number(k, OSSL_PKEY_PARAM_RSA_E, "e", 0, out);
	} else {
		buf_printf(out, "\"kty\":\"EC\",\"crv\":\"%s\",", a->crv);
		bad = put_number(
		    k, OSSL_PKEY_PARAM_EC_PUB_X, "x", a->order_bytes, out);
		buf_puts(out, ",");
		bad |= put_number(
		    k, OSSL_PKEY_PARAM_EC_PUB_Y, "y", a->order_bytes, out);
	}
	bad |= buf_puts(out, "}");
	return bad ? openssl_error(e, ERROR_SYSTEM, "public key") : 0;
}
