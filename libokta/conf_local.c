/*
 * [local_groups]: Okta groups whose people are in groups of this host.
 * [local_accounts]: people of Okta who may be behind accounts of this host.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_private.h"
#include "conf_value.h"
#include "local_account.h"

/* As groupadd(8) and useradd(8) take it; reserved names are what this is for.
 */
static int
is_local_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= DIR_NAME_MAX &&
	    strchr("abcdefghijklmnopqrstuvwxyz_", name[0]) != NULL &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

static void
list_free(char **list)
{
	for (char **p = list; p != NULL && *p != NULL; p++)
		free(*p);
	free(list);
}

/* A later file replaces the whole value. */
static size_t
forget(char **pairs, const char *name)
{
	size_t len = strlen(name), kept = 0;

	for (size_t i = 0; pairs[i] != NULL; i++) {
		if (strncmp(pairs[i], name, len) == 0 && pairs[i][len] == ' ')
			free(pairs[i]);
		else
			pairs[kept++] = pairs[i];
	}
	pairs[kept] = NULL;
	return kept;
}

static int
add(char ***pairs, size_t n, const char *name, const char *id)
{
	char **grown = reallocarray(*pairs, n + 2, sizeof(*grown));

	if (grown == NULL)
		return -1;
	*pairs = grown;
	grown[n + 1] = NULL;
	if (asprintf(&grown[n], "%s %s", name, id) >= 0)
		return 0;
	grown[n] = NULL;
	return -1;
}

int
conf_is_local(const struct conf_key *k)
{
	return k->type == CONF_LOCAL_GROUP || k->type == CONF_LOCAL_ACCOUNT;
}

int
conf_local_take(struct conf *c, const struct conf_key *k, const char *name,
    const char *value, struct conf_why *why)
{
	int is_group = k->type == CONF_LOCAL_GROUP, rc = 0;
	char ***pairs = is_group ? &c->local_groups : &c->local_accounts;
	char **ids = NULL;
	size_t n;

	if (!is_local_name(name))
		return conf_say(why, "not the name of a local %s",
		    is_group ? "group" : "account");
	if (strcmp(name, "root") == 0)
		return conf_say(why, "nobody of Okta is %s",
		    is_group ? "in the group root" : "root");
	if (*pairs == NULL && (*pairs = calloc(1, sizeof(**pairs))) == NULL)
		return conf_say(why, "out of memory");
	if ((is_group ? conf_value_groups : conf_value_accounts)(
		NULL, value, &ids, why) != 0) {
		list_free(ids);
		return -1;
	}
	n = forget(*pairs, name);
	for (size_t i = 0; rc == 0 && ids[i] != NULL; i++)
		rc = add(pairs, n + i, name, ids[i]);
	list_free(ids);
	return rc == 0 ? 0 : conf_say(why, "out of memory");
}

int
conf_local_check(const struct conf *c, struct error *e)
{
	char name[DIR_NAME_MAX + 1];
	enum account_fault fault;
	uint32_t uid;

	for (char **p = c->local_accounts; p != NULL && *p != NULL; p++) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(*p, " "), *p);
		fault = local_account(
		    &local_files_here, name, c->id_min, c->id_max, &uid);
		/* An account that was removed keeps nobody else out. */
		if (fault != ACCOUNT_FINE && fault != ACCOUNT_MISSING)
			return conf_wrong_at(c, "local_accounts", name, e, "%s",
			    local_account_text(fault));
	}
	return 0;
}

void
conf_local_clear(struct conf *c)
{
	list_free(c->local_groups);
	list_free(c->local_accounts);
}
