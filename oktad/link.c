#include "link.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "code.h"
#include "conn.h"
#include "control.h"
#include "link_assert.h"
#include "log.h"
#include "publishing.h"
#include "worker.h"

enum {
	SEND_BUFFER = 4 << 20, /* a whole slice with its CA file fits */
	SLICE_MS = 500,
	LINK_CHANGE_MAX = 2048 /* a token and a few scopes */
};

struct link {
	struct watch watch;
	struct conn conn;
	struct parent *parent;
	enum channel_role role; /* ROLE_SYNC, or ROLE_LOGIN for net */
	int is_paused; /* while its image is checked, and until the watch's
			  deadline */
	uint8_t *status; /* the fields of INT_STATUS */
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
	if (role == ROLE_SYNC) {
		publishing_drop(p);
		control_sync_lost(p);
	}
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

/* Asks net to serve a new channel by the frame that has begun. */
static int
open_channel(struct parent *p, struct wire_out *o)
{
	int ends[2];

	if (p->net == NULL ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return -1;
	if (conn_send(&p->net->conn, o, ends[1]) != OKTA_OK) {
		close(ends[0]);
		close(ends[1]);
		link_drop(p->net, "does not read");
		return -1;
	}
	close(ends[1]);
	return ends[0];
}

int
link_channel(
    struct parent *p, enum channel_role role, const struct slice_person *person)
{
	static const uint8_t no_id[WIRE_ID_SIZE];
	uint8_t frame[512];
	struct wire_out o;

	wire_begin(&o, frame, sizeof(frame), INT_CHANNEL, no_id);
	wire_put_u32(&o, TAG_ROLE, role);
	if (person != NULL) {
		wire_put_str(&o, TAG_OKTA_ID, person->id);
		wire_put_str(&o, TAG_LOGIN, person->login);
	}
	return open_channel(p, &o);
}

int
link_change_channel(struct parent *p, uint32_t number, char *const *scopes,
    const struct secret *api_token)
{
	static const uint8_t no_id[WIRE_ID_SIZE];
	uint8_t frame[LINK_CHANGE_MAX];
	struct wire_out o;
	int fd;

	wire_begin(&o, frame, sizeof(frame), INT_CHANNEL, no_id);
	wire_put_u32(&o, TAG_ROLE, ROLE_CHANGE);
	wire_put_u32(&o, TAG_CHANGE, number);
	for (; *scopes != NULL; scopes++)
		wire_put_str(&o, TAG_SCOPE, *scopes);
	if (api_token->bytes != NULL)
		wire_put(&o, TAG_TOKEN, api_token->bytes, api_token->len);
	fd = open_channel(p, &o);
	explicit_bzero(frame, sizeof(frame));
	return fd;
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
	fd = link_channel(p, ROLE_SYNC, NULL);
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
	int r = l->role == ROLE_SYNC
	    ? slice_sync_send(l->conn.fd, l->parent->conf, deadline)
	    : slice_net_send(l->conn.fd, l->parent->conf, deadline);

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

int
link_forget(struct parent *p, const struct forget *f)
{
	static const uint8_t no_id[WIRE_ID_SIZE];
	uint8_t frame[128];
	struct wire_out o;

	if (p->sync == NULL)
		return -1;
	wire_begin(&o, frame, sizeof(frame), INT_FORGET, no_id);
	if (f->name[0] != '\0')
		wire_put_str(&o, TAG_USER, f->name);
	else
		wire_put_u32(&o, TAG_UID, f->number);
	if (conn_send(&p->sync->conn, &o, -1) == OKTA_OK)
		return 0;
	link_drop(p->sync, "does not read");
	return -1;
}

int
link_ids(struct parent *p, const uint8_t id[WIRE_ID_SIZE], uint32_t mode,
    const int *fds, size_t nfds)
{
	uint8_t frame[64];
	struct wire_out o;

	if (p->sync == NULL)
		return -1;
	wire_begin(&o, frame, sizeof(frame), INT_IDS, id);
	wire_put_u32(&o, TAG_IDS_MODE, mode);
	if (wire_end(&o) == OKTA_OK &&
	    wire_send_fds(p->sync->conn.fd, o.buf, o.len, fds, nfds,
		wire_now_ms() + SLICE_MS) == OKTA_OK)
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

int
link_is_classic(const struct parent *p)
{
	struct wire_in in = {0};
	struct wire_field f;
	char pipeline[16];

	in.p = link_status(p->sync, &in.left);
	while (in.p != NULL && wire_next(&in, &f) == 1)
		if (f.tag == STATUS_PIPELINE)
			return wire_str(&f, pipeline, sizeof(pipeline)) ==
			    OKTA_OK &&
			    strcmp(pipeline, "v1") == 0;
	return 0;
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

/* Until the answer, which link_published() gives, sync is not heard. */
static void
pause_link(struct link *l)
{
	l->is_paused = 1;
	l->watch.events = 0;
	l->watch.deadline = 0;
}

static int
answer_image(struct link *l, struct wire_in *in)
{
	int directory = conn_take_fd(&l->conn, 0);
	int people = conn_take_fd(&l->conn, 1);
	struct wire_field f;
	uint32_t is_fresh = 0;
	int r;

	while ((r = wire_next(in, &f)) == 1)
		if (f.tag == TAG_IS_FRESH &&
		    wire_u32(&f, &is_fresh) != OKTA_OK) {
			r = OKTA_BAD;
			break;
		}
	if (r == 0) {
		pause_link(l);
		publishing_begin(
		    l->parent, in->id, directory, people, is_fresh == 1);
	}
	if (directory >= 0)
		close(directory);
	if (people >= 0)
		close(people);
	return r;
}

/* INT_REFUSED makes sync send its image again: the files were deleted or
 * damaged behind our back. */
static int
answer_confirm(struct link *l, const struct wire_in *in)
{
	pause_link(l);
	publishing_confirm(l->parent, in->id);
	return OKTA_OK;
}

void
link_published(struct parent *p, const uint8_t id[WIRE_ID_SIZE],
    const struct error *e, const struct publish_job *j, uint64_t since)
{
	struct link *l = p->sync;
	uint64_t now = wire_now_ms();
	uint8_t frame[WIRE_LOGIN_MAX];
	struct wire_out o;

	wire_begin(&o, frame, sizeof(frame),
	    e == NULL ? INT_PUBLISHED : INT_REFUSED, id);
	if (e == NULL) {
		wire_put_u64(&o, TAG_GENERATION, j->generation);
	} else {
		wire_put_str(&o, TAG_ERROR, e->text);
		for (size_t i = 0; i < j->nclashes; i++)
			wire_put_u64(&o, TAG_CLASH,
			    (uint64_t)j->clashes[i].number << 32 |
				j->clashes[i].why);
	}
	/* The loop closes it; the caller may still use it. */
	if (conn_send(&l->conn, &o, -1) != OKTA_OK)
		shutdown(l->conn.fd, SHUT_RDWR);
	l->watch.deadline = now + (now - since) + 1;
}

static int
take_cleared(struct parent *p, struct wire_in *in)
{
	char person[DIR_OKTA_ID_MAX + 1] = "";
	struct wire_field f;
	uint32_t age_s = 0;
	int r;

	while ((r = wire_next(in, &f)) == 1) {
		if ((f.tag == TAG_OKTA_ID &&
			wire_str(&f, person, sizeof(person)) != OKTA_OK) ||
		    (f.tag == TAG_AGE && wire_u32(&f, &age_s) != OKTA_OK))
			return OKTA_BAD;
	}
	if (r != OKTA_OK || !directory_is_okta_id(person))
		return OKTA_BAD;
	session_watch_cleared(p, person, age_s);
	return OKTA_OK;
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
		return link_assert_answer(p, &l->conn, in);
	case INT_IMAGE:
		return answer_image(l, in);
	case INT_CONFIRM:
		return answer_confirm(l, in);
	case INT_CLEARED:
		return take_cleared(p, in);
	case INT_SYNC_DONE:
		control_sync_done(p, in);
		return OKTA_OK;
	default:
		return OKTA_BAD;
	}
}

static void
link_ready(struct watch *w, short revents)
{
	struct link *l = w->owner;
	struct wire_in in;
	/* While paused only an end is told. */
	int r = l->is_paused ? OKTA_CLOSED : conn_read(&l->conn, &in);

	(void)revents;
	if (r == OKTA_OK)
		r = take_frame(l, &in);
	if (r == OKTA_OK || r == OKTA_TIME) {
		if (!l->is_paused)
			w->deadline = l->conn.deadline;
		return;
	}
	link_drop(l,
	    r == OKTA_CLOSED	? "has gone"
		: r == OKTA_BAD ? "broke the protocol"
				: "can not be reached");
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

	if (l == NULL ||
	    conn_open(&l->conn, fd, WIRE_INTERNAL_MAX,
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
	l->watch = (struct watch){.fd = fd,
	    .events = POLLIN,
	    .ready = link_ready,
	    .expired = link_expired,
	    .owner = l};
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
