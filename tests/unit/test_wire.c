/*
 * Frames as bytes: what is put in comes out, and no bytes whatever make the
 * reader touch memory outside the frame.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "protocol.h"
#include "wire.h"

static const uint8_t id[WIRE_ID_SIZE] = "0123456789abcde";

static size_t
build(uint8_t *buf, size_t cap)
{
	struct wire_out o;

	wire_begin(&o, buf, cap, OP_LOGIN, id);
	wire_put_u32(&o, TAG_UID, 0xfffefdfcU);
	wire_put_u64(&o, TAG_DEADLINE, 0x0123456789abcdefULL);
	wire_put_str(&o, TAG_USER, "alice");
	wire_put_str(&o, TAG_RHOST, NULL);
	wire_put(&o, TAG_PASSWORD, "", 0);
	assert_int_equal(wire_end(&o), OKTA_OK);
	return o.len;
}

static void
test_round_trip(void **state)
{
	uint8_t buf[256];
	struct wire_in in;
	struct wire_field f;
	char text[6];
	uint32_t u32;
	uint64_t u64;

	(void)state;
	size_t len = build(buf, sizeof(buf));

	assert_int_equal(len, 24 + 8 + 12 + 9 + 4);
	assert_memory_equal(buf, "\0\0\0\x35\0\1\0\1", 8);
	assert_int_equal(wire_open(&in, buf, len), OKTA_OK);
	assert_int_equal(in.op, OP_LOGIN);
	assert_memory_equal(in.id, id, WIRE_ID_SIZE);
	assert_int_equal(wire_next(&in, &f), 1);
	assert_int_equal(f.tag, TAG_UID);
	assert_int_equal(wire_u32(&f, &u32), OKTA_OK);
	assert_int_equal(u32, 0xfffefdfcU);
	assert_int_equal(wire_u64(&f, &u64), OKTA_BAD);
	assert_int_equal(wire_next(&in, &f), 1);
	assert_int_equal(wire_u64(&f, &u64), OKTA_OK);
	assert_true(u64 == 0x0123456789abcdefULL);
	assert_int_equal(wire_u32(&f, &u32), OKTA_BAD);
	assert_int_equal(u32, 0);
	assert_int_equal(wire_next(&in, &f), 1);
	assert_int_equal(wire_str(&f, text, sizeof(text)), OKTA_OK);
	assert_string_equal(text, "alice");
	assert_int_equal(wire_str(&f, text, 5), OKTA_SMALL);
	assert_string_equal(text, "");
	assert_int_equal(wire_str(&f, text, 0), OKTA_SMALL);
	assert_int_equal(wire_next(&in, &f), 1);
	assert_int_equal(f.tag, TAG_PASSWORD);
	assert_int_equal(f.len, 0);
	assert_int_equal(wire_str(&f, text, sizeof(text)), OKTA_OK);
	assert_int_equal(wire_next(&in, &f), 0);
	assert_int_equal(wire_next(&in, &f), 0);
}

static void
test_text_with_nul_is_refused(void **state)
{
	struct wire_field f = {.p = (const uint8_t *)"a\0b", .len = 3};
	char text[8] = "old";

	(void)state;
	assert_int_equal(wire_str(&f, text, sizeof(text)), OKTA_BAD);
	assert_string_equal(text, "");
}

static void
test_full_buffer_is_reported_and_stays_reported(void **state)
{
	uint8_t buf[300];
	struct wire_out o;
	uint8_t value[8] = {0};

	(void)state;
	for (size_t cap = 0; cap < 24 + 4 + 8; cap++) {
		memset(buf, 0xaa, sizeof(buf));
		wire_begin(&o, buf, cap, OP_REPLY, id);
		wire_put(&o, TAG_ANSWER, value, sizeof(value));
		wire_put(&o, TAG_ANSWER, value, 0);
		assert_int_equal(wire_end(&o), OKTA_SMALL);
		assert_int_equal(o.len, 0);
		for (size_t i = cap; i < sizeof(buf); i++)
			assert_int_equal(buf[i], 0xaa);
	}
	wire_begin(&o, buf, 24 + 4 + 8, OP_REPLY, id);
	wire_put(&o, TAG_ANSWER, value, sizeof(value));
	assert_int_equal(wire_end(&o), OKTA_OK);
}

static void
test_value_of_65536_bytes_does_not_wrap(void **state)
{
	size_t cap = 2 * WIRE_INTERNAL_MAX;
	uint8_t *buf = calloc(1, cap), *value = calloc(1, 65536);
	struct wire_out o;

	(void)state;
	assert_non_null(buf);
	assert_non_null(value);
	wire_begin(&o, buf, cap, OP_REPLY, id);
	wire_put(&o, TAG_ANSWER, value, 65535);
	assert_int_equal(o.code, OKTA_OK);
	wire_put(&o, TAG_ANSWER, value, 65536);
	assert_int_equal(wire_end(&o), OKTA_SMALL);
	free(buf);
	free(value);
}

/* Reads a frame to its end from a heap copy of exactly its size, so that the
 * address sanitizer sees one byte too many. */
