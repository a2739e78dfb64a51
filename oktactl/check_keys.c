/*
 * Does sshd ask okta-keys, where okta.conf has ssh keys come from Okta?
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check.h"

#define SSHD "/etc/ssh/sshd_config"
#define KEYS OKTA_LIBEXECDIR "/okta-keys"

/* 1 where a line of the file makes sshd ask okta-keys. */
static int
asks(const char *path)
{
	char *line = NULL, word[64], value[256];
	size_t cap = 0;
	int found = 0;
	FILE *f = fopen(path, "re");

	while (f != NULL && getline(&line, &cap, f) != -1)
		if (sscanf(line, " %63[A-Za-z]%*[ \t=]%255s", word, value) ==
			2 &&
		    strcasecmp(word, "AuthorizedKeysCommand") == 0 &&
		    strcmp(value, KEYS) == 0)
			found = 1;
	if (f != NULL)
		fclose(f);
	free(line);
	return found;
}

void
check_keys(struct findings *all, const struct conf *conf)
{
	glob_t parts = {0};
	int found = asks(SSHD);

	if (conf == NULL || conf->ssh_keys_attribute == NULL)
		return;
	if (glob(SSHD ".d/*.conf", 0, NULL, &parts) == 0)
		for (size_t i = 0; i < parts.gl_pathc; i++)
			found |= asks(parts.gl_pathv[i]);
	globfree(&parts);
	if (found)
		return;
	findings_add(all, "ssh-keys-unused", SEVERITY_WARNING, SSHD, 0,
	    "okta.conf has ssh_keys_attribute, and sshd does not ask for the "
	    "keys|printf 'AuthorizedKeysCommand " KEYS " %%%%u\\n"
	    "AuthorizedKeysCommandUser nobody\\n' >" SSHD ".d/okta.conf && "
	    "systemctl reload ssh");
}
