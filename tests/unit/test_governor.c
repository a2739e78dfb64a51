/* What answers teach: headers line by line, waits, the share, the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "governor.h"
#include "skew.h"

#define DATE "date: Fri, 02 Jan 2026 03:04:05 GMT"
enum { DATE_S = 1767323045 };

static void
take(struct head *h, const char *line)
{
	head_take(h, line, strlen(line));
}

static struct head
head_of(const char *const *lines)
{
	struct head h = {0};

	take(&h, "HTTP/1.1 200 OK\r\n");
	for (; *lines != NULL; lines++)
		take(&h, *lines);
	return h;
}

static void
test_headers_are_taken_in_any_case(void **state)
{
	const char *const lines[] = {DATE "\r\n", "X-Rate-Limit-Limit: 600",
	    "x-rate-limit-REMAINING:599", "x-rate-limit-reset: 1767323100",
	    "X-Okta-Request-Id:  abc\t",
	    "Content-Type: application/json;charset=UTF-8",
	    "LINK: <https://o/x?after=1>; rel=\"next\"",
	    "link: <https://o/x>; rel=\"self\"",
	    "WWW-Authenticate: Bearer error=\"invalid_token\"", NULL};
	struct head h = head_of(lines);

	(void)state;
	assert_int_equal(h.date, DATE_S);
	assert_int_equal(h.limit, 600);
	assert_int_equal(h.remaining, 599);
	assert_int_equal(h.reset, 1767323100);
	assert_string_equal(h.request_id, "abc");
	assert_string_equal(h.content_type, "application/json;charset=UTF-8");
	assert_string_equal(h.next, "https://o/x?after=1");
	assert_false(h.has_odd_link);
	assert_string_equal(
	    h.www_authenticate, "Bearer error=\"invalid_token\"");
}

static void
test_odd_header_values_count_as_absent(void **state)
{
	const char *const lines[] = {"date: yesterday", "date",
	    "X-Rate-Limit-Limit: -1", "X-Rate-Limit-Remaining: 0x10",
	    "X-Rate-Limit-Reset: 99999999999999999999",
	    "X-Okta-Request-Id: a\x1b[2Jb",
	    "X-Okta-Request-Id: 0123456789012345678901234567890123456789"
	    "0123456789",
	    "Content-Type: \xff", "Retry-After: soon",
	    "Retry-After: 12 parsecs", "Retry-After: -5",
	    "Retry-After: 99999999999999999999", ": x", "", "\r\n", NULL};
	struct head h = head_of(lines);

	(void)state;
	assert_int_equal(h.date, 0);
	assert_false(h.has_limit || h.has_remaining);
	assert_int_equal(h.reset, 0);
	assert_string_equal(h.request_id, "");
	assert_string_equal(h.content_type, "");
	assert_int_equal(h.retry_after, 0);
	assert_int_equal(h.retry_at, 0);
}

static void
test_two_next_links_are_odd(void **state)
{
	const char *const two[] = {
	    "Link: <a>; rel=next", "Link: <b>; rel=next", NULL};
	const char *const broken[] = {"Link: <a; rel=next", NULL};

	(void)state;
	assert_true(head_of(two).has_odd_link);
	assert_true(head_of(broken).has_odd_link);
}

static void
test_status_line_forgets_what_came_before(void **state)
{
	struct head h = {0};

	(void)state;
	take(&h, "HTTP/1.1 100 Continue");
	take(&h, "X-Okta-Request-Id: first");
	take(&h, "HTTP/1.1 200 OK");
	assert_string_equal(h.request_id, "");
}

static void
test_only_gzip_unpacks(void **state)
{
	static const struct {
		const char *line;
		int is_odd;
	} cases[] = {{"Content-Encoding: gzip", 0},
	    {"content-encoding: GZIP", 0}, {"Content-Encoding: identity", 0},
	    {"Content-Encoding: br", 1}, {"Content-Encoding: gzip, gzip", 1},
	    {"Content-Encoding: ", 1}, {"Content-Encoding: gzi", 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct head h = {0};

		take(&h, cases[i].line);
		assert_int_equal(h.has_odd_coding, cases[i].is_odd);
	}
}

static void
test_head_is_complete_with_its_empty_line(void **state)
{
	struct head h = {0};

	(void)state;
	take(&h, "HTTP/1.1 100 Continue\r\n");
	take(&h, "\r\n");
	assert_true(h.is_complete);
	take(&h, "HTTP/1.1 200 OK\r\n");
	assert_false(h.is_complete);
	take(&h, "Content-Le");
	assert_false(h.is_complete);
}

static void
test_smallest_of_several_resets_counts(void **state)
{
	const char *const lines[] = {"x-rate-limit-reset: 1767323200",
	    "x-rate-limit-reset: 1767323100", "x-rate-limit-reset: 1767323300",
	    NULL};

	(void)state;
	assert_int_equal(head_of(lines).reset, 1767323100);
}

static void
test_wait_of_a_429_is_by_oktas_clock(void **state)
{
	static const struct {
		const char *lines[6];
		int status;
		uint32_t least, most;
	} cases[] = {
	    {{DATE, "x-rate-limit-limit: 600", "x-rate-limit-remaining: 0",
		 "x-rate-limit-reset: 1767323075"},
		429, 31, 34},
	    {{DATE, "x-rate-limit-reset: 1767323046"}, 429, 2, 2},
	    {{DATE, "x-rate-limit-reset: 1767323000"}, 429, 1, 1},
	    {{DATE, "x-rate-limit-reset: 1767399999"}, 429, 120, 120},
	    {{DATE, "x-rate-limit-limit: 0", "x-rate-limit-remaining: 0",
		 "x-rate-limit-reset: 1767323165"},
		429, 1, 2},
	    {{DATE, "retry-after: 7"}, 429, 7, 7},
	    {{DATE, "retry-after: 7"}, 503, 7, 7},
	    {{DATE, "retry-after: 3600"}, 429, 120, 120},
	    {{DATE, "retry-after: 99999999"}, 503, 120, 120},
	    {{DATE, "retry-after: Fri, 02 Jan 2026 03:04:25 GMT"}, 429, 21, 23},
	    {{DATE, "retry-after: Thu, 01 Jan 2026 03:04:25 GMT"}, 503, 1, 1},
	    {{DATE, "retry-after: rubbish"}, 429, 30, 33},
	    {{DATE, "retry-after: rubbish"}, 503, 5, 5},
	    {{"retry-after: -1"}, 429, 30, 33},
	    {{"x-rate-limit-reset: 1767323075"}, 429, 30, 33},
	    {{"server: nginx"}, 429, 30, 33},
	    {{DATE}, 500, 0, 0},
	    {{DATE}, 200, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (uint32_t random = 0; random < 300; random++) {
			struct governor g = {.share = 50};
			struct head h = head_of(cases[i].lines);
			uint32_t wait = governor_learn(&g, BUCKET_USERS,
			    cases[i].status, &h, 1000, random);

			if (wait < cases[i].least || wait > cases[i].most)
				fail_msg("case %zu: %u s", i, wait);
		}
	}
}

static void
test_429_holds_the_others_of_its_bucket_but_no_login(void **state)
{
	const char *const lines[] = {DATE, "retry-after: 10", NULL};
	struct governor g = {.share = 50};
	struct head h = head_of(lines);

	(void)state;
	assert_int_equal(
	    governor_learn(&g, BUCKET_USERS, 429, &h, 1000, 0), 10);
	assert_int_equal(governor_hold(&g, BUCKET_USERS, ROLE_SYNC, 1000), 10);
	assert_int_equal(
	    governor_hold(&g, BUCKET_USERS, ROLE_CONTROL, 10999), 1);
	assert_int_equal(governor_hold(&g, BUCKET_USERS, ROLE_LOGIN, 1000), 0);
	assert_int_equal(governor_hold(&g, BUCKET_GROUPS, ROLE_SYNC, 1000), 0);
	assert_int_equal(governor_hold(&g, BUCKET_USERS, ROLE_SYNC, 11000), 0);
}

static void
test_directory_leaves_logins_their_share(void **state)
{
	const char *lines[] = {DATE, "x-rate-limit-limit: 100",
	    "x-rate-limit-remaining: 51", "x-rate-limit-reset: 1767323064",
	    NULL};
	struct governor g = {.share = 50};
	struct head h = head_of(lines);

	(void)state;
	governor_learn(&g, BUCKET_USERS, 200, &h, 1000, 0);
	assert_int_equal(governor_hold(&g, BUCKET_USERS, ROLE_SYNC, 1000), 0);
	lines[2] = "x-rate-limit-remaining: 50";
	h = head_of(lines);
	governor_learn(&g, BUCKET_USERS, 200, &h, 1000, 0);
	assert_int_equal(governor_hold(&g, BUCKET_USERS, ROLE_SYNC, 1000), 20);
	assert_int_equal(
	    governor_hold(&g, BUCKET_USERS, ROLE_CONTROL, 1000), 0);
	assert_int_equal(governor_hold(&g, BUCKET_USERS, ROLE_LOGIN, 1000), 0);
	assert_int_equal(governor_hold(&g, BUCKET_USERS, ROLE_SYNC, 21000), 0);
	/* The whole limit to the directory: only 0 left holds it. */
	g.share = 100;
	assert_int_equal(governor_hold(&g, BUCKET_USERS, ROLE_SYNC, 1000), 0);
}

