/* The edge filter against real answers of Okta, and against bent ones. */
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
#include "recorded.h"

#define MIN 1879048192u
#define MAX 2147352575u

static const struct api_rules rules = {.uid_attribute = "uidNumber",
    .gid_attribute = "gidNumber",
    .home_attribute = "unixHome",
    .shell_attribute = "loginShell",
    .id_min = MIN,
    .id_max = MAX};

static void
test_flipped_bits_break_nothing(void **state)
{
	static const char page[] =
	    "[{\"id\":\"00u1\",\"status\":\"ACTIVE\",\"profile\":{\"login\":"
	    "\"a@b\",\"firstName\":\"A\",\"lastName\":null,\"uidNumber\":"
	    "1879048192,\"gidNumber\":\"1879048193\",\"unixHome\":\"/h/a\"},"
	    "\"_embedded\":{\"user\":{\"id\":\"00u1\"}}},"
	    "{\"id\":\"00g1\",\"type\":\"OKTA_GROUP\",\"lastUpdated\":"
	    "\"2026-01-02T03:04:05.000Z\",\"profile\":{\"name\":\"x y\"}}]";
	char bent[sizeof(page)];
	int parsed = 0;

	(void)state;
	for (size_t bit = 0; bit < (sizeof(page) - 1) * 8; bit++) {
		struct json_object *doc;
		struct api_user u;
		struct api_group g;
		struct error e;
		int assigned;

		memcpy(bent, page, sizeof(page));
		bent[bit / 8] = (char)(bent[bit / 8] ^ (1 << bit % 8));
		if (json_parse(bent, sizeof(page) - 1, "bent", &doc, &e) == -1)
			continue;
		parsed++;
		for (size_t i = 0; json_object_is_type(doc, json_type_array) &&
		     i < json_object_array_length(doc);
		     i++) {
			const struct json_object *o =
			    json_object_array_get_idx(doc, i);

			if (api_user_parse(o, &rules, &u, &e) == 0) {
				assert_true(u.uid == 0 ||
				    (u.uid >= MIN && u.uid <= MAX));
				assert_true(u.gid == 0 ||
				    (u.gid >= MIN && u.gid <= MAX));
				assert_true(name_is_clean_text(
				    u.gecos, strlen(u.gecos), API_TEXT_SIZE));
			}
			(void)api_app_user_parse(o, &rules, &u, &assigned, &e);
			if (api_group_parse(o, &rules, &g, &e) == 0)
				assert_true(g.problem[0] != '\0' ||
				    name_is_valid(g.name, strlen(g.name)));
		}
		json_free(doc);
	}
	assert_true(parsed > 100);
}

/* --- real answers --- */

enum recorded_kind { RECORDED_USER, RECORDED_APP_USER, RECORDED_GROUP };

struct recorded {
	int files, objects, parsed, refused;
};

static int
parse_user(enum recorded_kind kind, const struct json_object *o,
    struct api_user *u, struct error *e)
{
	int assigned;

	return kind == RECORDED_USER
	    ? api_user_parse(o, &rules, u, e)
	    : api_app_user_parse(o, &rules, u, &assigned, e);
}

/* Lists are read without the members that nobody needs: the same record. */
static void
check_slim(enum recorded_kind kind, const struct json_object *o,
    const struct api_user *whole)
{
	const char *text = json_object_to_json_string(
		       (struct json_object *)(uintptr_t)o),
		   *members[API_MEMBERS];
	struct json_object *slim;
	struct api_user u;
	struct error e;

	api_user_members(&rules, members);
	if (json_parse_members(
		text, strlen(text), "slim", members, &slim, &e) == -1)
		fail_msg("%s", e.text);
	assert_int_equal(parse_user(kind, slim, &u, &e), 0);
	assert_memory_equal(&u, whole, offsetof(struct api_user, keys));
	json_free(slim);
}

/* One object. Refused ones are listed by name with their reason. */
static void
take_object(struct recorded *r, enum recorded_kind kind,
    const struct json_object *o, const char *file)
{
	struct api_user u;
	struct api_group g;
	struct error e;
	const char *why = "", *id = "?";
	int rc;

	r->objects++;
	if (kind == RECORDED_GROUP) {
		rc = api_group_parse(o, &rules, &g, &e);
		id = g.id;
		why = g.problem;
	} else {
		rc = parse_user(kind, o, &u, &e);
		if (rc == 0)
			check_slim(kind, o, &u);
		id = u.id;
		why = u.problem;
	}
	if (rc == 0)
		r->parsed++;
	if (rc == -1 || why[0] != '\0') {
		r->refused++;
		print_message("refused: %s: %s: %s\n", file, rc == 0 ? id : "?",
		    rc == 0 ? why : e.text);
	}
}

struct taking {
	struct recorded *r;
	enum recorded_kind kind;
};

static void
take_file(const char *file, const struct json_object *doc, void *arg)
{
	const struct taking *t = arg;
	struct json_object *body;

	if (strstr(file, "404") != NULL)
		return;
	if (json_get(doc, "body", &body) != 1)
		fail_msg("%s: no body", file);
	t->r->files++;
	if (json_object_is_type(body, json_type_array))
		for (size_t i = 0; i < json_object_array_length(body); i++)
			take_object(t->r, t->kind,
			    json_object_array_get_idx(body, i), file);
	else
		take_object(t->r, t->kind, body, file);
}

static struct recorded
take_folder(const char *root, const char *folder, enum recorded_kind kind,
    const char *prefix)
{
	struct recorded r = {0};
	struct taking t = {&r, kind};

	recorded_each(root, folder, prefix, take_file, &t);
	print_message("%s/%s*: %d files, %d objects, %d parsed, %d refused\n",
	    folder, prefix, r.files, r.objects, r.parsed, r.refused);
	return r;
}

static void
test_recorded_answers_parse_object_by_object(void **state)
{
	static const struct {
		const char *folder, *prefix;
		enum recorded_kind kind;
		int least;
	} all[] = {
	    {"users_list", "get-users", RECORDED_USER, 7},
	    {"users_list", "seq-py-user-pagination", RECORDED_USER, 2},
	    {"users_single", "get-users", RECORDED_USER, 7},
	    {"group_members", "get-groups-id-users", RECORDED_USER, 5},
	    {"groups_list", "get-groups", RECORDED_GROUP, 6},
	    {"user_groups", "get-users-id-groups", RECORDED_GROUP, 3},
	    {"app_users", "seq-", RECORDED_APP_USER, 3},
	    {"users_single", "rapid7-get", RECORDED_USER, 2},
	    {"group_members", "rapid7", RECORDED_USER, 2},
	    {"groups_single", "rapid7-get-group", RECORDED_GROUP, 1},
	    {"user_groups", "rapid7", RECORDED_GROUP, 1},
	};
	const char *root = recorded_or_skip();

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct recorded r = take_folder(
		    root, all[i].folder, all[i].kind, all[i].prefix);

		assert_true(r.objects >= all[i].least);
		assert_int_equal(r.parsed, r.objects);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_flipped_bits_break_nothing),
	    cmocka_unit_test(test_recorded_answers_parse_object_by_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
