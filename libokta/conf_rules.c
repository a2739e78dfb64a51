/* What access rules, [local_groups] and [local_accounts] name, in one list. */
#include <stdlib.h>
#include <string.h>

#include "conf_private.h"

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The Okta id in a word of a rule, or NULL: a network has none. */
static const char *
id_of(const char *word)
{
	if (strncmp(word, "zone:", 5) == 0)
		return word + 5;
	/* Of a local group or account. Of people their own record tells. */
	if (strchr(word, ' ') != NULL) {
		word = strchr(word, ' ') + 1;
		return strncmp(word, "00u", 3) != 0 ? word : NULL;
	}
	return strpbrk(word, ".:") != NULL ? NULL : word;
}

static int
add(struct conf *c, size_t *n, char *const *list)
{
	char **grown;

	for (; list != NULL && *list != NULL; list++) {
		const char *id = id_of(*list);

		if (id == NULL)
			continue;
		grown = reallocarray(c->rule_ids, *n + 2, sizeof(*grown));
		if (grown == NULL)
			return -1;
		c->rule_ids = grown;
		grown[*n] = strdup(id);
		grown[*n + 1] = NULL;
		if (grown[*n] == NULL)
			return -1;
		(*n)++;
	}
	return 0;
}

int
conf_rules_collect(struct conf *c)
{
	size_t n = 0, kept = 0;

	c->rule_ids = calloc(1, sizeof(*c->rule_ids));
	if (c->rule_ids == NULL || add(c, &n, c->local_groups) != 0 ||
	    add(c, &n, c->local_accounts) != 0)
		return -1;
	for (size_t i = 0; i < c->nservices; i++) {
		const struct conf_service *s = &c->services[i];

		if (add(c, &n, s->allow_groups) != 0 ||
		    add(c, &n, s->deny_groups) != 0 ||
		    add(c, &n, s->allow_apps) != 0 ||
		    add(c, &n, s->deny_apps) != 0 || add(c, &n, s->from) != 0)
			return -1;
	}
	if (n > 0)
		qsort(c->rule_ids, n, sizeof(*c->rule_ids), compare);
	for (size_t i = 0; i < n; i++) {
		if (kept > 0 &&
		    strcmp(c->rule_ids[kept - 1], c->rule_ids[i]) == 0)
			free(c->rule_ids[i]);
		else
			c->rule_ids[kept++] = c->rule_ids[i];
	}
	c->rule_ids[kept] = NULL;
	return 0;
}

void
conf_rules_clear(struct conf *c)
{
	for (char **p = c->rule_ids; p != NULL && *p != NULL; p++)
		free(*p);
	free(c->rule_ids);
}

int
conf_rules_name(const struct conf *c, const char *prefix)
{
	for (char **p = c->rule_ids; *p != NULL; p++)
		if (strncmp(*p, prefix, strlen(prefix)) == 0)
			return 1;
	return 0;
}
