#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "code.h"
#include "internal.h"
#include "sync.h"

static const uint8_t no_id[WIRE_ID_SIZE];

static int
lost(struct error *e, const char *why)
{
	return error_set(e, ERROR_SYSTEM, "link to oktad: %s", why);
}

static void
ask(struct sync *s, struct wire_in *in)
{
	struct wire_field f;

	if (s->naskers == SYNC_ASKERS)
		return;
	memcpy(s->askers[s->naskers++], in->id, WIRE_ID_SIZE);
	s->wants_full = 1;
	while (wire_next(in, &f) == 1)
		if (f.tag == TAG_ACCEPT)
			s->accept = 1;
}

static void
answered(struct sync *s, struct wire_in *in, int is_published)
{
	struct wire_field f;

	s->is_answered = 1;
	s->is_published = is_published;
	s->nclashes = 0;
	strcpy(s->refusal, "oktad gave no reason");
	while (wire_next(in, &f) == 1) {
		uint64_t clash;

		if (f.tag == TAG_ERROR)
			(void)wire_str(&f, s->refusal, sizeof(s->refusal));
		else if (f.tag == TAG_CLASH &&
		    wire_u64(&f, &clash) == OKTA_OK &&
		    s->nclashes < INT_CLASHES_MAX)
			s->clashes[s->nclashes++] = (struct sync_bar){
			    (uint32_t)(clash >> 32), (uint32_t)clash};
	}
}

/* A slice may take several frames and counts when it is complete. */
static int
take_conf(struct sync *s, const struct wire_in *in, struct error *e)
{
	int rc = slice_sync_take(&s->coming, in);

	if (rc < 0)
		return lost(e, "a configuration that is none");
	if (resume_add(s, in, rc == 1, e) == -1)
		return -1;
	if (rc == 0)
		return 0;
	slice_sync_clear(&s->conf);
	s->conf = s->coming;
	memset(&s->coming, 0, sizeof(s->coming));
	s->has_conf = 1;
	s->conf_count++;
	return 0;
}

/* One frame, with the descriptors that came with it or -1; those taken over
 * become -1. */
static int
take(struct sync *s, struct wire_in *in, int fds[2], struct error *e)
{
	switch (in->op) {
	case INT_CONF:
	case INT_CONF_END:
		return take_conf(s, in, e);
	case INT_SYNC_CHANNEL:
		if (fds[0] == -1)
			return lost(e, "a channel without descriptor");
		if (s->channel != -1)
			(void)close(s->channel);
		s->channel = fds[0];
		fds[0] = -1;
		return 0;
	case INT_IDS:
		return ids_take(s, in, fds, e);
	case INT_SYNC_NOW:
		ask(s, in);
		return 0;
	case INT_FORGET:
		return forget_take(s, in, e);
	case INT_PUBLISHED:
		answered(s, in, 1);
		return 0;
	case INT_REFUSED:
		answered(s, in, 0);
		return 0;
	default:
		return lost(e, "a frame that is not for us");
	}
}

int
link_serve(struct sync *s, struct error *e)
{
	struct pollfd p = {.fd = s->link, .events = POLLIN};
	struct wire_in in;

	while (poll(&p, 1, 0) == 1) {
		int fds[2] = {-1, -1}, rc;
		size_t len, nfds = 0;

		rc = wire_recv_fds(s->link, s->frame, WIRE_INTERNAL_MAX, &len,
		    fds, 2, &nfds, wire_now_ms() + WIRE_FRAME_MS);
		if (rc == OKTA_CLOSED)
			return lost(e, "closed");
		if (rc != OKTA_OK || wire_open(&in, s->frame, len) != OKTA_OK)
			return lost(e, "a frame that can not be read");
		for (size_t i = nfds; i < 2; i++)
			fds[i] = -1;
		rc = take(s, &in, fds, e);
		for (size_t i = 0; i < 2; i++)
			if (fds[i] != -1)
				(void)close(fds[i]);
		if (rc == -1)
			return -1;
	}
	return 0;
}

int
link_wait(struct sync *s, uint64_t ms, struct error *e)
{
	struct pollfd p[] = {
	    {.fd = s->link, .events = POLLIN},
	    {.fd = s->local.watch, .events = POLLIN},
	};

	/* Signals end the process, so a failing poll can only be EINTR of a
	 * debugger: the next round waits again. */
	(void)poll(p, 2, ms > 60000 ? 60000 : (int)ms);
	return link_serve(s, e);
}

int
link_has_ended(const struct sync *s)
{
	struct pollfd p = {.fd = s->link, .events = POLLIN};

	return poll(&p, 1, 0) == 1 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

/* Sends o with descriptors and waits for INT_PUBLISHED or INT_REFUSED. */
static int
ask_oktad(struct sync *s, struct wire_out *o, const int *fds, size_t nfds,
    struct error *e)
{
	uint64_t deadline = wire_now_ms() + SYNC_ACK_MS, now;
	struct pollfd p = {.fd = s->link, .events = POLLIN};

	s->is_answered = 0;
	if (wire_end(o) != OKTA_OK ||
	    wire_send_fds(s->link, o->buf, o->len, fds, nfds,
		wire_now_ms() + SYNC_SEND_MS) != OKTA_OK)
		return lost(e, "could not be written");
	while (!s->is_answered && (now = wire_now_ms()) < deadline) {
		(void)poll(&p, 1, (int)(deadline - now));
		if (link_serve(s, e) == -1)
			return -1;
	}
	return s->is_answered ? 0 : lost(e, "no answer");
}

int
link_publish(struct sync *s, int directory_fd, int people_fd, int is_fresh,
    struct error *e)
{
	const int fds[2] = {directory_fd, people_fd};
	struct wire_out o;

	wire_begin(&o, s->frame, WIRE_INTERNAL_MAX, INT_IMAGE, no_id);
	wire_put_u32(&o, TAG_IS_FRESH, (uint32_t)is_fresh);
	if (ask_oktad(s, &o, fds, 2, e) == -1)
		return -1;
	if (!s->is_published)
		return error_set(e, ERROR_PROTOCOL,
		    "oktad refused the directory: %s", s->refusal);
	return 0;
}

int
link_cleared(struct sync *s, const char *id, uint32_t age_s, struct error *e)
{
	uint8_t frame[128];
	struct wire_out o;

	wire_begin(&o, frame, sizeof(frame), INT_CLEARED, no_id);
	wire_put_str(&o, TAG_OKTA_ID, id);
	wire_put_u32(&o, TAG_AGE, age_s);
	if (wire_end(&o) == OKTA_OK &&
	    wire_send(s->link, o.buf, o.len, wire_now_ms() + SYNC_SEND_MS) ==
		OKTA_OK)
		return 0;
	return lost(e, "could not be written");
}

int
link_confirm(struct sync *s, struct error *e)
{
	struct wire_out o;

	wire_begin(&o, s->frame, WIRE_INTERNAL_MAX, INT_CONFIRM, no_id);
	return ask_oktad(s, &o, NULL, 0, e) == -1 ? -1 : s->is_published;
}
