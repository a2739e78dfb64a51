/* Any bytes as a document of Okta, and every getter on what comes out. */
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "json.h"
#include "replay.h"

static void
walk(const struct json_object *v, int depth)
{
	char text[32], id[JSON_ID_MAX + 1];
	struct json_object *child;
	uint32_t n;
	int64_t t;

	if (depth > JSON_DEPTH)
		abort();
	if (json_object_is_type(v, json_type_array))
		for (size_t i = 0; i < json_object_array_length(v); i++)
			walk(json_object_array_get_idx(v, i), depth + 1);
	if (!json_object_is_type(v, json_type_object))
		return;
	json_object_object_foreach(v, key, value) {
		if (json_get_string(v, key, text, sizeof(text)) != 1 &&
		    text[0] != '\0')
			abort();
		if (json_get_id(v, key, id) == 1 &&
		    !json_is_id(id, strlen(id)))
			abort();
		if (json_get_u32(v, key, 1000, 2000, &n) == 1 ?
		    n < 1000 || n > 2000 : n != 0)
			abort();
		json_get_time(v, key, &t);
		json_get_i64(v, key, -5, 5, &t);
		if (json_get(v, key, &child) != (value != NULL))
			abort();
		walk(value, depth + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_object *doc;
	struct error e = {0};

	if (json_parse((const char *)data, size, "f", &doc, &e) == 0)
		walk(doc, 0);
	else if (doc != NULL || e.kind != ERROR_PROTOCOL)
		abort();
	json_free(doc);
	return 0;
}
