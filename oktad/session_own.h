/*
 * Accounts of this host that one person of Okta has ([local_accounts], one to
 * one): what runs as such an account is that person's, also what came in while
 * oktad was down and has no record. An account that several share is in no such
 * list, nor one that okta.conf may not name (local_account.h).
 */
#ifndef OKTAD_SESSION_OWN_H
#define OKTAD_SESSION_OWN_H

#include "conf.h"
#include "local_account.h"

struct own_account {
	uint32_t uid; /* as /etc/passwd has it now */
	char name[DIR_NAME_MAX + 1];
	char person[DIR_OKTA_ID_MAX + 1];
};

struct own_accounts {
	struct own_account *all;
	size_t n;
};

/* Fills *own, to be freed by session_own_clear(). 0, or -1 without memory, and
 * *own is empty. */
int session_own_read(struct own_accounts *own, const struct conf *c,
    const struct local_files *files);
void session_own_clear(struct own_accounts *own);
/* Whose account the uid is, or NULL. */
const struct own_account *session_own_find(
    const struct own_accounts *own, uint32_t uid);

#endif
