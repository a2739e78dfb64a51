/*
 * Structs as fields of internal frames, by a table that says which tag stands
 * for which member. Internal to conf_slice.c.
 */
#ifndef OKTA_SLICE_CODEC_H
#define OKTA_SLICE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

enum slice_kind {
	SLICE_TEXT = 1, /* char *, NULL: not sent; long ones in pieces */
	SLICE_LIST, /* char **, NULL-ended; one field per element */
	SLICE_SECRET, /* struct secret */
	SLICE_NUMBER, /* a 32-bit integer or enum */
	SLICE_ARRAY, /* char[size], a C string */
	SLICE_BYTES /* uint8_t[size] with its size_t length at len_at */
};

struct slice_row {
	uint16_t tag;
	enum slice_kind kind;
	size_t at; /* offset of the member */
	size_t size; /* of the member */
	size_t len_at;
	int is_required; /* not NULL, not 0 when complete */
};

struct slice_table {
	const struct slice_row *rows;
	size_t count;
};

/* Sends the struct in as many frames of op as it takes, and, unless end_op is
 * 0, an empty frame of end_op. OKTA_* code. */
int slice_send(int fd, const struct slice_table *t, const void *slice,
    uint16_t op, uint16_t end_op, uint64_t deadline);
/* Puts one received field into its member; fields that the table does not know
 * are left alone. Only texts and lists grow; anything else may come once.
 * OKTA_OK or OKTA_BAD. */
int slice_take(
    const struct slice_table *t, void *slice, const struct wire_field *f);
/* Lists that never came become empty ones; OKTA_BAD where something required
 * is missing. */
int slice_complete(const struct slice_table *t, void *slice);
/* Frees and wipes every member that owns memory. */
void slice_clear(const struct slice_table *t, void *slice);

#endif
