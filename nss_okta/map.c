/*
 * Readers count themselves in and out of a slot without ever waiting; the one
 * who finds that the file was replaced maps the new one into a free slot, makes
 * it the current one and retires the old. The last reader out of a retired slot
 * unmaps it. Counters are striped over cache lines, so that threads do not
 * share them.
 *
 * Why a slot that counts zero after it was retired has no reader: a reader
 * counts itself in first and then looks whether the slot is still the
 * current one. If it is, the count came before the retirement and is seen by
 * everyone who sums up afterwards; if not, the reader leaves without a look at
 * the slot. All of this is sequentially consistent.
 *
 * fork(2) copies the counts of threads that the child does not have: a slot may
 * stay busy there for ever. When no slot is free, calls map for themselves.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "directory_file.h"
#include "map.h"
#include "paths.h"

enum { SLOTS = 4, STRIPES = 16, NOBODY = -1 };

/* A slot's state: a number that rises whenever it is filled, and a phase. */
enum phase { FREE = 0, FILLING, CURRENT, RETIRED, PHASE_MASK = 3 };

struct stripe {
	_Alignas(64) atomic_uint readers;
};

static struct slot {
	struct directory d;
	struct stat st; /* of the mapped file */
	atomic_uint state;
	struct stripe stripes[STRIPES];
} slots[SLOTS];

static atomic_int current = NOBODY;
static atomic_uint looked_at; /* second of the last look at the path */

static int
is_busy(struct slot *s)
{
	unsigned int n, sum = 0;

	for (n = 0; n < STRIPES; n++)
		sum |= atomic_load(&s->stripes[n].readers);
	return sum != 0;
}

/* Unmaps a retired slot that has no reader left. Between the look at the counts
 * and the exchange another thread may have freed and filled the slot: the
 * rising number in its state tells. */
static void
slot_reclaim(struct slot *s)
{
	unsigned int state = atomic_load(&s->state);

	if ((state & PHASE_MASK) != RETIRED || is_busy(s) ||
	    !atomic_compare_exchange_strong(
		&s->state, &state, state - RETIRED + FILLING))
		return;
	directory_close(&s->d);
	atomic_store(&s->state, state - RETIRED + FREE);
}

/* Makes slot n (NOBODY: none) the current one. */
static void
slot_publish(int n)
{
	int old = atomic_exchange(&current, n);

	if (old == NOBODY)
		return;
	atomic_fetch_add(&slots[old].state, RETIRED - CURRENT);
	slot_reclaim(&slots[old]);
}

/* Threads have their stacks apart from each other. */
static unsigned int
stripe_choose(void)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	return (unsigned int)((uint32_t)(here >> 12) * 0x9e3779b1U >> 16) %
	    STRIPES;
}

/* Hands m's own mapping over to a free slot, which becomes the current one with
 * m as its first reader; 0 where no slot is free. */
static int
slot_fill(struct map *m, const struct stat *st)
{
	int n;

	for (n = 0; n < SLOTS; n++) {
		struct slot *s = &slots[n];
		unsigned int state = atomic_load(&s->state);

		if ((state & PHASE_MASK) != FREE ||
		    !atomic_compare_exchange_strong(
			&s->state, &state, state + PHASE_MASK + 1 + FILLING))
			continue;
		s->d = m->own;
		s->st = *st;
		m->d = &s->d;
		m->slot = n;
		m->stripe = stripe_choose();
		atomic_fetch_add(&s->stripes[m->stripe].readers, 1);
		atomic_fetch_add(&s->state, CURRENT - FILLING);
		slot_publish(n);
		return 1;
	}
	return 0;
}

static void
slot_leave(struct map *m)
{
	struct slot *s = &slots[m->slot];

	atomic_fetch_sub(&s->stripes[m->stripe].readers, 1);
	if ((atomic_load(&s->state) & PHASE_MASK) == RETIRED)
		slot_reclaim(s);
}

/* Counts itself into the current slot; 0 where there is none. */
static int
slot_enter(struct map *m)
{
	m->stripe = stripe_choose();
	while ((m->slot = atomic_load(&current)) != NOBODY) {
		struct slot *s = &slots[m->slot];

		atomic_fetch_add(&s->stripes[m->stripe].readers, 1);
		if (atomic_load(&current) == m->slot) {
			m->d = &s->d;
			return 1;
		}
		slot_leave(m);
	}
	return 0;
}

static int
is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Is it time to look at the path? Once in a second one caller gets a yes; where
 * the clock can not be read, everybody does. */
static int
is_time(void)
{
	struct timespec ts;
	unsigned int last =
	    atomic_load_explicit(&looked_at, memory_order_relaxed);

	if (clock_gettime(CLOCK_MONOTONIC_COARSE, &ts) == -1)
		return 1;
	return (unsigned int)ts.tv_sec != last &&
	    atomic_compare_exchange_strong(
		&looked_at, &last, (unsigned int)ts.tv_sec);
}

/* Looks at the path and goes by what is there now. Where that can not be told,
 * nobody goes on with what was there before. */
static int
map_look(struct map *m)
{
	struct stat st;
	int r;

	if (slot_enter(m)) {
		if (fstatat(AT_FDCWD, OKTA_DIRECTORY_PATH, &st,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    is_same_file(&slots[m->slot].st, &st))
			return OKTA_OK;
		slot_leave(m);
	}
	r = directory_open_stat(
	    &m->own, OKTA_DIRECTORY_PATH, DIR_MAGIC_PUBLIC, &st);
	if (r == OKTA_OK && slot_fill(m, &st))
		return OKTA_OK;
	slot_publish(NOBODY);
	m->d = r == OKTA_OK ? &m->own : NULL;
	if (r == OKTA_OK)
		return OKTA_OK;
	if (r != OKTA_SYSTEM)
		errno = r == OKTA_ABSENT ? ENOENT : EIO;
	return OKTA_SYSTEM;
}

int
map_acquire(struct map *m)
{
	int old, r;

	/* A thread cancelled in the middle would leave its count behind. Of the
	 * two kinds, that at any instruction is put off for the whole of the
	 * look-up; that at cancellation points, which open(2) and close(2) are
	 * (pthreads(7)), only where they are met. */
	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &m->cancel_type);
	if (!is_time() && slot_enter(m))
		return OKTA_OK;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
	r = map_look(m);
	pthread_setcancelstate(old, NULL);
	return r;
}

void
map_release(struct map *m)
{
	if (m->d == &m->own)
		directory_close(&m->own);
	else if (m->d != NULL)
		slot_leave(m);
	pthread_setcanceltype(m->cancel_type, NULL);
}
