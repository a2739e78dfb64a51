#include "hello.h"

#include <string.h>

#include "code.h"

static int
is_service_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

static int
is_ticket_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Length of the text in a field padded with NULs, or -1: a byte outside the
 * alphabet, or something behind the first NUL. */
static int
padded_length(const uint8_t *p, size_t size, int (*is_good)(char))
{
	size_t len = 0;

	while (len < size && is_good((char)p[len]))
		len++;
	for (size_t i = len; i < size; i++) {
		if (p[i] != 0)
			return -1;
	}
	return (int)len;
}

static int
take_fields(struct wire_in *in, struct hello *h)
{
	struct wire_field f;
	int len;

	if (wire_next(in, &f) != 1 || f.tag != TAG_UID ||
	    wire_u32(&f, &h->uid) != OKTA_OK)
		return OKTA_BAD;
	if (wire_next(in, &f) != 1 || f.tag != TAG_SERVICE ||
	    f.len != PROTOCOL_SERVICE_SIZE)
		return OKTA_BAD;
	len = padded_length(f.p, f.len, is_service_char);
	if (len < 1 || len >= PROTOCOL_SERVICE_SIZE)
		return OKTA_BAD;
	memcpy(h->service, f.p, (size_t)len);
	if (wire_next(in, &f) != 1 || f.tag != TAG_TICKET ||
	    f.len != PROTOCOL_TICKET_SIZE)
		return OKTA_BAD;
	len = padded_length(f.p, f.len, is_ticket_char);
	if (len != 0 && len != PROTOCOL_TICKET_SIZE)
		return OKTA_BAD;
	memcpy(h->ticket, f.p, (size_t)len);
	return in->left == 0 ? OKTA_OK : OKTA_BAD;
}

int
hello_parse(const uint8_t bytes[PROTOCOL_HELLO_SIZE], struct hello *h)
{
	const size_t body = PROTOCOL_HELLO_SIZE - 4;
	uint8_t head[PROTOCOL_HELLO_SIZE];
	struct wire_in in;
	int r;

	*h = (struct hello){0};
	size_t length = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 |
	    (size_t)bytes[2] << 8 | bytes[3];

	if (length < body || length > WIRE_LOGIN_MAX - 4)
		return OKTA_BAD;
	/* To the codec the hello is a frame that ends where the worker's part
	 * begins. */
	memcpy(head, bytes, sizeof(head));
	head[0] = head[1] = head[2] = 0;
	head[3] = (uint8_t)body;
	r = wire_open(&in, head, sizeof(head));
	if (r == OKTA_OK)
		r = take_fields(&in, h);
	if (r != OKTA_OK) {
		*h = (struct hello){0};
		return r;
	}
	h->op = in.op;
	memcpy(h->id, in.id, sizeof(h->id));
	h->rest = length - body;
	return OKTA_OK;
}
