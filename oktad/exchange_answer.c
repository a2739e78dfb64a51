/*
 * The answer to an asker as frames: RESPONSE, BODY in pieces, END. Below
 * HTTP there is no body: half an answer is none.
 */
#include <string.h>

#include "exchange.h"

enum { CHUNK = 32768 };

static void
put_text(struct wire_out *o, uint16_t tag, const char *s)
{
	if (s[0] != '\0')
		wire_put_str(o, tag, s);
}

static void
put_head(const struct exchange *x, struct wire_out *o)
{
	const struct head *h = &x->call.head;

	wire_put_u32(o, TAG_TRANSPORT, x->error);
	if (x->retry_s > 0)
		wire_put_u32(o, TAG_RETRY, x->retry_s);
	put_text(o, TAG_ERROR, x->text);
	if (x->error == TRANSPORT_CREDENTIAL)
		wire_put_u32(o, TAG_ERROR_KIND, x->kind);
	if (x->error != TRANSPORT_OK)
		return;
	wire_put_u32(o, TAG_STATUS, (uint32_t)x->call.status);
	put_text(o, TAG_REQUEST_ID, h->request_id);
	put_text(o, TAG_CONTENT_TYPE, h->content_type);
	put_text(o, TAG_WWW_AUTHENTICATE, h->www_authenticate);
	put_text(o, TAG_LINK, x->next);
	if (h->date != 0)
		wire_put_u64(o, TAG_DATE, h->date);
}

size_t
exchange_next_frame(struct exchange *x, uint8_t *frame, size_t cap)
{
	const struct buf *body = &x->call.answer;
	struct wire_out o;
	size_t n;

	switch (x->step) {
	case ANSWER_HEAD:
		wire_begin(&o, frame, cap, INT_RESPONSE, x->id);
		put_head(x, &o);
		x->step = x->error == TRANSPORT_OK && body->len > 0
		    ? ANSWER_BODY
		    : ANSWER_END;
		break;
	case ANSWER_BODY:
		n = body->len - x->body_at;
		n = n < CHUNK ? n : CHUNK;
		wire_begin(&o, frame, cap, INT_BODY, x->id);
		wire_put(&o, TAG_DATA, body->bytes + x->body_at, n);
		x->body_at += n;
		if (x->body_at == body->len)
			x->step = ANSWER_END;
		break;
	default:
		wire_begin(&o, frame, cap, INT_END, x->id);
		x->step = ANSWER_DONE;
		break;
	}
	return wire_end(&o) == OKTA_OK ? o.len : 0;
}

int
exchange_is_answered(const struct exchange *x)
{
	return x->step == ANSWER_DONE;
}
