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
	json_object_object_foreach(v, key, value)
	{
		if (json_get_string(v, key, text, sizeof(text)) != 1 &&
		    text[0] != '\0')
			abort();
		if (json_get_id(v, key, id) == 1 && !json_is_id(id, strlen(id)))
			abort();
		if (json_get_u32(v, key, 1000, 2000, &n) == 1
			? n < 1000 || n > 2000
			: n != 0)
			abort();
		json_get_time(v, key, &t);
		json_get_i64(v, key, -5, 5, &t);
		if (json_get(v, key, &child) != (value != NULL))
			abort();
		walk(value, depth + 1);
	}
}

static const char *const keep[] = {"id", "profile", "a", NULL};

static int
is_kept(const char *key)
{
	for (size_t i = 0; keep[i] != NULL; i++)
		if (strcmp(keep[i], key) == 0)
			return 1;
	return 0;
}

/* Is slim what is left of full? */
static int
is_slim(const struct json_object *full, struct json_object *slim)
{
	struct json_object *child;
	int left;

	if (json_object_get_type(full) != json_object_get_type(slim))
		return 0;
	if (json_object_is_type(full, json_type_array)) {
		size_t n = json_object_array_length(full);

		if (json_object_array_length(slim) != n)
			return 0;
		for (size_t i = 0; i < n; i++)
			if (!is_slim(json_object_array_get_idx(full, i),
				json_object_array_get_idx(slim, i)))
				return 0;
		return 1;
	}
	if (!json_object_is_type(full, json_type_object))
		return json_object_equal(
		    (struct json_object *)(uintptr_t)full, slim);
	left = json_object_object_length(slim);
	json_object_object_foreach(full, key, value)
	{
		if (!is_kept(key))
			continue;
		if (!json_object_object_get_ex(slim, key, &child) ||
		    !is_slim(value, child))
			return 0;
		left--;
	}
	return left == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_object *doc, *slim;
	struct error e = {0}, slim_e = {0};
	int rc;

	if (json_parse((const char *)data, size, "f", &doc, &e) == 0)
		walk(doc, 0);
	else if (doc != NULL || e.kind != ERROR_PROTOCOL)
		abort();
	/* The same verdict; the same values. Where a key has an escape, it is
	 * the same document. */
	rc = json_parse_members(
	    (const char *)data, size, "f", keep, &slim, &slim_e);
	if ((rc == 0) != (doc != NULL) || (rc == -1 && slim != NULL) ||
	    (rc == 0 && !is_slim(doc, slim) && !json_object_equal(doc, slim)))
		abort();
	json_free(slim);
	json_free(doc);
	return 0;
}
