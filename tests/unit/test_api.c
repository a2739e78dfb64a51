/* One request and lists over pages, with oktad-net played by the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api.h"
#include "api_directory.h"
#include "api_play.h"
#include "json.h"
#include "wire.h"

static int
count_element(void *arg, const struct json_object *o, struct error *e)
{
	int *n = arg;

	(void)o;
	(void)e;
	(*n)++;
	return 1;
}

static int
nothing_new(void *arg, const struct json_object *o, struct error *e)
{
	(void)arg;
	(void)o;
	(void)e;
	return 0;
}

static int
stop(void *arg, const struct json_object *o, struct error *e)
{
	(void)arg;
	(void)o;
	return error_set(e, ERROR_PROTOCOL, "stop");
}

#define END                                              \
	{                                                \
		0, NULL, NULL, NULL, ERROR_NONE, 0, NULL \
	}

static void
test_list_follows_its_pages_to_the_end(void **state)
{
	static const struct answer answers[] = {{.status = 200,
						    .body = "[{},{}]",
						    .next = "/l?after=1",
						    .path = "/l?limit=2"},
	    {.status = 200,
		.body = "[]",
		.next = "/l?after=2",
		.path = "/l?after=1"},
	    {.status = 200,
		.body = "[{}]",
		.path = "/l?after=2",
		.type = "application/json;charset=UTF-8"},
	    END};
	struct api a = begin(answers);
	struct error e = {0};
	int n = 0;

	(void)state;
	assert_int_equal(
	    api_list(&a, "/l?limit=2", NULL, count_element, &n, &e), 0);
	assert_int_equal(n, 3);
	assert_int_equal(asked, 3);
	assert_int_equal(a.requests, 3);
	assert_int_equal(a.date, 1767323045);
}

/* T90: 200 and yet not an answer, or not 200. */
static const struct answer not_answers[] = {
    {.status = 200, .body = ""},
    {.status = 200, .body = "<html>hello</html>"},
    {.status = 200, .body = "[{}]", .type = "text/html"},
    {.status = 200, .body = "[{}]", .type = ""},
    {.status = 200, .body = "[{}]", .type = "application/jsonp"},
    {.status = 200, .body = "[{},"},
    {.status = 200, .body = "[{}] x"},
    {.status = 200, .body = "null"},
    {.status = 200, .body = "7"},
    {.status = 200, .body = "\"[]\""},
    {.status = 200, .body = "[{\"id\":\"a\",\"id\":\"b\"}]"},
    {.status = 200, .body = "[{\"a\":NaN}]"},
    {.status = 200, .body = "[{\"a\":\"\xff\"}]"},
    {.status = 200, .body = "{\"errorCode\":\"E0000009\"}"},
    {.status = 201, .body = "[{}]"},
    {.status = 204, .body = ""},
    {.status = 206, .body = "[{}]"},
    {.status = 302, .body = ""},
    {.status = 401, .body = "{\"errorCode\":\"E0000011\"}"},
    {.status = 403, .body = ""},
    {.status = 404, .body = "{\"status\":404}"},
    {.status = 500, .body = "{\"errorCode\":\"E0000009\"}"},
    {.status = 502, .body = "<html>", .type = "text/html"},
    {.kind = ERROR_OFFLINE},
    {.kind = ERROR_PROTOCOL},
    {.kind = ERROR_SYSTEM},
    {.kind = ERROR_SCOPE},
};

static void
test_what_is_not_an_answer_fails_T90(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(not_answers) / sizeof(*not_answers);
	     i++) {
		struct answer two[] = {not_answers[i], END};
		struct api a = begin(two);
		struct json_object *doc;
		struct error e = {0};
		int n = 0;

		assert_int_equal(
		    api_list(&a, "/l", NULL, count_element, &n, &e), -1);
		assert_int_not_equal(e.kind, ERROR_NONE);
		assert_int_equal(n, 0);
		assert_int_equal(asked, 1);
		if (not_answers[i].status == 200 &&
		    not_answers[i].body[0] == '{')
			continue;
		a = begin(two);
		assert_int_equal(api_get(&a, "/l", &doc, &e), -1);
		assert_null(doc);
	}
}

static void
test_object_is_an_object(void **state)
{
	static const struct answer good[] = {
	    {.status = 200, .body = "{\"a\":1}"}, END};
	static const struct answer bad[] = {{.status = 200, .body = "[]"}, END};
	struct api a = begin(good);
	struct json_object *doc;
	struct error e;

	(void)state;
	assert_int_equal(api_get(&a, "/o", &doc, &e), 0);
	json_free(doc);
	a = begin(bad);
	assert_int_equal(api_get(&a, "/o", &doc, &e), -1);
	assert_null(doc);
}

