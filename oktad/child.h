/*
 * Starts the programs without privileges: oktad-net and oktad-sync (oktad -f),
 * and one oktad-login per login. Always by exec, so that nothing of oktad's
 * memory is in them, and as their own user from the first instruction on.
 */
#ifndef OKTAD_CHILD_H
#define OKTAD_CHILD_H

#include <sys/types.h>

#include "error.h"
#include "peer.h"

struct child {
	const char *path;
	const char *const *args; /* after the name, NULL-ended; NULL: none */
	struct peer_user user;
	int fds[2]; /* become 3 and 4; -1: none */
	int netns; /* network namespace to enter; -1: stay */
	int is_quiet; /* standard error goes nowhere */
};

/* The environment that every child gets: JOURNAL_STREAM where oktad had it,
 * else nothing. Called once before sandbox_begin(). 0, or -1 without memory. */
int child_keep_environment(void);
/* Starts it. The descriptors stay the caller's. Its pid, or -1. A child that
 * can not become its user or be executed, exits with 126 or 127. */
pid_t child_start(const struct child *c, struct error *e);

/* A child that is started again whenever it ends: after 200 ms, doubling up to
 * a second; never given up (T58). */
struct service {
	struct child child;
	pid_t pid; /* 0: not running */
	uint64_t started, again; /* wire_now_ms() */
	unsigned int delay_ms;
};

/* Starts the service now, or plans the next try. */
void service_start(struct service *s);
/* Call when pid has ended. */
void service_ended(struct service *s, int status);
/* Ends it for good: SIGTERM. */
void service_stop(struct service *s);

#endif
