/*
 * Which files are believed, and how old `confirmed` says the directory is.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "snapshot.h"

static char folder[] = "/tmp/okta-file-XXXXXX";
static struct snapshot good;

static void
expect_open(int code)
{
	struct directory d;

	assert_int_equal(directory_open(&d, "file", DIR_MAGIC_PUBLIC), code);
	if (code != OKTA_OK)
		assert_null(d.base);
	directory_close(&d);
	assert_null(d.base);
	assert_true(unlink("file") == 0 || rmdir("file") == 0);
}

static void
put(const void *bytes, size_t size, mode_t mode)
{
	snapshot_save(bytes, size, "file");
	assert_int_equal(chmod("file", mode), 0);
}

static void
test_only_a_plain_file_of_the_trusted_owner_is_opened_T77(void **state)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX, .sun_path = "file"};
	struct directory d;
	int fd;

	(void)state;
	put(good.bytes, good.size, 0644);
	expect_open(OKTA_OK);
	put(good.bytes, good.size, 0664);
	expect_open(OKTA_UNSAFE);
	put(good.bytes, good.size, 0646);
	expect_open(OKTA_UNSAFE);
	put(good.bytes, 0, 0644);
	expect_open(OKTA_BAD);
	put(good.bytes, sizeof(struct dir_header) - 1, 0644);
	expect_open(OKTA_BAD);
	put(good.people_bytes, good.people_size, 0644);
	expect_open(OKTA_BAD);
	assert_int_equal(symlink("target", "file"), 0);
	expect_open(OKTA_UNSAFE);
	snapshot_save(good.bytes, good.size, "target");
	assert_int_equal(symlink("target", "file"), 0);
	expect_open(OKTA_UNSAFE);
	assert_int_equal(mkdir("file", 0755), 0);
	expect_open(OKTA_UNSAFE);
	assert_int_equal(mkfifo("file", 0644), 0);
	expect_open(OKTA_UNSAFE);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (void *)&sun, sizeof(sun)), 0);
	expect_open(OKTA_UNSAFE);
	close(fd);
	/* Larger than any memory, by a hole. */
	fd = open("file", O_WRONLY | O_CREAT, 0644);
	assert_int_equal(ftruncate(fd, (off_t)1 << 42), 0);
	close(fd);
	expect_open(OKTA_BAD);
	assert_int_equal(
	    directory_open(&d, "file", DIR_MAGIC_PUBLIC), OKTA_ABSENT);
	assert_int_equal(
	    directory_open(&d, "target/x", DIR_MAGIC_PUBLIC), OKTA_ABSENT);
	assert_int_equal(unlink("target"), 0);
}

static uint64_t
clock_ms(clockid_t clock)
{
	struct timespec ts;

	assert_int_equal(clock_gettime(clock, &ts), 0);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static struct dir_confirmed
confirmed_now(void)
{
	struct dir_confirmed c = {.magic = DIR_MAGIC_CONFIRMED,
	    .boot_ms = clock_ms(CLOCK_BOOTTIME),
	    .wall_s = clock_ms(CLOCK_REALTIME) / 1000};

	c.high_water_s = c.wall_s;
	assert_int_equal(directory_boot_id(c.boot_id), OKTA_OK);
	return c;
}

static uint64_t
age_of(struct dir_confirmed c)
{
	uint64_t age;

	c.checksum =
	    directory_checksum(&c, offsetof(struct dir_confirmed, checksum));
	snapshot_save(&c, sizeof(c), "confirmed");
	assert_int_equal(directory_age("confirmed", &age), OKTA_OK);
	return age;
}

static void
assert_about(uint64_t age, uint64_t expected)
{
	assert_in_range(age, expected, expected + 5);
}

static void
test_age_goes_by_the_boot_clock_within_one_boot_T102_reduced(void **state)
{
	struct dir_confirmed c = confirmed_now();

	(void)state;
	assert_about(age_of(c), 0);
	assert_true(c.boot_ms > 100000);
	c.boot_ms -= 100000;
	assert_about(age_of(c), 100);
	/* A wall clock that was set back or forth says nothing. */
	c.wall_s -= 500000;
	assert_about(age_of(c), 100);
	c.wall_s += 1000000;
	c.high_water_s += 1000000;
	assert_about(age_of(c), 100);
}

static void
test_age_goes_by_the_wall_clock_across_boots(void **state)
{
	struct dir_confirmed c = confirmed_now();

	(void)state;
	c.boot_id[3] ^= 1;
	c.wall_s -= 7200;
	assert_about(age_of(c), 7200);
	/* Set back since: time does not go back behind what was seen. */
	c.high_water_s += 86400;
	assert_about(age_of(c), 7200 + 86400);
	/* Confirmed in what is now the future: as fresh as can be, no more. */
	c.high_water_s = c.wall_s = clock_ms(CLOCK_REALTIME) / 1000 + 500;
	assert_int_equal(age_of(c), 0);
	/* The same boot, but a boot clock that is behind. */
	c = confirmed_now();
	c.boot_ms += 1000000;
	c.wall_s -= 60;
	assert_about(age_of(c), 60);
}

static void
test_age_of_a_damaged_or_missing_file_is_not_zero(void **state)
{
	struct dir_confirmed c = confirmed_now();
	uint64_t age = 0;
	size_t n;

	(void)state;
	age_of(c);
	c.checksum =
	    directory_checksum(&c, offsetof(struct dir_confirmed, checksum));
	for (n = 0; n < sizeof(c); n++) {
		((uint8_t *)&c)[n] ^= 0x10;
		snapshot_save(&c, sizeof(c), "confirmed");
		assert_int_equal(directory_age("confirmed", &age), OKTA_BAD);
		assert_true(age == UINT64_MAX);
		((uint8_t *)&c)[n] ^= 0x10;
	}
	snapshot_save(&c, sizeof(c) - 1, "confirmed");
	assert_int_equal(directory_age("confirmed", &age), OKTA_BAD);
	snapshot_save(&c, 0, "confirmed");
	assert_int_equal(directory_age("confirmed", &age), OKTA_BAD);
	snapshot_save(&c, sizeof(c), "confirmed");
	assert_int_equal(directory_age("confirmed", &age), OKTA_OK);
	assert_int_equal(chmod("confirmed", 0666), 0);
	assert_int_equal(directory_age("confirmed", &age), OKTA_UNSAFE);
	assert_int_equal(unlink("confirmed"), 0);
	assert_int_equal(directory_age("confirmed", &age), OKTA_ABSENT);
	assert_true(age == UINT64_MAX);
}

static int
begin(void **state)
{
	(void)state;
	snapshot_make(&good, 3, 2, 1);
	return mkdtemp(folder) == NULL || chdir(folder) == -1;
}

static int
end(void **state)
{
	(void)state;
	snapshot_free(&good);
	return chdir("/") == -1 || rmdir(folder) == -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_only_a_plain_file_of_the_trusted_owner_is_opened_T77),
	    cmocka_unit_test(
		test_age_goes_by_the_boot_clock_within_one_boot_T102_reduced),
	    cmocka_unit_test(test_age_goes_by_the_wall_clock_across_boots),
	    cmocka_unit_test(test_age_of_a_damaged_or_missing_file_is_not_zero),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
