/*
 * Real answers of Okta orgs, where there is a folder of them ($OKTA_RECORDED,
 * else ../shared/recorded beside the sources): files with status, headers and
 * body of one answer each.
 */
#ifndef OKTA_TEST_RECORDED_H
#define OKTA_TEST_RECORDED_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "json.h"

/* The folder, or NULL. */
static inline const char *
recorded_root(void)
{
	static char root[512];
	const char *given = getenv("OKTA_RECORDED");
	const char *top = getenv("srcdir");
	char index[600];

	if (given != NULL)
		snprintf(root, sizeof(root), "%s", given);
	else
		snprintf(root, sizeof(root), "%s/../shared/recorded",
		    top != NULL ? top : ".");
	snprintf(index, sizeof(index), "%s/INDEX.tsv", root);
	return access(index, R_OK) == 0 ? root : NULL;
}

/* For a test that has nothing to do without it. */
static inline const char *
recorded_or_skip(void)
{
	const char *root = recorded_root();

	if (root == NULL) {
		print_message(
		    "skipped: no recorded answers ($OKTA_RECORDED)\n");
		skip();
	}
	return root;
}

static inline char *
recorded_read(const char *path, size_t *len)
{
	FILE *f = fopen(path, "re");
	char *p = NULL;
	long n;

	*len = 0;
	if (f == NULL)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && (n = ftell(f)) > 0 &&
	    (p = malloc((size_t)n)) != NULL) {
		rewind(f);
		*len = fread(p, 1, (size_t)n, f);
	}
	(void)fclose(f);
	return p;
}

/* Calls take for each file of a folder whose name begins with prefix. */
static inline void
recorded_each(const char *root, const char *folder, const char *prefix,
    void (*take)(const char *file, const struct json_object *doc, void *arg),
    void *arg)
{
	char dir[600], path[1024];
	struct dirent *d;
	DIR *all;

	snprintf(dir, sizeof(dir), "%s/%s", root, folder);
	all = opendir(dir);
	if (all == NULL)
		fail_msg("%s can not be read", dir);
	while ((d = readdir(all)) != NULL) {
		struct json_object *doc;
		struct error e;
		size_t len;
		char *text;

		if (d->d_name[0] == '.' ||
		    strncmp(d->d_name, prefix, strlen(prefix)) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, d->d_name);
		text = recorded_read(path, &len);
		if (text == NULL)
			fail_msg("%s can not be read", path);
		if (json_parse(text, len, d->d_name, &doc, &e) != 0)
			fail_msg("%s", e.text);
		take(d->d_name, doc, arg);
		json_free(doc);
		free(text);
	}
	closedir(all);
}

#endif
