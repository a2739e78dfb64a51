#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "secret.h"

int
secret_set(struct secret *s, const void *p, size_t len)
{
	char *bytes = calloc(1, len + 1);

	if (bytes != NULL) {
		/* Best effort: RLIMIT_MEMLOCK may forbid it. */
		(void)mlock(bytes, len + 1);
		if (len > 0)
			memcpy(bytes, p, len);
	}
	secret_clear(s);
	if (bytes == NULL)
		return -1;
	s->bytes = bytes;
	s->len = len;
	return 0;
}

void
secret_move(struct secret *dst, struct secret *src)
{
	secret_clear(dst);
	*dst = *src;
	src->bytes = NULL;
	src->len = 0;
}

void
secret_clear(struct secret *s)
{
	/* No munlock: it works on whole pages, and another secret may share
	 * this one. */
	if (s->bytes != NULL) {
		explicit_bzero(s->bytes, s->len + 1);
		free(s->bytes);
	}
	s->bytes = NULL;
	s->len = 0;
}
