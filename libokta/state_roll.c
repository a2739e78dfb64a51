#include "state_roll.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* A pk beyond has no place in memory: a table with such holes is not
	 * one of ours. */
	PK_MAX = 1 << 24,
	PK_MORE = 4096
};

static const uint8_t no_digest[STATE_DIGEST];

/* A bigger array, its new part zeroed. 0, -1. */
static int
widen(void *array, size_t old, size_t new)
{
	void **p = array, *more = realloc(*p, new);

	if (more == NULL)
		return -1;
	memset((char *)more + old, 0, new - old);
	*p = more;
	return 0;
}

int
roll_fit(struct roll *r, int64_t pk)
{
	size_t cap;

	if (pk <= 0 || pk >= PK_MAX)
		return -1;
	if ((size_t)pk < r->cap)
		return 0;
	cap = ((size_t)pk + (size_t)pk / 4 + PK_MORE) / 8 * 8;
	if (widen(&r->digest, r->cap * STATE_DIGEST, cap * STATE_DIGEST) ==
		-1 ||
	    widen(&r->seen, r->cap / 8, cap / 8) == -1 ||
	    widen(&r->here, r->cap / 8, cap / 8) == -1)
		return -1;
	r->cap = cap;
	return 0;
}

static size_t
first_slot(const struct roll *r, const uint8_t digest[STATE_DIGEST])
{
	uint64_t h;

	memcpy(&h, digest, sizeof(h));
	return (size_t)h & (r->nslots - 1);
}

uint32_t
roll_find(const struct roll *r, const uint8_t digest[STATE_DIGEST])
{
	size_t at;

	if (r->nslots == 0)
		return 0;
	for (at = first_slot(r, digest); r->slot[at] != 0;
	     at = (at + 1) & (r->nslots - 1))
		if (memcmp(r->digest[r->slot[at]], digest, STATE_DIGEST) == 0)
			return r->slot[at];
	return 0;
}

static void
put(struct roll *r, uint32_t pk)
{
	size_t at = first_slot(r, r->digest[pk]);

	while (r->slot[at] != 0)
		at = (at + 1) & (r->nslots - 1);
	r->slot[at] = pk;
	r->used++;
}

/* A table without old entries, at most half full. 0, -1. */
static int
rebuild(struct roll *r)
{
	size_t n = 1, known = 0;
	uint32_t *slot;

	for (uint32_t pk = 1; pk < r->cap; pk++)
		known += memcmp(r->digest[pk], no_digest, STATE_DIGEST) != 0;
	while (n < 2 * (known + PK_MORE))
		n *= 2;
	slot = calloc(n, sizeof(*slot));
	if (slot == NULL)
		return -1;
	free(r->slot);
	r->slot = slot;
	r->nslots = n;
	r->used = 0;
	for (uint32_t pk = 1; pk < r->cap; pk++)
		if (memcmp(r->digest[pk], no_digest, STATE_DIGEST) != 0)
			put(r, pk);
	return 0;
}

void
roll_learn(struct roll *r, uint32_t pk, const uint8_t digest[STATE_DIGEST])
{
	if (pk >= r->cap || memcmp(r->digest[pk], digest, STATE_DIGEST) == 0 ||
	    (r->used * 4 >= r->nslots * 3 && rebuild(r) == -1))
		return;
	memcpy(r->digest[pk], digest, STATE_DIGEST);
	r->has_learned = 1;
	put(r, pk);
}

void
roll_forget(struct roll *r, int64_t pk)
{
	if (pk > 0 && (size_t)pk < r->cap)
		memset(r->digest[pk], 0, STATE_DIGEST);
}

void
roll_forget_all(struct roll *r)
{
	if (r->cap > 0)
		memset(r->digest, 0, r->cap * STATE_DIGEST);
	r->has_learned = 0;
}

int
roll_has(const uint8_t *bits, uint32_t pk)
{
	return bits[pk / 8] >> pk % 8 & 1;
}

void
roll_see(struct roll *r, uint32_t pk)
{
	r->seen[pk / 8] |= (uint8_t)(1 << pk % 8);
}

void
roll_put(struct roll *r, uint32_t pk, int is_here)
{
	uint8_t bit = (uint8_t)(1 << pk % 8);

	if (is_here)
		r->here[pk / 8] |= bit;
	else
		r->here[pk / 8] &= (uint8_t)~bit;
}

int
roll_mark(struct roll *r, uint32_t pk)
{
	int is_new = !roll_has(r->here, pk);

	roll_see(r, pk);
	roll_put(r, pk, 1);
	return is_new;
}

void
roll_leave_list(struct roll *r)
{
	if (r->cap > 0)
		memset(r->here, 0, r->cap / 8);
}

void
roll_forget_pairs(struct roll *r)
{
	free(r->pairs);
	r->pairs = NULL;
	r->npairs = 0;
}

void
roll_close(struct roll *r)
{
	roll_forget_pairs(r);
	r->is_open = r->is_ahead = r->is_kept = r->has_text = 0;
	r->source = 0;
}

void
roll_free(struct roll *r)
{
	free(r->pairs);
	free(r->digest);
	free(r->seen);
	free(r->here);
	free(r->slot);
	memset(r, 0, sizeof(*r));
}
