/* Any bytes as frames of a configuration slice, of each of the three kinds. */
#include <stdlib.h>
#include <string.h>

#include "conf_slice.h"
#include "replay.h"

/* Lengths of the frames stand in front of them, as on the wire. */
static size_t
frame_at(const uint8_t *data, size_t size)
{
	size_t len;

	if (size < 4)
		return 0;
	len = ((size_t)data[0] << 24 | (size_t)data[1] << 16 |
		  (size_t)data[2] << 8 | data[3]) +
	    4;
	return len <= size ? len : 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice_net net = {0};
	struct slice_sync sync = {0};
	int net_code = 0, sync_code = 0;
	struct wire_in in;
	size_t len;

	for (; (len = frame_at(data, size)) > 0; data += len, size -= len) {
		struct slice_person person = {0};

		if (wire_open(&in, data, len) != OKTA_OK)
			break;
		if (net_code == 0)
			net_code = slice_net_take(&net, &in);
		if (sync_code == 0)
			sync_code = slice_sync_take(&sync, &in);
		if (slice_person_take(&person, &in) == OKTA_OK &&
		    (person.hello_len > sizeof(person.hello) ||
			memchr(person.id, 0, sizeof(person.id)) == NULL))
			abort();
	}
	if (net_code == 1 && (net.url == NULL || net.scopes == NULL))
		abort();
	if (sync_code == 1 &&
	    (sync.home == NULL || sync.shells == NULL ||
		sync.id_min > sync.id_max))
		abort();
	slice_net_clear(&net);
	slice_sync_clear(&sync);
	return 0;
}
