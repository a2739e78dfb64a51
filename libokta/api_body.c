#include "api_body.h"

#include <stdint.h>
#include <string.h>

#include <json-c/linkhash.h>

#include "json_lex.h"

/* json-c frees its copies as they are. */
static void
wipe_texts(struct json_object *doc)
{
	json_object_object_foreach(doc, key, v)
	{
		(void)key;
		if (json_object_is_type(v, json_type_string))
			explicit_bzero(
			    (char *)(uintptr_t)json_object_get_string(v),
			    (size_t)json_object_get_string_len(v));
	}
}

int
api_body_add(
    struct json_object *doc, const char *key, const char *s, size_t len)
{
	struct json_object *v = json_object_new_string_len(s, (int)len);

	if (v != NULL && json_object_object_add(doc, key, v) == 0)
		return 0;
	json_object_put(v);
	return -1;
}

int
api_body_make(struct json_object *doc, int is_good, const char *what,
    struct secret *out, struct error *e)
{
	struct lex_counts counts;
	size_t len = 0, at;
	char *body = is_good
	    ? (char *)(uintptr_t)json_object_to_json_string_length(
		  doc, JSON_C_TO_STRING_PLAIN, &len)
	    : NULL;
	int rc = -1;

	/* json-c takes any bytes; what is not UTF-8 is no JSON. */
	if (body == NULL)
		error_errno(e, "%s", what);
	else if (json_lex(body, len, &counts, &at) != NULL)
		error_set(e, ERROR_CONFIG, "what was typed is not UTF-8");
	else if (secret_set(out, body, len) != 0)
		error_errno(e, "%s", what);
	else
		rc = 0;
	if (body != NULL)
		explicit_bzero(body, len);
	if (doc != NULL)
		wipe_texts(doc);
	json_object_put(doc);
	return rc;
}
