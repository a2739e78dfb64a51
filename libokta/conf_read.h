/*
 * The strict reader of okta.conf files: lines become entries, nothing is
 * interpreted. Internal to conf.c.
 *
 *	# a comment: '#' is the first character that is not a blank
 *	[section]		or [section SUBJECT]
 *	key = value		value: the rest, blanks around it off
 */
#ifndef OKTA_CONF_READ_H
#define OKTA_CONF_READ_H

#include "conf_entry.h"

enum {
	CONF_FILE_MAX = 1 << 20, /* bytes of a file */
	CONF_LINE_MAX = 1 << 16 /* bytes of a line */
};

/* Appends the entries of one file's text to *out; file is kept, not copied.
 * 0, or -1 with "file:line: what; remedy": control characters, a line without
 * '=', a key outside a section, a key twice, quotes around a value. */
int conf_read(const struct secret *text, const char *file,
    struct conf_entries *out, struct error *e);

#endif
