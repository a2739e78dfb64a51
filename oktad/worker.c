#include "worker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "code.h"
#include "conf_slice.h"
#include "conn.h"
#include "internal.h"
#include "link.h"
#include "log.h"
#include "person.h"

enum {
	START_MS = 200,	  /* INT_PERSON goes into an empty socket */
	GRACE_MS = 5000,  /* past the login's own deadline */
	NET_MS = 5000,	  /* how long a charge waits for oktad-net to be there */
	FRAME = WIRE_LOGIN_MAX
};

enum worker_state {
	WORKER_IDLE,	/* nothing charged */
	WORKER_HELD,	/* waits for another attempt, or for oktad-net */
	WORKER_GRANTED, /* charged, has its channel */
	WORKER_REFUSED,
	WORKER_DONE	/* has told its outcome */
};

struct worker {
	TAILQ_ENTRY(worker) entry;
	struct watch watch;
	struct conn conn;
	struct parent *parent;
	pid_t pid; /* 0: reaped */
	uid_t peer;
	enum worker_state state;
	struct slice_person person;
	char service[PROTOCOL_SERVICE_SIZE];
	char rhost[64];
	struct budget_address address;
	uint8_t charge_id[WIRE_ID_SIZE];
	uint64_t charged_ms, serial;
	uint64_t deadline; /* of the login */
};

static const char *const verdicts[] = {
    [VERDICT_DENY] = "deny",
    [VERDICT_ACCEPT] = "accept",
    [VERDICT_UNAVAIL] = "unavail",
    [VERDICT_MAXTRIES] = "maxtries",
};

static void
log_login(struct worker *w, uint32_t verdict, const char *reason,
    const char *factors, const char *okta_code, const char *okta_request)
{
	struct parent *p = w->parent;

	/* Lines are limited by level and cause (log.h): refused tries, and what
	 * people without privileges do on self.sock, must not push the logins
	 * of others out of the log. */
	log_event(verdict == VERDICT_ACCEPT ? LOG_NOTICE : LOG_INFO, "login",
	    log_text("cause", w->peer != 0 ? "self.sock" : NULL),
	    log_text("user", w->person.name[0] != '\0' ? w->person.name : NULL),
	    log_number("uid", w->person.uid), log_text("service", w->service),
	    log_text("rhost", w->rhost[0] != '\0' ? w->rhost : NULL),
	    log_text("verdict", verdicts[verdict]),
	    log_text("reason", reason[0] != '\0' ? reason : NULL),
	    log_text("factors", factors[0] != '\0' ? factors : NULL),
	    log_text("okta_code", okta_code[0] != '\0' ? okta_code : NULL),
	    log_text("okta_request",
		okta_request[0] != '\0' ? okta_request : NULL));
	if (verdict != VERDICT_ACCEPT)
		refusal_note(&p->refusals, w->person.uid, w->service, reason);
}

/* What the budget is told; a charge that nobody settles stays. */
static void
settle(struct worker *w, enum budget_kind kind)
{
	struct budget_now now = {0};
	struct error e = {0};

	if (budget_clock(&now) != 0 ||
	    budget_settle(w->parent->budget, w->serial, kind, &now, &e) != 0)
		log_event(LOG_ERR, "budget", log_text("error", e.text));
}

static void
worker_close(struct worker *w)
{
	struct parent *p = w->parent;
	enum worker_state state = w->state;

	if (state != WORKER_DONE) {
		/* Without a word about how it ended it counts as a wrong try:
		 * the password may have been one (T58). */
		if (state == WORKER_GRANTED)
			settle(w, BUDGET_CHARGE);
		log_login(w, VERDICT_DENY, "the login ended without a verdict",
		    "", "", "");
	}
	TAILQ_REMOVE(&p->workers, w, entry);
	loop_remove(&p->loop, &w->watch);
	conn_close(&w->conn);
	if (w->pid > 0)
		kill(w->pid, SIGKILL);
	slots_give(&p->slots, w->peer);
	free(w);
	if (state == WORKER_GRANTED)
		worker_try_held(p);
}

/* 0, or -1 and the worker is closed. */
static int
send_frame(struct worker *w, struct wire_out *o, int fd)
{
	if (conn_send(&w->conn, o, fd) == OKTA_OK)
		return 0;
	worker_close(w);
	return -1;
}

static void
refuse(struct worker *w, enum verdict_code verdict, const char *why)
{
	uint8_t frame[1024];
	struct wire_out o;

	w->state = WORKER_REFUSED;
	wire_begin(&o, frame, sizeof(frame), INT_REFUSE, w->charge_id);
	wire_put_u32(&o, TAG_CODE, verdict);
	wire_put_str(&o, TAG_ERROR, why);
	send_frame(w, &o, -1);
}

static void
grant(struct worker *w)
{
	uint8_t frame[64];
	struct wire_out o;
	int fd = link_channel(w->parent, ROLE_LOGIN);

	if (fd < 0) {
		settle(w, BUDGET_REFUND);
		refuse(w, VERDICT_UNAVAIL, "oktad-net is not there");
		return;
	}
	w->state = WORKER_GRANTED;
	wire_begin(&o, frame, sizeof(frame), INT_GRANT, w->charge_id);
	send_frame(w, &o, fd);
	close(fd);
}

