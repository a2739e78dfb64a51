/* One entry of a zone more or less, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "json.h"
#include "zone_edit.h"

#define ZONE(gateways)                                                        \
	"{\"type\":\"IP\",\"id\":\"nzo1\",\"name\":\"Office\",\"status\":"    \
	"\"ACTIVE\",\"usage\":\"POLICY\",\"system\":false,\"created\":\"c\"," \
	"\"lastUpdated\":\"u\",\"_links\":{},\"gateways\":" gateways          \
	",\"proxies\":null,\"useAsExemptList\":true}"
#define SENT(gateways)                                                     \
	"{\"type\":\"IP\",\"id\":\"nzo1\",\"name\":\"Office\",\"status\":" \
	"\"ACTIVE\",\"usage\":\"POLICY\",\"gateways\":" gateways           \
	",\"proxies\":"                                                    \
	"null,\"useAsExemptList\":true}"
#define CIDR(v) "{\"type\":\"CIDR\",\"value\":\"" v "\"}"
#define RANGE(v) "{\"type\":\"RANGE\",\"value\":\"" v "\"}"
#define BOTH CIDR("10.1.2.3/8") "," RANGE("192.0.2.1-192.0.2.9")

static int
edit(const char *zone, int is_adding, const char *text, char out[1024],
    struct error *e)
{
	struct json_object *doc;
	struct zone_range r;
	int rc;

	assert_int_equal(json_parse(zone, strlen(zone), "test", &doc, e), 0);
	assert_int_equal(zone_range_read(text, &r, e), 0);
	rc = zone_edit(doc, is_adding, text, &r, e);
	snprintf(out, 1024, "%s",
	    json_object_to_json_string_ext(
		doc, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_free(doc);
	return rc;
}

static void
test_entry_is_added_and_taken_away(void **state)
{
	static const struct {
		const char *zone, *text, *sent;
		int is_adding;
	} cases[] = {
	    {ZONE("null"), "192.0.2.7", SENT("[" CIDR("192.0.2.7/32") "]"), 1},
	    {ZONE("[]"), "2001:db8::1", SENT("[" CIDR("2001:db8::1/128") "]"),
		1},
	    {ZONE("[" BOTH "]"), "172.16.0.0/12",
		SENT("[" BOTH "," CIDR("172.16.0.0/12") "]"), 1},
	    {ZONE("[" BOTH "]"), "192.0.2.1-192.0.2.8",
		SENT("[" BOTH "," RANGE("192.0.2.1-192.0.2.8") "]"), 1},
	    {ZONE("[" BOTH "]"), "10.0.0.0/8",
		SENT("[" RANGE("192.0.2.1-192.0.2.9") "]"), 0},
	    {ZONE("[" BOTH "]"), "192.0.2.1-192.0.2.9",
		SENT("[" CIDR("10.1.2.3/8") "]"), 0},
	    {ZONE("[" RANGE("192.0.2.7-192.0.2.7") "]"), "192.0.2.7",
		SENT("[]"), 0},
	    {ZONE("[" CIDR("192.0.2.0/24") "]"), "192.0.2.0-192.0.2.255",
		SENT("[]"), 0},
	};
	struct error e = {0};
	char out[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(edit(cases[i].zone, cases[i].is_adding,
				     cases[i].text, out, &e),
		    0);
		assert_string_equal(out, cases[i].sent);
	}
}

static void
test_what_can_not_be_done_is_said(void **state)
{
	static const struct {
		const char *zone, *text, *said;
		int is_adding;
	} cases[] = {
	    {ZONE("[" BOTH "]"), "10.0.0.0/8", "is in the zone already", 1},
	    {ZONE("[" RANGE("192.0.2.7-192.0.2.7") "]"), "192.0.2.7",
		"is in the zone already", 1},
	    {ZONE("[" BOTH "]"), "10.1.0.0/16", "no entry for exactly", 0},
	    {ZONE("[" BOTH "]"), "192.0.2.1", "no entry for exactly", 0},
	    {ZONE("null"), "192.0.2.1", "no entry for exactly", 0},
	    {ZONE("[7, {}, {\"value\":7}, {\"value\":\"x\"}]"), "192.0.2.1",
		"no entry for exactly", 0},
	    {ZONE("7"), "192.0.2.1", "no list", 1},
	    {"{\"type\":\"DYNAMIC\"}", "192.0.2.1",
		"of type DYNAMIC: only IP zones", 1},
	    {"{}", "192.0.2.1", "without a type", 1},
	    {"[]", "192.0.2.1", "without a type", 1},
	};
	char out[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error e = {0};

		assert_int_equal(edit(cases[i].zone, cases[i].is_adding,
				     cases[i].text, out, &e),
		    -1);
		if (strstr(e.text, cases[i].said) == NULL)
			fail_msg("%zu: %s", i, e.text);
	}
}

static void
test_what_is_no_address_is_refused(void **state)
{
	static const char *const wrong[] = {"", "x", "10.0.0.1/8",
	    "10.0.0.0/33", "10.0.0.9-10.0.0.1", "10.0.0.1-", "-10.0.0.1",
	    "10.0.0.1-2001:db8::1", "10.0.0.1-10.0.0.2-10.0.0.3", "example.com",
	    "10.0.0.0/8-11.0.0.0/8", "::ffff:10.0.0.0/104"};
	struct zone_range r;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error e = {0};

		if (zone_range_read(wrong[i], &r, &e) != -1)
			fail_msg("taken: %s", wrong[i]);
		assert_int_equal(e.kind, ERROR_SYSTEM);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_entry_is_added_and_taken_away),
	    cmocka_unit_test(test_what_can_not_be_done_is_said),
	    cmocka_unit_test(test_what_is_no_address_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
