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

#include "bound.h"
#include "internal.h"

/* More is misuse. A login is one straight line of requests; what a worker that
 * was taken over could ask besides would use up the org's limits. */
enum {
	CHANNEL_REQUESTS_MAX = 128, /* at once */
	CHANNEL_LOGIN_MAX = 4, /* at once, of a login */
	CHANNEL_LOGIN_ALL = 200, /* in all, of a login */
	CHANNEL_SESSION_ALL = 1
};

struct net;
struct exchange;
struct own;
TAILQ_HEAD(exchanges, exchange);
TAILQ_HEAD(owns, own);

struct channel {
	TAILQ_ENTRY(channel) entry;
	struct net *net;
	int fd;
	enum channel_role role;
	struct exchanges exchanges; /* in order of arrival */
	struct bound bound; /* a login: whose, and what it may still ask */
	struct owns owns; /* credentials that end with it */
	unsigned int nexchanges, nrequests; /* now, and ever */
	uint8_t *in, *out; /* one frame each */
	size_t in_len, out_len, out_at;
	struct exchange *answering; /* whose frames are being written */
};

/* Takes the descriptor over. who: of a login, else NULL. NULL without memory:
 * closed. */
struct channel *channel_open(
    struct net *n, int fd, enum channel_role role, const struct bound *who);
/* Cancels what it asked for and frees it. */
void channel_close(struct channel *c);
/* poll(2) events to wait for. */
short channel_events(const struct channel *c);
/* Reads and writes what is possible. -1: the asker has gone or broke the
 * rules; the caller closes the channel. */
int channel_serve(struct channel *c, short revents);

#endif
