/*
 * The four listening sockets: handed over by systemd under their names (login,
 * self, control, internal; sd_listen_fds(3)), or made here.
 *
 *	login.sock	0600 root	root's programs
 *	self.sock	0666 root	everybody, for themselves
 *	control.sock	0600 root	oktactl
 *	internal.sock	0660 root:GROUP	oktad-net and oktad-sync, by the group
 *			they share; which of the two is there, peer.h tells
 */
#ifndef OKTAD_LISTEN_H
#define OKTAD_LISTEN_H

#include <sys/types.h>

#include "error.h"
#include "peer.h"

/* Which file a socket is; all 0: none. */
struct listen_mark {
	dev_t dev;
	ino_t ino;
};

/* Takes from the environment what systemd passed, so it has to be called
 * before sandbox_begin(); -1 in fds for each door that was not handed over. 0,
 * or -1 where something else than a listening unix socket was passed. */
int listen_inherit(int fds[DOOR_COUNT], struct error *e);
/* Makes the sockets that are missing, with their final owner and mode, in the
 * root-owned folder OKTA_RUN_DIR, which is made too. A socket file that is
 * there is replaced without a moment in which there is none. 0, or -1. */
int listen_make(int fds[DOOR_COUNT], gid_t internal_group, struct error *e);
/* "login", "self", "control", "internal". */
const char *listen_name(enum door door);
const char *listen_path(enum door door);
/* The socket that is there now. */
void listen_mark(enum door door, struct listen_mark *m);
/* 1 where it is still the same. */
int listen_is_marked(enum door door, const struct listen_mark *m);

#endif
