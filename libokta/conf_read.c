#include <string.h>

#include "conf_read.h"

/* Where the reader stands. */
struct reader {
	struct conf_entries *out;
	size_t first; /* entry of this file */
	const char *section, *subject;
	struct conf_place place;
	struct error *e;
};

#define WRONG(r, ...) conf_wrong(&(r)->place, NULL, (r)->e, __VA_ARGS__)

/* Blanks off both ends, in place. */
static char *
trim(char *s)
{
	char *end = s + strlen(s);

	while (*s == ' ' || *s == '\t')
		s++;
	while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	return s;
}

static int
is_word(const char *s, const char *alphabet)
{
	return *s != '\0' && s[strspn(s, alphabet)] == '\0';
}

/* "[section]" or "[section SUBJECT]". */
static int
read_section(struct reader *r, char *line)
{
	size_t len = strlen(line);
	char *subject;

	if (line[len - 1] != ']')
		return WRONG(r, "a section ends with ']'");
	line[len - 1] = '\0';
	line = trim(line + 1);
	subject = line + strcspn(line, " \t");
	if (*subject != '\0')
		*subject++ = '\0';
	subject = trim(subject);
	if (!is_word(line, "abcdefghijklmnopqrstuvwxyz_") ||
	    strpbrk(subject, " \t[]") != NULL)
		return WRONG(r, "not a section");
	r->section = line;
	r->subject = subject;
	return 0;
}

/* "key = value". */
static int
read_pair(struct reader *r, char *line)
{
	char *value = strchr(line, '='), *key;

	if (value == NULL)
		return WRONG(r, "neither a section nor key = value");
	*value++ = '\0';
	key = trim(line);
	value = trim(value);
	if (!is_word(key, "abcdefghijklmnopqrstuvwxyz0123456789_-"))
		return WRONG(
		    r, "not a key: lower-case letters, digits, _ and -");
	if (r->section == NULL)
		return WRONG(r, "%s: stands before the first [section]", key);
	if (value[0] == '"' || value[0] == '\'')
		return WRONG(r, "%s: values stand without quotes", key);
	for (size_t i = r->first; i < r->out->count; i++) {
		const struct conf_entry *old = &r->out->list[i];

		if (strcmp(old->section, r->section) == 0 &&
		    strcmp(old->subject, r->subject) == 0 &&
		    strcmp(old->key, key) == 0)
			return WRONG(r,
			    "%s: stands in line %u already; "
			    "keep one of them",
			    key, old->place.line);
	}
	return conf_entries_add(
	    r->out, r->section, r->subject, key, value, &r->place, r->e);
}

static int
read_line(struct reader *r, char *line, size_t len)
{
	if (len > CONF_LINE_MAX)
		return WRONG(r, "longer than %d bytes", CONF_LINE_MAX);
	for (size_t i = 0; i < len; i++)
		if ((line[i] >= 0 && line[i] < ' ' && line[i] != '\t') ||
		    line[i] == 0x7f)
			return WRONG(r,
			    "control character (byte %zu); lines "
			    "end with a newline alone",
			    i + 1);
	line = trim(line);
	if (line[0] == '\0' || line[0] == '#')
		return 0;
	return line[0] == '[' ? read_section(r, line) : read_pair(r, line);
}

int
conf_read(const struct secret *text, const char *file, struct conf_entries *out,
    struct error *e)
{
	struct reader r = {out, out->count, NULL, NULL, {file, 0}, e};
	struct secret copy = {0};
	char *line, *end, *stop;
	int code;

	/* The copy is cut up in place, and section names stay in it. */
	code = secret_set(&copy, text->bytes, text->len);
	if (code != 0)
		return error_errno(e, "%s", file);
	stop = copy.bytes + copy.len;
	for (line = copy.bytes; code == 0 && line < stop; line = end + 1) {
		end = memchr(line, '\n', (size_t)(stop - line));
		if (end == NULL)
			end = stop;
		*end = '\0';
		r.place.line++;
		code = read_line(&r, line, (size_t)(end - line));
	}
	secret_clear(&copy);
	return code;
}
