#include "control_private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "code.h"
#include "conn.h"
#include "internal.h"
#include "link.h"
#include "log.h"
#include "publishing.h"

enum { CONTROLS_MAX = 32, ANSWER_SIZE = 1024 };

static void
control_close(struct control *c)
{
	struct parent *p = c->parent;

	TAILQ_REMOVE(&p->controls, c, entry);
	loop_remove(&p->loop, &c->watch);
	conn_close(&c->conn);
	control_import_drop(c);
	change_close(&c->change, "not told", "", "");
	free(c);
	if (p->is_probe)
		p->is_ending = 1;
}

int
control_answer_error(
    struct control *c, const uint8_t id[WIRE_ID_SIZE], const struct error *e)
{
	uint8_t frame[ANSWER_SIZE];
	struct wire_out o;

	wire_begin(&o, frame, sizeof(frame), CTL_ERROR, id);
	wire_put_str(&o, TAG_ERROR, e->text);
	wire_put_u32(&o, TAG_ERROR_KIND, e->kind);
	return conn_send(&c->conn, &o, -1);
}

int
control_answer_absent(
    struct control *c, const uint8_t id[WIRE_ID_SIZE], const char *process)
{
	struct error e = {0};

	error_set(&e, ERROR_SYSTEM, "%s is not running", process);
	return control_answer_error(c, id, &e);
}

int
control_answer_done(struct control *c, const uint8_t id[WIRE_ID_SIZE], int fd)
{
	uint8_t frame[64];
	struct wire_out o;

	wire_begin(&o, frame, sizeof(frame), CTL_ANSWER, id);
	wire_put(&o, TAG_DONE, "", 0);
	return conn_send(&c->conn, &o, fd);
}

/* An answer made of the fields of somebody else's frame. */
static int
answer_fields(struct control *c, const uint8_t id[WIRE_ID_SIZE],
    const uint8_t *fields, size_t len, int is_done)
{
	size_t cap = WIRE_HEADER_SIZE + len + WIRE_FIELD_SIZE;
	struct wire_out o;
	int r;

	if (cap > WIRE_INTERNAL_MAX)
		return OKTA_SMALL;
	uint8_t *frame = malloc(cap);

	if (frame == NULL)
		return OKTA_SYSTEM;
	wire_begin(&o, frame, cap, CTL_ANSWER, id);
	memcpy(frame + o.len, fields, len);
	o.len += len;
	if (is_done)
		wire_put(&o, TAG_DONE, "", 0);
	r = conn_send(&c->conn, &o, -1);
	free(frame);
	return r;
}

static int
answer_status(struct control *c, struct wire_in *in)
{
	struct parent *p = c->parent;
	const struct link *links[] = {p->net, p->sync};
	uint8_t frame[ANSWER_SIZE];
	struct wire_out o;
	int r;

	wire_begin(&o, frame, sizeof(frame), CTL_ANSWER, in->id);
	wire_put_str(&o, STATUS_PROCESS, "oktad");
	wire_put_u32(&o, STATUS_PID, (uint32_t)getpid());
	wire_put_str(&o, STATUS_ORG, p->conf->url);
	wire_put_str(&o, STATUS_MODE,
	    p->conf->okta.mode == CONF_OAUTH ? "oauth" : "api_token");
	wire_put_u32(&o, STATUS_UNASKED, p->unasked);
	r = conn_send(&c->conn, &o, -1);
	for (size_t i = 0; i < 2 && r == OKTA_OK; i++) {
		size_t len;
		const uint8_t *fields = link_status(links[i], &len);

		if (fields != NULL)
			r = answer_fields(c, in->id, fields, len, 0);
	}
	return r == OKTA_OK ? control_answer_done(c, in->id, -1) : r;
}

static int
answer_sync(struct control *c, struct wire_in *in)
{
	struct wire_field f;
	int accept = 0, r;

	while ((r = wire_next(in, &f)) == 1)
		accept |= f.tag == TAG_ACCEPT;
	if (r != OKTA_OK || c->waits_for_sync)
		return OKTA_BAD;
	if (link_sync_now(c->parent, in->id, accept) != 0)
		return control_answer_absent(c, in->id, "oktad-sync");
	memcpy(c->sync_id, in->id, sizeof(c->sync_id));
	c->waits_for_sync = 1;
	return OKTA_OK;
}

static int
answer_token_reset(struct control *c, struct wire_in *in)
{
	if (link_token_reset(c->parent) != 0)
		return control_answer_absent(c, in->id, "oktad-net");
	return control_answer_done(c, in->id, -1);
}

static int
answer_channel(struct control *c, struct wire_in *in)
{
	int fd = link_channel(c->parent, ROLE_CONTROL, NULL);

	if (fd < 0)
		return control_answer_absent(c, in->id, "oktad-net");
	int r = control_answer_done(c, in->id, fd);

	close(fd);
	return r;
}

