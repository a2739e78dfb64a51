/*
 * The account phase: may this person enter now? From the published files
 * alone, so that it also holds for logins that never authenticate (ssh keys,
 * cron, sudo NOPASSWD) and with oktad dead.
 */
#ifndef OKTA_ACCOUNT_H
#define OKTA_ACCOUNT_H

#include "call.h"

/* For one of ours. PAM_SUCCESS, PAM_ACCT_EXPIRED, PAM_PERM_DENIED,
 * PAM_AUTH_ERR, PAM_AUTHINFO_UNAVAIL; a denial is logged. */
int account_check(struct call *c);

#endif
