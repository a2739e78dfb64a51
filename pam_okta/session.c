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

/* One frame and its verdict. OKTA_OK: oktad accepted. */
static int
tell_oktad(struct call *c, uint16_t op, const char *ticket)
{
	struct exchange *x = calloc(1, sizeof(*x));
	const char *service;
	struct wire_out o;
	struct wire_in in;
	int r;

	if (x == NULL)
		return OKTA_SYSTEM;
	r = client_open(&x->client, OKTA_LOGIN_SOCK, c->entry + SESSION_MS);
	if (r == OKTA_OK) {
		service = call_item(c, PAM_SERVICE);
		client_hello(&x->client, &o, op, c->binding->uid,
		    service == NULL ? "" : service, ticket);
		wire_put_str(&o, TAG_TTY, call_item(c, PAM_TTY));
		r = client_send(&x->client, &o);
	}
	if (r == OKTA_OK)
		r = client_recv(&x->client, &in);
	if (r == OKTA_OK)
		r = message_parse(&x->message, &in);
	if (r == OKTA_OK && (x->message.op != OP_VERDICT ||
	    x->message.code != VERDICT_ACCEPT))
		r = OKTA_BAD;
	client_close(&x->client);
	free(x);
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
	else
		pam_syslog(c->pamh, LOG_WARNING, "%s: oktad keeps no record "
		    "of this session", b->name);
	explicit_bzero(b->ticket, sizeof(b->ticket));
}

void
session_close(struct call *c)
{
	struct binding *b = c->binding;

	if (b == NULL || b->session[0] == '\0' || geteuid() != 0)
		return;
	if (tell_oktad(c, OP_SESSION_CLOSE, b->session) != OKTA_OK)
		pam_syslog(c->pamh, LOG_WARNING, "%s: oktad was not told that "
		    "the session has ended", b->name);
	explicit_bzero(b->session, sizeof(b->session));
}
