/*
 * A channel: the stream over which one asker (a login worker, oktad-sync,
 * oktactl) sends requests and takes answers. Never waits for the asker: a
 * slow or hostile one holds up nobody else.
 */
#ifndef OKTAD_CHANNEL_H
#define OKTAD_CHANNEL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "internal.h"

enum { CHANNEL_REQUESTS_MAX = 128 }; /* at once; more is misuse */

struct net;
struct exchange;
TAILQ_HEAD(exchanges, exchange);

struct channel {
	TAILQ_ENTRY(channel) entry;
	struct net *net;
	int fd;
	enum channel_role role;
	struct exchanges exchanges; /* in order of arrival */
	int has_tried; /* a login: its one password has been taken */
	unsigned int nexchanges;
	uint8_t *in, *out; /* one frame each */
	size_t in_len, out_len, out_at;
	struct exchange *answering; /* whose frames are being written */
};

/* Takes the descriptor over. 0, or -1: closed. */
int channel_open(struct net *n, int fd, enum channel_role role);
/* Cancels what it asked for and frees it. */
void channel_close(struct channel *c);
/* poll(2) events to wait for. */
short channel_events(const struct channel *c);
/* Reads and writes what is possible. -1: the asker has gone or broke the
 * rules; the caller closes the channel. */
int channel_serve(struct channel *c, short revents);

#endif
