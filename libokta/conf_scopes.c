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
	    c->allow_apps[0] == NULL;
}

static int
uses_apps(const struct conf *c)
{
	return c->allow_apps[0] != NULL;
}

/* Scope per call: okta-api 1.5. */
const struct conf_scope conf_scopes[] = {
    {"okta.apps.read", "people allowed by allow_apps", uses_apps},
    {"okta.groups.read", "people allowed by allow_groups, and groups",
	uses_groups},
    {"okta.users.read", "everything: without it there are no people", always},
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
