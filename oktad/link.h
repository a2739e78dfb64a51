/*
 * The connections of oktad-net and oktad-sync. A newer connection of a role
 * takes the place of the older one; a frame that the role may not send ends
 * it, and the process starts over.
 */
#ifndef OKTAD_LINK_H
#define OKTAD_LINK_H

#include "internal.h"
#include "parent.h"
#include "wire.h"

/* A process of the service user uid has connected; takes over fd. */
void link_accept(struct parent *p, int fd, uid_t uid);
/* Hands the configuration out again, after a reload. */
void link_send_conf(struct parent *p);
/* A new channel to oktad-net for this role: the asker's end, or -1 where net
 * is not there. */
int link_channel(struct parent *p, enum channel_role role);
/* Tells net to drop its token, sync to run a full pass. 0, or -1 where the
 * process is not there. */
int link_token_reset(struct parent *p);
int link_sync_now(struct parent *p, const uint8_t id[WIRE_ID_SIZE],
    int accept);
/* The fields of the last INT_STATUS, or NULL; never parsed here. */
const uint8_t *link_status(const struct link *l, size_t *len);
void link_close(struct parent *p, enum channel_role role);

#endif
