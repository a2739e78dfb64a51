/*
 * The result codes of libokta base and of the two modules: 0 is success,
 * everything else is one of these. No texts here; programs that can talk to
 * people use struct error (error.h).
 */
#ifndef OKTA_CODE_H
#define OKTA_CODE_H

enum okta_code {
	OKTA_OK = 0,
	OKTA_ABSENT = -1, /* the file or the entry is not there */
	OKTA_BAD = -2, /* bytes that break a rule of their format */
	OKTA_VERSION = -3, /* another major version */
	OKTA_UNSAFE = -4, /* owner, mode or kind of a file or peer */
	OKTA_SMALL = -5, /* the caller's buffer is too small */
	OKTA_TIME = -6, /* the deadline has passed */
	OKTA_CLOSED = -7, /* the peer has gone */
	OKTA_SYSTEM = -8 /* a system call failed; errno says how */
};

#endif
