/*
 * A client of login.sock and self.sock, as used by pam_okta: connects without
 * ever blocking past the deadline, checks that the other end is root before
 * it sends anything, and keeps nothing of the host process changed.
 */
#ifndef OKTA_CLIENT_H
#define OKTA_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "protocol.h"
#include "wire.h"

struct client {
	int fd; /* above 2, close-on-exec, non-blocking; -1 none */
	uint8_t id[WIRE_ID_SIZE];
	uint64_t deadline;
	uint8_t in[WIRE_LOGIN_MAX];
	uint8_t out[WIRE_LOGIN_MAX];
};

/* Connects to path by the deadline (wire_now_ms() clock), draws the id; the
 * peer must run as uid 0. OKTA_OK, OKTA_ABSENT (nobody listens), OKTA_UNSAFE
 * (peer is not root), OKTA_TIME, OKTA_SYSTEM. client_close() ends it, and is
 * safe after a failure. */
int client_open(struct client *c, const char *path, uint64_t deadline);
/* Begins a frame in c->out with the fixed hello. ticket NULL: none. A service
 * (NULL, too) or ticket that the protocol does not allow makes client_send()
 * answer OKTA_BAD. */
void client_hello(struct client *c, struct wire_out *o, uint16_t op,
    uint32_t uid, const char *service, const char *ticket);
/* Ends the frame and sends it by the deadline; wipes c->out. Codes of
 * wire_end() and wire_send(). */
int client_send(struct client *c, struct wire_out *o);
/* The next frame of this login, in c->in until the next call; another id is
 * OKTA_BAD. Codes of wire_recv() and wire_open(). */
int client_recv(struct client *c, struct wire_in *in);
/* Closes and wipes everything. */
void client_close(struct client *c);

#endif
