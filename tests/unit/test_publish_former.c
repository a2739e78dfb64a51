/*
 * What was ever published stays with its Okta id, over any number of images,
 * restarts and accidents.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "former.h"
#include "publish_fixture.h"

static struct image *image;

/* Numbers in any place: the writer leaves that to its caller. */
static struct image *
begin_far(void)
{
	struct image_params p = {.id_min = SNAPSHOT_ID_MIN,
	    .id_max = SNAPSHOT_ID_MAX,
	    .max_age_s = SNAPSHOT_MAX_AGE,
	    .may_be_far = 1};
	struct error e = {0};
	struct image *i = image_new(&p, &e);

	assert_non_null(i);
	return i;
}

static void
user_at(uint32_t uid, const char *name, const char *id)
{
	struct image_user u = {.uid = uid,
	    .gid = uid,
	    .name = name,
	    .gecos = "",
	    .home = "/home/x",
	    .shell = "/bin/sh",
	    .id = id,
	    .login = "x@example.com",
	    .status = STATUS_ACTIVE};
	struct error e = {0};

	if (image == NULL)
		image = begin_far();
	assert_int_equal(image_add_user(image, &u, &e), 0);
}

static void
user(uint32_t n, const char *name, const char *id)
{
	user_at(SNAPSHOT_UID(n), name, id);
}

static void
group_at(uint32_t gid, const char *name, const char *id)
{
	struct image_group g = {gid, name, id, TEAM_OKTA_GROUP};
	struct error e = {0};

	if (image == NULL)
		image = begin_far();
	assert_int_equal(image_add_group(image, &g, &e), 0);
}

static void
group(uint32_t n, const char *name, const char *id)
{
	group_at(SNAPSHOT_UID(n), name, id);
}

static void
done(struct snapshot *s)
{
	if (image == NULL)
		image = snapshot_begin();
	snapshot_end(s, image);
	image = NULL;
}

static void
accept_it(void)
{
	struct snapshot s;

	done(&s);
	if (publish(&s) != 0)
		fail_msg("refused: %s", error.text);
	snapshot_free(&s);
}

static void
refuse_it(const char *word)
{
	struct snapshot s;

	done(&s);
	refused(&s, word);
}

/* Two images on: the one between knows nothing of her. */
static void
test_left_out_for_an_image_a_number_and_a_name_are_still_hers_T9_T10(
    void **state)
{
	(void)state;
	user(1, "alice", "00uA");
	user(2, "bob", "00uB");
	group(3, "dev", "00gA");
	accept_it();
	user(2, "bob", "00uB");
	accept_it();
	user(1, "mallory", "00uM");
	user(2, "bob", "00uB");
	refuse_it("the number");
	user(4, "alice", "00uM");
	user(2, "bob", "00uB");
	refuse_it("the name alice");
	group(1, "wheels", "00gM");
	refuse_it("the number");
	group(4, "alice", "00gM");
	refuse_it("the name alice");
	group(3, "ops", "00gM");
	refuse_it("the number");
	group(4, "dev", "00gM");
	refuse_it("the name dev");
	user(3, "mallory", "00uM");
	refuse_it("the number");
	user(4, "dev", "00uM");
	refuse_it("the name dev");
	/* Those who had them have them again. */
	user(1, "alice", "00uA");
	user(2, "bob", "00uB");
	group(3, "dev", "00gA");
	accept_it();
}

static void
test_name_given_up_by_a_rename_is_still_hers_T10(void **state)
{
	(void)state;
	user(1, "alice", "00uA");
	accept_it();
	user(1, "alicia", "00uA");
	accept_it();
	user(1, "alicia", "00uA");
	user(2, "alice", "00uM");
	refuse_it("the name alice");
	user(1, "alice", "00uA");
	accept_it();
	user(1, "alice", "00uA");
	user(2, "alicia", "00uM");
	refuse_it("the name alicia");
	/* Groups likewise: sudoers names them. */
	group(3, "admins", "00gA");
	accept_it();
	group(3, "staff2", "00gA");
	accept_it();
	group(3, "staff2", "00gA");
	group(4, "admins", "00gM");
	refuse_it("the name admins");
}

