/* Lines of `oktactl ids --import`: read exactly, or refused with a reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ids_file.h"

static const char *
read_line(const char *text, struct ids_line *l)
{
	return ids_line_read(text, strlen(text), l);
}

static void
test_good_lines(void **state)
{
	static const struct {
		const char *text;
		struct ids_line l;
	} rows[] = {
	    {"", {0}},
	    {" \t", {0}},
	    {"# user alice 1 1", {0}},
	    {"user alice 1001 1002",
		{IDS_NUMBER, IDMAP_USER, "", "alice", "", 1001, 1002}},
	    {"user 00u1 1001 1001 ally",
		{IDS_NUMBER, IDMAP_USER, "00u1", "", "ally", 1001, 1001}},
	    {"\tuser  00u1\t4294967295 0 # x",
		{IDS_NUMBER, IDMAP_USER, "00u1", "", "", 4294967295u, 0}},
	    {"group crew 5000",
		{IDS_NUMBER, IDMAP_GROUP, "", "crew", "", 5000, 5000}},
	    {"group 00g1 5000 # crew",
		{IDS_NUMBER, IDMAP_GROUP, "00g1", "", "", 5000, 5000}},
	    {"name bob user 00u1",
		{IDS_NAME, IDMAP_USER, "00u1", "bob", "", 0, 0}},
	    {"name crew group 00g1",
		{IDS_NAME, IDMAP_GROUP, "00g1", "crew", "", 0, 0}},
	    {"alice:x:1001:1002:Alice A.:/home/alice:/bin/bash",
		{IDS_NUMBER, IDMAP_USER, "", "alice", "", 1001, 1002}},
	    {"alice:x:1001:1002:::\r",
		{IDS_NUMBER, IDMAP_USER, "", "alice", "", 1001, 1002}},
	    {"crew:x:5000:alice,bob",
		{IDS_NUMBER, IDMAP_GROUP, "", "crew", "", 5000, 5000}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ids_line *w = &rows[i].l;
		struct ids_line l;

		assert_null(read_line(rows[i].text, &l));
		assert_int_equal(l.what, w->what);
		assert_int_equal(l.kind, w->kind);
		assert_string_equal(l.id, w->id);
		assert_string_equal(l.name, w->name);
		assert_string_equal(l.home, w->home);
		assert_int_equal(l.number, w->number);
		assert_int_equal(l.gid, w->gid);
	}
}

static void
test_bad_lines_say_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
	    {"user", "form"},
	    {"user alice 1001", "form"},
	    {"user alice 1001 1001 ally more", "form"},
	    {"User alice 1001 1001", "form"},
	    {"alice 1001 1001", "form"},
	    {"user alice x 1001", "number"},
	    {"user alice 01001 1001", "number"},
	    {"user alice +1001 1001", "number"},
	    {"user alice -1 1001", "number"},
	    {"user alice 1001 4294967296", "number"},
	    {"user alice 1001 18446744073709551617", "number"},
	    {"user alice 0x10 1001", "number"},
	    {"user alice 1001.0 1001", "number"},
	    {"user Alice 1001 1001", "neither an Okta id"},
	    {"user root 1001 1001", "neither an Okta id"},
	    {"user 00u+ 1001 1001", "Okta id"},
	    {"user 00u1 1001 1001 Ally", "home"},
	    {"user alice 1001 1001 ally", "wants an Okta id"},
	    {"group crew 5000 5000", "form"},
	    {"group wheel 5000", "neither"},
	    {"name bob 00u1", "form"},
	    {"name bob person 00u1", "user"},
	    {"name Bob user 00u1", "name"},
	    {"name bob user a/b", "Okta id"},
	    {"alice:x:1001", "neither a line"},
	    {"alice:x:1001:1001:a:b", "neither a line"},
	    {"alice:x:1001:1001:a:b:c:d", "more fields"},
	    {":x:1001:1001:::", "name"},
	    {"root:x:0:0:::", "name"},
	    {"alice:x::1001:::", "number"},
	    {"alice:x:1001: 1001:::", "number"},
	    {"+::::::", "name"},
	    {"crew:x:x:", "number"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ids_line l;
		const char *why = read_line(rows[i].text, &l);

		if (why == NULL || strstr(why, rows[i].why) == NULL)
			fail_msg("%s: %s", rows[i].text,
			    why != NULL ? why : "taken");
		assert_int_equal(l.what, IDS_NOTHING);
	}
}

static void
test_neither_nul_nor_endless_lines(void **state)
{
	char *big = malloc(IDS_LINE_MAX + 1);
	struct ids_line l;

	(void)state;
	assert_non_null(big);
	memset(big, ' ', IDS_LINE_MAX + 1);
	assert_null(ids_line_read(big, IDS_LINE_MAX, &l));
	assert_non_null(ids_line_read(big, IDS_LINE_MAX + 1, &l));
	free(big);
	assert_non_null(ids_line_read("user a\0b 1 1", 12, &l));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good_lines),
	    cmocka_unit_test(test_bad_lines_say_what_is_wrong),
	    cmocka_unit_test(test_neither_nul_nor_endless_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
