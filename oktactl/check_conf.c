/*
 * The configuration: refused outright, or accepted but perhaps not what was
 * meant.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* libokta says "file:line: key: what; remedy"; the finding wants the parts. */
static void
add(struct findings *all, const char *id, enum severity severity,
    const char *path, char *text)
{
	char *colon, *rest = text, *remedy;
	unsigned long line = 0;

	colon = strchr(text, ':');
	if (text[0] == '/' && colon != NULL) {
		line = strtoul(colon + 1, &rest, 10);
		if (rest == colon + 1 || *rest != ':') {
			line = 0; /* what is not written has no line */
			rest = colon;
		}
		*colon = '\0';
		path = text;
		rest++;
	}
	while (*rest == ' ')
		rest++;
	remedy = strrchr(rest, ';');
	if (remedy != NULL) {
		*remedy++ = '\0';
		while (*remedy == ' ')
			remedy++;
	}
	if (remedy != NULL && strncmp(remedy, "run: ", 5) == 0)
		remedy += 5;
	findings_add(all, id, severity, path, (unsigned int)line, "%s|%s", rest,
	    remedy != NULL ? remedy : "see okta.conf(5), then: oktad -n");
}

static void
add_remark(void *arg, const char *id, const char *text)
{
	char *copy = strdup(text);

	if (copy != NULL)
		add(arg, id, SEVERITY_WARNING, NULL, copy);
	free(copy);
}

struct conf *
check_conf(struct findings *all, const char *path)
{
	struct conf *conf = NULL;
	struct error e = {0};

	if (conf_load(path, &conf, &e) == -1)
		add(all, "config", SEVERITY_ERROR, path, e.text);
	else
		conf_remarks(conf, add_remark, all);
	return conf;
}
