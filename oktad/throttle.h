/*
 * Logins that Okta turned away without looking at them (429). They are no
 * wrong tries, so the budget gives them back; but each was a request, and
 * somebody who goes on typing at a prompt would keep the rate limit of the
 * whole org used up. So for a minute after too many of them no login of that
 * person, or of anybody on this host, is sent.
 */
#ifndef OKTAD_THROTTLE_H
#define OKTAD_THROTTLE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	THROTTLE_WINDOW_MS = 60 * 1000,
	THROTTLE_PER_PERSON = 3,
	THROTTLE_PER_HOST = 30
};

struct throttle {
	struct {
		uid_t uid;
		uint64_t at_ms;
	} last[THROTTLE_PER_HOST]; /* a ring */
	uint64_t n; /* ever noted */
};

/* now_ms by wire_now_ms(). */
void throttle_note(struct throttle *t, uid_t uid, uint64_t now_ms);
/* 1: this person must not try now. */
int throttle_is_on(const struct throttle *t, uid_t uid, uint64_t now_ms);

#endif
