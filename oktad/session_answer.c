#include "session_answer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "code.h"
#include "log.h"
#include "session_grace.h"
#include "session_who.h"

enum { VERDICT_MS = 20, TICK_MS = 20 };

struct fields {
	char tty[SESSION_TTY_SIZE], rhost[TICKET_RHOST_SIZE];
	char origin[PROTOCOL_ORIGIN_SIZE + 1];
	char key[SESSION_REST];
};

/* OKTA_OK; OKTA_BAD also where a field is there twice. What is too long for
 * us is left out. */
static int
take_fields(const struct session_call *c, struct fields *x)
{
	struct wire_in in;
	struct wire_field f;
	uint32_t seen = 0;
	int r;

	memset(x, 0, sizeof(*x));
	if (wire_open(&in, c->bytes, c->len) != OKTA_OK)
		return OKTA_BAD;
	while ((r = wire_next(&in, &f)) == 1) {
		if (f.tag >= 32 || (seen & 1U << f.tag) != 0)
			return OKTA_BAD;
		seen |= 1U << f.tag;
		if (f.tag == TAG_TTY)
			(void)wire_str(&f, x->tty, sizeof(x->tty));
		else if (f.tag == TAG_RHOST)
			(void)wire_str(&f, x->rhost, sizeof(x->rhost));
		else if (f.tag == TAG_KEY)
			(void)wire_str(&f, x->key, sizeof(x->key));
		else if (f.tag == TAG_SESSION)
			(void)wire_str(&f, x->origin, sizeof(x->origin));
	}
	return r;
}

/* Nothing but what a terminal may be called or an address be written with, so
 * that nobody's tty forges a line. */
static void
keep_plain(char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 127)
			*s = '?';
}

