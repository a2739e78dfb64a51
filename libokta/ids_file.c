#include <string.h>

#include "ids_file.h"
#include "name.h"

enum { WORDS_MAX = 6 };

struct word {
	const char *at;
	size_t len;
};

static int
is_word(const struct word *w, const char *s)
{
	return w->len == strlen(s) && memcmp(w->at, s, w->len) == 0;
}

/* Words of a line up to a comment; WORDS_MAX for as many or more. */
static size_t
split(const char *text, size_t len, struct word words[WORDS_MAX])
{
	size_t n = 0, i = 0;

	while (n < WORDS_MAX) {
		while (i < len && (text[i] == ' ' || text[i] == '\t'))
			i++;
		if (i == len || text[i] == '#')
			break;
		words[n].at = text + i;
		while (i < len && text[i] != ' ' && text[i] != '\t')
			i++;
		words[n].len = (size_t)(text + i - words[n].at);
		n++;
	}
	return n;
}

/* Decimal digits without sign or leading zero. 1, or 0. */
static int
read_number(const struct word *w, uint32_t *out)
{
	uint64_t n = 0;

	*out = 0;
	if (w->len == 0 || w->len > 10 || (w->at[0] == '0' && w->len > 1))
		return 0;
	for (size_t i = 0; i < w->len; i++) {
		if (w->at[i] < '0' || w->at[i] > '9')
			return 0;
		n = n * 10 + (uint64_t)(w->at[i] - '0');
	}
	if (n > UINT32_MAX)
		return 0;
	*out = (uint32_t)n;
	return 1;
}

static int
read_name(const struct word *w, char dst[TEMPLATE_NAME_SIZE])
{
	dst[0] = '\0';
	if (w->len >= TEMPLATE_NAME_SIZE || !name_is_valid(w->at, w->len))
		return 0;
	memcpy(dst, w->at, w->len);
	dst[w->len] = '\0';
	return 1;
}

static int
read_id(const struct word *w, char dst[JSON_ID_MAX + 1])
{
	dst[0] = '\0';
	if (!json_is_id(w->at, w->len))
		return 0;
	memcpy(dst, w->at, w->len);
	dst[w->len] = '\0';
	return 1;
}

/* An Okta id begins with a digit, a name never does. */
static const char *
read_key(const struct word *w, struct ids_line *l)
{
	if (w->at[0] >= '0' && w->at[0] <= '9')
		return read_id(w, l->id) ? NULL : "the Okta id is none";
	return read_name(w, l->name)
	    ? NULL
	    : "neither an Okta id nor a name that may be published";
}

static const char *
read_numbers(const struct word *w, size_t n, struct ids_line *l)
{
	l->what = IDS_NUMBER;
	if (!read_number(&w[0], &l->number) || !read_number(&w[n - 1], &l->gid))
		return "a number is missing, or is none";
	return NULL;
}

static const char *
read_words(const struct word *w, size_t n, struct ids_line *l)
{
	const char *why;

	if (is_word(&w[0], "user") && (n == 4 || n == 5)) {
		l->kind = IDMAP_USER;
		if (n == 5 && !read_name(&w[4], l->home))
			return "the name of the home is none";
		why = read_key(&w[1], l);
		if (why == NULL && n == 5 && l->id[0] == '\0')
			return "the name of a home wants an Okta id as the key";
		return why != NULL ? why : read_numbers(&w[2], 2, l);
	}
	if (is_word(&w[0], "group") && n == 3) {
		l->kind = IDMAP_GROUP;
		why = read_key(&w[1], l);
		return why != NULL ? why : read_numbers(&w[2], 1, l);
	}
	if (is_word(&w[0], "name") && n == 4) {
		l->what = IDS_NAME;
		l->kind = is_word(&w[2], "user") ? IDMAP_USER : IDMAP_GROUP;
		if (!is_word(&w[2], "user") && !is_word(&w[2], "group"))
			return "neither \"user\" nor \"group\" behind the name";
		if (!read_name(&w[1], l->name))
			return "not a name that may be published";
		return read_id(&w[3], l->id) ? NULL : "the Okta id is none";
	}
	return "not a line of the form \"user KEY UID GID\", \"group KEY "
	       "GID\", \"name NAME user ID\", or one of passwd(5) or group(5)";
}

/* passwd(5) has seven fields, group(5) four. */
static const char *
read_colons(const char *text, size_t len, struct ids_line *l)
{
	struct word w[7];
	size_t n = 0, start = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && text[i] != ':')
			continue;
		if (n == 7)
			return "more fields than passwd(5) has";
		w[n++] = (struct word){text + start, i - start};
		start = i + 1;
	}
	if (n != 7 && n != 4)
		return "neither a line of passwd(5) nor one of group(5)";
	l->kind = n == 7 ? IDMAP_USER : IDMAP_GROUP;
	if (!read_name(&w[0], l->name))
		return "not a name that may be published";
	return read_numbers(&w[2], n == 7 ? 2 : 1, l);
}

const char *
ids_line_read(const char *text, size_t len, struct ids_line *l)
{
	struct word words[WORDS_MAX];
	const char *why;
	size_t n;

	memset(l, 0, sizeof(*l));
	if (len > IDS_LINE_MAX || memchr(text, '\0', len) != NULL)
		return "too long, or not text";
	if (len > 0 && text[len - 1] == '\r')
		len--;
	n = split(text, len, words);
	if (n == 0)
		return NULL;
	/* No word of the plain form may hold a colon. */
	why = memchr(words[0].at, ':', words[0].len) != NULL
	    ? read_colons(words[0].at, (size_t)(text + len - words[0].at), l)
	    : read_words(words, n, l);
	if (why != NULL)
		memset(l, 0, sizeof(*l));
	return why;
}
