/*
 * The mapping that look-ups of this process share. Nothing here can be waited
 * for: no lock, no descriptor, no thread-local, nothing that a fork, a
 * cancelled thread or dlclose(3) could leave taken.
 */
#ifndef OKTA_NSS_MAP_H
#define OKTA_NSS_MAP_H

#include "directory.h"

/* One look-up's hold on a mapping. */
struct map {
	const struct directory *d; /* NULL: none; own: for this call only */
	int slot;
	unsigned int stripe;
	int cancel_type; /* the caller's */
	struct directory own;
};

/* The published directory, as it was at most a second ago. OKTA_OK, or
 * OKTA_SYSTEM, and errno: ENOENT the file is missing, EIO it is none that can
 * be believed, else what the system did not give. The thread is not cancelled
 * asynchronously before map_release(). */
int map_acquire(struct map *m);
/* To be called after a failed map_acquire(), too. */
void map_release(struct map *m);

#endif
