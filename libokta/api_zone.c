#include <stdio.h>
#include <string.h>

#include "api_zone.h"

enum { ENTRIES_MAX = 5000 }; /* of a zone: okta-api.md 7.2 */

__extension__ typedef unsigned __int128 number;

static number
to_number(const uint8_t bytes[16])
{
	number n = 0;

	for (int i = 0; i < 16; i++)
		n = n << 8 | bytes[i];
	return n;
}

static void
to_bytes(number n, uint8_t bytes[16])
{
	for (int i = 15; i >= 0; i--, n >>= 8)
		bytes[i] = (uint8_t)n;
}

/* From first to last, both included, as few networks as possible. */
static int
split_range(const uint8_t first[16], const uint8_t last[16], api_on_net *on,
    void *arg, struct error *e)
{
	number at = to_number(first), end = to_number(last);

	for (;;) {
		struct address_net net = {.bits = ADDRESS_BITS};
		number size = 1;

		while (net.bits > 1 && (at & (size * 2 - 1)) == 0 &&
		    size * 2 - 1 <= end - at) {
			size *= 2;
			net.bits--;
		}
		to_bytes(at, net.bytes);
		if (on(arg, &net, e) == -1)
			return -1;
		if (end - at < size)
			return 0;
		at += size;
	}
}

static int
take_range(const char *value, api_on_net *on, void *arg, struct error *e)
{
	uint8_t first[16], last[16];
	size_t len = strcspn(value, "-");
	char text[64];

	if (value[len] != '-' || len >= sizeof(text))
		return error_set(e, ERROR_PROTOCOL, "zone: not a range");
	memcpy(text, value, len);
	text[len] = '\0';
	if (address_parse(text, first) != 0 ||
	    address_parse(value + len + 1, last) != 0 ||
	    memcmp(first, last, sizeof(first)) > 0 ||
	    (strchr(text, ':') == NULL) != (strchr(value, ':') == NULL))
		return error_set(e, ERROR_PROTOCOL, "zone: not a range");
	return split_range(first, last, on, arg, e);
}

static int
take_entry(
    const struct json_object *o, api_on_net *on, void *arg, struct error *e)
{
	char type[16], value[128];
	struct address_net net;
	int r;

	if (json_get_string(o, "type", type, sizeof(type)) != 1 ||
	    json_get_string(o, "value", value, sizeof(value)) != 1)
		return error_set(
		    e, ERROR_PROTOCOL, "zone: a gateway has no type or value");
	if (strcmp(type, "RANGE") == 0)
		return take_range(value, on, arg, e);
	/* Okta keeps "1.2.3.4/24" as it was typed. */
	r = strcmp(type, "CIDR") == 0 ? address_parse_net(value, &net) : -1;
	if (r != 0 && r != -2)
		return error_set(
		    e, ERROR_PROTOCOL, "zone: a gateway is no network");
	return on(arg, &net, e);
}

static int
parse(const struct json_object *doc, api_on_net *on, void *arg,
    char why[API_WHY_SIZE], struct error *e)
{
	char type[24], status[24];
	struct json_object *list;
	int has_list;

	why[0] = '\0';
	if (json_get_string(doc, "type", type, sizeof(type)) != 1 ||
	    json_get_string(doc, "status", status, sizeof(status)) != 1)
		return error_set(
		    e, ERROR_PROTOCOL, "zone: neither type nor status");
	if (strcmp(type, "IP") != 0) {
		snprintf(why, API_WHY_SIZE,
		    "is of type %s: nobody is seen as coming from it; "
		    "only IP zones can be used",
		    type);
		return 0;
	}
	if (strcmp(status, "ACTIVE") != 0) {
		snprintf(why, API_WHY_SIZE,
		    "is not active: nobody is seen as coming from it");
		return 0;
	}
	has_list = json_get_array(doc, "gateways", &list);
	if (has_list == -1 ||
	    (has_list == 1 && json_object_array_length(list) > ENTRIES_MAX))
		return error_set(
		    e, ERROR_PROTOCOL, "zone: gateways are no list, or many");
	for (size_t i = 0; has_list == 1 && i < json_object_array_length(list);
	     i++)
		if (take_entry(
			json_object_array_get_idx(list, i), on, arg, e) == -1)
			return -1;
	return 0;
}

int
api_zone_parse(const struct json_object *doc, api_on_net *on, void *arg,
    char why[API_WHY_SIZE], struct error *e)
{
	int rc = parse(doc, on, arg, why, e);

	if (rc == -1 && e->kind == ERROR_PROTOCOL)
		snprintf(why, API_WHY_SIZE, "can not be read: %.100s", e->text);
	return rc;
}

int
api_zone(struct api *a, const char *id, api_on_net *on, void *arg,
    char why[API_WHY_SIZE], struct error *e)
{
	char path[API_PATH_MAX], said[JSON_ID_MAX + 1];
	struct json_object *doc = NULL;
	int rc;

	why[0] = '\0';
	if (!json_is_id(id, strlen(id)))
		return error_set(e, ERROR_CONFIG, "not an Okta id");
	snprintf(path, sizeof(path), "/api/v1/zones/%s", id);
	if (api_get(a, path, &doc, e) == -1)
		return -1;
	if (json_get_id(doc, "id", said) != 1 || strcmp(said, id) != 0)
		rc = error_set(e, ERROR_PROTOCOL, "GET %s: another id", path);
	else
		rc = api_zone_parse(doc, on, arg, why, e);
	json_free(doc);
	return rc;
}
