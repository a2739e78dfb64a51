/*
 * Frames on a stream socket. Every wait has an absolute deadline, whatever
 * blocking mode the descriptor has: MSG_DONTWAIT on each call, poll() between.
 */
#include "wire.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "wire_io.h"

uint64_t
wire_now_ms(void)
{
	struct timespec ts = {0};

	/* CLOCK_BOOTTIME goes on during suspend: a deadline that passed while
	 * the lid was closed, has passed. */
	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* Until the socket may be ready, or a while: the caller tries again. */
static int
wait_for(int fd, short events, uint64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = events};
	const uint64_t now = wire_now_ms();
	int timeout = -1;

	if (deadline != 0 && now >= deadline)
		return OKTA_TIME;
	if (deadline != 0 && deadline - now < INT_MAX)
		timeout = (int)(deadline - now);
	if ((poll(&p, 1, timeout) < 0 && errno != EINTR) ||
	    (p.revents & POLLNVAL) != 0)
		return OKTA_SYSTEM;
	return OKTA_OK;
}

/* After a call that moved no byte: OKTA_OK, try again. */
static int
retry(int fd, short events, uint64_t deadline)
{
	if (errno == EINTR)
		return OKTA_OK;
	if (errno == EAGAIN)
		return wait_for(fd, events, deadline);
	return errno == EPIPE || errno == ECONNRESET ? OKTA_CLOSED
						     : OKTA_SYSTEM;
}

int
wire_move(
    int fd, struct msghdr *m, short events, uint64_t deadline, size_t *moved)
{
	ssize_t n;
	int r;

	*moved = 0;
	do {
		n = events == POLLOUT
		    ? sendmsg(fd, m, MSG_DONTWAIT | MSG_NOSIGNAL)
		    : recvmsg(fd, m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		r = n >= 0 ? OKTA_OK : retry(fd, events, deadline);
	} while (n < 0 && r == OKTA_OK);
	if (n > 0)
		*moved = (size_t)n;
	return r;
}

int
wire_send(int fd, const void *frame, size_t len, uint64_t deadline)
{
	struct iovec iov = {(void *)(uintptr_t)frame, len};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	size_t n;
	int r = OKTA_OK;

	while (r == OKTA_OK && iov.iov_len > 0) {
		r = wire_move(fd, &m, POLLOUT, deadline, &n);
		iov.iov_base = (uint8_t *)iov.iov_base + n;
		iov.iov_len -= n;
	}
	return r;
}

static uint64_t
frame_deadline(uint64_t deadline)
{
	uint64_t end = wire_now_ms() + WIRE_FRAME_MS;

	return deadline != 0 && deadline < end ? deadline : end;
}

int
wire_recv_rest(int fd, uint8_t *buf, size_t cap, size_t have, size_t *len,
    uint64_t deadline)
{
	struct iovec iov;
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	size_t n, need = 4;
	int r;

	*len = 0;
	if (cap < WIRE_HEADER_SIZE)
		return OKTA_SMALL;
	if (have > 0)
		deadline = frame_deadline(deadline);
	for (;;) {
		if (have == 4 && need == 4) {
			size_t body = (size_t)buf[0] << 24 |
			    (size_t)buf[1] << 16 | (size_t)buf[2] << 8 | buf[3];

			if (body < WIRE_HEADER_SIZE - 4 || body > cap - 4)
				return OKTA_BAD;
			need += body;
		}
		if (have == need)
			break;
		iov.iov_base = buf + have;
		iov.iov_len = need - have;
		r = wire_move(fd, &m, POLLIN, deadline, &n);
		if (r != OKTA_OK && r != OKTA_CLOSED)
			return r;
		if (r == OKTA_CLOSED || n == 0)
			return have == 0 ? OKTA_CLOSED : OKTA_BAD;
		if (have == 0)
			deadline = frame_deadline(deadline);
		have += n;
	}
	*len = have;
	return OKTA_OK;
}

int
wire_recv(int fd, void *buf, size_t cap, size_t *len, uint64_t deadline)
{
	return wire_recv_rest(fd, buf, cap, 0, len, deadline);
}
