/*
 * What the usual PAM modules can answer about a person, without asking them.
 */
#ifndef OKTACTL_PAM_KNOWN_H
#define OKTACTL_PAM_KNOWN_H

#include "pam_stack.h"

enum {
	PAM_YES = 1,
	PAM_NO = 2,
	PAM_PASS = 4, /* ignore */
	PAM_PROOF = 8 /* its yes says that somebody has proven something */
};

/* A set of the above, for a caller who is not root: about a local person with
 * a password (is_local), or about one of ours, whom the modules for local
 * people refuse. A module that is not known may say anything. */
unsigned int pam_known_answers(const struct pam_line *l, int is_local);
/* 1: arg is one of the line's arguments. */
int pam_line_has(const struct pam_line *l, const char *arg);

#endif
