/*
 * A connection of the poll loop: takes in frames without ever waiting for the
 * rest of one, and sends small frames that a living peer always has room for.
 */
#ifndef OKTAD_CONN_H
#define OKTAD_CONN_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

enum { CONN_FDS = 2 };

struct conn {
	int fd; /* -1: none */
	uint8_t *buf;
	size_t cap;
	size_t have, need;
	int fds[CONN_FDS]; /* came with the frame; conn_read closes them */
	size_t nfds, max_fds;
	uint64_t deadline; /* of the frame that has begun; 0: none has */
};

/* Takes over fd. Frames of up to cap bytes, each with up to max_fds
 * descriptors; with 0 the kernel drops any (T54). 0, or -1 without memory:
 * then fd is closed. */
int conn_open(struct conn *c, int fd, size_t cap, size_t max_fds);
/* What there is now. OKTA_OK: a frame is whole and open in *in, valid until
 * the next call; OKTA_TIME: come back when there is more, by c->deadline;
 * OKTA_CLOSED, OKTA_BAD, OKTA_SYSTEM: close it. */
int conn_read(struct conn *c, struct wire_in *in);
/* The i-th descriptor of the frame now belongs to the caller; -1 if none. */
int conn_take_fd(struct conn *c, size_t i);
/* Ends the frame and sends it, with fd unless that is -1 (which stays the
 * caller's). OKTA_OK, or the peer has to be closed: it is gone, or does not
 * read. */
int conn_send(struct conn *c, struct wire_out *o, int fd);
/* Closes and wipes. Safe on an empty one that has fd -1. */
void conn_close(struct conn *c);

#endif
