/* Network zones (api_zone.c): whatever is handed on is a network, and only an
 * active IP zone hands any on. An entry that was added (zone_edit.c), is there,
 * and can be taken away again. */
#include <stdlib.h>
#include <string.h>

#include "api_zone.h"
#include "replay.h"
#include "zone_edit.h"

static int
take(void *arg, const struct address_net *net, struct error *e)
{
	unsigned int *n = arg;
	char text[ADDRESS_TEXT_SIZE];
	struct address_net again;

	(void)e;
	address_print(net, text);
	if (!address_is_net(net) || address_parse_net(text, &again) != 0 ||
	    memcmp(&again, net, sizeof(again)) != 0)
		abort();
	return ++*n > 4096 ? -1 : 0;
}

static void
edit(struct json_object *zone)
{
	static const char text[] = "192.0.2.1-192.0.2.9";
	struct zone_range r;
	struct error e = {0};

	if (zone_range_read(text, &r, &e) != 0)
		abort();
	if (zone_edit(zone, 1, text, &r, &e) == 0 &&
	    (zone_edit(zone, 1, text, &r, &e) == 0 ||
		zone_edit(zone, 0, text, &r, &e) != 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[API_WHY_SIZE];
	struct json_object *doc;
	unsigned int n = 0;
	struct error e = {0};

	if (json_parse((const char *)data, size, "fuzz", &doc, &e) == -1)
		return 0;
	if (api_zone_parse(doc, take, &n, why, &e) == 0 && why[0] != '\0' &&
	    n > 0)
		abort();
	edit(doc);
	json_free(doc);
	return 0;
}
