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

#include "conf.h"
#include "control.h"
#include "internal.h"
#include "paths.h"
#include "protocol.h"

enum { CONNECT_MS = 5000 };

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
control_open_probe(struct control *c, const char *conf_path, struct error *e)
{
	struct conf *conf = NULL;
	int pair[2];

	c->fd = -1;
	c->probe = 0;
	/* The probe would refuse it as well, but here it can be said why. */
	if (conf_load(conf_path, &conf, e) == -1)
		return -1;
	conf_free(conf);
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
		return error_set(e, ERROR_SYSTEM,
		    "oktad did not answer in time");
	if (code == OKTA_CLOSED)
		return error_set(e, ERROR_SYSTEM,
		    "oktad closed the connection; see its journal");
	if (code == OKTA_SYSTEM)
		return error_errno(e, "talking to oktad");
	return error_set(e, ERROR_SYSTEM,
	    "oktad speaks another protocol; restart it after the upgrade");
}

static int
send_question(struct control *c, uint16_t op, uint16_t flag, uint32_t uid,
    uint8_t id[WIRE_ID_SIZE], uint64_t deadline, struct error *e)
{
	struct wire_out o;
	int code;

	if (getrandom(id, WIRE_ID_SIZE, 0) != WIRE_ID_SIZE)
		return error_errno(e, "getrandom");
	wire_begin(&o, c->frame, sizeof(c->frame), op, id);
	if (flag != 0)
		wire_put(&o, flag, "", 0);
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
	char text[400];
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
	}
	if (code != 0)
		return explain(OKTA_BAD, e);
	if (in->op == CTL_ERROR)
		return error_set(e, ERROR_SYSTEM, "oktad: %s", text);
	if (in->op != CTL_ANSWER)
		return explain(OKTA_BAD, e);
	return done;
}

int
control_ask(struct control *c, uint16_t op, uint16_t flag, uint32_t uid,
    uint32_t timeout_ms, void (*take)(void *arg, struct wire_in *in),
    void *arg, struct error *e)
{
	uint64_t deadline = wire_now_ms() + timeout_ms;
	uint8_t id[WIRE_ID_SIZE];
	struct wire_in in;
	size_t nfds;
	int fd, last;

	if (send_question(c, op, flag, uid, id, deadline, e) == -1)
		return -1;
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

int
control_channel(struct control *c, struct error *e)
{
	uint64_t deadline = wire_now_ms() + CONNECT_MS;
	uint8_t id[WIRE_ID_SIZE];
	struct wire_in in;
	size_t nfds = 0;
	int fd = -1;

	if (send_question(c, CTL_CHANNEL, 0, UINT32_MAX, id, deadline, e) ==
		-1 ||
	    take_answer(c, id, &in, &fd, &nfds, deadline, e) == -1) {
		if (nfds > 0)
			close(fd);
		return -1;
	}
	if (nfds != 1)
		return error_set(e, ERROR_SYSTEM,
		    "oktad-net is not running; see oktad's journal");
	return fd;
}
