/* Lists: what need not be parsed, and what is asked for ahead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api_play.h"
#include "json.h"

/* What texts a list was made of. */
struct texts {
	char all[256];
	int parsed, without;
};

static int
know_text(void *arg, const char *text, size_t len, struct error *e)
{
	struct texts *t = arg;

	(void)e;
	if (text == NULL) {
		t->without++;
		return 2;
	}
	snprintf(t->all + strlen(t->all), sizeof(t->all) - strlen(t->all),
	    "%.*s ", (int)len, text);
	return memmem(text, len, "new", 3) != NULL ? 2 : 1;
}

static int
parse_new(void *arg, const struct json_object *o, struct error *e)
{
	struct texts *t = arg;
	char id[JSON_ID_MAX + 1];

	(void)e;
	assert_int_equal(json_get_id(o, "id", id), 1);
	assert_string_equal(id, "new");
	t->parsed++;
	return 1;
}

static void
test_known_texts_are_not_parsed(void **state)
{
	static const char *const members[] = {"id", "a", NULL};
	static const struct answer pages[] = {
	    {.status = 200,
		.body = "[ {\"id\" : \"x\", \"b\":[1,{}]},{\"a\":{\"b\":1},"
			"\"id\":\"new\"} ]",
		.next = "/l?after=1"},
	    /* A key with an escape: taken as it is, without texts. */
	    {.status = 200, .body = "[{\"\\u0069d\":\"new\"}]"}, {.status = 0}};
	struct texts t = {0};
	struct api a = begin(pages);
	struct error e;

	(void)state;
	assert_int_equal(
	    api_list_known(&a, "/l", members, know_text, parse_new, &t, &e), 0);
	assert_string_equal(t.all, "{\"id\":\"x\"} {\"a\":{},\"id\":\"new\"} ");
	assert_int_equal(t.parsed, 2);
	assert_int_equal(t.without, 1);
}

static int
count(void *arg, const struct json_object *o, struct error *e)
{
	int *n = arg;

	(void)o;
	(void)e;
	++*n;
	return 1;
}

/* The next page is under way while one is looked at; what fails there does not
 * count before its turn. */
static void
test_the_next_page_is_asked_for_ahead(void **state)
{
	static const struct answer pages[] = {
	    {.status = 200, .body = "[{},{}]", .next = "/l?after=1"},
	    {.kind = ERROR_RETRY, .retry_s = 1, .path = "/l?after=1"},
	    {.status = 200, .body = "[{}]", .path = "/l?after=1"},
	    {.status = 0}};
	struct api a = begin(pages);
	struct error e;
	int n = 0;

	(void)state;
	assert_int_equal(api_list(&a, "/l", NULL, count, &n, &e), 0);
	assert_int_equal(n, 3);
	assert_int_equal(asked, 3);
	assert_int_equal(started, 3);
	assert_int_equal(waited_ms, 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_known_texts_are_not_parsed),
	    cmocka_unit_test(test_the_next_page_is_asked_for_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
