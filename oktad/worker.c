#include "worker_private.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "code.h"
#include "device.h"
#include "link.h"
#include "log.h"
#include "paths.h"
#include "person.h"

enum { NET_MS = 5000 }; /* how long a charge waits for oktad-net */

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
	const struct log_field fields[] = {
	    log_text("event", "login"),
	    log_text("cause", w->peer != 0 ? "self.sock" : NULL),
	    log_text("user", w->person.name[0] != '\0' ? w->person.name : NULL),
	    log_number("uid", w->person.uid),
	    log_text("account",
		w->person.account[0] != '\0' ? w->person.account : NULL),
	    log_text("service", w->service),
	    log_text("rhost", w->rhost[0] != '\0' ? w->rhost : NULL),
	    log_text("verdict", verdicts[verdict]),
	    log_text("reason", reason[0] != '\0' ? reason : NULL),
	    log_text("factors", factors[0] != '\0' ? factors : NULL),
	    log_text("okta_code", okta_code[0] != '\0' ? okta_code : NULL),
	    log_text(
		"okta_request", okta_request[0] != '\0' ? okta_request : NULL),
	    {LOG_FIELD_END, NULL, NULL, 0},
	};

	/* It was no login, but took the time of one. */
	if (w->person.uid == PROTOCOL_NOBODY)
		return;
	/* Each that was let in is on record. The others anybody can cause:
	 * their lines are limited by level and cause (log.h), so that refused
	 * tries, and what people without privileges do on self.sock, do not
	 * fill the log. */
	if (verdict == VERDICT_ACCEPT) {
		log_always(LOG_NOTICE, fields);
		return;
	}
	log_fields(LOG_INFO, "login", fields);
	/* Of an account of several people, who it was, once that is known. */
	refusal_note(&w->parent->refusals,
	    w->person.id[0] != '\0' ? w->person.person_uid : w->person.uid,
	    w->service, reason);
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

void
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
	explicit_bzero(w, sizeof(*w));
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

/* Without a device Okta asks for a factor each time. */
static void
put_device(const struct worker *w, struct wire_out *o)
{
	char token[DEVICE_TOKEN_SIZE + 1];
	struct error e = {0};

	if (device_token(
		OKTA_DEVICE_PATH, w->person.id, &w->address, token, &e) != 0)
		log_event(LOG_ERR, "device", log_text("error", e.text));
	if (token[0] != '\0')
		wire_put_str(o, TAG_DEVICE, token);
	explicit_bzero(token, sizeof(token));
}

static void
grant(struct worker *w)
{
	uint8_t frame[128];
	struct wire_out o;
	int fd = -1;

	if (!w->has_channel &&
	    (fd = link_channel(w->parent, ROLE_LOGIN, &w->person)) < 0) {
		settle(w, BUDGET_REFUND);
		refuse(w, VERDICT_UNAVAIL, "oktad-net is not there");
		return;
	}
	w->state = WORKER_GRANTED;
	w->has_channel = 1;
	wire_begin(&o, frame, sizeof(frame), INT_GRANT, w->charge_id);
	if (fd >= 0 && w->person.trusted_app)
		put_device(w, &o);
	send_frame(w, &o, fd);
	explicit_bzero(frame, sizeof(frame));
	if (fd >= 0)
		close(fd);
}

