/*
 * The last refusal of each person, for `oktactl user`: in memory, by uid, the
 * oldest giving way.
 */
#ifndef OKTAD_REFUSAL_H
#define OKTAD_REFUSAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol.h"

enum { REFUSALS_MAX = 1024, REFUSAL_REASON_SIZE = 640 };

struct refusal {
	uid_t uid;
	uint64_t time_s; /* Unix seconds */
	char service[PROTOCOL_SERVICE_SIZE];
	char reason[REFUSAL_REASON_SIZE];
};

struct refusals {
	struct refusal *list; /* oldest first */
	size_t n;
};

/* Without memory there is nothing to tell; that denies nobody. */
void refusal_note(
    struct refusals *r, uid_t uid, const char *service, const char *reason);
/* NULL where there was none. Valid until the next refusal_note(). */
const struct refusal *refusal_find(const struct refusals *r, uid_t uid);
void refusal_clear(struct refusals *r);

#endif
