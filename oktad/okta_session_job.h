/*
 * One request about an Okta session: oktad has an oktad-login make it
 * (login_session.h), because oktad parses nothing of Okta's.
 */
#ifndef OKTAD_OKTA_SESSION_JOB_H
#define OKTAD_OKTA_SESSION_JOB_H

#include <sys/types.h>

#include "conn.h"
#include "directory.h"
#include "error.h"
#include "internal.h"
#include "loop.h"
#include "secret.h"

enum { OKTA_SESSION_JOB_MS = 35000 }; /* no request takes longer */

struct parent;

struct okta_session_job {
	struct conn conn; /* fd -1: none is under way */
	struct watch watch;
	pid_t pid;
};

/* What came of it. */
struct okta_session_told {
	enum okta_session_result result;
	struct secret id; /* GOOD, but for an end; the caller's */
	char person[DIR_OKTA_ID_MAX + 1]; /* whose session it is */
	uint32_t life_s; /* from now on */
	uint32_t is_active;
	uint32_t retry_s; /* LATER: not before */
	char why[256]; /* not GOOD: for the log */
};

/* Starts it: ready(owner's watch) is called when there is something to hear,
 * and after OKTA_SESSION_JOB_MS expired(). 0 or -1. */
int okta_session_job_start(struct parent *p, struct okta_session_job *j,
    enum okta_session_do what, const struct secret *value,
    void (*ready)(struct watch *w, short revents),
    void (*expired)(struct watch *w), void *owner, struct error *e);
/* OKTA_TIME: not all is there yet. Else *t is filled, with UNSURE where the
 * process ended without a word or said nonsense; call
 * okta_session_job_end() then. */
int okta_session_job_hear(
    struct okta_session_job *j, struct okta_session_told *t);
/* The frame of an answer. OKTA_OK; OKTA_BAD where it breaks the rules, and *t
 * is empty. */
int okta_session_job_read(struct wire_in *in, struct okta_session_told *t);
/* Ends the process if it is still there, wipes and forgets. */
void okta_session_job_end(struct parent *p, struct okta_session_job *j);
/* A process was reaped. */
void okta_session_job_reaped(struct okta_session_job *j, pid_t pid);

#endif
