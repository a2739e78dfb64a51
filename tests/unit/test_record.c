/* The edge filter: objects of Okta as records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api_directory.h"
#include "json.h"
#include "name.h"

#define MIN 1879048192u
#define MAX 2147352575u

static const struct api_rules rules = {.uid_attribute = "uidNumber",
    .gid_attribute = "gidNumber",
    .home_attribute = "unixHome",
    .shell_attribute = "loginShell",
    .id_min = MIN,
    .id_max = MAX};

static struct json_object *
parse(const char *text)
{
	struct json_object *doc;
	struct error e;

	if (json_parse(text, strlen(text), "test", &doc, &e) == -1)
		fail_msg("%s: %s", e.text, text);
	return doc;
}

/* The same, whether all of it was parsed or only what is read of it. */
static struct api_user
user_of(const char *text)
{
	struct json_object *doc = parse(text), *slim = NULL;
	const char *members[API_MEMBERS];
	struct api_user u, again;
	struct error e;

	api_user_members(&rules, members);
	if (api_user_parse(doc, &rules, &u, &e) == -1 ||
	    json_parse_members(
		text, strlen(text), "test", members, &slim, &e) == -1 ||
	    api_user_parse(slim, &rules, &again, &e) == -1)
		fail_msg("%s", e.text);
	assert_memory_equal(&u, &again, offsetof(struct api_user, keys));
	json_free(slim);
	json_free(doc);
	return u;
}

/* A user with one more member in the profile. */
static struct api_user
user_with(const char *member)
{
	char text[4096];

	snprintf(text, sizeof(text),
	    "{\"id\":\"00uEXAMPLE0000000001\",\"status\":\"ACTIVE\","
	    "\"profile\":"
	    "{\"login\":\"ada@example.test\"%s%s}}",
	    member[0] != '\0' ? "," : "", member);
	return user_of(text);
}

static void
test_a_whole_user(void **state)
{
	struct api_user u =
	    user_with("\"firstName\":\"Ada\",\"lastName\":\"L\xc3\xb6we\","
		      "\"uidNumber\":1879048200,\"gidNumber\":\"1879048201\","
		      "\"unixHome\":\"/srv/ada\",\"loginShell\":\"/bin/sh\","
		      "\"list\":[1,2],\"flag\":true,\"none\":null");

	(void)state;
	assert_string_equal(u.id, "00uEXAMPLE0000000001");
	assert_int_equal(u.has_status, 1);
	assert_int_equal(u.status, STATUS_ACTIVE);
	assert_string_equal(u.name, "ada");
	assert_string_equal(u.gecos, "Ada L\xc3\xb6we");
	assert_int_equal(u.uid, 1879048200);
	assert_int_equal(u.gid, 1879048201);
	assert_string_equal(u.home, "/srv/ada");
	assert_string_equal(u.shell, "/bin/sh");
	assert_string_equal(u.problem, "");
	assert_string_equal(u.note, "");
}

/* Values of the numeric attributes; good ones have their number. */
static const struct {
	const char *json;
	uint32_t number;
} numbers[] = {
    {"null", 0},
    {"1879048192", MIN},
    {"2147352575", MAX},
    {"\"1879048192\"", MIN},
    {"1879048192.0", MIN},
    /* 60 that are none: T6. */
    {"0", 1},
    {"-0", 1},
    {"1", 1},
    {"-1", 1},
    {"1000", 1},
    {"65534", 1},
    {"65535", 1},
    {"1879048191", 1},
    {"2147352576", 1},
    {"2147483647", 1},
    {"2147483648", 1},
    {"4294967295", 1},
    {"4294967296", 1},
    {"6174015488", 1}, /* 2^32 + MIN: cut to 32 bits it would be good */
    {"9223372036854775807", 1},
    {"9223372036854775808", 1},
    {"18446744073709551615", 1},
    {"18446744073709551616", 1},
    {"18446744075588599808", 1},
    {"-1879048192", 1},
    {"0.0", 1},
    {"0.9", 1},
    {"-0.5", 1},
    {"1879048192.5", 1},
    {"1e3", 1},
    {"1e400", 1},
    {"-1e400", 1},
    {"1.8790481925e9", 1},
    {"true", 1},
    {"false", 1},
    {"[]", 1},
    {"[1879048192]", 1},
    {"{}", 1},
    {"{\"value\":1879048192}", 1},
    {"\"\"", 1},
    {"\"abc\"", 1},
    {"\"0\"", 1},
    {"\"0x0\"", 1},
    {"\"0x70000000\"", 1},
    {"\" 0\"", 1},
    {"\" 1879048192\"", 1},
    {"\"1879048192 \"", 1},
    {"\"+1879048192\"", 1},
    {"\"-1879048192\"", 1},
    {"\"01879048192\"", 1},
    {"\"1879048192.0\"", 1},
    {"\"1879048192a\"", 1},
    {"\"1,879,048,192\"", 1},
    {"\"1879048192\\n\"", 1},
    {"\"\\t1879048192\"", 1},
    {"\"1.879048192e9\"", 1},
    {"\"4294967296\"", 1},
    {"\"6174015488\"", 1},
    {"\"18446744073709551616\"", 1},
    {"\"18446744075588599808\"", 1},
    {"\"99999999999999999999999999999999\"", 1},
    {"\"null\"", 1},
    {"\"root\"", 1},
    {"\"NaN\"", 1},
    {"\"\xd9\xa1\xd9\xa2\"", 1},
    {"\"\xef\xbc\x91\xef\xbc\x90\"", 1},
    {"\"0o11\"", 1},
    {"\"1879048192,1879048193\"", 1},
    {"\"1879048192-1879048193\"", 1},
    {"\"$1879048192\"", 1},
};

