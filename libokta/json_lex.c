#include <string.h>

#include "json_lex.h"

static const char unexpected[] = "unexpected character";

static int
is_space(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int
is_digit(const struct lex *l)
{
	return l->p < l->end && *l->p >= '0' && *l->p <= '9';
}

void
lex_space(struct lex *l)
{
	while (l->p < l->end && is_space(*l->p))
		l->p++;
}

int
lex_skip(struct lex *l, char c)
{
	if (l->p == l->end || *l->p != (unsigned char)c)
		return 0;
	l->p++;
	return 1;
}

/* One multi-byte character: RFC 3629 section 4, the table of legal bytes. */
static const char *
lex_utf8(struct lex *l)
{
	static const struct {
		unsigned char first, last; /* of the first byte */
		unsigned char low, high; /* of the second byte */
		unsigned int more;
	} rows[] = {
	    {0xc2, 0xdf, 0x80, 0xbf, 1},
	    {0xe0, 0xe0, 0xa0, 0xbf, 2},
	    {0xe1, 0xec, 0x80, 0xbf, 2},
	    {0xed, 0xed, 0x80, 0x9f, 2},
	    {0xee, 0xef, 0x80, 0xbf, 2},
	    {0xf0, 0xf0, 0x90, 0xbf, 3},
	    {0xf1, 0xf3, 0x80, 0xbf, 3},
	    {0xf4, 0xf4, 0x80, 0x8f, 3},
	};
	const unsigned char *p = l->p;
	unsigned int more;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (*p < rows[i].first || *p > rows[i].last)
			continue;
		more = rows[i].more;
		if ((size_t)(l->end - p) <= more || p[1] < rows[i].low ||
		    p[1] > rows[i].high)
			break;
		for (unsigned int k = 2; k <= more; k++)
			if (p[k] < 0x80 || p[k] > 0xbf)
				return "invalid UTF-8";
		l->p += 1 + more;
		return NULL;
	}
	return "invalid UTF-8";
}

/* After the backslash. *has_nul is set by the escape of U+0000. */
static const char *
lex_escape(struct lex *l, int *has_nul)
{
	unsigned int value = 0;

	if (l->p == l->end || *l->p == '\0' ||
	    strchr("\"\\/bfnrtu", *l->p) == NULL)
		return "invalid escape";
	if (*l->p++ != 'u')
		return NULL;
	for (int i = 0; i < 4; i++, l->p++) {
		static const char hex[] = "0123456789abcdef";
		const char *at;

		if (l->p == l->end || *l->p == '\0' ||
		    (at = strchr(hex,
			 *l->p >= 'A' && *l->p <= 'F' ? *l->p | 0x20
						      : *l->p)) == NULL)
			return "invalid escape";
		value = value * 16 + (unsigned int)(at - hex);
	}
	*has_nul |= value == 0;
	return NULL;
}

/* A character of a string that stands for itself and is one byte long. */
static int
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

const char *
lex_string(struct lex *l, int *has_nul)
{
	const char *wrong = NULL;

	*has_nul = 0;
	while (wrong == NULL && l->p < l->end) {
		while (l->p < l->end && is_plain(*l->p))
			l->p++;
		if (lex_skip(l, '"'))
			return NULL;
		if (l->p == l->end)
			break;
		if (*l->p < 0x20)
			return "bare control character in a string";
		if (lex_skip(l, '\\'))
			wrong = lex_escape(l, has_nul);
		else
			wrong = lex_utf8(l);
	}
	return wrong != NULL ? wrong : "string without end";
}

const char *
lex_number(struct lex *l)
{
	lex_skip(l, '-');
	if (!is_digit(l))
		return "invalid number";
	if (!lex_skip(l, '0'))
		while (is_digit(l))
			l->p++;
	if (lex_skip(l, '.')) {
		if (!is_digit(l))
			return "invalid number";
		while (is_digit(l))
			l->p++;
	}
	if (lex_skip(l, 'e') || lex_skip(l, 'E')) {
		if (!lex_skip(l, '+'))
			lex_skip(l, '-');
		if (!is_digit(l))
			return "invalid number";
		while (is_digit(l))
			l->p++;
	}
	return is_digit(l) ? "invalid number" : NULL;
}

const char *
lex_word(struct lex *l)
{
	static const char *const words[] = {"true", "false", "null"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i]);

		if ((size_t)(l->end - l->p) >= len &&
		    memcmp(l->p, words[i], len) == 0) {
			l->p += len;
			return NULL;
		}
	}
	return unexpected;
}

/* A string and, where it is a key, its colon. */
static const char *
lex_string_or_key(struct lex *l, size_t *members)
{
	const char *wrong;
	int has_nul;

	l->p++;
	wrong = lex_string(l, &has_nul);
	if (wrong == NULL)
		lex_space(l);
	if (wrong == NULL && lex_skip(l, ':')) {
		++*members;
		if (has_nul)
			wrong = "NUL in a key";
	}
	return wrong;
}

const char *
json_lex(const char *p, size_t len, struct lex_counts *n, size_t *at)
{
	struct lex l = {
	    (const unsigned char *)p, (const unsigned char *)p + len};
	const char *wrong = NULL;
	unsigned int open = 0;

	memset(n, 0, sizeof(*n));
	while (wrong == NULL && l.p < l.end) {
		if (is_space(*l.p) || *l.p == ',') {
			l.p++;
			continue;
		}
		if (*l.p == '}' || *l.p == ']') {
			l.p++;
			if (open-- == 0)
				wrong = unexpected;
			continue;
		}
		n->tokens++;
		if (*l.p == '{' || *l.p == '[') {
			l.p++;
			n->containers++;
			n->depth = ++open > n->depth ? open : n->depth;
		} else if (*l.p == '"')
			wrong = lex_string_or_key(&l, &n->members);
		else if (*l.p == '-' || is_digit(&l))
			wrong = lex_number(&l);
		else
			wrong = lex_word(&l);
	}
	*at = (size_t)(l.p - (const unsigned char *)p);
	return wrong;
}
