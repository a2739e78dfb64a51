/*
 * Any bytes as an ID token: what is accepted for one issuer, client and time,
 * is for no other, and names a user id.
 */
#include <stdlib.h>
#include <string.h>

#include "id_token.h"
#include "replay.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct id_token_wanted wanted[] = {
	    {"https://acme.okta.com", "0oaLinuxHosts00000001", NULL, 1000000},
	    {"https://acme.okta.com/oauth2/default", "0oaLinuxHosts00000001",
		NULL, 1000000},
	    {"https://acme.okta.com", "0oaAnother00000000001", NULL, 1000000},
	    {"https://acme.okta.com", "0oaLinuxHosts00000001", "n", 1000000},
	    {"https://acme.okta.com", "0oaLinuxHosts00000001", NULL, 1001000},
	    {"https://acme.okta.com", "0oaLinuxHosts00000001", NULL, 999000},
	};
	struct id_token t;
	struct error e = {0};
	int accepted = 0;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (id_token_read(
			(const char *)data, size, &wanted[i], &t, &e) != 0) {
			if (t.subject[0] != '\0' || t.amr != 0)
				abort();
			continue;
		}
		accepted++;
		if (!json_is_id(t.subject, strlen(t.subject)) || t.amr > 15)
			abort();
	}
	if (accepted > 1)
		abort();
	return 0;
}
