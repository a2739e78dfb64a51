/* What the schema says of attributes: only one shape makes them believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api_directory.h"
#include "api_schema.h"

static struct json_object *
parse(const char *text)
{
	struct json_object *doc;
	struct error e;

	if (json_parse(text, strlen(text), "test", &doc, &e) == -1)
		fail_msg("%s: %s", e.text, text);
	return doc;
}

static enum schema_word
word(const char *custom, const char *base)
{
	struct json_object *doc;
	enum schema_word w;
	char text[1024];

	snprintf(text, sizeof(text),
	    "{\"definitions\":{\"custom\":{\"properties\":{%s}},"
	    "\"base\":{\"properties\":{%s}}}}",
	    custom, base);
	doc = parse(text);
	w = api_schema_word(doc, "a");
	json_free(doc);
	return w;
}

#define P(action) "{\"principal\":\"SELF\",\"action\":\"" action "\"}"
#define A(permissions) "\"a\":{\"permissions\":[" permissions "]}"

static void
test_only_self_reading_is_fixed_T20(void **state)
{
	static const struct {
		const char *custom, *base;
		enum schema_word word;
	} rows[] = {
	    {A(P("READ_ONLY")), "", SCHEMA_FIXED},
	    {A(P("HIDE")), "", SCHEMA_FIXED},
	    {"", A(P("READ_ONLY")), SCHEMA_FIXED},
	    {A(P("READ_WRITE")), "", SCHEMA_EDITABLE},
	    {"", A(P("READ_WRITE")), SCHEMA_EDITABLE},
	    /* The worse word counts, wherever it stands. */
	    {A(P("READ_ONLY")), A(P("READ_WRITE")), SCHEMA_EDITABLE},
	    {A(P("READ_WRITE")), A(P("READ_ONLY")), SCHEMA_EDITABLE},
	    {A(P("READ_ONLY") "," P("READ_WRITE")), "", SCHEMA_EDITABLE},
	    {A(P("READ_WRITE") "," P("READ_ONLY")), "", SCHEMA_EDITABLE},
	    /* Words nobody knows. */
	    {A(P("read_only")), "", SCHEMA_EDITABLE},
	    {A(P("READ_ONLY_BUT")), "", SCHEMA_EDITABLE},
	    {A("{\"principal\":\"SELF\"}"), "", SCHEMA_EDITABLE},
	    {A("{\"principal\":\"SELF\",\"action\":null}"), "",
		SCHEMA_EDITABLE},
	    {A("{\"action\":\"READ_ONLY\"}"), "", SCHEMA_EDITABLE},
	    {A("7"), "", SCHEMA_EDITABLE},
	    {A("\"SELF\""), "", SCHEMA_EDITABLE},
	    /* No word about people themselves. */
	    {"", "", SCHEMA_UNKNOWN},
	    {A(""), "", SCHEMA_UNKNOWN},
	    {"\"a\":{}", "", SCHEMA_UNKNOWN},
	    {"\"a\":null", "", SCHEMA_UNKNOWN},
	    {"\"a\":7", A(P("READ_ONLY")), SCHEMA_UNKNOWN},
	    {A(P("READ_ONLY")), "\"a\":\"x\"", SCHEMA_UNKNOWN},
	    {"\"a\":{\"permissions\":{}}", "", SCHEMA_UNKNOWN},
	    {"\"a\":{\"permissions\":\"READ_ONLY\"}", "", SCHEMA_UNKNOWN},
	    {A("{\"principal\":\"ADMIN\",\"action\":\"READ_ONLY\"}"), "",
		SCHEMA_UNKNOWN},
	    {"\"A\":{\"permissions\":[" P("READ_ONLY") "]}", "",
		SCHEMA_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (word(rows[i].custom, rows[i].base) != rows[i].word)
			fail_msg("%s | %s: %d", rows[i].custom, rows[i].base,
			    word(rows[i].custom, rows[i].base));
}

