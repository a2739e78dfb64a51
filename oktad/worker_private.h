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

/* What a worker says of how it ended. */
struct outcome {
	uint32_t result, verdict;
	char reason[REFUSAL_REASON_SIZE], factors[64], code[16], request[64];
};

/* worker.c */
void worker_ready(struct watch *watch, short revents);
void worker_expired(struct watch *watch);
void worker_close(struct worker *w);
void worker_take_address(struct worker *w, const struct wire_field *f);
/* worker_outcome.c: OKTA_OK; OKTA_BAD where it contradicts itself. */
int worker_read_outcome(struct worker *w, struct wire_in *in,
    struct outcome *o);

#endif
