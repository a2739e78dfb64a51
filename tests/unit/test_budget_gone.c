/* The file of the budget, taken away under a running oktad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "budget.h"
#include "folder.h"

static const struct budget_limits limits = {5, 2};
static const struct budget_now now = {
    .wall_s = 1700000000, .boot_ms = 5000000, .boot_id = {1}};
static struct error error;

/* One wrong try. 1 where it was granted. */
static int
try(struct budget *b, const char *who)
{
	struct budget_address here;
	uint64_t serial;

	budget_parse_address(NULL, &here);
	return budget_charge(b, &limits, who, &here, &now, &serial, &error) ==
	    BUDGET_GRANTED &&
	    budget_settle(b, serial, BUDGET_CHARGE, &now, &error) == 0;
}

static void
test_removed_file_is_written_anew_with_all_that_counts_T116(void **state)
{
	struct folder folder;
	struct budget *b;
	char path[96], other[96];

	(void)state;
	folder_make(&folder);
	snprintf(path, sizeof(path), "%s/budget", folder.path);
	snprintf(other, sizeof(other), "%s/other", folder.path);
	b = budget_open(path, &now, &error);
	assert_int_equal(try(b, "00uA"), 1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(try(b, "00uB"), 1);
	/* Something else stands there now. */
	folder_write(&folder, "other", "x", 0600);
	assert_int_equal(rename(other, path), 0);
	assert_int_equal(try(b, "00uB"), 1);
	budget_close(b);
	b = budget_open(path, &now, &error);
	assert_int_equal(budget_failures(b, "00uA", &now), 1);
	assert_int_equal(budget_failures(b, "00uB", &now), 2);
	/* Without its folder nobody gets in uncounted. */
	folder_remove(&folder);
	assert_int_equal(try(b, "00uB"), 0);
	assert_int_equal(mkdir(folder.path, 0700), 0);
	assert_int_equal(try(b, "00uB"), 1);
	assert_int_equal(budget_failures(b, "00uA", &now), 1);
	budget_close(b);
	folder_remove(&folder);
}

/* As somebody moves it away to look at it. */
static void
move_it(const char *path)
{
	char other[96];

	snprintf(other, sizeof(other), "%s.old", path);
	assert_int_equal(rename(path, other), 0);
}

static void
empty_it(const char *path)
{
	assert_int_equal(truncate(path, 0), 0);
}

/* Two tries, the file goes, another, a restart: all of them count. */
static void
test_file_that_was_moved_or_emptied_frees_nobody_T56(void **state)
{
	void (*const accidents[])(const char *) = {move_it, empty_it};

	(void)state;
	for (size_t i = 0; i < sizeof(accidents) / sizeof(*accidents); i++) {
		struct folder folder;
		struct budget *b;
		struct stat st;
		char path[96];

		folder_make(&folder);
		snprintf(path, sizeof(path), "%s/budget", folder.path);
		b = budget_open(path, &now, &error);
		assert_int_equal(try(b, "00uA"), 1);
		assert_int_equal(try(b, "00uA"), 1);
		accidents[i](path);
		assert_int_equal(try(b, "00uA"), 1);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		budget_close(b);
		b = budget_open(path, &now, &error);
		assert_int_equal(budget_failures(b, "00uA", &now), 3);
		assert_int_equal(try(b, "00uA"), 0);
		budget_close(b);
		folder_remove(&folder);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_removed_file_is_written_anew_with_all_that_counts_T116),
	    cmocka_unit_test(
		test_file_that_was_moved_or_emptied_frees_nobody_T56),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
