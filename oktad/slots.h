/*
 * How many connections may be open: per uid, for everybody but root, and in
 * all. A refusal costs an accept and a close (T48).
 */
#ifndef OKTAD_SLOTS_H
#define OKTAD_SLOTS_H

#include <stddef.h>
#include <sys/types.h>

enum {
	SLOTS_TOTAL = 256, /* connections and login workers */
	SLOTS_OTHERS = 192, /* of them for uids other than root */
	SLOTS_PER_UID = 16 /* for one uid other than root */
};

struct slots {
	struct {
		uid_t uid;
		unsigned int n;
	} others[SLOTS_OTHERS];
	size_t uids; /* entries of others in use */
	unsigned int n_root, n_others;
};

/* 0 and one is taken, or -1: none left for this uid. */
int slots_take(struct slots *s, uid_t uid);
void slots_give(struct slots *s, uid_t uid);

#endif
