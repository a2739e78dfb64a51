#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>
#include <unistd.h>
#include <security/pam_ext.h>

#include "audit.h"
#include "login.h"
#include "paths.h"
#include "phase.h"
#include "proof.h"

enum {
	DENIAL_MS = 3000,
	JITTER_MS = 200,
	NOBODY_MS = 500 /* others must not wait for us */
};

void
auth_delay(uint64_t from, uint64_t deadline)
{
	uint64_t now, until;
	uint16_t jitter = 0;

	/* Without random bytes a denial stays one. */
	if (getrandom(&jitter, sizeof(jitter), GRND_NONBLOCK) < 0)
		jitter = 0;
	until = from + DENIAL_MS + jitter % JITTER_MS;
	if (until > deadline)
		until = deadline;
	while ((now = wire_now_ms()) < until)
		poll(NULL, 0, (int)(until - now));
}

/* libpam calls it at the end of pam_authenticate() (pam_fail_delay(3)). */
static void
delay_failure(int result, unsigned int us, void *appdata)
{
	(void)us;
	(void)appdata;
	if (result != PAM_SUCCESS)
		auth_delay(wire_now_ms(), UINT64_MAX);
}

void
auth_delay_others(pam_handle_t *pamh)
{
	const void *of_host = NULL;

	if (pam_get_item(pamh, PAM_FAIL_DELAY, &of_host) == PAM_SUCCESS &&
	    of_host == NULL && pam_fail_delay(pamh, 1) == PAM_SUCCESS)
		pam_set_item(
		    pamh, PAM_FAIL_DELAY, (void *)(uintptr_t)delay_failure);
}

/* Grace is for a person's own programs: who has become somebody else inside the
 * login, by su or as a daemon, is still in its audit session. */
static int
asks_for_himself(const struct call *c)
{
	const char *ruser = call_item(c, PAM_RUSER);

	return (getuid() == 0 || getuid() == c->uid) &&
	    (ruser == NULL || strcmp(ruser, c->binding->name) == 0);
}

static int
send_login(struct call *c, struct login *l)
{
	char origin[PROTOCOL_TICKET_SIZE + 1];
	struct wire_out o;

	audit_origin(origin, asks_for_himself(c));
	client_hello(&l->client, &o,
	    c->args.is_second_factor ? OP_SECOND_FACTOR : OP_LOGIN, c->uid,
	    call_item(c, PAM_SERVICE), origin);
	wire_put_str(&o, TAG_USER, c->binding->name);
	wire_put_u32(&o, TAG_DEADLINE, c->args.deadline_s * 1000);
	wire_put_str(&o, TAG_RHOST, call_address(c));
	wire_put_str(&o, TAG_TTY, call_item(c, PAM_TTY));
	wire_put_str(&o, TAG_RUSER, call_item(c, PAM_RUSER));
	return client_send(&l->client, &o);
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
		return DENIAL_RENAMED;
	if (l->message.ticket[0] != '\0') {
		snprintf(entry, sizeof(entry), BINDING_TICKET_ENV "=%s",
		    l->message.ticket);
		r = pam_putenv(c->pamh, entry);
		explicit_bzero(entry, sizeof(entry));
	}
	if (r != PAM_SUCCESS)
		return DENIAL_MEMORY;
	c->binding->who = l->message.who;
	/* A second factor alone is not the password, which is what a status may
	 * ask for in the account phase. */
	if (!c->args.is_second_factor)
		c->binding->proven = getpid();
	return 0;
}

static int
settle(struct call *c, struct login *l)
{
	const uint32_t code = l->message.code;

	if (code == VERDICT_ACCEPT)
		return accept_login(c, l);
	return code == VERDICT_UNAVAIL ? DENIAL_UNAVAILABLE
	    : code == VERDICT_MAXTRIES ? DENIAL_MAXTRIES
				       : DENIAL_REFUSED;
}

/* sudo outlives the hang-up of its terminal, so that is looked for while oktad
 * has nothing to say. -1: there is no controlling terminal. */
