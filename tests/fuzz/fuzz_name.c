/*
 * Names, texts and paths: what is let in keeps the promises of name.h, and
 * filtered text is clean but for ':'.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"
#include "replay.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t cap = size > 0 ? data[0] + 1U : 1, i, len;
	char *s = malloc(size + 1), *out = malloc(cap);

	memcpy(s, data, size);
	s[size] = '\0';
	if (name_is_valid(s, size) &&
	    (strlen(s) != size || size > 31 || strpbrk(s, "/:@ $%+~\n") ||
		strstr(s, "..") != NULL || s[0] == '-' || s[0] == '.' ||
		name_is_reserved(s)))
		abort();
	if (name_is_clean_text(s, size, 255) &&
	    (strlen(s) != size || strpbrk(s, ":\r\n\t\x1b\x7f") != NULL))
		abort();
	if (name_is_clean_path(s, size, 255) &&
	    (s[0] != '/' || strstr(s, "//") != NULL ||
		strstr(s, "/../") != NULL || s[size - 1] == '/'))
		abort();
	name_filter_text(out, cap, s, size);
	len = strlen(out);
	if (len >= cap)
		abort();
	for (i = 0; i < len; i++)
		if (out[i] == ':')
			out[i] = '.';
	if (!name_is_clean_text(out, len, cap))
		abort();
	free(out);
	free(s);
	return 0;
}
