#include <stdio.h>
#include <string.h>

#include "name.h"
#include "template.h"

/* The locale has no say in what is lower case (T18). */
static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
	    c == '.' || c == '-';
}

static int
validated(char dst[TEMPLATE_NAME_SIZE], size_t len)
{
	int code = 0;

	dst[len] = '\0';
	if (!name_is_valid(dst, len)) {
		code = name_is_reserved(dst) ? TEMPLATE_RESERVED : -1;
		dst[0] = '\0';
	}
	return code;
}

int
template_name_of_login(const char *login, char dst[TEMPLATE_NAME_SIZE])
{
	size_t len = strcspn(login, "@");

	dst[0] = '\0';
	if (len >= TEMPLATE_NAME_SIZE)
		return -1;
	for (size_t i = 0; i < len; i++)
		dst[i] = lower(login[i]);
	return validated(dst, len);
}

int
template_name_of_value(const char *value, char dst[TEMPLATE_NAME_SIZE])
{
	size_t len = strlen(value);

	dst[0] = '\0';
	if (len >= TEMPLATE_NAME_SIZE)
		return -1;
	memcpy(dst, value, len);
	return validated(dst, len);
}

int
template_name_of_group(
    const char *prefix, const char *okta_name, char dst[TEMPLATE_NAME_SIZE])
{
	size_t len = prefix != NULL ? strlen(prefix) : 0;

	dst[0] = '\0';
	if (len >= TEMPLATE_NAME_SIZE)
		return -1;
	if (len > 0)
		memcpy(dst, prefix, len);
	for (const char *p = okta_name; *p != '\0'; p++) {
		char c = lower(*p);

		/* The later bytes of a UTF-8 character. */
		if (((unsigned char)c & 0xc0) == 0x80)
			continue;
		if (len == TEMPLATE_NAME_SIZE - 1) {
			dst[0] = '\0';
			return -1;
		}
		dst[len++] = is_name_char(c) ? c : '-';
	}
	return validated(dst, len);
}

/* What stands for %c; NULL for nothing known. */
static const char *
piece_of(char c, const char *name, const char *letter, const char *number)
{
	switch (c) {
	case 'u':
		return name;
	case 'l':
		return letter;
	case 'U':
		return number;
	case '%':
		return "%";
	default:
		return NULL;
	}
}

int
template_home(const char *tmpl, const char *name, uint32_t uid,
    char dst[TEMPLATE_PATH_SIZE])
{
	const char letter[2] = {name[0], '\0'};
	char number[16];
	size_t len = 0;

	snprintf(number, sizeof(number), "%u", uid);
	dst[0] = '\0';
	for (const char *p = tmpl; *p != '\0'; p++) {
		const char *piece = p;
		size_t n = 1;

		if (*p == '%') {
			p++;
			piece = piece_of(*p, name, letter, number);
			if (piece == NULL)
				goto bad;
			n = strlen(piece);
		}
		if (n >= TEMPLATE_PATH_SIZE - len)
			goto bad;
		memcpy(dst + len, piece, n);
		len += n;
	}
	dst[len] = '\0';
	if (name_is_clean_path(dst, len, TEMPLATE_PATH_SIZE - 1))
		return 0;
bad:
	dst[0] = '\0';
	return -1;
}