static void
test_malformed_numbers_never_become_an_id_T6(void **state)
{
	static const char *const attributes[] = {"uidNumber", "gidNumber"};
	char member[256];
	size_t refused = 0;

	(void)state;
	for (size_t a = 0; a < 2; a++)
		for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers);
		     i++) {
			struct api_user u;
			uint32_t n;

			snprintf(member, sizeof(member), "\"%s\":%s",
			    attributes[a], numbers[i].json);
			u = user_with(member);
			n = a == 0 ? u.uid : u.gid;
			if (numbers[i].number == 1) {
				assert_int_equal(n, 0);
				assert_non_null(
				    strstr(u.problem, attributes[a]));
				refused++;
			} else {
				assert_int_equal(n, numbers[i].number);
				assert_string_equal(u.problem, "");
			}
		}
	assert_true(refused >= 120);
}

static const char *const dirty[] = {"\\n", "\\r", "\\t", "\\u0001", "\\u001b",
    "\\u007f", "\\u0085", "\\u009b", "\\u200b", "\\u200e", "\\u202e", "\\u2028",
    "\\u2066", "\\ufeff", ":", "\\nroot:x:0:0::/root:/bin/sh",
    ":0:0:", "\\u001b]0;x\\u0007", "\\u001b[2J", "\\u061c"};

static void
test_dirty_text_never_gets_into_a_record_T21(void **state)
{
	static const char *const where[] = {
	    "firstName", "lastName", "unixHome", "loginShell", "login"};
	static const char *const around[][2] = {
	    {"", ""}, {"a", ""}, {"", "b"}, {"/a", "b"}};
	char text[1024];
	int payloads = 0;

	(void)state;
	for (size_t w = 0; w < 5; w++)
		for (size_t d = 0; d < sizeof(dirty) / sizeof(*dirty); d++)
			for (size_t r = 0; r < 4; r++) {
				struct api_user u;

				snprintf(text, sizeof(text),
				    "{\"id\":\"00u1\",\"status\":\"ACTIVE\","
				    "\"profile\":{%s\"%s\":\"%s%s%s\"}}",
				    w < 4 ? "\"login\":\"a@b\"," : "", where[w],
				    around[r][0], dirty[d], around[r][1]);
				u = user_of(text);
				payloads++;
				assert_true(name_is_clean_text(u.gecos,
				    strlen(u.gecos), sizeof(u.gecos) - 1));
				assert_string_equal(u.home, "");
				assert_string_equal(u.shell, "");
				assert_string_equal(
				    u.login, w == 4 ? "" : "a@b");
				/* Left out, and said so. */
				assert_true(
				    u.note[0] != '\0' || u.problem[0] != '\0');
			}
	assert_true(payloads >= 200);
}

