#include "link.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "code.h"
#include "conf_slice.h"
#include "conn.h"
#include "control.h"
#include "log.h"
#include "publish.h"
#include "worker.h"

enum {
	SEND_BUFFER = 4 << 20, /* a whole slice with its CA file fits */
	SLICE_MS = 500,
	SMALL_FRAME = 8192
};

struct link {
	struct watch watch;
	struct conn conn;
	struct parent *parent;
	enum channel_role role; /* ROLE_SYNC, or ROLE_LOGIN for net */
	int is_paused;		/* until the watch's deadline */
	uint8_t *status;	/* the fields of INT_STATUS */
	size_t status_len;
};

static const char *
link_name(const struct link *l)
{
	return l->role == ROLE_SYNC ? "oktad-sync" : "oktad-net";
}

static struct link **
link_slot(struct parent *p, enum channel_role role)
{
	return role == ROLE_SYNC ? &p->sync : &p->net;
}

void
link_close(struct parent *p, enum channel_role role)
{
	struct link **slot = link_slot(p, role), *l = *slot;

	if (l == NULL)
		return;
	*slot = NULL;
	loop_remove(&p->loop, &l->watch);
	conn_close(&l->conn);
	if (role == ROLE_SYNC)
		control_sync_lost(p);
	free(l->status);
	free(l);
}

static void
link_drop(struct link *l, const char *why)
{
	log_event(LOG_WARNING, "link_closed", log_text("process", link_name(l)),
	    log_text("why", why));
	link_close(l->parent, l->role);
}

static int
send_small(struct link *l, uint16_t op, const uint8_t id[WIRE_ID_SIZE],
    uint16_t tag, uint32_t value, int fd)
{
	uint8_t frame[64];
	struct wire_out o;

	wire_begin(&o, frame, sizeof(frame), op, id);
	if (tag != 0)
		wire_put_u32(&o, tag, value);
	return conn_send(&l->conn, &o, fd);
}