static int
open_terminal(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd > STDERR_FILENO)
		return fd;
	/* A host without stdio: the number is its own. */
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
is_hung_up(const struct login *l)
{
	struct pollfd p[] = {
	    {.fd = l->client.fd, .events = POLLIN}, {.fd = l->terminal}};
	uint64_t now;

	do
		now = wire_now_ms();
	while (now < l->client.deadline &&
	    poll(p, 2, (int)(l->client.deadline - now)) < 0 && errno == EINTR);
	return p[1].revents != 0;
}

static int
converse_with_oktad(struct call *c, struct login *l)
{
	int r;

	do {
		r = is_hung_up(l) ? DENIAL_ABORTED
				  : message_recv(&l->message, &l->client);
		if (r != OKTA_OK)
			return r;
		call_debug(c, "oktad: op %u", (unsigned int)l->message.op);
		if (l->message.op == OP_VERDICT)
			return settle(c, l);
		if (l->message.op == OP_PROMPT)
			r = prompt_answer(c, l);
		else if (!(c->flags & PAM_SILENT))
			r = converse_tell(
			    c->pamh, PAM_TEXT_INFO, l->message.text);
	} while (r == 0);
	return r;
}

static int
run(struct call *c, struct login *l)
{
	uid_t caller = geteuid();
	int r;

	if (caller != 0 && caller != c->uid)
		return DENIAL_NOT_SELF;
	if (c->args.is_second_factor && !proof_is_there(c))
		return DENIAL_NO_PROOF;
	r = client_open(&l->client,
	    caller == 0 ? OKTA_LOGIN_SOCK : OKTA_SELF_SOCK, c->deadline);
	if (r == OKTA_OK)
		r = send_login(c, l);
	return r == OKTA_OK ? converse_with_oktad(c, l) : r;
}

static int
deny(struct call *c, const struct login *l, int r)
{
	const struct denial *d = denial_of(r);

	pam_syslog(
	    c->pamh, LOG_NOTICE, "%s: denied: %s", c->binding->name, d->why);
	if (!l->message.is_late)
		auth_delay(l->answered, c->deadline);
	else if (l->message.text[0] != '\0' && !(c->flags & PAM_SILENT))
		converse_tell(c->pamh, PAM_ERROR_MSG, l->message.text);
	return d->result;
}

void
auth_await_prompt(struct call *c)
{
	struct login *l = c->args.is_second_factor || geteuid() != 0
	    ? NULL
	    : calloc(1, sizeof(*l));
	struct wire_out o;
	int r;

	if (l == NULL)
		return;
	l->client.fd = -1;
	r = client_open(&l->client, OKTA_LOGIN_SOCK, c->entry + NOBODY_MS);
	if (r == OKTA_OK) {
		client_hello(&l->client, &o, OP_LOGIN, PROTOCOL_NOBODY,
		    call_item(c, PAM_SERVICE), NULL);
		wire_put_str(&o, TAG_USER, "");
		wire_put_u32(&o, TAG_DEADLINE, NOBODY_MS);
		r = client_send(&l->client, &o);
	}
	if (r == OKTA_OK)
		message_recv(&l->message, &l->client);
	client_close(&l->client);
	free(l);
}

int
auth_login(struct call *c)
{
	struct login *l = calloc(1, sizeof(*l));
	int r;

	if (l == NULL) {
		pam_syslog(c->pamh, LOG_CRIT, "no memory");
		auth_delay(c->entry, c->deadline);
		return PAM_AUTH_ERR;
	}
	l->client.fd = -1;
	l->terminal = open_terminal();
	l->answered = c->entry;
	r = run(c, l);
	client_close(&l->client);
	if (l->terminal >= 0)
		close(l->terminal);
	if (r == 0)
		pam_syslog(c->pamh, LOG_INFO, "%s: Okta accepted the login",
		    c->binding->name);
	else
		r = deny(c, l, r);
	explicit_bzero(l, sizeof(*l));
	free(l);
	return r;
}
