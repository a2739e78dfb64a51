/* JSON from outside: what is refused, and that nothing turns into 0. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "json.h"
#include "json_corpus.h"

enum { MIN = 1879048192, MAX = 2147352575 };

/* Parses a copy that ends where its memory ends, with all members or those of
 * keep. */
static int
is_taken_with(const char *bytes, size_t len, const char *const *keep)
{
	char *copy = malloc(len + (len == 0));
	struct json_object *doc = (struct json_object *)&copy;
	struct error e = {0};
	int r;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	r = keep != NULL
	    ? json_parse_members(copy, len, "document", keep, &doc, &e)
	    : json_parse(copy, len, "document", &doc, &e);
	if (r != 0) {
		assert_null(doc);
		assert_int_equal(e.kind, ERROR_PROTOCOL);
	}
	json_free(doc);
	free(copy);
	return r == 0;
}

/* What is left out, is held against the same rules. */
static int
is_taken(const char *bytes, size_t len)
{
	static const char *const none[] = {NULL};
	static const char *const some[] = {"a", "id", NULL};
	int r = is_taken_with(bytes, len, NULL);

	if (is_taken_with(bytes, len, none) != r ||
	    is_taken_with(bytes, len, some) != r)
		fail_msg("without some members another verdict: %.*s", (int)len,
		    bytes);
	return r;
}

static void
check_verdict(const char *bytes, size_t len, int is_good)
{
	if (is_taken(bytes, len) != is_good)
		fail_msg(
		    "%s: %.*s", is_good ? "refused" : "taken", (int)len, bytes);
}

/* What a document is once only some members are kept. */
static void
check_slim(const char *text, const char *slim)
{
	static const char *const keep[] = {"id", "profile", "a", NULL};
	struct json_object *doc;
	struct error e;

	assert_int_equal(
	    json_parse_members(text, strlen(text), "document", keep, &doc, &e),
	    0);
	assert_string_equal(
	    json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PLAIN), slim);
	json_free(doc);
}

static void
test_only_the_named_members_are_left(void **state)
{
	(void)state;
	check_slim("[ ]", "[]");
	check_slim("{\"b\":1}", "{}");
	check_slim("[1,\"b\",{\"b\":[{\"a\":2}]},{}]", "[1,\"b\",{},{}]");
	check_slim("{\"x\":{\"id\":1},\"id\":[ {\"y\":0 , \"a\":\"b\"} ],"
		   "\"ids\":3,\"i\":4,\"\":5}",
	    "{\"id\":[{\"a\":\"b\"}]}");
	check_slim("{\"profile\":{\"z\":{},\"a\":null},\"z\":\"}\"}",
	    "{\"profile\":{\"a\":null}}");
	/* An escape may hide a name: then all of it is taken. */
	check_slim("{\"\\u0061\":1,\"b\":2}", "{\"a\":1,\"b\":2}");
}

/* "[item,item,…]" with n of them. */
static void
check_many(const char *item, size_t n, int is_good)
{
	size_t len = strlen(item) + 1;
	char *text = malloc(n * len + 2);

	assert_non_null(text);
	text[0] = '[';
	for (size_t i = 0; i < n; i++)
		snprintf(text + 1 + i * len, len + 1, "%s%c", item,
		    i + 1 < n ? ',' : ']');
	if (is_taken(text, n * len + 1) != is_good)
		fail_msg("%zu of %s", n, item);
	free(text);
}

static void
test_values_beyond_all_measure_are_refused_T87(void **state)
{
	(void)state;
	check_many("{}", JSON_CONTAINERS_MAX - 1, 1);
	check_many("{}", JSON_CONTAINERS_MAX, 0);
	check_many("1", JSON_TOKENS_MAX - 1, 1);
	check_many("1", JSON_TOKENS_MAX, 0);
	check_many("\"\"", JSON_TOKENS_MAX, 0);
}

