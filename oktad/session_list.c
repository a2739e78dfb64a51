#include "session_list.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "code.h"
#include "internal.h"
#include "session_grace.h"

static void
put_text(struct wire_out *o, uint16_t tag, const char *text)
{
	if (text[0] != '\0')
		wire_put_str(o, tag, text);
}

static int
write_one(int fd, const struct parent *p, const struct session *s, uint64_t now)
{
	static const uint8_t no_id[WIRE_ID_SIZE];
	char id[SESSION_ID_SIZE + 1];
	uint8_t frame[1024];
	struct wire_out o;

	session_id(s, id);
	wire_begin(&o, frame, sizeof(frame), CTL_ANSWER, no_id);
	wire_put_str(&o, SESSION_ID, id);
	wire_put_str(&o, TAG_USER, s->name);
	put_text(&o, SESSION_ACCOUNT, s->account);
	wire_put_u32(&o, TAG_UID, s->uid);
	wire_put_str(&o, TAG_OKTA_ID, s->person);
	wire_put_str(&o, TAG_SERVICE, s->service);
	put_text(&o, TAG_TTY, s->tty);
	put_text(&o, TAG_RHOST, s->rhost);
	put_text(&o, TAG_FACTORS, s->factors);
	wire_put_u32(&o, SESSION_FLOW, s->flow);
	wire_put_u64(&o, TAG_TIME, s->opened_s);
	wire_put_u32(&o, SESSION_AUDIT, s->audit);
	wire_put_u32(&o, SESSION_PID, (uint32_t)s->leader);
	wire_put_u32(&o, SESSION_IS_LEFT, s->state == SESSION_LEFT);
	if (s->proven_ms != 0)
		wire_put_u32(&o, SESSION_PROOF_AGE,
		    (uint32_t)((now - s->proven_ms) / 1000));
	wire_put_u32(
	    &o, SESSION_OKTA, (uint32_t)okta_session_is_held(p, s->handle));
	wire_put_u32(&o, SESSION_GRACE, session_grace_left(p->conf, s, now));
	if (wire_end(&o) != OKTA_OK)
		return -1;
	return write(fd, frame, o.len) == (ssize_t)o.len ? 0 : -1;
}

static int
write_held(int fd, uint32_t people)
{
	static const uint8_t no_id[WIRE_ID_SIZE];
	uint8_t frame[64];
	struct wire_out o;

	wire_begin(&o, frame, sizeof(frame), CTL_ANSWER, no_id);
	wire_put_u32(&o, SESSION_HELD, people);
	if (wire_end(&o) != OKTA_OK)
		return -1;
	return write(fd, frame, o.len) == (ssize_t)o.len ? 0 : -1;
}

int
session_list(struct parent *p)
{
	int fd = memfd_create("okta-sessions", MFD_CLOEXEC), rc = 0;
	uint64_t now = wire_now_ms();

	for (size_t i = 0;
	     fd >= 0 && rc == 0 && i < sessions_count(p->sessions); i++)
		rc = write_one(fd, p, sessions_at(p->sessions, i), now);
	if (fd >= 0 && rc == 0 && p->session_watch.waiting > 0)
		rc = write_held(fd, p->session_watch.waiting);
	if (rc == 0)
		return fd;
	close(fd);
	return -1;
}
