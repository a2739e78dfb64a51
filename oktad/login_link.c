#include "login_link.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "code.h"
#include "wire.h"

enum { FRAME = 4096 };

int
login_link_person(struct login_link *l, struct slice_person *p)
{
	uint8_t frame[FRAME];
	struct wire_in in;
	size_t len;
	int r;

	*p = (struct slice_person){0};
	r = wire_recv(l->fd, frame, sizeof(frame), &len, l->deadline);
	if (r == OKTA_OK)
		r = wire_open(&in, frame, len);
	if (r == OKTA_OK)
		r = slice_person_take(p, &in);
	return r;
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

int
login_link_charge(struct login_link *l, const char *rhost,
    struct login_refusal *refusal)
{
	static const uint8_t id[WIRE_ID_SIZE];
	uint8_t frame[FRAME];
	struct wire_out o;
	struct wire_in in;
	size_t len, nfds = 0;
	int fd = -1, r;

	*refusal = (struct login_refusal){.verdict = VERDICT_DENY};
	strcpy(refusal->why, "oktad did not answer");
	wire_begin(&o, frame, sizeof(frame), INT_CHARGE, id);
	if (rhost[0] != '\0')
		wire_put_str(&o, TAG_RHOST, rhost);
	r = wire_end(&o);
	if (r == OKTA_OK)
		r = wire_send(l->fd, o.buf, o.len, l->deadline);
	if (r == OKTA_OK)
		r = wire_recv_fds(l->fd, frame, sizeof(frame), &len, &fd, 1,
		    &nfds, l->deadline);
	if (r != OKTA_OK || wire_open(&in, frame, len) != OKTA_OK) {
		if (r == OKTA_TIME)
			strcpy(refusal->why, "no leave to try within the "
			    "deadline: other tries of this person hold it up");
	} else if (in.op == INT_GRANT && nfds == 1) {
		return fd;
	} else if (in.op == INT_REFUSE) {
		read_refusal(&in, refusal);
	}
	if (nfds == 1)
		close(fd);
	return -1;
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
	static const uint8_t id[WIRE_ID_SIZE];
	uint8_t frame[FRAME];
	struct wire_field f;
	struct wire_out o;
	struct wire_in in;
	size_t len;
	int r;

	ticket[0] = '\0';
	wire_begin(&o, frame, sizeof(frame), INT_OUTCOME, id);
	wire_put_u32(&o, TAG_RESULT, report->outcome);
	wire_put_u32(&o, TAG_CODE, report->verdict);
	put_text(&o, TAG_REASON, report->reason);
	put_text(&o, TAG_FACTORS, report->factors);
	put_text(&o, TAG_OKTA_CODE, report->okta_code);
	put_text(&o, TAG_OKTA_REQUEST, report->okta_request);
	put_text(&o, TAG_RHOST, report->rhost);
	r = wire_end(&o);
	if (r == OKTA_OK)
		r = wire_send(l->fd, o.buf, o.len, l->deadline);
	if (r != OKTA_OK || report->outcome != OUTCOME_ACCEPTED)
		return r;
	r = wire_recv(l->fd, frame, sizeof(frame), &len, l->deadline);
	if (r == OKTA_OK)
		r = wire_open(&in, frame, len);
	if (r == OKTA_OK && (in.op != INT_TICKET || wire_next(&in, &f) != 1 ||
		f.tag != TAG_TICKET || f.len != PROTOCOL_TICKET_SIZE))
		r = OKTA_BAD;
	if (r == OKTA_OK)
		r = wire_str(&f, ticket, PROTOCOL_TICKET_SIZE + 1);
	explicit_bzero(frame, sizeof(frame));
	return r;
}
