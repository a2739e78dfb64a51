#include "message.h"

#include <string.h>

#include "name.h"

enum {
	HAS_TEXT = 1 << 0,
	HAS_KIND = 1 << 1,
	HAS_CODE = 1 << 2,
	HAS_LATE = 1 << 3,
	HAS_TICKET = 1 << 4
};

static int
take(struct message *m, const struct wire_field *f, unsigned int *bit)
{
	switch (f->tag) {
	case TAG_TEXT:
		*bit = HAS_TEXT;
		name_filter_text(m->text, sizeof(m->text), (const char *)f->p,
		    f->len);
		return OKTA_OK;
	case TAG_KIND:
		*bit = HAS_KIND;
		return wire_u32(f, &m->kind);
	case TAG_CODE:
		*bit = HAS_CODE;
		return wire_u32(f, &m->code);
	case TAG_LATE:
		*bit = HAS_LATE;
		m->is_late = 1;
		return OKTA_OK;
	case TAG_TICKET:
		*bit = HAS_TICKET;
		if (f->len != PROTOCOL_TICKET_SIZE ||
		    wire_str(f, m->ticket, sizeof(m->ticket)) != OKTA_OK ||
		    strspn(m->ticket, "0123456789abcdef") != f->len)
			return OKTA_BAD;
		return OKTA_OK;
	default:
		return OKTA_BAD;
	}
}

int
message_parse(struct message *m, struct wire_in *in)
{
	unsigned int needed, allowed, seen = 0, bit = 0;
	struct wire_field f;
	int r;

	memset(m, 0, sizeof(*m));
	switch (in->op) {
	case OP_PROMPT:
		needed = allowed = HAS_TEXT | HAS_KIND;
		break;
	case OP_INFO:
		needed = allowed = HAS_TEXT;
		break;
	case OP_VERDICT:
		needed = HAS_CODE;
		allowed = HAS_CODE | HAS_TEXT | HAS_LATE | HAS_TICKET;
		break;
	default:
		return OKTA_BAD;
	}
	while ((r = wire_next(in, &f)) == 1) {
		if (take(m, &f, &bit) != OKTA_OK || (seen & bit) ||
		    !(allowed & bit))
			return OKTA_BAD;
		seen |= bit;
	}
	if (r != 0 || (seen & needed) != needed)
		return OKTA_BAD;
	m->op = in->op;
	return OKTA_OK;
}
