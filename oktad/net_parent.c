/*
 * The link to oktad: configuration and channels come in, questions for
 * assertions and the status go out. oktad writes whole frames, so to wait for
 * the rest of one costs nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "channel.h"
#include "log.h"
#include "net.h"
#include "oidc_client.h"
#include "own.h"

enum { LINK_MS = 2000 };

/* The socket's other end must be root. With a path of the command line it may
 * be who started this program: they can only fool themselves. */
static int
is_trusted_peer(int fd, int is_test)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    (peer.uid == 0 || (is_test && peer.uid == geteuid()));
}

int
net_connect(const char *path, int is_test, int *out, struct error *e)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd;

	*out = -1;
	if (strlen(path) >= sizeof(sun.sun_path))
		return error_set(e, ERROR_SYSTEM, "%s: path too long", path);
	strcpy(sun.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sun, sizeof(sun)) != 0) {
		error_errno(e, "%s", path);
		goto fail;
	}
	if (!is_trusted_peer(fd, is_test)) {
		error_set(
		    e, ERROR_SYSTEM, "%s: the other end is not root", path);
		goto fail;
	}
	*out = fd;
	return 0;
fail:
	if (fd >= 0)
		close(fd);
	return -1;
}

int
net_inherit(int *out, struct error *e)
{
	*out = -1;
	if (!is_trusted_peer(NET_LINK_FD, 0))
		return error_set(e, ERROR_SYSTEM,
		    "descriptor %d is no connection to root", NET_LINK_FD);
	*out = NET_LINK_FD;
	return 0;
}

/* NULL is none. */
static int
is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
apply_conf(struct net *n)
{
	struct credential_hint hint = {0};
	struct origin origin;
	struct error e;
	int is_same_org, is_same_app;

	/* oktad has checked it; a bad one leaves the old one in force. */
	if (origin_open(&origin, n->incoming.url, &e) != 0) {
		log_event(
		    LOG_ERR, "bad_configuration", log_text("error", e.text));
		slice_net_clear(&n->incoming);
		return;
	}
	/* What Okta has said about limits and proofs holds on: else a reload on
	 * a whole fleet would make all of them poll and mint in step. */
	is_same_org = n->has_conf && strcmp(n->origin.url, origin.url) == 0;
	is_same_app = is_same_org &&
	    is_same(n->conf.oidc_client_id, n->incoming.oidc_client_id);
	if (is_same_org)
		credential_save_hint(&n->daemon, &hint);
	credential_clear(&n->daemon);
	credential_clear(&n->admin);
	origin_close(&n->origin);
	slice_net_clear(&n->conf);
	n->origin = origin;
	n->conf = n->incoming;
	memset(&n->incoming, 0, sizeof(n->incoming));
	n->has_conf = 1;
	n->has_news = 1;
	/* Another app may want no proof, and is not told of this one's key. */
	if (!is_same_app) {
		dpop_clear(&n->oidc_proof);
		n->napps++;
	}
	if (!is_same_org) {
		memset(&n->governor, 0, sizeof(n->governor));
		/* What they hold was for the other one. */
		own_close_channels(n);
	}
	n->governor.share = n->conf.rate_share;
	credential_set(&n->daemon, n, (struct credential_owner){0, 0},
	    n->conf.mode, &n->conf.api_token, n->conf.scopes);
	credential_take_hint(&n->daemon, &hint);
	credential_set(&n->admin, n, (struct credential_owner){TAG_ADMIN, 1},
	    n->conf.admin_mode, &n->conf.admin_token, n->conf.admin_scopes);
	log_event(LOG_INFO, "configured", log_text("org", n->origin.url));
}

static int
take_channel(struct net *n, struct wire_in *in, int fd)
{
	struct bound who = {0};
	struct wire_in terms = *in;
	struct wire_field f;
	struct channel *c;
	uint32_t role = 0;

	while (wire_next(in, &f) == 1) {
		if (f.tag == TAG_ROLE)
			wire_u32(&f, &role);
		else if (f.tag == TAG_OKTA_ID)
			wire_str(&f, who.id, sizeof(who.id));
		else if (f.tag == TAG_LOGIN)
			wire_str(&f, who.login, sizeof(who.login));
	}
	if (fd < 0 || role < ROLE_LOGIN || role > ROLE_SESSION)
		return -1;
	if (n->nchannels >= NET_CHANNELS_MAX ||
	    (role == ROLE_LOGIN &&
		(!json_is_id(who.id, strlen(who.id)) ||
		    who.login[0] == '\0'))) {
		log_event(LOG_WARNING,
		    n->nchannels >= NET_CHANNELS_MAX ? "too_many_channels"
						     : "login_of_nobody",
		    log_number("role", role));
		close(fd);
		return 0;
	}
	c = channel_open(n, fd, (enum channel_role)role, &who);
	if (c != NULL && role == ROLE_CHANGE && own_take(c, &terms) != 0)
		channel_close(c);
	return 0;
}