static void
test_429_is_waited_out_but_not_for_ever(void **state)
{
	static const struct answer twice[] = {
	    {.kind = ERROR_RETRY, .retry_s = 3},
	    {.kind = ERROR_RETRY, .retry_s = 4},
	    {.status = 200, .body = "[{}]"}, END};
	static const struct answer always[] = {
	    {.kind = ERROR_RETRY, .retry_s = 1}, END};
	static const struct answer later[] = {
	    {.kind = ERROR_RETRY, .retry_s = 3600}, END};
	struct api a = begin(twice);
	struct error e;
	int n = 0;

	(void)state;
	assert_int_equal(api_list(&a, "/l", NULL, count_element, &n, &e), 0);
	assert_int_equal(waited_ms, 7000);
	a = begin(always);
	assert_int_equal(api_list(&a, "/l", NULL, count_element, &n, &e), -1);
	assert_int_equal(e.kind, ERROR_RETRY);
	assert_int_equal(asked, API_WAITS_MAX + 1);
	a = begin(later);
	assert_int_equal(api_list(&a, "/l", NULL, count_element, &n, &e), -1);
	assert_int_equal(asked, 1);
	assert_int_equal(waited_ms, 0);
	/* Nor past the deadline of the pass. */
	a = begin(twice);
	a.deadline = wire_now_ms() + 2000;
	assert_int_equal(api_list(&a, "/l", NULL, count_element, &n, &e), -1);
	assert_int_equal(asked, 1);
	a = begin(twice);
	a.deadline = 1;
	assert_int_equal(api_list(&a, "/l", NULL, count_element, &n, &e), -1);
	assert_int_equal(asked, 0);
}

static void
test_stalled_lists_fail_T91(void **state)
{
	static const struct answer itself[] = {
	    {.status = 200, .body = "[{}]", .next = "/l"}, END};
	static const struct answer empty[] = {
	    {.status = 200, .body = "[]", .next = "/l?after=1"},
	    {.status = 200, .body = "[]", .next = "/l?after=2"},
	    {.status = 200, .body = "[]", .next = "/l?after=1"},
	    {.status = 200, .body = "[]", .next = "/l?after=2"},
	    {.status = 200, .body = "[]", .next = "/l?after=1"},
	    {.status = 200, .body = "[]", .next = "/l?after=2"},
	    {.status = 200, .body = "[]", .next = "/l?after=1"},
	    {.status = 200, .body = "[]", .next = "/l?after=2"},
	    {.status = 200, .body = "[]", .next = "/l?after=1"},
	    {.status = 200, .body = "[]", .next = "/l?after=2"},
	    {.status = 200, .body = "[]"}, END};
	static const struct answer known[] = {
	    {.status = 200, .body = "[{}]", .next = "/l?after=2"},
	    {.status = 200, .body = "[{}]", .next = "/l?after=1"},
	    {.status = 200, .body = "[{}]", .next = "/l?after=2"}, END};
	struct api a = begin(itself);
	struct error e;
	int n = 0;

	(void)state;
	assert_int_equal(api_list(&a, "/l", NULL, count_element, &n, &e), -1);
	a = begin(empty);
	assert_int_equal(api_list(&a, "/l", NULL, count_element, &n, &e), -1);
	assert_int_equal(asked, API_IDLE_PAGES_MAX);
	a = begin(known);
	assert_int_equal(api_list(&a, "/l", NULL, nothing_new, &n, &e), -1);
	a = begin(known);
	assert_int_equal(api_list(&a, "/l", NULL, stop, &n, &e), -1);
	assert_int_equal(asked, 1);
}

static void
test_a_later_page_that_fails_fails_the_list_T91(void **state)
{
	static const struct answer answers[] = {
	    {.status = 200, .body = "[{}]", .next = "/l?after=1"},
	    {.status = 500, .body = ""}, END};
	struct api a = begin(answers);
	struct error e;
	int n = 0;

	(void)state;
	assert_int_equal(api_list(&a, "/l", NULL, count_element, &n, &e), -1);
	assert_int_equal(n, 1);
}

/* --- calls --- */

static const struct api_rules rules = {.id_min = 10, .id_max = 20};

static int
on_user(void *arg, const struct api_user *u, struct error *e)
{
	(void)e;
	strcat(arg, u->id);
	return 1;
}

static int
on_group(void *arg, const struct api_group *g, struct error *e)
{
	(void)e;
	strcat(arg, g->id);
	return 1;
}

