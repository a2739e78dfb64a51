/*
 * What goes into the Authorization header: the API token, or an access token
 * that is minted when the first call needs it. oktad builds and signs the
 * assertion; it is asked over internal.sock and answers later.
 */
#ifndef OKTAD_CREDENTIAL_H
#define OKTAD_CREDENTIAL_H

#include <stdint.h>

#include "conf.h"
#include "token.h"
#include "transport.h"
#include "wire.h"

struct net;

struct credential {
	struct net *net;
	int is_admin;
	enum conf_mode mode;
	const struct secret *api_token; /* of the configuration */
	char *const *scopes;		/* same */
	struct token token;

	/* the mint under way */
	uint8_t assert_id[WIRE_ID_SIZE]; /* of the question to oktad */
	int is_asking;
	int64_t skew;	   /* used in the assertion */
	int has_retried;   /* with a corrected clock */
	uint64_t started_ms;
	uint64_t deadline_ms;
	struct call call;
};

/* Begins with a zeroed struct; later calls (a reload) drop the token. The
 * arguments stay the caller's. */
void credential_set(struct credential *c, struct net *net, int is_admin,
    enum conf_mode mode, const struct secret *api_token, char *const *scopes);
void credential_clear(struct credential *c);
/* The state of the credential; begins a mint where one is needed.
 * TOKEN_READY: *value is the header's value and *generation the token's, the
 * caller clears value. TOKEN_WAIT: net_credential_changed() will be called.
 * TOKEN_FAILED: *e says why. */
enum token_step credential_ask(struct credential *c, struct secret *value,
    uint32_t *generation, struct error *e);
/* An answer with this id came from oktad: the assertion, or why there is
 * none (jwt empty). 1 where it was this credential's question. */
int credential_take_assertion(struct credential *c,
    const uint8_t id[WIRE_ID_SIZE], const struct secret *jwt,
    const char *reason);
/* Gives a question up that oktad has not answered in time. */
void credential_tick(struct credential *c, uint64_t now_ms);

#endif
