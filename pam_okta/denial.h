/*
 * Why a login was denied: the PAM result and a sentence for the log, never for
 * the person. The steps of a login answer 0 to go on, a code of code.h where
 * oktad could not be talked to, or one of these.
 */
#ifndef OKTA_DENIAL_H
#define OKTA_DENIAL_H

enum denial_reason {
	DENIAL_PROTOCOL = 1,
	/* by oktad's verdict */
	DENIAL_REFUSED,
	DENIAL_UNAVAILABLE,
	DENIAL_MAXTRIES,
	/* by the module */
	DENIAL_MEMORY,
	DENIAL_NOT_SELF,
	DENIAL_RENAMED,
	DENIAL_ABORTED, /* no conversation, it failed, or gave no answer */
	DENIAL_UNFIT, /* too long or not UTF-8: never leaves the module */
	DENIAL_EMPTY,
	DENIAL_JUNK,
	DENIAL_NO_FIRST_PASS,
	DENIAL_FACTOR_IS_PASSWORD,
	DENIAL_NO_PROOF, /* of a first factor, for the second one alone */
	DENIAL_COUNT
};

struct denial {
	int result;
	const char *why;
};

/* Never NULL, and its result never PAM_SUCCESS, whatever r is. */
const struct denial *denial_of(int r);

#endif
