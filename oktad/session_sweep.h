/*
 * A sweep: one look at all processes, by a child of oktad that can do nothing
 * else but look, signal, and remove sudo's memory of people. It finds out which
 * recorded sessions are still there, and ends those that are to end: SIGTERM
 * and SIGHUP, and SIGKILL to what is left after SWEEP_TERM_MS.
 *
 * A signal goes to a process and not to a number: it is opened (pidfd_open(2)),
 * all that speaks for ending it is read again, and it is signalled through that
 * descriptor (T105).
 */
#ifndef OKTAD_SESSION_SWEEP_H
#define OKTAD_SESSION_SWEEP_H

#include "session_end.h"

enum {
	SWEEP_TARGETS = 16, /* people of one sweep */
	SWEEP_TERM_MS = 4000, /* what a program has to put itself away */
	SWEEP_MS = 20000 /* a sweep takes no longer */
};

/* What is looked for. */
struct sweep_plan {
	const struct session *sessions; /* all that are recorded */
	size_t nsessions;
	struct end_target targets[SWEEP_TARGETS]; /* given by oktad */
	size_t ntargets;
	/* Besides, everybody found here who may not log in any more by the
	 * people file: up to `most` people; and where there are more than the
	 * guard allows and has_word is 0, none of them. */
	int is_auto, has_word;
	size_t most;
	int is_dry; /* only say what would be done */
	/* Opened before the sweep, so that the guard has seen the losses in it;
	 * NULL: nobody is found. */
	const struct directory *people;
	const struct directory *rules; /* likewise: who is behind what */
	struct own_accounts own;
	const char *passwd, *sudo; /* paths */
	int list; /* descriptor that gets a frame for each process; -1 */
};

/* What came of a target. */
struct sweep_end {
	char name[DIR_NAME_MAX + 1];
	uint32_t uid;
	uint32_t found, ended; /* processes; gone at the end */
	uint32_t left; /* services that were left alone */
	uint32_t is_auto;
};

/* The last word of a sweep. */
struct sweep_report {
	uint32_t is_whole; /* it has looked at everything */
	uint32_t nends;
	uint32_t waiting; /* people found who may not log in, and left for
			     another sweep: over `most`, or held */
	uint32_t is_held; /* by the guard */
	struct sweep_end ends[SWEEP_TARGETS];
	uint8_t
	    gone[SESSIONS_MAX / 8]; /* bit i: nothing is left of session i */
	uint8_t headless[SESSIONS_MAX / 8]; /* the process that opened it is
					       not there any more */
};

/* Does it, in the calling process. */
void sweep_run(const struct sweep_plan *p, struct sweep_report *r);

struct sweep_job {
	pid_t pid; /* 0: reaped */
	int fd; /* readable when it has ended; -1: none under way */
};

/* Starts it as a child, which first calls shed(arg). 0 or -1. */
int sweep_start(struct sweep_job *j, const struct sweep_plan *p,
    void (*shed)(void *arg), void *arg, struct error *e);
/* The report. 0, or -1: it broke off. */
int sweep_hear(struct sweep_job *j, struct sweep_report *r);
/* Ends a sweep that takes too long. */
void sweep_cancel(struct sweep_job *j);

#endif