static void
test_skew_is_the_middle_of_five(void **state)
{
	struct skew s = {0};

	(void)state;
	assert_int_equal(skew_seconds(&s), 0);
	skew_add(&s, 0, 5);
	assert_int_equal(skew_seconds(&s), 0);
	skew_add(&s, 1600, 1000);
	assert_int_equal(skew_seconds(&s), 600);
	for (int i = 0; i < 4; i++)
		skew_add(&s, 1001, 1000);
	assert_int_equal(skew_seconds(&s), 0);
	skew_add(&s, 999000000, 1000);
	assert_int_equal(skew_seconds(&s), 0);
	skew_set(&s, 400, 1000);
	assert_int_equal(skew_seconds(&s), -600);
	skew_set(&s, 1002, 1000);
	assert_int_equal(skew_seconds(&s), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_headers_are_taken_in_any_case),
	    cmocka_unit_test(test_odd_header_values_count_as_absent),
	    cmocka_unit_test(test_two_next_links_are_odd),
	    cmocka_unit_test(test_status_line_forgets_what_came_before),
	    cmocka_unit_test(test_only_gzip_unpacks),
	    cmocka_unit_test(test_head_is_complete_with_its_empty_line),
	    cmocka_unit_test(test_smallest_of_several_resets_counts),
	    cmocka_unit_test(test_wait_of_a_429_is_by_oktas_clock),
	    cmocka_unit_test(
		test_429_holds_the_others_of_its_bucket_but_no_login),
	    cmocka_unit_test(test_directory_leaves_logins_their_share),
	    cmocka_unit_test(test_skew_is_the_middle_of_five),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
