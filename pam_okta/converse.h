/*
 * Talking to the person through the host's conversation function, which may
 * be missing, fail, or answer anything.
 */
#ifndef OKTA_CONVERSE_H
#define OKTA_CONVERSE_H

#include <stddef.h>
#include <security/pam_modules.h>

#include "denial.h"
#include "protocol.h"

/* Something typed: a C string of at most PROTOCOL_PASSWORD_MAX bytes, valid
 * UTF-8. Wiped by its owner. */
struct answer {
	char bytes[PROTOCOL_PASSWORD_MAX + 1];
	size_t len;
};

/* Asks one question; style is PAM_PROMPT_ECHO_OFF or _ON. The host's reply is
 * wiped and freed. 0, DENIAL_ABORTED, DENIAL_UNFIT; on these the answer is
 * empty. */
int converse_ask(
    pam_handle_t *pamh, int style, const char *text, struct answer *a);
/* Shows a line (PAM_TEXT_INFO, PAM_ERROR_MSG). 0, DENIAL_ABORTED. */
int converse_tell(pam_handle_t *pamh, int style, const char *text);
/* Takes in a string that an earlier module asked for. 0, DENIAL_UNFIT. */
int converse_take(const char *s, struct answer *a);
/* What sshd sends in the place of a password when it has already decided
 * against a person (OpenSSH auth-pam.c, fake_password): backspace, line feed,
 * carriage return, DEL, "INCORRECT", repeated to the length typed. */
int converse_is_junk(const struct answer *a);

#endif
