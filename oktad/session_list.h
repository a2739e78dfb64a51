/*
 * The sessions as `oktactl sessions` is told of them.
 */
#ifndef OKTAD_SESSION_LIST_H
#define OKTAD_SESSION_LIST_H

#include "parent.h"

/* A memfd with one frame for each session, CTL_ANSWER with the SESSION_* fields
 * of internal.h; or -1. */
int session_list(struct parent *p);

#endif
