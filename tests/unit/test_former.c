/* The record of all that was ever published: cuts, damage, an admin's word. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"
#include "former_match.h"
#include "snapshot.h"

/* As the linker gives them to us (--wrap): the nth from now on fails. */
static int fail_fsync, fail_pwrite;
int __wrap_fsync(int fd);
ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at);
ssize_t __real_pwrite(int fd, const void *p, size_t n, off_t at);

int
__wrap_fsync(int fd)
{
	(void)fd;
	if (fail_fsync == 0 || --fail_fsync > 0)
		return 0;
	errno = EIO;
	return -1;
}

/* What is written before the disk is full, stays there. */
ssize_t
__wrap_pwrite(int fd, const void *p, size_t n, off_t at)
{
	if (fail_pwrite == 0 || --fail_pwrite > 0)
		return __real_pwrite(fd, p, n, at);
	assert_true(__real_pwrite(fd, p, n / 2, at) >= 0);
	errno = ENOSPC;
	return -1;
}

#define N(n) (SNAPSHOT_ID_MIN + (n))

static struct folder folder;
static char path[128];
static struct error error;

static int
begin(void **state)
{
	(void)state;
	folder_make(&folder);
	snprintf(path, sizeof(path), "%s/former", folder.path);
	fail_fsync = fail_pwrite = 0;
	error = (struct error){0};
	return 0;
}

static int
end(void **state)
{
	(void)state;
	folder_remove(&folder);
	return 0;
}

/* All of the file; the caller frees. */
static struct former_record *
slurp(size_t *size)
{
	struct former_record *bytes;
	FILE *f = fopen(path, "r");
	struct stat st;

	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	*size = (size_t)st.st_size;
	bytes = malloc(*size + 1);
	assert_int_equal(fread(bytes, 1, *size, f), *size);
	fclose(f);
	return bytes;
}

/* The records up to the last mark, or -1. */
static int
count(void)
{
	size_t size, n;
	struct former_record *r = slurp(&size);
	int rc = former_scan(path, r, size, &n, &error);

	free(r);
	return rc == 0 ? (int)n : -1;
}

