/*
 * Client assertions (RFC 7523, okta-api 1.2), made where the private key is:
 * in oktad. Every claim is a typed value of the caller; nothing foreign gets
 * into it.
 */
#ifndef OKTA_JWT_H
#define OKTA_JWT_H

#include <stdint.h>

#include "error.h"
#include "key.h"
#include "secret.h"

enum {
	JWT_LIFETIME_MAX = 300, /* seconds; Okta allows an hour */
	JWT_JTI_BYTES = 16,
	JWT_ID_SIZE = 2 * JWT_JTI_BYTES + 1 /* a jti with its NUL */
};

struct jwt_claims {
	const char *client_id; /* iss and sub */
	const char *audience; /* the URL that is called */
	int64_t issued; /* Unix seconds, by Okta's clock */
	int64_t expires; /* issued < expires <= issued + 300 */
};

/* Makes a signed assertion with a jti of 128 fresh random bits. key_id NULL:
 * no kid. 0 and the compact form in *out; or -1, *out empty, also where the
 * kernel gives no random bytes. */
int jwt_assertion(const struct key *k, const char *key_id,
    const struct jwt_claims *c, struct secret *out, struct error *e);

/* The parts that every signed token is made of. A jti of 128 fresh random
 * bits; 0 or -1. */
int jwt_id(char id[JWT_ID_SIZE], struct error *e);
/* 1 to 512 bytes of printable ASCII that need no escape in a JSON string. */
int jwt_is_plain(const char *s);
/* Signs header and payload, JSON each. 0 and the compact form in *out, or
 * -1. */
int jwt_sign(const struct key *k, const struct buf *header,
    const struct buf *payload, struct secret *out, struct error *e);

/* base64url without padding (RFC 4648 section 5). dst has room for
 * 4 * ((len + 2) / 3) + 1 bytes; returns the length. */
size_t jwt_base64url(char *dst, const void *p, size_t len);
/* The reverse: strict, no padding, no stray bits. Length, or -1. dst may be
 * as long as the text. */
int jwt_base64url_decode(
    unsigned char *dst, size_t cap, const char *text, size_t len);

#endif