static int
answer_person(struct control *c, struct wire_in *in)
{
	const struct refusal *f;
	uint8_t frame[ANSWER_SIZE];
	struct wire_field field;
	struct wire_out o;
	uint32_t uid = 0;
	int r, found = 0;

	while ((r = wire_next(in, &field)) == 1) {
		if (field.tag != TAG_UID)
			continue;
		if (wire_u32(&field, &uid) != OKTA_OK)
			return OKTA_BAD;
		found = 1;
	}
	if (r != OKTA_OK || !found)
		return OKTA_BAD;
	f = refusal_find(&c->parent->refusals, uid);
	wire_begin(&o, frame, sizeof(frame), CTL_ANSWER, in->id);
	if (f != NULL) {
		wire_put_u64(&o, TAG_TIME, f->time_s);
		wire_put_str(&o, TAG_SERVICE, f->service);
		wire_put_str(&o, TAG_REASON, f->reason);
	}
	wire_put(&o, TAG_DONE, "", 0);
	return conn_send(&c->conn, &o, -1);
}

static int
answer_reload(struct control *c, struct wire_in *in)
{
	struct error e = {0};

	if (parent_reload(c->parent, &e) != 0)
		return control_answer_error(c, in->id, &e);
	return control_answer_done(c, in->id, -1);
}

static const struct {
	uint16_t op;
	int (*answer)(struct control *c, struct wire_in *in);
	int has_probe; /* also without a running daemon */
} requests[] = {
    {CTL_STATUS, answer_status, 1},
    {CTL_SYNC, answer_sync, 0},
    {CTL_TOKEN_RESET, answer_token_reset, 0},
    {CTL_CHANNEL, answer_channel, 1},
    {CTL_PERSON, answer_person, 0},
    {CTL_RELOAD, answer_reload, 0},
    {CTL_FORGET, control_answer_forget, 0},
    {CTL_IDS, control_answer_ids, 0},
    {CTL_SESSIONS, control_answer_sessions, 0},
    {CTL_LOGOUT, control_answer_logout, 0},
    {CTL_CHANGE, control_answer_change, 0},
    {CTL_CHANGED, control_answer_changed, 0},
};

static int
take_frame(struct control *c, struct wire_in *in)
{
	if (!peer_may(DOOR_CONTROL, in->op, 0, 0, &c->parent->users))
		return OKTA_BAD;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (requests[i].op != in->op)
			continue;
		if (c->parent->is_probe && !requests[i].has_probe)
			return control_answer_absent(c, in->id, "oktad");
		return requests[i].answer(c, in);
	}
	return OKTA_BAD;
}

static void
control_ready(struct watch *w, short revents)
{
	struct control *c = w->owner;
	struct wire_in in;
	int r = conn_read(&c->conn, &in);

	(void)revents;
	if (r == OKTA_OK)
		r = take_frame(c, &in);
	w->deadline = c->conn.deadline;
	if (r != OKTA_OK && r != OKTA_TIME)
		control_close(c);
}

static void
control_expired(struct watch *w)
{
	control_close(w->owner);
}

void
control_accept(struct parent *p, int fd)
{
	struct control *c, *old;
	size_t n = 0;

	TAILQ_FOREACH (old, &p->controls, entry)
		n++;
	c = n < CONTROLS_MAX ? calloc(1, sizeof(*c)) : NULL;
	if (c == NULL ||
	    conn_open(&c->conn, fd, WIRE_LOGIN_MAX, CONN_FDS) != 0) {
		if (c == NULL)
			close(fd);
		free(c);
		return;
	}
	c->parent = p;
	c->import = -1;
	c->since_ms = wire_now_ms();
	c->watch = (struct watch){.fd = fd,
	    .events = POLLIN,
	    .ready = control_ready,
	    .expired = control_expired,
	    .owner = c};
	TAILQ_INSERT_TAIL(&p->controls, c, entry);
	if (loop_add(&p->loop, &c->watch) != 0)
		control_close(c);
}

/* Calls tell for everybody who waits for the pass with this id; NULL: for any
 * pass. Those who can not be told, are shut down and closed by the loop: one of
 * them may be the caller. */
static void
tell_waiting(struct parent *p, const uint8_t *id,
    int (*tell)(struct control *c, const struct wire_in *in),
    const struct wire_in *in)
{
	struct control *c;

	TAILQ_FOREACH (c, &p->controls, entry) {
		if (!c->waits_for_sync ||
		    (id != NULL && memcmp(id, c->sync_id, WIRE_ID_SIZE) != 0))
			continue;
		if (tell(c, in) != OKTA_OK)
			shutdown(c->conn.fd, SHUT_RDWR);
	}
}

static int
tell_progress(struct control *c, const struct wire_in *in)
{
	return answer_fields(c, c->sync_id, in->p, in->left, 0);
}

static int
tell_done(struct control *c, const struct wire_in *in)
{
	struct error e = {0};

	c->waits_for_sync = 0;
	if (control_import_grant(c, in, &e) != 0)
		return control_answer_error(c, c->sync_id, &e);
	return answer_fields(c, c->sync_id, in->p, in->left, 1);
}

static int
tell_lost(struct control *c, const struct wire_in *in)
{
	(void)in;
	c->waits_for_sync = 0;
	control_import_drop(c);
	return control_answer_absent(c, c->sync_id, "oktad-sync");
}

void
control_sync_progress(struct parent *p, const struct wire_in *in)
{
	tell_waiting(p, NULL, tell_progress, in);
}

void
control_sync_done(struct parent *p, const struct wire_in *in)
{
	tell_waiting(p, in->id, tell_done, in);
}

void
control_sync_lost(struct parent *p)
{
	tell_waiting(p, NULL, tell_lost, NULL);
}

void
control_close_all(struct parent *p)
{
	struct control *c;

	while ((c = TAILQ_FIRST(&p->controls)) != NULL)
		control_close(c);
}
