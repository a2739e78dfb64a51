/*
 * The session registry of oktad, as it tells root of it.
 */
#ifndef OKTACTL_SESSIONS_H
#define OKTACTL_SESSIONS_H

#include <stdint.h>

#include "control.h"
#include "directory.h"
#include "error.h"

struct session_line {
	char id[16];
	char name[DIR_NAME_MAX + 1];
	char account[DIR_NAME_MAX + 1]; /* the local one, or "" */
	char okta_id[DIR_OKTA_ID_MAX + 1];
	char service[32], tty[64], rhost[64], factors[64]; /* or "" */
	uint32_t uid, audit, pid, flow;
	uint64_t since; /* Unix seconds */
	int is_left; /* closed; what it left running is still there */
	int is_okta; /* oktad holds an Okta session for it */
	int has_proof;
	uint32_t proof_age_s;
	uint32_t grace_s; /* left, where the most is given; 0: none */
};

/* Calls take() for each session, oldest first. How many there were, or -1. */
int sessions_each(struct control *c,
    void (*take)(void *arg, const struct session_line *s), void *arg,
    struct error *e);
/* People who may not log in and whose sessions are held, by the last call. */
extern uint32_t sessions_held;
/* "authn", "direct", "device", or NULL where nothing was proven. */
const char *session_flow(const struct session_line *s);

#endif
