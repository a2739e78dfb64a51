/*
 * The slots of the NSS module from inside: every one of them held by a reader
 * that does not let go, and a replacement at the worst of moments.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <stdatomic.h>

#include "publish.h"

/* Called before each count of a reader. */
static void before_count(void);

#undef atomic_fetch_add
#define atomic_fetch_add(p, n) \
	(before_count(), atomic_fetch_add_explicit(p, n, memory_order_seq_cst))
#include "map.c"

static uint32_t replace_with; /* 0: nothing */

static void
publish_one(uint32_t n)
{
	struct image *i = snapshot_begin();
	struct snapshot s;
	char name[32];

	snprintf(name, sizeof(name), "user%u", n);
	snapshot_user(i, SNAPSHOT_UID(n), name);
	snapshot_end(&s, i);
	publish(&s);
	snapshot_free(&s);
}

static int
has(const struct map *m, uint32_t n)
{
	struct directory_user u;

	return directory_user_by_uid(m->d, SNAPSHOT_UID(n), &u) == OKTA_OK;
}

/* Between a reader's look at what is current and its count: another one comes
 * along and finds that the file was replaced. */
static void
before_count(void)
{
	uint32_t n = replace_with;
	struct map other;

	if (n == 0)
		return;
	replace_with = 0;
	publish_one(n);
	assert_int_equal(map_acquire(&other), OKTA_OK);
	map_release(&other);
}

static int
count_mappings(void)
{
	char line[512];
	FILE *f = fopen("/proc/self/maps", "r");
	int n = 0;

	while (fgets(line, sizeof(line), f) != NULL)
		n += strstr(line, "/public/directory") != NULL;
	fclose(f);
	return n;
}

static void
test_each_reader_keeps_what_it_took(void **state)
{
	struct map held[SLOTS];
	uint32_t n;

	(void)state;
	for (n = 0; n < SLOTS; n++) {
		publish_one(n);
		assert_int_equal(map_acquire(&held[n]), OKTA_OK);
		assert_true(held[n].d != &held[n].own);
	}
	assert_int_equal(count_mappings(), SLOTS);
	for (n = 0; n < SLOTS; n++)
		assert_true(has(&held[n], n));
	for (n = 0; n < SLOTS; n++)
		map_release(&held[n]);
	assert_int_equal(count_mappings(), 1);
}

static void
test_with_all_slots_busy_calls_map_for_themselves(void **state)
{
	struct map held[SLOTS], own, again;
	uint32_t n;

	(void)state;
	for (n = 0; n < SLOTS; n++) {
		publish_one(n);
		assert_int_equal(map_acquire(&held[n]), OKTA_OK);
	}
	publish_one(10);
	assert_int_equal(map_acquire(&own), OKTA_OK);
	assert_true(own.d == &own.own);
	assert_true(has(&own, 10));
	/* Nobody is served the old file, in the same second either. */
	assert_int_equal(map_acquire(&again), OKTA_OK);
	assert_true(again.d == &again.own);
	assert_true(has(&again, 10));
	assert_int_equal(count_mappings(), SLOTS + 2);
	map_release(&again);
	map_release(&own);
	assert_int_equal(count_mappings(), SLOTS);
	/* With one slot free again it is used. */
	map_release(&held[1]);
	assert_int_equal(map_acquire(&again), OKTA_OK);
	assert_true(again.d != &again.own);
	assert_true(has(&again, 10));
	map_release(&again);
	map_release(&held[0]);
	map_release(&held[2]);
	map_release(&held[3]);
	assert_int_equal(count_mappings(), 1);
}

static void
test_slot_that_was_retired_meanwhile_is_not_entered_T64(void **state)
{
	struct map m;

	(void)state;
	publish_one(1);
	assert_int_equal(map_acquire(&m), OKTA_OK);
	map_release(&m);
	replace_with = 2;
	assert_int_equal(map_acquire(&m), OKTA_OK);
	assert_int_equal(replace_with, 0);
	assert_true(has(&m, 2));
	assert_int_equal(count_mappings(), 1);
	map_release(&m);
}

static void
test_held_mapping_outlives_its_file(void **state)
{
	struct map held, none;

	(void)state;
	publish_one(1);
	assert_int_equal(map_acquire(&held), OKTA_OK);
	publish_nothing();
	assert_int_equal(map_acquire(&none), OKTA_SYSTEM);
	assert_null(none.d);
	map_release(&none);
	assert_true(has(&held, 1));
	map_release(&held);
	assert_int_equal(count_mappings(), 0);
}

static int
begin(void **state)
{
	(void)state;
	publish_begin();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_reader_keeps_what_it_took),
	    cmocka_unit_test(test_with_all_slots_busy_calls_map_for_themselves),
	    cmocka_unit_test(
		test_slot_that_was_retired_meanwhile_is_not_entered_T64),
	    cmocka_unit_test(test_held_mapping_outlives_its_file),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
