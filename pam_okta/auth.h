/*
 * One login through oktad.
 */
#ifndef OKTA_AUTH_H
#define OKTA_AUTH_H

#include "call.h"

/* For one of ours (call_begin() said PAM_SUCCESS). PAM_SUCCESS only where
 * oktad answered VERDICT_ACCEPT to this very login and the name is still the
 * same; everything else is a denial. Ends by the deadline of the arguments.
 * Logs the outcome. */
int auth_login(struct call *c);

/* Ends a denial that comes before an accepted password: not before 3 s and a
 * random bit after from, and by the deadline. */
void auth_delay(const struct call *c, uint64_t from);

#endif
