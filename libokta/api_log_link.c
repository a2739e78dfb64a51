/*
 * The link to the next page of the System Log is kept for weeks, so it is held
 * against our own query: one that asks for less, or from a time to come, would
 * hide events from us for as long.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "api_log.h"

enum {
	SECOND_LEN = 19, /* of "2026-01-02T03:04:05.000Z" to the second */
	MS_DIGITS = 13, /* a cursor begins with milliseconds (okta-api 7.3) */
	AHEAD_S = 600 /* Okta's hosts need not agree on the second */
};

/* What a query may say, each once. */
enum { SINCE, AFTER, ORDER, FILTER, LIMIT, NAMES };

static const char *const names[NAMES] = {
    [SINCE] = "since",
    [AFTER] = "after",
    [ORDER] = "sortOrder",
    [FILTER] = "filter",
    [LIMIT] = "limit",
};

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* A part of a query, decoded. 0, -1 where it does not fit or is none. */
static int
decode(const char *p, size_t len, char *dst, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++, n++) {
		if (n + 1 >= cap)
			return -1;
		dst[n] = p[i] == '+' ? ' ' : p[i];
		if (p[i] != '%')
			continue;
		if (len - i < 3 || !isxdigit((unsigned char)p[i + 1]) ||
		    !isxdigit((unsigned char)p[i + 2]))
			return -1;
		dst[n] = (char)(digit(p[i + 1]) * 16 + digit(p[i + 2]));
		if (dst[n] == '\0')
			return -1;
		i += 2;
	}
	dst[n] = '\0';
	return 0;
}

/* Splits a query into its values. 0, -1 where it says anything else or one
 * thing twice; has[] tells which are there. */
static int
split(const char *query, char value[NAMES][API_PATH_MAX], int has[NAMES])
{
	char name[16];

	memset(has, 0, NAMES * sizeof(*has));
	for (;;) {
		size_t len = strcspn(query, "&"), eq = strcspn(query, "=&");
		int i = 0;

		if (eq == len || decode(query, eq, name, sizeof(name)) == -1)
			return -1;
		while (i < NAMES && strcmp(name, names[i]) != 0)
			i++;
		if (i == NAMES || has[i]++ ||
		    decode(query + eq + 1, len - eq - 1, value[i],
			API_PATH_MAX) == -1)
			return -1;
		if (query[len] == '\0')
			return 0;
		query += len + 1;
	}
}

/* Not later than the time given as Unix seconds. */
static int
has_been(const char *since, int64_t now)
{
	char encoded[API_TIME_SIZE], latest[API_TIME_SIZE];

	return api_time(now, encoded) == 0 &&
	    decode(encoded, strlen(encoded), latest, sizeof(latest)) == 0 &&
	    strlen(since) >= SECOND_LEN &&
	    strncmp(since, latest, SECOND_LEN) <= 0;
}

/* A cursor is Okta's own; where it begins with a time, that has been. */
static int
is_cursor(const char *after, int64_t now)
{
	size_t digits = strspn(after, "0123456789");
	long long ms = 0;

	if (digits < MS_DIGITS || after[digits] != '_')
		return after[0] != '\0';
	return digits == MS_DIGITS && sscanf(after, "%13lld", &ms) == 1 &&
	    ms / 1000 <= now;
}

int
api_log_goes_on(const char *next, int64_t now)
{
	static const char logs[] = "/api/v1/logs?";
	char own[API_PATH_MAX], theirs[NAMES][API_PATH_MAX];
	char ours[NAMES][API_PATH_MAX];
	int has[NAMES], has_own[NAMES];
	struct error ignored;

	now += AHEAD_S;
	return strncmp(next, logs, sizeof(logs) - 1) == 0 &&
	    api_log_path(0, own, &ignored) == 0 &&
	    split(own + sizeof(logs) - 1, ours, has_own) == 0 &&
	    split(next + sizeof(logs) - 1, theirs, has) == 0 && has[FILTER] &&
	    strcmp(theirs[FILTER], ours[FILTER]) == 0 &&
	    (!has[ORDER] || strcmp(theirs[ORDER], ours[ORDER]) == 0) &&
	    has[AFTER] && is_cursor(theirs[AFTER], now) &&
	    (!has[SINCE] || has_been(theirs[SINCE], now));
}
