#include "worker_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "code.h"
#include "link.h"
#include "log.h"
#include "paths.h"
#include "person.h"
#include "session_grace.h"

enum {
	START_MS = 200, /* INT_PERSON goes into an empty socket */
	GRACE_MS = 5000, /* past the login's own deadline */
	FRAME = WIRE_LOGIN_MAX
};

/* What this host knows of how the person logs in. */
static void
fill_habits(struct parent *p, struct slice_person *person)
{
	enum proof_kind kind = preference_of(p->preferences, person->id);

	if (person->id[0] != '\0')
		person->preferred = kind < PROOF_COUNT ? kind + 1 : 0;
}

/* What "not written" means. Until Okta has told, an app counts as one of
 * Identity Engine: its policies are then obeyed, or nobody gets in. */
static enum conf_flow
resolve(const struct parent *p, enum conf_flow flow)
{
	if (flow != FLOW_AUTO)
		return flow;
	return link_is_classic(p) ? FLOW_AUTHN : FLOW_DIRECT;
}

/* A status about the password, or a view of Okta older than max_age: what the
 * account phase lets pass only with a proof of now. */
static int
wants_proof(const struct conf *c, const struct slice_person *person)
{
	uint64_t age_s;

	return (person->flags & DIR_USER_NO_KEY) != 0 ||
	    directory_age(OKTA_CONFIRMED_PATH, &age_s) != OKTA_OK ||
	    age_s > c->max_age_s;
}

/* Inside of a login to an account of several people it is whoever has logged in
 * there. */
static void
choose_by_session(struct worker *w, const struct hello *h)
{
	const struct session *one =
	    session_of_login(w->parent->sessions, h->uid, h->ticket);

	if (one != NULL)
		person_choose(&person_files_here, NULL, one->person, h->service,
		    &w->person);
}

static void
fill_person(struct worker *w, const struct hello *h,
    const uint8_t bytes[PROTOCOL_HELLO_SIZE])
{
	const struct conf *c = w->parent->conf;
	struct conf_service s = conf_service_for(c, h->service);
	struct slice_person *person = &w->person;
	const struct session *one;

	memcpy(person->hello, bytes, PROTOCOL_HELLO_SIZE);
	person->hello_len = PROTOCOL_HELLO_SIZE;
	person->peer_uid = w->peer;
	person->flow = resolve(w->parent, s.flow);
	person->factor = s.factor;
	memcpy(person->factors, s.factors, sizeof(person->factors));
	snprintf(person->url, sizeof(person->url), "%s", c->url);
	person->deadline_s = c->deadline_s;
	person->trusted_app = c->trusted_app;
	person->trusted_proxy = c->trusted_proxy;
	person->okta_sessions = c->okta_sessions;
	if (c->oidc.client_id != NULL) {
		snprintf(person->oidc_client_id, sizeof(person->oidc_client_id),
		    "%s", c->oidc.client_id);
		snprintf(person->oidc_issuer, sizeof(person->oidc_issuer), "%s",
		    c->oidc.issuer);
	}
	person->factors_api = c->factors_api;
	person_find(&person_files_here, h->uid, h->service, person);
	/* Who comes by sshd is not whoever has started that by hand. */
	if (person->asks_who && w->peer == 0 &&
	    strncmp(h->service, "sshd", 4) != 0)
		choose_by_session(w, h);
	/* Only root tells where a process comes from. */
	one = w->peer == 0 && h->op == OP_LOGIN && person->refusal[0] == '\0' &&
		!wants_proof(c, person)
	    ? session_grace(
		  w->parent->sessions, &s, h->uid, h->ticket, wire_now_ms())
	    : NULL;
	if (one != NULL && strcmp(one->person, person->id) == 0) {
		person->has_grace = 1;
		memcpy(w->grace, one->handle, sizeof(w->grace));
		w->grace_ms = one->proven_ms;
	}
	fill_habits(w->parent, person);
}

int
worker_take_who(struct worker *w, struct wire_in *in)
{
	char said[sizeof(w->person.login)] = "";
	struct wire_field f;
	int r;

	if (!w->person.asks_who)
		return OKTA_BAD;
	while ((r = wire_next(in, &f)) == 1) {
		/* What is too long is nobody. */
		if (f.tag == TAG_USER)
			(void)wire_str(&f, said, sizeof(said));
	}
	if (r != OKTA_OK)
		return r;
	person_choose(&person_files_here, said, NULL, w->service, &w->person);
	fill_habits(w->parent, &w->person);
	return slice_person_send(
	    w->conn.fd, &w->person, wire_now_ms() + START_MS);
}

static int
spawn(struct worker *w, int client, struct error *e)
{
	struct child c = {
	    .path = OKTA_LIBEXECDIR "/oktad-login",
	    .user = w->parent->users.login,
	    .netns = -1,
	    .is_quiet = 1,
	};
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return error_errno(e, "socketpair");
	c.fds[0] = client;
	c.fds[1] = ends[1];
	w->pid = child_start(&c, e);
	close(ends[1]);
	if (w->pid < 0) {
		w->pid = 0;
		close(ends[0]);
		return -1;
	}
	if (conn_open(&w->conn, ends[0], FRAME, 0) != 0)
		return error_errno(e, "worker");
	if (slice_person_send(
		w->conn.fd, &w->person, wire_now_ms() + START_MS) != OKTA_OK)
		return error_set(e, ERROR_SYSTEM, "the worker does not read");
	w->deadline = wire_now_ms() + 1000ULL * w->person.deadline_s + GRACE_MS;
	w->watch = (struct watch){
	    .fd = w->conn.fd,
	    .events = POLLIN,
	    .deadline = w->deadline,
	    .ready = worker_ready,
	    .expired = worker_expired,
	    .owner = w,
	};
	return loop_add(&w->parent->loop, &w->watch) == 0
	    ? 0
	    : error_errno(e, "worker");
}

void
worker_start(struct parent *p, int fd, uid_t peer, const struct hello *h,
    const uint8_t bytes[PROTOCOL_HELLO_SIZE])
{
	struct worker *w = calloc(1, sizeof(*w));
	struct error e = {0};

	if (w == NULL) {
		close(fd);
		slots_give(&p->slots, peer);
		return;
	}
	w->parent = p;
	w->peer = peer;
	w->conn.fd = w->watch.fd = -1;
	strcpy(w->service, h->service);
	TAILQ_INSERT_TAIL(&p->workers, w, entry);
	fill_person(w, h, bytes);
	int rc = spawn(w, fd, &e);

	close(fd);
	if (rc == 0)
		return;
	log_event(LOG_ERR, "start_failed", log_text("program", "oktad-login"),
	    log_text("error", e.text));
	worker_close(w);
}
