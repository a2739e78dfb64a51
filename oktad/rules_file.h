/*
 * private/rules: okta.conf's access rules for the account phase (rules.h). Only
 * oktad writes it, at its start and whenever okta.conf is read anew.
 */
#ifndef OKTAD_RULES_FILE_H
#define OKTAD_RULES_FILE_H

#include "conf.h"

/* Writes the rules of *c to path unless it holds them already. 0, or -1 and
 * what was there stays. */
int rules_file_write(const char *path, const struct conf *c, struct error *e);

#endif
