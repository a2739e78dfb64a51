/*
 * /etc/nsswitch.conf: okta in passwd and group, behind files (local files
 * always win), and in initgroups where that line exists (nsswitch.conf(5)).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define NSSWITCH "/etc/nsswitch.conf"

struct database {
	const char *name;
	int is_optional; /* without a line glibc asks the group line */
	int seen;
};

static void
check_line(struct findings *all, struct database *db, unsigned int line,
    const char *sources)
{
	const char *okta, *files;

	db->seen = 1;
	okta = strstr(sources, "okta");
	files = strstr(sources, "files");
	if (files == NULL)
		files = strstr(sources, "compat");
	if (okta == NULL)
		findings_add(all, "nsswitch", SEVERITY_ERROR, NSSWITCH, line,
		    "%s does not ask okta, so nobody is known|sed -i "
		    "'s/^%s:[[:space:]]*files/& okta/' " NSSWITCH,
		    db->name, db->name);
	else if (files == NULL || files > okta)
		findings_add(all, "nsswitch-order", SEVERITY_ERROR, NSSWITCH,
		    line,
		    "%s asks okta before files: local accounts must come "
		    "first|sed -i 's/^%s:.*/%s: files okta systemd/' " NSSWITCH,
		    db->name, db->name, db->name);
}

void
check_nsswitch(struct findings *all)
{
	struct database databases[] = {
	    {"passwd", 0, 0},
	    {"group", 0, 0},
	    {"initgroups", 1, 0},
	};
	enum { N = sizeof(databases) / sizeof(databases[0]) };
	char *line = NULL, *start, *hash;
	size_t cap = 0, len;
	unsigned int number = 0;
	FILE *f = fopen(NSSWITCH, "re");

	while (f != NULL && getline(&line, &cap, f) != -1) {
		number++;
		if ((hash = strchr(line, '#')) != NULL)
			*hash = '\0';
		start = line + strspn(line, " \t");
		for (size_t i = 0; i < N; i++) {
			len = strlen(databases[i].name);
			if (strncmp(start, databases[i].name, len) == 0 &&
			    start[len] == ':')
				check_line(all, &databases[i], number,
				    start + len + 1);
		}
	}
	if (f != NULL)
		fclose(f);
	free(line);
	for (size_t i = 0; i < N; i++) {
		if (!databases[i].seen && !databases[i].is_optional)
			findings_add(all, "nsswitch", SEVERITY_ERROR, NSSWITCH,
			    0,
			    "no line for %s, so okta is not asked|echo '%s: "
			    "files okta' >> " NSSWITCH,
			    databases[i].name, databases[i].name);
	}
}