static void
test_unknown_statuses_are_told_apart(void **state)
{
	static const char *const words[STATUS_COUNT] = {"STAGED", "PROVISIONED",
	    "ACTIVE", "RECOVERY", "PASSWORD_EXPIRED", "LOCKED_OUT", "SUSPENDED",
	    "DEPROVISIONED"};
	static const char *const bad[] = {"\"active\"", "\"ACTIVE \"", "\"\"",
	    "\"NEW_WORD\"", "null", "1", "[\"ACTIVE\"]",
	    "\"A_WORD_THAT_IS_LONGER_THAN_ANY_OF_THEM\""};
	char text[256];

	(void)state;
	for (int i = 0; i < STATUS_COUNT; i++) {
		struct api_user u;

		snprintf(text, sizeof(text),
		    "{\"id\":\"00u1\",\"status\":\"%s\",\"profile\":"
		    "{\"login\":\"a@b\"}}",
		    words[i]);
		u = user_of(text);
		assert_int_equal(u.has_status, 1);
		assert_int_equal(u.status, i);
		assert_string_equal(
		    api_status_word((enum person_status)i), words[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct api_user u;

		snprintf(text, sizeof(text),
		    "{\"id\":\"00u1\",\"status\":%s,\"profile\":"
		    "{\"login\":\"a@b\"}}",
		    bad[i]);
		u = user_of(text);
		assert_int_equal(u.has_status, 0);
		assert_string_not_equal(u.problem, "");
	}
	assert_string_equal(api_status_word((enum person_status)99), "unknown");
}

static void
test_each_field_left_out_is_named_or_harmless(void **state)
{
	struct api_user u;

	(void)state;
	u = user_of("{\"id\":\"00u1\",\"status\":\"ACTIVE\"}");
	assert_string_equal(u.problem, "there is no profile");
	u = user_of("{\"id\":\"00u1\",\"status\":\"ACTIVE\",\"profile\":[]}");
	assert_string_equal(u.problem, "there is no profile");
	u = user_of("{\"id\":\"00u1\",\"status\":\"ACTIVE\",\"profile\":{}}");
	assert_non_null(strstr(u.problem, "login"));
	u = user_of("{\"id\":\"00u1\",\"profile\":{\"login\":\"a@b\"}}");
	assert_non_null(strstr(u.problem, "status"));
	u = user_of("{\"id\":\"00u1\",\"status\":\"ACTIVE\",\"profile\":"
		    "{\"login\":\"42@b\"}}");
	assert_non_null(strstr(u.problem, "user name"));
	u = user_with("");
	assert_string_equal(u.problem, "");
	assert_string_equal(u.gecos, "");
	assert_int_equal(u.uid, 0);
}

static void
test_no_id_is_no_record(void **state)
{
	static const char *const bad[] = {"{}", "{\"id\":null}", "{\"id\":1}",
	    "{\"id\":\"\"}", "{\"id\":\"a/b\"}", "{\"id\":\"../x\"}",
	    "{\"id\":\"a%2fb\"}", "[]",
	    ("{\"id\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	     "aaaaaaaaaaaaaaa\"}"),
	    "{\"errorCode\":\"E0000009\",\"errorSummary\":\"x\"}"};
	struct json_object *doc;
	struct api_user u;
	struct api_group g;
	struct error e;
	int assigned;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		doc = parse(bad[i]);
		assert_int_equal(api_user_parse(doc, &rules, &u, &e), -1);
		assert_int_equal(e.kind, ERROR_PROTOCOL);
		assert_int_equal(api_group_parse(doc, &rules, &g, &e), -1);
		assert_int_equal(
		    api_app_user_parse(doc, &rules, &u, &assigned, &e), -1);
		json_free(doc);
	}
	assert_int_equal(api_user_parse(NULL, &rules, &u, &e), -1);
}

static void
test_names_by_attribute(void **state)
{
	struct api_rules r = {
	    .name_attribute = "unixName", .id_min = MIN, .id_max = MAX};
	static const struct {
		const char *json, *name;
	} cases[] = {
	    {"\"ada\"", "ada"},
	    {"\"Ada\"", ""},
	    {"\"\"", ""},
	    {"null", ""},
	    {"7", ""},
	    {"[\"ada\"]", ""},
	    {"\"ada\\n\"", ""},
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct json_object *doc;
		struct api_user u;
		struct error e;

		snprintf(text, sizeof(text),
		    "{\"id\":\"00u1\",\"status\":\"ACTIVE\",\"profile\":"
		    "{\"login\":\"other@b\",\"unixName\":%s}}",
		    cases[i].json);
		doc = parse(text);
		assert_int_equal(api_user_parse(doc, &r, &u, &e), 0);
		json_free(doc);
		assert_string_equal(u.name, cases[i].name);
		assert_int_equal(
		    u.problem[0] == '\0', cases[i].name[0] != '\0');
	}
}

static void
test_app_users_entitle_by_their_status(void **state)
{
	static const struct {
		const char *word;
		int assigned;
	} cases[] = {{"ACTIVE", 1}, {"PROVISIONED", 1}, {"STAGED", 1},
	    {"PENDING", 1}, {"APPROVED", 1}, {"IMPLICIT", 1},
	    {"DEPROVISIONED", 0}, {"INACTIVE", 0}, {"REVOKED", 0},
	    {"SUSPENDED", 0}, {"UNASSIGNED", 0}, {"IMPORTED", 0},
	    {"MATCHED", 0}, {"ANYTHING", 0}};
	static const char *const bad[] = {
	    "{\"id\":\"00u1\",\"status\":\"ACTIVE\"}",
	    "{\"id\":\"00u1\",\"status\":\"ACTIVE\",\"_embedded\":{}}",
	    "{\"id\":\"00u1\",\"status\":\"ACTIVE\",\"_embedded\":{\"user\":"
	    "{}}}",
	    "{\"id\":\"00u1\",\"status\":\"ACTIVE\",\"_embedded\":{\"user\":"
	    "{\"id\":\"00u2\",\"status\":\"ACTIVE\",\"profile\":{\"login\":"
	    "\"a@b\"}}}}",
	    "{\"id\":\"00u1\",\"_embedded\":{\"user\":{\"id\":\"00u1\"}}}"};
	struct json_object *doc;
	struct api_user u;
	struct error e;
	char text[512];
	int assigned;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(text, sizeof(text),
		    "{\"id\":\"00u1\",\"status\":\"%s\",\"_embedded\":{"
		    "\"user\":"
		    "{\"id\":\"00u1\",\"status\":\"ACTIVE\",\"profile\":"
		    "{\"login\":\"a@b\"}}}}",
		    cases[i].word);
		doc = parse(text);
		assert_int_equal(
		    api_app_user_parse(doc, &rules, &u, &assigned, &e), 0);
		assert_int_equal(assigned, cases[i].assigned);
		assert_string_equal(u.name, "a");
		json_free(doc);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		doc = parse(bad[i]);
		assert_int_equal(
		    api_app_user_parse(doc, &rules, &u, &assigned, &e), -1);
		assert_int_equal(assigned, 0);
		json_free(doc);
	}
}

