#include "login_link.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "code.h"
#include "wire.h"

enum { FRAME = LOGIN_LINK_FRAME };

/* There is one question at a time. */
static const uint8_t no_id[WIRE_ID_SIZE];

int
login_link_first(
    struct login_link *l, uint8_t frame[LOGIN_LINK_FRAME], struct wire_in *in)
{
	size_t len;
	int r = wire_recv(l->fd, frame, LOGIN_LINK_FRAME, &len, l->deadline);

	return r == OKTA_OK ? wire_open(in, frame, len) : r;
}

int
login_link_who(
    struct login_link *l, const struct secret *said, struct slice_person *p)
{
	uint8_t frame[FRAME];
	struct wire_out o;
	struct wire_in in;
	int r;

	wire_begin(&o, frame, sizeof(frame), INT_WHO, no_id);
	wire_put(&o, TAG_USER, said->bytes, said->len);
	r = wire_end(&o);
	if (r == OKTA_OK)
		r = wire_send(l->fd, frame, o.len, l->deadline);
	explicit_bzero(frame, sizeof(frame));
	if (r == OKTA_OK)
		r = login_link_first(l, frame, &in);
	*p = (struct slice_person){0};
	return r == OKTA_OK ? slice_person_take(p, &in) : r;
}

static void
read_refusal(struct wire_in *in, struct login_refusal *refusal)
{
	struct wire_field f;
	uint32_t code;

	while (wire_next(in, &f) == 1) {
		if (f.tag == TAG_ERROR)
			wire_str(&f, refusal->why, sizeof(refusal->why));
		else if (f.tag == TAG_CODE && wire_u32(&f, &code) == OKTA_OK &&
		    code == VERDICT_UNAVAIL)
			refusal->verdict = VERDICT_UNAVAIL;
	}
}

static void
read_grant(struct login_link *l, struct wire_in *in)
{
	struct wire_field f;

	while (wire_next(in, &f) == 1)
		if (f.tag == TAG_DEVICE)
			(void)wire_str(&f, l->device, sizeof(l->device));
}

/* Sends a built request for leave. 0, and where want_fd *fd; -1. */
static int
ask_leave(struct login_link *l, struct wire_out *o, int want_fd, int *fd,
    struct login_refusal *refusal)
{
	uint8_t *frame = o->buf;
	size_t len, nfds = 0;
	struct wire_in in;
	int r;

	*refusal = (struct login_refusal){.verdict = VERDICT_DENY};
	strcpy(refusal->why, "oktad did not answer");
	*fd = -1;
	r = wire_end(o);
	if (r == OKTA_OK)
		r = wire_send(l->fd, frame, o->len, l->deadline);
	if (r == OKTA_OK)
		r = wire_recv_fds(
		    l->fd, frame, FRAME, &len, fd, 1, &nfds, l->deadline);
	if (r != OKTA_OK || wire_open(&in, frame, len) != OKTA_OK) {
		if (r == OKTA_TIME)
			strcpy(refusal->why,
			    "no leave to try within the "
			    "deadline: other tries of this person hold it up");
	} else if (in.op == INT_GRANT && nfds == (size_t)want_fd) {
		read_grant(l, &in);
		return 0;
	} else if (in.op == INT_REFUSE) {
		read_refusal(&in, refusal);
	}
	if (nfds == 1)
		close(*fd);
	*fd = -1;
	return -1;
}

int
login_link_charge(
    struct login_link *l, const char *rhost, struct login_refusal *refusal)
{
	uint8_t frame[FRAME];
	struct wire_out o;
	int fd;

	wire_begin(&o, frame, sizeof(frame), INT_CHARGE, no_id);
	if (rhost[0] != '\0')
		wire_put_str(&o, TAG_RHOST, rhost);
	else if (l->caller != NULL && l->caller[0] != '\0')
		wire_put_str(&o, TAG_RUSER, l->caller);
	ask_leave(l, &o, 1, &fd, refusal);
	return fd;
}

int
login_link_again(struct login_link *l, struct login_refusal *refusal)
{
	uint8_t frame[FRAME];
	struct wire_out o;
	int fd;

	wire_begin(&o, frame, sizeof(frame), INT_CHARGE, no_id);
	return ask_leave(l, &o, 0, &fd, refusal);
}

int
login_link_send(
    struct login_link *l, enum proof_kind kind, struct login_refusal *refusal)
{
	uint8_t frame[FRAME];
	struct wire_out o;
	int fd;

	wire_begin(&o, frame, sizeof(frame), INT_SEND, no_id);
	wire_put_u32(&o, TAG_FACTOR, kind);
	return ask_leave(l, &o, 0, &fd, refusal);
}

static void
put_text(struct wire_out *o, uint16_t tag, const char *text)
{
	if (text != NULL && text[0] != '\0')
		wire_put_str(o, tag, text);
}

int
login_link_outcome(struct login_link *l, const struct login_report *report,
    char ticket[PROTOCOL_TICKET_SIZE + 1])
{
	uint8_t frame[FRAME];
	struct wire_field f;
	struct wire_out o;
	struct wire_in in;
	size_t len;
	int r;

	ticket[0] = '\0';
	wire_begin(&o, frame, sizeof(frame), INT_OUTCOME, no_id);
	wire_put_u32(&o, TAG_RESULT, report->outcome);
	wire_put_u32(&o, TAG_CODE, report->verdict);
	put_text(&o, TAG_REASON, report->reason);
	put_text(&o, TAG_FACTORS, report->factors);
	put_text(&o, TAG_OKTA_CODE, report->okta_code);
	put_text(&o, TAG_OKTA_REQUEST, report->okta_request);
	put_text(&o, TAG_RHOST, report->rhost);
	if (report->session_token->bytes != NULL)
		wire_put(&o, TAG_SESSION_TOKEN, report->session_token->bytes,
		    report->session_token->len);
	r = wire_end(&o);
	if (r == OKTA_OK)
		r = wire_send(l->fd, o.buf, o.len, l->deadline);
	explicit_bzero(frame, sizeof(frame));
	if (r != OKTA_OK || report->outcome != OUTCOME_ACCEPTED)
		return r;
	r = wire_recv(l->fd, frame, sizeof(frame), &len, l->deadline);
	if (r == OKTA_OK)
		r = wire_open(&in, frame, len);
	if (r == OKTA_OK &&
	    (in.op != INT_TICKET || wire_next(&in, &f) != 1 ||
		f.tag != TAG_TICKET || f.len != PROTOCOL_TICKET_SIZE))
		r = OKTA_BAD;
	if (r == OKTA_OK)
		r = wire_str(&f, ticket, PROTOCOL_TICKET_SIZE + 1);
	explicit_bzero(frame, sizeof(frame));
	return r;
}
