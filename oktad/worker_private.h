/*
 * What the files of a worker share; see worker.h.
 */
#ifndef OKTAD_WORKER_PRIVATE_H
#define OKTAD_WORKER_PRIVATE_H

#include "conf_slice.h"
#include "conn.h"
#include "internal.h"
#include "worker.h"

enum worker_state {
	WORKER_IDLE, /* nothing charged */
	WORKER_HELD, /* waits for another attempt, or for oktad-net */
	WORKER_GRANTED, /* charged, has its channel */
	WORKER_REFUSED,
	WORKER_DONE /* has told its outcome */
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
	/* The session that gives grace, "" none, and when it was proven. */
	char grace[PROTOCOL_TICKET_SIZE + 1];
	uint64_t grace_ms;
	struct budget_address address;
	uint8_t charge_id[WIRE_ID_SIZE];
	uint64_t charged_ms, serial;
	int has_channel; /* to oktad-net; given once */
	int is_sending; /* Okta asks the person, and the worker waits */
	uint64_t deadline; /* of the login */
};

/* What a worker says of how it ended. */
struct outcome {
	uint32_t result, verdict;
	char reason[REFUSAL_REASON_SIZE], factors[64], code[16], request[64];
	struct secret session_token; /* of an accepted login; the caller's */
};

/* worker.c */
void worker_ready(struct watch *watch, short revents);
void worker_expired(struct watch *watch);
void worker_close(struct worker *w);
/* worker_send.c: OKTA_OK: answered, or the worker is closed; OKTA_BAD where
 * this may not be asked. */
int worker_take_send(struct worker *w, struct wire_in *in);
/* worker_start.c: whoever says that they are the person; the same codes. */
int worker_take_who(struct worker *w, struct wire_in *in);
/* What was used, for the next time: the last word of factors. */
void worker_note_factor(struct worker *w, const char *factors);
/* The person refused what was sent. */
void worker_note_no(struct worker *w);
/* worker_outcome.c: OKTA_OK; OKTA_BAD where it contradicts itself, and then it
 * has no token. */
int worker_read_outcome(
    struct worker *w, struct wire_in *in, struct outcome *o);
/* Where the person comes from (RHOST), or who on this host asks (RUSER). */
void worker_take_address(struct worker *w, const struct wire_field *f);
void worker_take_caller(struct worker *w, const struct wire_field *f);

#endif
