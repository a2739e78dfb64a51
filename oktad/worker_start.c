#include "worker_private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "code.h"
#include "log.h"
#include "person.h"

enum {
	START_MS = 200,	 /* INT_PERSON goes into an empty socket */
	GRACE_MS = 5000, /* past the login's own deadline */
	FRAME = WIRE_LOGIN_MAX
};

static void
fill_person(struct worker *w, const struct hello *h,
    const uint8_t bytes[PROTOCOL_HELLO_SIZE])
{
	const struct conf *c = w->parent->conf;
	struct conf_service s = conf_service_for(c, h->service);
	struct slice_person *person = &w->person;

	memcpy(person->hello, bytes, PROTOCOL_HELLO_SIZE);
	person->hello_len = PROTOCOL_HELLO_SIZE;
	person->peer_uid = w->peer;
	person->flow = s.flow;
	person->factor = s.factor;
	person->deadline_s = c->deadline_s;
	person->trusted_app = c->trusted_app;
	person->trusted_proxy = c->trusted_proxy;
	person_find(&person_files_here, h->uid, person);
}

static int
spawn(struct worker *w, int client, struct error *e)
{
	struct child c = {
	    .path = OKTA_LIBEXECDIR "/oktad-login",
	    .user = w->parent->users.login,
	    .netns = -1,
	    .is_quiet = 1,
	};
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return error_errno(e, "socketpair");
	c.fds[0] = client;
	c.fds[1] = ends[1];
	w->pid = child_start(&c, e);
	close(ends[1]);
	if (w->pid < 0) {
		w->pid = 0;
		close(ends[0]);
		return -1;
	}
	if (conn_open(&w->conn, ends[0], FRAME, 0) != 0)
		return error_errno(e, "worker");
	if (slice_person_send(w->conn.fd, &w->person,
		wire_now_ms() + START_MS) != OKTA_OK)
		return error_set(e, ERROR_SYSTEM, "the worker does not read");
	w->deadline =
	    wire_now_ms() + 1000ULL * w->person.deadline_s + GRACE_MS;
	w->watch = (struct watch){
	    .fd = w->conn.fd,
	    .events = POLLIN,
	    .deadline = w->deadline,
	    .ready = worker_ready,
	    .expired = worker_expired,
	    .owner = w,
	};
	return loop_add(&w->parent->loop, &w->watch) == 0
	    ? 0 : error_errno(e, "worker");
}

void
worker_start(struct parent *p, int fd, uid_t peer, const struct hello *h,
    const uint8_t bytes[PROTOCOL_HELLO_SIZE])
{
	struct worker *w = calloc(1, sizeof(*w));
	struct error e = {0};

	if (w == NULL) {
		close(fd);
		slots_give(&p->slots, peer);
		return;
	}
	w->parent = p;
	w->peer = peer;
	w->conn.fd = w->watch.fd = -1;
	strcpy(w->service, h->service);
	TAILQ_INSERT_TAIL(&p->workers, w, entry);
	fill_person(w, h, bytes);
	int rc = spawn(w, fd, &e);

	close(fd);
	if (rc == 0)
		return;
	log_event(LOG_ERR, "start_failed", log_text("program", "oktad-login"),
	    log_text("error", e.text));
	worker_close(w);
}