static void
test_groups_as_records(void **state)
{
	static const struct {
		const char *json, *name, *problem;
		int64_t changed;
	} cases[] = {
	    {"\"type\":\"OKTA_GROUP\",\"lastUpdated\":"
	     "\"2026-01-02T03:04:05.000Z\",\"lastMembershipUpdated\":"
	     "\"2026-01-02T03:04:06.000Z\",\"profile\":{\"name\":\"Linux "
	     "Users\"}",
		"linux-users", "", 1767323046},
	    {"\"type\":\"BUILT_IN\",\"profile\":{\"name\":\"Everyone\","
	     "\"gidNumber\":1}",
		"everyone", "gidNumber", 0},
	    {"\"type\":\"NEW_TYPE\",\"profile\":{\"name\":\"x\"}", "x", "type",
		0},
	    {"\"type\":\"APP_GROUP\",\"profile\":{\"name\":\"a\\nb\"}", "",
		"not clean", 0},
	    {"\"type\":\"APP_GROUP\",\"profile\":{\"name\":\"12\"}", "",
		"group name", 0},
	    {"\"type\":\"APP_GROUP\",\"profile\":{\"name\":null}", "",
		"not clean", 0},
	    {"\"type\":\"APP_GROUP\"", "", "profile", 0},
	};
	struct json_object *doc;
	struct api_group g;
	struct error e;
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(
		    text, sizeof(text), "{\"id\":\"00g1\",%s}", cases[i].json);
		doc = parse(text);
		assert_int_equal(api_group_parse(doc, &rules, &g, &e), 0);
		assert_string_equal(g.name, cases[i].name);
		assert_int_equal(g.changed, cases[i].changed);
		assert_int_equal(g.gid, 0);
		if (cases[i].problem[0] == '\0')
			assert_string_equal(g.problem, "");
		else
			assert_non_null(strstr(g.problem, cases[i].problem));
		json_free(doc);
	}
	doc = parse("{\"id\":\"00g1\",\"lastUpdated\":\"yesterday\"}");
	assert_int_equal(api_group_parse(doc, &rules, &g, &e), -1);
	json_free(doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_whole_user),
	    cmocka_unit_test(test_malformed_numbers_never_become_an_id_T6),
	    cmocka_unit_test(test_dirty_text_never_gets_into_a_record_T21),
	    cmocka_unit_test(test_unknown_statuses_are_told_apart),
	    cmocka_unit_test(test_each_field_left_out_is_named_or_harmless),
	    cmocka_unit_test(test_no_id_is_no_record),
	    cmocka_unit_test(test_names_by_attribute),
	    cmocka_unit_test(test_app_users_entitle_by_their_status),
	    cmocka_unit_test(test_groups_as_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
