/*
 * sshd's rules that turn the members of a group away. Where the groups of a
 * person can not be read, getgrouplist(3) gives what it has and says nothing,
 * so such a rule lets in whom it should keep out.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check.h"

#define SSHD "/etc/ssh/sshd_config"

/* sshd_config(5): a keyword in any case, then white space or one '='. */
static const char *
value_of(const char *line, const char *keyword)
{
	size_t len = strlen(keyword);

	line += strspn(line, " \t");
	if (strncasecmp(line, keyword, len) != 0 ||
	    strcspn(line + len, " \t=\"") != 0)
		return NULL;
	return line + len;
}

static void
check_file(struct findings *all, const char *path)
{
	char *line = NULL;
	const char *allowed;
	unsigned int number = 0;
	size_t cap = 0;
	FILE *f = fopen(path, "re");

	while (f != NULL && getline(&line, &cap, f) != -1) {
		number++;
		allowed = value_of(line, "AllowGroups");
		if (value_of(line, "DenyGroups") == NULL &&
		    (allowed == NULL || strchr(allowed, '!') == NULL))
			continue;
		/* No command: to take the rule out would let in whom it keeps
		 * out today. */
		findings_add(all, "group-denied", SEVERITY_WARNING, path,
		    number,
		    "this rule turns members of a group away, and lets them in "
		    "when groups can not be looked up|have an AllowGroups line "
		    "that names who may enter in its place");
	}
	if (f != NULL)
		fclose(f);
	free(line);
}

void
check_groups(struct findings *all)
{
	glob_t parts = {0};

	check_file(all, SSHD);
	if (glob(SSHD ".d/*.conf", 0, NULL, &parts) == 0)
		for (size_t i = 0; i < parts.gl_pathc; i++)
			check_file(all, parts.gl_pathv[i]);
	globfree(&parts);
}
