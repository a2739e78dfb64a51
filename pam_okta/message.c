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
		name_filter_text(m->text, sizeof(m->text), (const char *)f->p,
		    f->len);
		return OKTA_OK;
	case TAG_KIND:
		return wire_u32(f, &m->kind);
	case TAG_CODE:
		return wire_u32(f, &m->code);
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

/* The fields of an op: those it needs, and those it may have besides. */
static int
fields_of(uint16_t op, unsigned int *needed, unsigned int *optional)
{
	*optional = 0;
	switch (op) {
	case OP_PROMPT:
		*needed = BIT(TAG_TEXT) | BIT(TAG_KIND);
		return OKTA_OK;
	case OP_INFO:
		*needed = BIT(TAG_TEXT);
		return OKTA_OK;
	case OP_VERDICT:
		*needed = BIT(TAG_CODE);
		*optional = BIT(TAG_TEXT) | BIT(TAG_LATE) | BIT(TAG_TICKET);
		return OKTA_OK;
	default:
		return OKTA_BAD;
	}
}

int
message_parse(struct message *m, struct wire_in *in)
{
	unsigned int needed, left, bit;
	struct wire_field f;
	int r;

	memset(m, 0, sizeof(*m));
	if (fields_of(in->op, &needed, &left) != OKTA_OK)
		return OKTA_BAD;
	left |= needed;
	while ((r = wire_next(in, &f)) == 1) {
		bit = f.tag < 32 ? BIT(f.tag) : 0;
		if (!(left & bit) || take(m, &f) != OKTA_OK)
			return OKTA_BAD;
		left &= ~bit;
	}
	if (r != 0 || (left & needed) != 0)
		return OKTA_BAD;
	m->op = in->op;
	return OKTA_OK;
}
