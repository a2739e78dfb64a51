/*
 * What oktad may say in a login. Everything is checked here once: a frame that
 * is not exactly one of these is refused.
 */
#ifndef OKTA_MESSAGE_H
#define OKTA_MESSAGE_H

#include <stdint.h>

#include "client.h"
#include "protocol.h"

struct message {
	uint16_t op; /* OP_PROMPT, OP_INFO, OP_VERDICT */
	uint32_t kind; /* of a prompt: enum prompt_kind */
	uint32_t code; /* of a verdict; not limited to enum verdict_code */
	uint32_t who; /* verdict: who is behind a local account, or 0 */
	int is_late; /* verdict after an accepted first proof */
	char ticket[PROTOCOL_TICKET_SIZE + 1]; /* "": none */
	char text[PROTOCOL_TEXT_MAX + 1]; /* fit for a terminal */
};

/* OKTA_OK; OKTA_BAD: another op, a tag that is unknown or not of this op or
 * there twice, a value of a wrong size, or a needed field missing. */
int message_parse(struct message *m, struct wire_in *in);
/* The next message of a login. Codes of client_recv() and message_parse(). */
int message_recv(struct message *m, struct client *c);

#endif
