/* ssh keys (sshkey.c): what is taken is one clean line that is taken again as
 * it stands; what the check lets pass is such lines and nothing else. */
#include <stdlib.h>
#include <string.h>

#include "replay.h"
#include "sshkey.h"

static const char clean[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    "0123456789+/=@.- ";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char dst[SSHKEY_SIZE], again[SSHKEY_SIZE];
	char *text = malloc(size + 1);
	unsigned int count;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (sshkey_take(text, dst) == NULL &&
	    (dst[0] == '\0' || strspn(dst, clean) != strlen(dst) ||
		sshkey_take(dst, again) != NULL || strcmp(dst, again) != 0))
		abort();
	if (sshkey_are_keys(text, size, &count)) {
		if (strlen(text) != size || text[size - 1] != '\n')
			abort();
		for (char *p = text; *p != '\0'; p = strchr(p, '\0') + 1) {
			*strchr(p, '\n') = '\0';
			if (sshkey_take(p, dst) != NULL || strcmp(p, dst) != 0)
				abort();
		}
	}
	free(text);
	return 0;
}