static void
test_no_document_of_another_shape_believes(void **state)
{
	static const char *const shapes[] = {"{}", "[]", "7", "\"x\"",
	    "{\"definitions\":[]}", "{\"definitions\":{\"custom\":[]}}",
	    "{\"definitions\":{\"custom\":{\"properties\":[]}}}",
	    "{\"definitions\":{\"base\":7}}"};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		char id[JSON_ID_MAX + 1];
		struct json_object *doc = parse(shapes[i]);

		assert_int_equal(api_schema_word(doc, "a"), SCHEMA_UNKNOWN);
		assert_int_equal(api_schema_type(doc, id), 0);
		json_free(doc);
	}
}

static void
test_type_is_the_last_part_of_its_link(void **state)
{
	static const struct {
		const char *link, *id;
	} rows[] = {
	    {"{\"href\":\"https://x.test/api/v1/meta/types/user/oty1\"}",
		"oty1"},
	    {"{\"href\":\"https://x.test/api/v1/meta/types/user/\"}", ""},
	    {"{\"href\":\"oty1\"}", ""},
	    {"{\"href\":\"/a b\"}", ""},
	    {"{\"href\":7}", ""},
	    {"{}", ""},
	    {"7", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char id[JSON_ID_MAX + 1], text[256];
		struct json_object *doc;

		snprintf(text, sizeof(text), "{\"_links\":{\"type\":%s}}",
		    rows[i].link);
		doc = parse(text);
		assert_int_equal(
		    api_schema_type(doc, id), rows[i].id[0] != '\0');
		assert_string_equal(id, rows[i].id);
		json_free(doc);
	}
}

/* What is in doubt gives nothing: numbers, names and homes are a problem, a
 * shell and ssh keys are left out; the rest of the record stays. */
static void
test_attributes_in_doubt_give_nothing_T20(void **state)
{
	static const char text[] =
	    "{\"id\":\"00u1\",\"status\":\"ACTIVE\",\"type\":{\"id\":\"%s\"},"
	    "\"profile\":{\"login\":\"ada@x.test\",\"uidNumber\":1879048200,"
	    "\"gidNumber\":1879048201,\"unixHome\":\"/data/ada\","
	    "\"loginShell\":\"/bin/sh\",\"sshKeys\":\"ssh-ed25519 "
	    "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhsc"
	    "HR4f\"}}";
	static const char doubt[] = "in doubt is";
	char json[640];

	(void)state;
	for (int i = 0; i <= API_USES; i++) {
		struct api_rules r = {.uid_attribute = "uidNumber",
		    .gid_attribute = "gidNumber",
		    .home_attribute = "unixHome",
		    .shell_attribute = "loginShell",
		    .ssh_keys_attribute = "sshKeys",
		    .id_min = 1879048192,
		    .id_max = 2147352575};
		struct json_object *doc;
		struct api_user u;
		struct error e;

		r.user_type = "otyDefault";
		if (i < API_USES)
			r.doubt[i] = doubt;
		/* The last round: nothing is in doubt but the type. */
		snprintf(json, sizeof(json), text,
		    i < API_USES ? "otyDefault" : "otyOther");
		doc = parse(json);
		assert_int_equal(api_user_parse(doc, &r, &u, &e), 0);
		json_free(doc);
		assert_int_equal(
		    u.uid, i == USE_UID || i == API_USES ? 0 : 1879048200);
		assert_int_equal(
		    u.gid, i == USE_GID || i == API_USES ? 0 : 1879048201);
		assert_string_equal(
		    u.name, i == USE_NAME || i == API_USES ? "" : "ada");
		assert_string_equal(
		    u.home, i == USE_HOME || i == API_USES ? "" : "/data/ada");
		assert_string_equal(
		    u.shell, i == USE_SHELL || i == API_USES ? "" : "/bin/sh");
		assert_int_equal(
		    u.keys[0] == '\0', i == USE_KEYS || i == API_USES);
		assert_string_equal(u.login, "ada@x.test");
		if (i == API_USES)
			assert_non_null(strstr(u.problem, "another user type"));
		else
			assert_non_null(
			    strstr(i == USE_SHELL || i == USE_KEYS ? u.note
								   : u.problem,
				doubt));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_only_self_reading_is_fixed_T20),
	    cmocka_unit_test(test_no_document_of_another_shape_believes),
	    cmocka_unit_test(test_type_is_the_last_part_of_its_link),
	    cmocka_unit_test(test_attributes_in_doubt_give_nothing_T20),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
