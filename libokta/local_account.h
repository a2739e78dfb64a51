/*
 * Local accounts that people of Okta may be behind ([local_accounts]), as
 * /etc/passwd has them now.
 */
#ifndef OKTA_LOCAL_ACCOUNT_H
#define OKTA_LOCAL_ACCOUNT_H

#include <stdint.h>

#include "directory.h"

/* Where they are looked for. */
struct local_files {
	const char *passwd, *login_defs;
};
extern const struct local_files local_files_here;

/* What keeps an account from being anybody's. */
enum account_fault {
	ACCOUNT_FINE = 0,
	ACCOUNT_MISSING, /* or the file can not be read */
	ACCOUNT_ROOT, /* uid 0, whatever its name */
	ACCOUNT_SYSTEM, /* below 1000, up to SYS_UID_MAX of login.defs(5), or
			   nobody */
	ACCOUNT_DOUBLE, /* another entry has the same number */
	ACCOUNT_IN_RANGE, /* its number may be a person's of Okta */
	ACCOUNT_FAULTS
};

/* Looks at an account; *uid is its number, UINT32_MAX where there is none. min
 * and max are those of id_range. */
enum account_fault local_account(const struct local_files *files,
    const char *name, uint32_t min, uint32_t max, uint32_t *uid);
/* What is wrong, then "; " and the remedy; fixed text, "" for ACCOUNT_FINE. */
const char *local_account_text(enum account_fault fault);
/* The name of the one entry of that number: 1; 0: none has it, or several, or
 * the name is longer than any of ours. */
int local_account_name(
    const struct local_files *files, uint32_t uid, char name[DIR_NAME_MAX + 1]);

#endif
