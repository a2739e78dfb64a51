#include "assertion.h"

#include <stdio.h>

#include "jwt.h"

enum {
	BACK_S = 5, /* iat must not lie in the future, and clocks jitter */
	AUDIENCE_SIZE = 1024,
	BASE_SIZE = 96
};

int
assertion_load_keys(
    const struct conf *c, struct assertion_keys *k, struct error *e)
{
	*k = (struct assertion_keys){0};
	if (c->okta.mode == CONF_OAUTH &&
	    key_load(&c->okta.private_key, c->okta.algorithm, &k->okta, e) != 0)
		return error_prefix(e, "[okta] private_key");
	if (c->has_admin && c->admin.mode == CONF_OAUTH &&
	    key_load(&c->admin.private_key, c->admin.algorithm, &k->admin, e) !=
		0) {
		assertion_free_keys(k);
		return error_prefix(e, "[admin] private_key");
	}
	if (c->oidc.private_key.bytes != NULL &&
	    key_load(&c->oidc.private_key, NULL, &k->oidc, e) != 0) {
		assertion_free_keys(k);
		return error_prefix(e, "[login] oidc_private_key");
	}
	return 0;
}

void
assertion_free_keys(struct assertion_keys *k)
{
	key_free(k->okta);
	key_free(k->admin);
	key_free(k->oidc);
	*k = (struct assertion_keys){0};
}

/* For the endpoint base + path of the configured org. */
static int
make(const struct conf *c, const struct key *key, const char *client_id,
    const char *key_id, const char *base, const char *path, int32_t skew_s,
    int64_t wall_s, struct secret *out, struct error *e)
{
	char audience[AUDIENCE_SIZE];
	struct jwt_claims claims;

	if (skew_s > ASSERTION_SKEW_MAX_S || skew_s < -ASSERTION_SKEW_MAX_S)
		return error_set(e, ERROR_CONFIG,
		    "this host's clock is %d seconds off Okta's; set it "
		    "(timedatectl set-ntp true)",
		    (int)-skew_s);
	int len =
	    snprintf(audience, sizeof(audience), "%s%s%s", c->url, base, path);

	if (len < 0 || (size_t)len >= sizeof(audience))
		return error_set(e, ERROR_CONFIG, "[okta] url is too long");
	claims = (struct jwt_claims){
	    .client_id = client_id,
	    .audience = audience,
	    .issued = wall_s + skew_s - BACK_S,
	};
	claims.expires = claims.issued + JWT_LIFETIME_MAX;
	return jwt_assertion(key, key_id, &claims, out, e);
}

int
assertion_make(const struct conf *c, const struct conf_credential *who,
    const struct key *key, int32_t skew_s, int64_t wall_s, struct secret *out,
    struct error *e)
{
	secret_clear(out);
	if (key == NULL)
		return error_set(
		    e, ERROR_CONFIG, "that credential has no private key");
	return make(c, key, who->client_id, who->key_id, "/oauth2/v1", "/token",
	    skew_s, wall_s, out, e);
}

int
assertion_make_oidc(const struct conf *c, const struct assertion_keys *k,
    enum internal_endpoint endpoint, int32_t skew_s, int64_t wall_s,
    struct secret *out, struct error *e)
{
	static const char *const paths[] = {[INT_AT_TOKEN] = "/token",
	    [INT_AT_CHALLENGE] = "/challenge",
	    [INT_AT_PRIMARY] = "/primary-authenticate",
	    [INT_AT_DEVICE] = "/device/authorize"};
	char base[BASE_SIZE];

	secret_clear(out);
	if (k->oidc == NULL || endpoint < INT_AT_TOKEN ||
	    endpoint > INT_AT_DEVICE)
		return error_set(e, ERROR_CONFIG,
		    "[login] has no oidc_private_key, or none for this");
	if (conf_oidc_base(c->oidc.issuer, base, sizeof(base)) != 0)
		return error_set(
		    e, ERROR_CONFIG, "[login] oidc_issuer is too long");
	return make(c, k->oidc, c->oidc.client_id, c->oidc.key_id, base,
	    paths[endpoint], skew_s, wall_s, out, e);
}
