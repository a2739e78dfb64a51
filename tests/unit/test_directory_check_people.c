/*
 * The publisher's check of the people file: it belongs to its directory.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot.h"

static void
person(struct image *i, uint32_t uid, const char *name, const char *id,
    enum person_status status, enum person_why why)
{
	struct image_user u = {.uid = uid,
	    .gid = uid,
	    .name = name,
	    .gecos = "",
	    .home = "/home/x",
	    .shell = "/bin/sh",
	    .id = id,
	    .login = "x@example.com",
	    .status = status,
	    .why = why};
	struct error e = {0};

	assert_int_equal(image_add_user(i, &u, &e), 0);
}

static void
make_one(struct snapshot *s, uint32_t uid, const char *name, const char *id)
{
	struct image *i = snapshot_begin();

	person(i, uid, name, id, STATUS_ACTIVE, WHY_NONE);
	snapshot_end(s, i);
}

static void
test_a_group_has_its_okta_group(void **state)
{
	struct image *i = snapshot_begin();
	struct image_group g = {SNAPSHOT_GID(1), "dev", "00gA", TEAM_APP_GROUP};
	struct directory_team t;
	struct snapshot s;
	struct error e = {0};

	(void)state;
	assert_int_equal(image_add_group(i, &g, &e), 0);
	snapshot_end(&s, i);
	assert_int_equal(
	    directory_team_by_gid(&s.people, SNAPSHOT_GID(1), &t), OKTA_OK);
	assert_string_equal(t.id, "00gA");
	assert_int_equal(t.type, TEAM_APP_GROUP);
	assert_int_equal(
	    directory_team_by_gid(&s.people, SNAPSHOT_GID(2), &t), OKTA_ABSENT);
	snapshot_free(&s);
}

static void
test_people_and_directory_must_agree(void **state)
{
	struct snapshot a, b;
	struct directory_fault f;
	struct dir_person *p;
	struct image *i;

	(void)state;
	make_one(&a, SNAPSHOT_UID(1), "alice", "00uA");
	make_one(&b, SNAPSHOT_UID(1), "alicia", "00uA");
	assert_int_equal(directory_check_people(&a.people, &b.d, &f), OKTA_BAD);
	assert_string_equal(f.what, "people and directory disagree");
	snapshot_free(&b);
	i = snapshot_begin();
	person(
	    i, SNAPSHOT_UID(1), "alice", "00uA", STATUS_SUSPENDED, WHY_STATUS);
	snapshot_end(&b, i);
	assert_int_equal(directory_check_people(&b.people, &b.d, &f), OKTA_OK);
	assert_int_equal(directory_check_people(&b.people, &a.d, &f), OKTA_BAD);
	assert_string_equal(f.what, "flags, status and reason disagree");
	assert_int_equal(directory_check_people(&a.people, &b.d, &f), OKTA_BAD);
	snapshot_free(&b);
	/* Suspended, yet no reason against a login. */
	p = (void *)(a.people_bytes + a.people.section[DIR_PEOPLE].offset);
	p->status = STATUS_SUSPENDED;
	directory_stamp(a.people_bytes, a.people_size, 0, 0);
	assert_int_equal(directory_check_people(&a.people, &a.d, &f), OKTA_BAD);
	assert_string_equal(f.what, "flags, status and reason disagree");
	snapshot_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_group_has_its_okta_group),
	    cmocka_unit_test(test_people_and_directory_must_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
