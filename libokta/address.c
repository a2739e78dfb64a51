#include "address.h"

#include <arpa/inet.h>
#include <string.h>

static const uint8_t v4_prefix[12] = {[10] = 0xff, [11] = 0xff};

int
address_is_v4(const uint8_t bytes[16])
{
	return memcmp(bytes, v4_prefix, sizeof(v4_prefix)) == 0;
}

int
address_parse(const char *text, uint8_t bytes[16])
{
	char plain[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "%");

	memset(bytes, 0, 16);
	if (len >= sizeof(plain))
		return -1;
	memcpy(plain, text, len);
	plain[len] = '\0';
	if (text[len] == '\0' && inet_pton(AF_INET, plain, bytes + 12) == 1) {
		memcpy(bytes, v4_prefix, sizeof(v4_prefix));
		return 0;
	}
	if (inet_pton(AF_INET6, plain, bytes) == 1 &&
	    (text[len] == '\0' || text[len + 1] != '\0'))
		return 0;
	memset(bytes, 0, 16);
	return -1;
}

int
address_is_in(const uint8_t bytes[16], const struct address_net *net)
{
	int is_v4_net =
	    net->bits >= ADDRESS_V4_BITS && address_is_v4(net->bytes);

	if (net->bits > ADDRESS_BITS || address_is_v4(bytes) != is_v4_net)
		return 0;
	for (uint32_t i = 0; i < 16; i++) {
		uint32_t kept = net->bits > i * 8 ? net->bits - i * 8 : 0;

		if ((uint8_t)(bytes[i] ^ net->bytes[i]) >>
		    (kept < 8 ? 8 - kept : 0))
			return 0;
	}
	return 1;
}