#define USER(id) "{\"id\":\"" id "\",\"status\":\"ACTIVE\",\"profile\":{}}"

static void
test_paths_hold_ids_and_constants_only_T93(void **state)
{
	static const struct answer answers[] = {
	    {.status = 200,
		.body = "[" USER("u1") "]",
		.path = "/api/v1/groups/00g1/users?limit=200"},
	    {.status = 200,
		.body = "[{\"id\":\"u2\",\"status\":\"ACTIVE\","
			"\"_embedded\":{\"user\":" USER(
			    "u2") "}},"
				  "{\"id\":\"u3\",\"status\":\"SUSPENDED\","
				  "\"_embedded\":{\"user\":" USER("u3") "}}]",
		.path = "/api/v1/apps/0oa1/users?limit=200&expand=user"},
	    {.status = 200,
		.body = "[{\"id\":\"g1\"}]",
		.path = "/api/v1/users/00u1/groups"},
	    {.status = 200,
		.body = "[" USER("u4") "]",
		.path = "/api/v1/users?limit=200&filter=lastUpdated%20gt%20"
			"%222026-01-02T03%3A04%3A05.000Z%22&fields=id,status,"
			"profile:(login,firstName,lastName)"},
	    END};
	static const char *const bad[] = {
	    "", "a/b", "..", "a?b", "a%2f", "a b", "a\"", "\xc3\xa9"};
	struct api a = begin(answers);
	struct api_user u;
	struct api_group g;
	struct error e;
	char seen[64] = "";
	int known;

	(void)state;
	assert_int_equal(
	    api_group_members(&a, &rules, "00g1", NULL, on_user, seen, &e), 0);
	assert_int_equal(
	    api_app_users(&a, &rules, "0oa1", NULL, on_user, seen, &e), 0);
	assert_int_equal(
	    api_user_groups(&a, &rules, "00u1", on_group, seen, &e), 0);
	assert_int_equal(
	    api_users_changed(&a, &rules, 1767323045, on_user, seen, &e), 0);
	assert_string_equal(seen, "u1u2g1u4");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		asked = 0;
		assert_int_equal(api_group_members(&a, &rules, bad[i], NULL,
				     on_user, seen, &e),
		    -1);
		assert_int_equal(
		    api_app_users(&a, &rules, bad[i], NULL, on_user, seen, &e),
		    -1);
		assert_int_equal(
		    api_user_groups(&a, &rules, bad[i], on_group, seen, &e),
		    -1);
		assert_int_equal(api_user(&a, &rules, bad[i], &u, &e), -1);
		assert_int_equal(
		    api_group(&a, &rules, bad[i], NULL, &g, &e), -1);
		assert_int_equal(
		    api_app_user(&a, &rules, bad[i], "u", &u, &known, &e), -1);
		assert_int_equal(
		    api_app_user(&a, &rules, "a", bad[i], &u, &known, &e), -1);
		assert_int_equal(asked, 0);
	}
}

static void
test_an_answer_about_another_id_fails(void **state)
{
	static const struct answer user[] = {
	    {.status = 200, .body = USER("other")}, END};
	struct api a = begin(user);
	struct api_user u;
	struct api_group g;
	struct error e;

	(void)state;
	assert_int_equal(api_user(&a, &rules, "00u1", &u, &e), -1);
	a = begin(user);
	assert_int_equal(api_group(&a, &rules, "00u1", NULL, &g, &e), -1);
	a = begin(user);
	assert_int_equal(api_user(&a, &rules, "other", &u, &e), 0);
}

