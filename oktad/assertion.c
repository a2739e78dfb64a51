#include "assertion.h"

#include <stdio.h>

#include "jwt.h"

enum {
	BACK_S = 5, /* iat must not lie in the future, and clocks jitter */
	AUDIENCE_SIZE = 1024
};

int
assertion_load_keys(const struct conf *c, struct assertion_keys *k,
    struct error *e)
{
	*k = (struct assertion_keys){0};
	if (c->okta.mode == CONF_OAUTH &&
	    key_load(&c->okta.private_key, c->okta.algorithm, &k->okta, e) != 0)
		return error_prefix(e, "[okta] private_key");
	if (c->has_admin && c->admin.mode == CONF_OAUTH &&
	    key_load(&c->admin.private_key, c->admin.algorithm, &k->admin,
		e) != 0) {
		assertion_free_keys(k);
		return error_prefix(e, "[admin] private_key");
	}
	return 0;
}

void
assertion_free_keys(struct assertion_keys *k)
{
	key_free(k->okta);
	key_free(k->admin);
	*k = (struct assertion_keys){0};
}

int
assertion_make(const struct conf *c, const struct assertion_keys *k,
    int is_admin, int32_t skew_s, int64_t wall_s, struct secret *out,
    struct error *e)
{
	const struct conf_credential *who = is_admin ? &c->admin : &c->okta;
	const struct key *key = is_admin ? k->admin : k->okta;
	char audience[AUDIENCE_SIZE];
	struct jwt_claims claims;

	secret_clear(out);
	if (key == NULL)
		return error_set(e, ERROR_CONFIG, "[%s] has no private key",
		    is_admin ? "admin" : "okta");
	if (skew_s > ASSERTION_SKEW_MAX_S || skew_s < -ASSERTION_SKEW_MAX_S)
		return error_set(e, ERROR_CONFIG,
		    "this host's clock is %d seconds off Okta's; set it "
		    "(timedatectl set-ntp true)", (int)-skew_s);
	int len = snprintf(audience, sizeof(audience), "%s/oauth2/v1/token",
	    c->url);

	if (len < 0 || (size_t)len >= sizeof(audience))
		return error_set(e, ERROR_CONFIG, "[okta] url is too long");
	claims = (struct jwt_claims){
	    .client_id = who->client_id,
	    .audience = audience,
	    .issued = wall_s + skew_s - BACK_S,
	};
	claims.expires = claims.issued + JWT_LIFETIME_MAX;
	return jwt_assertion(key, who->key_id, &claims, out, e);
}
