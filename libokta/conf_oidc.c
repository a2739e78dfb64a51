/* The OIDC client of [login], and the keys that need one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_private.h"

static const char *const oidc_keys[] = {"oidc_client_secret",
    "oidc_client_secret_file", "oidc_private_key", "oidc_key_id",
    "oidc_issuer"};

static unsigned int
line_of(const struct conf *c, const char *key)
{
	return conf_where(c, "login", key).line;
}

/* Whatever means nothing without a client is a mistake. */
static int
check_absent(const struct conf *c, struct error *e)
{
	char section[48];

	for (size_t i = 0; i < sizeof(oidc_keys) / sizeof(oidc_keys[0]); i++)
		if (line_of(c, oidc_keys[i]) > 0)
			return conf_wrong_at(c, "login", oidc_keys[i], e,
			    "needs oidc_client_id beside it");
	for (size_t i = 0; i < c->nservices; i++) {
		const struct conf_service *s = &c->services[i];

		if (s->flow != FLOW_DIRECT && s->flow != FLOW_DEVICE)
			continue;
		snprintf(section, sizeof(section), "service %s", s->name);
		return conf_wrong_at(c, section, "flow", e,
		    "needs the OIDC client that people log in to; write "
		    "oidc_client_id = 0oa… in [login] (okta.conf(5), LOGGING "
		    "IN BY AN APP)");
	}
	return 0;
}

static int
check_one_way(const struct conf *c, struct error *e)
{
	const struct conf_oidc *o = &c->oidc;

	if (o->secret.bytes != NULL && o->secret_file != NULL)
		return conf_wrong_at(c, "login", "oidc_client_secret_file", e,
		    "contradicts oidc_client_secret; keep one");
	if (o->private_key_file != NULL &&
	    (o->secret.bytes != NULL || o->secret_file != NULL))
		return conf_wrong_at(c, "login", "oidc_private_key", e,
		    "contradicts the client secret; keep the one that the app "
		    "is set to in Okta");
	if (o->key_id != NULL && o->private_key_file == NULL)
		return conf_wrong_at(c, "login", "oidc_key_id", e,
		    "needs oidc_private_key beside it");
	return 0;
}

int
conf_oidc_load(struct conf *c, uid_t owner, struct error *e)
{
	struct conf_oidc *o = &c->oidc;

	if (o->client_id == NULL)
		return check_absent(c, e);
	if (check_one_way(c, e) != 0)
		return -1;
	if (o->secret_file != NULL &&
	    conf_read_token(c, "login", "oidc_client_secret_file",
		o->secret_file, owner, &o->secret, e) != 0)
		return -1;
	if (o->private_key_file != NULL &&
	    conf_read_key(c, "login", "oidc_private_key", o->private_key_file,
		owner, &o->private_key, NULL, e) != 0)
		return -1;
	if (o->issuer == NULL && c->url != NULL &&
	    (o->issuer = strdup(c->url)) == NULL)
		return error_errno(e, "%s", c->file);
	return 0;
}