static void
read_all(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len + (len == 0));
	struct wire_in in;
	struct wire_field f;
	char text[16];
	uint32_t u32;
	uint64_t u64;
	size_t fields = 0;

	assert_non_null(copy);
	if (len > 0)
		memcpy(copy, bytes, len);
	if (wire_open(&in, copy, len) == OKTA_OK) {
		while (wire_next(&in, &f) == 1) {
			assert_true(f.p >= copy + WIRE_HEADER_SIZE);
			assert_true(f.p + f.len <= copy + len);
			wire_str(&f, text, sizeof(text));
			wire_u32(&f, &u32);
			wire_u64(&f, &u64);
			fields++;
		}
		assert_true(fields <= len / WIRE_FIELD_SIZE);
	} else {
		assert_int_equal(in.left, 0);
	}
	free(copy);
}

static void
test_every_cut_is_refused_T51(void **state)
{
	uint8_t buf[256];
	struct wire_in in;
	size_t len = build(buf, sizeof(buf));

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		assert_int_equal(wire_open(&in, buf, cut), OKTA_BAD);
		read_all(buf, cut);
	}
	assert_int_equal(wire_open(&in, buf, len + 1), OKTA_BAD);
}

static void
test_no_flipped_bit_leaves_the_frame_T51(void **state)
{
	uint8_t buf[256];
	size_t len = build(buf, sizeof(buf));

	(void)state;
	for (size_t a = 0; a < len * 8; a++) {
		buf[a / 8] ^= (uint8_t)(1 << a % 8);
		for (size_t b = 0; b < len * 8; b++) {
			buf[b / 8] ^= (uint8_t)(1 << b % 8);
			read_all(buf, len);
			buf[b / 8] ^= (uint8_t)(1 << b % 8);
		}
		buf[a / 8] ^= (uint8_t)(1 << a % 8);
	}
}

static void
test_other_version_is_told_apart(void **state)
{
	uint8_t buf[256];
	struct wire_in in;
	size_t len = build(buf, sizeof(buf));

	(void)state;
	buf[5] = WIRE_VERSION + 1;
	assert_int_equal(wire_open(&in, buf, len), OKTA_VERSION);
}

static void
test_field_longer_than_the_rest_is_refused_T51(void **state)
{
	uint8_t buf[256];
	struct wire_in in;
	struct wire_field f;
	struct wire_out o;

	(void)state;
	wire_begin(&o, buf, sizeof(buf), OP_REPLY, id);
	wire_put(&o, TAG_ANSWER, "abcd", 4);
	assert_int_equal(wire_end(&o), OKTA_OK);
	buf[27] = 5;
	assert_int_equal(wire_open(&in, buf, o.len), OKTA_OK);
	assert_int_equal(wire_next(&in, &f), OKTA_BAD);
	assert_null(f.p);
	assert_int_equal(f.len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_text_with_nul_is_refused),
	    cmocka_unit_test(test_full_buffer_is_reported_and_stays_reported),
	    cmocka_unit_test(test_value_of_65536_bytes_does_not_wrap),
	    cmocka_unit_test(test_every_cut_is_refused_T51),
	    cmocka_unit_test(test_no_flipped_bit_leaves_the_frame_T51),
	    cmocka_unit_test(test_other_version_is_told_apart),
	    cmocka_unit_test(test_field_longer_than_the_rest_is_refused_T51),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
