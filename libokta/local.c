/*
 * /etc/passwd and /etc/group share the fields that matter: the name is the
 * first, the number the third.
 */
#include "local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number of an entry; UINT32_MAX (no uid either, setuid(2)) where there
 * is none or it is no decimal number. */
static uint32_t
number_of(const char *line)
{
	const char *p = strchr(line, ':');
	uint64_t n = 0;

	p = p == NULL ? NULL : strchr(p + 1, ':');
	if (p == NULL || p[1] < '0' || p[1] > '9')
		return UINT32_MAX;
	for (p++; *p >= '0' && *p <= '9' && n <= UINT32_MAX; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	return *p == ':' && n <= UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

/* An entry counts by its name alone: a damaged one still keeps the name
 * local. */
static int
is_named(const char *line, const char *name)
{
	size_t len = strlen(name);

	return strncmp(line, name, len) == 0 && line[len] == ':';
}

/* Looks for a name, or with name NULL for a number. 1, 0 or OKTA_SYSTEM. */
static int
find(const char *path, const char *name, uint32_t *id)
{
	char *line = NULL;
	size_t cap = 0;
	uint32_t wanted = *id;
	int r = 0;
	FILE *f;

	*id = UINT32_MAX;
	if (name != NULL && (*name == '\0' || strpbrk(name, ":\n") != NULL))
		return 0;
	f = fopen(path, "re");
	if (f == NULL)
		return OKTA_SYSTEM;
	while (r == 0 && getline(&line, &cap, f) > 0) {
		/* glibc's files backend skips blanks in front, so do we. */
		const char *entry = line + strspn(line, " \t");
		uint32_t n = number_of(entry);

		r = name != NULL ? is_named(entry, name)
				 : n == wanted && n != UINT32_MAX;
		if (r == 1)
			*id = n;
	}
	if (r == 0 && !feof(f))
		r = OKTA_SYSTEM;
	free(line);
	fclose(f);
	return r;
}

int
local_has_user(const char *path, const char *name, uint32_t *id)
{
	uint32_t unused = 0;

	return find(path, name, id != NULL ? id : &unused);
}

int
local_has_uid(const char *path, uint32_t uid)
{
	return find(path, NULL, &uid);
}

int
local_has_group(const char *path, const char *name, uint32_t *id)
{
	return local_has_user(path, name, id);
}

int
local_has_gid(const char *path, uint32_t gid)
{
	return local_has_uid(path, gid);
}
