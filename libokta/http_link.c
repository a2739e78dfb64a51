#include "http_link.h"

#include <string.h>
#include <strings.h>

#include "code.h"

struct cursor {
	const char *p;
	size_t left;
};

static void
skip_space(struct cursor *c)
{
	while (c->left > 0 && (*c->p == ' ' || *c->p == '\t')) {
		c->p++;
		c->left--;
	}
}

static int
take_char(struct cursor *c, char want)
{
	if (c->left == 0 || *c->p != want)
		return 0;
	c->p++;
	c->left--;
	return 1;
}

/* Bytes up to one of stop; the end of the value stops too. */
static size_t
take_until(struct cursor *c, const char *stop, const char **start)
{
	size_t n = 0;

	*start = c->p;
	while (
	    n < c->left && (c->p[n] == '\0' || strchr(stop, c->p[n]) == NULL))
		n++;
	c->p += n;
	c->left -= n;
	return n;
}

/* A quoted-string: its inside, escapes left as they are. */
static int
take_quoted(struct cursor *c, const char **start, size_t *len)
{
	*start = c->p;
	while (c->left > 0 && *c->p != '"') {
		size_t n = *c->p == '\\' && c->left > 1 ? 2 : 1;

		c->p += n;
		c->left -= n;
	}
	*len = (size_t)(c->p - *start);
	return take_char(c, '"') ? OKTA_OK : OKTA_BAD;
}

/* rel holds relation types by spaces, in any case (section 3.3). */
static int
has_relation(const char *value, size_t len, const char *relation)
{
	size_t n;

	while (len > 0) {
		for (n = 0; n < len && value[n] != ' '; n++)
			;
		if (n == strlen(relation) &&
		    strncasecmp(value, relation, n) == 0)
			return 1;
		n += n < len;
		value += n;
		len -= n;
	}
	return 0;
}

/* One ";name=value" behind a target. */
static int
take_parameter(struct cursor *c, const char **name, size_t *name_len,
    const char **value, size_t *value_len)
{
	*value = "";
	*value_len = 0;
	skip_space(c);
	*name_len = take_until(c, " \t=;,\"<>", name);
	skip_space(c);
	if (*name_len == 0)
		return OKTA_BAD;
	if (!take_char(c, '='))
		return OKTA_OK;
	skip_space(c);
	if (take_char(c, '"'))
		return take_quoted(c, value, value_len);
	*value_len = take_until(c, " \t;,\"<>", value);
	return OKTA_OK;
}

int
http_link_next(const char *value, size_t len, char *dst, size_t cap)
{
	const char *target, *name, *text;
	size_t target_len, name_len, text_len;
	struct cursor c = {value, len};
	int found = 0, is_next, has_rel, has_anchor;

	dst[0] = '\0';
	for (;;) {
		skip_space(&c);
		if (c.left == 0)
			return found;
		if (take_char(&c, ',')) /* empty list elements are allowed */
			continue;
		if (!take_char(&c, '<'))
			goto bad;
		target_len = take_until(&c, ">", &target);
		if (!take_char(&c, '>'))
			goto bad;
		is_next = has_rel = has_anchor = 0;
		skip_space(&c);
		while (take_char(&c, ';')) {
			if (take_parameter(&c, &name, &name_len, &text,
				&text_len) != OKTA_OK)
				goto bad;
			skip_space(&c);
			if (name_len == 6 &&
			    strncasecmp(name, "anchor", 6) == 0)
				has_anchor = 1;
			if (name_len != 3 || strncasecmp(name, "rel", 3) != 0)
				continue;
			/* Only the first rel counts (section 3.3). */
			if (!has_rel)
				is_next = has_relation(text, text_len, "next");
			has_rel = 1;
		}
		if (c.left > 0 && *c.p != ',')
			goto bad;
		if (!is_next)
			continue;
		if (found || has_anchor || target_len >= cap ||
		    memchr(target, '\0', target_len) != NULL)
			goto bad;
		memcpy(dst, target, target_len);
		dst[target_len] = '\0';
		found = 1;
	}
bad:
	dst[0] = '\0';
	return OKTA_BAD;
}
