#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "sync_local.h"

enum {
	LINE_MAX_BYTES = 1 << 20, /* a group line with very many members */
	ENTRIES_MAX = 1 << 22
};

static const char *const files[LOCAL_FILES] = {
    "passwd", "group", "subuid", "subgid", "login.defs"};

static int
path_of(const struct local *l, const char *file, char path[PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s/%s", l->dir, file);

	return n > 0 && n < PATH_MAX ? 0 : -1;
}

void
local_marks(const char *dir, struct file_mark marks[LOCAL_FILES])
{
	const struct local l = {.dir = dir};
	char path[PATH_MAX];

	for (int i = 0; i < LOCAL_FILES; i++) {
		marks[i] = (struct file_mark){0};
		if (path_of(&l, files[i], path) == 0)
			file_mark(path, &marks[i]);
	}
}

int
local_marks_are_same(const struct file_mark a[LOCAL_FILES],
    const struct file_mark b[LOCAL_FILES])
{
	for (int i = 0; i < LOCAL_FILES; i++) {
		if (!file_mark_is_same(&a[i], &b[i]))
			return 0;
	}
	return 1;
}

int
local_init(struct local *l, const char *dir, struct error *e)
{
	memset(l, 0, sizeof(*l));
	l->dir = dir;
	l->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (l->watch == -1)
		return error_errno(e, "inotify");
	if (inotify_add_watch(l->watch, dir,
		IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE |
		    IN_MOVED_FROM | IN_ATTRIB) == -1)
		return error_errno(e, "watch on %s", dir);
	return 0;
}

void
local_clear(struct local *l)
{
	if (l->watch != -1)
		(void)close(l->watch);
	free(l->names);
	free(l->ids);
	memset(l, 0, sizeof(*l));
	l->watch = -1;
}

int
local_has_changed(struct local *l)
{
	struct file_mark now[LOCAL_FILES];
	char events[4096];

	/* What exactly happened does not matter; stat tells the outcome, also
	 * where a file of its own mount is written in place. */
	while (read(l->watch, events, sizeof(events)) > 0)
		continue;
	local_marks(l->dir, now);
	return !local_marks_are_same(now, l->marks);
}

int
local_each_line(const struct local *l, const char *file,
    int (*on)(void *arg, char *line, unsigned int n, struct error *e),
    void *arg, struct error *e)
{
	char path[PATH_MAX], *line = NULL;
	size_t cap = 0;
	ssize_t len;
	FILE *f;
	int rc = 0;

	if (path_of(l, file, path) == -1)
		return error_set(e, ERROR_SYSTEM, "path is too long");
	f = fopen(path, "re");
	if (f == NULL)
		return errno == ENOENT ? 0 : error_errno(e, "%s", path);
	for (unsigned int n = 1; rc == 0; n++) {
		errno = 0;
		len = getline(&line, &cap, f);
		if (len == -1) {
			if (errno != 0)
				rc = error_errno(e, "%s", path);
			break;
		}
		if (len > LINE_MAX_BYTES || n > ENTRIES_MAX)
			rc = error_set(e, ERROR_SYSTEM, "%s: too large", path);
		else {
			line[strcspn(line, "\n")] = '\0';
			rc = on(arg, line, n, e);
		}
	}
	free(line);
	(void)fclose(f);
	return rc;
}

/* A number up to end as glibc reads it (files-parse.c, strtou32): blanks and a
 * sign before it, what is too large is UINT32_MAX. -1: glibc takes none there.
 */
static int64_t
number_at(const char *s, const char *end)
{
	unsigned long n;
	char *stop;

	errno = 0;
	n = strtoul(s, &stop, 10);
	if (stop == s || stop != end)
		return -1;
	return n > UINT32_MAX ? (int64_t)UINT32_MAX : (int64_t)n;
}

struct fill {
	struct local *l;
	size_t names_cap, ids_cap;
};

static int
grow(void **array, size_t *cap, size_t used, size_t size, struct error *e)
{
	size_t more = *cap == 0 ? 256 : *cap * 2;
	void *bigger;

	if (used < *cap)
		return 0;
	bigger = reallocarray(*array, more, size);
	if (bigger == NULL)
		return error_errno(e, "local names");
	*array = bigger;
	*cap = more;
	return 0;
}

static int
add_name(struct fill *f, const char *name, size_t len, struct error *e)
{
	struct local *l = f->l;

	if (grow((void **)&l->names, &f->names_cap, l->nnames,
		sizeof(*l->names), e) == -1)
		return -1;
	memset(l->names[l->nnames], 0, sizeof(*l->names));
	memcpy(l->names[l->nnames++], name, len);
	return 0;
}

static int
add_id(struct fill *f, uint32_t id, int is_own, const char *name, size_t len,
    struct error *e)
{
	struct local *l = f->l;
	struct local_id *i;

	if (grow((void **)&l->ids, &f->ids_cap, l->nids, sizeof(*l->ids), e) ==
	    -1)
		return -1;
	i = &l->ids[l->nids++];
	memset(i, 0, sizeof(*i));
	i->id = id;
	i->is_own = is_own;
	if (len <= DIR_NAME_MAX)
		memcpy(i->name, name, len);
	return 0;
}

/* name:password:number:… of passwd and group alike, and uid's gid. */
static int
take_entry(void *arg, char *line, unsigned int n, struct error *e)
{
	struct fill *f = arg;
	char *name = line + strspn(line, " \t\v\f\r"), *field = name;
	size_t name_len = strcspn(name, ":");

	(void)n;
	/* Longer names are none of ours. */
	if (name_len > 0 && name_len <= DIR_NAME_MAX &&
	    add_name(f, name, name_len, e) == -1)
		return -1;
	for (int i = 0; i < 4 && field != NULL; i++) {
		char *colon = strchr(field, ':');
		char *end = colon != NULL ? colon : field + strlen(field);
		int64_t id = i >= 2 ? number_at(field, end) : -1;

		if (id >= 0 &&
		    add_id(f, (uint32_t)id, i == 2, name, name_len, e) == -1)
			return -1;
		field = colon != NULL ? colon + 1 : NULL;
	}
	return 0;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int
compare_ids(const void *a, const void *b)
{
	const struct local_id *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

int
local_read(struct local *l, struct error *e)
{
	struct local fresh = *l;
	struct fill f = {.l = &fresh};

	fresh.names = NULL;
	fresh.ids = NULL;
	fresh.nnames = fresh.nids = 0;
	/* The marks first: what changes while we read is read again. */
	local_marks(l->dir, fresh.marks);
	if (local_each_line(l, "passwd", take_entry, &f, e) == -1 ||
	    local_each_line(l, "group", take_entry, &f, e) == -1) {
		free(fresh.names);
		free(fresh.ids);
		return -1;
	}
	if (fresh.nnames > 0)
		qsort(fresh.names, fresh.nnames, sizeof(*fresh.names),
		    compare_names);
	if (fresh.nids > 0)
		qsort(fresh.ids, fresh.nids, sizeof(*fresh.ids), compare_ids);
	free(l->names);
	free(l->ids);
	*l = fresh;
	return 0;
}

int
local_has_name(const struct local *l, const char *name)
{
	return l->nnames > 0 &&
	    bsearch(name, l->names, l->nnames, sizeof(*l->names),
		compare_names) != NULL;
}

/* Any entry of a number, or NULL. */
static const struct local_id *
find_id(const struct local *l, uint32_t id)
{
	struct local_id key = {.id = id};

	return l->nids == 0
	    ? NULL
	    : bsearch(&key, l->ids, l->nids, sizeof(key), compare_ids);
}

int
local_has_id(const struct local *l, uint32_t id)
{
	return find_id(l, id) != NULL;
}

int
local_has_other(const struct local *l, uint32_t id, const char *name)
{
	const struct local_id *i = find_id(l, id);

	if (i == NULL)
		return 0;
	while (i > l->ids && i[-1].id == id)
		i--;
	for (; i < l->ids + l->nids && i->id == id; i++)
		if (i->is_own &&
		    (name[0] == '\0' || strcmp(i->name, name) != 0))
			return 1;
	return 0;
}
