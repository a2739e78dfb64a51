/*
 * Proof of possession (DPoP, RFC 9449; okta-api.md 1.3): a token that is bound
 * to a key is of no use to who steals the token alone.
 *
 * The key is made, used and forgotten in oktad-net; oktad and the disk never
 * see it. It is not the key of the client, which stays with root: it proves
 * only that who sends a token is who got it, and net holds that token anyway.
 * A signature of root's for each request would protect nothing more, and put
 * root in the way of every one of them. Each mint takes a new key, so a key is
 * never older than its token.
 */
#ifndef OKTA_DPOP_H
#define OKTA_DPOP_H

#include <stdint.h>

#include "error.h"
#include "http.h"
#include "key.h"
#include "secret.h"

enum { DPOP_NONCE_MAX = 255 };

/* Begins zeroed. */
struct dpop {
	struct key *key; /* NULL: none yet */
	char *jwk; /* its public half */
	char nonce[DPOP_NONCE_MAX + 1]; /* newest of the server; "" none */
};

enum dpop_word {
	DPOP_FINE, /* nothing about a proof */
	DPOP_PROOF, /* there was none, or a bad one */
	DPOP_NONCE /* the proof needs a newer nonce */
};

/* Another key; the nonce stays, it is the server's and bound to none. 0, or -1
 * and no key. */
int dpop_renew(struct dpop *d, struct error *e);
void dpop_clear(struct dpop *d);
/* The value of a DPoP-Nonce header. One that breaks section 8.1's grammar, or
 * is too long, is as if it was not there. 1 where it is another one than
 * before. */
int dpop_take_nonce(struct dpop *d, const char *nonce);
/* A proof with a jti of its own for one attempt. url: its query is left out of
 * it; token: NULL at the token endpoint; now: Unix seconds by Okta's clock. 0
 * and *out, or -1. */
int dpop_proof(const struct dpop *d, const char *method, const char *url,
    const struct secret *token, int64_t now, struct secret *out,
    struct error *e);
/* What the answer of a request, with or without a proof, says about it. */
enum dpop_word dpop_judge(const struct http_response *res);

#endif