/* As many keys as make a linear search and a sorted one differ. */
static void
test_a_key_twice_is_found_among_many_T89(void **state)
{
	char text[8192];

	(void)state;
	for (int n = 1; n < 300; n += 7) {
		size_t len = (size_t)snprintf(text, sizeof(text), "{\"k0\":0");

		for (int i = 1; i < n; i++)
			len += (size_t)snprintf(
			    text + len, sizeof(text) - len, ",\"k%d\":0", i);
		strcpy(text + len, "}");
		check_verdict(text, len + 1, 1);
		snprintf(text + len, sizeof(text) - len, ",\"k%d\":0}", n / 2);
		check_verdict(text, strlen(text), 0);
	}
}

static void
test_every_document_of_the_corpus_gets_its_verdict_T89(void **state)
{
	size_t documents = COUNT(json_documents);
	char text[256];

	(void)state;
	for (size_t i = 0; i < COUNT(json_documents); i++)
		check_verdict(json_documents[i].bytes, json_documents[i].len,
		    json_documents[i].is_good);
	for (size_t c = 0; c < COUNT(json_contexts); c++) {
		const char *context = json_contexts[c].bytes;
		size_t before = strcspn(context, "~");
		size_t after = strlen(context) - before - 1;

		for (size_t i = 0; i < COUNT(json_pieces); i++) {
			size_t len = json_pieces[i].len;

			/* An array may be empty, and two values may follow
			 * each other in no context. */
			if (len == 0 &&
			    context[before > 0 ? before - 1 : 0] == '[')
				continue;
			memcpy(text, context, before);
			memcpy(text + before, json_pieces[i].bytes, len);
			memcpy(
			    text + before + len, context + before + 1, after);
			check_verdict(
			    text, before + len + after, json_pieces[i].is_good);
			documents++;
		}
	}
	assert_true(documents >= 300);
}

/* Values of an attribute that are no uid. "null" is absent, the rest wrong;
 * range MIN-MAX. */
static const char *const no_ids[] = {
    "true",
    "false",
    "[]",
    "{}",
    "[1879048192]",
    "{\"id\":1879048192}",
    "\"\"",
    "\" \"",
    "\"abc\"",
    "\"root\"",
    "\"null\"",
    "\"true\"",
    "\"nan\"",
    "\"inf\"",
    "\"0x0\"",
    "\"0x70000000\"",
    "\"0b1\"",
    "\"0o17\"",
    "\" 1879048192\"",
    "\"1879048192 \"",
    "\"1879048192\\n\"",
    "\"1879048192\\u0000\"",
    "\"\\u00001879048192\"",
    "\"+1879048192\"",
    "\"-1879048192\"",
    "\"-1\"",
    "\"-0\"",
    "\"00\"",
    "\"01879048192\"",
    "\"1879048192.0\"",
    "\"1.879048192e9\"",
    "\"1,879,048,192\"",
    "\"1_879048192\"",
    "\"1879048192u\"",
    "\"1879048192;0\"",
    "\"\xef\xbc\x91\xef\xbc\x90\"",
    "\"\xd9\xa1\xd9\xa0\"",
    "\"4294967295\"",
    "\"4294967296\"",
    "\"18446744073709551616\"",
    "\"6174015488\"",
    "\"99999999999999999999\"",
    "\"2147483648\"",
    "\"65535\"",
    "\"0\"",
    "0",
    "-0",
    "0.0",
    "-0.0",
    "0.9",
    "-0.5",
    "1",
    "999",
    "65534",
    "65535",
    "1879048191",
    "2147352576",
    "2147483647",
    "2147483648",
    "4294967294",
    "4294967295",
    "4294967296",
    "4294967297",
    "6174015488",
    "6174015488.0",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-1",
    "-2147483648",
    "-2415919104",
    "-9223372036854775808",
    "-9223372036854775809",
    "1879048192.5",
    "1879048192.0000002",
    "1e10",
    "1e300",
    "1e400",
    "-1e400",
    "1.879048192e-9",
};

