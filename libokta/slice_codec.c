#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "secret.h"
#include "slice_codec.h"

enum {
	TEXT_PIECE = 16384, /* bytes of a long text per field */
	TEXT_MAX = 8 << 20, /* bytes of a text taken in: a CA bundle */
	SECRET_MAX = 4096, /* bytes; okta-api 8.7: tokens are below 512 */
	ELEMENT_MAX = 4096, /* bytes of an element of a list */
	LIST_MAX = 10000 /* elements of a list taken in */
};

static const uint8_t no_id[WIRE_ID_SIZE];

/* A run of frames of one op. */
struct run {
	int fd;
	uint16_t op;
	uint64_t deadline;
	struct wire_out out;
	int code;
	uint8_t frame[WIRE_INTERNAL_MAX];
};

static void
run_begin(struct run *r, uint16_t op)
{
	wire_begin(&r->out, r->frame, sizeof(r->frame), op, no_id);
}

static void
run_flush(struct run *r)
{
	if (r->code == OKTA_OK)
		r->code = wire_end(&r->out);
	if (r->code == OKTA_OK)
		r->code = wire_send(r->fd, r->frame, r->out.len, r->deadline);
}

/* Room for a field of len bytes, in this frame or in a new one. */
static void
run_reserve(struct run *r, size_t len)
{
	if (sizeof(r->frame) - r->out.len < WIRE_FIELD_SIZE + len) {
		run_flush(r);
		run_begin(r, r->op);
	}
}

static void
run_put(struct run *r, uint16_t tag, const char *s, size_t left)
{
	size_t piece;

	do {
		piece = left < TEXT_PIECE ? left : TEXT_PIECE;
		run_reserve(r, piece);
		wire_put(&r->out, tag, s, piece);
		s += piece;
		left -= piece;
	} while (left > 0);
}

static void
run_put_row(struct run *r, const struct slice_row *row, const char *slice)
{
	const void *at = slice + row->at;
	const struct secret *secret = at;
	char *const *list;
	const char *text;
	uint32_t number;
	size_t len;

	switch (row->kind) {
	case SLICE_TEXT:
		memcpy(&text, at, sizeof(text));
		if (text != NULL)
			run_put(r, row->tag, text, strlen(text));
		break;
	case SLICE_LIST:
		memcpy(&list, at, sizeof(list));
		for (; list != NULL && *list != NULL; list++)
			run_put(r, row->tag, *list, strlen(*list));
		break;
	case SLICE_SECRET:
		if (secret->bytes != NULL)
			run_put(r, row->tag, secret->bytes, secret->len);
		break;
	case SLICE_NUMBER:
		memcpy(&number, at, sizeof(number));
		run_reserve(r, sizeof(number));
		wire_put_u32(&r->out, row->tag, number);
		break;
	case SLICE_ARRAY:
		run_put(r, row->tag, at, strnlen(at, row->size - 1));
		break;
	case SLICE_BYTES:
		memcpy(&len, slice + row->len_at, sizeof(len));
		run_put(r, row->tag, at, len < row->size ? len : row->size);
		break;
	}
}

int
slice_send(int fd, const struct slice_table *t, const void *slice, uint16_t op,
    uint16_t end_op, uint64_t deadline)
{
	struct run *r = calloc(1, sizeof(*r));
	int code;

	if (r == NULL)
		return OKTA_SYSTEM;
	r->fd = fd;
	r->op = op;
	r->deadline = deadline;
	run_begin(r, op);
	for (size_t i = 0; i < t->count; i++)
		run_put_row(r, &t->rows[i], slice);
	run_flush(r);
	if (end_op != 0) {
		run_begin(r, end_op);
		run_flush(r);
	}
	code = r->code;
	explicit_bzero(r, sizeof(*r));
	free(r);
	return code;
}

static int
take_text(char **text, const struct wire_field *f)
{
	size_t old = *text != NULL ? strlen(*text) : 0;
	char *grown;

	if (f->len > TEXT_MAX - old || memchr(f->p, '\0', f->len) != NULL)
		return OKTA_BAD;
	grown = realloc(*text, old + f->len + 1);
	if (grown == NULL)
		return OKTA_BAD;
	memcpy(grown + old, f->p, f->len);
	grown[old + f->len] = '\0';
	*text = grown;
	return OKTA_OK;
}

