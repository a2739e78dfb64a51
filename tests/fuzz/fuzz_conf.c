/* Any bytes as a file of okta.conf, and as values of every type. */
#include <stdlib.h>
#include <string.h>

#include "conf_read.h"
#include "conf_value.h"
#include "replay.h"

/* The text as a value of every key; what is taken is freed. */
static void
values(const char *text)
{
	for (const struct conf_key *k = conf_keys; k->section != NULL; k++) {
		union {
			struct secret secret;
			uint32_t range[2];
			void *pointer;
		} dst;
		struct conf_why why = {""};

		memset(&dst, 0, sizeof(dst));
		if (conf_value(k, text, &dst, &why) != 0 &&
		    (why.text[0] == '\0' ||
			strlen(why.text) >= sizeof(why.text)))
			abort();
		if (k->type == CONF_RANGE && dst.range[0] != 0 &&
		    (dst.range[0] < 65536 || dst.range[1] >= INT32_MAX ||
			dst.range[0] > dst.range[1]))
			abort();
		conf_value_clear(k, &dst);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_entries entries = {NULL, 0};
	struct secret text = {NULL, 0};
	struct error e = {0};

	if (secret_set(&text, data, size) != 0)
		return 0;
	if (conf_read(&text, "f", &entries, &e) != 0 &&
	    (e.kind != ERROR_CONFIG || strncmp(e.text, "f:", 2) != 0))
		abort();
	for (size_t i = 0; i < entries.count; i++)
		if (strchr(entries.list[i].value, '\n') != NULL ||
		    entries.list[i].key[0] == '\0' ||
		    entries.list[i].section[0] == '\0')
			abort();
	values(text.bytes);
	conf_entries_clear(&entries);
	secret_clear(&text);
	return 0;
}
