/*
 * What the commands share that look something up in Okta: a channel with the
 * daemon's read-only credential, lists over all their pages.
 */
#ifndef OKTACTL_LOOK_H
#define OKTACTL_LOOK_H

#include "api.h"
#include "control.h"
#include "oktactl.h"

enum { LOOK_S = 120 }; /* for all that one command asks */

struct look {
	struct control control;
	struct api api; /* its channel, too */
};

/* 0; or the code to exit with, told already, and nothing is open. */
int look_open(struct look *l);
void look_close(struct look *l);

#endif
