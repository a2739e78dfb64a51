/*
 * Public keys of OpenSSH in the one form that is published: "TYPE BASE64", as
 * in authorized_keys (sshd(8)) without options and comment. What a key claims
 * to be is looked at inside of it (RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4,
 * OpenSSH's PROTOCOL.u2f). libc only; part of base.
 */
#ifndef OKTA_SSHKEY_H
#define OKTA_SSHKEY_H

#include <stddef.h>

enum {
	SSHKEY_SIZE = 3200, /* bytes of a key with its NUL: RSA of 16384 bits */
	SSHKEY_TEXT_SIZE = 6144, /* of all keys of a person */
	SSHKEY_MAX = 16 /* keys of a person */
};

/* Takes one key as people paste it, a comment may follow: writes its one form
 * to dst. NULL; or what is wrong, "ssh key …", and dst is "". */
const char *sshkey_take(const char *text, char dst[SSHKEY_SIZE]);

/* 1 where the len bytes are keys in their one form, each once and ended by a
 * newline, as many as *count says then. */
int sshkey_are_keys(const char *text, size_t len, unsigned int *count);

#endif
