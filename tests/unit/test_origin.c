/* Which links are of our origin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "origin.h"

static const char *const foreign[] = {
    "http://org.okta.test/api/v1/users?after=1",
    "https://org.okta.test:8443/api/v1/users?after=1",
    "https://org.okta.test:80/api/v1/users?after=1",
    "https://evil.test/api/v1/users?after=1",
    "https://org.okta.test.evil.test/api/v1/users?after=1",
    "https://evilorg.okta.test/api/v1/users?after=1",
    "https://evil.org.okta.test/api/v1/users?after=1",
    "https://okta.test/api/v1/users?after=1",
    "https://user@org.okta.test/api/v1/users?after=1",
    "https://user:pass@org.okta.test/api/v1/users?after=1",
    "https://org.okta.test@evil.test/api/v1/users?after=1",
    "https://org.okta.test%2F@evil.test/api/v1/users?after=1",
    "https://org.okta.test%2Fevil.test/api/v1/users?after=1",
    "https://%6frg.okta.test/api/v1/users?after=1",
    "https://org\xe3\x80\x82okta.test/api/v1/users?after=1",
    "https://org.okta.test\xef\xbc\x8f.evil.test/api/v1/users",
    "https://org.okta.test\\@evil.test/api/v1/users?after=1",
    "https://org.okta.test\\.evil.test/api/v1/users?after=1",
    "https://org.okta.test./api/v1/users?after=1",
    "https:///api/v1/users?after=1", "https:org.okta.test/api/v1/users?after=1",
    "//org.okta.test/api/v1/users?after=1", "/api/v1/users?after=1", "?after=1",
    "", "https://org.okta.test/api/v1/users?after=1#fragment",
    "https://org.okta.test/api/v1/users?after=1 2",
    "https://org.okta.test/api/v1/users?after=\t1",
    "https://org.okta.test?after=1",
    "https://org.okta.test:443@evil.test/api/v1/users",
    "https://org.okta.test:0443443/api/v1/users",
    "https://[::1]/api/v1/users?after=1", "file:///etc/passwd",
    "ftp://org.okta.test/api/v1/users",
    "javascript://org.okta.test/%0aalert(1)"};

static void
test_links_to_elsewhere_are_refused(void **state)
{
	struct origin o;
	struct error e;
	char path[256];

	(void)state;
	assert_int_equal(origin_open(&o, "https://org.okta.test", &e), 0);
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		if (origin_check(&o, foreign[i], path, sizeof(path), &e) == 0)
			fail_msg("taken: %s", foreign[i]);
		assert_string_equal(path, "");
		assert_int_equal(e.kind, ERROR_PROTOCOL);
	}
	origin_close(&o);
}

static void
test_own_links_give_path_and_query_as_written(void **state)
{
	static const char *const own[][3] = {
	    {"https://org.okta.test", "https://org.okta.test/a?b=%20c+d",
		"/a?b=%20c+d"},
	    {"https://org.okta.test", "https://ORG.Okta.TEST:443/a?b", "/a?b"},
	    {"https://org.okta.test:443", "https://org.okta.test/a", "/a"},
	    {"https://127.0.0.1:8443", "https://127.0.0.1:8443/a?b", "/a?b"},
	    {"https://[::1]:8443", "https://[::1]:8443/a/../b", "/a/../b"}};
	struct origin o;
	struct error e;
	char path[64];

	(void)state;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		assert_int_equal(origin_open(&o, own[i][0], &e), 0);
		if (origin_check(&o, own[i][1], path, sizeof(path), &e) != 0)
			fail_msg("%s: %s", own[i][1], e.text);
		assert_string_equal(path, own[i][2]);
		assert_int_not_equal(
		    origin_check(&o, own[i][1], path, 2, &e), 0);
		origin_close(&o);
	}
}

static void
test_only_https_origins_open(void **state)
{
	static const char *const bad[] = {"http://org.okta.test", "org", "",
	    "https://u@org.okta.test", "https://org.okta.test?x",
	    "https://org.okta.test#x", "ftp://org.okta.test"};
	struct origin o;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(origin_open(&o, bad[i], &e), -1);
		assert_int_equal(e.kind, ERROR_CONFIG);
		assert_null(o.url);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_links_to_elsewhere_are_refused),
	    cmocka_unit_test(test_own_links_give_path_and_query_as_written),
	    cmocka_unit_test(test_only_https_origins_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