static int
write_batch(int fd, size_t before, const struct former_record *r, size_t n)
{
	struct former_writer w;

	if (former_write_begin(&w, fd, before, path, &error) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (former_write(&w, &r[i], &error) != 0)
			return -1;
	return former_write_end(&w, &error);
}

static int
append(size_t before, uint32_t first, uint32_t n)
{
	struct former_record r[16];
	int fd, is_first, rc;

	assert_int_equal(former_open(path, &fd, &is_first, &error), 0);
	for (uint32_t i = 0; i < n; i++) {
		char name[16], id[16];

		snprintf(name, sizeof(name), "user%u", first + i);
		snprintf(id, sizeof(id), "00u%u", first + i);
		former_make(
		    &r[i], FORMER_HELD, IDMAP_USER, N(first + i), name, id);
	}
	rc = write_batch(fd, before, r, n);
	close(fd);
	return rc;
}

static int
is_new(void *arg, const struct former_one *one, struct error *e)
{
	(void)e;
	*(int *)arg = former_match_is_new(one);
	return 0;
}

/* May id have number and name, by the file? 1 it has; 0 something of that is
 * new; -1. */
static int
may(enum idmap_kind kind, uint32_t number, const char *name, const char *id)
{
	struct image_user u = {.uid = number,
	    .gid = number,
	    .name = name,
	    .gecos = "",
	    .home = "/home/x",
	    .shell = "/bin/sh",
	    .id = id,
	    .login = name,
	    .status = STATUS_ACTIVE};
	struct image_group g = {.gid = number, .name = name, .id = id};
	struct image *i = snapshot_begin();
	struct former_match m;
	struct former_record *r;
	struct snapshot s;
	size_t size, n;
	int news = -1;

	assert_int_equal(kind == IDMAP_USER ? image_add_user(i, &u, &error)
					    : image_add_group(i, &g, &error),
	    0);
	snapshot_end(&s, i);
	r = slurp(&size);
	assert_int_equal(former_scan(path, r, size, &n, &error), 0);
	assert_int_equal(former_match_new(&m, s.size, s.people_size,
			     s.d.header->groups, &error),
	    0);
	former_match_begin(&m, &s.d, &s.people);
	while (n-- > 0)
		former_match_take(&m, &r[n]);
	assert_int_equal(former_match_each(&m, is_new, &news, &error), 0);
	if (m.nrefused > 0) {
		assert_int_equal(m.nclashes, 1);
		assert_int_equal(m.clashes[0].number, number);
		error = m.first;
		news = -2;
	}
	former_match_free(&m);
	snapshot_free(&s);
	free(r);
	return news == -2 ? -1 : !news;
}

static void
test_batches_stand_behind_each_other(void **state)
{
	struct stat st;
	int fd, is_first;

	(void)state;
	assert_int_equal(former_open(path, &fd, &is_first, &error), 0);
	assert_int_equal(is_first, 1);
	close(fd);
	assert_int_equal(former_open(path, &fd, &is_first, &error), 0);
	assert_int_equal(is_first, 0);
	close(fd);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(count(), 1);
	assert_int_equal(append(1, 100, 3), 0);
	assert_int_equal(count(), 5);
	assert_int_equal(append(5, 103, 2), 0);
	assert_int_equal(count(), 8);
	assert_int_equal(may(IDMAP_USER, N(104), "user104", "00u104"), 1);
	assert_int_equal(may(IDMAP_USER, N(105), "user105", "00u105"), 0);
}

static void
test_only_a_file_of_this_user_is_believed(void **state)
{
	int fd, is_first;

	(void)state;
	assert_int_equal(append(1, 100, 1), 0);
	for (mode_t bit = 1; bit <= 040; bit <<= 1) {
		assert_int_equal(chmod(path, 0600 | bit), 0);
		assert_int_equal(former_open(path, &fd, &is_first, &error), -1);
		assert_non_null(strstr(error.text, "chmod 0600"));
		assert_int_equal(fd, -1);
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(former_open(path, &fd, &is_first, &error), -1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(former_open(path, &fd, &is_first, &error), -1);
}

/* Cut at any byte behind the last mark, the file is what it was before the
 * batch, and the next batch finds its place. */
static void
test_cut_by_a_power_failure_it_is_what_it_was_T112(void **state)
{
	size_t size, before = 2 * FORMER_RECORD;

	(void)state;
	assert_int_equal(append(1, 100, 0), 0);
	assert_int_equal(append(2, 100, 3), 0);
	free(slurp(&size));
	assert_int_equal(size, before + 4 * FORMER_RECORD);
	for (size_t cut = size - 1; cut >= before; cut--) {
		assert_int_equal(truncate(path, (off_t)cut), 0);
		assert_int_equal(count(), 2);
	}
	assert_int_equal(append(2, 200, 3), 0);
	/* Blocks that never came to the disk read as zeros, in any order. */
	for (size_t hole = 0; hole < 3; hole++) {
		static const char zeros[FORMER_RECORD];
		int fd = open(path, O_WRONLY);

		assert_int_equal(append(6, 300, 3), 0);
		assert_int_equal(
		    __real_pwrite(fd, zeros, sizeof(zeros), 9 * FORMER_RECORD),
		    (ssize_t)sizeof(zeros)); /* the mark */
		assert_int_equal(__real_pwrite(fd, zeros, sizeof(zeros),
				     (off_t)((6 + hole) * FORMER_RECORD)),
		    (ssize_t)sizeof(zeros));
		close(fd);
		assert_int_equal(count(), 6);
	}
	assert_int_equal(may(IDMAP_USER, N(202), "user202", "00u202"), 1);
	assert_int_equal(may(IDMAP_USER, N(300), "user300", "00u300"), 0);
}

static void
test_damage_before_the_last_mark_is_told_with_its_remedy(void **state)
{
	size_t size;

	(void)state;
	assert_int_equal(append(1, 100, 3), 0);
	assert_int_equal(append(5, 200, 1), 0);
	struct former_record *r = slurp(&size);

	for (size_t at = 0; at < 5 * FORMER_RECORD; at++) {
		size_t n;

		((uint8_t *)r)[at] ^= 1;
		assert_int_equal(former_scan(path, r, size, &n, &error), -1);
		assert_int_equal(n, 0);
		assert_non_null(strstr(error.text, "damaged"));
		assert_non_null(strstr(error.text, "mv "));
		((uint8_t *)r)[at] ^= 1;
	}
	/* A batch that was cut out, or put in twice. */
	size_t n;

	memmove(&r[1], &r[5], 2 * FORMER_RECORD);
	assert_int_equal(
	    former_scan(path, r, 3 * FORMER_RECORD, &n, &error), 0);
	assert_int_equal(n, 1);
	free(r);
	/* Empty, or something else. */
	folder_write(&folder, "former", "", 0600);
	assert_int_equal(count(), -1);
	folder_write(&folder, "former", "hello", 0600);
	assert_int_equal(count(), -1);
}

static void
test_full_or_failing_disk_leaves_what_was_T113(void **state)
{
	(void)state;
	assert_int_equal(append(1, 100, 2), 0);
	for (int nth = 1; nth <= 2; nth++) {
		fail_pwrite = nth;
		assert_int_equal(append(4, 200, 2), -1);
		assert_non_null(strstr(error.text, "space"));
		assert_int_equal(count(), 4);
	}
	fail_pwrite = 0;
	fail_fsync = 1;
	assert_int_equal(append(4, 200, 2), -1);
	assert_non_null(strstr(error.text, "former"));
	assert_int_equal(count(), 4);
	fail_fsync = 0;
	assert_int_equal(append(4, 200, 2), 0);
	assert_int_equal(count(), 7);
}

static void
test_numbers_and_names_stay_with_their_okta_id_T9_T10(void **state)
{
	struct former_record r[3];
	int fd, is_first;

	(void)state;
	assert_int_equal(former_open(path, &fd, &is_first, &error), 0);
	former_make(&r[0], FORMER_HELD, IDMAP_USER, N(1), "alice", "00uA");
	former_make(&r[1], FORMER_HELD, IDMAP_USER, N(1), "alicia", "00uA");
	former_make(&r[2], FORMER_HELD, IDMAP_GROUP, N(2), "dev", "00gA");
	assert_int_equal(write_batch(fd, 1, r, 3), 0);
	close(fd);
	/* Both of her names, and back. */
	assert_int_equal(may(IDMAP_USER, N(1), "alicia", "00uA"), 1);
	assert_int_equal(may(IDMAP_USER, N(1), "alice", "00uA"), 1);
	assert_int_equal(may(IDMAP_USER, N(1), "ally", "00uA"), 0);
	/* Nobody else's. */
	assert_int_equal(may(IDMAP_USER, N(1), "bob", "00uB"), -1);
	assert_non_null(strstr(error.text, "oktactl ids forget 1879048193"));
	assert_int_equal(may(IDMAP_USER, N(3), "alice", "00uB"), -1);
	assert_non_null(strstr(error.text, "oktactl ids forget alice"));
	assert_int_equal(may(IDMAP_USER, N(3), "alicia", "00uB"), -1);
	/* Nor that of the same id in the other kind. */
	assert_int_equal(may(IDMAP_GROUP, N(1), "alice", "00uA"), -1);
	assert_int_equal(may(IDMAP_USER, N(2), "dev", "00gA"), -1);
	assert_int_equal(may(IDMAP_GROUP, N(2), "dev", "00gB"), -1);
	assert_int_equal(may(IDMAP_GROUP, N(4), "dev", "00gB"), -1);
	/* And nobody's number changes (T5). */
	assert_int_equal(may(IDMAP_USER, N(9), "alice", "00uA"), -1);
	assert_non_null(strstr(error.text, "change its number"));
	assert_int_equal(may(IDMAP_GROUP, N(9), "dev", "00gA"), -1);
}

static void
test_an_admins_word_frees_a_name_or_a_number(void **state)
{
	struct former_holder h;

	(void)state;
	assert_int_equal(append(1, 100, 2), 0);
	assert_int_equal(former_forget(path, "nobody", 0, &h, &error), 0);
	assert_int_equal(former_forget(path, NULL, N(99), &h, &error), 0);
	assert_int_equal(h.name[0], '\0');

	assert_int_equal(former_forget(path, "user100", 0, &h, &error), 1);
	assert_int_equal(h.number, N(100));
	assert_string_equal(h.id, "00u100");
	assert_int_equal(may(IDMAP_USER, N(300), "user100", "00uB"), 0);
	assert_int_equal(may(IDMAP_GROUP, N(300), "user100", "00gB"), 0);
	/* The name alone: not the number. */
	assert_int_equal(may(IDMAP_USER, N(100), "other", "00uB"), -1);
	assert_int_equal(may(IDMAP_USER, N(300), "other", "00u100"), -1);
	/* Said once is enough. */
	assert_int_equal(former_forget(path, "user100", 0, &h, &error), 0);

	assert_int_equal(former_forget(path, NULL, N(100), &h, &error), 1);
	assert_string_equal(h.name, "user100");
	assert_int_equal(may(IDMAP_USER, N(100), "other", "00uB"), 0);
	assert_int_equal(may(IDMAP_USER, N(300), "other", "00u100"), 0);
	/* Others keep theirs; and whoever has it next, keeps it. */
	assert_int_equal(may(IDMAP_USER, N(101), "other", "00uB"), -1);
	assert_int_equal(append((size_t)count(), 100, 1), 0);
	assert_int_equal(may(IDMAP_USER, N(300), "user100", "00uB"), -1);

	folder_write(&folder, "former", "hello", 0600);
	assert_int_equal(former_forget(path, "user100", 0, &h, &error), -1);
	assert_non_null(strstr(error.text, "damaged"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_batches_stand_behind_each_other),
	    TEST(test_only_a_file_of_this_user_is_believed),
	    TEST(test_cut_by_a_power_failure_it_is_what_it_was_T112),
	    TEST(test_damage_before_the_last_mark_is_told_with_its_remedy),
	    TEST(test_full_or_failing_disk_leaves_what_was_T113),
	    TEST(test_numbers_and_names_stay_with_their_okta_id_T9_T10),
	    TEST(test_an_admins_word_frees_a_name_or_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
