/*
 * Frames on a stream socket. Every wait has an absolute deadline, whatever
 * blocking mode the descriptor has: MSG_DONTWAIT on each call, poll() between.
 */
#include "wire.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	FDS_MAX = 2,   /* handed over by one frame of ours */
	FDS_TAKEN = 8  /* room for a peer that sends more, so that they close */
};

uint64_t
wire_now_ms(void)
{
	struct timespec ts = {0};

	/* CLOCK_BOOTTIME goes on during suspend: a deadline that passed while
	 * the lid was closed, has passed. */
	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static int
wait_for(int fd, short events, uint64_t deadline)
{
	for (;;) {
		struct pollfd p = {.fd = fd, .events = events};
		int timeout = -1;

		if (deadline != 0) {
			uint64_t now = wire_now_ms();

			if (now >= deadline)
				return OKTA_TIME;
			timeout = deadline - now > INT_MAX
			    ? INT_MAX : (int)(deadline - now);
		}
		int n = poll(&p, 1, timeout);

		if (n > 0)
			return p.revents & POLLNVAL ? OKTA_SYSTEM : OKTA_OK;
		if (n < 0 && errno != EINTR)
			return OKTA_SYSTEM;
	}
}

int
wire_send(int fd, const void *frame, size_t len, uint64_t deadline)
{
	return wire_send_fds(fd, frame, len, NULL, 0, deadline);
}

int
wire_send_fds(int fd, const void *frame, size_t len, const int *fds,
    size_t nfds, uint64_t deadline)
{
	union {
		char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = {.iov_base = (void *)(uintptr_t)frame};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	size_t done = 0;

	if (nfds > FDS_MAX) {
		errno = EINVAL;
		return OKTA_SYSTEM;
	}
	if (nfds > 0) {
		memset(&control, 0, sizeof(control));
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
	}
	while (done < len) {
		iov.iov_base = (uint8_t *)(uintptr_t)frame + done;
		iov.iov_len = len - done;
		ssize_t n = sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			done += (size_t)n;
			m.msg_control = NULL;
			m.msg_controllen = 0;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			return OKTA_CLOSED;
		if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
			return OKTA_SYSTEM;
		int r = wait_for(fd, POLLOUT, deadline);

		if (r != OKTA_OK)
			return r;
	}
	return OKTA_OK;
}

/* Moves all received descriptors to got (FDS_TAKEN of them at most). */
static size_t
take_fds(struct msghdr *m, int *got)
{
	size_t n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL;
	     c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t bytes = c->cmsg_len - CMSG_LEN(0);

		for (size_t at = 0; bytes - at >= sizeof(int) && n < FDS_TAKEN;
		     at += sizeof(int))
			memcpy(&got[n++], CMSG_DATA(c) + at, sizeof(int));
	}
	return n;
}

/* One read of at most len bytes, as soon as there are any: their number, 0 at
 * the end, OKTA_TIME, OKTA_CLOSED, OKTA_SYSTEM. fds NULL: the kernel is given
 * no room for descriptors and drops them; else max of them are taken, and
 * more than that is OKTA_BAD. */
static ssize_t
receive(int fd, void *p, size_t len, int *fds, size_t max, size_t *nfds,
    uint64_t deadline)
{
	union {
		char bytes[CMSG_SPACE(FDS_TAKEN * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = {.iov_base = p, .iov_len = len};
	int got[FDS_TAKEN];
	ssize_t n;

	for (;;) {
		struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

		if (fds != NULL) {
			m.msg_control = control.bytes;
			m.msg_controllen = sizeof(control.bytes);
		}
		n = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		if (n >= 0 && fds != NULL) {
			size_t count = take_fds(&m, got);

			if (count > max || m.msg_flags & MSG_CTRUNC) {
				while (count > 0)
					close(got[--count]);
				return OKTA_BAD;
			}
			memcpy(fds, got, count * sizeof(int));
			*nfds = count;
		}
		if (n >= 0)
			return n;
		if (errno == EINTR)
			continue;
		if (errno == ECONNRESET)
			return OKTA_CLOSED;
		if (errno != EAGAIN && errno != EWOULDBLOCK)
			return OKTA_SYSTEM;
		int r = wait_for(fd, POLLIN, deadline);

		if (r != OKTA_OK)
			return r;
	}
}

static int
receive_frame(int fd, uint8_t *buf, size_t cap, size_t *len, int *fds,
    size_t max, size_t *nfds, uint64_t deadline)
{
	size_t have = 0, need = 4;
	ssize_t n;

	if (cap < WIRE_HEADER_SIZE)
		return OKTA_SMALL;
	while (have < need) {
		n = receive(fd, buf + have, need - have, have == 0 ? fds : NULL,
		    max, nfds, deadline);
		if (n < 0 && n != OKTA_CLOSED)
			return (int)n;
		if (n <= 0)
			return have == 0 ? OKTA_CLOSED : OKTA_BAD;
		if (have == 0) {
			uint64_t rest = wire_now_ms() + WIRE_FRAME_MS;

			if (deadline == 0 || rest < deadline)
				deadline = rest;
		}
		have += (size_t)n;
		if (have == 4 && need == 4) {
			size_t body = (size_t)buf[0] << 24 |
			    (size_t)buf[1] << 16 | (size_t)buf[2] << 8 | buf[3];

			if (body < WIRE_HEADER_SIZE - 4 || body > cap - 4)
				return OKTA_BAD;
			need += body;
		}
	}
	*len = have;
	return OKTA_OK;
}

int
wire_recv(int fd, void *buf, size_t cap, size_t *len, uint64_t deadline)
{
	*len = 0;
	return receive_frame(fd, buf, cap, len, NULL, 0, NULL, deadline);
}

int
wire_recv_fds(int fd, void *buf, size_t cap, size_t *len, int *fds,
    size_t max, size_t *nfds, uint64_t deadline)
{
	*len = 0;
	*nfds = 0;
	int r = receive_frame(fd, buf, cap, len, fds, max, nfds, deadline);

	if (r != OKTA_OK) {
		while (*nfds > 0)
			close(fds[--*nfds]);
	}
	return r;
}