/* Decides about a charge, or leaves it held. 1 where it is settled. */
static int
try_charge(struct worker *w)
{
	struct parent *p = w->parent;
	const struct budget_limits limits = {
	    p->conf->failures, p->conf->failures_reserved};
	struct budget_now now = {0};
	struct error e = {0};
	char why[640];

	if (throttle_is_on(&p->throttle, w->person.person_uid, wire_now_ms())) {
		refuse(w, VERDICT_UNAVAIL,
		    "Okta has turned away too many logins in the last minute "
		    "(rate limit, 429); no request was made; try again in a "
		    "minute");
		return 1;
	}
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
		snprintf(why, sizeof(why),
		    "too many wrong passwords in %d "
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

static int
take_charge(struct worker *w, struct wire_in *in)
{
	struct wire_field f;
	const char *why;
	int r;

	if ((w->state != WORKER_IDLE && w->state != WORKER_GRANTED) ||
	    w->person.refusal[0] != '\0' || w->person.id[0] == '\0')
		return OKTA_BAD;
	/* Again: the one before it was wrong. */
	if (w->state == WORKER_GRANTED)
		settle(w, BUDGET_CHARGE);
	while ((r = wire_next(in, &f)) == 1) {
		if (f.tag == TAG_RHOST)
			worker_take_address(w, &f);
		else if (f.tag == TAG_RUSER)
			worker_take_caller(w, &f);
	}
	if (r != OKTA_OK)
		return r;
	memcpy(w->charge_id, in->id, sizeof(w->charge_id));
	why = person_refusal(
	    &person_files_here, &w->person, w->service, w->rhost, 1);
	if (why != NULL) {
		refuse(w, VERDICT_DENY, why);
		return OKTA_OK;
	}
	w->state = WORKER_HELD;
	w->charged_ms = wire_now_ms();
	if (w->parent->net == NULL && w->charged_ms + NET_MS < w->deadline)
		w->watch.deadline = w->charged_ms + NET_MS;
	worker_try_held(w->parent);
	return OKTA_OK;
}

static int
send_ticket(
    struct worker *w, const uint8_t id[WIRE_ID_SIZE], struct outcome *outcome)
{
	char ticket[PROTOCOL_TICKET_SIZE + 1];
	struct proof proof = {.uid = w->person.uid,
	    .flow = w->person.flow,
	    .at_ms = w->grace_ms != 0 ? w->grace_ms : wire_now_ms()};
	uint64_t life = 2000ULL * w->person.deadline_s;
	uint8_t frame[128];
	struct wire_out o;
	int r;

	memcpy(proof.service, w->service, sizeof(proof.service));
	memcpy(proof.person, w->person.id, sizeof(proof.person));
	snprintf(proof.rhost, sizeof(proof.rhost), "%s", w->rhost);
	snprintf(proof.factors, sizeof(proof.factors), "%s", outcome->factors);
	secret_move(&proof.session_token, &outcome->session_token);
	r = ticket_issue(
	    w->parent->tickets, &proof, wire_now_ms() + life, ticket);
	secret_clear(&proof.session_token);
	if (r != 0)
		return OKTA_SYSTEM;
	wire_begin(&o, frame, sizeof(frame), INT_TICKET, id);
	wire_put(&o, TAG_TICKET, ticket, PROTOCOL_TICKET_SIZE);
	r = conn_send(&w->conn, &o, -1);
	explicit_bzero(ticket, sizeof(ticket));
	explicit_bzero(frame, sizeof(frame));
	return r;
}

static int
has_grace(const struct worker *w)
{
	const struct session *s = w->grace[0] != '\0'
	    ? sessions_find(w->parent->sessions, w->grace, w->person.uid)
	    : NULL;

	return s != NULL && s->state == SESSION_OPEN && s->proven_ms != 0;
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
	    [OUTCOME_TURNED_AWAY] = BUDGET_REFUND,
	    [OUTCOME_FACTOR] = BUDGET_CHARGE,
	    [OUTCOME_SAID_NO] = BUDGET_CHARGE,
	    [OUTCOME_UNASKED] = BUDGET_REFUND,
	};
	int was_granted = w->state == WORKER_GRANTED;
	struct outcome o;

	if (w->state == WORKER_DONE ||
	    worker_read_outcome(w, in, &o) != OKTA_OK)
		return OKTA_BAD;
	/* Nothing but an attempt that was charged can have been accepted, and
	 * what has grace, if that was not taken back meanwhile. */
	if (!was_granted && o.result != OUTCOME_NOT_TRIED &&
	    !(o.result == OUTCOME_ACCEPTED && has_grace(w))) {
		secret_clear(&o.session_token);
		return OKTA_BAD;
	}
	if (o.result == OUTCOME_ACCEPTED &&
	    send_ticket(w, in->id, &o) != OKTA_OK) {
		o.verdict = VERDICT_DENY;
		strcpy(o.reason, "no ticket could be made");
	}
	if (was_granted)
		settle(w, kinds[o.result]);
	if (o.result == OUTCOME_UNASKED)
		w->parent->unasked++;
	else if (o.result == OUTCOME_ACCEPTED)
		w->parent->unasked = 0;
	if (o.result == OUTCOME_ACCEPTED)
		worker_note_factor(w, o.factors);
	if (o.result == OUTCOME_SAID_NO)
		worker_note_no(w);
	if (o.result == OUTCOME_TURNED_AWAY)
		throttle_note(
		    &w->parent->throttle, w->person.person_uid, wire_now_ms());
	w->state = WORKER_DONE;
	log_login(w, o.verdict, o.reason, o.factors, o.code, o.request);
	if (was_granted)
		worker_try_held(w->parent);
	return o.result == OUTCOME_ACCEPTED && o.verdict != VERDICT_ACCEPT
	    ? OKTA_SYSTEM
	    : OKTA_OK;
}

void
worker_ready(struct watch *watch, short revents)
{
	struct worker *w = watch->owner;
	struct wire_in in;
	int r = conn_read(&w->conn, &in);

	(void)revents;
	if (r == OKTA_TIME)
		return; /* its deadline is the login's */
	w->is_sending = 0;
	/* A charge may end in worker_close(); then w is gone. */
	if (r == OKTA_OK && in.op == INT_CHARGE) {
		r = take_charge(w, &in);
		if (r == OKTA_OK)
			return;
	} else if (r == OKTA_OK && in.op == INT_SEND) {
		r = worker_take_send(w, &in);
		if (r == OKTA_OK)
			return;
	} else if (r == OKTA_OK && in.op == INT_WHO) {
		r = worker_take_who(w, &in);
	} else if (r == OKTA_OK && in.op == INT_OUTCOME) {
		r = take_outcome(w, &in);
	} else if (r == OKTA_OK) {
		r = OKTA_BAD;
	}
	if (r != OKTA_OK)
		worker_close(w);
}

void
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

	TAILQ_FOREACH (w, &p->workers, entry) {
		if (w->pid == pid)
			w->pid = 0;
	}
}

void
worker_close_all(struct parent *p)
{
	struct worker *w;

	TAILQ_FOREACH (w, &p->workers, entry)
		w->state = w->state == WORKER_HELD ? WORKER_REFUSED : w->state;
	while ((w = TAILQ_FIRST(&p->workers)) != NULL)
		worker_close(w);
}
