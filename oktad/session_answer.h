/*
 * SESSION_OPEN and SESSION_CLOSE (protocol.h): the module says that a session
 * of one of our people begins or ends; the kernel says in which process.
 */
#ifndef OKTAD_SESSION_ANSWER_H
#define OKTAD_SESSION_ANSWER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "hello.h"
#include "parent.h"

enum { SESSION_REST = 3584 }; /* bytes after the hello, at most */

/* A frame of root's, with the process that sent it (0: unknown) and when it
 * was let in. */
struct session_call {
	int fd;
	const struct hello *hello;
	const uint8_t *bytes; /* the whole frame */
	size_t len;
	pid_t peer;
	uint64_t since_ms;
};

/* Does it and sends the verdict; fd stays the caller's. OKTA_OK, or OKTA_BAD:
 * the frame breaks the protocol, nothing was done or sent. */
int session_answer(struct parent *p, const struct session_call *c);

/* The facts of the process at the other end of fd, which was let in at
 * since_ms: OKTA_OK where it is certain that they are of that very process and
 * not of one that has its number by now. */
int session_peer(int fd, pid_t peer, uint64_t since_ms, struct proc *p);

#endif
