/*
 * The names and numbers that this host holds itself, and the ranges that other
 * allocators of it may use: /etc/passwd, group, subuid, subgid, login.defs.
 * Read in bulk, because a directory of 100,000 people is held against them.
 * Local files always win (T13, T8).
 */
#ifndef OKTA_SYNC_LOCAL_H
#define OKTA_SYNC_LOCAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "directory.h"
#include "error.h"

enum { LOCAL_FILES = 5 };

struct local_mark { /* what tells one state of a file from another */
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec changed;
};

struct local {
	const char *dir; /* "/etc" but in tests */
	int watch; /* inotify on dir, -1 none */
	struct local_mark marks[LOCAL_FILES];
	char (*names)[DIR_NAME_MAX + 1]; /* sorted; of people and groups */
	size_t nnames;
	uint32_t *ids; /* sorted; uids and gids */
	size_t nids;
};

/* Begins watching; reads nothing yet. 0, -1 (ERROR_SYSTEM). */
int local_init(struct local *l, const char *dir, struct error *e);
void local_clear(struct local *l);
/* Empties the watch and looks at the files. 1 where one of them is not what
 * local_read() read, 0. Cheap: five stat calls. */
int local_has_changed(struct local *l);
/* Reads passwd and group anew. -1 (the old content stays) where a file is there
 * and can not be read, or is larger than any such file is. */
int local_read(struct local *l, struct error *e);
int local_has_name(const struct local *l, const char *name);
int local_has_id(const struct local *l, uint32_t id);
/* 0 where nothing else on this host may hand out a number of [min, max]; -1
 * with ERROR_CONFIG, the place and the remedy where something may. */
int local_check_range(
    const struct local *l, uint32_t min, uint32_t max, struct error *e);

/* Calls on for every line of a file, without its newline. An absent file has
 * none. 0, or -1 as soon as on says so. */
int local_each_line(const struct local *l, const char *file,
    int (*on)(void *arg, char *line, unsigned int n, struct error *e),
    void *arg, struct error *e);
/* The number of decimal digits from s up to end; -1 for anything else. */
int64_t local_digits(const char *s, const char *end);

#endif
