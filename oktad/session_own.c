#include "session_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules_write.h"

int
session_own_read(struct own_accounts *own, const struct conf *c,
    const struct local_files *files)
{
	char *const *pairs = c->local_accounts;
	size_t n = 0;

	*own = (struct own_accounts){0};
	while (pairs != NULL && pairs[n] != NULL)
		n++;
	if (n == 0)
		return 0;
	own->all = calloc(n, sizeof(*own->all));
	if (own->all == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct own_account *a = &own->all[own->n];
		size_t len = strcspn(pairs[i], " ");

		if (!rules_is_own(pairs, i))
			continue;
		snprintf(a->name, sizeof(a->name), "%.*s", (int)len, pairs[i]);
		snprintf(
		    a->person, sizeof(a->person), "%s", pairs[i] + len + 1);
		own->n += local_account(files, a->name, c->id_min, c->id_max,
			      &a->uid) == ACCOUNT_FINE;
	}
	return 0;
}

void
session_own_clear(struct own_accounts *own)
{
	free(own->all);
	*own = (struct own_accounts){0};
}

const struct own_account *
session_own_find(const struct own_accounts *own, uint32_t uid)
{
	for (size_t i = 0; i < own->n; i++)
		if (own->all[i].uid == uid)
			return &own->all[i];
	return NULL;
}
