/*
 * The connections of oktad-net and oktad-sync. A newer connection of a role
 * takes the place of the older one; a frame that the role may not send ends
 * it, and the process starts over.
 */
#ifndef OKTAD_LINK_H
#define OKTAD_LINK_H

#include "conf_slice.h"
#include "forget.h"
#include "internal.h"
#include "parent.h"
#include "wire.h"

/* A process of the service user uid has connected; takes over fd. */
void link_accept(struct parent *p, int fd, uid_t uid);
/* Hands the configuration out again, after a reload. */
void link_send_conf(struct parent *p);
/* A new channel to oktad-net for this role, of a login for this person alone
 * (else NULL): the asker's end, or -1 where net is not there. */
int link_channel(struct parent *p, enum channel_role role,
    const struct slice_person *person);
/* The same for one change: scopes (NULL-ended) are what may be done, by an API
 * token or, where that is empty, by assertions for the change of this number
 * (change.h). */
int link_change_channel(struct parent *p, uint32_t number, char *const *scopes,
    const struct secret *api_token);
/* Tells net to drop its token, sync to run a full pass. 0, or -1 where the
 * process is not there. */
int link_token_reset(struct parent *p);
int link_sync_now(struct parent *p, const uint8_t id[WIRE_ID_SIZE], int accept);
/* Tells sync what an admin sets free. 0, or -1 where sync is not there. */
int link_forget(struct parent *p, const struct forget *f);
/* The image of the frame with this id is published, or what was is confirmed,
 * or e says why not, and j who could be left out. Sync is heard again, but not
 * at once: this took time since `since`, and images without end leave half of
 * it to others. */
void link_published(struct parent *p, const uint8_t id[WIRE_ID_SIZE],
    const struct error *e, const struct publish_job *j, uint64_t since);
/* Hands a question about ids to sync, with root's descriptors (internal.h,
 * INT_IDS), which stay the caller's. 0, or -1 where sync is not there. */
int link_ids(struct parent *p, const uint8_t id[WIRE_ID_SIZE], uint32_t mode,
    const int *fds, size_t nfds);
/* The fields of the last INT_STATUS, or NULL; never parsed here. */
const uint8_t *link_status(const struct link *l, size_t *len);
/* 1 where sync has told that Okta says of the org that it is a Classic one. */
int link_is_classic(const struct parent *p);
void link_close(struct parent *p, enum channel_role role);

#endif
