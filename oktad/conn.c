#include "conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "code.h"

/* A socket buffer holds many frames of the sizes sent here, so a peer that has
 * no room has stopped reading; nobody else shall wait for it. */
enum { SEND_MS = 20 };

int
conn_open(struct conn *c, int fd, size_t cap, size_t max_fds)
{
	*c = (struct conn){.fd = fd, .cap = cap, .need = 4, .max_fds = max_fds};
	c->buf = malloc(cap);
	if (c->buf == NULL) {
		conn_close(c);
		return -1;
	}
	return 0;
}

static void
drop_fds(struct conn *c)
{
	while (c->nfds > 0) {
		if (c->fds[--c->nfds] >= 0)
			close(c->fds[c->nfds]);
	}
}

/* Moves the descriptors of one message to c; too many of them, or cut ones,
 * are OKTA_BAD and all closed. */
static int
take_control(struct conn *c, struct msghdr *m)
{
	int code = m->msg_flags & MSG_CTRUNC ? OKTA_BAD : OKTA_OK;

	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h != NULL;
	     h = CMSG_NXTHDR(m, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		size_t bytes = h->cmsg_len - CMSG_LEN(0);
		int fd;

		for (size_t at = 0; bytes - at >= sizeof(fd);
		     at += sizeof(fd)) {
			memcpy(&fd, CMSG_DATA(h) + at, sizeof(fd));
			if (c->nfds < c->max_fds) {
				c->fds[c->nfds++] = fd;
				continue;
			}
			close(fd);
			code = OKTA_BAD;
		}
	}
	return code;
}

/* One read of what is missing: OKTA_OK where there was something. */
static int
receive(struct conn *c)
{
	union {
		char bytes[CMSG_SPACE(8 * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = {c->buf + c->have, c->need - c->have};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

	if (c->max_fds > 0) {
		m.msg_control = control.bytes;
		m.msg_controllen = sizeof(control.bytes);
	}
	ssize_t n = recvmsg(c->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n < 0) {
		if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
			return OKTA_TIME;
		return errno == ECONNRESET ? OKTA_CLOSED : OKTA_SYSTEM;
	}
	if (c->max_fds > 0 && take_control(c, &m) != OKTA_OK)
		return OKTA_BAD;
	if (n == 0)
		return c->have == 0 ? OKTA_CLOSED : OKTA_BAD;
	if (c->have == 0)
		c->deadline = wire_now_ms() + WIRE_FRAME_MS;
	c->have += (size_t)n;
	return OKTA_OK;
}

int
conn_read(struct conn *c, struct wire_in *in)
{
	*in = (struct wire_in){0};
	if (c->have == c->need) { /* the frame before */
		c->have = 0;
		c->need = 4;
		drop_fds(c);
	}
	while (c->have < c->need) {
		int r = receive(c);

		if (r != OKTA_OK)
			return r;
		if (c->have != 4 || c->need != 4)
			continue;
		size_t body = (size_t)c->buf[0] << 24 |
		    (size_t)c->buf[1] << 16 | (size_t)c->buf[2] << 8 |
		    c->buf[3];

		if (body < WIRE_HEADER_SIZE - 4 || body > c->cap - 4)
			return OKTA_BAD;
		c->need += body;
	}
	c->deadline = 0;
	return wire_open(in, c->buf, c->have);
}

int
conn_take_fd(struct conn *c, size_t i)
{
	if (i >= c->nfds)
		return -1;
	int fd = c->fds[i];

	c->fds[i] = -1;
	return fd;
}

int
conn_send(struct conn *c, struct wire_out *o, int fd)
{
	if (wire_end(o) != OKTA_OK)
		return OKTA_SMALL;
	return wire_send_fds(c->fd, o->buf, o->len, &fd, fd >= 0 ? 1 : 0,
	    wire_now_ms() + SEND_MS);
}

void
conn_close(struct conn *c)
{
	drop_fds(c);
	if (c->fd >= 0)
		close(c->fd);
	if (c->buf != NULL)
		explicit_bzero(c->buf, c->cap);
	free(c->buf);
	*c = (struct conn){.fd = -1};
}
