#include "scopes.h"

#include <stdlib.h>
#include <string.h>

int
scopes_add(char **list, size_t max, const char *scope)
{
	size_t n = 0;

	while (list[n] != NULL)
		n++;
	if (n == max)
		return -1;
	list[n] = strdup(scope);
	return list[n] == NULL ? -1 : 0;
}

void
scopes_free(char **list)
{
	for (; *list != NULL; list++) {
		free(*list);
		*list = NULL;
	}
}