static void
test_a_group_tells_how_many_where_asked(void **state)
{
#define GROUP(more)                                                       \
	"{\"id\":\"00g1\",\"type\":\"OKTA_GROUP\",\"profile\":{\"name\":" \
	"\"crew\"}" more "}"
	static const struct {
		const char *body;
		uint32_t people;
	} rows[] = {
	    {GROUP(",\"_embedded\":{\"stats\":{\"usersCount\":77}}"), 77},
	    {GROUP(",\"_embedded\":{\"stats\":{\"usersCount\":-1}}"), 0},
	    {GROUP(",\"_embedded\":{\"stats\":null}"), 0},
	    {GROUP(",\"_embedded\":[]"), 0},
	    {GROUP(""), 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct answer answers[] = {
		    {.status = 200, .body = rows[i].body}, END};
		struct api a = begin(answers);
		struct api_group g;
		struct error e;
		uint32_t people = 5;

		assert_int_equal(
		    api_group(&a, &rules, "00g1", &people, &g, &e), 0);
		assert_int_equal(people, rows[i].people);
		assert_string_equal(g.name, "crew");
	}
}

static void
test_app_assignment_tells_no_from_unknown(void **state)
{
	static const struct answer yes[] = {
	    {.status = 200,
		.body = "{\"id\":\"u\",\"status\":\"ACTIVE\",\"_embedded\":"
			"{\"user\":" USER("u") "}}"},
	    END};
	static const struct answer ended[] = {
	    {.status = 200,
		.body = "{\"id\":\"u\",\"status\":\"DEPROVISIONED\","
			"\"_embedded\":{\"user\":" USER("u") "}}"},
	    END};
	static const struct answer none[] = {
	    {.status = 404, .body = "{\"errorCode\":\"E0000007\"}"}, END};
	static const struct answer broken[] = {{.status = 500}, END};
	struct api a = begin(yes);
	struct api_user u;
	struct error e;
	int known;

	(void)state;
	assert_int_equal(api_app_user(&a, &rules, "a", "u", &u, &known, &e), 1);
	a = begin(ended);
	assert_int_equal(api_app_user(&a, &rules, "a", "u", &u, &known, &e), 0);
	assert_int_equal(known, 1);
	a = begin(none);
	assert_int_equal(api_app_user(&a, &rules, "a", "u", &u, &known, &e), 0);
	assert_int_equal(known, 0);
	a = begin(broken);
	assert_int_equal(
	    api_app_user(&a, &rules, "a", "u", &u, &known, &e), -1);
	a = begin(yes);
	assert_int_equal(
	    api_app_user(&a, &rules, "a", "other", &u, &known, &e), -1);
}

#define CHANGED                                           \
	"/api/v1/users?limit=200&filter=lastUpdated%20gt" \
	"%20%221970-01-01T00%3A00%3A00.000Z%22"

/* Of all lists of people only this one can leave the rest out. */
static void
test_only_what_is_read_is_asked_for_where_okta_can(void **state)
{
	static const struct answer some[] = {
	    {.status = 200,
		.body = "[]",
		.path = CHANGED "&fields=id,status,profile:(login,firstName,"
				"lastName,uidNumber,unixHome,sshKeys)"},
	    END};
	/* What `fields` is not known to take, or the org does not have. */
	static const struct answer all[] = {
	    {.status = 200, .body = "[]", .path = CHANGED}, END};
	static const struct answer unknown[] = {
	    {.status = 400,
		.body = "{\"errorCode\":\"E0000001\"}",
		.path = CHANGED
		"&fields=id,status,profile:(login,firstName,lastName)"},
	    {.status = 200, .body = "[" USER("u1") "]", .path = CHANGED}, END};
	static const struct answer broken[] = {
	    {.status = 500,
		.body = "{}",
		.path = CHANGED
		"&fields=id,status,profile:(login,firstName,lastName)"},
	    END};
	struct api_rules r = rules;
	struct api a = begin(some);
	struct error e;
	char seen[64] = "";

	(void)state;
	r.uid_attribute = "uidNumber";
	r.home_attribute = "unixHome";
	r.ssh_keys_attribute = "sshKeys";
	assert_int_equal(api_users_changed(&a, &r, 0, on_user, seen, &e), 0);
	r.user_type = "oty1";
	a = begin(all);
	assert_int_equal(api_users_changed(&a, &r, 0, on_user, seen, &e), 0);
	a = begin(unknown);
	assert_int_equal(
	    api_users_changed(&a, &rules, 0, on_user, seen, &e), 0);
	assert_string_equal(seen, "u1");
	a = begin(broken);
	assert_int_equal(
	    api_users_changed(&a, &rules, 0, on_user, seen, &e), -1);
	assert_int_equal(asked, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_list_follows_its_pages_to_the_end),
	    cmocka_unit_test(test_what_is_not_an_answer_fails_T90),
	    cmocka_unit_test(test_object_is_an_object),
	    cmocka_unit_test(test_429_is_waited_out_but_not_for_ever),
	    cmocka_unit_test(test_stalled_lists_fail_T91),
	    cmocka_unit_test(test_a_later_page_that_fails_fails_the_list_T91),
	    cmocka_unit_test(test_paths_hold_ids_and_constants_only_T93),
	    cmocka_unit_test(test_an_answer_about_another_id_fails),
	    cmocka_unit_test(test_a_group_tells_how_many_where_asked),
	    cmocka_unit_test(test_app_assignment_tells_no_from_unknown),
	    cmocka_unit_test(
		test_only_what_is_read_is_asked_for_where_okta_can),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
