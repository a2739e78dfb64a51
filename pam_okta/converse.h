/*
 * Talking to the person through the host's conversation function, which may
 * be missing, fail, or answer anything.
 */
#ifndef OKTA_CONVERSE_H
#define OKTA_CONVERSE_H

#include <stddef.h>
#include <security/pam_modules.h>

#include "protocol.h"

/* Something typed: a C string of at most PROTOCOL_PASSWORD_MAX bytes, valid
 * UTF-8. Wiped by its owner. */
struct answer {
	char bytes[PROTOCOL_PASSWORD_MAX + 1];
	size_t len;
};

enum converse_result {
	CONVERSE_OK = 0,
	CONVERSE_ABORTED, /* no conversation, it failed, or gave no answer */
	CONVERSE_REFUSED  /* too long or not UTF-8: never leaves the module */
};

/* Asks one question; style is PAM_PROMPT_ECHO_OFF or _ON. The host's reply is
 * wiped and freed. On anything but CONVERSE_OK the answer is empty. */
enum converse_result converse_ask(pam_handle_t *pamh, int style,
    const char *text, struct answer *a);
/* Shows a line (PAM_TEXT_INFO, PAM_ERROR_MSG). */
enum converse_result converse_tell(pam_handle_t *pamh, int style,
    const char *text);
/* Takes in a string that an earlier module asked for. */
enum converse_result converse_take(const char *s, struct answer *a);
/* What sshd sends in the place of a password when it has already decided
 * against a person (OpenSSH auth-pam.c, fake_password): backspace, line feed,
 * carriage return, DEL, "INCORRECT", repeated to the length typed. */
int converse_is_junk(const struct answer *a);

#endif
