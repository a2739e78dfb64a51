/*
 * Addresses in words, for logs and files. The modules only read them.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "address.h"

void
address_print(const struct address_net *net, char text[ADDRESS_TEXT_SIZE])
{
	char plain[INET6_ADDRSTRLEN] = "";
	int is_v4_net =
	    net->bits >= ADDRESS_V4_BITS && address_is_v4(net->bytes);

	if (is_v4_net)
		inet_ntop(AF_INET, net->bytes + 12, plain, sizeof(plain));
	else
		inet_ntop(AF_INET6, net->bytes, plain, sizeof(plain));
	snprintf(text, ADDRESS_TEXT_SIZE, "%s/%u", plain,
	    (unsigned int)(is_v4_net ? net->bits - ADDRESS_V4_BITS
				     : net->bits));
}
