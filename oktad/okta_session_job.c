#include "okta_session_job.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"
#include "code.h"
#include "link.h"
#include "parent.h"
#include "paths.h"

enum { FRAME = 2048 };

static int
spawn(struct parent *p, struct okta_session_job *j, struct error *e)
{
	struct child c = {
	    .path = OKTA_LIBEXECDIR "/oktad-login",
	    .user = p->users.login,
	    .netns = -1,
	    .is_quiet = 1,
	};
	int ends[2];

	c.fds[0] = link_channel(p, ROLE_SESSION, NULL);
	if (c.fds[0] < 0)
		return error_set(e, ERROR_OFFLINE, "oktad-net is not there");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		close(c.fds[0]);
		return error_errno(e, "socketpair");
	}
	c.fds[1] = ends[1];
	j->pid = child_start(&c, e);
	close(ends[1]);
	close(c.fds[0]);
	if (j->pid < 0) {
		j->pid = 0;
		close(ends[0]);
		return -1;
	}
	return conn_open(&j->conn, ends[0], FRAME, 0) == 0
	    ? 0
	    : error_errno(e, "okta session");
}

static int
ask(struct okta_session_job *j, enum okta_session_do what,
    const struct secret *value, struct error *e)
{
	static const uint8_t no_id[WIRE_ID_SIZE];
	uint8_t frame[FRAME];
	struct wire_out o;
	int r;

	wire_begin(&o, frame, sizeof(frame), INT_SESSION, no_id);
	wire_put_u32(&o, TAG_SESSION_DO, what);
	wire_put(&o, TAG_SESSION_VALUE, value->bytes, value->len);
	r = conn_send(&j->conn, &o, -1);
	explicit_bzero(frame, sizeof(frame));
	return r == OKTA_OK
	    ? 0
	    : error_set(e, ERROR_SYSTEM, "oktad-login does not read");
}

int
okta_session_job_start(struct parent *p, struct okta_session_job *j,
    enum okta_session_do what, const struct secret *value,
    void (*ready)(struct watch *w, short revents),
    void (*expired)(struct watch *w), void *owner, struct error *e)
{
	*j = (struct okta_session_job){.conn = {.fd = -1}};
	if (spawn(p, j, e) == 0 && ask(j, what, value, e) == 0) {
		j->watch = (struct watch){.fd = j->conn.fd,
		    .events = POLLIN,
		    .deadline = wire_now_ms() + OKTA_SESSION_JOB_MS,
		    .ready = ready,
		    .expired = expired,
		    .owner = owner};
		if (loop_add(&p->loop, &j->watch) == 0)
			return 0;
		error_errno(e, "okta session");
	}
	okta_session_job_end(p, j);
	return -1;
}

int
okta_session_job_read(struct wire_in *in, struct okta_session_told *t)
{
	char id[DIR_OKTA_ID_MAX + 1] = "";
	uint32_t result = 0;
	struct wire_field f;
	int r;

	*t = (struct okta_session_told){0};
	while ((r = wire_next(in, &f)) == 1) {
		r = OKTA_OK;
		if (f.tag == TAG_SESSION_RESULT)
			r = wire_u32(&f, &result);
		else if (f.tag == TAG_SESSION_VALUE)
			r = wire_str(&f, id, sizeof(id));
		else if (f.tag == TAG_OKTA_ID)
			r = wire_str(&f, t->person, sizeof(t->person));
		else if (f.tag == TAG_SESSION_LIFE)
			r = wire_u32(&f, &t->life_s);
		else if (f.tag == TAG_SESSION_ACTIVE)
			r = wire_u32(&f, &t->is_active);
		else if (f.tag == TAG_RETRY)
			r = wire_u32(&f, &t->retry_s);
		else if (f.tag == TAG_ERROR &&
		    wire_str(&f, t->why, sizeof(t->why)) != OKTA_OK)
			strcpy(t->why, "a long story");
		if (r != OKTA_OK)
			break;
	}
	if (r == OKTA_OK && id[0] != '\0' &&
	    (!directory_is_okta_id(id) || !directory_is_okta_id(t->person) ||
		secret_set(&t->id, id, strlen(id)) != 0))
		r = OKTA_BAD;
	explicit_bzero(id, sizeof(id));
	t->result = (enum okta_session_result)result;
	if (r == OKTA_OK && result >= OKTA_SESSION_GOOD &&
	    result < OKTA_SESSION_RESULT_COUNT &&
	    (result == OKTA_SESSION_GOOD || t->id.bytes == NULL))
		return OKTA_OK;
	secret_clear(&t->id);
	*t = (struct okta_session_told){0};
	return OKTA_BAD;
}

int
okta_session_job_hear(struct okta_session_job *j, struct okta_session_told *t)
{
	struct wire_in in;
	int r = conn_read(&j->conn, &in);

	*t = (struct okta_session_told){0};
	if (r == OKTA_TIME)
		return r;
	if (r == OKTA_OK && in.op == INT_SESSION_DONE &&
	    okta_session_job_read(&in, t) == OKTA_OK)
		return OKTA_OK;
	t->result = OKTA_SESSION_UNSURE;
	strcpy(t->why,
	    r == OKTA_OK ? "oktad-login broke the protocol"
			 : "oktad-login ended without an answer");
	return OKTA_OK;
}

void
okta_session_job_end(struct parent *p, struct okta_session_job *j)
{
	loop_remove(&p->loop, &j->watch);
	conn_close(&j->conn);
	if (j->pid > 0)
		kill(j->pid, SIGKILL);
	j->pid = 0;
}

void
okta_session_job_reaped(struct okta_session_job *j, pid_t pid)
{
	if (j->pid == pid)
		j->pid = 0;
}
