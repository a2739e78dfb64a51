#include "accept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "code.h"
#include "control.h"
#include "hello.h"
#include "link.h"
#include "listen.h"
#include "log.h"
#include "session_answer.h"
#include "worker.h"

enum {
	PER_TURN = 16, /* connections taken at once from one door */
	FULL_PAUSE_MS = 100 /* out of descriptors: look again then */
};

/* A connection whose hello has not come yet. */
struct entry {
	struct watch watch;
	struct parent *parent;
	enum door door;
	uid_t peer;
	uint8_t bytes[PROTOCOL_HELLO_SIZE + SESSION_REST];
	size_t have, need;
	uint64_t since_ms;
	struct hello hello;
};

/* Takes the entry out of the loop; its descriptor and slot go on. */
static int
entry_leave(struct entry *n)
{
	int fd = n->watch.fd;

	loop_remove(&n->parent->loop, &n->watch);
	explicit_bzero(n, sizeof(*n));
	free(n);
	return fd;
}

static void
entry_close(struct entry *n)
{
	slots_give(&n->parent->slots, n->peer);
	close(entry_leave(n));
}

static void
entry_refuse(struct entry *n, const char *why)
{
	log_event(LOG_NOTICE, "refused", log_text("cause", why),
	    log_text("socket", listen_name(n->door)),
	    log_number("peer_uid", n->peer));
	entry_close(n);
}

/* SESSION_OPEN and SESSION_CLOSE need no worker: a ticket is looked up. */
static void
answer_session(struct entry *n)
{
	const struct session_call c = {.fd = n->watch.fd,
	    .hello = &n->hello,
	    .bytes = n->bytes,
	    .len = n->have,
	    .peer = peer_pid(n->watch.fd),
	    .since_ms = n->since_ms};

	if (session_answer(n->parent, &c) != OKTA_OK)
		entry_refuse(n, "bad session frame");
	else
		entry_close(n);
}

/* The hello is whole: what now? */
static void
take_hello(struct entry *n)
{
	struct parent *p = n->parent;
	struct hello *h = &n->hello;
	uint8_t bytes[PROTOCOL_HELLO_SIZE];

	if (hello_parse(n->bytes, h) != OKTA_OK) {
		entry_refuse(n, "bad hello");
		return;
	}
	if (!peer_may(n->door, h->op, n->peer, h->uid, &p->users)) {
		entry_refuse(n, "not allowed for this uid");
		return;
	}
	if (h->op == OP_SESSION_OPEN || h->op == OP_SESSION_CLOSE) {
		if (h->rest > SESSION_REST)
			entry_refuse(n, "bad hello");
		else if (h->rest > 0)
			n->need += h->rest;
		else
			answer_session(n);
		return;
	}
	struct hello copy = *h;
	uid_t peer = n->peer;

	memcpy(bytes, n->bytes, sizeof(bytes));
	worker_start(p, entry_leave(n), peer, &copy, bytes);
}

static void
entry_ready(struct watch *w, short revents)
{
	struct entry *n = w->owner;
	ssize_t got;

	(void)revents;
	/* No control buffer: descriptors that come along are dropped by the
	 * kernel (T54). Never a byte past the hello: the rest may be a
	 * password, and is the worker's. */
	got = recv(w->fd, n->bytes + n->have, n->need - n->have, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		entry_close(n);
		return;
	}
	n->have += (size_t)got;
	if (n->have < n->need)
		return;
	if (n->need == PROTOCOL_HELLO_SIZE)
		take_hello(n);
	else
		answer_session(n);
}

static void
entry_expired(struct watch *w)
{
	entry_refuse(w->owner, "no hello in time");
}

static void
entry_open(struct parent *p, int fd, enum door door, uid_t peer)
{
	struct entry *n = calloc(1, sizeof(*n));

	if (n == NULL) {
		slots_give(&p->slots, peer);
		close(fd);
		return;
	}
	n->parent = p;
	n->door = door;
	n->peer = peer;
	n->need = PROTOCOL_HELLO_SIZE;
	n->since_ms = wire_now_ms();
	n->watch = (struct watch){
	    .fd = fd,
	    .events = POLLIN,
	    .deadline = wire_now_ms() + WIRE_FRAME_MS,
	    .ready = entry_ready,
	    .expired = entry_expired,
	    .owner = n,
	};
	if (loop_add(&p->loop, &n->watch) != 0)
		entry_close(n);
}

static void
turn_away(int fd, enum door door, uid_t peer, const char *why)
{
	close(fd);
	log_event(LOG_NOTICE, "refused", log_text("cause", why),
	    log_text("socket", listen_name(door)),
	    log_number("peer_uid", (int64_t)(int32_t)peer));
}

static void
welcome(struct parent *p, int fd, enum door door)
{
	uid_t peer;

	if (peer_uid(fd, &peer) != 0) {
		turn_away(fd, door, peer, "peer unknown");
		return;
	}
	if (!peer_may_enter(door, peer, &p->users)) {
		turn_away(fd, door, peer, "not allowed for this uid");
		return;
	}
	if (door == DOOR_INTERNAL) {
		link_accept(p, fd, peer);
		return;
	}
	if (door == DOOR_CONTROL) {
		control_accept(p, fd);
		return;
	}
	if (slots_take(&p->slots, peer) != 0) {
		turn_away(fd, door, peer, "too many connections");
		return;
	}
	entry_open(p, fd, door, peer);
}

static void
door_ready(struct watch *w, short revents)
{
	struct door_watch *d = w->owner;

	(void)revents;
	for (int i = 0; i < PER_TURN; i++) {
		int fd =
		    accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			welcome(d->parent, fd, d->door);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
		    errno == ENOBUFS) {
			/* The connection waits in the backlog; do not spin. */
			w->events = 0;
			w->deadline = wire_now_ms() + FULL_PAUSE_MS;
			log_event(LOG_WARNING, "no_descriptors",
			    log_text("error", strerror(errno)));
		}
		if (errno != EINTR && errno != ECONNABORTED)
			return;
	}
}

static void
door_expired(struct watch *w)
{
	w->events = POLLIN;
}

int
accept_open(struct parent *p, const int fds[DOOR_COUNT])
{
	for (int i = 0; i < DOOR_COUNT; i++) {
		struct door_watch *d = &p->doors[i];

		d->door = (enum door)i;
		d->parent = p;
		d->watch = (struct watch){
		    .fd = fds[i],
		    .events = POLLIN,
		    .ready = door_ready,
		    .expired = door_expired,
		    .owner = d,
		};
		if (loop_add(&p->loop, &d->watch) != 0)
			return -1;
	}
	return 0;
}

void
accept_close(struct parent *p)
{
	for (int i = 0; i < DOOR_COUNT; i++)
		loop_remove(&p->loop, &p->doors[i].watch);
}
