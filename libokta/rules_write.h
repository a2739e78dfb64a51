/*
 * The file of access rules (rules.h) as okta.conf says it.
 */
#ifndef OKTA_RULES_WRITE_H
#define OKTA_RULES_WRITE_H

#include "buf.h"
#include "conf.h"

/* Appends the whole file to *b, which is empty. 0, or -1 without memory. */
int rules_build(const struct conf *c, struct buf *b, struct error *e);

#endif
