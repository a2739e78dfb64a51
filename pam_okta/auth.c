#include "auth.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>
#include <unistd.h>
#include <security/pam_ext.h>

#include "client.h"
#include "converse.h"
#include "message.h"
#include "paths.h"

enum {
	DENIAL_MS = 3000,
	JITTER_MS = 200
};

/* One login; on the heap, because hosts run us on small stacks too. */
struct login {
	struct client client;
	struct message message;
	struct answer password, answer;
	int first_pass_used;
	uint64_t answered; /* when the last answer was sent, or entry */
	const char *why;   /* of a denial; for the log, not for the person */
};

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

	/* Without random bytes the denial stays one. */
	if (getrandom(&jitter, sizeof(jitter), GRND_NONBLOCK) < 0)
		jitter = 0;
	until = from + DENIAL_MS + jitter % JITTER_MS;
	if (until > end)
		until = end;
	while ((now = wire_now_ms()) < until)
		poll(NULL, 0, (int)(until - now));
}

static int
deny(struct login *l, int pam, const char *why)
{
	l->why = why;
	return pam;
}

static int
deny_code(struct login *l, int code)
{
	switch (code) {
	case OKTA_ABSENT:
		return deny(l, PAM_AUTHINFO_UNAVAIL, "oktad is not running");
	case OKTA_UNSAFE:
		return deny(l, PAM_AUTHINFO_UNAVAIL, "what answers in the "
		    "place of oktad does not run as root");
	case OKTA_TIME:
		return deny(l, PAM_AUTHINFO_UNAVAIL, "no verdict by the "
		    "deadline");
	case OKTA_CLOSED:
		return deny(l, PAM_AUTHINFO_UNAVAIL, "oktad ended the login "
		    "without a verdict");
	case OKTA_SYSTEM:
		return deny(l, PAM_AUTHINFO_UNAVAIL, "oktad can not be "
		    "reached");
	default:
		return deny(l, PAM_AUTH_ERR, "oktad broke the login protocol");
	}
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
send_hello(struct call *c, struct login *l)
{
	const char *service = call_item(c, PAM_SERVICE);
	struct wire_out o;

	client_hello(&l->client, &o, OP_LOGIN, c->uid,
	    service == NULL ? "" : service, NULL);
	wire_put_str(&o, TAG_USER, c->binding->name);
	wire_put_u32(&o, TAG_DEADLINE, c->args.deadline_s * 1000);
	wire_put_str(&o, TAG_RHOST, remote_address(c));
	wire_put_str(&o, TAG_TTY, call_item(c, PAM_TTY));
	wire_put_str(&o, TAG_RUSER, call_item(c, PAM_RUSER));
	return client_send(&l->client, &o);
}

/* Best effort, and no waiting: oktad learns it from the closed connection,
 * too. */
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
ask(struct call *c, struct login *l, int style, struct answer *a)
{
	switch (converse_ask(c->pamh, style, l->message.text, a)) {
	case CONVERSE_OK:
		return PAM_SUCCESS;
	case CONVERSE_REFUSED:
		return deny(l, PAM_AUTH_ERR, "the answer is longer than 1024 "
		    "bytes or not UTF-8");
	default:
		return deny(l, PAM_AUTH_ERR, "the conversation was aborted");
	}
}

/* The password: from an earlier module once, where the arguments say so, else
 * from the person. */
static int
get_password(struct call *c, struct login *l)
{
	const void *earlier = NULL;
	int r;

	if ((c->args.has_try_first_pass || c->args.has_use_first_pass) &&
	    !l->first_pass_used) {
		l->first_pass_used = 1;
		r = pam_get_item(c->pamh, PAM_AUTHTOK, &earlier);
		if (r == PAM_SUCCESS && earlier != NULL) {
			if (converse_take(earlier, &l->password) == CONVERSE_OK)
				return PAM_SUCCESS;
			return deny(l, PAM_AUTH_ERR, "the earlier password is "
			    "longer than 1024 bytes or not UTF-8");
		}
	}
	if (c->args.has_use_first_pass)
		return deny(l, PAM_AUTH_ERR, "use_first_pass, and there is no "
		    "(other) password");
	r = ask(c, l, PAM_PROMPT_ECHO_OFF, &l->password);
	if (r == PAM_SUCCESS && pam_set_item(c->pamh, PAM_AUTHTOK,
	    l->password.bytes) != PAM_SUCCESS)
		r = deny(l, PAM_AUTH_ERR, "PAM_AUTHTOK could not be set");
	return r;
}

static int
answer_password(struct call *c, struct login *l)
{
	int r = get_password(c, l);

	if (r != PAM_SUCCESS)
		return r;
	if (l->password.len == 0)
		return deny(l, PAM_AUTH_ERR, "the password is empty");
	if (converse_is_junk(&l->password))
		return deny(l, PAM_AUTH_ERR, "sshd has denied this login "
		    "itself and sent its junk password");
	return PAM_SUCCESS;
}

/* sshd's "password" method answers every hidden prompt with the password: it
 * must not become a guess of a factor. */
static int
answer_factor(struct call *c, struct login *l)
{
	int r = ask(c, l, l->message.kind == PROMPT_ECHO ? PAM_PROMPT_ECHO_ON
							 : PAM_PROMPT_ECHO_OFF,
	    &l->answer);

	if (r == PAM_SUCCESS && l->password.len > 0 &&
	    strcmp(l->answer.bytes, l->password.bytes) == 0)
		r = deny(l, PAM_AUTH_ERR, "a factor was answered with the "
		    "password; for sshd, set KbdInteractiveAuthentication "
		    "yes");
	if (r == PAM_SUCCESS && converse_is_junk(&l->answer))
		r = deny(l, PAM_AUTH_ERR, "a factor was answered with sshd's "
		    "junk password");
	return r;
}

static int
answer_prompt(struct call *c, struct login *l)
{
	const struct answer *a;
	struct wire_out o;
	int r, code;

	switch (l->message.kind) {
	case PROMPT_PASSWORD:
		r = answer_password(c, l);
		a = &l->password;
		break;
	case PROMPT_HIDDEN:
	case PROMPT_ECHO:
		r = answer_factor(c, l);
		a = &l->answer;
		break;
	default:
		return deny_code(l, OKTA_BAD);
	}
	if (r != PAM_SUCCESS)
		return r;
	wire_begin(&o, l->client.out, sizeof(l->client.out), OP_REPLY,
	    l->client.id);
	wire_put(&o, TAG_ANSWER, a->bytes, a->len);
	l->answered = wire_now_ms();
	code = client_send(&l->client, &o);
	return code == OKTA_OK ? PAM_SUCCESS : deny_code(l, code);
}

static int
show_info(struct call *c, struct login *l)
{
	if (c->flags & PAM_SILENT)
		return PAM_SUCCESS;
	if (converse_tell(c->pamh, PAM_TEXT_INFO, l->message.text) !=
	    CONVERSE_OK)
		return deny(l, PAM_AUTH_ERR, "the conversation was aborted");
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
		return deny(l, PAM_AUTH_ERR, "the user name was changed "
		    "during the login");
	if (l->message.ticket[0] != '\0') {
		stpcpy(stpcpy(entry, BINDING_TICKET_ENV "="),
		    l->message.ticket);
		r = pam_putenv(c->pamh, entry);
		explicit_bzero(entry, sizeof(entry));
	}
	if (r != PAM_SUCCESS)
		return deny(l, PAM_AUTH_ERR, "the ticket could not be kept");
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
		return deny(l, PAM_AUTHINFO_UNAVAIL, "Okta could not be asked; "
		    "`oktactl status` says why");
	case VERDICT_MAXTRIES:
		return deny(l, PAM_MAXTRIES, "too many tries; `oktactl user` "
		    "says more");
	default:
		return deny(l, PAM_AUTH_ERR, "refused; `oktactl user` says "
		    "why");
	}
}