static int
take_element(char ***list, const struct wire_field *f)
{
	size_t n = 0;
	char **grown;

	while (*list != NULL && (*list)[n] != NULL)
		n++;
	if (n >= LIST_MAX || f->len > ELEMENT_MAX)
		return OKTA_BAD;
	grown = reallocarray(*list, n + 2, sizeof(**list));
	if (grown == NULL)
		return OKTA_BAD;
	*list = grown;
	grown[n] = grown[n + 1] = NULL;
	return take_text(&grown[n], f);
}

static int
take_number(void *at, const struct wire_field *f)
{
	uint32_t number, old;

	memcpy(&old, at, sizeof(old));
	if (old != 0 || wire_u32(f, &number) != OKTA_OK)
		return OKTA_BAD;
	memcpy(at, &number, sizeof(number));
	return OKTA_OK;
}

static int
take_bytes(const struct slice_row *row, char *slice, const struct wire_field *f)
{
	size_t old;

	memcpy(&old, slice + row->len_at, sizeof(old));
	if (old != 0 || f->len > row->size)
		return OKTA_BAD;
	memcpy(slice + row->at, f->p, f->len);
	memcpy(slice + row->len_at, &f->len, sizeof(f->len));
	return OKTA_OK;
}

int
slice_take(const struct slice_table *t, void *slice, const struct wire_field *f)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct slice_row *row = &t->rows[i];
		void *at = (char *)slice + row->at;
		struct secret *secret = at;
		char *array = at;

		if (row->tag != f->tag)
			continue;
		switch (row->kind) {
		case SLICE_TEXT:
			return take_text(at, f);
		case SLICE_LIST:
			return take_element(at, f);
		case SLICE_SECRET:
			if (secret->bytes != NULL || f->len > SECRET_MAX ||
			    secret_set(secret, f->p, f->len) != 0)
				return OKTA_BAD;
			return OKTA_OK;
		case SLICE_NUMBER:
			return take_number(at, f);
		case SLICE_ARRAY:
			if (array[0] != '\0' ||
			    wire_str(f, array, row->size) != OKTA_OK)
				return OKTA_BAD;
			return OKTA_OK;
		case SLICE_BYTES:
			return take_bytes(row, slice, f);
		}
	}
	return OKTA_OK;
}

/* 1 where the member still holds nothing. */
static int
is_unset(const struct slice_row *row, const void *at)
{
	static const char zero[sizeof(struct secret)];
	size_t size = row->size < sizeof(zero) ? row->size : sizeof(zero);

	if (row->kind == SLICE_ARRAY || row->kind == SLICE_BYTES)
		size = 1;
	return memcmp(at, zero, size) == 0;
}

int
slice_complete(const struct slice_table *t, void *slice)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct slice_row *row = &t->rows[i];
		void *at = (char *)slice + row->at;
		char **empty;

		if (!is_unset(row, at))
			continue;
		if (row->is_required)
			return OKTA_BAD;
		if (row->kind != SLICE_LIST)
			continue;
		empty = calloc(1, sizeof(*empty));
		if (empty == NULL)
			return OKTA_BAD;
		memcpy(at, &empty, sizeof(empty));
	}
	return OKTA_OK;
}

static void
clear_list(char **list)
{
	for (char **p = list; p != NULL && *p != NULL; p++)
		free(*p);
	free(list);
}

void
slice_clear(const struct slice_table *t, void *slice)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct slice_row *row = &t->rows[i];
		void *at = (char *)slice + row->at;
		char **list, *text;

		if (row->kind == SLICE_TEXT) {
			memcpy(&text, at, sizeof(text));
			free(text);
		} else if (row->kind == SLICE_LIST) {
			memcpy(&list, at, sizeof(list));
			clear_list(list);
		} else if (row->kind == SLICE_SECRET)
			secret_clear(at);
		explicit_bzero(at, row->size);
	}
}
