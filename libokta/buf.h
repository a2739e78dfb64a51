/*
 * A growing run of bytes that is born with a hard ceiling. Whatever it holds is
 * treated as secret: memory that is given up (also while growing) is wiped.
 */
#ifndef OKTA_BUF_H
#define OKTA_BUF_H

#include <stddef.h>

struct buf {
	char *bytes; /* NUL-ended after the first put; NULL: nothing yet */
	size_t len; /* without that NUL */
	size_t cap;
	size_t max; /* ceiling of len, bytes */
	int failed; /* a put did not fit: later puts fail too */
};

/* An empty buffer that never holds more than max bytes; allocates nothing. */
void buf_init(struct buf *b, size_t max);
/* Each appends in full and answers 0, or appends nothing and answers -1: the
 * ceiling is reached or memory is out. Once failed always failed, so calls may
 * be chained and only the last one, or b->failed, looked at. */
int buf_put(struct buf *b, const void *p, size_t len);
int buf_puts(struct buf *b, const char *s);
int buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Percent-encoded: all but the unreserved characters (RFC 3986, 2.3). */
int buf_put_percent(struct buf *b, const void *p, size_t len);
/* Hands the bytes over to the caller, who frees them; the buffer is empty
 * again. NULL where the buffer failed. An empty buffer gives "". */
char *buf_take(struct buf *b);
/* Wipes and frees; the ceiling stays. Safe at any time after buf_init. */
void buf_clear(struct buf *b);

#endif
