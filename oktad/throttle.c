#include "throttle.h"

void
throttle_note(struct throttle *t, uid_t uid, uint64_t now_ms)
{
	size_t i = t->n++ % THROTTLE_PER_HOST;

	t->last[i].uid = uid;
	t->last[i].at_ms = now_ms;
}

int
throttle_is_on(const struct throttle *t, uid_t uid, uint64_t now_ms)
{
	unsigned int all = 0, of_person = 0;

	for (size_t i = 0; i < THROTTLE_PER_HOST && i < t->n; i++) {
		if (now_ms - t->last[i].at_ms >= THROTTLE_WINDOW_MS)
			continue;
		all++;
		of_person += t->last[i].uid == uid;
	}
	return of_person >= THROTTLE_PER_PERSON || all >= THROTTLE_PER_HOST;
}
