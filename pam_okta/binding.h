/*
 * What one phase of a PAM transaction leaves for the later ones: the name it
 * was about, and what Okta proved. It lives in the PAM handle, so it does not
 * cross a fork of the host (sshd authenticates in a child); the ticket does,
 * in the PAM environment.
 */
#ifndef OKTA_BINDING_H
#define OKTA_BINDING_H

#include <stdint.h>
#include <sys/types.h>
#include <security/pam_modules.h>

#include "protocol.h"

#define BINDING_TICKET_ENV "OKTA_TICKET"

struct binding {
	int is_ours;
	int is_account; /* a local one that people of Okta are behind */
	uint32_t uid; /* of our person */
	uint32_t who; /* is behind a local account, by uid; 0: unknown */
	pid_t proven; /* process in which Okta said yes; 0: none did */
	char ticket[PROTOCOL_TICKET_SIZE + 1]; /* "": none, or spent */
	char session[PROTOCOL_TICKET_SIZE + 1]; /* name of an open record */
	char name[];
};

/* What an earlier phase left, or NULL. Owned by the PAM handle. */
struct binding *binding_get(pam_handle_t *pamh);
/* Begins a transaction about name; what was there before is freed. NULL
 * without memory. */
struct binding *binding_new(pam_handle_t *pamh, const char *name);
/* Takes the ticket out of the PAM environment, where sessions would inherit
 * it, into b->ticket. */
void binding_take_ticket(pam_handle_t *pamh, struct binding *b);

#endif
