#include "config.h"

#include <stdint.h>
#include <string.h>

#include "directory.h"
#include "name.h"
#include "name_reserved.h"

static int
is_first(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_';
}

static int
is_later(char c)
{
	return is_first(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

static int
is_word_reserved(const char *s)
{
	size_t low = 0, high = sizeof(name_reserved) / sizeof(name_reserved[0]);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(s, name_reserved[mid]);

		if (order == 0)
			return 1;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return 0;
}

int
name_is_reserved(const char *s)
{
	static const char prefixes[][9] = {"_", "systemd-", "debian-", "oktad"};
	size_t i;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(s, prefixes[i], strlen(prefixes[i])) == 0)
			return 1;
	return is_word_reserved(s);
}

int
name_is_valid(const char *s, size_t len)
{
	char name[DIR_NAME_MAX + 1];
	size_t i;

	if (len == 0 || len > DIR_NAME_MAX || !is_first(s[0]))
		return 0;
	for (i = 1; i < len; i++)
		if (!is_later(s[i]) || (s[i] == '.' && s[i - 1] == '.'))
			return 0;
	if (s[len - 1] == '.')
		return 0;
	memcpy(name, s, len);
	name[len] = '\0';
	return !name_is_reserved(name);
}

int
name_is_clean_text(const char *s, size_t len, size_t max)
{
	int is_fit;
	size_t n;

	if (len > max)
		return 0;
	/* Printable ASCII, as most is, needs no look into any table. */
	while (len > 0 && *s >= ' ' && *s <= '~' && *s != ':')
		s++, len--;
	for (; len > 0; s += n, len -= n) {
		n = name_next_char(s, len, &is_fit);
		if (!is_fit || *s == ':')
			return 0;
	}
	return 1;
}

int
name_is_clean_path(const char *s, size_t len, size_t max)
{
	size_t start, end;

	if (len < 2 || s[0] != '/' || !name_is_clean_text(s, len, max))
		return 0;
	for (start = 1; start <= len; start = end + 1) {
		for (end = start; end < len && s[end] != '/'; end++)
			;
		if (end == start || (end - start == 1 && s[start] == '.') ||
		    (end - start == 2 && s[start] == '.' &&
			s[start + 1] == '.'))
			return 0;
	}
	return 1;
}
