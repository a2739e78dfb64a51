/*
 * A person at the other end of the conversation, who answers what a list says
 * and remembers what was shown.
 */
#ifndef OKTA_TESTS_TALK_H
#define OKTA_TESTS_TALK_H

#include <stddef.h>
#include <security/pam_appl.h>

enum talk_mood {
	TALK_ANSWERS = 0,
	TALK_FAILS, /* PAM_CONV_ERR */
	TALK_ABORTS, /* PAM_ABORT, with rubbish in the reply pointer */
	TALK_NO_REPLY, /* success, and no replies */
	TALK_NULL_REPLY, /* success, and a reply without a string */
	TALK_AGAIN /* PAM_CONV_AGAIN */
};

struct talk {
	enum talk_mood mood;
	const char *answers[8]; /* in order; NULL: as TALK_NULL_REPLY */
	int asked; /* prompts so far */
	int shown; /* texts and errors so far */
	int styles[16];
	char texts[16][600]; /* prompts and texts in order */
	int count;
	void (*before)(void); /* called in each conversation */
};

extern struct talk talk;
extern const struct pam_conv talk_conv;

/* Forgets; the next answers are these (up to the first NULL). */
void talk_begin(const char *a, const char *b, const char *c);

#endif
