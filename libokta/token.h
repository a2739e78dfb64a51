/*
 * An access token of the org authorization server: when one must be minted,
 * for how long it is good, when it is dropped (okta-api.md 1.2, 1.4). Pure
 * logic: requests and assertions are made elsewhere. In memory only.
 */
#ifndef OKTA_TOKEN_H
#define OKTA_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "http.h"
#include "secret.h"

enum {
	TOKEN_MARGIN_S = 60, /* renewed so long before it expires */
	TOKEN_MAX = 8192, /* bytes of an access token */
	TOKEN_PAUSE_S = 5, /* after a mint that failed without a time */
	TOKEN_DROP_S = 60 /* a 401 drops a token at most once per so long */
};

enum token_step {
	TOKEN_READY, /* token.value can be used */
	TOKEN_MINT, /* the caller mints now; everybody else waits for it */
	TOKEN_WAIT, /* somebody is minting */
	TOKEN_FAILED /* a mint failed a moment ago: token.failure says why */
};

struct token {
	enum { TOKEN_NONE, TOKEN_MINTING, TOKEN_HELD } state;
	struct secret value;
	int is_bound; /* of type DPoP: to the key of its mint (dpop.h) */
	uint32_t generation; /* counts the tokens that were held */
	uint64_t renew_ms; /* boot clock; held until then */
	uint64_t expires; /* Unix seconds, for people; 0 none held */
	uint64_t again_ms; /* no mint before that */
	uint64_t dropped_ms; /* last drop by a 401; 0 never */
	struct error failure;
	char *granted; /* scopes by spaces, or NULL */
	char *missing; /* asked for and not granted, or NULL */
};

/* May it stand in an Authorization header: 1 to TOKEN_MAX bytes of RFC 6750's
 * b64token, which Okta's API tokens are, too (T94). */
int token_is_text(const char *s, size_t len);

/* now_ms is wire_now_ms() everywhere. */
enum token_step token_ask(struct token *t, uint64_t now_ms);
/* Takes a 200 of the token endpoint in, asked at started_ms with the scopes of
 * the NULL-ended list, and with a proof of possession or without. The state
 * becomes TOKEN_HELD, and 0; or -1 with ERROR_PROTOCOL or ERROR_CONFIG, state
 * unchanged: call token_fail then. */
int token_accept(struct token *t, const struct http_response *res,
    char *const *scopes, int has_proof, uint64_t started_ms, struct error *e);
/* The mint that TOKEN_MINT ordered, has failed. */
void token_fail(struct token *t, uint64_t now_ms, const struct error *e);
/* Does this answer of a resource mean the token? 401 with invalid_token in
 * WWW-Authenticate, or without any word there and with E0000011 in the body.
 * Not a 401 of another code, such as E0000015. */
int token_is_refused(const struct http_response *res);
/* Such an answer came for the token of that generation: drops it, if it still
 * is the one held. 1 where the request shall be sent once more with another
 * token, 0 where the answer stands. */
int token_drop(struct token *t, uint32_t generation, uint64_t now_ms);
/* Forgets the token and any failure; a mint under way goes on. */
void token_reset(struct token *t);
/* Frees and empties everything. */
void token_clear(struct token *t);

#endif
