/*
 * The one codec of every local socket of the product. A frame is
 *
 *	u32  length of everything after this field
 *	u16  version (WIRE_VERSION)
 *	u16  op
 *	u8   id[16]	of the login or of the request
 *	then fields, each: u16 tag, u16 length, bytes
 *
 * all big-endian. Readers compare lengths by subtraction, never by addition;
 * outputs are emptied before anything can fail. libc only.
 */
#ifndef OKTA_WIRE_H
#define OKTA_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "code.h"

enum {
	WIRE_VERSION = 1,
	WIRE_ID_SIZE = 16,
	WIRE_HEADER_SIZE = 24,
	WIRE_FIELD_SIZE = 4, /* tag and length in front of a value */
	WIRE_LOGIN_MAX = 4096, /* login protocol: whole frame, bytes */
	WIRE_INTERNAL_MAX = 65536, /* internal links: whole frame, bytes */
	WIRE_FRAME_MS = 2000 /* from a frame's first to its last byte */
};

/* A frame being built in the caller's buffer. After a put that does not fit
 * every later call does nothing and wire_end() answers OKTA_SMALL. */
struct wire_out {
	uint8_t *buf;
	size_t cap;
	size_t len;
	int code;
};

void wire_begin(struct wire_out *o, void *buf, size_t cap, uint16_t op,
    const uint8_t id[WIRE_ID_SIZE]);
void wire_put(struct wire_out *o, uint16_t tag, const void *p, size_t len);
/* s NULL: no field at all. */
void wire_put_str(struct wire_out *o, uint16_t tag, const char *s);
void wire_put_u32(struct wire_out *o, uint16_t tag, uint32_t v);
void wire_put_u64(struct wire_out *o, uint16_t tag, uint64_t v);
/* Writes the length in front. OKTA_OK, or OKTA_SMALL; o->len is then 0. */
int wire_end(struct wire_out *o);

/* A received frame; points into the caller's bytes. */
struct wire_in {
	uint16_t op;
	uint8_t id[WIRE_ID_SIZE];
	const uint8_t *p;
	size_t left;
};

struct wire_field {
	uint16_t tag;
	const uint8_t *p;
	size_t len;
};

/* Opens one whole frame of len bytes. OKTA_OK, OKTA_BAD, OKTA_VERSION. */
int wire_open(struct wire_in *in, const void *frame, size_t len);
/* The next field: 1 and *f filled, 0 at the end, OKTA_BAD. */
int wire_next(struct wire_in *in, struct wire_field *f);
/* The value of a field as a C string of less than cap bytes; a NUL inside is
 * OKTA_BAD, too long is OKTA_SMALL. dst is "" on failure. */
int wire_str(const struct wire_field *f, char *dst, size_t cap);
int wire_u32(const struct wire_field *f, uint32_t *v);
int wire_u64(const struct wire_field *f, uint64_t *v);

/* Deadlines are absolute milliseconds of CLOCK_BOOTTIME; 0 is "never". */
uint64_t wire_now_ms(void);

/* Sends all bytes of a frame on a non-blocking or blocking stream socket.
 * MSG_NOSIGNAL; OKTA_OK, OKTA_TIME, OKTA_CLOSED, OKTA_SYSTEM. */
int wire_send(int fd, const void *frame, size_t len, uint64_t deadline);
/* Same, and hands nfds (0 to 2) descriptors over with the first byte. */
int wire_send_fds(int fd, const void *frame, size_t len, const int *fds,
    size_t nfds, uint64_t deadline);

/* Receives one frame into buf (cap bytes): waits for its first byte until
 * deadline, then at most WIRE_FRAME_MS for the rest. No control buffer is
 * given to the kernel, so passed descriptors are dropped (recvmsg(2)).
 * OKTA_OK and *len, OKTA_TIME, OKTA_CLOSED (clean end between frames),
 * OKTA_BAD (a cut, undersized or oversized frame), OKTA_SMALL (cap is less
 * than a header), OKTA_SYSTEM. Both waits end with the deadline. */
int wire_recv(int fd, void *buf, size_t cap, size_t *len, uint64_t deadline);
/* Same, and takes up to max (0 to 2) descriptors, close-on-exec, that came
 * with the first byte; more than that is OKTA_BAD and all are closed. Those
 * of later bytes are dropped. *nfds says how many; the caller closes them;
 * on failure there are none. */
int wire_recv_fds(int fd, void *buf, size_t cap, size_t *len, int *fds,
    size_t max, size_t *nfds, uint64_t deadline);

#endif
