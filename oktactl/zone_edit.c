#include "zone_edit.h"

#include <stdio.h>
#include <string.h>

#include "address.h"
#include "json.h"

enum { VALUE_SIZE = 128 };

static int
read_ends(const char *text, struct zone_range *r)
{
	size_t len = strcspn(text, "-");
	char first[VALUE_SIZE];

	if (len >= sizeof(first))
		return -1;
	memcpy(first, text, len);
	first[len] = '\0';
	return address_parse(first, r->first) == 0 &&
		address_parse(text + len + 1, r->last) == 0 &&
		address_is_v4(r->first) == address_is_v4(r->last) &&
		memcmp(r->first, r->last, sizeof(r->first)) <= 0
	    ? 0
	    : -1;
}

/* Okta keeps "1.2.3.4/24" as it was typed, so bits behind the prefix do not
 * matter here. */
static int
read_any(const char *text, struct zone_range *r)
{
	struct address_net net;
	int code;

	memset(r, 0, sizeof(*r));
	if (strchr(text, '-') != NULL)
		return read_ends(text, r);
	code = address_parse_net(text, &net);
	if (code != 0 && code != -2)
		return -1;
	memcpy(r->first, net.bytes, sizeof(r->first));
	memcpy(r->last, net.bytes, sizeof(r->last));
	for (uint32_t bit = net.bits; bit < ADDRESS_BITS; bit++)
		r->last[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return code;
}

int
zone_range_read(const char *text, struct zone_range *r, struct error *e)
{
	int code = strlen(text) < VALUE_SIZE ? read_any(text, r) : -1;

	if (code == -2)
		return error_set(e, ERROR_SYSTEM,
		    "%s has bits behind its prefix; say the network, or the "
		    "one address",
		    text);
	if (code != 0)
		return error_set(e, ERROR_SYSTEM,
		    "%.100s is no address, no network like 10.0.0.0/8 and no "
		    "range like 10.0.0.1-10.0.0.9",
		    text);
	return 0;
}

/* The place of the entry that stands for exactly r; -1: there is none. */
static int
find(const struct json_object *list, const struct zone_range *r)
{
	char value[VALUE_SIZE];
	struct zone_range own;

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		int code = -1;

		if (json_get_string(json_object_array_get_idx(list, i), "value",
			value, sizeof(value)) == 1)
			code = read_any(value, &own);
		if ((code == 0 || code == -2) &&
		    memcmp(&own, r, sizeof(own)) == 0)
			return (int)i;
	}
	return -1;
}

static int
add(struct json_object *list, const char *text, struct error *e)
{
	struct json_object *entry = json_object_new_object();
	char value[VALUE_SIZE + 8];
	int is_range = strchr(text, '-') != NULL;
	int is_one = !is_range && strchr(text, '/') == NULL;

	snprintf(value, sizeof(value), "%s%s", text,
	    !is_one			    ? ""
		: strchr(text, ':') == NULL ? "/32"
					    : "/128");
	if (entry == NULL ||
	    json_object_object_add(entry, "type",
		json_object_new_string(is_range ? "RANGE" : "CIDR")) != 0 ||
	    json_object_object_add(
		entry, "value", json_object_new_string(value)) != 0 ||
	    json_object_array_add(list, entry) != 0) {
		json_object_put(entry);
		return error_errno(e, "the zone");
	}
	return 0;
}

int
zone_edit(struct json_object *zone, int is_adding, const char *text,
    const struct zone_range *r, struct error *e)
{
	static const char *const not_ours[] = {
	    "_links", "created", "lastUpdated", "system"};
	struct json_object *list = NULL;
	char type[24];
	int at;

	if (json_get_string(zone, "type", type, sizeof(type)) != 1)
		return error_set(e, ERROR_PROTOCOL, "a zone without a type");
	if (strcmp(type, "IP") != 0)
		return error_set(e, ERROR_SYSTEM,
		    "the zone is of type %s: only IP zones have addresses",
		    type);
	if (json_get_array(zone, "gateways", &list) == -1)
		return error_set(
		    e, ERROR_PROTOCOL, "the gateways of the zone are no list");
	if (list == NULL) {
		list = json_object_new_array();
		if (list == NULL ||
		    json_object_object_add(zone, "gateways", list) != 0)
			return error_errno(e, "the zone");
	}
	for (size_t i = 0; i < sizeof(not_ours) / sizeof(not_ours[0]); i++)
		json_object_object_del(zone, not_ours[i]);
	at = find(list, r);
	if (is_adding && at != -1)
		return error_set(
		    e, ERROR_SYSTEM, "%s is in the zone already", text);
	if (is_adding)
		return add(list, text, e);
	if (at == -1)
		return error_set(e, ERROR_SYSTEM,
		    "the zone has no entry for exactly %s", text);
	return json_object_array_del_idx(list, (size_t)at, 1) == 0
	    ? 0
	    : error_set(e, ERROR_SYSTEM, "the zone can not be changed");
}