static void
take_assertion(struct net *n, struct wire_in *in)
{
	char reason[256] = "oktad gave none";
	struct secret jwt = {0};
	struct wire_field f;

	while (wire_next(in, &f) == 1) {
		if (f.tag == TAG_JWT)
			secret_set(&jwt, f.p, f.len);
		else if (f.tag == TAG_ERROR)
			wire_str(&f, reason, sizeof(reason));
	}
	if (!credential_take_assertion(&n->daemon, in->id, &jwt, reason) &&
	    !credential_take_assertion(&n->admin, in->id, &jwt, reason) &&
	    !own_take_assertion(n, in->id, &jwt, reason))
		oidc_client_take(n, in->id, &jwt, reason);
	secret_clear(&jwt);
}

int
net_take_frame(struct net *n, struct error *e)
{
	static uint8_t frame[WIRE_INTERNAL_MAX];
	struct wire_in in;
	size_t len, nfds;
	int fd = -1, r;

	r = wire_recv_fds(n->parent, frame, sizeof(frame), &len, &fd, 1, &nfds,
	    wire_now_ms() + LINK_MS);
	if (r == OKTA_OK)
		r = wire_open(&in, frame, len);
	if (r != OKTA_OK)
		return error_set(e,
		    r == OKTA_CLOSED ? ERROR_NONE : ERROR_SYSTEM,
		    "the link to oktad is broken");
	if (nfds == 0)
		fd = -1;
	switch (in.op) {
	case INT_CONF:
	case INT_CONF_END:
		r = slice_net_take(&n->incoming, &in);
		if (r == 1) {
			r = OKTA_OK;
			apply_conf(n);
		}
		break;
	case INT_CHANNEL:
		r = take_channel(n, &in, fd);
		if (r == 0)
			fd = -1;
		break;
	case INT_ASSERTION:
		take_assertion(n, &in);
		break;
	case INT_TOKEN_RESET:
		token_reset(&n->daemon.token);
		token_reset(&n->admin.token);
		break;
	default:
		r = OKTA_BAD;
		break;
	}
	if (fd >= 0)
		close(fd);
	explicit_bzero(frame, len);
	return r == OKTA_OK
	    ? 0
	    : error_set(e, ERROR_SYSTEM, "oktad sent what is not understood");
}

static void
send_frame(struct net *n, struct wire_out *o)
{
	if (wire_end(o) == OKTA_OK)
		wire_send(n->parent, o->buf, o->len, wire_now_ms() + LINK_MS);
}

void
net_send_assert(struct net *n, const uint8_t id[WIRE_ID_SIZE], int32_t skew,
    struct credential_owner owner)
{
	uint8_t frame[128];
	struct wire_out o;

	wire_begin(&o, frame, sizeof(frame), INT_ASSERT, id);
	wire_put_u32(&o, TAG_SKEW, (uint32_t)skew);
	if (owner.tag != 0)
		wire_put_u32(&o, owner.tag, owner.value);
	send_frame(n, &o);
}

static void
put_text(struct wire_out *o, uint16_t tag, const char *s)
{
	if (s != NULL && s[0] != '\0')
		wire_put_str(o, tag, s);
}

void
net_push_status(struct net *n)
{
	static const uint8_t id[WIRE_ID_SIZE];
	const struct token *t = &n->daemon.token;
	uint8_t frame[sizeof(n->status)];
	struct wire_out o;

	if (!n->has_conf)
		return;
	wire_begin(&o, frame, sizeof(frame), INT_STATUS, id);
	wire_put_str(&o, STATUS_PROCESS, "oktad-net");
	wire_put_u32(&o, STATUS_PID, (uint32_t)getpid());
	wire_put_str(&o, STATUS_ORG, n->origin.url);
	wire_put_str(&o, STATUS_MODE,
	    n->conf.mode == CONF_OAUTH ? "oauth" : "api_token");
	wire_put_u64(&o, STATUS_TOKEN_EXPIRES, t->expires);
	put_text(&o, STATUS_SCOPES, t->granted);
	put_text(&o, STATUS_MISSING, t->missing);
	wire_put_u32(&o, STATUS_SKEW, (uint32_t)n->shown_skew);
	put_text(&o, STATUS_ERROR, n->error);
	if (wire_end(&o) != OKTA_OK ||
	    (o.len == n->status_len && memcmp(frame, n->status, o.len) == 0))
		return;
	memcpy(n->status, frame, o.len);
	n->status_len = o.len;
	wire_send(n->parent, frame, o.len, wire_now_ms() + LINK_MS);
}
