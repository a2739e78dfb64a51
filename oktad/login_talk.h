/*
 * The client's side of a login worker: the conversation over the connection
 * that oktad accepted (protocol.h). The hello was read by oktad; the rest of
 * the first frame, and everything after it, is read here.
 */
#ifndef OKTAD_LOGIN_TALK_H
#define OKTAD_LOGIN_TALK_H

#include <stdint.h>

#include "conf_slice.h"
#include "protocol.h"
#include "secret.h"
#include "wire.h"

struct talk {
	int fd;
	uint16_t op; /* OP_LOGIN or OP_SECOND_FACTOR */
	uint8_t id[WIRE_ID_SIZE];
	uint64_t deadline; /* of the whole login; wire_now_ms() clock */
	char user[256]; /* as PAM has it; only compared */
	int is_root; /* the client is */
	uint32_t who; /* is behind a local account, by uid; 0: it is no such */
	int is_terminal; /* prompts are surely seen and answered */
	char ruser[64]; /* who asks on this host, or ""; likewise */
	char rhost[64]; /* numeric, PROTOCOL_UNKNOWN, or "": local; only of a
			   root client */
	int is_scoped; /* it had a zone (RFC 4007): it means nothing to Okta */
	struct secret password; /* came with the first frame, or empty */
	uint8_t frame[WIRE_LOGIN_MAX];
};

/* Reads the rest of the first frame and sets the deadline, never later than
 * deadline_s from now. OKTA_OK; OKTA_BAD, OKTA_TIME, OKTA_CLOSED. talk_end()
 * in any case. */
int talk_begin(struct talk *t, int fd, const struct slice_person *p);
/* Asks and waits for the answer. OKTA_OK; OKTA_CLOSED where the person gave up
 * or the client has gone, OKTA_TIME, OKTA_BAD. text: at most
 * PROTOCOL_TEXT_MAX bytes; lines are parted by \n. */
int talk_ask(struct talk *t, enum prompt_kind kind, const char *text,
    struct secret *answer);
/* Shows a line. sshd keeps it until the next prompt or the end, so nothing that
 * must be seen in time may be told this way (T31). OKTA_* code. */
int talk_info(struct talk *t, const char *text);
/* Waits ms milliseconds. OKTA_OK; OKTA_CLOSED as soon as the person gives up or
 * the client goes, OKTA_TIME two seconds before the deadline: those are for
 * giving up at Okta's side, too, and for saying so. */
int talk_wait(struct talk *t, uint32_t ms);
/* The end. text and ticket may be NULL. OKTA_* code. */
int talk_verdict(struct talk *t, enum verdict_code code, int is_late,
    const char *text, const char *ticket);
/* Milliseconds left, at most max. */
uint32_t talk_left_ms(const struct talk *t, uint32_t max);
/* Wipes; the descriptor stays the caller's. */
void talk_end(struct talk *t);

#endif
