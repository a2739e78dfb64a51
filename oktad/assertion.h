/*
 * Client assertions for oktad-net: it may ask for one and say how far this
 * host's clock is off; every claim is made here (okta-api.md 1.2, T96).
 */
#ifndef OKTAD_ASSERTION_H
#define OKTAD_ASSERTION_H

#include <stdint.h>

#include "conf.h"
#include "error.h"
#include "internal.h"
#include "key.h"
#include "secret.h"

enum { ASSERTION_SKEW_MAX_S = 86400 };

/* The keys of a configuration, loaded once. NULL: API token, or no [admin]. */
struct assertion_keys {
	struct key *okta, *admin;
	struct key *oidc; /* of the client that people log in to */
};

/* 0, or -1 with ERROR_CONFIG; *k is empty then. */
int assertion_load_keys(
    const struct conf *c, struct assertion_keys *k, struct error *e);
void assertion_free_keys(struct assertion_keys *k);

/* The assertion of a credential with its key for the token endpoint of the
 * configured org. skew_s: seconds that Okta's clock is ahead of wall_s. 0 and
 * the compact form in *out, which the caller clears; -1 where it has no key
 * (NULL), the skew is over a day, or signing fails. */
int assertion_make(const struct conf *c, const struct conf_credential *who,
    const struct key *key, int32_t skew_s, int64_t wall_s, struct secret *out,
    struct error *e);
/* Likewise for the OIDC client at one endpoint of its authorization server. */
int assertion_make_oidc(const struct conf *c, const struct assertion_keys *k,
    enum internal_endpoint endpoint, int32_t skew_s, int64_t wall_s,
    struct secret *out, struct error *e);

#endif