int
session_peer(int fd, pid_t peer, uint64_t since_ms, struct proc *p)
{
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
	char byte;

	*p = (struct proc){.login = PROC_UNSET, .audit = PROC_UNSET};
	if (proc_fd < 0)
		return OKTA_SYSTEM;
	r = proc_read(proc_fd, peer, p);
	close(proc_fd);
	if (r != OKTA_OK)
		return r;
	/* A number is given again only when its process has ended: then the
	 * connection has, too, and the new one is younger than it. */
	if (proc_start_ms(p) > since_ms + TICK_MS ||
	    recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
		r = OKTA_ABSENT;
	if (r != OKTA_OK)
		*p = (struct proc){.login = PROC_UNSET, .audit = PROC_UNSET};
	return r;
}

static void
log_failure(const struct error *e)
{
	if (e->kind != ERROR_NONE)
		log_event(LOG_ERR, "sessions", log_text("error", e->text),
		    log_text("effect", "a restart of oktad may forget some"));
}

/* Whose audit session is it? That of the login where its login uid is this
 * person's, and of no other login that we know of. */
static int
is_own_login(const struct parent *p, const struct session *new, uint32_t login)
{
	if (new->audit == PROC_UNSET || login != new->uid)
		return 0;
	for (size_t i = 0; i < sessions_count(p->sessions); i++) {
		const struct session *s = sessions_at(p->sessions, i);

		if (s->audit == new->audit && s->is_login &&
		    (s->uid != new->uid || strcmp(s->person, new->person) != 0))
			return 0;
	}
	return 1;
}

static void
log_opened(const struct session *s, const char *why)
{
	char id[SESSION_ID_SIZE + 1];

	session_id(s, id);
	log_event(LOG_INFO, "session_open", log_text("session", id),
	    log_text("user", s->name), log_number("uid", s->uid),
	    log_text("account", s->account[0] != '\0' ? s->account : NULL),
	    log_text("service", s->service),
	    log_text("tty", s->tty[0] != '\0' ? s->tty : NULL),
	    log_text("rhost", s->rhost[0] != '\0' ? s->rhost : NULL),
	    log_text("factors", s->factors[0] != '\0' ? s->factors : NULL),
	    log_text("audit", s->audit == PROC_UNSET ? "none" : NULL),
	    log_text("proof", s->proven_ms != 0 ? "yes" : "no"),
	    log_text("cause", why));
}

static void
log_nobody(
    const struct hello *h, const struct slice_person *person, const char *why)
{
	int is_account = person->account[0] != '\0';

	log_event(LOG_NOTICE, why != NULL ? "session_refused" : "session_open",
	    log_text("user", person->name[0] != '\0' ? person->name : NULL),
	    log_number("uid", h->uid),
	    log_text("account", is_account ? person->account : NULL),
	    log_text("service", h->service),
	    log_text("cause",
		why != NULL	 ? why
		    : is_account ? "nobody of Okta is known behind it"
				 : "no person of Okta has this uid"));
}

struct opened {
	char handle[PROTOCOL_TICKET_SIZE + 1]; /* "": none */
	char login[256]; /* who is behind a local account, or "" */
};

/* The verdict to a session that begins. A ticket that is refused proves
 * nothing, but the session has begun all the same. */
static enum verdict_code
open_session(struct parent *p, const struct session_call *c,
    const struct fields *x, struct opened *opened)
{
	const struct hello *h = c->hello;
	const uint64_t now = wire_now_ms();
	struct slice_person person;
	const char *why;
	struct session new = {.uid = h->uid,
	    .state = SESSION_OPEN,
	    .opened_ms = now,
	    .opened_s = (uint64_t)time(NULL)};
	const struct session *s;
	struct error e = {0};
	struct proof proof = {0};
	struct proc proc;
	uint32_t login;
	int has_ticket = h->ticket[0] != '\0', is_proven;

	is_proven = has_ticket &&
	    ticket_redeem(
		p->tickets, h->ticket, h->uid, h->service, now, &proof) == 0;
	why = session_who(p->sessions, h,
	    &(struct session_proofs){
		.person = proof.person,
		.has_bad_ticket = has_ticket && !is_proven,
		.key = x->key,
		.origin = x->origin,
		.rhost = x->rhost,
	    },
	    &person);
	if (why != NULL || person.id[0] == '\0') {
		log_nobody(h, &person, why);
		secret_clear(&proof.session_token);
		return why == NULL && person.account[0] != '\0' ? VERDICT_ACCEPT
								: VERDICT_DENY;
	}
	memcpy(new.person, person.id, sizeof(new.person));
	memcpy(new.name, person.name, sizeof(new.name));
	memcpy(new.account, person.account, sizeof(new.account));
	memcpy(new.service, h->service, sizeof(new.service));
	memcpy(new.tty, x->tty, sizeof(new.tty));
	memcpy(new.rhost, x->rhost, sizeof(new.rhost));
	if (is_proven) {
		memcpy(new.factors, proof.factors, sizeof(new.factors));
		if (proof.rhost[0] != '\0')
			memcpy(new.rhost, proof.rhost, sizeof(new.rhost));
		new.flow = proof.flow;
		new.proven_ms = proof.at_ms;
	}
	keep_plain(new.tty);
	keep_plain(new.rhost);
	keep_plain(new.factors);
	(void)session_read_origin(x->origin, &new.audit, &login);
	new.is_login = (uint32_t)is_own_login(p, &new, login);
	/* Only to see whether it is still there: what it may, its number does
	 * not say (T47). */
	if (session_peer(c->fd, c->peer, c->since_ms, &proc) == OKTA_OK) {
		new.leader = proc.pid;
		new.leader_start = proc.start;
	}
	s = sessions_add(p->sessions, &new, &e);
	log_failure(&e);
	if (s == NULL) {
		secret_clear(&proof.session_token);
		return VERDICT_DENY;
	}
	memcpy(opened->handle, s->handle, sizeof(s->handle));
	if (person.account[0] != '\0')
		memcpy(opened->login, person.login, sizeof(opened->login));
	okta_session_begin(p, s, proof.at_ms, &proof.session_token);
	/* Whoever has lost the login between the account phase and now. */
	if (person.why != WHY_NONE)
		session_watch_closed(p);
	log_opened(
	    s, has_ticket && !is_proven ? "the ticket is not good" : NULL);
	return has_ticket && !is_proven ? VERDICT_DENY : VERDICT_ACCEPT;
}

/* What it left running keeps the record until that has ended, too. */
static enum verdict_code
close_session(struct parent *p, const struct session_call *c)
{
	struct session *s =
	    sessions_find(p->sessions, c->hello->ticket, c->hello->uid);
	struct error e = {0};
	int is_known = s != NULL && s->state == SESSION_OPEN;

	log_event(LOG_INFO, "session_close", log_number("uid", c->hello->uid),
	    log_text("user", is_known ? s->name : NULL),
	    log_text("service", c->hello->service),
	    log_text("tty", is_known && s->tty[0] != '\0' ? s->tty : NULL),
	    log_number("seconds",
		is_known ? (int64_t)((wire_now_ms() - s->opened_ms) / 1000)
			 : 0));
	if (!is_known)
		return VERDICT_DENY;
	okta_session_over(p, s->handle);
	if (s->is_login) {
		s->state = SESSION_LEFT;
		s->proven_ms = 0;
		sessions_note(p->sessions, s, &e);
	} else {
		sessions_drop(p->sessions, s, &e);
	}
	log_failure(&e);
	session_watch_closed(p);
	return VERDICT_ACCEPT;
}

int
session_answer(struct parent *p, const struct session_call *c)
{
	struct opened opened = {"", ""};
	enum verdict_code code;
	uint8_t frame[512];
	struct fields x;
	struct wire_out o;

	if (take_fields(c, &x) != OKTA_OK)
		return OKTA_BAD;
	code = c->hello->op == OP_SESSION_OPEN ? open_session(p, c, &x, &opened)
					       : close_session(p, c);
	wire_begin(&o, frame, sizeof(frame), OP_VERDICT, c->hello->id);
	wire_put_u32(&o, TAG_CODE, code);
	if (opened.handle[0] != '\0')
		wire_put(&o, TAG_TICKET, opened.handle, PROTOCOL_TICKET_SIZE);
	if (opened.login[0] != '\0')
		wire_put_str(&o, TAG_TEXT, opened.login);
	if (wire_end(&o) == OKTA_OK)
		wire_send(c->fd, o.buf, o.len, wire_now_ms() + VERDICT_MS);
	return OKTA_OK;
}
