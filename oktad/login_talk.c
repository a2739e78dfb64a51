#include "login_talk.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"
#include "code.h"

enum { LAST_MS = 2000 }; /* kept for what ends a login */

/* A numeric address without a zone, or PROTOCOL_UNKNOWN: it becomes a header
 * value and a key (T35, T94). And only from root: others would choose the
 * address that Okta's zones and the budget look at. */
static void
take_rhost(struct talk *t, const struct wire_field *f)
{
	uint8_t address[16];
	size_t len;

	if (!t->is_root)
		return;
	if (wire_str(f, t->rhost, sizeof(t->rhost)) != OKTA_OK ||
	    address_parse(t->rhost, address) != 0)
		strcpy(t->rhost, PROTOCOL_UNKNOWN);
	len = strcspn(t->rhost, "%");
	t->is_scoped = t->rhost[len] != '\0';
	t->rhost[len] = '\0';
}

static int
take_secret(const struct wire_field *f, struct secret *s)
{
	if (f->len > PROTOCOL_PASSWORD_MAX ||
	    memchr(f->p, '\0', f->len) != NULL)
		return OKTA_BAD;
	return secret_set(s, f->p, f->len) == 0 ? OKTA_OK : OKTA_SYSTEM;
}

static int
take_fields(struct talk *t, struct wire_in *in, uint32_t *deadline_ms)
{
	struct wire_field f;
	uint32_t seen = 0;
	int r;

	while ((r = wire_next(in, &f)) == 1) {
		/* Of two that differ, oktad and the worker might believe one
		 * each. */
		if (f.tag >= 32 || (seen & 1U << f.tag) != 0)
			return OKTA_BAD;
		seen |= 1U << f.tag;
		switch (f.tag) {
		case TAG_UID:
		case TAG_SERVICE:
		case TAG_TICKET: /* the hello: oktad has read it */
			r = OKTA_OK;
			break;
		case TAG_RUSER:
			r = OKTA_OK;
			if (!t->is_root ||
			    wire_str(&f, t->ruser, sizeof(t->ruser)) != OKTA_OK)
				t->ruser[0] = '\0';
			break;
		case TAG_TTY:
			/* sshd says "ssh", whatever its client can show. */
			t->is_terminal =
			    f.len > 3 || memcmp(f.p, "ssh", f.len) != 0;
			r = OKTA_OK;
			break;
		case TAG_USER:
			r = wire_str(&f, t->user, sizeof(t->user));
			break;
		case TAG_DEADLINE:
			r = wire_u32(&f, deadline_ms);
			break;
		case TAG_RHOST:
			take_rhost(t, &f);
			r = OKTA_OK;
			break;
		case TAG_PASSWORD:
			r = take_secret(&f, &t->password);
			break;
		default:
			r = OKTA_BAD; /* protocol.h: the frame is refused */
		}
		if (r != OKTA_OK)
			return OKTA_BAD;
	}
	return r;
}

/* The bytes of the first frame that oktad left in the socket. */
static int
read_rest(struct talk *t, size_t have, size_t total, uint64_t deadline)
{
	while (have < total) {
		struct pollfd p = {.fd = t->fd, .events = POLLIN};
		uint64_t now = wire_now_ms();

		if (now >= deadline)
			return OKTA_TIME;
		if (poll(&p, 1, (int)(deadline - now)) < 1)
			continue;
		ssize_t n =
		    recv(t->fd, t->frame + have, total - have, MSG_DONTWAIT);

		if (n == 0)
			return OKTA_CLOSED;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return OKTA_CLOSED;
		if (n > 0)
			have += (size_t)n;
	}
	return OKTA_OK;
}

int
talk_begin(struct talk *t, int fd, const struct slice_person *p)
{
	uint64_t now = wire_now_ms();
	uint32_t deadline_ms = p->deadline_s * 1000;
	struct wire_in in;
	size_t total;
	int r;

	*t = (struct talk){.fd = fd, .is_root = p->peer_uid == 0};
	t->deadline = now + deadline_ms;
	if (p->hello_len < WIRE_HEADER_SIZE || p->hello_len > sizeof(t->frame))
		return OKTA_BAD;
	memcpy(t->frame, p->hello, p->hello_len);
	total = 4 +
	    ((size_t)t->frame[0] << 24 | (size_t)t->frame[1] << 16 |
		(size_t)t->frame[2] << 8 | t->frame[3]);
	if (total < p->hello_len || total > sizeof(t->frame))
		return OKTA_BAD;
	r = read_rest(t, p->hello_len, total, now + WIRE_FRAME_MS);
	if (r == OKTA_OK)
		r = wire_open(&in, t->frame, total);
	if (r == OKTA_OK) {
		t->op = in.op;
		memcpy(t->id, in.id, sizeof(t->id));
		r = take_fields(t, &in, &deadline_ms);
	}
	explicit_bzero(t->frame, sizeof(t->frame));
	if (r == OKTA_OK && now + deadline_ms < t->deadline)
		t->deadline = now + deadline_ms;
	return r;
}

