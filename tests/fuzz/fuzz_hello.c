/* Any bytes as the hello of a login: what is taken, is clean. */
#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "hello.h"
#include "replay.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hello h;

	if (size < PROTOCOL_HELLO_SIZE)
		return 0;
	if (hello_parse(data, &h) != OKTA_OK)
		return 0;
	size_t service = strnlen(h.service, sizeof(h.service));
	size_t ticket = strnlen(h.ticket, sizeof(h.ticket));

	if (service == 0 || service >= sizeof(h.service) ||
	    (ticket != 0 && ticket != PROTOCOL_TICKET_SIZE) ||
	    h.rest > WIRE_LOGIN_MAX - PROTOCOL_HELLO_SIZE)
		abort();
	for (size_t i = 0; i < service; i++) {
		if (h.service[i] <= ' ' || h.service[i] > '~' ||
		    h.service[i] == '/')
			abort();
	}
	return 0;
}