static void
test_a_persons_number_never_changes_T5(void **state)
{
	(void)state;
	user(1, "alice", "00uA");
	group(3, "dev", "00gA");
	accept_it();
	accept_it(); /* nobody */
	user(2, "alice", "00uA");
	refuse_it("change its number");
	user(2, "other", "00uA");
	refuse_it("change its number");
	group(2, "dev", "00gA");
	refuse_it("change its number");
	/* Nor has one id two of them. */
	group(7, "one", "00gT");
	group(8, "two", "00gT");
	refuse_it("change its number");
}

static void
test_after_an_admins_word_the_next_one_may_have_it(void **state)
{
	struct former_holder h;

	(void)state;
	user(1, "alice", "00uA");
	accept_it();
	assert_int_equal(
	    former_forget(place.former, "alice", 0, &h, &error), 1);
	/* In one step, although she is published still. */
	user(2, "alice", "00uB");
	accept_it();
	user(1, "alice", "00uA");
	refuse_it("the name alice");
	user(1, "carol", "00uC");
	refuse_it("the number");
	assert_int_equal(
	    former_forget(place.former, NULL, SNAPSHOT_UID(1), &h, &error), 1);
	user(1, "carol", "00uC");
	accept_it();
}

static size_t
records(void)
{
	struct stat st;

	assert_int_equal(stat(place.former, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	return (size_t)st.st_size / FORMER_RECORD;
}

static void
test_it_grows_by_what_is_new_and_by_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(publish_users(50), 0);
	assert_int_equal(records(), 1 + 52 + 1);
	assert_int_equal(publish_users(40), 0);
	assert_int_equal(publish_users(50), 0);
	assert_int_equal(publish_users(50), 0);
	assert_int_equal(records(), 1 + 52 + 1);
	assert_int_equal(publish_users(51), 0);
	assert_int_equal(records(), 1 + 52 + 1 + 2);
}

/* A host that published before there was such a file, or where somebody
 * removed it. */
static void
test_where_it_is_missing_the_published_pair_fills_it_T116(void **state)
{
	(void)state;
	user(1, "alice", "00uA");
	group(3, "dev", "00gA");
	accept_it();
	assert_int_equal(unlink(place.former), 0);
	/* A poll without news does not pass over it. */
	assert_int_equal(confirm(), -1);
	assert_non_null(strstr(error.text, "former"));
	user(1, "alice", "00uA");
	group(3, "dev", "00gA");
	accept_it(); /* the same image */
	assert_int_equal(generation, 1);
	assert_int_equal(records(), 1 + 2 + 1);
	assert_int_equal(confirm(), 0);
	assert_int_equal(unlink(place.former), 0);
	user(1, "mallory", "00uM");
	refuse_it("the number");
	accept_it();
	user(1, "mallory", "00uM");
	refuse_it("the number");
}

static void
test_old_copy_put_back_is_filled_up(void **state)
{
	char copy[160], line[400];

	(void)state;
	snprintf(copy, sizeof(copy), "%s/copy", folder.path);
	snprintf(line, sizeof(line), "cp -p %s %s", place.former, copy);
	user(1, "alice", "00uA");
	accept_it();
	assert_int_equal(system(line), 0);
	user(1, "alice", "00uA");
	user(2, "bob", "00uB");
	accept_it();
	assert_int_equal(rename(copy, place.former), 0);
	user(1, "alice", "00uA");
	user(2, "mallory", "00uM");
	refuse_it("the number");
	user(1, "alice", "00uA");
	accept_it();
	user(1, "alice", "00uA");
	user(2, "mallory", "00uM");
	refuse_it("the number");
}

/* The directory is served and confirmed, nothing new is published, and what is
 * to be done is said. */
static void
test_damaged_one_stops_publishing_and_nothing_else(void **state)
{
	char line[400];

	(void)state;
	user(1, "alice", "00uA");
	accept_it();
	user(1, "alice", "00uA");
	user(2, "bob", "00uB");
	accept_it();
	snprintf(line, sizeof(line),
	    "printf x | dd of=%s bs=1 seek=150 conv=notrunc status=none",
	    place.former);
	assert_int_equal(system(line), 0);
	user(1, "alice", "00uA");
	refuse_it("mv ");
	/* Nothing new: confirmed. */
	user(1, "alice", "00uA");
	user(2, "bob", "00uB");
	accept_it();
	assert_int_equal(generation, 2);
	assert_int_equal(confirm(), 0);
	/* The remedy that was named. */
	snprintf(
	    line, sizeof(line), "mv %s %s.damaged", place.former, place.former);
	assert_int_equal(system(line), 0);
	user(1, "alice", "00uA");
	accept_it();
	assert_int_equal(generation, 3);
	user(2, "mallory", "00uM");
	refuse_it("the number");
}

static int
has_clash(uint32_t number, enum clash why)
{
	for (size_t i = 0; i < nclashes; i++)
		if (clashes[i].number == number)
			return clashes[i].why == (uint32_t)why;
	return 0;
}

/* So that one of them does not keep everybody else out. */
static void
test_all_who_clash_are_told_at_once(void **state)
{
	(void)state;
	user(1, "alice", "00uA");
	user(2, "bob", "00uB");
	group(3, "dev", "00gA");
	accept_it();
	assert_int_equal(nclashes, 0);
	user(1, "mallory", "00uM");
	user(4, "bob", "00uN");
	group(5, "dev", "00gA");
	user(6, "carol", "00uC");
	user_at(5000, "dave", "00uD");
	refuse_it("directory: ");
	assert_int_equal(nclashes, 4);
	assert_true(has_clash(SNAPSHOT_UID(1), CLASH_NUMBER));
	assert_true(has_clash(SNAPSHOT_UID(4), CLASH_NAME));
	assert_true(has_clash(SNAPSHOT_UID(5), CLASH_CHANGED));
	assert_true(has_clash(5000, CLASH_RANGE));
	user(6, "carol", "00uC");
	accept_it();
	/* More than fit are told as far as there is room. */
	for (uint32_t i = 0; i < INT_CLASHES_MAX + 50; i++) {
		char name[16], id[16];

		snprintf(name, sizeof(name), "far%u", i);
		snprintf(id, sizeof(id), "00uF%u", i);
		user_at(5000 + i, name, id);
	}
	refuse_it("out of id_range");
	assert_int_equal(nclashes, INT_CLASHES_MAX);
	user(6, "carol", "00uC");
	accept_it();
	assert_int_equal(nclashes, 0);
}

static void
grant(enum idmap_kind kind, uint32_t number, const char *name, const char *id)
{
	struct former_record r;

	former_make(&r, FORMER_GRANTED, kind, number, name, id);
	assert_int_equal(former_grant(place.former, &r, 1, &error), 0);
}

/* What people had as local, SSSD or LDAP accounts. */
static void
test_number_outside_of_id_range_is_roots_word(void **state)
{
	struct former_holder h;

	(void)state;
	accept_it();
	user_at(10001, "alice", "00uA");
	refuse_it("out of id_range");
	/* By name, by Okta id; nobody else, and no group. */
	grant(IDMAP_USER, 10001, "alice", "");
	grant(IDMAP_USER, 1234600123, "", "00uB");
	grant(IDMAP_GROUP, 5000, "crew", "");
	user_at(10001, "mallory", "00uM");
	refuse_it("out of id_range");
	user_at(1234600123, "bob", "00uM");
	refuse_it("out of id_range");
	group_at(10001, "alice", "00gA");
	refuse_it("out of id_range");
	user_at(5000, "crew", "00uM");
	refuse_it("out of id_range");
	user_at(10001, "alice", "00uA");
	user_at(1234600123, "anyname", "00uB");
	group_at(5000, "crew", "00gC");
	accept_it();
	/* Published once, the number is that Okta id's, renamed or not. */
	user_at(10001, "alicia", "00uA");
	accept_it();
	user_at(10001, "alice", "00uX");
	refuse_it("change hands");
	/* Set free, the old word is none any more. */
	assert_int_equal(
	    former_forget(place.former, NULL, 10001, &h, &error), 1);
	accept_it();
	user_at(10001, "alicia", "00uA");
	refuse_it("out of id_range");
	grant(IDMAP_USER, 10001, "zoe", "");
	user_at(10001, "zoe", "00uZ");
	accept_it();
}

static void
test_no_word_of_root_grants_a_number_of_the_system_T7(void **state)
{
	static const uint32_t never[] = {
	    60000, 60001, 61184, 65533, 2147352576, 2147483646};

	(void)state;
	accept_it();
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		grant(IDMAP_USER, never[i], "alice", "");
		user_at(never[i], "alice", "00uA");
		refuse_it("out of id_range");
	}
	/* Nor one of a local account. */
	folder_write(&folder, "passwd",
	    "root:x:0:0::/root:/bin/sh\nlocal:x:+10001:100::/:/bin/sh\n", 0644);
	grant(IDMAP_USER, 10001, "alice", "");
	user_at(10001, "alice", "00uA");
	refuse_it("the number 10001 stands in");
	folder_write(&folder, "passwd", "root:x:0:0::/root:/bin/sh\n", 0644);
	/* Whom a local user could become in a user namespace (T8). */
	folder_write(&folder, "subuid", "local:10000:2\n", 0644);
	user_at(10001, "alice", "00uA");
	refuse_it("lies in the subordinate ids of ");
	assert_true(has_clash(10001, CLASH_RANGE));
	folder_write(&folder, "subuid", "local:10002:2\n", 0644);
	user_at(10001, "alice", "00uA");
	accept_it();
	folder_write(&folder, "subuid", "local:10000:2\n", 0644);
	user_at(10001, "alice", "00uA");
	refuse_it("lies in the subordinate ids of ");
}

