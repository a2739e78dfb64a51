/*
 * The configuration: refused outright, or accepted but perhaps not what was
 * meant.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* conf_load() says "file:line: key: what; remedy"; the finding wants the parts. */
static void
add_refused(struct findings *all, const char *path, char *text)
{
	char *colon, *rest = text, *remedy;
	unsigned long line = 0;

	colon = strchr(text, ':');
	if (text[0] == '/' && colon != NULL) {
		line = strtoul(colon + 1, &rest, 10);
		if (rest != colon + 1 && *rest == ':') {
			*colon = '\0';
			path = text;
			rest++;
		} else {
			line = 0;
			rest = text;
		}
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
	findings_add(all, "config", SEVERITY_ERROR, path, (unsigned int)line,
	    "%s|%s", rest,
	    remedy != NULL ? remedy : "see okta.conf(5), then: oktad -n");
}

struct conf *
check_conf(struct findings *all, const char *path)
{
	struct conf *conf = NULL;
	struct error e = {0};

	if (conf_load(path, &conf, &e) == -1) {
		add_refused(all, path, e.text);
		return NULL;
	}
	if (conf->allow_groups[0] == NULL && conf->allow_apps[0] == NULL)
		findings_add(all, "nobody-allowed", SEVERITY_WARNING, path, 0,
		    "allow_groups and allow_apps are empty: nobody can log "
		    "in|name a group: oktactl pin NAME");
	if (conf->okta.mode == CONF_API_TOKEN)
		findings_add(all, "api-token", SEVERITY_WARNING, path, 0,
		    "an API token has all rights of the admin who made it and "
		    "lies in oktad-net's memory|use client_id and private_key "
		    "(okta.conf(5), AUTHENTICATION TO OKTA)");
	return conf;
}
