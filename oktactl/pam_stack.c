#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pam_stack.h"

struct old_word {
	const char *word;
	const char *bracket;
};

/* pam.conf(5): what the one-word controls mean. */
static const struct old_word old_words[] = {
    {"required", "success=ok new_authtok_reqd=ok ignore=ignore default=bad"},
    {"requisite", "success=ok new_authtok_reqd=ok ignore=ignore default=die"},
    {"sufficient", "success=done new_authtok_reqd=done default=ignore"},
    {"optional", "success=ok new_authtok_reqd=ok default=ignore"},
};

/* Cuts the next word off; a "[ … ]" is one word. NULL at the end. */
static char *
next_word(char **rest)
{
	char *start = *rest + strspn(*rest, " \t\r\n"), *end;

	if (*start == '\0')
		return NULL;
	if (*start == '[' && (end = strchr(start, ']')) != NULL)
		end++;
	else
		end = start + strcspn(start, " \t\r\n");
	*rest = *end == '\0' ? end : end + 1;
	*end = '\0';
	return start;
}

static int
fail(struct pam_stack *s, const char *path, unsigned int line, const char *why)
{
	s->wrong = why;
	s->line = line;
	snprintf(s->file, sizeof(s->file), "%s", path);
	return -1;
}

static int read_file(struct pam_stack *s, const char *dir, const char *name,
    const char *type, int depth, int level);

static int
read_line(struct pam_stack *s, const char *dir, const char *path,
    unsigned int number, char *text, const char *type, int depth, int level)
{
	char *word, *control, *module;
	struct pam_line *l;

	text[strcspn(text, "#")] = '\0';
	if ((word = next_word(&text)) == NULL)
		return 0;
	if (strcmp(word, "@include") == 0) {
		module = next_word(&text);
		return module == NULL
		    ? 0
		    : read_file(s, dir, module, type, depth + 1, level);
	}
	/* A '-' in front: no complaint where the module is missing. */
	if (*word == '-')
		word++;
	if (strcasecmp(word, type) != 0)
		return 0;
	control = next_word(&text);
	module = next_word(&text);
	if (control == NULL || module == NULL)
		return 0;
	/* libpam takes these words in any case. */
	if (strcasecmp(control, "include") == 0)
		return read_file(s, dir, module, type, depth + 1, level);
	if (s->n == PAM_LINES_MAX)
		return fail(s, path, number, "too many lines");
	l = &s->lines[s->n++];
	*l = (struct pam_line){.line = number,
	    .level = level,
	    .is_auth = strcmp(type, "auth") == 0};
	snprintf(l->file, sizeof(l->file), "%s", path);
	snprintf(l->control, sizeof(l->control), "%s", control);
	if (strcasecmp(control, "substack") == 0)
		return read_file(s, dir, module, type, depth + 1, level + 1);
	snprintf(l->module, sizeof(l->module), "%s", module);
	snprintf(l->args, sizeof(l->args), "%s", text);
	return 0;
}

static int
read_file(struct pam_stack *s, const char *dir, const char *name,
    const char *type, int depth, int level)
{
	char path[512], whole[2048] = "", *line = NULL;
	size_t cap = 0, len = 0, more;
	unsigned int number = 0, first = 0;
	int rc = 0;
	FILE *f;

	if (name[0] == '/')
		snprintf(path, sizeof(path), "%s", name);
	else
		snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (depth > PAM_DEPTH_MAX)
		return fail(s, path, 0, "included too deep, or by itself");
	f = fopen(path, "re");
	if (f == NULL && errno == ENOENT && name[0] != '/') {
		snprintf(path, sizeof(path), PAM_VENDOR_DIR "/%s", name);
		f = fopen(path, "re");
		if (f == NULL)
			snprintf(path, sizeof(path), "%s/%s", dir, name);
	}
	if (f == NULL)
		return fail(s, path, 0, strerror(errno));
	while (rc == 0 && getline(&line, &cap, f) != -1) {
		number++;
		if (len == 0)
			first = number;
		/* A '\' at the end: the next line belongs to this one. */
		more = strcspn(line, "\n");
		if (more >= sizeof(whole) - len)
			rc = fail(s, path, first, "a line is too long");
		else
			memcpy(whole + len, line, more + 1);
		len = rc != 0 ? 0 : len + more;
		whole[len] = '\0';
		if (len > 0 && whole[len - 1] == '\\') {
			whole[len - 1] = ' ';
			continue;
		}
		len = 0;
		if (rc == 0)
			rc = read_line(
			    s, dir, path, first, whole, type, depth, level);
	}
	if (rc == 0 && ferror(f))
		rc = fail(s, path, 0, "it can not be read");
	free(line);
	fclose(f);
	return rc;
}

int
pam_stack_read(
    struct pam_stack *s, const char *dir, const char *service, const char *type)
{
	s->n = 0;
	s->wrong = NULL;
	if (read_file(s, dir, service, type, 0, 0) != 0)
		return -1;
	return s->n > 0 || strcmp(service, "other") == 0
	    ? 0
	    : pam_stack_read(s, dir, "other", type);
}

const char *
pam_line_module(const struct pam_line *l)
{
	const char *slash = strrchr(l->module, '/');

	return slash != NULL ? slash + 1 : l->module;
}

/* The action of one "value = action" in a bracket, with spaces or without; NULL
 * where it is not there. As in libpam, the last one counts, but of default the
 * first: it fills what is open until then. */
static const char *
find_action(const char *bracket, const char *value, char *buf, size_t cap)
{
	static const char gap[] = " \t", end[] = " \t]";
	const char *found = NULL, *p = bracket;
	size_t len, alen;

	for (p += strspn(p, " \t["); *p != '\0'; p += strspn(p, end)) {
		const char *name = p;

		len = strcspn(p, " \t=]");
		p += len;
		p += strspn(p, gap);
		if (*p != '=') {
			if (len == 0)
				break;
			continue;
		}
		p++;
		p += strspn(p, gap);
		alen = strcspn(p, end);
		if (len == strlen(value) && memcmp(name, value, len) == 0 &&
		    alen < cap &&
		    (found == NULL || strcmp(value, "default") != 0)) {
			memcpy(buf, p, alen);
			buf[alen] = '\0';
			found = buf;
		}
		p += alen;
	}
	return found;
}

const char *
pam_line_action(
    const struct pam_line *l, const char *value, char *buf, size_t cap)
{
	const char *bracket = l->control, *action;

	for (size_t i = 0; i < sizeof(old_words) / sizeof(old_words[0]); i++) {
		if (strcasecmp(old_words[i].word, l->control) == 0)
			bracket = old_words[i].bracket;
	}
	action = find_action(bracket, value, buf, cap);
	if (action == NULL)
		action = find_action(bracket, "default", buf, cap);
	/* libpam's own default for a value that no word covers. */
	return action != NULL ? action : "bad";
}
