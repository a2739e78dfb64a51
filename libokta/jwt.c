#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "buf.h"
#include "jwt.h"

enum {
	JWT_MAX = 16384, /* bytes of a signed token */
	JWT_PART_MAX = 2048 /* of its header, and of its payload */
};

int
jwt_is_plain(const char *s)
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
	char text[4 * ((JWT_PART_MAX + 2) / 3) + 1];

	if (json->failed || json->len > JWT_PART_MAX)
		return -1;
	jwt_base64url(text, json->bytes, json->len);
	return buf_puts(b, text);
}

int
jwt_id(char id[JWT_ID_SIZE], struct error *e)
{
	unsigned char random[JWT_JTI_BYTES];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return error_errno(e, "jti: no random bytes");
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(id + 2 * i, 3, "%02x", random[i]);
	return 0;
}

int
jwt_sign(const struct key *k, const struct buf *header,
    const struct buf *payload, struct secret *out, struct error *e)
{
	char text[4 * ((KEY_SIGNATURE_MAX + 2) / 3) + 1];
	unsigned char sig[KEY_SIGNATURE_MAX];
	size_t len;
	struct buf b;
	int r = -1;

	buf_init(&b, JWT_MAX);
	if (put_encoded(&b, header) != 0 || buf_puts(&b, ".") != 0 ||
	    put_encoded(&b, payload) != 0) {
		error_set(e, ERROR_SYSTEM, "JWT: too long");
		goto out;
	}
	if (key_sign(k, b.bytes, b.len, sig, &len, e) != 0)
		goto out;
	jwt_base64url(text, sig, len);
	if (buf_puts(&b, ".") != 0 || buf_puts(&b, text) != 0)
		error_set(e, ERROR_SYSTEM, "JWT: too long");
	else if (secret_set(out, b.bytes, b.len) != 0)
		error_errno(e, "JWT");
	else
		r = 0;
out:
	buf_clear(&b);
	return r;
}

int
jwt_assertion(const struct key *k, const char *key_id,
    const struct jwt_claims *c, struct secret *out, struct error *e)
{
	struct buf header, payload;
	char jti[JWT_ID_SIZE];
	int r;

	secret_clear(out);
	if (!jwt_is_plain(c->client_id) || !jwt_is_plain(c->audience) ||
	    (key_id != NULL && !jwt_is_plain(key_id)))
		return error_set(e, ERROR_CONFIG,
		    "assertion: a claim is not "
		    "plain text");
	if (c->issued <= 0 || c->expires <= c->issued ||
	    c->expires - c->issued > JWT_LIFETIME_MAX)
		return error_set(e, ERROR_SYSTEM,
		    "assertion: would not be "
		    "valid for 1 to %d seconds",
		    JWT_LIFETIME_MAX);
	if (jwt_id(jti, e) != 0)
		return -1;
	buf_init(&header, JWT_PART_MAX);
	buf_init(&payload, JWT_PART_MAX);
	buf_printf(
	    &header, "{\"typ\":\"JWT\",\"alg\":\"%s\"", key_algorithm(k));
	if (key_id != NULL)
		buf_printf(&header, ",\"kid\":\"%s\"", key_id);
	buf_puts(&header, "}");
	buf_printf(&payload,
	    "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%s\","
	    "\"iat\":%" PRId64 ",\"exp\":%" PRId64 ",\"jti\":\"%s\"}",
	    c->client_id, c->client_id, c->audience, c->issued, c->expires,
	    jti);
	r = jwt_sign(k, &header, &payload, out, e);
	buf_clear(&header);
	buf_clear(&payload);
	return r;
}
