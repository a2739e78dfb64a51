/* Link headers: the forms that Okta and the RFC write, and broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "code.h"
#include "http_link.h"

static const struct {
	const char *value;
	int result;
	const char *next;
} cases[] = {
    {"<https://o/x?after=1>; rel=\"next\"", 1, "https://o/x?after=1"},
    {"<https://o/x?limit=2>; rel=\"self\"", 0, ""},
    {"<https://o/x>; rel=\"self\", <https://o/x?a=1>; rel=\"next\"", 1,
	"https://o/x?a=1"},
    {"<https://o/x?a=1>; rel=\"next\",<https://o/x>; rel=\"self\"", 1,
	"https://o/x?a=1"},
    {"<a>;rel=next", 1, "a"},
    {"<a>; REL=\"NEXT\"", 1, "a"},
    {"<a>; rel=\"prev next\"", 1, "a"},
    {"<a>; rel = \"next\"", 1, "a"},
    {"  <a> ; title=\"x, <b>; rel=\\\"next\\\"\" ; rel=\"next\"  ", 1, "a"},
    {"<a,b;c>; rel=\"next\"", 1, "a,b;c"},
    {"<a>; rel=\"nextpage\"", 0, ""},
    {"<a>; rel=\"self\"; rel=\"next\"", 0, ""},
    {"<a>; hreflang=en; nofollow; rel=next", 1, "a"},
    {"", 0, ""},
    {" , ,<a>; rel=next, ", 1, "a"},
    {"<>; rel=next", 1, ""},
    {"<a>; rel=next, <b>; rel=next", OKTA_BAD, ""},
    {"<a>; rel=next; anchor=\"#x\"", OKTA_BAD, ""},
    {"<a; rel=next", OKTA_BAD, ""},
    {"a>; rel=next", OKTA_BAD, ""},
    {"<a>; rel=\"next", OKTA_BAD, ""},
    {"<a>; ; rel=next", OKTA_BAD, ""},
    {"<a> rel=next", OKTA_BAD, ""},
    {"<a>; rel=next x", OKTA_BAD, ""},
    {"https://o/x", OKTA_BAD, ""},
    {"<a>; =next", OKTA_BAD, ""},
    {"<0123456789012345678901234567890>; rel=next", 1,
	"0123456789012345678901234567890"},
    {"<01234567890123456789012345678901>; rel=next", OKTA_BAD, ""},
};

static void
test_next_is_found_in_every_written_form(void **state)
{
	char next[32];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(next, 'x', sizeof(next));
		if (http_link_next(cases[i].value, strlen(cases[i].value), next,
			sizeof(next)) != cases[i].result ||
		    strcmp(next, cases[i].next) != 0)
			fail_msg("%s: \"%s\"", cases[i].value, next);
	}
}

static void
test_a_nul_inside_a_target_is_refused(void **state)
{
	static const char value[] = "<https://o/x\0.evil/>; rel=next";
	char next[64];

	(void)state;
	assert_int_equal(
	    http_link_next(value, sizeof(value) - 1, next, sizeof(next)),
	    OKTA_BAD);
	assert_string_equal(next, "");
}

/* Every single-bit change of a good value: an answer of the three, outputs
 * empty unless there is a target, nothing read outside (sanitizers). */
static void
test_flipped_bits_end_in_an_answer(void **state)
{
	static const char good[] =
	    "<https://o/x>; rel=\"self\", <https://o/x?a=1>; rel=\"next\"";
	char bytes[sizeof(good)], next[64];
	int r;

	(void)state;
	for (size_t bit = 0; bit < 8 * (sizeof(good) - 1); bit++) {
		memcpy(bytes, good, sizeof(good));
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
		for (size_t len = 0; len < sizeof(good); len++) {
			r = http_link_next(bytes, len, next, sizeof(next));
			assert_true(r == 0 || r == 1 || r == OKTA_BAD);
			assert_true(r == 1 || next[0] == '\0');
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_next_is_found_in_every_written_form),
	    cmocka_unit_test(test_a_nul_inside_a_target_is_refused),
	    cmocka_unit_test(test_flipped_bits_end_in_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
