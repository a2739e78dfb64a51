/*
 * Frames as bytes: building and taking apart. Sockets are in wire_io.c,
 * numbers that the login protocol has no use for in wire_u64.c.
 */
#include "wire.h"

#include <string.h>

static void
store(uint8_t *p, uint64_t v, size_t bytes)
{
	while (bytes > 0) {
		p[--bytes] = (uint8_t)v;
		v >>= 8;
	}
}

static uint64_t
load(const uint8_t *p, size_t bytes)
{
	uint64_t v = 0;

	for (size_t i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

void
wire_begin(struct wire_out *o, void *buf, size_t cap, uint16_t op,
    const uint8_t id[WIRE_ID_SIZE])
{
	o->buf = buf;
	o->cap = cap;
	o->len = 0;
	o->code = OKTA_OK;
	if (cap < WIRE_HEADER_SIZE) {
		o->code = OKTA_SMALL;
		return;
	}
	store(o->buf, 0, 4);
	store(o->buf + 4, WIRE_VERSION, 2);
	store(o->buf + 6, op, 2);
	memcpy(o->buf + 8, id, WIRE_ID_SIZE);
	o->len = WIRE_HEADER_SIZE;
}

void
wire_put(struct wire_out *o, uint16_t tag, const void *p, size_t len)
{
	if (o->code != OKTA_OK)
		return;
	if (len > UINT16_MAX || o->cap - o->len < WIRE_FIELD_SIZE ||
	    o->cap - o->len - WIRE_FIELD_SIZE < len) {
		o->code = OKTA_SMALL;
		return;
	}
	store(o->buf + o->len, tag, 2);
	store(o->buf + o->len + 2, len, 2);
	o->len += WIRE_FIELD_SIZE;
	if (len > 0)
		memcpy(o->buf + o->len, p, len);
	o->len += len;
}

void
wire_put_str(struct wire_out *o, uint16_t tag, const char *s)
{
	if (s != NULL)
		wire_put(o, tag, s, strlen(s));
}

void
wire_put_u32(struct wire_out *o, uint16_t tag, uint32_t v)
{
	uint8_t b[4];

	store(b, v, sizeof(b));
	wire_put(o, tag, b, sizeof(b));
}

int
wire_end(struct wire_out *o)
{
	if (o->code != OKTA_OK) {
		o->len = 0;
		return o->code;
	}
	store(o->buf, o->len - 4, 4);
	return OKTA_OK;
}

int
wire_open(struct wire_in *in, const void *frame, size_t len)
{
	const uint8_t *p = frame;

	memset(in, 0, sizeof(*in));
	if (len < WIRE_HEADER_SIZE || load(p, 4) != len - 4)
		return OKTA_BAD;
	if (load(p + 4, 2) != WIRE_VERSION)
		return OKTA_VERSION;
	in->op = (uint16_t)load(p + 6, 2);
	memcpy(in->id, p + 8, WIRE_ID_SIZE);
	in->p = p + WIRE_HEADER_SIZE;
	in->left = len - WIRE_HEADER_SIZE;
	return OKTA_OK;
}

int
wire_next(struct wire_in *in, struct wire_field *f)
{
	memset(f, 0, sizeof(*f));
	if (in->left == 0)
		return 0;
	if (in->left < WIRE_FIELD_SIZE ||
	    in->left - WIRE_FIELD_SIZE < load(in->p + 2, 2))
		return OKTA_BAD;
	f->tag = (uint16_t)load(in->p, 2);
	f->len = (size_t)load(in->p + 2, 2);
	f->p = in->p + WIRE_FIELD_SIZE;
	in->p += WIRE_FIELD_SIZE + f->len;
	in->left -= WIRE_FIELD_SIZE + f->len;
	return 1;
}

int
wire_str(const struct wire_field *f, char *dst, size_t cap)
{
	if (cap == 0)
		return OKTA_SMALL;
	dst[0] = '\0';
	if (f->len > 0 && memchr(f->p, '\0', f->len) != NULL)
		return OKTA_BAD;
	if (f->len >= cap)
		return OKTA_SMALL;
	if (f->len > 0)
		memcpy(dst, f->p, f->len);
	dst[f->len] = '\0';
	return OKTA_OK;
}

int
wire_u32(const struct wire_field *f, uint32_t *v)
{
	*v = 0;
	if (f->len != 4)
		return OKTA_BAD;
	*v = (uint32_t)load(f->p, 4);
	return OKTA_OK;
}
