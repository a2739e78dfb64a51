#include "channel.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange.h"
#include "net.h"
#include "own.h"

struct channel *
channel_open(
    struct net *n, int fd, enum channel_role role, const struct bound *who)
{
	struct channel *c = calloc(1, sizeof(*c));

	if (c != NULL) {
		c->in = malloc(WIRE_INTERNAL_MAX);
		c->out = malloc(WIRE_INTERNAL_MAX);
	}
	if (c == NULL || c->in == NULL || c->out == NULL) {
		if (c != NULL) {
			free(c->in);
			free(c->out);
		}
		free(c);
		close(fd);
		return NULL;
	}
	c->net = n;
	c->fd = fd;
	c->role = role;
	if (who != NULL)
		c->bound = *who;
	TAILQ_INIT(&c->exchanges);
	TAILQ_INIT(&c->owns);
	TAILQ_INSERT_TAIL(&n->channels, c, entry);
	n->nchannels++;
	return c;
}

void
channel_close(struct channel *c)
{
	struct exchange *x;

	while ((x = TAILQ_FIRST(&c->exchanges)) != NULL)
		exchange_free(x);
	own_close(c);
	TAILQ_REMOVE(&c->net->channels, c, entry);
	c->net->nchannels--;
	close(c->fd);
	bound_clear(&c->bound);
	explicit_bzero(c->in, WIRE_INTERNAL_MAX);
	explicit_bzero(c->out, WIRE_INTERNAL_MAX);
	free(c->in);
	free(c->out);
	free(c);
}

short
channel_events(const struct channel *c)
{
	const struct exchange *x;

	if (c->out_len > 0)
		return POLLIN | POLLOUT;
	TAILQ_FOREACH (x, &c->exchanges, entry) {
		if (x->state == EXCHANGE_ANSWERING)
			return POLLIN | POLLOUT;
	}
	return POLLIN;
}

/* Bytes that the frame at the start of in has in all; 0 not known yet, -1
 * impossible. */
static ssize_t
frame_size(const struct channel *c)
{
	size_t body;

	if (c->in_len < 4)
		return 0;
	body = (size_t)c->in[0] << 24 | (size_t)c->in[1] << 16 |
	    (size_t)c->in[2] << 8 | c->in[3];
	return body < WIRE_HEADER_SIZE - 4 || body > WIRE_INTERNAL_MAX - 4
	    ? -1
	    : (ssize_t)body + 4;
}

static int
take_frames(struct channel *c)
{
	struct wire_in in;
	ssize_t size;

	while ((size = frame_size(c)) > 0 && (size_t)size <= c->in_len) {
		if (wire_open(&in, c->in, (size_t)size) != OKTA_OK ||
		    exchange_take_frame(c, &in) != 0)
			return -1;
		c->in_len -= (size_t)size;
		memmove(c->in, c->in + size, c->in_len);
		explicit_bzero(c->in + c->in_len, (size_t)size);
	}
	return size < 0 ? -1 : 0;
}

static int
read_some(struct channel *c)
{
	ssize_t n = recv(c->fd, c->in + c->in_len,
	    WIRE_INTERNAL_MAX - c->in_len, MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if (n == 0)
		return -1;
	c->in_len += (size_t)n;
	return take_frames(c);
}

/* Fills out with the next frame of an answer. 0: there is none. */
static int
next_frame(struct channel *c)
{
	struct exchange *x = c->answering;

	if (x == NULL) {
		TAILQ_FOREACH (x, &c->exchanges, entry) {
			if (x->state == EXCHANGE_ANSWERING)
				break;
		}
		if (x == NULL)
			return 0;
		c->answering = x;
	}
	c->out_at = 0;
	c->out_len = exchange_next_frame(x, c->out, WIRE_INTERNAL_MAX);
	if (exchange_is_answered(x)) {
		c->answering = NULL;
		exchange_free(x);
	}
	return c->out_len > 0;
}

static int
write_some(struct channel *c)
{
	ssize_t n;

	while (c->out_len > 0 || next_frame(c)) {
		n = send(c->fd, c->out + c->out_at, c->out_len - c->out_at,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		c->out_at += (size_t)n;
		if (c->out_at == c->out_len) {
			explicit_bzero(c->out, c->out_len);
			c->out_len = c->out_at = 0;
		}
	}
	return 0;
}

int
channel_serve(struct channel *c, short revents)
{
	if ((revents & (POLLIN | POLLHUP | POLLERR)) != 0 && read_some(c) != 0)
		return -1;
	return write_some(c);
}
