#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"
#include "file.h"
#include "internal.h"
#include "paths.h"
#include "protocol.h"

enum { CONNECT_MS = 5000, FORGET_MS = 10000, LOGOUT_MS = 60000 };

int
control_open(struct control *c, struct error *e)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	struct ucred peer;
	socklen_t len = sizeof(peer);

	c->fd = -1;
	c->probe = 0;
	memcpy(sun.sun_path, OKTA_CONTROL_SOCK, sizeof(OKTA_CONTROL_SOCK));
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd == -1)
		return error_errno(e, "socket");
	if (connect(c->fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		int saved = errno;

		control_close(c);
		errno = saved;
		if (errno == EACCES)
			return error_set(e, ERROR_SYSTEM,
			    "%s: only root may ask oktad", OKTA_CONTROL_SOCK);
		return error_errno(e,
		    "oktad does not answer on %s (systemctl start oktad)",
		    OKTA_CONTROL_SOCK);
	}
	if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1 ||
	    len != sizeof(peer) || peer.uid != 0) {
		control_close(c);
		return error_set(e, ERROR_SYSTEM,
		    "%s: the process that listens there is not root's",
		    OKTA_CONTROL_SOCK);
	}
	return 0;
}

int
control_reach(struct control *c, struct error *e)
{
	if (control_open(c, e) == -1)
		return -1;
	if (control_ask(
		c, CTL_STATUS, 0, UINT32_MAX, CONNECT_MS, NULL, NULL, e) == 0)
		return 0;
	control_close(c);
	return -1;
}

int
control_open_probe(struct control *c, const char *conf_path, struct error *e)
{
	int pair[2];

	c->fd = -1;
	c->probe = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return error_errno(e, "socketpair");
	c->probe = fork();
	if (c->probe == -1) {
		c->probe = 0;
		close(pair[0]);
		close(pair[1]);
		return error_errno(e, "fork");
	}
	if (c->probe == 0) {
		static char *empty[] = {NULL};
		int null = open("/dev/null", O_WRONLY);

		/* What goes wrong is told over the connection. */
		if (null == -1 || dup2(pair[1], STDIN_FILENO) == -1 ||
		    dup2(null, STDERR_FILENO) == -1)
			_exit(127);
		execle(OKTA_SBINDIR "/oktad", "oktad", "--probe", "-c",
		    conf_path, (char *)NULL, empty);
		_exit(127);
	}
	close(pair[1]);
	c->fd = pair[0];
	if (fcntl(c->fd, F_SETFL, O_NONBLOCK) == -1) {
		control_close(c);
		return error_errno(e, "fcntl");
	}
	return 0;
}

void
control_close(struct control *c)
{
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
	/* The probe ends when its connection does; it is not left behind. */
	if (c->probe > 0) {
		kill(c->probe, SIGTERM);
		while (waitpid(c->probe, NULL, 0) == -1 && errno == EINTR)
			;
	}
	c->probe = 0;
}

static int
explain(int code, struct error *e)
{
	if (code == OKTA_TIME)
		return error_set(
		    e, ERROR_SYSTEM, "oktad did not answer in time");
	if (code == OKTA_CLOSED)
		return error_set(e, ERROR_SYSTEM,
		    "oktad closed the connection; see its journal");
	if (code == OKTA_SYSTEM)
		return error_errno(e, "talking to oktad");
	return error_set(e, ERROR_SYSTEM,
	    "oktad speaks another protocol; restart it after the upgrade");
}

static int
send_question(struct control *c, uint16_t op, uint16_t flag, const char *name,
    uint32_t uid, uint8_t id[WIRE_ID_SIZE], uint64_t deadline, struct error *e)
{
	struct wire_out o;
	int code;

	if (getrandom(id, WIRE_ID_SIZE, 0) != WIRE_ID_SIZE)
		return error_errno(e, "getrandom");
	wire_begin(&o, c->frame, sizeof(c->frame), op, id);
	if (flag != 0)
		wire_put(&o, flag, "", 0);
	wire_put_str(&o, TAG_USER, name);
	if (uid != UINT32_MAX)
		wire_put_u32(&o, TAG_UID, uid);
	if ((code = wire_end(&o)) != OKTA_OK ||
	    (code = wire_send(c->fd, o.buf, o.len, deadline)) != OKTA_OK)
		return explain(code, e);
	return 0;
}

