/* The schema of user profiles (api_schema.c): nothing but a SELF that may at
 * most read makes an attribute fixed. */
#include <stdlib.h>
#include <string.h>

#include "api_schema.h"
#include "replay.h"

static int
has(const uint8_t *data, size_t size, const char *word)
{
	return memmem(data, size, word, strlen(word)) != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"login", "uidNumber", ""};
	char id[JSON_ID_MAX + 1];
	struct json_object *doc;
	struct error e;
	/* An escape may spell the words otherwise. */
	int may_be_fixed = has(data, size, "\\") ||
	    (has(data, size, "SELF") &&
		(has(data, size, "READ_ONLY") || has(data, size, "HIDE")));

	if (json_parse((const char *)data, size, "fuzz", &doc, &e) == -1)
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (api_schema_word(doc, names[i]) == SCHEMA_FIXED &&
		    !may_be_fixed)
			abort();
	if (api_schema_type(doc, id) != (id[0] != '\0') ||
	    (id[0] != '\0' && !json_is_id(id, strlen(id))))
		abort();
	json_free(doc);
	return 0;
}
