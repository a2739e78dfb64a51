#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

void
buf_init(struct buf *b, size_t max)
{
	memset(b, 0, sizeof(*b));
	b->max = max < SIZE_MAX / 4 ? max : SIZE_MAX / 4;
}

/* Makes room for more bytes and the NUL. realloc would leave the old bytes in
 * freed memory, so it is not used. */
static int
grow(struct buf *b, size_t more)
{
	size_t cap = b->cap > 0 ? b->cap : 256;
	char *bytes;

	if (b->failed || more > b->max - b->len)
		goto fail;
	if (b->cap > b->len && more <= b->cap - b->len - 1)
		return 0;
	while (cap - 1 < b->len + more)
		cap *= 2;
	bytes = malloc(cap);
	if (bytes == NULL)
		goto fail;
	if (b->bytes != NULL) {
		memcpy(bytes, b->bytes, b->len);
		explicit_bzero(b->bytes, b->cap);
		free(b->bytes);
	}
	b->bytes = bytes;
	b->cap = cap;
	return 0;
fail:
	b->failed = 1;
	return -1;
}

int
buf_put(struct buf *b, const void *p, size_t len)
{
	if (grow(b, len) != 0)
		return -1;
	if (len > 0)
		memcpy(b->bytes + b->len, p, len);
	b->len += len;
	b->bytes[b->len] = '\0';
	return 0;
}

int
buf_puts(struct buf *b, const char *s)
{
	return buf_put(b, s, strlen(s));
}

int
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0 || grow(b, (size_t)len) != 0) {
		b->failed = 1;
		return -1;
	}
	va_start(ap, fmt);
	vsnprintf(b->bytes + b->len, (size_t)len + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)len;
	return 0;
}

int
buf_put_percent(struct buf *b, const void *p, size_t len)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-._~";
	const unsigned char *c = p;

	for (size_t i = 0; i < len; i++) {
		if (c[i] != '\0' && strchr(plain, c[i]) != NULL)
			buf_put(b, &c[i], 1);
		else
			buf_printf(b, "%%%02X", c[i]);
	}
	return b->failed ? -1 : 0;
}

char *
buf_take(struct buf *b)
{
	char *bytes = NULL;

	if (!b->failed && buf_put(b, "", 0) == 0) {
		bytes = b->bytes;
		b->bytes = NULL;
	}
	buf_clear(b);
	return bytes;
}

void
buf_clear(struct buf *b)
{
	if (b->bytes != NULL) {
		explicit_bzero(b->bytes, b->cap);
		free(b->bytes);
	}
	buf_init(b, b->max);
}
