#include "loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "wire.h"

int
loop_add(struct loop *l, struct watch *w)
{
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 64 : 2 * l->cap;
		struct watch **watches =
		    reallocarray(l->watches, cap, sizeof(*watches));

		if (watches == NULL)
			return -1;
		l->watches = watches;
		struct pollfd *fds = reallocarray(l->fds, cap, sizeof(*fds));

		if (fds == NULL)
			return -1;
		l->fds = fds;
		l->cap = cap;
	}
	l->watches[l->n++] = w;
	return 0;
}

void
loop_remove(struct loop *l, struct watch *w)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->watches[i] == w)
			l->watches[i] = NULL;
	}
}

/* Closes the gaps, fills the poll set, and says how long to wait. */
static int
prepare(struct loop *l)
{
	uint64_t next = UINT64_MAX, now = wire_now_ms();
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct watch *w = l->watches[i];

		if (w == NULL)
			continue;
		l->watches[n] = w;
		l->fds[n] = (struct pollfd){.fd = w->fd, .events = w->events};
		n++;
		if (w->deadline != 0 && w->deadline < next)
			next = w->deadline;
	}
	l->n = n;
	if (next == UINT64_MAX)
		return -1;
	if (next <= now)
		return 0;
	return next - now > INT_MAX ? INT_MAX : (int)(next - now);
}

int
loop_turn(struct loop *l)
{
	int timeout = prepare(l);
	size_t n = l->n; /* what callbacks add is for the next turn */
	int ready = poll(l->fds, n, timeout);

	if (ready < 0)
		return errno == EINTR ? 0 : -1;
	for (size_t i = 0; i < n && ready > 0; i++) {
		struct watch *w = l->watches[i];

		if (w != NULL && l->fds[i].revents != 0)
			w->ready(w, l->fds[i].revents);
	}
	uint64_t now = wire_now_ms();

	for (size_t i = 0; i < n; i++) {
		struct watch *w = l->watches[i];

		if (w == NULL || w->deadline == 0 || w->deadline > now)
			continue;
		w->deadline = 0;
		w->expired(w);
	}
	return 0;
}

void
loop_clear(struct loop *l)
{
	free(l->watches);
	free(l->fds);
	*l = (struct loop){0};
}
