/* Any bytes as a frame, and any values into a frame and out again. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"
#include "wire.h"

static void
encode(const uint8_t *data, size_t size)
{
	static const uint8_t id[WIRE_ID_SIZE];
	size_t cap = size % 300, len = size > 7 ? size - 7 : 0;
	uint8_t *buf = malloc(cap + 1);
	struct wire_out o;
	struct wire_in in;
	struct wire_field f;

	if (buf == NULL)
		abort();
	buf[cap] = 0xaa;
	wire_begin(&o, buf, cap, 1, id);
	wire_put(&o, 7, data, len);
	wire_put_u32(&o, 8, (uint32_t)size);
	if (wire_end(&o) == OKTA_OK &&
	    (wire_open(&in, buf, o.len) != OKTA_OK || wire_next(&in, &f) != 1 ||
		f.tag != 7 || f.len != len ||
		(len > 0 && memcmp(f.p, data, len) != 0) ||
		wire_next(&in, &f) != 1 || f.tag != 8 ||
		wire_next(&in, &f) != 0))
		abort();
	if (buf[cap] != 0xaa)
		abort();
	free(buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_in in;
	struct wire_field f;
	char text[32];
	uint32_t u32;
	uint64_t u64;

	if (wire_open(&in, data, size) == OKTA_OK) {
		while (wire_next(&in, &f) == 1) {
			if (wire_str(&f, text, sizeof(text)) == OKTA_OK &&
			    strlen(text) != f.len)
				abort();
			wire_u32(&f, &u32);
			wire_u64(&f, &u64);
		}
	}
	encode(data, size);
	return 0;
}
