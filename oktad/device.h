/*
 * The device that Okta remembers of a trusted application (okta-api.md 2.2):
 * one per host and person, and only for those who can read root's files.
 */
#ifndef OKTAD_DEVICE_H
#define OKTAD_DEVICE_H

#include "error.h"

enum { DEVICE_TOKEN_SIZE = 32 }; /* characters: Okta takes no more */

/* The token of a person: 32 hex digits, HMAC-SHA-256 of machine id and Okta id
 * under the 32 random bytes of the file at path, which is made where it is
 * absent. A copied disk with a machine id of its own is another device. 0; -1
 * and "". */
int device_token(const char *path, const char *okta_id,
    char token[DEVICE_TOKEN_SIZE + 1], struct error *e);

#endif