static void
test_what_is_no_number_is_never_an_id_T6(void **state)
{
	char text[128];

	(void)state;
	assert_true(COUNT(no_ids) >= 60);
	for (size_t i = 0; i < COUNT(no_ids); i++) {
		struct json_object *doc;
		struct error e = {0};
		uint32_t id = 77;

		snprintf(text, sizeof(text), "{\"uidNumber\":%s}", no_ids[i]);
		assert_int_equal(
		    json_parse(text, strlen(text), "user", &doc, &e), 0);
		if (json_get_u32(doc, "uidNumber", MIN, MAX, &id) != -1)
			fail_msg("taken: %s", no_ids[i]);
		assert_int_equal(id, 0);
		json_free(doc);
	}
}

static void
test_numbers_in_every_form_okta_writes_are_read_T6(void **state)
{
	static const struct {
		const char *text;
		uint32_t id;
	} rows[] = {
	    {"1879048192", MIN},
	    {"\"1879048192\"", MIN},
	    {"1879048192.0", MIN},
	    {"1.879048192E9", MIN},
	    {"2147352575", MAX},
	    {"\"2147352575\"", MAX},
	    {"2.147352575E9", MAX},
	};
	char text[128];
	struct json_object *doc;
	struct error e = {0};
	uint32_t id;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(
		    text, sizeof(text), "{\"uidNumber\":%s}", rows[i].text);
		assert_int_equal(
		    json_parse(text, strlen(text), "user", &doc, &e), 0);
		assert_int_equal(
		    json_get_u32(doc, "uidNumber", MIN, MAX, &id), 1);
		assert_int_equal(id, rows[i].id);
		json_free(doc);
	}
	assert_int_equal(
	    json_parse("{\"uidNumber\":null}", 18, "user", &doc, &e), 0);
	assert_int_equal(json_get_u32(doc, "uidNumber", MIN, MAX, &id), 0);
	assert_int_equal(json_get_u32(doc, "gidNumber", MIN, MAX, &id), 0);
	assert_int_equal(json_get_u32(NULL, "gidNumber", MIN, MAX, &id), -1);
	json_free(doc);
}

static struct json_object *
parsed(const char *text)
{
	struct json_object *doc;
	struct error e = {0};

	assert_int_equal(json_parse(text, strlen(text), "test", &doc, &e), 0);
	return doc;
}

static void
test_getters_demand_their_type(void **state)
{
	static const char *const keys[] = {
	    "s", "i", "d", "b", "n", "a", "o", "absent"};
	/* string, id, i64, array, object: by key. */
	static const int expected[][5] = {
	    [0] = {1, 1, -1, -1, -1},
	    [1] = {-1, -1, 1, -1, -1},
	    [2] = {-1, -1, -1, -1, -1},
	    [3] = {-1, -1, -1, -1, -1},
	    [4] = {0, 0, 0, 0, 0},
	    [5] = {-1, -1, -1, 1, -1},
	    [6] = {-1, -1, -1, -1, 1},
	    [7] = {0, 0, 0, 0, 0},
	};
	struct json_object *doc = parsed(
			       "{\"s\":\"00u1\",\"i\":5,\"d\":5.5,"
			       "\"b\":true,\"n\":null,\"a\":[],\"o\":{}}"),
			   *v;
	char text[80];
	int64_t n;

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		assert_int_equal(
		    json_get_string(doc, keys[i], text, sizeof(text)),
		    expected[i][0]);
		assert_int_equal(
		    json_get_id(doc, keys[i], text), expected[i][1]);
		assert_int_equal(
		    json_get_i64(doc, keys[i], 0, 10, &n), expected[i][2]);
		assert_int_equal(
		    json_get_array(doc, keys[i], &v), expected[i][3]);
		assert_int_equal(v != NULL, expected[i][3] == 1);
		assert_int_equal(
		    json_get_object(doc, keys[i], &v), expected[i][4]);
		assert_int_equal(v != NULL, expected[i][4] == 1);
	}
	json_free(doc);
}