uint32_t
talk_left_ms(const struct talk *t, uint32_t max)
{
	uint64_t now = wire_now_ms();

	if (now >= t->deadline)
		return 0;
	return t->deadline - now < max ? (uint32_t)(t->deadline - now) : max;
}

static int
send_frame(struct talk *t, struct wire_out *o)
{
	int r = wire_end(o);

	if (r == OKTA_OK)
		r = wire_send(t->fd, o->buf, o->len, t->deadline);
	explicit_bzero(t->frame, sizeof(t->frame));
	return r;
}

int
talk_ask(struct talk *t, enum prompt_kind kind, const char *text,
    struct secret *answer)
{
	struct wire_field f;
	struct wire_out o;
	struct wire_in in;
	size_t len;
	int r;

	secret_clear(answer);
	wire_begin(&o, t->frame, sizeof(t->frame), OP_PROMPT, t->id);
	wire_put_u32(&o, TAG_KIND, kind);
	wire_put_str(&o, TAG_TEXT, text);
	r = send_frame(t, &o);
	if (r == OKTA_OK)
		r = wire_recv(
		    t->fd, t->frame, sizeof(t->frame), &len, t->deadline);
	if (r == OKTA_OK)
		r = wire_open(&in, t->frame, len);
	if (r != OKTA_OK)
		goto out;
	/* One connection is one login: an answer with another id is none. */
	if (memcmp(in.id, t->id, sizeof(t->id)) != 0)
		r = OKTA_BAD;
	else if (in.op == OP_CANCEL)
		r = OKTA_CLOSED;
	else if (in.op != OP_REPLY || wire_next(&in, &f) != 1 ||
	    f.tag != TAG_ANSWER || in.left != 0)
		r = OKTA_BAD;
	else
		r = take_secret(&f, answer);
out:
	explicit_bzero(t->frame, sizeof(t->frame));
	return r;
}

int
talk_info(struct talk *t, const char *text)
{
	struct wire_out o;

	wire_begin(&o, t->frame, sizeof(t->frame), OP_INFO, t->id);
	wire_put_str(&o, TAG_TEXT, text);
	return send_frame(t, &o);
}

int
talk_wait(struct talk *t, uint32_t ms)
{
	struct pollfd p = {.fd = t->fd, .events = POLLIN | POLLRDHUP};
	uint64_t until = wire_now_ms() + ms, now;
	uint64_t end = t->deadline > LAST_MS ? t->deadline - LAST_MS : 0;

	if (until > end)
		until = end;
	do {
		now = wire_now_ms();
		/* Nobody has been asked anything: whatever comes is CANCEL, the
		 * end, or a breach of the protocol. */
		if (poll(&p, 1, now < until ? (int)(until - now) : 0) > 0)
			return OKTA_CLOSED;
	} while ((now = wire_now_ms()) < until);
	return now < end ? OKTA_OK : OKTA_TIME;
}

int
talk_verdict(struct talk *t, enum verdict_code code, int is_late,
    const char *text, const char *ticket)
{
	struct wire_out o;

	wire_begin(&o, t->frame, sizeof(t->frame), OP_VERDICT, t->id);
	wire_put_u32(&o, TAG_CODE, code);
	if (text != NULL)
		wire_put_str(&o, TAG_TEXT, text);
	if (ticket != NULL)
		wire_put(&o, TAG_TICKET, ticket, PROTOCOL_TICKET_SIZE);
	if (is_late)
		wire_put(&o, TAG_LATE, "", 0);
	if (code == VERDICT_ACCEPT && t->who != 0)
		wire_put_u32(&o, TAG_UID, t->who);
	return send_frame(t, &o);
}

void
talk_end(struct talk *t)
{
	secret_clear(&t->password);
	explicit_bzero(t, sizeof(*t));
	t->fd = -1;
}