/* Decides about a charge, or leaves it held. 1 where it is settled. */
static int
try_charge(struct worker *w)
{
	struct parent *p = w->parent;
	const struct budget_limits limits = {p->conf->failures,
	    p->conf->failures_reserved};
	struct budget_now now = {0};
	struct error e = {0};
	char why[640];

	if (p->net == NULL) {
		if (wire_now_ms() - w->charged_ms < NET_MS)
			return 0;
		refuse(w, VERDICT_UNAVAIL, "oktad-net is not running");
		return 1;
	}
	if (budget_clock(&now) != 0) {
		refuse(w, VERDICT_UNAVAIL, "no clock");
		return 1;
	}
	switch (budget_charge(p->budget, &limits, w->person.id, &w->address,
	    &now, &w->serial, &e)) {
	case BUDGET_GRANTED:
		grant(w);
		return 1;
	case BUDGET_HELD:
		return 0;
	case BUDGET_USED_UP:
		snprintf(why, sizeof(why), "too many wrong passwords in %d "
		    "minutes (%u of this person); no request was made",
		    BUDGET_WINDOW_S / 60,
		    budget_failures(p->budget, w->person.id, &now));
		refuse(w, VERDICT_DENY, why);
		return 1;
	case BUDGET_BROKEN:
		log_event(LOG_ERR, "budget", log_text("error", e.text));
		snprintf(why, sizeof(why), "the charge can not be written: %s",
		    e.text);
		refuse(w, VERDICT_UNAVAIL, why);
		return 1;
	}
	return 0;
}

void
worker_try_held(struct parent *p)
{
	struct worker *w = TAILQ_FIRST(&p->workers), *next;

	/* In order of arrival. One that is closed on the way may settle others,
	 * which calls this again; so begin anew after each. */
	while (w != NULL) {
		next = TAILQ_NEXT(w, entry);
		if (w->state == WORKER_HELD && try_charge(w))
			next = TAILQ_FIRST(&p->workers);
		w = next;
	}
}

static void
take_address(struct worker *w, const struct wire_field *f)
{
	/* Only root knows where somebody comes from. */
	if (w->peer != 0)
		return;
	if (wire_str(f, w->rhost, sizeof(w->rhost)) != OKTA_OK ||
	    budget_parse_address(w->rhost, &w->address) != 0)
		w->rhost[0] = '\0';
}

static int
take_charge(struct worker *w, struct wire_in *in)
{
	struct wire_field f;
	int r;

	if (w->state != WORKER_IDLE || w->person.refusal[0] != '\0')
		return OKTA_BAD;
	while ((r = wire_next(in, &f)) == 1) {
		if (f.tag == TAG_RHOST)
			take_address(w, &f);
	}
	if (r != OKTA_OK)
		return r;
	memcpy(w->charge_id, in->id, sizeof(w->charge_id));
	w->state = WORKER_HELD;
	w->charged_ms = wire_now_ms();
	if (w->parent->net == NULL && w->charged_ms + NET_MS < w->deadline)
		w->watch.deadline = w->charged_ms + NET_MS;
	worker_try_held(w->parent);
	return OKTA_OK;
}

struct outcome {
	uint32_t result, verdict;
	char reason[REFUSAL_REASON_SIZE], factors[64], code[16], request[64];
};

static int
read_outcome(struct worker *w, struct wire_in *in, struct outcome *o)
{
	struct wire_field f;
	int r;

	*o = (struct outcome){.verdict = VERDICT_DENY, .result = UINT32_MAX};
	while ((r = wire_next(in, &f)) == 1) {
		r = OKTA_OK;
		if (f.tag == TAG_RESULT)
			r = wire_u32(&f, &o->result);
		else if (f.tag == TAG_CODE)
			r = wire_u32(&f, &o->verdict);
		else if (f.tag == TAG_REASON)
			r = wire_str(&f, o->reason, sizeof(o->reason));
		else if (f.tag == TAG_FACTORS)
			r = wire_str(&f, o->factors, sizeof(o->factors));
		else if (f.tag == TAG_OKTA_CODE)
			r = wire_str(&f, o->code, sizeof(o->code));
		else if (f.tag == TAG_OKTA_REQUEST)
			r = wire_str(&f, o->request, sizeof(o->request));
		else if (f.tag == TAG_RHOST)
			take_address(w, &f);
		if (r != OKTA_OK)
			return OKTA_BAD;
	}
	if (r != OKTA_OK || o->result > OUTCOME_UNKNOWN ||
	    o->verdict > VERDICT_MAXTRIES ||
	    (o->result == OUTCOME_ACCEPTED) != (o->verdict == VERDICT_ACCEPT))
		return OKTA_BAD;
	return OKTA_OK;
}

