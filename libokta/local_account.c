#include "local_account.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

enum { SYS_UID_MAX = 999, NOBODY = 65534 };

const struct local_files local_files_here = {
    "/etc/passwd",
    "/etc/login.defs",
};

int
local_account_name(
    const struct local_files *files, uint32_t uid, char name[DIR_NAME_MAX + 1])
{
	FILE *f = fopen(files->passwd, "re");
	struct passwd *pw;
	int n = 0;

	name[0] = '\0';
	if (f == NULL)
		return 0;
	while ((pw = fgetpwent(f)) != NULL) {
		if (pw->pw_uid != uid)
			continue;
		if (n++ == 0 && strlen(pw->pw_name) <= DIR_NAME_MAX)
			strcpy(name, pw->pw_name);
	}
	fclose(f);
	return n == 1 && name[0] != '\0';
}

/* The last word of the file counts, as with useradd(8). */
static uint32_t
system_max(const char *path)
{
	FILE *f = fopen(path, "re");
	uint32_t max = SYS_UID_MAX, n;
	char *line = NULL;
	size_t cap = 0;

	if (f == NULL)
		return max;
	while (getline(&line, &cap, f) > 0)
		if (sscanf(line, " SYS_UID_MAX %9u", &n) == 1)
			max = n;
	free(line);
	fclose(f);
	return max > SYS_UID_MAX ? max : SYS_UID_MAX;
}

enum account_fault
local_account(const struct local_files *files, const char *name, uint32_t min,
    uint32_t max, uint32_t *uid)
{
	char first[DIR_NAME_MAX + 1];

	if (local_has_user(files->passwd, name, uid) != 1 || *uid == UINT32_MAX)
		return ACCOUNT_MISSING;
	if (*uid == 0)
		return ACCOUNT_ROOT;
	if (*uid <= system_max(files->login_defs) || *uid == NOBODY ||
	    *uid > DIR_ID_CEILING)
		return ACCOUNT_SYSTEM;
	if (!local_account_name(files, *uid, first))
		return ACCOUNT_DOUBLE;
	return *uid >= min && *uid <= max ? ACCOUNT_IN_RANGE : ACCOUNT_FINE;
}

const char *
local_account_text(enum account_fault fault)
{
	static const char *const texts[ACCOUNT_FAULTS] = {
	    [ACCOUNT_FINE] = "",
	    [ACCOUNT_MISSING] = "there is no such account in /etc/passwd; make "
				"it with useradd -m, or delete the line",
	    [ACCOUNT_ROOT] = "has uid 0, and nobody of Okta is root; delete "
			     "the line",
	    [ACCOUNT_SYSTEM] =
		"is a system account (by its uid; SYS_UID_MAX of login.defs), "
		"and nobody of Okta is behind those; delete the line",
	    [ACCOUNT_DOUBLE] = "shares its uid with another entry of "
			       "/etc/passwd; give it one of its own "
			       "(usermod -u)",
	    [ACCOUNT_IN_RANGE] = "has a uid inside id_range, which is for "
				 "people of Okta; give it another (usermod -u)",
	};

	return fault < ACCOUNT_FAULTS ? texts[fault] : texts[ACCOUNT_MISSING];
}
