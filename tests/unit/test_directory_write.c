/*
 * The writer: refuses what breaks a rule, and its bytes depend on the set of
 * records alone.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "snapshot.h"

static const struct image_user good = {.uid = SNAPSHOT_UID(1),
    .gid = SNAPSHOT_UID(1),
    .name = "alice",
    .gecos = "Alice",
    .home = "/home/alice",
    .shell = "/bin/bash",
    .id = "00uAlice",
    .login = "alice@example.com",
    .status = STATUS_ACTIVE};

static void
expect_refused(struct image *i, const struct image_user *u)
{
	struct error e = {0};

	assert_int_equal(image_add_user(i, u, &e), -1);
	assert_int_equal(e.kind, ERROR_PROTOCOL);
	assert_true(e.text[0] != '\0');
}

static void
test_record_with_a_field_left_out_is_refused_T4(void **state)
{
	struct image *i = snapshot_begin();
	struct image_user u;
	struct image_group g = {SNAPSHOT_GID(1), NULL, "00gA", 0};
	struct error e = {0};

	(void)state;
#define WITHOUT(field)                 \
	do {                           \
		u = good;              \
		u.field = 0;           \
		expect_refused(i, &u); \
	} while (0)
	WITHOUT(uid);
	WITHOUT(gid);
	WITHOUT(name);
	WITHOUT(gecos);
	WITHOUT(home);
	WITHOUT(shell);
	WITHOUT(id);
	WITHOUT(login);
	WITHOUT(status); /* STAGED without a reason */
#undef WITHOUT
	assert_int_equal(image_add_group(i, &g, &e), -1);
	g = (struct image_group){0, "dev", "00gA", TEAM_OKTA_GROUP};
	assert_int_equal(image_add_group(i, &g, &e), -1);
	g = (struct image_group){SNAPSHOT_GID(1), "dev", NULL, 0};
	assert_int_equal(image_add_group(i, &g, &e), -1);
	g = (struct image_group){SNAPSHOT_GID(1), "dev", "no id", 0};
	assert_int_equal(image_add_group(i, &g, &e), -1);
	g = (struct image_group){SNAPSHOT_GID(1), "dev", "00gA", TEAM_TYPES};
	assert_int_equal(image_add_group(i, &g, &e), -1);
	assert_int_equal(image_add_user(i, &good, &e), 0);
	image_free(i);
}

static void
test_special_ids_are_refused_T7(void **state)
{
	static const uint32_t ids[] = {0, 1, 999, 1000, 65533, 65534, 65535,
	    65536, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff,
	    SNAPSHOT_ID_MIN - 1, SNAPSHOT_ID_MAX + 1};
	struct image_params p = {.id_min = 1000, .id_max = 200000};
	struct error e = {0};
	struct image *i = snapshot_begin();
	struct image_user u = good;
	struct image_group g = {0, "dev", "00gA", 0};
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(ids) / sizeof(ids[0]); n++) {
		u = good;
		u.uid = ids[n];
		expect_refused(i, &u);
		u = good;
		u.gid = ids[n];
		expect_refused(i, &u);
		g.gid = ids[n];
		assert_int_equal(image_add_group(i, &g, &e), -1);
	}
	image_free(i);
	/* In the range, yet "nobody" and "overflow" to others. */
	i = image_new(&p, &e);
	u = good;
	u.gid = u.uid = 65534;
	expect_refused(i, &u);
	u.gid = u.uid = 65535;
	expect_refused(i, &u);
	u.gid = u.uid = 65536;
	assert_int_equal(image_add_user(i, &u, &e), 0);
	image_free(i);
	p.id_min = 999;
	assert_null(image_new(&p, &e));
	assert_int_equal(e.kind, ERROR_CONFIG);
	p = (struct image_params){.id_min = 1000, .id_max = 0x7fffffff};
	assert_null(image_new(&p, &e));
	p = (struct image_params){.id_min = 2000, .id_max = 1999};
	assert_null(image_new(&p, &e));
}

static void
test_unclean_texts_and_names_are_refused_T16_T21_T22(void **state)
{
	struct image *i = snapshot_begin();
	struct image_user u;

	(void)state;
#define WITH(field, value)             \
	do {                           \
		u = good;              \
		u.field = value;       \
		expect_refused(i, &u); \
	} while (0)
	WITH(name, "Alice");
	WITH(name, "root");
	WITH(name, "_alice");
	WITH(name, "");
	WITH(gecos, "a\nroot::0:0:::");
	WITH(gecos, "a:b");
	WITH(home, "");
	WITH(home, "/");
	WITH(home, "/home/../root");
	WITH(shell, "bash");
	WITH(login, "");
	WITH(login, "a\x1b[0m");
	WITH(id, "");
	WITH(id, "../../x");
	WITH(status, STATUS_SUSPENDED);
	WITH(status, (enum person_status)99);
	WITH(why, (enum person_why)99);
#undef WITH
	image_free(i);
}

