/*
 * Who of Okta may be behind a local account ([local_accounts]), and why.
 */
#ifndef OKTACTL_ACCOUNT_H
#define OKTACTL_ACCOUNT_H

#include "oktactl.h"

/* Tells it, from the files that the account phase reads. EXIT_FINE where
 * somebody may log in to that service from there (NULL: a local login),
 * EXIT_NO; or -1: okta.conf puts nobody behind this account, nothing was told.
 */
int account_explain(const struct ctl *ctl, const char *name,
    const char *service, const char *from);

#endif
