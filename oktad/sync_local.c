#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
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

static struct local_mark
mark(const struct local *l, const char *file)
{
	struct local_mark m;
	struct stat st;
	char path[PATH_MAX];

	memset(&m, 0, sizeof(m));
	if (path_of(l, file, path) == 0 && stat(path, &st) == 0) {
		m.dev = st.st_dev;
		m.ino = st.st_ino;
		m.size = st.st_size;
		m.changed = st.st_ctim;
	}
	return m;
}

static int
is_same(const struct local_mark *a, const struct local_mark *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->changed.tv_sec == b->changed.tv_sec &&
	       a->changed.tv_nsec == b->changed.tv_nsec;
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
	char events[4096];

	/* What exactly happened does not matter; stat tells the outcome, also
	 * where a file of its own mount is written in place. */
	while (read(l->watch, events, sizeof(events)) > 0)
		continue;
	for (int i = 0; i < LOCAL_FILES; i++) {
		struct local_mark now = mark(l, files[i]);

		if (!is_same(&now, &l->marks[i]))
			return 1;
	}
	return 0;
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

int64_t
local_digits(const char *s, const char *end)
{
	int64_t n = 0;

	if (s == end)
		return -1;
	for (; s < end; s++) {
		if (*s < '0' || *s > '9' || n > UINT32_MAX)
			return -1;
		n = n * 10 + (*s - '0');
	}
	return n;
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

/* name:password:number:… of passwd and group alike, and uid's gid. */
static int
take_entry(void *arg, char *line, unsigned int n, struct error *e)
{
	struct fill *f = arg;
	char *field = line;

	(void)n;
	for (int i = 0; i < 4 && field != NULL; i++) {
		char *colon = strchr(field, ':');
		size_t len =
		    colon != NULL ? (size_t)(colon - field) : strlen(field);
		int64_t id = i >= 2 ? local_digits(field, field + len) : -1;

		/* Longer names are none of ours. */
		if (i == 0 && len > 0 && len <= DIR_NAME_MAX) {
			if (grow((void **)&f->l->names, &f->names_cap,
				f->l->nnames, sizeof(*f->l->names), e) == -1)
				return -1;
			memset(
			    f->l->names[f->l->nnames], 0, sizeof(*f->l->names));
			memcpy(f->l->names[f->l->nnames++], field, len);
		}
		if (id >= 0 && id <= UINT32_MAX) {
			if (grow((void **)&f->l->ids, &f->ids_cap, f->l->nids,
				sizeof(*f->l->ids), e) == -1)
				return -1;
			f->l->ids[f->l->nids++] = (uint32_t)id;
		}
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
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
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
	for (int i = 0; i < LOCAL_FILES; i++)
		fresh.marks[i] = mark(l, files[i]);
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
	return l->nnames > 0 && bsearch(name, l->names, l->nnames,
				    sizeof(*l->names), compare_names) != NULL;
}

int
local_has_id(const struct local *l, uint32_t id)
{
	return l->nids > 0 && bsearch(&id, l->ids, l->nids, sizeof(*l->ids),
				  compare_ids) != NULL;
}
