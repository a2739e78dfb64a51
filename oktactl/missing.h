/*
 * Why somebody is not in the published directory: the question behind
 * `oktactl user NAME` for an unknown name.
 */
#ifndef OKTACTL_MISSING_H
#define OKTACTL_MISSING_H

#include "oktactl.h"

/* code: what the directory answered (code.h). Prints, and returns the exit
 * code, never 0. */
int missing_person(const struct ctl *ctl, const char *name, int code);

#endif
