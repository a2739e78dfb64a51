/*
 * The poll loop of oktad: one thread, no signal handlers. A watch is a
 * descriptor with what to do when it is ready, and a deadline with what to do
 * when that has passed.
 */
#ifndef OKTAD_LOOP_H
#define OKTAD_LOOP_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

struct watch {
	int fd; /* -1: only the deadline counts */
	short events; /* POLLIN and the like */
	uint64_t deadline; /* wire_now_ms() clock; 0: none */
	void (*ready)(struct watch *w, short revents);
	void (*expired)(struct watch *w); /* deadline is 0 again by then */
	void *owner;
};

struct loop {
	struct watch **watches; /* removed ones are NULL until the next turn */
	struct pollfd *fds;
	size_t n, cap;
};

/* The watch belongs to the caller and must stay where it is until removed. 0,
 * or -1 without memory. */
int loop_add(struct loop *l, struct watch *w);
/* Safe inside callbacks, and for a watch that was never added. */
void loop_remove(struct loop *l, struct watch *w);
/* Waits for the next event or deadline and calls what belongs to it. 0, or
 * -1 with errno where poll() fails for another reason than a signal. */
int loop_turn(struct loop *l);
void loop_clear(struct loop *l);

#endif
