/*
 * Numbers of 64 bits in frames: the internal links and oktactl have them.
 */
#include "wire.h"

#include <endian.h>
#include <string.h>

void
wire_put_u64(struct wire_out *o, uint16_t tag, uint64_t v)
{
	uint64_t big = htobe64(v);

	wire_put(o, tag, &big, sizeof(big));
}

int
wire_u64(const struct wire_field *f, uint64_t *v)
{
	uint64_t big;

	*v = 0;
	if (f->len != sizeof(big))
		return OKTA_BAD;
	memcpy(&big, f->p, sizeof(big));
	*v = be64toh(big);
	return OKTA_OK;
}