static void
test_strings_are_whole_or_refused_T89(void **state)
{
	struct json_object *doc = parsed(
	    "{\"nul\":\"root\\u0000x\","
	    "\"half\":\"\\ud800\",\"seven\":\"1234567\",\"id\":\"00u/..\","
	    "\"empty\":\"\"}");
	char text[8] = "old";
	char id[JSON_ID_MAX + 1];

	(void)state;
	assert_int_equal(json_get_string(doc, "nul", text, sizeof(text)), -1);
	assert_string_equal(text, "");
	assert_int_equal(json_get_string(doc, "half", text, sizeof(text)), -1);
	assert_int_equal(json_get_string(doc, "seven", text, 8), 1);
	assert_string_equal(text, "1234567");
	assert_int_equal(json_get_string(doc, "seven", text, 7), -1);
	assert_string_equal(text, "");
	assert_int_equal(json_get_string(doc, "empty", text, 8), 1);
	assert_int_equal(json_get_id(doc, "id", id), -1);
	assert_string_equal(id, "");
	assert_int_equal(json_get_id(doc, "empty", id), -1);
	json_free(doc);
}

static void
test_id_of_65_bytes_is_refused(void **state)
{
	char id[66];

	(void)state;
	memset(id, 'a', sizeof(id));
	assert_int_equal(json_is_id(id, 64), 1);
	assert_int_equal(json_is_id(id, 65), 0);
	assert_int_equal(json_is_id(id, 0), 0);
	assert_int_equal(json_is_id("a\0b", 3), 0);
	assert_int_equal(json_is_id("a b", 3), 0);
	assert_int_equal(json_is_id("\xc3\xa9", 2), 0);
}

static void
test_times(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: refused */
	} rows[] = {
	    {"2026-01-02T03:04:05.000Z", 1767323045},
	    {"1970-01-01T00:00:00.999Z", 0},
	    {"2024-02-29T23:59:59.000Z", 1709251199},
	    {"2026-02-29T00:00:00.000Z", -1},
	    {"2026-13-01T00:00:00.000Z", -1},
	    {"2026-01-02T24:00:00.000Z", -1},
	    {"2026-01-02T03:04:60.000Z", -1},
	    {"2026-01-02T03:04:05Z", -1},
	    {"2026-01-02T03:04:05.000+00:00", -1},
	    {"2026-01-02 03:04:05.000Z", -1},
	    {"2026-1-02T03:04:05.0000Z", -1},
	    {"-026-01-02T03:04:05.000Z", -1},
	    {"1969-12-31T23:59:59.000Z", -1},
	    {"", -1},
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct json_object *doc;
		int64_t t;

		snprintf(text, sizeof(text), "{\"t\":\"%s\"}", rows[i].text);
		doc = parsed(text);
		if (json_get_time(doc, "t", &t) !=
			(rows[i].seconds < 0 ? -1 : 1) ||
		    t != (rows[i].seconds < 0 ? 0 : rows[i].seconds))
			fail_msg("%s: %lld", rows[i].text, (long long)t);
		json_free(doc);
	}
}

static void
test_clamped_integers_are_refused(void **state)
{
	struct json_object *doc =
	    parsed("{\"big\":9223372036854775808,"
		   "\"small\":-9223372036854775809,\"ok\":-7}");
	int64_t n;

	(void)state;
	assert_int_equal(
	    json_get_i64(doc, "big", INT64_MIN, INT64_MAX, &n), -1);
	assert_int_equal(
	    json_get_i64(doc, "small", INT64_MIN, INT64_MAX, &n), -1);
	assert_int_equal(json_get_i64(doc, "ok", -10, 0, &n), 1);
	assert_int_equal(n, -7);
	json_free(doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_only_the_named_members_are_left),
	    cmocka_unit_test(test_values_beyond_all_measure_are_refused_T87),
	    cmocka_unit_test(test_a_key_twice_is_found_among_many_T89),
	    cmocka_unit_test(
		test_every_document_of_the_corpus_gets_its_verdict_T89),
	    cmocka_unit_test(test_what_is_no_number_is_never_an_id_T6),
	    cmocka_unit_test(
		test_numbers_in_every_form_okta_writes_are_read_T6),
	    cmocka_unit_test(test_getters_demand_their_type),
	    cmocka_unit_test(test_strings_are_whole_or_refused_T89),
	    cmocka_unit_test(test_id_of_65_bytes_is_refused),
	    cmocka_unit_test(test_times),
	    cmocka_unit_test(test_clamped_integers_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
