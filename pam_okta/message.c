#include "message.h"

#include <string.h>

#include "name.h"

/* All tags of the login protocol are below 32. */
#define BIT(tag) (1U << (tag))

static int
take(struct message *m, const struct wire_field *f)
{
	switch (f->tag) {
	case TAG_TEXT:
		name_filter_lines(
		    m->text, sizeof(m->text), (const char *)f->p, f->len);
		return OKTA_OK;
	case TAG_KIND:
		return wire_u32(f, &m->kind);
	case TAG_CODE:
		return wire_u32(f, &m->code);
	case TAG_UID:
		return wire_u32(f, &m->who);
	case TAG_LATE:
		m->is_late = 1;
		return OKTA_OK;
	case TAG_TICKET:
		if (f->len != PROTOCOL_TICKET_SIZE ||
		    wire_str(f, m->ticket, sizeof(m->ticket)) != OKTA_OK ||
		    strspn(m->ticket, "0123456789abcdef") != f->len)
			return OKTA_BAD;
		return OKTA_OK;
	default:
		return OKTA_BAD;
	}
}

/* The fields of each op: those it needs, and those it may have besides. */
static const struct {
	uint16_t op;
	unsigned int needed, optional;
} ops[] = {
    {OP_PROMPT, BIT(TAG_TEXT) | BIT(TAG_KIND), 0},
    {OP_INFO, BIT(TAG_TEXT), 0},
    {OP_VERDICT, BIT(TAG_CODE),
	BIT(TAG_TEXT) | BIT(TAG_LATE) | BIT(TAG_TICKET) | BIT(TAG_UID)},
};
enum { OPS = sizeof(ops) / sizeof(*ops) };

int
message_parse(struct message *m, struct wire_in *in)
{
	unsigned int left, bit;
	struct wire_field f;
	size_t i = 0;
	int r;

	memset(m, 0, sizeof(*m));
	while (i < OPS && ops[i].op != in->op)
		i++;
	if (i == OPS)
		return OKTA_BAD;
	left = ops[i].needed | ops[i].optional;
	while ((r = wire_next(in, &f)) == 1) {
		bit = f.tag < 32 ? BIT(f.tag) : 0;
		if (!(left & bit) || take(m, &f) != OKTA_OK)
			return OKTA_BAD;
		left &= ~bit;
	}
	if (r != 0 || (left & ops[i].needed) != 0)
		return OKTA_BAD;
	m->op = in->op;
	return OKTA_OK;
}

int
message_recv(struct message *m, struct client *c)
{
	struct wire_in in;
	int r = client_recv(c, &in);

	memset(m, 0, sizeof(*m));
	return r == OKTA_OK ? message_parse(m, &in) : r;
}
