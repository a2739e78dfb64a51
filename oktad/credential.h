/*
 * What goes into the Authorization header: the API token, or an access token
 * that is minted when the first call needs it. oktad builds and signs the
 * assertion; it is asked over internal.sock and answers later.
 */
#ifndef OKTAD_CREDENTIAL_H
#define OKTAD_CREDENTIAL_H

#include <stdint.h>

#include "conf.h"
#include "dpop.h"
#include "token.h"
#include "transport.h"
#include "wire.h"

struct net;

/* Whose it is: a field of INT_ASSERT. tag 0: the daemon's own. */
struct credential_owner {
	uint16_t tag; /* TAG_ADMIN or TAG_CHANGE */
	uint32_t value;
};

struct credential {
	struct net *net;
	struct credential_owner owner;
	int is_strict; /* it is of no use without all of its scopes */
	enum conf_mode mode;
	const struct secret *api_token; /* of the configuration */
	char *const *scopes; /* same */
	struct token token;
	struct dpop dpop; /* its key: of the token held or being minted */
	int needs_proof; /* Okta said so */
	int is_hint; /* to the credential before this one */

	/* the mint under way */
	uint8_t assert_id[WIRE_ID_SIZE]; /* of the question to oktad */
	int is_asking;
	int64_t skew; /* used in the assertion */
	int has_retried; /* with a corrected clock */
	unsigned int proofs; /* tried again because of the proof */
	uint64_t started_ms;
	uint64_t deadline_ms;
	struct call call;
};

/* Begins with a zeroed struct; later calls (a reload) drop the token. The
 * arguments stay the caller's. */
void credential_set(struct credential *c, struct net *net,
    struct credential_owner owner, enum conf_mode mode,
    const struct secret *api_token, char *const *scopes);
void credential_clear(struct credential *c);
/* What Okta wanted of proofs, over a new configuration for the same org. It
 * is dropped where a mint that goes by it fails. */
struct credential_hint {
	int needs_proof;
	char nonce[DPOP_NONCE_MAX + 1];
};
void credential_save_hint(
    const struct credential *c, struct credential_hint *hint);
void credential_take_hint(
    struct credential *c, const struct credential_hint *hint);
/* The state of the credential; begins a mint where one is needed.
 * TOKEN_READY: the call has its Authorization, a proof where the token is
 * bound, and *generation is the token's, 0 for an API token. TOKEN_WAIT:
 * net_credential_changed() will be called. TOKEN_FAILED: *e says why. */
enum token_step credential_ask(struct credential *c, struct call *call,
    uint32_t *generation, struct error *e);
/* The answer of such a call says that the proof was not good enough: takes
 * the nonce and the time it names. 1 where it is worth another try. */
int credential_take_proof_error(struct credential *c,
    const struct http_response *res, const struct call *call);
/* An answer with this id came from oktad: the assertion, or why there is
 * none (jwt empty). 1 where it was this credential's question. */
int credential_take_assertion(struct credential *c,
    const uint8_t id[WIRE_ID_SIZE], const struct secret *jwt,
    const char *reason);
/* 1: made of the bytes that a JWT has, so it may stand in a form. */
int credential_is_jwt(const struct secret *jwt);
/* Gives a question up that oktad has not answered in time. */
void credential_tick(struct credential *c, uint64_t now_ms);

/* Adds a proof for one attempt to the call; token NULL: at the token endpoint.
 * 0 or -1. */
int credential_put_proof(const struct net *n, const struct dpop *d,
    const struct secret *token, struct call *call, struct error *e);

#endif