/* The next frame that answers id; 1 where it is the last, 0, or -1. */
static int
take_answer(struct control *c, const uint8_t id[WIRE_ID_SIZE],
    struct wire_in *in, int *fds, size_t *nfds, uint64_t deadline,
    struct error *e)
{
	struct wire_field f;
	struct wire_in scan;
	char text[sizeof(e->text)];
	uint32_t kind = ERROR_SYSTEM;
	size_t len;
	int code, done = 0;

	if ((code = wire_recv_fds(c->fd, c->frame, sizeof(c->frame), &len, fds,
		 1, nfds, deadline)) != OKTA_OK ||
	    (code = wire_open(in, c->frame, len)) != OKTA_OK)
		return explain(code, e);
	if (memcmp(in->id, id, WIRE_ID_SIZE) != 0)
		return explain(OKTA_BAD, e);
	scan = *in;
	text[0] = '\0';
	while ((code = wire_next(&scan, &f)) == 1) {
		if (f.tag == TAG_DONE)
			done = 1;
		if (f.tag == TAG_ERROR)
			(void)wire_str(&f, text, sizeof(text));
		if (f.tag == TAG_ERROR_KIND)
			(void)wire_u32(&f, &kind);
	}
	if (code != 0)
		return explain(OKTA_BAD, e);
	/* Of the other kinds oktad's are not Okta's. */
	if (in->op == CTL_ERROR)
		return error_set(e,
		    kind == ERROR_SCOPE || kind == ERROR_CONFIG
			? (enum error_kind)kind
			: ERROR_SYSTEM,
		    "oktad: %s", text);
	if (in->op != CTL_ANSWER)
		return explain(OKTA_BAD, e);
	return done;
}

/* Every answer with that id, up to the last one. */
static int
take_all(struct control *c, const uint8_t id[WIRE_ID_SIZE], uint64_t deadline,
    void (*take)(void *arg, struct wire_in *in), void *arg, struct error *e)
{
	struct wire_in in;
	size_t nfds;
	int fd, last;

	do {
		nfds = 0;
		last = take_answer(c, id, &in, &fd, &nfds, deadline, e);
		if (nfds > 0)
			close(fd);
		if (last == -1)
			return -1;
		if (take != NULL)
			take(arg, &in);
	} while (last == 0);
	return 0;
}

static int
ask(struct control *c, uint16_t op, uint16_t flag, const char *name,
    uint32_t uid, uint32_t timeout_ms,
    void (*take)(void *arg, struct wire_in *in), void *arg, struct error *e)
{
	uint64_t deadline = wire_now_ms() + timeout_ms;
	uint8_t id[WIRE_ID_SIZE];

	if (send_question(c, op, flag, name, uid, id, deadline, e) == -1)
		return -1;
	return take_all(c, id, deadline, take, arg, e);
}

int
control_ask(struct control *c, uint16_t op, uint16_t flag, uint32_t uid,
    uint32_t timeout_ms, void (*take)(void *arg, struct wire_in *in), void *arg,
    struct error *e)
{
	return ask(c, op, flag, NULL, uid, timeout_ms, take, arg, e);
}

int
control_forget(struct control *c, const char *name, uint32_t number,
    void (*take)(void *arg, struct wire_in *in), void *arg, struct error *e)
{
	return ask(c, CTL_FORGET, 0, name, name != NULL ? UINT32_MAX : number,
	    FORGET_MS, take, arg, e);
}

int
control_ask_ids(struct control *c, uint32_t mode, const int *fds, size_t nfds,
    uint32_t timeout_ms, void (*take)(void *arg, struct wire_in *in), void *arg,
    struct error *e)
{
	uint64_t deadline = wire_now_ms() + timeout_ms;
	uint8_t id[WIRE_ID_SIZE];
	struct wire_out o;
	int code;

	if (getrandom(id, WIRE_ID_SIZE, 0) != WIRE_ID_SIZE)
		return error_errno(e, "getrandom");
	wire_begin(&o, c->frame, sizeof(c->frame), CTL_IDS, id);
	wire_put_u32(&o, TAG_IDS_MODE, mode);
	if ((code = wire_end(&o)) != OKTA_OK ||
	    (code = wire_send_fds(c->fd, o.buf, o.len, fds, nfds, deadline)) !=
		OKTA_OK)
		return explain(code, e);
	return take_all(c, id, deadline, take, arg, e);
}

