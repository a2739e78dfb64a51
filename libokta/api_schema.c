#include <string.h>

#include "api_schema.h"

int
api_schema(struct api *a, struct json_object **doc, struct error *e)
{
	static const char path[] = "/api/v1/meta/schemas/user/default";
	struct json_object *definitions;

	if (api_get(a, path, doc, e) == -1)
		return -1;
	if (json_get_object(*doc, "definitions", &definitions) == 1)
		return 0;
	json_free(*doc);
	*doc = NULL;
	return error_set(e, ERROR_PROTOCOL, "GET %s: not a schema", path);
}

/* definitions.KIND.properties.ATTRIBUTE: 1, 0 where there is none, -1. */
static int
find(const struct json_object *doc, const char *kind, const char *attribute,
    struct json_object **out)
{
	struct json_object *o;
	int rc = json_get_object(doc, "definitions", &o);

	if (rc == 1)
		rc = json_get_object(o, kind, &o);
	if (rc == 1)
		rc = json_get_object(o, "properties", &o);
	return rc == 1 ? json_get_object(o, attribute, out) : rc;
}

/* One entry of permissions: {"principal": "SELF", "action": "READ_ONLY"}. */
static enum schema_word
word_of(const struct json_object *permission)
{
	char principal[32], action[32];

	if (json_get_string(
		permission, "principal", principal, sizeof(principal)) != 1)
		return SCHEMA_EDITABLE;
	if (strcmp(principal, "SELF") != 0)
		return SCHEMA_UNKNOWN;
	if (json_get_string(permission, "action", action, sizeof(action)) ==
		1 &&
	    (strcmp(action, "READ_ONLY") == 0 || strcmp(action, "HIDE") == 0))
		return SCHEMA_FIXED;
	return SCHEMA_EDITABLE;
}

static enum schema_word
permissions(const struct json_object *property)
{
	enum schema_word all = SCHEMA_UNKNOWN;
	struct json_object *list;

	if (json_get_array(property, "permissions", &list) != 1)
		return SCHEMA_UNKNOWN;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		enum schema_word one =
		    word_of(json_object_array_get_idx(list, i));

		if (one == SCHEMA_EDITABLE)
			return one;
		if (one == SCHEMA_FIXED)
			all = one;
	}
	return all;
}

enum schema_word
api_schema_word(const struct json_object *doc, const char *attribute)
{
	static const char *const kinds[] = {"base", "custom"};
	enum schema_word all = SCHEMA_UNKNOWN;

	for (size_t i = 0; i < 2; i++) {
		struct json_object *property;
		enum schema_word one;
		int rc = find(doc, kinds[i], attribute, &property);

		if (rc == 0)
			continue;
		one = rc == 1 ? permissions(property) : SCHEMA_UNKNOWN;
		/* In both: as good as the worse of them. */
		if (one != SCHEMA_FIXED)
			return one;
		all = one;
	}
	return all;
}

int
api_schema_type(const struct json_object *doc, char id[JSON_ID_MAX + 1])
{
	struct json_object *o;
	char href[512];
	const char *last;

	id[0] = '\0';
	if (json_get_object(doc, "_links", &o) != 1 ||
	    json_get_object(o, "type", &o) != 1 ||
	    json_get_string(o, "href", href, sizeof(href)) != 1)
		return 0;
	last = strrchr(href, '/');
	if (last == NULL || !json_is_id(last + 1, strlen(last + 1)))
		return 0;
	memcpy(id, last + 1, strlen(last + 1) + 1);
	return 1;
}
