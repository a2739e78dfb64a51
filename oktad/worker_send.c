/*
 * Leave to have Okta send the person something: granted once it is on disk,
 * and to one login of a person at a time.
 */
#include <stdio.h>
#include <string.h>

#include "worker_private.h"

#include "code.h"
#include "log.h"
#include "proof.h"

/* Another login of this person waits for the phone. */
static int
is_another_waiting(const struct worker *w)
{
	const struct worker *o;

	TAILQ_FOREACH (o, &w->parent->workers, entry) {
		if (o != w && o->is_sending &&
		    strcmp(o->person.id, w->person.id) == 0)
			return 1;
	}
	return 0;
}

/* NULL: granted; else why not. */
static const char *
ask_budget(struct worker *w, enum proof_kind kind, char *why, size_t cap)
{
	unsigned int sends = w->parent->conf->pushes;
	struct budget_now now = {0};
	struct error e = {0};

	if (budget_clock(&now) != 0)
		return "no clock";
	switch (budget_send(w->parent->budget, sends,
	    kind == PROOF_PUSH ? BUDGET_PUSH : BUDGET_MESSAGE, w->person.id,
	    &w->address, &now, &e)) {
	case BUDGET_SEND_GRANTED:
		return NULL;
	case BUDGET_SEND_USED_UP:
		snprintf(why, cap,
		    "%u %s were sent to this person in the last %d minutes",
		    sends,
		    kind == PROOF_PUSH ? "push requests" : "messages or calls",
		    BUDGET_SEND_WINDOW_S / 60);
		return why;
	case BUDGET_SEND_TOO_MANY:
		return "too many push requests, messages and calls from this "
		       "address or this host in the last 10 minutes";
	case BUDGET_SEND_SAID_NO:
		return "this person refused one in the last 10 minutes";
	case BUDGET_SEND_BROKEN:
		log_event(LOG_ERR, "budget", log_text("error", e.text));
		snprintf(why, cap, "it can not be written down: %s", e.text);
		return why;
	}
	return "not granted";
}

int
worker_take_send(struct worker *w, struct wire_in *in)
{
	uint32_t kind = PROOF_COUNT;
	const char *refused;
	struct wire_field f;
	uint8_t frame[1024];
	struct wire_out o;
	char why[640];
	int r;

	while ((r = wire_next(in, &f)) == 1) {
		if (f.tag == TAG_FACTOR && wire_u32(&f, &kind) != OKTA_OK)
			return OKTA_BAD;
	}
	if (r != OKTA_OK || w->state != WORKER_GRANTED ||
	    !proof_is_sent((enum proof_kind)kind))
		return OKTA_BAD;
	refused = is_another_waiting(w)
	    ? "another login of this person waits for an answer"
	    : ask_budget(w, (enum proof_kind)kind, why, sizeof(why));
	w->is_sending = refused == NULL && kind == PROOF_PUSH;
	wire_begin(&o, frame, sizeof(frame),
	    refused == NULL ? INT_GRANT : INT_REFUSE, in->id);
	if (refused != NULL) {
		wire_put_u32(&o, TAG_CODE, VERDICT_DENY);
		wire_put_str(&o, TAG_ERROR, refused);
	}
	return conn_send(&w->conn, &o, -1);
}

void
worker_note_factor(struct worker *w, const char *factors)
{
	const char *word = strrchr(factors, ' ');
	enum proof_kind kind =
	    word != NULL ? proof_find(word + 1, strlen(word + 1)) : PROOF_COUNT;
	struct error e = {0};

	if (kind < PROOF_COUNT &&
	    preference_note(w->parent->preferences, w->person.id, kind, &e) !=
		0)
		log_event(
		    LOG_WARNING, "preferences", log_text("error", e.text));
}

void
worker_note_no(struct worker *w)
{
	struct budget_now now = {0};
	struct error e = {0};

	if (budget_clock(&now) != 0 ||
	    budget_note_no(
		w->parent->budget, w->person.id, &w->address, &now, &e) != 0)
		log_event(LOG_ERR, "budget", log_text("error", e.text));
}
