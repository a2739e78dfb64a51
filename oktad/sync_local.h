/*
 * The names and numbers that this host holds itself, and the ranges that other
 * allocators of it may use: /etc/passwd, group, subuid, subgid, login.defs.
 * Read in bulk, because a directory of 100,000 people is held against them.
 * Local files always win (T13, T8). oktad, which checks the images, looks at
 * the ranges and at what has changed, too.
 */
#ifndef OKTA_SYNC_LOCAL_H
#define OKTA_SYNC_LOCAL_H

#include <stddef.h>
#include <stdint.h>

#include "directory.h"
#include "error.h"
#include "file.h"

enum { LOCAL_FILES = 5 };

/* Ranges of subordinate ids: any number of them may become a local user's. */
struct local_spans {
	struct local_span {
		uint32_t first, last;
		char who[64]; /* the place */
	} * at;
	size_t n;
	int is_short; /* of memory */
};

struct local {
	const char *dir; /* "/etc" but in tests */
	int watch; /* inotify on dir, -1 none */
	struct file_mark marks[LOCAL_FILES];
	char (*names)[DIR_NAME_MAX + 1]; /* sorted; of people and groups */
	size_t nnames;
	struct local_id {
		uint32_t id;
		int is_own; /* the entry's own number, not its primary gid */
		char name[DIR_NAME_MAX + 1]; /* "" where it is longer */
	} * ids; /* sorted by number */
	size_t nids;
};

/* The state of all of them now. */
void local_marks(const char *dir, struct file_mark marks[LOCAL_FILES]);
int local_marks_are_same(const struct file_mark a[LOCAL_FILES],
    const struct file_mark b[LOCAL_FILES]);

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
/* 1 where a local user or group of another name than this has the number as its
 * own; name "": of any name. */
int local_has_other(const struct local *l, uint32_t id, const char *name);
/* Calls on for each range that another allocator of this host may hand out. 0,
 * or -1 where a file can not be read. */
int local_each_range(const struct local *l,
    void (*on)(void *arg, uint32_t first, uint32_t last, const char *who),
    void *arg, struct error *e);
/* Fills *spans anew: subuid, subgid, and what login.defs sets aside for them.
 * 0, or -1. */
int local_subordinate(
    const struct local *l, struct local_spans *spans, struct error *e);
void local_spans_clear(struct local_spans *spans);
/* The place that hands a number out, or NULL. */
const char *local_span_of(const struct local_spans *spans, uint32_t number);
/* 0 where nothing else on this host may hand out a number of [min, max]; -1
 * with ERROR_CONFIG, the place and the remedy where something may. */
int local_check_range(
    const struct local *l, uint32_t min, uint32_t max, struct error *e);

/* Calls on for every line of a file, without its newline. An absent file has
 * none. 0, or -1 as soon as on says so. */
int local_each_line(const struct local *l, const char *file,
    int (*on)(void *arg, char *line, unsigned int n, struct error *e),
    void *arg, struct error *e);

#endif
