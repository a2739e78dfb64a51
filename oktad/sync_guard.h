/*
 * The shrink guard: whether people may lose something only because Okta's
 * lists do not show them any more. Pure.
 */
#ifndef OKTA_SYNC_GUARD_H
#define OKTA_SYNC_GUARD_H

#include <stdint.h>

enum {
	GUARD_PEOPLE = 5, /* so many may vanish without a word … */
	GUARD_PERCENT = 10 /* … and such a share of those known */
};

/* known: people of the last accepted pass; present: people in the lists now;
 * silent: people who lost a group or an app and of whom Okta has not said so
 * (suspended, deactivated, or a group list without the group). 1: go on;
 * 0: hold the silent ones until an admin accepts. */
int guard_allows(uint32_t known, uint32_t present, uint32_t silent, int accept);

#endif
