/*
 * What of ours was removed under us (T116), by a cleaner of temporary files, by
 * hand, by a restore: the sockets and the folder of state.db. What is published
 * is the publisher's own matter (publish.c), and state.db itself oktad-sync's.
 */
#ifndef OKTAD_MEND_H
#define OKTAD_MEND_H

#include "parent.h"

/* Looks now and once per poll_interval. 0, or -1 without memory. */
int mend_open(struct parent *p);
/* Looks now. Failures are logged, and tried again. */
void mend_all(struct parent *p);

#endif
