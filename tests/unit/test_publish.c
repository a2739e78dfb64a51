/* Publishing: what is refused, and that what was published then stays. */
#include <fcntl.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "confirm.h"
#include "publish_check.h"
#include "publish_fixture.h"
#include "session_hold.h"

static void
test_image_is_published_with_owner_mode_and_generation_T111(void **state)
{
	struct stat st;
	uint64_t gen, age;

	(void)state;
	assert_int_equal(publish_users(3), 0);
	assert_int_equal(generation, 1);
	assert_int_equal(published_users(&gen), 3);
	assert_int_equal(gen, 1);
	assert_int_equal(stat(place.directory, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(stat(place.people, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(place.confirmed, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(directory_age(place.confirmed, &age), OKTA_OK);
	assert_true(age < 5);
	assert_int_equal(publish_users(4), 0);
	assert_int_equal(generation, 2);
	assert_int_equal(published_users(&gen), 4);
}

static void
test_same_image_again_is_confirmed_and_not_replaced(void **state)
{
	struct stat before, after;

	(void)state;
	assert_int_equal(publish_users(3), 0);
	assert_int_equal(stat(place.directory, &before), 0);
	assert_int_equal(publish_users(3), 0);
	assert_int_equal(generation, 1);
	assert_int_equal(stat(place.directory, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	/* Not so where the published file is not what it should be. */
	assert_int_equal(chmod(place.directory, 0666), 0);
	assert_int_equal(publish_users(3), 0);
	assert_int_equal(stat(place.directory, &after), 0);
	assert_int_not_equal(before.st_ino, after.st_ino);
	assert_int_equal(after.st_mode & 07777, 0644);
	assert_int_equal(unlink(place.people), 0);
	assert_int_equal(publish_users(3), 0);
	assert_int_equal(access(place.people, F_OK), 0);
}

static void
test_image_that_okta_was_not_asked_for_makes_nothing_younger(void **state)
{
	struct stat before, after;
	uint64_t age;

	(void)state;
	rules.is_fresh = 0;
	assert_int_equal(publish_users(3), 0);
	assert_int_not_equal(directory_age(place.confirmed, &age), OKTA_OK);
	rules.is_fresh = 1;
	assert_int_equal(publish_users(3), 0);
	assert_int_equal(stat(place.confirmed, &before), 0);
	rules.is_fresh = 0;
	assert_int_equal(publish_users(3), 0);
	assert_int_equal(publish_users(4), 0);
	assert_int_equal(stat(place.confirmed, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

static void
test_descriptor_that_can_still_change_is_refused(void **state)
{
	struct snapshot s;
	int good, bad;

	(void)state;
	assert_int_equal(publish_users(3), 0);
	snapshot_make(&s, 4, 1, 1);
	good = make_memfd(s.people_bytes, s.people_size, SEALS);
	for (int missing = 0; missing < 4; missing++) {
		static const int bits[] = {
		    F_SEAL_WRITE, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_SEAL};

		bad = make_memfd(s.bytes, s.size, SEALS & ~bits[missing]);
		assert_int_equal(publish_fds(SNAPSHOT_ID_MIN, bad, good), -1);
		close(bad);
	}
	bad = open(place.passwd, O_RDONLY);
	assert_int_equal(publish_fds(SNAPSHOT_ID_MIN, bad, good), -1);
	close(bad);
	bad = make_memfd("short", 5, SEALS);
	assert_int_equal(publish_fds(SNAPSHOT_ID_MIN, bad, good), -1);
	close(bad);
	close(good);
	snapshot_free(&s);
	assert_int_equal(publish_users(3), 0);
	assert_int_equal(generation, 1);
}

static void
test_local_names_and_numbers_never_appear_T13(void **state)
{
	struct snapshot s;
	char line[64];

	(void)state;
	assert_int_equal(publish_users(3), 0);
	/* Local since a moment ago. */
	folder_write(&folder, "passwd",
	    "root:x:0:0::/root:/bin/sh\nuser3:x:1000:1000::/:/bin/sh\n", 0644);
	snapshot_make(&s, 4, 1, 1);
	refused(&s, "user3");
	snprintf(
	    line, sizeof(line), "joe:x:%u:100::/:/bin/sh\n", SNAPSHOT_UID(3));
	folder_write(&folder, "passwd", line, 0644);
	snapshot_make(&s, 4, 1, 1);
	refused(&s, "number");
	folder_write(&folder, "passwd", "root:x:0:0::/root:/bin/sh\n", 0644);
	folder_write(&folder, "group", "group0:x:50:\n", 0644);
	snapshot_make(&s, 4, 1, 1);
	refused(&s, "group0");
	folder_write(&folder, "group", "root:x:0:\n", 0644);
	assert_int_equal(unlink(place.passwd), 0);
	snapshot_make(&s, 4, 1, 1);
	refused(&s, "passwd");
}

static void
test_number_that_changes_person_is_refused(void **state)
{
	struct image *i;
	struct snapshot s;

	(void)state;
	assert_int_equal(publish_users(3), 0);
	/* The writer of these tests derives the Okta id from the uid: the old
	 * name with another uid is another person. */
	i = snapshot_begin();
	snapshot_user(i, SNAPSHOT_UID(7), "user0");
	snapshot_end(&s, i);
	refused(&s, "the name user0");
}

/* sudoers says %group1: the name must not go to another Okta group. */
static void
test_group_name_that_changes_hands_is_refused(void **state)
{
	struct image *i;
	struct snapshot s;

	(void)state;
	assert_int_equal(publish_users(3), 0);
	i = snapshot_begin();
	snapshot_group(i, SNAPSHOT_GID(0), "group1");
	snapshot_group(i, SNAPSHOT_GID(1), "group0");
	snapshot_end(&s, i);
	refused(&s, "hands");
	/* Nor from a person to a group, or back. */
	i = snapshot_begin();
	snapshot_group(i, SNAPSHOT_GID(7), "user1");
	snapshot_end(&s, i);
	refused(&s, "hands");
	i = snapshot_begin();
	snapshot_user(i, SNAPSHOT_UID(7), "group1");
	snapshot_end(&s, i);
	refused(&s, "hands");
	/* A new name is nobody's. */
	i = snapshot_begin();
	snapshot_group(i, SNAPSHOT_GID(0), "other");
	snapshot_group(i, SNAPSHOT_GID(1), "group1");
	snapshot_end(&s, i);
	assert_int_equal(publish(&s), 0);
	snapshot_free(&s);
}

static void
test_ids_outside_okta_conf_are_refused_T4(void **state)
{
	struct snapshot s;
	int d, p;

	(void)state;
	snapshot_make(&s, 3, 1, 1);
	d = make_memfd(s.bytes, s.size, SEALS);
	p = make_memfd(s.people_bytes, s.people_size, SEALS);
	assert_int_equal(publish_fds(SNAPSHOT_ID_MIN + 1001 + 1, d, p), -1);
	assert_int_equal(access(place.directory, F_OK), -1);
	close(d);
	close(p);
	snapshot_free(&s);
}

static void
test_flipped_bytes_never_replace_a_good_directory(void **state)
{
	struct snapshot s;

	(void)state;
	assert_int_equal(publish_users(3), 0);
	snapshot_make(&s, 3, 2, 1);
	/* Whatever passes the check is whole; whatever does not changes
	 * nothing. */
	for (size_t i = 0; i < s.size; i++) {
		struct directory d;

		s.bytes[i] ^= 0x15;
		publish(&s);
		assert_int_equal(
		    directory_open(&d, place.directory, DIR_MAGIC_PUBLIC),
		    OKTA_OK);
		assert_true(d.header->users == 3);
		directory_close(&d);
		s.bytes[i] ^= 0x15;
	}
	snapshot_free(&s);
}

/* A file system of 1 MiB in a namespace of its own; 77 where that is not
 * allowed. */
static int
fill_tmpfs(void)
{
	char options[64];
	uint64_t gen;

	if (unshare(geteuid() == 0 ? CLONE_NEWNS
				   : CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return 77;
	snprintf(options, sizeof(options), "size=1m,mode=0755");
	if (mount("tmpfs", folder.path, "tmpfs", 0, options) != 0)
		return 77;
	folder_write(&folder, "passwd", "root:x:0:0::/root:/bin/sh\n", 0644);
	folder_write(&folder, "group", "root:x:0:\n", 0644);
	if (publish_users(3) != 0)
		return 1;
	if (publish_users(20000) != -1 || strstr(error.text, "space") == NULL)
		return 2;
	if (published_users(&gen) != 3 || gen != 1)
		return 3;
	/* Nothing of the try is left: there is room for what fits. */
	return publish_users(1000) == 0 ? 0 : 4;
}

static void
test_full_disk_keeps_the_old_directory_T64(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(fill_tmpfs());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_killed_at_any_time_there_is_one_whole_directory_T112(void **state)
{
	uint64_t gen;
	int alive = 0;

	(void)state;
	assert_int_equal(publish_users(3), 0);
	for (int i = 0; i < 150; i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			for (uint32_t n = 3; n < 2000; n += 50)
				publish_users(n);
			_exit(0);
		}
		usleep((useconds_t)(i * 97 % 9000));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		alive += published_users(&gen) >= 3;
	}
	assert_int_equal(alive, 150);
}

static void
test_confirmation_and_its_ratchet_T102(void **state)
{
	struct dir_confirmed c;
	uint64_t age;
	FILE *f;

	(void)state;
	assert_int_equal(confirm(), -1);
	assert_int_equal(confirm_ratchet(place.confirmed, &error), 0);
	assert_int_equal(access(place.confirmed, F_OK), -1);
	assert_int_equal(publish_users(3), 0);
	assert_int_equal(confirm(), 0);
	f = fopen(place.confirmed, "r+");
	assert_int_equal(fread(&c, sizeof(c), 1, f), 1);
	assert_int_equal(c.generation, 1);
	/* As it looks to a later boot whose clock is an hour further. */
	c.boot_id[0] ^= 1;
	c.wall_s -= 3600;
	c.high_water_s -= 3600;
	c.checksum =
	    directory_checksum(&c, offsetof(struct dir_confirmed, checksum));
	rewind(f);
	assert_int_equal(fwrite(&c, sizeof(c), 1, f), 1);
	fclose(f);
	assert_int_equal(confirm_ratchet(place.confirmed, &error), 0);
	f = fopen(place.confirmed, "r");
	assert_int_equal(fread(&c, sizeof(c), 1, f), 1);
	fclose(f);
	assert_true(c.high_water_s >= c.wall_s + 3600);
	assert_int_equal(directory_age(place.confirmed, &age), OKTA_OK);
	assert_true(age >= 3600 && age < 3700);
	/* A damaged one is left alone. */
	folder_write(&folder, "confirmed", "x", 0644);
	assert_int_equal(confirm_ratchet(place.confirmed, &error), 0);
	assert_int_equal(confirm(), 0);
	assert_int_equal(directory_age(place.confirmed, &age), OKTA_OK);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

/* Three people with these reasons not to log in; -1: not there at all. */
static void
make_people(struct snapshot *s, const int why[3])
{
	static const char *const names[] = {"ada", "ben", "cy"};
	struct image *i = snapshot_begin();
	struct error e = {0};

	for (uint32_t n = 0; n < 3; n++) {
		char id[16];
		struct image_user u = {.uid = SNAPSHOT_UID(n),
		    .gid = SNAPSHOT_UID(n),
		    .name = names[n],
		    .gecos = "",
		    .home = "/home/x",
		    .shell = "/bin/bash",
		    .id = id,
		    .login = "x@example.com",
		    .status =
			why[n] == WHY_STATUS ? STATUS_SUSPENDED : STATUS_ACTIVE,
		    .why = (enum person_why)why[n]};

		snprintf(id, sizeof(id), "00u%s", names[n]);
		if (why[n] >= 0)
			assert_int_equal(image_add_user(i, &u, &e), 0);
	}
	snapshot_end(s, i);
}

static void
test_losers_of_a_publication_are_counted_T105(void **state)
{
	static const struct {
		int old[3], new[3];
		uint32_t known, lost, left;
	} rows[] = {
	    {{0, 0, 0}, {0, 0, 0}, 3, 0, 3},
	    {{0, 0, 0}, {WHY_STATUS, 0, 0}, 3, 1, 2},
	    {{0, 0, 0}, {WHY_NOT_ENTITLED, WHY_GONE, WHY_STATUS}, 3, 3, 0},
	    {{0, WHY_STATUS, 0}, {0, WHY_STATUS, -1}, 2, 1, 1},
	    {{WHY_STATUS, 0, -1}, {0, 0, 0}, 1, 0, 3},
	    {{-1, -1, -1}, {0, 0, WHY_STATUS}, 0, 0, 2},
	};
	struct directory none = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct snapshot old, new;

		make_people(&old, rows[i].old);
		make_people(&new, rows[i].new);
		publish_count_lost(&old.people, &new.people, &loss);
		assert_int_equal(loss.known, rows[i].known);
		assert_int_equal(loss.lost, rows[i].lost);
		assert_int_equal(loss.left, rows[i].left);
		/* Where nothing was published, nobody loses anything. */
		publish_count_lost(&none, &new.people, &loss);
		assert_int_equal(loss.lost, 0);
		snapshot_free(&old);
		snapshot_free(&new);
	}
}

/* Whom a hold waits for is known after the publication that took them. */
static void
test_people_of_a_hold_are_kept_T105(void **state)
{
	char before[4096], held[4096];
	struct publish_loss now;

	(void)state;
	snprintf(before, sizeof(before), "%s.before", place.people);
	snprintf(held, sizeof(held), "%s.held", place.people);
	assert_int_equal(publish_users(3), 0);
	session_hold_keep(place.people, before);
	assert_int_equal(publish_users(2), 0);
	session_hold_take(before, held);
	assert_int_equal(session_hold_compare(held, place.people, &now), 0);
	assert_int_equal(now.known, 3);
	assert_int_equal(now.lost, 1);
	/* Nothing was kept, or it has gone: nobody knows. */
	session_hold_take(before, held);
	assert_int_equal(session_hold_compare(held, place.people, &now), -1);
	session_hold_keep("/nowhere/people", before);
	assert_int_equal(access(before, F_OK), -1);
}

/* The people file counts from its rename on, whatever becomes of the other. */
static void
test_losers_are_counted_where_the_second_rename_fails_T105(void **state)
{
	(void)state;
	assert_int_equal(publish_users(3), 0);
	assert_int_equal(is_changed, 1);
	assert_int_equal(unlink(place.directory), 0);
	assert_int_equal(mkdir(place.directory, 0755), 0);
	assert_int_equal(publish_users(1), -1);
	assert_int_equal(is_changed, 1);
	assert_int_equal(loss.known, 3);
	assert_int_equal(loss.lost, 2);
	assert_int_equal(rmdir(place.directory), 0);
	assert_int_equal(publish_users(1), 0);
	assert_int_equal(loss.lost, 0);
	/* Where the first one fails nothing has changed. */
	assert_int_equal(unlink(place.people), 0);
	assert_int_equal(mkdir(place.people, 0700), 0);
	assert_int_equal(publish_users(2), -1);
	assert_int_equal(is_changed, 0);
	assert_int_equal(rmdir(place.people), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_losers_of_a_publication_are_counted_T105),
	    TEST(test_people_of_a_hold_are_kept_T105),
	    TEST(test_losers_are_counted_where_the_second_rename_fails_T105),
	    TEST(test_image_is_published_with_owner_mode_and_generation_T111),
	    TEST(test_same_image_again_is_confirmed_and_not_replaced),
	    TEST(test_image_that_okta_was_not_asked_for_makes_nothing_younger),
	    TEST(test_descriptor_that_can_still_change_is_refused),
	    TEST(test_local_names_and_numbers_never_appear_T13),
	    TEST(test_number_that_changes_person_is_refused),
	    TEST(test_group_name_that_changes_hands_is_refused),
	    TEST(test_ids_outside_okta_conf_are_refused_T4),
	    TEST(test_flipped_bytes_never_replace_a_good_directory),
	    TEST(test_full_disk_keeps_the_old_directory_T64),
	    TEST(test_killed_at_any_time_there_is_one_whole_directory_T112),
	    TEST(test_confirmation_and_its_ratchet_T102),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
