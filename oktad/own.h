/*
 * Credentials that belong to one channel of oktactl's and end with it: that of
 * a change, as oktad hands it over in INT_CHANNEL, and tokens for what is
 * looked at seldom and the daemon's own token was not asked for.
 */
#ifndef OKTAD_OWN_H
#define OKTAD_OWN_H

#include "channel.h"
#include "credential.h"

enum { OWN_SCOPES_MAX = 4 };

/* The credential of a change, from the rest of the fields of INT_CHANNEL. 0;
 * -1 where they are not complete. */
int own_take(struct channel *c, struct wire_in *in);
/* That of a change channel, if the scope is one that it was opened for. */
struct credential *own_find(struct channel *c, const char *scope);
/* For looking at something that takes this scope (NULL: none): the daemon's
 * where that was asked for it, else one of the same app for it alone. NULL
 * without memory. */
struct credential *own_look(struct channel *c, const char *scope);
/* Wipes and frees all of a channel. */
void own_close(struct channel *c);
/* Closes the channels that have any. */
void own_close_channels(struct net *n);

/* As credential_take_assertion() and credential_tick(), for all of them. */
int own_take_assertion(struct net *n, const uint8_t id[WIRE_ID_SIZE],
    const struct secret *jwt, const char *reason);
void own_tick(struct net *n, uint64_t now_ms);

#endif
