/*
 * Settings of okta.conf as they were written, each with its place. Internal to
 * conf.c.
 */
#ifndef OKTA_CONF_ENTRY_H
#define OKTA_CONF_ENTRY_H

#include <stddef.h>

#include "conf.h"

struct conf_entry {
	char *section; /* "okta", "service" */
	char *subject; /* "sshd", or "" */
	char *key;
	char *value; /* may be a secret: wiped when freed */
	struct conf_place place;
};

struct conf_entries {
	struct conf_entry *list;
	size_t count;
};

/* Appends copies; of the place only the file's name is borrowed. */
int conf_entries_add(struct conf_entries *es, const char *section,
    const char *subject, const char *key, const char *value,
    const struct conf_place *place, struct error *e);
/* The last entry of that key, or NULL: a later file replaces the whole
 * value. subject NULL is "". */
const struct conf_entry *conf_entries_find(const struct conf_entries *es,
    const char *section, const char *subject, const char *key);
/* Frees and wipes. */
void conf_entries_clear(struct conf_entries *es);

/* ERROR_CONFIG with "file:line: key: text"; key NULL is left out, and so is
 * line 0. Always -1. */
int conf_wrong(const struct conf_place *place, const char *key, struct error *e,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
