/*
 * The log of a program: one line per event, key=value pairs. Only programs use
 * it; the library and the modules never do.
 *
 *	event=login user=alice uid=1879048200 result=denied reason="no factor"
 *
 * Values may be foreign text. A value made of printable ASCII without space,
 * quote, backslash and '=' stands as it is; any other is put in double quotes,
 * with every other byte as \xNN, so that nobody can forge a second line or a
 * pair, or reach the terminal of the reader (T107, T108). There is no way to
 * hand over a format.
 */
#ifndef OKTA_LOG_H
#define OKTA_LOG_H

#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

enum log_kind { LOG_FIELD_END = 0, LOG_FIELD_TEXT, LOG_FIELD_NUMBER };

struct log_field {
	enum log_kind kind;
	const char *key; /* a literal: lower case, '_' */
	const char *text; /* NULL: the pair is left out */
	int64_t number;
};

static inline struct log_field
log_text(const char *key, const char *text)
{
	return (struct log_field){LOG_FIELD_TEXT, key, text, 0};
}

static inline struct log_field
log_number(const char *key, int64_t number)
{
	return (struct log_field){LOG_FIELD_NUMBER, key, NULL, number};
}

/* Chooses where lines go: to standard error with sd-daemon <N> prefixes where
 * it is the journal (JOURNAL_STREAM names it), plain to standard error with
 * foreground, else to syslog (LOG_AUTHPRIV). program is kept, not copied.
 * Without debug, LOG_DEBUG lines are dropped. */
void log_open(const char *program, int foreground, int debug);

/* Writes one event. level is a syslog priority; event a literal word. At most
 * 256 bytes of a value are shown. Per cause (event, level and, where present,
 * the text of the field "cause") 60 lines may come at once and one more per
 * second; the next line that passes tells how many did not: suppressed=N. */
#define log_event(level, event, ...)    \
	log_fields(level, event,        \
	    (const struct log_field[]){ \
		log_text("event", event), ##__VA_ARGS__, {0, NULL, NULL, 0}})
void log_fields(int level, const char *event, const struct log_field *fields);
/* The same for an event that nobody without rights can cause at will: it is
 * always written, and takes nothing from the others of its cause. */
void log_always(int level, const struct log_field *fields);

/* Appends text to dst in the form above; cap > 0, always NUL-ended, never cut
 * inside an escape. Returns the length. */
size_t log_escape(char *dst, size_t cap, const char *text);

#endif
