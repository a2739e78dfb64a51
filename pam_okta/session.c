#include "session.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>
#include <security/pam_ext.h>

#include "client.h"
#include "message.h"
#include "paths.h"

enum { SESSION_MS = 2000 };

struct exchange {
	struct client client;
	struct message message;
};

static int
exchange(struct call *c, struct exchange *x, uint16_t op, const char *ticket)
{
	struct wire_out o;
	struct wire_in in;
	int r;

	r = client_open(&x->client, OKTA_LOGIN_SOCK, c->entry + SESSION_MS);
	if (r != OKTA_OK)
		return r;
	client_hello(&x->client, &o, op, c->binding->uid,
	    call_item(c, PAM_SERVICE), ticket);
	wire_put_str(&o, TAG_TTY, call_item(c, PAM_TTY));
	if ((r = client_send(&x->client, &o)) != OKTA_OK ||
	    (r = client_recv(&x->client, &in)) != OKTA_OK ||
	    (r = message_parse(&x->message, &in)) != OKTA_OK)
		return r;
	return x->message.op == OP_VERDICT &&
	    x->message.code == VERDICT_ACCEPT ? OKTA_OK : OKTA_BAD;
}

/* One frame and its verdict; a failure is logged and has no other effect. */
static int
tell_oktad(struct call *c, uint16_t op, const char *ticket)
{
	struct exchange *x = calloc(1, sizeof(*x));
	int r = OKTA_SYSTEM;

	if (x != NULL) {
		x->client.fd = -1;
		r = exchange(c, x, op, ticket);
		client_close(&x->client);
		free(x);
	}
	if (r != OKTA_OK)
		pam_syslog(c->pamh, LOG_WARNING, "%s: oktad did not take note "
		    "of the session's %s", c->binding->name,
		    op == OP_SESSION_OPEN ? "beginning" : "end");
	return r;
}

void
session_open(struct call *c)
{
	struct binding *b = c->binding;

	if (b == NULL || !b->is_ours)
		return;
	binding_take_ticket(c->pamh, b);
	if (b->ticket[0] == '\0' || geteuid() != 0)
		return;
	if (tell_oktad(c, OP_SESSION_OPEN, b->ticket) == OKTA_OK)
		memcpy(b->session, b->ticket, sizeof(b->session));
	explicit_bzero(b->ticket, sizeof(b->ticket));
}

void
session_close(struct call *c)
{
	struct binding *b = c->binding;

	if (b == NULL || b->session[0] == '\0' || geteuid() != 0)
		return;
	tell_oktad(c, OP_SESSION_CLOSE, b->session);
	explicit_bzero(b->session, sizeof(b->session));
}
