/* Network zones of Okta as networks: only what an active IP zone says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api_zone.h"

struct list {
	char text[1024];
};

static int
take(void *arg, const struct address_net *net, struct error *e)
{
	struct list *l = arg;
	char one[ADDRESS_TEXT_SIZE];
	size_t at = strlen(l->text);

	(void)e;
	assert_true(address_is_net(net));
	address_print(net, one);
	snprintf(
	    l->text + at, sizeof(l->text) - at, "%s%s", at > 0 ? " " : "", one);
	return 0;
}

static int
parse(const char *text, struct list *l, char why[API_WHY_SIZE])
{
	struct json_object *doc;
	struct error e;
	int rc;

	l->text[0] = '\0';
	if (json_parse(text, strlen(text), "test", &doc, &e) == -1)
		fail_msg("%s: %s", e.text, text);
	rc = api_zone_parse(doc, take, l, why, &e);
	json_free(doc);
	return rc;
}

#define ZONE(gateways)                                                  \
	"{\"type\":\"IP\",\"status\":\"ACTIVE\",\"gateways\":" gateways \
	",\"proxies\":[{\"type\":\"CIDR\",\"value\":\"9.0.0.0/8\"}]}"
#define CIDR(v) "{\"type\":\"CIDR\",\"value\":\"" v "\"}"
#define RANGE(v) "{\"type\":\"RANGE\",\"value\":\"" v "\"}"

static void
test_gateways_become_networks(void **state)
{
	static const struct {
		const char *gateways, *nets;
	} rows[] = {
	    {"null", ""},
	    {"[]", ""},
	    {"[" CIDR("10.1.0.0/24") "]", "10.1.0.0/24"},
	    /* Kept by Okta as it was typed. */
	    {"[" CIDR("1.2.3.4/24") "]", "1.2.3.0/24"},
	    {"[" CIDR("1.2.3.4") "]", "1.2.3.4/32"},
	    {"[" CIDR("2001:db8::/32") "," CIDR("10.0.0.0/8") "]",
		"2001:db8::/32 10.0.0.0/8"},
	    {"[" RANGE("172.16.0.1-172.16.0.10") "]",
		"172.16.0.1/32 172.16.0.2/31 172.16.0.4/30 172.16.0.8/31 "
		"172.16.0.10/32"},
	    {"[" RANGE("10.0.0.0-10.0.0.255") "]", "10.0.0.0/24"},
	    {"[" RANGE("10.0.0.7-10.0.0.7") "]", "10.0.0.7/32"},
	    {"[" RANGE("0.0.0.0-255.255.255.255") "]", "0.0.0.0/0"},
	    {"[" RANGE("255.255.255.254-255.255.255.255") "]",
		"255.255.255.254/31"},
	    {"[" RANGE("2001:db8::-2001:db8::f") "]", "2001:db8::/124"},
	};
	char text[512], why[API_WHY_SIZE];
	struct list l;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), ZONE("%s"), rows[i].gateways);
		assert_int_equal(parse(text, &l, why), 0);
		assert_string_equal(l.text, rows[i].nets);
		assert_string_equal(why, "");
	}
}

static void
test_gateways_that_are_none_fail(void **state)
{
	static const char *const rows[] = {"{}", "\"10.0.0.0/8\"", "[1]",
	    "[" CIDR("0.0.0.0/33") "]", "[" CIDR("everywhere") "]",
	    "[" CIDR("::ffff:0.0.0.0/96") "]", "[" CIDR("") "]",
	    "[" RANGE("10.0.0.9-10.0.0.1") "]", "[" RANGE("10.0.0.9") "]",
	    "[" RANGE("10.0.0.1-::1") "]", "[" RANGE("-") "]",
	    "[" RANGE("10.0.0.1-10.0.0.2-10.0.0.3") "]",
	    "[{\"type\":\"ANY\",\"value\":\"10.0.0.1\"}]",
	    "[{\"value\":\"10.0.0.1\"}]"};
	char text[512], why[API_WHY_SIZE];
	struct list l;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), ZONE("%s"), rows[i]);
		if (parse(text, &l, why) != -1)
			fail_msg("taken: %s", rows[i]);
		/* It is this zone's fault, and no reason to end a pass. */
		assert_non_null(strstr(why, "can not be read"));
		assert_non_null(strstr(why, "zone: "));
	}
}

static void
test_other_zones_have_no_networks_and_say_why(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
	    {"{\"type\":\"DYNAMIC\",\"status\":\"ACTIVE\",\"gateways\":"
	     "[{\"type\":\"CIDR\",\"value\":\"0.0.0.0/0\"}]}",
		"type DYNAMIC"},
	    {"{\"type\":\"DYNAMIC_V2\",\"status\":\"ACTIVE\"}", "DYNAMIC_V2"},
	    {"{\"type\":\"IP\",\"status\":\"INACTIVE\",\"gateways\":"
	     "[{\"type\":\"CIDR\",\"value\":\"10.0.0.0/8\"}]}",
		"not active"},
	};
	char why[API_WHY_SIZE];
	struct list l;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(rows[i].text, &l, why), 0);
		assert_string_equal(l.text, "");
		assert_non_null(strstr(why, rows[i].why));
	}
	assert_int_equal(parse("{\"type\":\"IP\"}", &l, why), -1);
	assert_int_equal(parse("{\"status\":\"ACTIVE\"}", &l, why), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_gateways_become_networks),
	    cmocka_unit_test(test_gateways_that_are_none_fail),
	    cmocka_unit_test(test_other_zones_have_no_networks_and_say_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