int
link_channel(struct parent *p, enum channel_role role)
{
	static const uint8_t no_id[WIRE_ID_SIZE];
	int ends[2];

	if (p->net == NULL ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return -1;
	if (send_small(p->net, INT_CHANNEL, no_id, TAG_ROLE, role, ends[1]) !=
	    OKTA_OK) {
		close(ends[0]);
		close(ends[1]);
		link_drop(p->net, "does not read");
		return -1;
	}
	close(ends[1]);
	return ends[0];
}

/* Sync asks net through a channel of its own; a new one whenever either of
 * them is new. */
static void
join(struct parent *p)
{
	static const uint8_t no_id[WIRE_ID_SIZE];
	int fd;

	if (p->net == NULL || p->sync == NULL)
		return;
	fd = link_channel(p, ROLE_SYNC);
	if (fd < 0)
		return;
	if (send_small(p->sync, INT_SYNC_CHANNEL, no_id, 0, 0, fd) != OKTA_OK)
		link_drop(p->sync, "does not read");
	close(fd);
}

static int
send_conf(struct link *l)
{
	uint64_t deadline = wire_now_ms() + SLICE_MS;
	int r = l->role == ROLE_SYNC ?
	    slice_sync_send(l->conn.fd, l->parent->conf, deadline) :
	    slice_net_send(l->conn.fd, l->parent->conf, deadline);

	if (r == OKTA_OK)
		return 0;
	link_drop(l, "does not take the configuration");
	return -1;
}

void
link_send_conf(struct parent *p)
{
	if (p->net != NULL)
		send_conf(p->net);
	if (p->sync != NULL)
		send_conf(p->sync);
}

int
link_token_reset(struct parent *p)
{
	static const uint8_t no_id[WIRE_ID_SIZE];

	if (p->net == NULL)
		return -1;
	if (send_small(p->net, INT_TOKEN_RESET, no_id, 0, 0, -1) == OKTA_OK)
		return 0;
	link_drop(p->net, "does not read");
	return -1;
}

int
link_sync_now(struct parent *p, const uint8_t id[WIRE_ID_SIZE], int accept)
{
	if (p->sync == NULL)
		return -1;
	if (send_small(p->sync, INT_SYNC_NOW, id, accept ? TAG_ACCEPT : 0, 1,
		-1) == OKTA_OK)
		return 0;
	link_drop(p->sync, "does not read");
	return -1;
}

const uint8_t *
link_status(const struct link *l, size_t *len)
{
	*len = l == NULL ? 0 : l->status_len;
	return l == NULL ? NULL : l->status;
}

static void
keep_status(struct link *l, const struct wire_in *in)
{
	uint8_t *copy = malloc(in->left + 1);

	if (copy == NULL)
		return;
	memcpy(copy, in->p, in->left);
	free(l->status);
	l->status = copy;
	l->status_len = in->left;
	if (l->role == ROLE_SYNC)
		control_sync_progress(l->parent, in);
}

static int
answer_assert(struct link *l, struct wire_in *in)
{
	struct parent *p = l->parent;
	struct secret jwt = {0};
	struct error e = {0};
	struct wire_field f;
	struct wire_out o;
	uint8_t frame[SMALL_FRAME];
	uint32_t skew = 0;
	int is_admin = 0, r;

	while ((r = wire_next(in, &f)) == 1) {
		if (f.tag == TAG_SKEW && wire_u32(&f, &skew) != OKTA_OK)
			return OKTA_BAD;
		if (f.tag == TAG_ADMIN)
			is_admin = 1;
	}
	if (r != OKTA_OK)
		return r;
	wire_begin(&o, frame, sizeof(frame), INT_ASSERTION, in->id);
	if (assertion_make(p->conf, &p->keys, is_admin, (int32_t)skew,
		(int64_t)time(NULL), &jwt, &e) == 0) {
		wire_put(&o, TAG_JWT, jwt.bytes, jwt.len);
	} else {
		log_event(LOG_ERR, "assertion_refused",
		    log_number("skew_s", (int32_t)skew),
		    log_text("error", e.text));
		wire_put_str(&o, TAG_ERROR, e.text);
		wire_put_u32(&o, TAG_ERROR_KIND, e.kind);
	}
	secret_clear(&jwt);
	r = conn_send(&l->conn, &o, -1);
	explicit_bzero(frame, sizeof(frame));
	return r;
}

static int
answer_image(struct link *l, const struct wire_in *in)
{
	int directory = conn_take_fd(&l->conn, 0);
	int people = conn_take_fd(&l->conn, 1);
	struct error e = {0};
	uint64_t generation = 0;
	uint8_t frame[1024];
	struct wire_out o;
	int r = -1;

	if (directory >= 0 && people >= 0)
		r = publish_image(&publish_here, l->parent->conf->id_min,
		    l->parent->conf->id_max, directory, people, &generation,
		    &e);
	else
		error_set(&e, ERROR_PROTOCOL, "an image is two descriptors");
	if (directory >= 0)
		close(directory);
	if (people >= 0)
		close(people);
	wire_begin(&o, frame, sizeof(frame),
	    r == 0 ? INT_PUBLISHED : INT_REFUSED, in->id);
	if (r == 0) {
		wire_put_u64(&o, TAG_GENERATION, generation);
		log_event(LOG_INFO, "published",
		    log_number("generation", (int64_t)generation));
	} else {
		wire_put_str(&o, TAG_ERROR, e.text);
		log_event(LOG_ERR, "publish_refused",
		    log_text("error", e.text));
	}
	return conn_send(&l->conn, &o, -1);
}

/* INT_REFUSED makes sync send its image again: the files were deleted or
 * damaged behind our back. */
static int
answer_confirm(struct link *l, const struct wire_in *in)
{
	struct error e = {0};
	uint8_t frame[1024];
	struct wire_out o;
	int is_noted = publish_confirm(&publish_here, &e) == 0;

	wire_begin(&o, frame, sizeof(frame),
	    is_noted ? INT_PUBLISHED : INT_REFUSED, in->id);
	if (!is_noted) {
		wire_put_str(&o, TAG_ERROR, e.text);
		log_event(LOG_ERR, "confirm_failed",
		    log_text("error", e.text));
	}
	return conn_send(&l->conn, &o, -1);
}

static int
take_frame(struct link *l, struct wire_in *in)
{
	struct parent *p = l->parent;
	uid_t uid = l->role == ROLE_SYNC ? p->users.sync.uid : p->users.net.uid;

	if (!peer_may(DOOR_INTERNAL, in->op, uid, uid, &p->users))
		return OKTA_BAD;
	switch (in->op) {
	case INT_STATUS:
		keep_status(l, in);
		return OKTA_OK;
	case INT_ASSERT:
		return answer_assert(l, in);
	case INT_IMAGE:
		return answer_image(l, in);
	case INT_CONFIRM:
		return answer_confirm(l, in);
	case INT_SYNC_DONE:
		control_sync_done(p, in);
		return OKTA_OK;
	default:
		return OKTA_BAD;
	}
}

/* The loop has no time for others while it copies and checks an image. So
 * whoever sent one is not heard for as long as that took: images without end
 * leave half of the time to logins. */
static void
pause_link(struct link *l, uint64_t since)
{
	uint64_t now = wire_now_ms();

	if (now == since)
		return;
	l->is_paused = 1;
	l->watch.events = 0;
	l->watch.deadline = now + (now - since);
}

static void
link_ready(struct watch *w, short revents)
{
	struct link *l = w->owner;
	uint64_t since = wire_now_ms();
	struct wire_in in;
	/* While paused only an end is told. */
	int r = l->is_paused ? OKTA_CLOSED : conn_read(&l->conn, &in);

	(void)revents;
	if (r == OKTA_OK)
		r = take_frame(l, &in);
	w->deadline = l->conn.deadline;
	if (r == OKTA_OK && in.op == INT_IMAGE)
		pause_link(l, since);
	if (r == OKTA_OK || r == OKTA_TIME)
		return;
	link_drop(l, r == OKTA_CLOSED ? "has gone" :
		r == OKTA_BAD ? "broke the protocol" : "can not be reached");
}

static void
link_expired(struct watch *w)
{
	struct link *l = w->owner;

	if (l->is_paused) {
		l->is_paused = 0;
		w->events = POLLIN;
		return;
	}
	link_drop(l, "sent half a frame");
}

void
link_accept(struct parent *p, int fd, uid_t uid)
{
	const int size = SEND_BUFFER;
	enum channel_role role =
	    uid == p->users.sync.uid ? ROLE_SYNC : ROLE_LOGIN;
	struct link *l = calloc(1, sizeof(*l));

	if (l == NULL || conn_open(&l->conn, fd, WIRE_INTERNAL_MAX,
		role == ROLE_SYNC ? CONN_FDS : 0) != 0) {
		if (l == NULL)
			close(fd);
		free(l);
		return;
	}
	/* Beyond the system's limit where that is allowed (CAP_NET_ADMIN). */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) !=
	    0)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	l->parent = p;
	l->role = role;
	l->watch = (struct watch){.fd = fd, .events = POLLIN,
	    .ready = link_ready, .expired = link_expired, .owner = l};
	if (*link_slot(p, role) != NULL)
		link_drop(*link_slot(p, role), "replaced by a newer one");
	*link_slot(p, role) = l;
	if (loop_add(&p->loop, &l->watch) != 0) {
		link_drop(l, "no memory");
		return;
	}
	log_event(LOG_INFO, "link_open", log_text("process", link_name(l)));
	if (send_conf(l) != 0)
		return;
	join(p);
	if (role != ROLE_SYNC)
		worker_try_held(p);
}
