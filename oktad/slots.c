#include "slots.h"

int
slots_take(struct slots *s, uid_t uid)
{
	size_t i = 0;

	if (s->n_root + s->n_others >= SLOTS_TOTAL)
		return -1;
	if (uid == 0) {
		s->n_root++;
		return 0;
	}
	if (s->n_others >= SLOTS_OTHERS)
		return -1;
	while (i < s->uids && s->others[i].uid != uid)
		i++;
	if (i == s->uids) {
		/* An entry holds at least one connection, so there are never
		 * more entries than connections. */
		s->others[i].uid = uid;
		s->others[i].n = 0;
		s->uids++;
	}
	if (s->others[i].n >= SLOTS_PER_UID)
		return -1;
	s->others[i].n++;
	s->n_others++;
	return 0;
}

void
slots_give(struct slots *s, uid_t uid)
{
	if (uid == 0) {
		s->n_root--;
		return;
	}
	for (size_t i = 0; i < s->uids; i++) {
		if (s->others[i].uid != uid)
			continue;
		s->n_others--;
		if (--s->others[i].n == 0)
			s->others[i] = s->others[--s->uids];
		return;
	}
}