static int
finish_code(struct image *i, struct error *e)
{
	int directory, people, r;

	r = image_finish(i, &directory, &people, e);
	if (r == 0) {
		close(directory);
		close(people);
	} else {
		assert_int_equal(directory, -1);
		assert_int_equal(people, -1);
	}
	image_free(i);
	return r;
}

static void
test_nothing_stands_twice(void **state)
{
	struct error e = {0};
	struct image_user u = good;
	struct image *i;

	(void)state;
	i = snapshot_begin();
	snapshot_user(i, SNAPSHOT_UID(1), "a");
	snapshot_user(i, SNAPSHOT_UID(1), "b");
	assert_int_equal(finish_code(i, &e), -1);
	i = snapshot_begin();
	snapshot_user(i, SNAPSHOT_UID(1), "a");
	snapshot_user(i, SNAPSHOT_UID(2), "a");
	assert_int_equal(finish_code(i, &e), -1);
	i = snapshot_begin();
	snapshot_user(i, SNAPSHOT_UID(1), "a");
	snapshot_group(i, SNAPSHOT_UID(1), "b");
	assert_int_equal(finish_code(i, &e), -1);
	i = snapshot_begin();
	snapshot_user(i, SNAPSHOT_UID(1), "a");
	snapshot_group(i, SNAPSHOT_GID(1), "a");
	assert_int_equal(finish_code(i, &e), -1);
	i = snapshot_begin();
	snapshot_group(i, SNAPSHOT_GID(1), "a");
	snapshot_group(i, SNAPSHOT_GID(1), "b");
	assert_int_equal(finish_code(i, &e), -1);
	/* Primary group, member, group that are not there. */
	i = snapshot_begin();
	u.gid = SNAPSHOT_GID(1);
	assert_int_equal(image_add_user(i, &u, &e), 0);
	assert_int_equal(finish_code(i, &e), -1);
	i = snapshot_begin();
	snapshot_group(i, SNAPSHOT_GID(1), "a");
	snapshot_member(i, SNAPSHOT_GID(1), SNAPSHOT_UID(1));
	assert_int_equal(finish_code(i, &e), -1);
	i = snapshot_begin();
	snapshot_user(i, SNAPSHOT_UID(1), "a");
	snapshot_member(i, SNAPSHOT_GID(1), SNAPSHOT_UID(1));
	assert_int_equal(finish_code(i, &e), -1);
}

/* Two people with the same Okta id pass the writer's sums, not the check. */
static void
test_okta_id_that_stands_twice_is_found(void **state)
{
	struct image *i = snapshot_begin();
	struct image_user u = good;
	struct directory_fault f;
	struct error e = {0};
	struct snapshot s;

	(void)state;
	assert_int_equal(image_add_user(i, &u, &e), 0);
	u.uid = u.gid = SNAPSHOT_UID(2);
	u.name = "bob";
	assert_int_equal(image_add_user(i, &u, &e), 0);
	snapshot_end(&s, i);
	assert_int_equal(directory_check_people(&s.people, &s.d, &f), OKTA_BAD);
	assert_string_equal(
	    f.what, "a person is not found again, or stands twice");
	snapshot_free(&s);
}

static void
shuffle(uint32_t *order, uint32_t n)
{
	uint32_t k, j, t;

	for (k = n - 1; k > 0; k--) {
		j = (uint32_t)random() % (k + 1);
		t = order[k];
		order[k] = order[j];
		order[j] = t;
	}
}

