/*
 * Runs an act in a process of its own, with all the processes that it starts,
 * and hits it at its nth system call. Linux; errors on x86-64 only.
 */
#ifndef OKTA_TESTS_TRACER_H
#define OKTA_TESTS_TRACER_H

enum tracer_hit {
	TRACER_KILL_ALL = 1, /* SIGKILL to the first process */
	TRACER_KILL_ONE, /* SIGKILL to the one that makes the call */
	TRACER_FAIL /* the call is not made and fails with `error`, if it is
		       one that can fail */
};

struct tracer {
	enum tracer_hit hit;
	int error; /* for TRACER_FAIL */
	unsigned int nth; /* from 1, over all processes, as they come */
	/* Out: */
	int was_hit; /* 0: it ended before that */
	long call; /* the number of the system call */
	int status; /* of the first process, by waitpid(2) */
};

/* 0, or -1 where processes may not be traced here. act's result, 0 or -1, is
 * the exit status: 0 or 1. */
int tracer_run(struct tracer *t, int (*act)(void *arg), void *arg);

#endif
