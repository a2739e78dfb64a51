/*
 * The private key of the OAuth client: loaded from PEM (PKCS#1, PKCS#8, SEC1),
 * RSA from 2048 bits or EC on P-256, P-384, P-521. Signs for JWS (RFC 7518
 * section 3): RS256/384/512, ES256/384/512. OpenSSL only, no JSON.
 */
#ifndef OKTA_KEY_H
#define OKTA_KEY_H

#include <stddef.h>

#include "buf.h"
#include "error.h"
#include "secret.h"

struct key;

enum {
	KEY_SIGNATURE_MAX = 2048, /* bytes; RSA of 16384 bits */
	KEY_ID_MAX = 128 /* bytes of a kid */
};

/* Takes the PEM text of a private key. algorithm names the signature; NULL:
 * RS256 for RSA, for EC the one of the curve. One that does not fit the key is
 * refused, and so is an encrypted key: nobody is there to type a passphrase. 0
 * and *out, freed by key_free; or -1 with ERROR_CONFIG. */
int key_load(const struct secret *pem, const char *algorithm, struct key **out,
    struct error *e);
/* Makes a new EC key on P-256, signing with ES256. 0 and *out, or -1. */
int key_generate(struct key **out, struct error *e);
void key_free(struct key *k);
/* "RS256" … "ES512". */
const char *key_algorithm(const struct key *k);

/* Signs len bytes; sig (KEY_SIGNATURE_MAX bytes) gets the form that JWS wants:
 * for EC the two numbers r and s, each as long as the curve's order. 0 or
 * -1. */
int key_sign(const struct key *k, const void *p, size_t len, unsigned char *sig,
    size_t *sig_len, struct error *e);

/* The public half for registration at Okta, a JWK (RFC 7517) with kid where
 * given, is appended to out. */
int key_public_jwk(
    const struct key *k, const char *kid, struct buf *out, struct error *e);

/* key_jwk.c: a private JWK (kty RSA or EC), as the Okta console shows it
 * once, becomes PKCS#8 PEM. kid (KEY_ID_MAX + 1 bytes) gets its "kid" or "". */
int key_from_jwk(const char *json, size_t len, struct secret *pem, char *kid,
    struct error *e);

#endif
