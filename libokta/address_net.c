/*
 * Networks as people write them; the modules get them ready made.
 */
#include <string.h>

#include "address.h"

void
address_mask(struct address_net *net)
{
	for (uint32_t i = 0; i < 16; i++) {
		uint32_t kept = net->bits > i * 8 ? net->bits - i * 8 : 0;

		if (kept < 8)
			net->bytes[i] &= (uint8_t)(0xff00U >> kept);
	}
}

int
address_is_net(const struct address_net *net)
{
	struct address_net masked = *net;

	if (net->bits > ADDRESS_BITS)
		return 0;
	address_mask(&masked);
	return memcmp(masked.bytes, net->bytes, sizeof(masked.bytes)) == 0;
}

/* Decimal digits up to max, without a leading zero. -1 where it is not. */
static int
read_bits(const char *s, uint32_t max, uint32_t *bits)
{
	size_t len = strspn(s, "0123456789");

	*bits = 0;
	if (len == 0 || len > 3 || s[len] != '\0' || (s[0] == '0' && len > 1))
		return -1;
	for (; *s != '\0'; s++)
		*bits = *bits * 10 + (uint32_t)(*s - '0');
	return *bits <= max ? 0 : -1;
}

int
address_parse_net(const char *text, struct address_net *net)
{
	char plain[ADDRESS_TEXT_SIZE];
	size_t len = strcspn(text, "/");
	uint32_t most, bits;
	int is_mapped, is_masked;

	memset(net, 0, sizeof(*net));
	if (len >= sizeof(plain) || strchr(text, '%') != NULL)
		return -1;
	memcpy(plain, text, len);
	plain[len] = '\0';
	if (address_parse(plain, net->bytes) != 0)
		return -1;
	is_mapped = address_is_v4(net->bytes) && strchr(plain, ':') != NULL;
	most = address_is_v4(net->bytes) && !is_mapped ? 32 : ADDRESS_BITS;
	if (text[len] == '\0')
		bits = most;
	else if (read_bits(text + len + 1, most, &bits) != 0)
		return -1;
	net->bits = bits + ADDRESS_BITS - most;
	is_masked = !address_is_net(net);
	address_mask(net);
	if (is_mapped && net->bits >= ADDRESS_V4_BITS)
		return -3;
	return is_masked ? -2 : 0;
}
