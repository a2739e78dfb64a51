#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "buf.h"
#include "jwt.h"

enum { JWT_MAX = 16384 }; /* bytes of an assertion */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz"
			       "0123456789-_";

size_t
jwt_base64url(char *dst, const void *p, size_t len)
{
	const unsigned char *s = p;
	size_t out = 0;
	uint32_t bits = 0;
	unsigned int have = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | s[i];
		for (have += 8; have >= 6; have -= 6)
			dst[out++] = alphabet[bits >> (have - 6) & 63];
	}
	if (have > 0)
		dst[out++] = alphabet[bits << (6 - have) & 63];
	dst[out] = '\0';
	return out;
}

int
jwt_base64url_decode(unsigned char *dst, size_t cap, const char *text,
    size_t len)
{
	size_t out = 0;
	uint32_t bits = 0;
	unsigned int have = 0;
	const char *at;

	for (size_t i = 0; i < len; i++) {
		at = text[i] != '\0' ? strchr(alphabet, text[i]) : NULL;
		if (at == NULL)
			return -1;
		bits = bits << 6 | (uint32_t)(at - alphabet);
		have += 6;
		if (have >= 8) {
			have -= 8;
			if (out == cap)
				return -1;
			dst[out++] = (unsigned char)(bits >> have);
		}
	}
	/* A single character left over, or bits that say nothing. */
	if (have >= 6 || (bits & ((1u << have) - 1)) != 0)
		return -1;
	return (int)out;
}

/* Printable ASCII that needs no escape inside a JSON string. */
static int
is_plain(const char *s)
{
	if (*s == '\0' || strlen(s) > 512)
		return 0;
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~' || *s == '"' || *s == '\\')
			return 0;
	return 1;
}

static int
put_encoded(struct buf *b, const struct buf *json)
{
	char text[4 * ((2048 + 2) / 3) + 1];

	if (json->failed || json->len > 2048)
		return -1;
	jwt_base64url(text, json->bytes, json->len);
	return buf_puts(b, text);
}

/* Header and payload in compact form: "xxx.yyy". */
static int
put_claims(struct buf *b, const struct key *k, const char *key_id,
    const struct jwt_claims *c, const char *jti)
{
	struct buf header, payload;
	int r;

	buf_init(&header, 1024);
	buf_init(&payload, 2048);
	buf_printf(&header, "{\"typ\":\"JWT\",\"alg\":\"%s\"",
	    key_algorithm(k));
	if (key_id != NULL)
		buf_printf(&header, ",\"kid\":\"%s\"", key_id);
	buf_puts(&header, "}");
	buf_printf(&payload, "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%s\","
	    "\"iat\":%" PRId64 ",\"exp\":%" PRId64 ",\"jti\":\"%s\"}",
	    c->client_id, c->client_id, c->audience, c->issued, c->expires,
	    jti);
	r = put_encoded(b, &header) != 0 || buf_puts(b, ".") != 0 ||
	    put_encoded(b, &payload) != 0;
	buf_clear(&header);
	buf_clear(&payload);
	return r ? -1 : 0;
}

int
jwt_assertion(const struct key *k, const char *key_id,
    const struct jwt_claims *c, struct secret *out, struct error *e)
{
	unsigned char random[JWT_JTI_BYTES], sig[KEY_SIGNATURE_MAX];
	char jti[2 * JWT_JTI_BYTES + 1];
	char text[4 * ((KEY_SIGNATURE_MAX + 2) / 3) + 1];
	size_t len;
	struct buf b;
	int r = -1;

	secret_clear(out);
	if (!is_plain(c->client_id) || !is_plain(c->audience) ||
	    (key_id != NULL && !is_plain(key_id)))
		return error_set(e, ERROR_CONFIG, "assertion: a claim is not "
		    "plain text");
	if (c->issued <= 0 || c->expires <= c->issued ||
	    c->expires - c->issued > JWT_LIFETIME_MAX)
		return error_set(e, ERROR_SYSTEM, "assertion: would not be "
		    "valid for 1 to %d seconds", JWT_LIFETIME_MAX);
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return error_errno(e, "assertion: no random bytes");
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(jti + 2 * i, 3, "%02x", random[i]);
	buf_init(&b, JWT_MAX);
	if (put_claims(&b, k, key_id, c, jti) != 0) {
		error_set(e, ERROR_SYSTEM, "assertion: too long");
		goto out;
	}
	if (key_sign(k, b.bytes, b.len, sig, &len, e) != 0)
		goto out;
	jwt_base64url(text, sig, len);
	if (buf_puts(&b, ".") != 0 || buf_puts(&b, text) != 0)
		error_set(e, ERROR_SYSTEM, "assertion: too long");
	else if (secret_set(out, b.bytes, b.len) != 0)
		error_errno(e, "assertion");
	else
		r = 0;
out:
	buf_clear(&b);
	return r;
}
