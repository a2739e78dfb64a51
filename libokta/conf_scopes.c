#include <stdlib.h>
#include <string.h>

#include "conf_private.h"

static int
always(const struct conf *c)
{
	(void)c;
	return 1;
}

/* Where nobody is allowed yet, `oktactl pin` is about to look for a group. */
static int
uses_groups(const struct conf *c)
{
	return c->allow_groups[0] != NULL || c->publish_groups[0] != NULL ||
	    c->allow_apps[0] == NULL || conf_rules_name(c, "00g");
}

static int
uses_apps(const struct conf *c)
{
	return c->allow_apps[0] != NULL || conf_rules_name(c, "0oa");
}

static int
uses_zones(const struct conf *c)
{
	return conf_rules_name(c, "nzo");
}

/* Whether people may edit them is looked at, unless the admin trusts them. */
static int
uses_schema(const struct conf *c)
{
	return conf_uses_attributes(c) && !c->trust_attributes;
}

/* Scope per call: okta-api 1.5. */
const struct conf_scope conf_scopes[] = {
    {"okta.apps.read", "people of allow_apps and deny_apps", uses_apps},
    {"okta.groups.read", "people allowed by allow_groups, and groups",
	uses_groups},
    {"okta.logs.read",
	"polls by one request, and app people between full passes", always},
    {"okta.networkZones.read", "addresses of from = zone:…", uses_zones},
    {"okta.schemas.read", "attributes for numbers, names, homes, shells, keys",
	uses_schema},
    {"okta.users.read", "everything: without it there are no people", always},
    {NULL, NULL, NULL},
};

const struct conf_scope conf_admin_scopes[] = {
    {"okta.apps.manage", "app assign, app unassign", NULL},
    {"okta.groups.manage", "group add, group remove", NULL},
    {"okta.networkZones.manage", "zone add, zone remove", NULL},
    {"okta.sessions.manage", "session --refresh, session --end", NULL},
    {"okta.users.manage",
	"suspend, unsuspend, unlock, reset-factor, clear-sessions; factors_api",
	NULL},
    {NULL, NULL, NULL},
};

char **
conf_scopes_least(const struct conf *c)
{
	size_t rows = sizeof(conf_scopes) / sizeof(conf_scopes[0]), n = 0;
	char **list = calloc(rows, sizeof(*list));

	for (const struct conf_scope *s = conf_scopes;
	     list != NULL && s->scope != NULL; s++) {
		if (!s->is_needed(c))
			continue;
		list[n] = strdup(s->scope);
		if (list[n++] == NULL) {
			for (n = 0; list[n] != NULL; n++)
				free(list[n]);
			free(list);
			return NULL;
		}
	}
	return list;
}
