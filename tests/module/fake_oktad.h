/*
 * An oktad that does what a script says, in a child process, and remembers
 * what it was told.
 */
#ifndef OKTA_TESTS_FAKE_OKTAD_H
#define OKTA_TESTS_FAKE_OKTAD_H

#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

#define TICKET "0123456789abcdef0123456789abcdef"

enum step_kind {
	STEP_END = 0,
	STEP_PROMPT, /* value: kind; then waits for the REPLY */
	STEP_INFO,
	STEP_VERDICT, /* value: code */
	STEP_LATE, /* verdict after an accepted first proof */
	STEP_RAW, /* text: len bytes as they are */
	STEP_OTHER_ID, /* a verdict of another login; value: code */
	STEP_CLOSE,
	STEP_STALL /* nothing, for ever */
};

struct step {
	enum step_kind kind;
	uint32_t value;
	const char *text;
	size_t len;
};

struct heard {
	int connections, ended, stalled; /* of connections */
	int logins, seconds, opens, closes, replies;
	int given_up; /* ended by the client before a verdict */
	size_t bytes; /* of frames */
	uint32_t uid, deadline_ms;
	char service[64], user[64], rhost[64], tty[80], ruser[80];
	char ticket[64];
	int has_password; /* TAG_PASSWORD in LOGIN */
	struct {
		size_t len;
		char bytes[2048];
	} answers[8];
};

/* In memory shared with the child. */
extern struct heard *heard;

/* Listens at world.socket; each login is answered by the script (ends with
 * STEP_END), each SESSION_* by the code session. */
void fake_oktad_start(const struct step *script, uint32_t session);
/* Stops the process where it stands (SIGSTOP). */
void fake_oktad_freeze(void);
/* Ends it, once it has heard all that was sent; what it heard stays until the
 * next start. */
void fake_oktad_stop(void);

#endif
