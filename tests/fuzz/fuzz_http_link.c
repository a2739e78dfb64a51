/* Any bytes as a Link header, and its target against our origin. */
#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "http_link.h"
#include "origin.h"
#include "replay.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char own[] = "https://org.okta.test";
	static struct origin o;
	char next[128], path[128], *bytes;
	struct error e;
	int r;

	if (o.url == NULL && origin_open(&o, own, &e) != 0)
		abort();
	bytes = malloc(size + 1);
	if (bytes == NULL)
		abort();
	memcpy(bytes, data, size);
	bytes[size] = '\0';
	r = http_link_next(bytes, size, next, sizeof(next));
	if (r != 0 && r != 1 && r != OKTA_BAD)
		abort();
	if ((r != 1 && next[0] != '\0') || strlen(next) > size)
		abort();
	/* The target, and the bytes themselves as one. */
	for (int i = 0; i < 2; i++) {
		const char *link = i == 0 ? next : bytes;

		if (origin_check(&o, link, path, sizeof(path), &e) == 0) {
			if (path[0] != '/' || strchr(path, '#') != NULL ||
			    strncasecmp(link, own, sizeof(own) - 1) != 0)
				abort();
		} else if (path[0] != '\0' || e.kind != ERROR_PROTOCOL) {
			abort();
		}
	}
	free(bytes);
	return 0;
}
