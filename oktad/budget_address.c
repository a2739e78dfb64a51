/* Where tries come from; see budget.h. */
#include <string.h>

#include "address.h"
#include "budget_private.h"
#include "directory.h"
#include "protocol.h"

/* The first two bytes 0 and 1, or 0 and 2, are nobody's (RFC 4291, 2.4). */
static const struct budget_address unknown = {{0, 2}};

int
budget_parse_address(const char *text, struct budget_address *a)
{
	*a = (struct budget_address){{0}};
	if (text == NULL || text[0] == '\0')
		return 0;
	if (address_parse(text, a->bytes) == 0)
		return 0;
	*a = unknown;
	return strcmp(text, PROTOCOL_UNKNOWN) == 0 ? 0 : -1;
}

void
budget_caller_address(const char *name, struct budget_address *a)
{
	uint64_t hash = directory_checksum(name, strlen(name));

	*a = (struct budget_address){{0, 1}};
	memcpy(a->bytes + sizeof(a->bytes) - sizeof(hash), &hash, sizeof(hash));
}

int
budget_is_same(const struct budget_address *a, const struct budget_address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

struct budget_address
budget_site(const struct budget_address *a)
{
	enum { SITE = 8 };
	struct budget_address site = *a;

	/* Who has an IPv6 address, has all of its /64 (RFC 4291, 2.5.4). What
	 * begins with 0 is IPv4, or one of ours. */
	if (a->bytes[0] != 0)
		memset(site.bytes + SITE, 0, sizeof(site.bytes) - SITE);
	return site;
}

int
budget_is_near(const struct budget_address *a, const struct budget_address *b)
{
	const struct budget_address one = budget_site(a),
				    other = budget_site(b);

	return budget_is_same(&one, &other);
}

int
budget_is_unknown(const struct budget_address *a)
{
	return budget_is_same(a, &unknown);
}

int
budget_is_this_host(const struct budget_address *a)
{
	static const struct budget_address zero;

	return budget_is_same(a, &zero);
}
