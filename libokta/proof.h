/*
 * The kinds of proof that may follow a password (okta-api.md 2.5): the words
 * of `factors` in okta.conf, and of the journal.
 */
#ifndef OKTA_PROOF_H
#define OKTA_PROOF_H

#include <stddef.h>

enum proof_kind {
	PROOF_PUSH, /* Okta Verify asks on the phone */
	PROOF_TOTP, /* Okta Verify or another app shows a code */
	PROOF_TOKEN, /* RSA, Symantec, HOTP and other tokens */
	PROOF_YUBIKEY, /* the key types its code */
	PROOF_SMS,
	PROOF_CALL,
	PROOF_EMAIL,
	PROOF_QUESTION,
	PROOF_COUNT
};

/* All kinds, in the order that holds where okta.conf says nothing. */
#define PROOF_DEFAULT "push totp token yubikey sms call email question"

enum { PROOF_LIST_SIZE = 96 }; /* bytes of a list as text */

/* "push" … never NULL; "unknown" for a number that is no kind. */
const char *proof_word(enum proof_kind kind);
/* The kind of a word of len bytes; PROOF_COUNT where there is none. */
enum proof_kind proof_find(const char *word, size_t len);
/* Takes words apart that spaces part. The number of kinds in list; -1 where a
 * word is no kind or comes twice, and *at is where it begins. */
int proof_list(
    const char *text, enum proof_kind list[PROOF_COUNT], const char **at);
/* 1: Okta sends something to the person for it, so that oktad counts it
 * (budget.h). */
int proof_is_sent(enum proof_kind kind);

#endif
