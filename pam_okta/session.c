#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>
#include <security/pam_ext.h>

#include "audit.h"
#include "client.h"
#include "directory.h"
#include "message.h"
#include "paths.h"
#include "phase.h"
#include "proof.h"

enum { SESSION_MS = 2000 };

struct exchange {
	struct client client;
	struct message message;
};

static int
exchange(struct call *c, struct exchange *x, uint16_t op, const char *ticket)
{
	char origin[PROTOCOL_TICKET_SIZE + 1];
	const char *key = c->is_account && c->is_shared ? proof_key(c) : NULL;
	struct wire_out o;
	int r;

	x->client.fd = -1;
	r = client_open(&x->client, OKTA_LOGIN_SOCK, c->entry + SESSION_MS);
	if (r != OKTA_OK)
		return r;
	audit_origin(origin, 1);
	client_hello(&x->client, &o, op, c->binding->uid,
	    call_item(c, PAM_SERVICE), ticket);
	wire_put_str(&o, TAG_TTY, call_item(c, PAM_TTY));
	wire_put_str(&o, TAG_RHOST, call_address(c));
	wire_put(&o, TAG_SESSION, origin, PROTOCOL_ORIGIN_SIZE);
	if (key != NULL)
		wire_put(&o, TAG_KEY, key, strcspn(key, "\n"));
	r = client_send(&x->client, &o);
	if (r == OKTA_OK)
		r = message_recv(&x->message, &x->client);
	if (r == OKTA_OK &&
	    (x->message.op != OP_VERDICT || x->message.code != VERDICT_ACCEPT))
		r = OKTA_BAD;
	return r;
}

/* One frame and its verdict; a failure is logged. The answer names the session,
 * or nothing; name may be ticket. And it names who is behind a local account.
 * OKTA_OK; OKTA_BAD: oktad's no; other codes of client.h. */
static int
tell_oktad(struct call *c, uint16_t op, const char *ticket,
    char name[PROTOCOL_TICKET_SIZE + 1])
{
	struct exchange *x = calloc(1, sizeof(*x));
	char who[sizeof("OKTA_USER=") + DIR_TEXT_MAX];
	int r = x != NULL ? exchange(c, x, op, ticket) : OKTA_SYSTEM;

	if (x != NULL) {
		memcpy(name, x->message.ticket, sizeof(x->message.ticket));
		if (r == OKTA_OK && x->message.text[0] != '\0' &&
		    snprintf(who, sizeof(who), "OKTA_USER=%s",
			x->message.text) < (int)sizeof(who))
			pam_putenv(c->pamh, who);
		client_close(&x->client);
		free(x);
	}
	if (r != OKTA_OK)
		pam_syslog(c->pamh, LOG_WARNING,
		    "%s: oktad did not take note of the session's %s",
		    c->binding->name,
		    op == OP_SESSION_OPEN ? "beginning" : "end");
	return r;
}

/* Has sshd let somebody in by a key, to a local account that okta-keys serves
 * keys of, while the rules can not be read? Then nobody can say whose it is. */
static int
is_blind(const struct call *c)
{
	struct directory_keys k;
	const char *name = "";
	struct directory d;
	uint64_t offset = 0;
	int r;

	if (!c->has_no_rules || proof_key(c) == NULL)
		return 0;
	r = directory_open(&d, OKTA_DIRECTORY_PATH, DIR_MAGIC_PUBLIC);
	while (r == OKTA_OK && strcmp(name, c->user) != 0)
		r = directory_next_account(&d, &offset, &name, &k);
	directory_close(&d);
	return r == OKTA_OK;
}

int
session_open(struct call *c)
{
	struct binding *b = c->binding;
	int has_ticket, r;

	if (is_blind(c)) {
		pam_syslog(c->pamh, LOG_ERR,
		    "%s: denied: " OKTA_RULES_PATH " is not there, or bad, so "
		    "nobody knows whose ssh key this is; restart oktad",
		    c->user);
		return PAM_PERM_DENIED;
	}
	if (b == NULL || !b->is_ours)
		return PAM_SUCCESS;
	binding_take_ticket(c->pamh, b);
	/* A session of its own; one transaction opens one. */
	if (b->session[0] != '\0' || geteuid() != 0)
		return PAM_SUCCESS;
	/* Without a ticket, too: a login by ssh key proves nothing to us, and
	 * is a session that can be ended. */
	has_ticket = b->ticket[0] != '\0';
	r = tell_oktad(
	    c, OP_SESSION_OPEN, has_ticket ? b->ticket : NULL, b->session);
	explicit_bzero(b->ticket, sizeof(b->ticket));
	/* Of a local account oktad's no is one, also to sudo from it: the
	 * account phase knows only that somebody behind it may. And where
	 * several people are behind it, whoever has logged in, or comes from
	 * elsewhere, needs a name; what root does as that account, and cron,
	 * goes on without oktad. */
	if (r == OKTA_OK || !b->is_account || b->session[0] != '\0' ||
	    (r != OKTA_BAD &&
		!(c->is_shared && strcmp(c->user, b->name) == 0 &&
		    (has_ticket || proof_is_sshd(c) ||
			call_address(c) != NULL))))
		return PAM_SUCCESS;
	pam_syslog(c->pamh, LOG_NOTICE,
	    "%s: denied: nobody of Okta is known who may begin this session; "
	    "the log of oktad says more",
	    b->name);
	return PAM_PERM_DENIED;
}

void
session_close(struct call *c)
{
	struct binding *b = c->binding;

	if (b == NULL || b->session[0] == '\0' || geteuid() != 0)
		return;
	tell_oktad(c, OP_SESSION_CLOSE, b->session, b->session);
	explicit_bzero(b->session, sizeof(b->session));
}
