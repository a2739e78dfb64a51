/*
 * The file of access rules (rules.h) as okta.conf says it.
 */
#ifndef OKTA_RULES_WRITE_H
#define OKTA_RULES_WRITE_H

#include "buf.h"
#include "conf.h"

/* Appends the whole file to *b, which is empty. 0, or -1 without memory. */
int rules_build(const struct conf *c, struct buf *b, struct error *e);
/* 1: entry i of local_accounts (conf.h) gives the account to one person alone.
 */
int rules_is_own(char *const *pairs, size_t i);

#endif
