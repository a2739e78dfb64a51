/*
 * The fixed hello (protocol.h): the only bytes of a login that oktad itself
 * reads before a worker without privileges takes over.
 */
#ifndef OKTAD_HELLO_H
#define OKTAD_HELLO_H

#include <stddef.h>
#include <stdint.h>

#include "protocol.h"
#include "wire.h"

struct hello {
	uint16_t op;
	uint8_t id[WIRE_ID_SIZE];
	uint32_t uid;
	char service[PROTOCOL_SERVICE_SIZE];
	char ticket[PROTOCOL_TICKET_SIZE + 1]; /* "" where there is none */
	size_t rest; /* bytes of the frame that follow the hello */
};

/* Reads PROTOCOL_HELLO_SIZE bytes. OKTA_OK; OKTA_BAD, OKTA_VERSION, and *h
 * emptied. */
int hello_parse(const uint8_t bytes[PROTOCOL_HELLO_SIZE], struct hello *h);

#endif
