/*
 * The session phase: tells oktad that what auth proved has become a session,
 * and when it ends. Never a reason to deny.
 */
#ifndef OKTA_SESSION_H
#define OKTA_SESSION_H

#include "call.h"

/* Redeems the ticket of this transaction, if there is one: at most 2 s. */
void session_open(struct call *c);
/* Ends the record that session_open() began, if it did: at most 2 s. */
void session_close(struct call *c);

#endif
