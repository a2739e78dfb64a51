/* What must hold between keys, and what is allowed but perhaps not meant. */
#include <string.h>

#include "conf_private.h"

static int
check_needed(const struct conf *c, struct error *e)
{
	if (c->url == NULL)
		return conf_wrong_at(c, "okta", NULL, e, "[okta] lacks url; "
		    "write url = https://acme.okta.com");
	if (conf_where(c, "directory", "allow_groups").line == 0 &&
	    conf_where(c, "directory", "allow_apps").line == 0)
		return conf_wrong_at(c, "directory", NULL, e, "[directory] "
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
		return conf_wrong_at(c, "directory", "max_age", e, "shorter "
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
			return conf_wrong_at(c, "okta", "scopes", e, "%s "
			    "allows changes, which the daemon never makes; "
			    "put it into [admin]", *s);
	return 0;
}

int
conf_check(const struct conf *c, struct error *e)
{
	if (check_needed(c, e) != 0 || check_times(c, e) != 0 ||
	    check_scopes(c, e) != 0)
		return -1;
	/* okta-api 2.2: a trusted application is one with an API token. */
	if (c->trusted_app && c->okta.mode != CONF_API_TOKEN)
		return conf_wrong_at(c, "login", "trusted_app", e, "needs an "
		    "API token, and [okta] has client_id");
	return 0;
}

/* ---- remarks ---- */

static int
remark(const struct conf *c, const char *section, const char *key,
    struct buf *out, const char *text)
{
	struct error e;

	conf_wrong_at(c, section, key, &e, "%s", text);
	buf_printf(out, "%s\n", e.text);
	return 1;
}

static int
has_scope(const struct conf *c, const char *scope)
{
	for (char **s = c->okta.scopes; *s != NULL; s++)
		if (strcmp(*s, scope) == 0)
			return 1;
	return 0;
}

static int
remark_scopes(const struct conf *c, struct buf *out)
{
	int n = 0;

	if (c->okta.mode != CONF_OAUTH)
		return 0;
	for (const struct conf_scope *s = conf_scopes; s->scope != NULL; s++) {
		struct error e;

		if (!s->is_needed(c) || has_scope(c, s->scope))
			continue;
		conf_wrong_at(c, "okta", "scopes", &e, "without %s is off: %s",
		    s->scope, s->feature);
		buf_printf(out, "%s\n", e.text);
		n++;
	}
	return n;
}

/* T20: who can edit such an attribute chooses their own number or name. */
static int
remark_attributes(const struct conf *c, struct buf *out)
{
	static const char *const keys[] = {"uid_attribute", "gid_attribute",
	    "name", "home_attribute", "shell_attribute"};
	const char *const values[] = {c->uid_attribute, c->gid_attribute,
	    strncmp(c->name, "attribute:", 10) == 0 ? c->name : NULL,
	    c->home_attribute, c->shell_attribute};
	int n = 0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (values[i] != NULL)
			n += remark(c, "directory", keys[i], out, "people must "
			    "not be able to edit this attribute in Okta; this "
			    "version does not look");
	return n;
}

int
conf_remarks(const struct conf *c, struct buf *out)
{
	int n = 0;

	if (c->allow_groups[0] == NULL && c->allow_apps[0] == NULL)
		n += remark(c, "directory", "allow_groups", out,
		    "names nobody: nobody can log in; run: oktactl pin NAME");
	if (c->okta.mode == CONF_API_TOKEN)
		n += remark(c, "okta", NULL, out, "an API token has all "
		    "rights of the admin who made it; client_id and "
		    "private_key are the safer way");
	if (c->okta.mode == CONF_OAUTH && c->okta.key_id == NULL)
		n += remark(c, "okta", "key_id", out, "is not set; Okta "
		    "demands it as soon as the app has two keys");
	return n + remark_attributes(c, out) + remark_scopes(c, out);
}