static int
send_ticket(struct worker *w, const uint8_t id[WIRE_ID_SIZE])
{
	char ticket[PROTOCOL_TICKET_SIZE + 1];
	uint64_t life = 2000ULL * w->person.deadline_s;
	uint8_t frame[128];
	struct wire_out o;
	int r;

	if (ticket_issue(w->parent->tickets, w->person.uid, w->service,
		wire_now_ms() + life, ticket) != 0)
		return OKTA_SYSTEM;
	wire_begin(&o, frame, sizeof(frame), INT_TICKET, id);
	wire_put(&o, TAG_TICKET, ticket, PROTOCOL_TICKET_SIZE);
	r = conn_send(&w->conn, &o, -1);
	explicit_bzero(ticket, sizeof(ticket));
	explicit_bzero(frame, sizeof(frame));
	return r;
}

static int
take_outcome(struct worker *w, struct wire_in *in)
{
	static const enum budget_kind kinds[] = {
	    [OUTCOME_NOT_TRIED] = BUDGET_REFUND,
	    [OUTCOME_ACCEPTED] = BUDGET_SUCCESS,
	    [OUTCOME_PROVEN] = BUDGET_REFUND,
	    [OUTCOME_WRONG] = BUDGET_CHARGE,
	    [OUTCOME_UNKNOWN] = BUDGET_CHARGE,
	};
	int was_granted = w->state == WORKER_GRANTED;
	struct outcome o;

	if (w->state == WORKER_DONE || read_outcome(w, in, &o) != OKTA_OK)
		return OKTA_BAD;
	/* Nothing but an attempt that was charged can have been accepted. */
	if (!was_granted && o.result != OUTCOME_NOT_TRIED)
		return OKTA_BAD;
	if (o.result == OUTCOME_ACCEPTED && send_ticket(w, in->id) != OKTA_OK) {
		o.verdict = VERDICT_DENY;
		strcpy(o.reason, "no ticket could be made");
	}
	if (was_granted)
		settle(w, kinds[o.result]);
	w->state = WORKER_DONE;
	log_login(w, o.verdict, o.reason, o.factors, o.code, o.request);
	if (was_granted)
		worker_try_held(w->parent);
	return o.result == OUTCOME_ACCEPTED && o.verdict != VERDICT_ACCEPT
	    ? OKTA_SYSTEM : OKTA_OK;
}

static void
worker_ready(struct watch *watch, short revents)
{
	struct worker *w = watch->owner;
	struct wire_in in;
	int r = conn_read(&w->conn, &in);

	(void)revents;
	if (r == OKTA_TIME)
		return; /* its deadline is the login's */
	/* A charge may end in worker_close(); then w is gone. */
	if (r == OKTA_OK && in.op == INT_CHARGE) {
		r = take_charge(w, &in);
		if (r == OKTA_OK)
			return;
	} else if (r == OKTA_OK && in.op == INT_OUTCOME) {
		r = take_outcome(w, &in);
	} else if (r == OKTA_OK) {
		r = OKTA_BAD;
	}
	if (r != OKTA_OK)
		worker_close(w);
}

static void
worker_expired(struct watch *watch)
{
	struct worker *w = watch->owner;

	if (wire_now_ms() >= w->deadline) {
		worker_close(w);
		return;
	}
	/* It was oktad-net that the charge waited for. */
	watch->deadline = w->deadline;
	if (w->state == WORKER_HELD)
		try_charge(w);
}

void
worker_reaped(struct parent *p, pid_t pid)
{
	struct worker *w;

	TAILQ_FOREACH(w, &p->workers, entry) {
		if (w->pid == pid)
			w->pid = 0;
	}
}

void
worker_close_all(struct parent *p)
{
	struct worker *w;

	TAILQ_FOREACH(w, &p->workers, entry)
		w->state = w->state == WORKER_HELD ? WORKER_REFUSED : w->state;
	while ((w = TAILQ_FIRST(&p->workers)) != NULL)
		worker_close(w);
}

static void
fill_person(struct worker *w, const struct hello *h,
    const uint8_t bytes[PROTOCOL_HELLO_SIZE])
{
	const struct conf *c = w->parent->conf;
	struct conf_service s = conf_service_for(c, h->service);
	struct slice_person *person = &w->person;

	memcpy(person->hello, bytes, PROTOCOL_HELLO_SIZE);
	person->hello_len = PROTOCOL_HELLO_SIZE;
	person->peer_uid = w->peer;
	person->flow = s.flow;
	person->factor = s.factor;
	person->deadline_s = c->deadline_s;
	person->trusted_app = c->trusted_app;
	person->trusted_proxy = c->trusted_proxy;
	person_find(&person_files_here, h->uid, person);
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
	if (slice_person_send(w->conn.fd, &w->person,
		wire_now_ms() + START_MS) != OKTA_OK)
		return error_set(e, ERROR_SYSTEM, "the worker does not read");
	w->deadline =
	    wire_now_ms() + 1000ULL * w->person.deadline_s + GRACE_MS;
	w->watch = (struct watch){
	    .fd = w->conn.fd,
	    .events = POLLIN,
	    .deadline = w->deadline,
	    .ready = worker_ready,
	    .expired = worker_expired,
	    .owner = w,
	};
	return loop_add(&w->parent->loop, &w->watch) == 0
	    ? 0 : error_errno(e, "worker");
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
