#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { RETRY_MS = 20 }; /* between tries while the backlog is full */

static int
connect_by(int fd, const char *path, uint64_t deadline)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	size_t len = strlen(path);

	if (len >= sizeof(a.sun_path))
		return OKTA_SYSTEM;
	memcpy(a.sun_path, path, len);
	/* A full backlog answers EAGAIN at once on a non-blocking socket
	 * (unix(7)); on a blocking one connect() would wait without limit. */
	while (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		if (errno == ENOENT || errno == ECONNREFUSED)
			return OKTA_ABSENT;
		if (errno != EAGAIN && errno != EINTR)
			return OKTA_SYSTEM;
		if (wire_now_ms() >= deadline)
			return OKTA_TIME;
		poll(NULL, 0, RETRY_MS);
	}
	return OKTA_OK;
}

int
client_open(struct client *c, const char *path, uint64_t deadline)
{
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t size = sizeof(peer);
	int low, r;

	memset(c, 0, sizeof(*c));
	c->fd = -1;
	c->deadline = deadline;
	/* Without a random id there is no login; GRND_NONBLOCK because early in
	 * the boot the call might wait for ever. */
	if (getrandom(c->id, sizeof(c->id), GRND_NONBLOCK) != sizeof(c->id))
		return OKTA_SYSTEM;
	low = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (low < 0)
		return OKTA_SYSTEM;
	/* The host may run without stdio and open it any time. */
	c->fd = fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	close(low);
	if (c->fd < 0)
		return OKTA_SYSTEM;
	r = connect_by(c->fd, path, deadline);
	if (r == OKTA_OK &&
	    (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
		size != sizeof(peer) || peer.uid != 0))
		r = OKTA_UNSAFE;
	if (r != OKTA_OK)
		client_close(c);
	return r;
}

void
client_hello(struct client *c, struct wire_out *o, uint16_t op, uint32_t uid,
    const char *service, const char *ticket)
{
	char name[PROTOCOL_SERVICE_SIZE] = {0};
	char hex[PROTOCOL_TICKET_SIZE] = {0};

	wire_begin(o, c->out, sizeof(c->out), op, c->id);
	/* oktad refuses what can not be the name of a service. */
	if (service == NULL || strlen(service) >= sizeof(name) ||
	    (ticket != NULL && strlen(ticket) != sizeof(hex))) {
		o->code = OKTA_BAD;
		return;
	}
	memcpy(name, service, strlen(service));
	if (ticket != NULL)
		memcpy(hex, ticket, sizeof(hex));
	wire_put_u32(o, TAG_UID, uid);
	wire_put(o, TAG_SERVICE, name, sizeof(name));
	wire_put(o, TAG_TICKET, hex, sizeof(hex));
	explicit_bzero(hex, sizeof(hex));
}

int
client_send(struct client *c, struct wire_out *o)
{
	int r = wire_end(o);

	if (r == OKTA_OK)
		r = wire_send(c->fd, c->out, o->len, c->deadline);
	explicit_bzero(c->out, sizeof(c->out));
	return r;
}

int
client_recv(struct client *c, struct wire_in *in)
{
	size_t len;
	int r;

	memset(in, 0, sizeof(*in));
	r = wire_recv(c->fd, c->in, sizeof(c->in), &len, c->deadline);
	if (r == OKTA_OK)
		r = wire_open(in, c->in, len);
	if (r == OKTA_OK && memcmp(in->id, c->id, sizeof(c->id)) != 0)
		r = OKTA_BAD;
	if (r != OKTA_OK)
		memset(in, 0, sizeof(*in));
	return r;
}

void
client_close(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	explicit_bzero(c, sizeof(*c));
	c->fd = -1;
}
