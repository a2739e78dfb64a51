/*
 * The scopes of one command: a NULL-ended list in an array of max + 1, empty at
 * first.
 */
#ifndef OKTA_SCOPES_H
#define OKTA_SCOPES_H

#include <stddef.h>

/* Appends a copy. 0; -1: it is full, or there is no memory. */
int scopes_add(char **list, size_t max, const char *scope);
/* Frees what is in it. */
void scopes_free(char **list);

#endif
