/*
 * state.db: an admin's word that the ledger may forget a name or a number. The
 * only way in which it ever shrinks.
 */
#ifndef OKTA_STATE_FORGET_H
#define OKTA_STATE_FORGET_H

#include "state.h"

/* Forgets whose a name, or where name is NULL a number, was; a person or group
 * who has it leaves the directory, and is a newcomer to the next pass. Whether
 * that may be is for oktad to say. *gone is that person's uid, or 0. 0 or -1. A
 * transaction of its own. */
int state_forget(struct state *s, const char *name, uint32_t number,
    uint32_t *gone, struct error *e);

#endif