int
control_logout(struct control *c, uint32_t what, const char *whom,
    void (*take)(void *arg, struct wire_in *in), void *arg, int *list,
    struct error *e)
{
	uint64_t deadline = wire_now_ms() + LOGOUT_MS;
	uint8_t id[WIRE_ID_SIZE];
	struct wire_out o;
	struct wire_in in;
	size_t nfds = 0;
	int code, rc;

	*list = -1;
	if (getrandom(id, WIRE_ID_SIZE, 0) != WIRE_ID_SIZE)
		return error_errno(e, "getrandom");
	wire_begin(&o, c->frame, sizeof(c->frame), CTL_LOGOUT, id);
	wire_put_u32(&o, LOGOUT_WHAT, what);
	wire_put_str(&o, TAG_USER, whom);
	if ((code = wire_end(&o)) != OKTA_OK ||
	    (code = wire_send(c->fd, o.buf, o.len, deadline)) != OKTA_OK)
		return explain(code, e);
	rc = take_answer(c, id, &in, list, &nfds, deadline, e);
	if (rc == -1)
		return -1;
	take(arg, &in);
	return 0;
}

/* The one descriptor that answers the question of this id. */
static int
take_fd(struct control *c, const uint8_t id[WIRE_ID_SIZE], const char *what,
    uint64_t deadline, struct error *e)
{
	struct wire_in in;
	size_t nfds = 0;
	int fd = -1;

	if (take_answer(c, id, &in, &fd, &nfds, deadline, e) == -1) {
		if (nfds > 0)
			close(fd);
		return -1;
	}
	if (nfds != 1)
		return error_set(e, ERROR_SYSTEM,
		    "oktad did not hand over %s; see its journal", what);
	return fd;
}

int
control_ask_fd(
    struct control *c, uint16_t op, const char *what, struct error *e)
{
	uint64_t deadline = wire_now_ms() + CONNECT_MS;
	uint8_t id[WIRE_ID_SIZE];

	if (send_question(c, op, 0, NULL, UINT32_MAX, id, deadline, e) == -1)
		return -1;
	return take_fd(c, id, what, deadline, e);
}

int
control_change(
    struct control *c, const struct control_change *x, struct error *e)
{
	uint64_t deadline = wire_now_ms() + CONNECT_MS;
	uint8_t id[WIRE_ID_SIZE];
	struct wire_out o;
	int fd = -1, code;

	if (getrandom(id, WIRE_ID_SIZE, 0) != WIRE_ID_SIZE)
		return error_errno(e, "getrandom");
	/* oktad looks whether it is root's alone. */
	if (x->file != NULL && (fd = file_open_trusted(x->file, e)) == -1)
		return -1;
	wire_begin(&o, c->frame, sizeof(c->frame), CTL_CHANGE, id);
	wire_put_str(&o, CHANGE_WHAT, x->what);
	wire_put_str(&o, CHANGE_WHOM, x->whom);
	wire_put_str(&o, TAG_SCOPE, x->scope);
	wire_put_str(&o, CHANGE_FILE, x->file);
	if ((code = wire_end(&o)) == OKTA_OK)
		code =
		    wire_send_fds(c->fd, o.buf, o.len, &fd, fd != -1, deadline);
	if (fd != -1)
		close(fd);
	if (code != OKTA_OK)
		return explain(code, e);
	return take_fd(c, id, "a channel for the change", deadline, e);
}

int
control_changed(struct control *c, const char *result, const char *request,
    const struct error *why, struct error *e)
{
	uint64_t deadline = wire_now_ms() + CONNECT_MS;
	uint8_t id[WIRE_ID_SIZE];
	struct wire_out o;
	int code;

	if (getrandom(id, WIRE_ID_SIZE, 0) != WIRE_ID_SIZE)
		return error_errno(e, "getrandom");
	wire_begin(&o, c->frame, sizeof(c->frame), CTL_CHANGED, id);
	wire_put_str(&o, CHANGE_RESULT, result);
	wire_put_str(&o, TAG_REQUEST_ID, request);
	wire_put_str(&o, TAG_ERROR, why != NULL ? why->text : NULL);
	if ((code = wire_end(&o)) != OKTA_OK ||
	    (code = wire_send(c->fd, o.buf, o.len, deadline)) != OKTA_OK)
		return explain(code, e);
	return take_all(c, id, deadline, NULL, NULL, e);
}

int
control_channel(struct control *c, struct error *e)
{
	return control_ask_fd(c, CTL_CHANNEL, "a channel to oktad-net", e);
}