static int
converse_with_oktad(struct call *c, struct login *l)
{
	struct wire_in in;
	int r, code;

	do {
		code = client_recv(&l->client, &in);
		if (code == OKTA_OK)
			code = message_parse(&l->message, &in);
		if (code != OKTA_OK)
			return deny_code(l, code);
		call_debug(c, "oktad: op %u", (unsigned int)in.op);
		if (in.op == OP_VERDICT)
			return settle(c, l);
		r = in.op == OP_PROMPT ? answer_prompt(c, l) : show_info(c, l);
	} while (r == PAM_SUCCESS);
	send_cancel(l);
	return r;
}

static int
run(struct call *c, struct login *l)
{
	int is_root = geteuid() == 0;
	int code;

	if (!is_root && c->uid != geteuid())
		return deny(l, PAM_AUTH_ERR, "a caller that is not root may "
		    "authenticate only itself");
	code = client_open(&l->client,
	    is_root ? OKTA_LOGIN_SOCK : OKTA_SELF_SOCK, deadline_of(c));
	if (code == OKTA_OK)
		code = send_hello(c, l);
	if (code != OKTA_OK)
		return deny_code(l, code);
	return converse_with_oktad(c, l);
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
	if (r == PAM_SUCCESS)
		pam_syslog(c->pamh, LOG_INFO, "%s: Okta accepted the login",
		    c->binding->name);
	else
		pam_syslog(c->pamh, LOG_NOTICE, "%s: denied: %s",
		    c->binding->name, l->why);
	client_close(&l->client);
	if (r != PAM_SUCCESS && !l->message.is_late)
		auth_delay(c, l->answered);
	else if (r != PAM_SUCCESS && l->message.text[0] != '\0' &&
	    !(c->flags & PAM_SILENT))
		converse_tell(c->pamh, PAM_ERROR_MSG, l->message.text);
	explicit_bzero(l, sizeof(*l));
	free(l);
	return r;
}