static void
test_bytes_do_not_depend_on_the_order_of_records_T12(void **state)
{
	enum { PEOPLE = 200, ORDERS = 200 };
	uint32_t order[PEOPLE], n, round;
	struct snapshot first = {0}, s;
	char name[32];

	(void)state;
	for (n = 0; n < PEOPLE; n++)
		order[n] = n;
	for (round = 0; round < ORDERS; round++) {
		struct image *i = snapshot_begin();

		shuffle(order, PEOPLE);
		for (n = 0; n < PEOPLE; n++) {
			snprintf(name, sizeof(name), "user%u", order[n]);
			snapshot_user(i, SNAPSHOT_UID(order[n]), name);
			snapshot_member(i, SNAPSHOT_GID(order[n] % 20),
			    SNAPSHOT_UID(order[n]));
			if (order[n] < 20) {
				snprintf(
				    name, sizeof(name), "group%u", order[n]);
				snapshot_group(i, SNAPSHOT_GID(order[n]), name);
			}
		}
		snapshot_end(&s, i);
		if (round == 0) {
			first = s;
			continue;
		}
		assert_int_equal(s.size, first.size);
		assert_memory_equal(s.bytes, first.bytes, s.size);
		assert_int_equal(s.people_size, first.people_size);
		assert_memory_equal(
		    s.people_bytes, first.people_bytes, s.people_size);
		snapshot_free(&s);
	}
	snapshot_free(&first);
}

static void
test_images_are_sealed(void **state)
{
	enum { ALL = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL };
	struct image *i = snapshot_begin();
	struct error e = {0};
	int fds[2], n;

	(void)state;
	snapshot_user(i, SNAPSHOT_UID(1), "alice");
	assert_int_equal(image_finish(i, &fds[0], &fds[1], &e), 0);
	for (n = 0; n < 2; n++) {
		assert_int_equal(fcntl(fds[n], F_GET_SEALS), ALL);
		assert_int_equal(pwrite(fds[n], "x", 1, 0), -1);
		close(fds[n]);
	}
	image_free(i);
}

static void
test_flags_follow_from_status_and_reason(void **state)
{
	struct image_params p = {.id_min = SNAPSHOT_ID_MIN,
	    .id_max = SNAPSHOT_ID_MAX,
	    .flags = DIR_NO_ENUMERATION,
	    .key_statuses = 1U << STATUS_LOCKED_OUT};
	static const struct {
		enum person_status status;
		enum person_why why;
		uint32_t flags;
	} table[] = {
	    {STATUS_ACTIVE, WHY_NONE, 0},
	    {STATUS_ACTIVE, WHY_NOT_ENTITLED, DIR_USER_NO_LOGIN},
	    {STATUS_ACTIVE, WHY_GONE, DIR_USER_NO_LOGIN},
	    {STATUS_RECOVERY, WHY_NONE, DIR_USER_NO_KEY},
	    {STATUS_PASSWORD_EXPIRED, WHY_NONE, DIR_USER_NO_KEY},
	    {STATUS_LOCKED_OUT, WHY_NONE, 0},
	    {STATUS_SUSPENDED, WHY_STATUS, DIR_USER_NO_LOGIN},
	    {STATUS_DEPROVISIONED, WHY_STATUS, DIR_USER_NO_LOGIN},
	    {STATUS_STAGED, WHY_STATUS, DIR_USER_NO_LOGIN},
	};
	struct directory_user u;
	struct error e = {0};
	struct image_user add;
	struct snapshot s;
	struct image *i;
	char id[16];
	size_t n;

	(void)state;
	i = image_new(&p, &e);
	for (n = 0; n < sizeof(table) / sizeof(table[0]); n++) {
		snprintf(id, sizeof(id), "u%zu", n);
		add = good;
		add.uid = add.gid = SNAPSHOT_UID(n);
		add.name = add.id = id;
		add.status = table[n].status;
		add.why = table[n].why;
		assert_int_equal(image_add_user(i, &add, &e), 0);
	}
	snapshot_end(&s, i);
	assert_int_equal(s.d.header->flags, DIR_NO_ENUMERATION);
	for (n = 0; n < sizeof(table) / sizeof(table[0]); n++) {
		assert_int_equal(
		    directory_user_by_uid(&s.d, SNAPSHOT_UID(n), &u), 0);
		assert_int_equal(
		    u.flags, table[n].flags | DIR_USER_PRIVATE_GROUP);
	}
	snapshot_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_record_with_a_field_left_out_is_refused_T4),
	    cmocka_unit_test(test_special_ids_are_refused_T7),
	    cmocka_unit_test(
		test_unclean_texts_and_names_are_refused_T16_T21_T22),
	    cmocka_unit_test(test_nothing_stands_twice),
	    cmocka_unit_test(test_okta_id_that_stands_twice_is_found),
	    cmocka_unit_test(
		test_bytes_do_not_depend_on_the_order_of_records_T12),
	    cmocka_unit_test(test_images_are_sealed),
	    cmocka_unit_test(test_flags_follow_from_status_and_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