/* Nobody of the image is out there: its header must not reach there either. */
static void
test_range_of_the_header_reaches_as_far_as_its_people(void **state)
{
	struct image_params p = {.id_min = 5000,
	    .id_max = SNAPSHOT_ID_MAX,
	    .max_age_s = SNAPSHOT_MAX_AGE};

	(void)state;
	accept_it();
	grant(IDMAP_USER, 10001, "alice", "");
	image = image_new(&p, &error);
	assert_non_null(image);
	user_at(10001, "alice", "00uA");
	refuse_it("is wider than 10001-");
	user_at(10001, "alice", "00uA");
	accept_it();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(
		test_left_out_for_an_image_a_number_and_a_name_are_still_hers_T9_T10),
	    TEST(test_name_given_up_by_a_rename_is_still_hers_T10),
	    TEST(test_a_persons_number_never_changes_T5),
	    TEST(test_after_an_admins_word_the_next_one_may_have_it),
	    TEST(test_it_grows_by_what_is_new_and_by_nothing_else),
	    TEST(test_where_it_is_missing_the_published_pair_fills_it_T116),
	    TEST(test_old_copy_put_back_is_filled_up),
	    TEST(test_damaged_one_stops_publishing_and_nothing_else),
	    TEST(test_all_who_clash_are_told_at_once),
	    TEST(test_number_outside_of_id_range_is_roots_word),
	    TEST(test_no_word_of_root_grants_a_number_of_the_system_T7),
	    TEST(test_range_of_the_header_reaches_as_far_as_its_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
