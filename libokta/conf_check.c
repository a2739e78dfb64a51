/* What must hold between keys, and what is allowed but perhaps not meant. */
#include <stdio.h>
#include <string.h>

#include "conf_private.h"

static int
check_needed(const struct conf *c, struct error *e)
{
	if (c->url == NULL)
		return conf_wrong_at(c, "okta", NULL, e,
		    "[okta] lacks url; "
		    "write url = https://acme.okta.com");
	if (conf_where(c, "directory", "allow_groups").line == 0 &&
	    conf_where(c, "directory", "allow_apps").line == 0)
		return conf_wrong_at(c, "directory", NULL, e,
		    "[directory] "
		    "says not who may enter: neither allow_groups nor "
		    "allow_apps; run: oktactl pin NAME");
	return 0;
}

static int
check_times(const struct conf *c, struct error *e)
{
	if (c->full_interval_s < c->poll_interval_s)
		return conf_wrong_at(c, "directory", "full_interval", e,
		    "shorter than poll_interval");
	if (c->max_age_s < c->poll_interval_s)
		return conf_wrong_at(c, "directory", "max_age", e,
		    "shorter "
		    "than poll_interval: the directory would always be too "
		    "old");
	return 0;
}

/* The daemon reads only; a change needs the credential of [admin]. */
static int
check_scopes(const struct conf *c, struct error *e)
{
	for (char **s = c->okta.scopes; *s != NULL; s++)
		if (strlen(*s) > 7 &&
		    strcmp(*s + strlen(*s) - 7, ".manage") == 0)
			return conf_wrong_at(c, "okta", "scopes", e,
			    "%s "
			    "allows changes, which the daemon never makes; "
			    "put it into [admin]",
			    *s);
	return 0;
}

/* Keys that name a profile attribute which decides about people. */
static const char *const attribute_keys[] = {"uid_attribute", "gid_attribute",
    "name", "home_attribute", "shell_attribute", "ssh_keys_attribute"};

enum { ATTRIBUTES = sizeof(attribute_keys) / sizeof(attribute_keys[0]) };

/* What the i-th of them says, or NULL. */
static const char *
attribute_of(const struct conf *c, int i)
{
	const char *const values[ATTRIBUTES] = {c->uid_attribute,
	    c->gid_attribute,
	    strncmp(c->name, "attribute:", 10) == 0 ? c->name : NULL,
	    c->home_attribute, c->shell_attribute, c->ssh_keys_attribute};

	return values[i];
}

int
conf_uses_attributes(const struct conf *c)
{
	for (int i = 0; i < ATTRIBUTES; i++)
		if (attribute_of(c, i) != NULL)
			return 1;
	return 0;
}

/* Who may edit an attribute, only Okta's schema knows (T20). */
static int
check_attributes(const struct conf *c, struct error *e)
{
	if (c->trust_attributes || c->okta.mode != CONF_OAUTH ||
	    conf_has(c->okta.scopes, "okta.schemas.read"))
		return 0;
	for (int i = 0; i < ATTRIBUTES; i++)
		if (attribute_of(c, i) != NULL)
			return conf_wrong_at(c, "directory", attribute_keys[i],
			    e,
			    "whether people may edit this attribute is "
			    "not known without okta.schemas.read; add that "
			    "to scopes, or write trust_attributes = yes");
	return 0;
}

static int
check_primary(const struct conf *c, struct error *e)
{
	if (c->primary_group == NULL ||
	    conf_has(c->publish_groups, c->primary_group))
		return 0;
	return conf_wrong_at(c, "directory", "primary_group", e,
	    "%s is not published here; add it to publish_groups",
	    c->primary_group);
}

int
conf_check(const struct conf *c, struct error *e)
{
	if (check_needed(c, e) != 0 || check_times(c, e) != 0 ||
	    check_scopes(c, e) != 0 || check_attributes(c, e) != 0 ||
	    check_primary(c, e) != 0 || conf_check_grace(c, e) != 0 ||
	    conf_local_check(c, e) != 0)
		return -1;
	if (c->factors_api && !c->has_admin)
		return conf_wrong_at(c, "login", "factors_api", e,
		    "needs a credential that may verify second factors; write "
		    "[admin] with okta.users.manage");
	/* okta-api 2.2: a trusted application is one with an API token. */
	if (c->trusted_app && c->okta.mode != CONF_API_TOKEN)
		return conf_wrong_at(c, "login", "trusted_app", e,
		    "needs an "
		    "API token, and [okta] has client_id");
	/* okta-api 1.5: OAuth can not make one. */
	if (c->okta_sessions && c->okta.mode != CONF_API_TOKEN)
		return conf_wrong_at(c, "sessions", "okta_sessions", e,
		    "needs an "
		    "API token, and [okta] has client_id; take this line out");
	return 0;
}

/* ---- remarks ---- */

struct remarks {
	const struct conf *conf;
	conf_remark_fn *take;
	void *arg;
};

static void
remark(const struct remarks *r, const char *id, const char *section,
    const char *key, const char *text)
{
	struct error e;

	conf_wrong_at(r->conf, section, key, &e, "%s", text);
	r->take(r->arg, id, e.text);
}

static void
remark_scopes(const struct remarks *r)
{
	char text[256];

	if (r->conf->okta.mode != CONF_OAUTH)
		return;
	for (const struct conf_scope *s = conf_scopes; s->scope != NULL; s++) {
		if (!s->is_needed(r->conf) ||
		    conf_has(r->conf->okta.scopes, s->scope))
			continue;
		snprintf(text, sizeof(text),
		    "without %s is off: %s; add that scope to the line",
		    s->scope, s->feature);
		remark(r, "scope-left-out", "okta", "scopes", text);
	}
}

/* T20: who can edit such an attribute chooses their own number or name. */
static void
remark_attributes(const struct remarks *r)
{
	char text[256];

	for (int i = 0; r->conf->trust_attributes && i < ATTRIBUTES; i++) {
		if (attribute_of(r->conf, i) == NULL)
			continue;
		snprintf(text, sizeof(text),
		    "nobody looks whether people may edit the attribute of %s "
		    "in Okta; grant okta.schemas.read and take this line out",
		    attribute_keys[i]);
		remark(r, "attributes-trusted", "directory", "trust_attributes",
		    text);
	}
}

void
conf_remarks(const struct conf *c, conf_remark_fn *take, void *arg)
{
	const struct remarks all = {c, take, arg}, *r = &all;

	if (c->allow_groups[0] == NULL && c->allow_apps[0] == NULL)
		remark(r, "nobody-allowed", "directory", "allow_groups",
		    "names nobody: nobody can log in; run: oktactl pin NAME");
	if (c->okta.mode == CONF_API_TOKEN)
		remark(r, "api-token", "okta", NULL,
		    "an API token has all rights of the admin who made it and "
		    "lies in oktad-net's memory; use client_id and private_key "
		    "(okta.conf(5), AUTHENTICATION TO OKTA)");
	if (c->factors_api)
		remark(r, "factors-api", "login", "factors_api",
		    "the credential of [admin] can change every person of the "
		    "org, and a second factor that it verifies is held against "
		    "no policy of Okta's; let people use an OIDC app instead "
		    "(okta.conf(5), LOGGING IN BY AN APP), and take this line "
		    "out");
	if (c->okta.mode == CONF_OAUTH && c->okta.key_id == NULL)
		remark(r, "key-id", "okta", "key_id",
		    "is not set, and Okta demands it as soon as the app has "
		    "two keys; write key_id = the KID that the Okta admin "
		    "console shows for this key");
	remark_attributes(r);
	remark_scopes(r);
}
