/*
 * What wire_io.c and wire_fds.c share. Not for others: wire.h is the codec.
 */
#ifndef OKTA_WIRE_IO_H
#define OKTA_WIRE_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* One sendmsg (events POLLOUT) or recvmsg (POLLIN), as soon as the socket lets
 * it. OKTA_OK and *moved bytes, 0 at the end of what is received; OKTA_TIME,
 * OKTA_CLOSED, OKTA_SYSTEM. */
int wire_move(
    int fd, struct msghdr *m, short events, uint64_t deadline, size_t *moved);
/* wire_recv() of a frame of which have bytes (0 to 4) stand in buf already. */
int wire_recv_rest(int fd, uint8_t *buf, size_t cap, size_t have, size_t *len,
    uint64_t deadline);

#endif
