#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "code.h"
#include "control_private.h"
#include "internal.h"
#include "log.h"
#include "protocol.h"
#include "session_list.h"

int
control_answer_sessions(struct control *c, struct wire_in *in)
{
	struct error e = {0};
	int fd = session_list(c->parent), r;

	if (fd < 0) {
		error_errno(&e, "sessions");
		return control_answer_error(c, in->id, &e);
	}
	r = control_answer_done(c, in->id, fd);
	close(fd);
	return r;
}

static int
answer_count(struct control *c, const uint8_t id[WIRE_ID_SIZE], size_t n)
{
	uint8_t frame[64];
	struct wire_out o;

	wire_begin(&o, frame, sizeof(frame), CTL_ANSWER, id);
	wire_put_u32(&o, LOGOUT_FOUND, (uint32_t)n);
	wire_put(&o, TAG_DONE, "", 0);
	return conn_send(&c->conn, &o, -1);
}

/* Root's word about sessions; what ends some is answered when it is done. */
int
control_answer_logout(struct control *c, struct wire_in *in)
{
	char whom[DIR_NAME_MAX + 1] = "";
	uint32_t what = LOGOUT_END;
	struct error e = {0};
	struct wire_field f;
	int r;

	while ((r = wire_next(in, &f)) == 1) {
		if ((f.tag == TAG_USER &&
			wire_str(&f, whom, sizeof(whom)) != OKTA_OK) ||
		    (f.tag == LOGOUT_WHAT && wire_u32(&f, &what) != OKTA_OK))
			return OKTA_BAD;
	}
	if (r != OKTA_OK || c->waits_for_logout ||
	    (what != LOGOUT_HELD && whom[0] == '\0'))
		return OKTA_BAD;
	if (what != LOGOUT_DRY)
		log_event(LOG_NOTICE, "logout",
		    log_text("whom", whom[0] != '\0' ? whom : NULL),
		    log_text("what",
			what == LOGOUT_HELD	   ? "what is held"
			    : what == LOGOUT_GRACE ? "grace"
						   : "sessions"));
	if (what == LOGOUT_HELD) {
		r = c->parent->session_watch.is_held;
		session_watch_accept(c->parent);
		return answer_count(c, in->id, (size_t)r);
	}
	if (what == LOGOUT_GRACE)
		return answer_count(
		    c, in->id, session_watch_revoke(c->parent, whom));
	if (session_watch_order(
		c->parent, whom, what == LOGOUT_DRY, in->id, &e) != 0)
		return control_answer_error(c, in->id, &e);
	c->waits_for_logout = 1;
	memcpy(c->logout_id, in->id, sizeof(c->logout_id));
	return OKTA_OK;
}

static int
tell_done(struct control *c, const struct sweep_report *r, int list)
{
	uint8_t frame[128];
	struct wire_out o;

	wire_begin(&o, frame, sizeof(frame), CTL_ANSWER, c->logout_id);
	if (r->nends == 1) {
		wire_put_str(&o, TAG_USER, r->ends[0].name);
		wire_put_u32(&o, LOGOUT_FOUND, r->ends[0].found);
		wire_put_u32(&o, LOGOUT_ENDED, r->ends[0].ended);
		wire_put_u32(&o, LOGOUT_LEFT, r->ends[0].left);
	}
	wire_put(&o, TAG_DONE, "", 0);
	return conn_send(&c->conn, &o, list);
}

void
control_logout_done(struct parent *p, const uint8_t id[WIRE_ID_SIZE],
    const struct sweep_report *r, int list, const struct error *e)
{
	struct control *c;
	int code;

	TAILQ_FOREACH (c, &p->controls, entry) {
		if (!c->waits_for_logout ||
		    memcmp(id, c->logout_id, WIRE_ID_SIZE) != 0)
			continue;
		c->waits_for_logout = 0;
		code = e != NULL ? control_answer_error(c, id, e)
				 : tell_done(c, r, list);
		/* The loop closes it. */
		if (code != OKTA_OK)
			shutdown(c->conn.fd, SHUT_RDWR);
		return;
	}
}
