/*
 * ID tokens that come straight from the token endpoint (OpenID Connect Core
 * 1.0, section 3.1.3.7; okta-api.md 3.6). Item 6 there: where the token was
 * received by direct communication with the token endpoint, the TLS server
 * validation may be used in place of the token's signature. So it is here:
 * oktad-net verifies Okta's certificate and speaks to no other origin, and a
 * key to check a signature with would come over the very same connection. All
 * the other checks of that section are made.
 */
#ifndef OKTA_ID_TOKEN_H
#define OKTA_ID_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "json.h"

enum {
	ID_TOKEN_MAX = 16384, /* bytes of the compact form */
	ID_TOKEN_LEEWAY_S = 300 /* between issue and our clock, both ways */
};

/* What the words of amr speak of (RFC 8176): what a person knows, has, is; and
 * Okta's own word that there was more than one. Others count for nothing. */
enum amr_class { AMR_KNOWN = 1, AMR_HELD = 2, AMR_BODY = 4, AMR_SEVERAL = 8 };

struct id_token_wanted {
	const char *issuer, *client_id;
	const char *nonce; /* what was sent; NULL: none */
	int64_t now; /* Unix seconds, by Okta's clock where it is known */
};

struct id_token {
	char subject[JSON_ID_MAX + 1]; /* Okta user id: to be compared */
	unsigned int amr; /* bits of enum amr_class; 0 without the claim */
};

/* Reads the compact form. 0 where every claim is as wanted; -1 with
 * ERROR_PROTOCOL, *t empty. Whose token it is, the caller has to look at. */
int id_token_read(const char *text, size_t len,
    const struct id_token_wanted *wanted, struct id_token *t, struct error *e);
/* 1: amr shows two factors of different kinds, or Okta's word for it. */
int id_token_shows_two(unsigned int amr);

#endif
