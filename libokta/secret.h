/*
 * Secrets have a type of their own: there is no way to print one, and freeing
 * wipes. The memory is never swapped where the kernel allows it.
 */
#ifndef OKTA_SECRET_H
#define OKTA_SECRET_H

#include <stddef.h>

struct secret {
	char *bytes; /* NUL-ended; NULL: no secret */
	size_t len;
};

/* Replaces the content by a copy of len bytes. 0, or -1 without memory (then
 * empty). */
int secret_set(struct secret *s, const void *p, size_t len);
/* Hands the content of src over; src is empty afterwards. */
void secret_move(struct secret *dst, struct secret *src);
/* Wipes and frees; safe on an empty one. */
void secret_clear(struct secret *s);

#endif
