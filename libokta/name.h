/*
 * Which strings may be login and group names, gecos, homes and shells. Names
 * are refused, never mended: stripping makes two names one (threats T16, T17).
 * ASCII tables of our own: the locale must not decide (T18).
 */
#ifndef OKTA_NAME_H
#define OKTA_NAME_H

#include <stddef.h>

/* [a-z_][a-z0-9_.-]{0,30}; no "..", no final '.', not a reserved word. */
int name_is_valid(const char *s, size_t len);
/* Debian's and systemd's system names and patterns, ALL, root … whether or
 * not this host has them. */
int name_is_reserved(const char *s);
/* Valid UTF-8 without control, bidirectional and zero-width characters,
 * ':' or newline, at most max bytes. */
int name_is_clean_text(const char *s, size_t len, size_t max);
/* Absolute path, clean text, no "", ".", ".." parts, no final '/'. */
int name_is_clean_path(const char *s, size_t len, size_t max);
/* Copies foreign text for a terminal or a log line: everything that
 * name_is_clean_text refuses, becomes '?'. Always NUL-ends; cap > 0. */
void name_filter_text(char *dst, size_t cap, const char *src, size_t len);

#endif
