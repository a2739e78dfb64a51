#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static int read_file(struct pam_stack *s, const char *dir, const char *name,
    const char *type, int depth, int is_substack);

static int
read_line(struct pam_stack *s, const char *dir, const char *path,
    unsigned int number, char *text, const char *type, int depth,
    int is_substack)
{
	char *word, *control, *module;
	struct pam_line *l;

	text[strcspn(text, "#")] = '\0';
	if ((word = next_word(&text)) == NULL)
		return 0;
	if (strcmp(word, "@include") == 0) {
		module = next_word(&text);
		return module == NULL ? 0
				      : read_file(s, dir, module, type,
					    depth + 1, is_substack);
	}
	/* A '-' in front: no complaint where the module is missing. */
	if (*word == '-')
		word++;
	if (strcmp(word, type) != 0)
		return 0;
	control = next_word(&text);
	module = next_word(&text);
	if (control == NULL || module == NULL)
		return 0;
	if (strcmp(control, "include") == 0)
		return read_file(s, dir, module, type, depth + 1, is_substack);
	if (strcmp(control, "substack") == 0)
		return read_file(s, dir, module, type, depth + 1, 1);
	if (s->n == PAM_LINES_MAX)
		return -1;
	l = &s->lines[s->n++];
	snprintf(l->file, sizeof(l->file), "%s", path);
	l->line = number;
	snprintf(l->control, sizeof(l->control), "%s", control);
	snprintf(l->module, sizeof(l->module), "%s", module);
	l->is_substack = is_substack;
	return 0;
}

static int
read_file(struct pam_stack *s, const char *dir, const char *name,
    const char *type, int depth, int is_substack)
{
	char path[512], *line = NULL;
	size_t cap = 0;
	unsigned int number = 0;
	int rc = 0;
	FILE *f;

	if (depth > PAM_DEPTH_MAX)
		return -1;
	if (name[0] == '/')
		snprintf(path, sizeof(path), "%s", name);
	else
		snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((f = fopen(path, "re")) == NULL)
		return -1;
	while (rc == 0 && getline(&line, &cap, f) != -1)
		rc = read_line(s, dir, path, ++number, line, type, depth,
		    is_substack);
	free(line);
	fclose(f);
	return rc;
}

int
pam_stack_read(struct pam_stack *s, const char *dir, const char *service,
    const char *type)
{
	s->n = 0;
	return read_file(s, dir, service, type, 0, 0);
}

/* The action of one "value=action" in a bracket; NULL where it is not there. */
static const char *
find_action(const char *bracket, const char *value, char *buf, size_t cap)
{
	size_t len = strlen(value), alen;

	for (const char *p = bracket; *p != '\0'; p += strcspn(p, " \t")) {
		p += strspn(p, " \t[");
		if (strncmp(p, value, len) != 0 || p[len] != '=')
			continue;
		p += len + 1;
		alen = strcspn(p, " \t]");
		if (alen >= cap)
			return NULL;
		memcpy(buf, p, alen);
		buf[alen] = '\0';
		return buf;
	}
	return NULL;
}

const char *
pam_line_action(const struct pam_line *l, const char *value, char *buf,
    size_t cap)
{
	const char *bracket = l->control, *action;

	for (size_t i = 0; i < sizeof(old_words) / sizeof(old_words[0]); i++) {
		if (strcmp(old_words[i].word, l->control) == 0)
			bracket = old_words[i].bracket;
	}
	action = find_action(bracket, value, buf, cap);
	if (action == NULL)
		action = find_action(bracket, "default", buf, cap);
	/* libpam's own default for a value that no word covers. */
	return action != NULL ? action : "bad";
}
