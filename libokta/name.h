/*
 * Which strings may be login and group names, gecos, homes and shells. Names
 * are refused, never mended: stripping makes two names one (threats T16, T17).
 * ASCII tables of our own: the locale must not decide (T18). libc only.
 */
#ifndef OKTA_NAME_H
#define OKTA_NAME_H

#include <stddef.h>

/* 1: a name that may be published. [a-z_][a-z0-9_.-]{0,30}, no "..", no final
 * '.', and not reserved. len is without NUL; a NUL inside is refused. */
int name_is_valid(const char *s, size_t len);
/* 1: Debian's, systemd's and common packages' system names and our own, and
 * the patterns "_…", "systemd-…", "debian-…", "oktad…", whether or not this
 * host has them (T13, T14). Upper-case words such as sudoers' ALL need no
 * entry: they are no names. s ends with NUL. */
int name_is_reserved(const char *s);
/* Bytes of the UTF-8 character that s begins with, 0 where there is none.
 * *is_fit: it may stand in text that people read. len > 0. */
size_t name_next_char(const char *s, size_t len, int *is_fit);
/* 1: UTF-8 by RFC 3629, whatever the characters. */
int name_is_utf8(const char *s, size_t len);
/* 1: valid UTF-8 of at most max bytes without control characters, line and
 * paragraph separators, bidirectional and zero-width characters,
 * noncharacters and ':'. "" is clean. */
int name_is_clean_text(const char *s, size_t len, size_t max);
/* 1: an absolute path of clean text without "", "." and ".." parts and
 * without a final '/'; "/" itself is refused (T22). */
int name_is_clean_path(const char *s, size_t len, size_t max);
/* What the two below are made of; but is one more byte that stays. */
void name_filter_but(
    char *dst, size_t cap, const char *src, size_t len, char but);
/* Copies foreign text for a terminal or a log line: every character that
 * name_is_clean_text() refuses, and every byte that is no UTF-8, becomes
 * '?'; ':' stays. Cut between characters where cap is too small; always ends
 * with NUL; cap > 0. */
static inline void
name_filter_text(char *dst, size_t cap, const char *src, size_t len)
{
	name_filter_but(dst, cap, src, len, ':');
}

/* The same for several lines: \n stays, too. */
static inline void
name_filter_lines(char *dst, size_t cap, const char *src, size_t len)
{
	name_filter_but(dst, cap, src, len, '\n');
}

#endif
