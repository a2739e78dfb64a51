#include "dpop.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "buf.h"
#include "jwt.h"

enum {
	BACK_S = 5, /* Okta allows no second of the future */
	PART_MAX = 2048,
	DIGEST = 32 /* SHA-256 */
};

int
dpop_renew(struct dpop *d, struct error *e)
{
	struct buf jwk;

	key_free(d->key);
	free(d->jwk);
	d->key = NULL;
	d->jwk = NULL;
	buf_init(&jwk, PART_MAX);
	if (key_generate(&d->key, e) != 0)
		return -1;
	if (key_public_jwk(d->key, NULL, &jwk, e) == 0 &&
	    (d->jwk = buf_take(&jwk)) != NULL)
		return 0;
	buf_clear(&jwk);
	key_free(d->key);
	d->key = NULL;
	return error_set(e, ERROR_SYSTEM, "DPoP: no public key");
}

void
dpop_clear(struct dpop *d)
{
	key_free(d->key);
	free(d->jwk);
	memset(d, 0, sizeof(*d));
}

int
dpop_take_nonce(struct dpop *d, const char *nonce)
{
	size_t len = strlen(nonce);

	if (len == 0 || len > DPOP_NONCE_MAX || strcmp(d->nonce, nonce) == 0)
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (nonce[i] <= ' ' || nonce[i] > '~' || nonce[i] == '"' ||
		    nonce[i] == '\\')
			return 0;
	}
	memcpy(d->nonce, nonce, len + 1);
	return 1;
}

static int
put_token_hash(struct buf *b, const struct secret *token, struct error *e)
{
	unsigned char digest[DIGEST];
	char text[4 * ((DIGEST + 2) / 3) + 1];

	if (EVP_Digest(token->bytes, token->len, digest, NULL, EVP_sha256(),
		NULL) != 1)
		return error_set(e, ERROR_SYSTEM, "DPoP: no SHA-256");
	jwt_base64url(text, digest, sizeof(digest));
	buf_printf(b, ",\"ath\":\"%s\"", text);
	return 0;
}

int
dpop_proof(const struct dpop *d, const char *method, const char *url,
    const struct secret *token, int64_t now, struct secret *out,
    struct error *e)
{
	struct buf header, payload;
	char jti[JWT_ID_SIZE];
	int rc = -1;

	secret_clear(out);
	if (d->key == NULL)
		return error_set(e, ERROR_SYSTEM, "DPoP: no key");
	if (!jwt_is_plain(method) || strpbrk(url, "\"\\") != NULL)
		return error_set(e, ERROR_SYSTEM, "DPoP: not a plain URL");
	if (jwt_id(jti, e) != 0)
		return -1;
	buf_init(&header, PART_MAX);
	buf_init(&payload, PART_MAX);
	buf_printf(&header, "{\"typ\":\"dpop+jwt\",\"alg\":\"%s\",\"jwk\":%s}",
	    key_algorithm(d->key), d->jwk);
	buf_printf(&payload,
	    "{\"htm\":\"%s\",\"htu\":\"%.*s\",\"iat\":%" PRId64
	    ",\"jti\":\"%s\"",
	    method, (int)strcspn(url, "?#"), url, now - BACK_S, jti);
	if (d->nonce[0] != '\0')
		buf_printf(&payload, ",\"nonce\":\"%s\"", d->nonce);
	if (token == NULL || put_token_hash(&payload, token, e) == 0) {
		buf_puts(&payload, "}");
		rc = jwt_sign(d->key, &header, &payload, out, e);
	}
	buf_clear(&header);
	buf_clear(&payload);
	return rc;
}

enum dpop_word
dpop_judge(const struct http_response *res)
{
	char word[64];

	if ((res->status != 400 && res->status != 401) ||
	    !http_oauth_word(res, word, sizeof(word)))
		return DPOP_FINE;
	if (strcmp(word, "use_dpop_nonce") == 0)
		return DPOP_NONCE;
	return strcmp(word, "invalid_dpop_proof") == 0 ? DPOP_PROOF : DPOP_FINE;
}
