#include "auth.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>
#include <unistd.h>
#include <security/pam_ext.h>

#include "login.h"
#include "paths.h"

enum { DENIAL_MS = 3000, JITTER_MS = 200 };

static uint64_t
deadline_of(const struct call *c)
{
	return c->entry + (uint64_t)c->args.deadline_s * 1000;
}

void
auth_delay(const struct call *c, uint64_t from)
{
	uint64_t now, until, end = deadline_of(c);
	uint16_t jitter = 0;

	/* Without random bytes a denial stays one. */
	if (getrandom(&jitter, sizeof(jitter), GRND_NONBLOCK) < 0)
		jitter = 0;
	until = from + DENIAL_MS + jitter % JITTER_MS;
	if (until > end)
		until = end;
	while ((now = wire_now_ms()) < until)
		poll(NULL, 0, (int)(until - now));
}

int
login_deny(struct login *l, int pam, const char *why)
{
	l->why = why;
	return pam;
}

int
login_deny_code(struct login *l, int code)
{
	static const char *const whys[] = {
	    [-OKTA_ABSENT] = "oktad is not running",
	    [-OKTA_UNSAFE] = "in the place of oktad answers somebody who is "
			     "not root",
	    [-OKTA_TIME] = "no verdict by the deadline",
	    [-OKTA_CLOSED] = "oktad ended the login without a verdict",
	    [-OKTA_SYSTEM] = "oktad can not be reached",
	};

	const size_t n = (size_t)-code;

	if (n < sizeof(whys) / sizeof(*whys) && whys[n] != NULL)
		return login_deny(l, PAM_AUTHINFO_UNAVAIL, whys[n]);
	return login_deny(l, PAM_AUTH_ERR, "oktad broke the login protocol");
}

/* Only an address counts as one: a name comes from the client's DNS. */
static const char *
remote_address(const struct call *c)
{
	const char *s = call_item(c, PAM_RHOST);
	unsigned char bytes[16];

	if (s == NULL || (inet_pton(AF_INET, s, bytes) != 1 &&
	    inet_pton(AF_INET6, s, bytes) != 1))
		return NULL;
	return s;
}

static int
send_login(struct call *c, struct login *l)
{
	struct wire_out o;

	client_hello(&l->client, &o, OP_LOGIN, c->uid,
	    call_item(c, PAM_SERVICE), NULL);
	wire_put_str(&o, TAG_USER, c->binding->name);
	wire_put_u32(&o, TAG_DEADLINE, c->args.deadline_s * 1000);
	wire_put_str(&o, TAG_RHOST, remote_address(c));
	wire_put_str(&o, TAG_TTY, call_item(c, PAM_TTY));
	wire_put_str(&o, TAG_RUSER, call_item(c, PAM_RUSER));
	return client_send(&l->client, &o);
}

/* Best effort, without waiting: the end of the connection tells oktad, too. */
static void
send_cancel(struct login *l)
{
	struct wire_out o;

	l->client.deadline = wire_now_ms();
	wire_begin(&o, l->client.out, sizeof(l->client.out), OP_CANCEL,
	    l->client.id);
	client_send(&l->client, &o);
}

static int
show_info(struct call *c, struct login *l)
{
	if (c->flags & PAM_SILENT)
		return PAM_SUCCESS;
	if (converse_tell(c->pamh, PAM_TEXT_INFO, l->message.text) !=
	    CONVERSE_OK)
		return login_deny(l, PAM_AUTH_ERR, "the conversation was "
		    "aborted");
	return PAM_SUCCESS;
}

/* The only place in which a login succeeds. */
static int
accept_login(struct call *c, struct login *l)
{
	char entry[sizeof(BINDING_TICKET_ENV) + sizeof(l->message.ticket)];
	const void *user = NULL;
	int r = PAM_SUCCESS;

	if (pam_get_item(c->pamh, PAM_USER, &user) != PAM_SUCCESS ||
	    user == NULL || strcmp(user, c->binding->name) != 0)
		return login_deny(l, PAM_AUTH_ERR, "the user name was changed "
		    "during the login");
	if (l->message.ticket[0] != '\0') {
		stpcpy(stpcpy(entry, BINDING_TICKET_ENV "="),
		    l->message.ticket);
		r = pam_putenv(c->pamh, entry);
		explicit_bzero(entry, sizeof(entry));
	}
	if (r != PAM_SUCCESS)
		return login_deny(l, PAM_AUTH_ERR, "no memory");
	c->binding->proven = getpid();
	return PAM_SUCCESS;
}

static int
settle(struct call *c, struct login *l)
{
	switch (l->message.code) {
	case VERDICT_ACCEPT:
		return accept_login(c, l);
	case VERDICT_UNAVAIL:
		return login_deny(l, PAM_AUTHINFO_UNAVAIL, "Okta can not be "
		    "asked; `oktactl status` says why");
	case VERDICT_MAXTRIES:
		return login_deny(l, PAM_MAXTRIES, "too many tries; `oktactl "
		    "user` says more");
	default:
		return login_deny(l, PAM_AUTH_ERR, "refused; `oktactl user` "
		    "says why");
	}
}

static int
converse_with_oktad(struct call *c, struct login *l)
{
	struct wire_in in;
	int r;

	do {
		r = client_recv(&l->client, &in);
		if (r == OKTA_OK)
			r = message_parse(&l->message, &in);
		if (r != OKTA_OK)
			return login_deny_code(l, r);
		call_debug(c, "oktad: op %u", (unsigned int)in.op);
		if (in.op == OP_VERDICT)
			return settle(c, l);
		r = in.op == OP_PROMPT ? prompt_answer(c, l) : show_info(c, l);
	} while (r == PAM_SUCCESS);
	send_cancel(l);
	return r;
}

static int
run(struct call *c, struct login *l)
{
	uid_t caller = geteuid();
	int r;

	if (caller != 0 && caller != c->uid)
		return login_deny(l, PAM_AUTH_ERR, "a caller that is not root "
		    "may authenticate only itself");
	r = client_open(&l->client,
	    caller == 0 ? OKTA_LOGIN_SOCK : OKTA_SELF_SOCK, deadline_of(c));
	if (r == OKTA_OK)
		r = send_login(c, l);
	if (r != OKTA_OK)
		return login_deny_code(l, r);
	return converse_with_oktad(c, l);
}

static void
report_denial(struct call *c, const struct login *l)
{
	pam_syslog(c->pamh, LOG_NOTICE, "%s: denied: %s", c->binding->name,
	    l->why);
	if (!l->message.is_late)
		auth_delay(c, l->answered);
	else if (l->message.text[0] != '\0' && !(c->flags & PAM_SILENT))
		converse_tell(c->pamh, PAM_ERROR_MSG, l->message.text);
}

int
auth_login(struct call *c)
{
	struct login *l = calloc(1, sizeof(*l));
	int r;

	if (l == NULL) {
		pam_syslog(c->pamh, LOG_CRIT, "no memory");
		auth_delay(c, c->entry);
		return PAM_AUTH_ERR;
	}
	l->client.fd = -1;
	l->answered = c->entry;
	r = run(c, l);
	client_close(&l->client);
	if (r == PAM_SUCCESS)
		pam_syslog(c->pamh, LOG_INFO, "%s: Okta accepted the login",
		    c->binding->name);
	else
		report_denial(c, l);
	explicit_bzero(l, sizeof(*l));
	free(l);
	return r;
}
