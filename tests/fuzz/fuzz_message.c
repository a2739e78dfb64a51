/* Any frame as oktad's word: only one exact form is an ACCEPT, and no text
 * reaches a terminal as more than text. */
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "name.h"
#include "replay.h"

/* An ACCEPT, found in another way: somewhere among the fields stands the whole
 * field CODE with the value 1. */
static int
has_accept(const uint8_t *data, size_t size)
{
	static const uint8_t field[] = {
	    0, TAG_CODE, 0, 4, 0, 0, 0, VERDICT_ACCEPT};

	return size > WIRE_HEADER_SIZE && data[7] == OP_VERDICT &&
	    memmem(data + WIRE_HEADER_SIZE, size - WIRE_HEADER_SIZE, field,
		sizeof(field)) != NULL;
}

/* Does a tag stand there twice, or one that the protocol does not have? */
static int
has_odd_tags(struct wire_in in)
{
	struct wire_field f;
	unsigned int seen = 0;

	while (wire_next(&in, &f) == 1) {
		if (f.tag != TAG_TICKET && f.tag != TAG_TEXT &&
		    f.tag != TAG_KIND && f.tag != TAG_CODE &&
		    f.tag != TAG_UID && f.tag != TAG_LATE)
			return 1;
		if (seen & 1U << f.tag)
			return 1;
		seen |= 1U << f.tag;
	}
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_in in, fields;
	struct message m;
	size_t len;

	if (wire_open(&in, data, size) != OKTA_OK)
		return 0;
	fields = in;
	if (message_parse(&m, &in) != OKTA_OK) {
		if (m.op != 0)
			abort();
		return 0;
	}
	if (has_odd_tags(fields))
		abort();
	if (m.op != OP_PROMPT && m.op != OP_INFO && m.op != OP_VERDICT)
		abort();
	if (m.op != OP_VERDICT &&
	    (m.code != 0 || m.who != 0 || m.is_late || m.ticket[0] != '\0'))
		abort();
	if (m.op == OP_VERDICT && m.code == VERDICT_ACCEPT &&
	    !has_accept(data, size))
		abort();
	len = strnlen(m.text, sizeof(m.text));
	if (len > PROTOCOL_TEXT_MAX)
		abort();
	for (size_t i = 0; i < len; i++) {
		/* What lines of text may have, and names may not. */
		if (m.text[i] == ':' || m.text[i] == '\n')
			m.text[i] = '.';
	}
	if (!name_is_clean_text(m.text, len, PROTOCOL_TEXT_MAX))
		abort();
	len = strnlen(m.ticket, sizeof(m.ticket));
	if ((len != 0 && len != PROTOCOL_TICKET_SIZE) ||
	    strspn(m.ticket, "abcdef0123456789") != len)
		abort();
	return 0;
}
