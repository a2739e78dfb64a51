/*
 * Frames that hand descriptors over. Only our own processes do that among
 * themselves; the login protocol never does, so the PAM module does not link
 * this file.
 */
#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "wire_io.h"

enum {
	FDS_MAX = 2, /* handed over by one frame of ours */
	FDS_TAKEN = 8 /* room for a peer that sends more, so that they close */
};

union control {
	char bytes[CMSG_SPACE(FDS_TAKEN * sizeof(int))];
	struct cmsghdr align;
};

int
wire_send_fds(int fd, const void *frame, size_t len, const int *fds,
    size_t nfds, uint64_t deadline)
{
	union control control;
	struct iovec iov = {(void *)(uintptr_t)frame, len};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control.bytes,
	    .msg_controllen = CMSG_SPACE(nfds * sizeof(int))};
	struct cmsghdr *c;
	size_t n;
	int r;

	if (nfds == 0)
		return wire_send(fd, frame, len, deadline);
	if (nfds > FDS_MAX) {
		errno = EINVAL;
		return OKTA_SYSTEM;
	}
	memset(&control, 0, sizeof(control));
	c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
	memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
	r = wire_move(fd, &m, POLLOUT, deadline, &n);
	if (r != OKTA_OK)
		return r;
	return wire_send(fd, (const uint8_t *)frame + n, len - n, deadline);
}

/* Copies all received descriptors to got (FDS_TAKEN of them at most). */
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

static void
close_all(const int *fds, size_t n)
{
	while (n > 0)
		close(fds[--n]);
}

int
wire_recv_fds(int fd, void *buf, size_t cap, size_t *len, int *fds, size_t max,
    size_t *nfds, uint64_t deadline)
{
	union control control;
	struct iovec iov = {buf, 4};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control.bytes,
	    .msg_controllen = sizeof(control.bytes)};
	int got[FDS_TAKEN];
	size_t have, count;
	int r;

	*len = *nfds = 0;
	if (cap < WIRE_HEADER_SIZE)
		return OKTA_SMALL;
	r = wire_move(fd, &m, POLLIN, deadline, &have);
	if (r != OKTA_OK)
		return r;
	count = take_fds(&m, got);
	if (have == 0)
		r = OKTA_CLOSED;
	else if (count > max || m.msg_flags & MSG_CTRUNC)
		r = OKTA_BAD;
	else
		r = wire_recv_rest(fd, buf, cap, have, len, deadline);
	if (r != OKTA_OK) {
		close_all(got, count);
		return r;
	}
	memcpy(fds, got, count * sizeof(int));
	*nfds = count;
	return OKTA_OK;
}
