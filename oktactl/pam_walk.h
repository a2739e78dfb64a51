/*
 * What may come out of a PAM stack: every way through it at once, by the rules
 * of libpam's dispatcher (pam.conf(5)): jumps, substacks, final and sticky
 * results. Modules are not run; each is known for what it can answer.
 */
#ifndef OKTACTL_PAM_WALK_H
#define OKTACTL_PAM_WALK_H

#include <stddef.h>

#include "pam_stack.h"

struct pam_question {
	const char *okta; /* what pam_okta answers: a value of pam.conf(5) */
	int is_local; /* a local person, to whom pam_unix says yes; else one
		       of ours, to whom it says no */
};

enum { PAM_NOWHERE = PAM_LINES_MAX };

struct pam_outcome {
	int is_open; /* may succeed after pam_okta was asked */
	int is_open_unasked; /* may succeed without asking pam_okta … */
	size_t past; /* … because of this line, or PAM_NOWHERE */
	size_t unproven; /* a line of pam_okta with second_factor after=stack
			    that is reached though no module said yes before it,
			    or PAM_NOWHERE */
};

/* 0; -1 without memory. */
int pam_walk(const struct pam_stack *s, const struct pam_question *q,
    struct pam_outcome *out);

#endif
