/*
 * The credential of the OIDC client that people log in to ([login] oidc_…),
 * put into a worker's request: its id, its secret, or an assertion that oktad
 * signs for this one endpoint; and a proof of possession, where the app wants
 * one. No worker sees any of them.
 */
#ifndef OKTAD_OIDC_CLIENT_H
#define OKTAD_OIDC_CLIENT_H

#include "exchange.h"

enum oidc_step {
	OIDC_READY, /* the call has its credential */
	OIDC_WAIT, /* for oktad's assertion */
	OIDC_REFUSED /* no such client, server or form; *why says which */
};

/* Called again when news came; adds to the call once. */
enum oidc_step oidc_client_ask(struct exchange *x, const char **why);
/* An answer came. 1: the token endpoint wants a proof, or another nonce in it,
 * or assertion or proof were of another time than Okta's, before it looks at
 * the request (RFC 9449, 8): it is to go out once more. */
int oidc_client_wants_again(
    struct exchange *x, const struct http_response *res);
/* An assertion came from oktad, or none and a reason: 1 where it was for a
 * request that waits on one of the channels. */
int oidc_client_take(struct net *n, const uint8_t id[WIRE_ID_SIZE],
    const struct secret *jwt, const char *reason);

#endif
