/*
 * The device that Okta remembers of a trusted application (okta-api.md 2.2):
 * one per host, person and place that the person comes from, and only for those
 * who can read root's files. Without the place, one factor that was given from
 * somewhere would open this host to the password from everywhere.
 */
#ifndef OKTAD_DEVICE_H
#define OKTAD_DEVICE_H

#include "budget.h"
#include "error.h"

enum { DEVICE_TOKEN_SIZE = 32 }; /* characters: Okta takes no more */

/* The token of a person: 32 hex digits, HMAC-SHA-256 of machine id, Okta id and
 * address under the 32 random bytes of the file at path, which is made where it
 * is absent. A copied disk with a machine id of its own is another device; a
 * /64 of IPv6 is one place. 0, and "" for who comes from nobody knows where; -1
 * and "". */
int device_token(const char *path, const char *okta_id,
    const struct budget_address *from, char token[DEVICE_TOKEN_SIZE + 1],
    struct error *e);

#endif
