/*
 * What somebody who has taken oktad-sync over can not publish.
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
#include <unistd.h>

#include <cmocka.h>

#include "former.h"
#include "publish_fixture.h"

/* An image with one person, that says of itself what p says. */
static void
image_of(struct snapshot *s, const struct image_params *p, const char *name,
    const char *shell)
{
	struct image_user u = {.uid = SNAPSHOT_UID(0),
	    .gid = SNAPSHOT_UID(0),
	    .name = name,
	    .gecos = "",
	    .home = "/home/x",
	    .shell = shell,
	    .id = "00u1879049192",
	    .login = "x@example.com",
	    .status = STATUS_ACTIVE};
	struct error e = {0};
	struct image *i = image_new(p, &e);

	assert_non_null(i);
	assert_int_equal(image_add_user(i, &u, &e), 0);
	snapshot_end(s, i);
}

static void
test_what_okta_conf_decides_is_not_for_the_image_to_say(void **state)
{
	static const struct image_params good = {.id_min = SNAPSHOT_ID_MIN,
	    .id_max = SNAPSHOT_ID_MAX,
	    .max_age_s = SNAPSHOT_MAX_AGE};
	struct image_params bad;
	struct snapshot s;

	(void)state;
	assert_int_equal(publish_users(3), 0);
	/* An old directory that is believed for years. */
	bad = good;
	bad.max_age_s = UINT32_MAX;
	image_of(&s, &bad, "user0", "/bin/bash");
	refused(&s, "max_age");
	/* Key logins of people whom Okta has locked out. */
	bad = good;
	bad.key_statuses = 1U << STATUS_LOCKED_OUT;
	image_of(&s, &bad, "user0", "/bin/bash");
	refused(&s, "key_login_status");
	/* A list of everybody, where the admin wants none. */
	bad = good;
	bad.flags = DIR_NO_ENUMERATION;
	image_of(&s, &bad, "user0", "/bin/bash");
	refused(&s, "enumerate");
	/* A wider range than that of okta.conf. */
	bad = good;
	bad.id_min -= 1;
	image_of(&s, &bad, "user0", "/bin/bash");
	refused(&s, "range");
	bad = good;
	bad.id_max += 1;
	image_of(&s, &bad, "user0", "/bin/bash");
	refused(&s, "range");
	image_of(&s, &good, "user0", "/tmp/shell");
	refused(&s, "shell of user0");
	image_of(&s, &good, "user0", "/bin/sh");
	assert_int_equal(publish(&s), 0);
	snapshot_free(&s);
}

/* Who belongs to what is sync's to say, of what okta.conf's rules name only. */
static void
test_sources_that_no_rule_names_are_refused(void **state)
{
	char group[] = "00gRule", *names[] = {group, NULL};
	static const char *const ids[] = {"00gOther", "00gRule"};
	struct snapshot s;

	(void)state;
	assert_int_equal(publish_users(3), 0);
	rules.rule_ids = names;
	for (size_t n = 0; n < 2; n++) {
		struct image *i = snapshot_begin();
		struct error e = {0};

		snapshot_user(i, SNAPSHOT_UID(0), "user0");
		assert_int_equal(image_add_source(i, ids[n], &e), 0);
		assert_int_equal(
		    image_add_belongs(i, SNAPSHOT_UID(0), ids[n], &e), 0);
		snapshot_end(&s, i);
		if (n == 0) {
			refused(&s, "in no access rule");
			continue;
		}
		assert_int_equal(publish(&s), 0);
		snapshot_free(&s);
	}
	rules.rule_ids = NULL;
}

/* user0 belongs to the Okta group of the local group "audio". */
static void
put_in_local_group(struct snapshot *s, uint32_t gid, int belongs)
{
	struct image *i = snapshot_begin();
	struct error e = {0};

	snapshot_user(i, SNAPSHOT_UID(0), "user0");
	assert_int_equal(image_add_source(i, "00gAudio", &e), 0);
	if (belongs)
		assert_int_equal(
		    image_add_belongs(i, SNAPSHOT_UID(0), "00gAudio", &e), 0);
	assert_int_equal(image_add_local(i, SNAPSHOT_UID(0), gid, &e), 0);
	snapshot_end(s, i);
}

static void
test_local_groups_are_okta_confs_to_give_T15(void **state)
{
	char id[] = "00gAudio", *ids[] = {id, NULL};
	char pair[] = "audio 00gAudio", *pairs[] = {pair, NULL};
	char name[] = "user0", *veto[] = {name, NULL};
	struct snapshot s;

	(void)state;
	folder_write(
	    &folder, "group", "root:x:0:\naudio:x:29:\nsudo:x:27:\n", 0644);
	assert_int_equal(publish_users(3), 0);
	rules.rule_ids = ids;
	/* No word of root's at all; then of another group; then a veto. */
	put_in_local_group(&s, 29, 1);
	refused(&s, "local group 29");
	rules.local_groups = pairs;
	put_in_local_group(&s, 27, 1);
	refused(&s, "local group 27");
	put_in_local_group(&s, 0, 1);
	refused(&s, "a local group is not one");
	put_in_local_group(&s, SNAPSHOT_GID(0), 1);
	refused(&s, "local group");
	put_in_local_group(&s, 29, 0);
	refused(&s, "local group 29");
	rules.veto = veto;
	put_in_local_group(&s, 29, 1);
	refused(&s, "local group 29");
	rules.veto = NULL;
	put_in_local_group(&s, 29, 1);
	assert_int_equal(publish(&s), 0);
	snapshot_free(&s);
}

/* Ada has brought 1001 along: local groups above it are still the host's. */
static void
put_far(struct snapshot *s, uint32_t gid)
{
	static const struct image_params p = {.id_min = SNAPSHOT_ID_MIN,
	    .id_max = SNAPSHOT_ID_MAX,
	    .max_age_s = SNAPSHOT_MAX_AGE,
	    .may_be_far = 1};
	struct error e = {0};
	struct image *i = image_new(&p, &e);

	assert_non_null(i);
	snapshot_user(i, 1001, "ada");
	snapshot_user(i, SNAPSHOT_UID(0), "user0");
	snapshot_group(i, 5000, "crew");
	assert_int_equal(image_add_source(i, "00gAudio", &e), 0);
	assert_int_equal(
	    image_add_belongs(i, SNAPSHOT_UID(0), "00gAudio", &e), 0);
	assert_int_equal(image_add_local(i, SNAPSHOT_UID(0), gid, &e), 0);
	snapshot_end(s, i);
}

static void
test_an_import_and_a_local_group_publish_together(void **state)
{
	char id[] = "00gAudio", *ids[] = {id, NULL};
	char pair[] = "audio 00gAudio", *pairs[] = {pair, NULL};
	const uint32_t ours[] = {1001, 5000, SNAPSHOT_UID(0)};
	struct former_record r[2];
	struct snapshot s;
	char line[64];

	(void)state;
	assert_int_equal(publish_users(1), 0);
	former_make(&r[0], FORMER_GRANTED, IDMAP_USER, 1001, "ada", "");
	former_make(&r[1], FORMER_GRANTED, IDMAP_GROUP, 5000, "crew", "");
	assert_int_equal(former_grant(place.former, r, 2, &error), 0);
	rules.rule_ids = ids;
	rules.local_groups = pairs;
	folder_write(&folder, "group", "root:x:0:\naudio:x:1500:\n", 0644);
	put_far(&s, 1500);
	if (publish(&s) != 0)
		fail_msg("refused: %s", error.text);
	snapshot_free(&s);
	/* The numbers of Okta's people and groups are no local group's. */
	for (size_t n = 0; n < sizeof(ours) / sizeof(ours[0]); n++) {
		put_far(&s, ours[n]);
		refused(&s, "a local group is not one");
	}
	/* Nor one that id_range will give to somebody. */
	snprintf(line, sizeof(line), "root:x:0:\naudio:x:%u:\n",
	    (unsigned int)SNAPSHOT_GID(9));
	folder_write(&folder, "group", line, 0644);
	put_far(&s, SNAPSHOT_GID(9));
	refused(&s, "lies in id_range");
}

/* The old image by the rules of now, which are those of before again then. */
static void
refused_again(const char *word, const struct publish_rules *before)
{
	struct snapshot s;

	put_in_local_group(&s, 29, 1);
	refused(&s, word);
	rules = *before;
}

/* After root has taken something back. */
static void
test_what_is_published_is_checked_again_with_the_rules_of_now(void **state)
{
	static const char groups[] = "root:x:0:\naudio:x:29:\n";
	char id[] = "00gAudio", *ids[] = {id, NULL};
	char pair[] = "audio 00gAudio", *pairs[] = {pair, NULL}, *none[1] = {0};
	char name[] = "user0", *veto[] = {name, NULL};
	struct publish_rules before;
	struct snapshot s;

	(void)state;
	folder_write(&folder, "group", groups, 0644);
	rules.rule_ids = ids;
	rules.local_groups = pairs;
	before = rules;
	put_in_local_group(&s, 29, 1);
	assert_int_equal(publish(&s), 0);
	snapshot_free(&s);
	rules.max_age_s--;
	refused_again("max_age", &before);
	rules.local_groups = none;
	refused_again("local group 29", &before);
	rules.veto = veto;
	refused_again("local group 29", &before);
	/* The number is another group's now; the name a local account's. */
	folder_write(&folder, "group", "root:x:0:\nsudo:x:29:\n", 0644);
	refused_again("local group 29", &before);
	folder_write(&folder, "group", groups, 0644);
	folder_write(&folder, "passwd",
	    "root:x:0:0::/root:/bin/sh\nuser0:x:1000:1000::/:/bin/sh\n", 0644);
	refused_again("the name user0", &before);
	folder_write(&folder, "passwd", "root:x:0:0::/root:/bin/sh\n", 0644);
	put_in_local_group(&s, 29, 1);
	assert_int_equal(publish(&s), 0);
	assert_int_equal(generation, 1);
	snapshot_free(&s);
}

static void
test_reserved_names_never_appear_T13(void **state)
{
	/* As long as "user0". */
	static const char names[][6] = {"wheel", "audio", "games", "_user"};

	(void)state;
	assert_int_equal(publish_users(3), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct snapshot s;
		struct dir_user *u;

		snapshot_make(&s, 3, 0, 0);
		u = (void *)(s.bytes + s.d.section[DIR_USERS].offset);
		memcpy(u + 1, names[i], sizeof(names[i]));
		directory_stamp(s.bytes, s.size, 0, 0);
		refused(&s, "a login name is not valid");
	}
}

static void
test_files_that_are_not_what_they_stand_for(void **state)
{
	struct snapshot s, other;
	struct dir_header *h;
	uint8_t *bytes;
	int d, p;

	(void)state;
	assert_int_equal(publish_users(3), 0);
	snapshot_make(&s, 4, 2, 1);
	d = make_memfd(s.bytes, s.size, SEALS);
	p = make_memfd(s.people_bytes, s.people_size, SEALS);
	/* Okta ids and logins where everybody reads. */
	assert_int_equal(publish_fds(SNAPSHOT_ID_MIN, p, d), -1);
	assert_int_equal(publish_fds(SNAPSHOT_ID_MIN, p, p), -1);
	assert_int_equal(publish_fds(SNAPSHOT_ID_MIN, d, d), -1);
	close(d);
	/* The private file of somebody else's directory. */
	snapshot_make(&other, 5, 2, 1);
	d = make_memfd(other.bytes, other.size, SEALS);
	assert_int_equal(publish_fds(SNAPSHOT_ID_MIN, d, p), -1);
	assert_non_null(strstr(error.text, "people"));
	close(d);
	snapshot_free(&other);
	/* Longer than it says: only the header is read. */
	bytes = calloc(1, s.size + 1);
	memcpy(bytes, s.bytes, s.size);
	d = make_memfd(bytes, s.size + 1, SEALS);
	assert_int_equal(publish_fds(SNAPSHOT_ID_MIN, d, p), -1);
	assert_non_null(strstr(error.text, "header"));
	close(d);
	free(bytes);
	/* As many people as there is no memory for. */
	h = (void *)s.bytes;
	h->users = UINT32_MAX;
	directory_stamp(s.bytes, s.size, 0, 0);
	d = make_memfd(s.bytes, s.size, SEALS);
	assert_int_equal(publish_fds(SNAPSHOT_ID_MIN, d, p), -1);
	close(d);
	close(p);
	snapshot_free(&s);
	assert_int_equal(publish_users(3), 0);
	assert_int_equal(generation, 1);
}

static void
test_larger_than_an_image_may_be_is_refused_unread(void **state)
{
	struct snapshot s;
	int d = memfd_create("image", MFD_CLOEXEC | MFD_ALLOW_SEALING), p;

	(void)state;
	assert_int_equal(publish_users(3), 0);
	snapshot_make(&s, 4, 2, 1);
	p = make_memfd(s.people_bytes, s.people_size, SEALS);
	assert_int_equal(ftruncate(d, (off_t)PUBLISH_MAX + 1), 0);
	assert_int_equal(fcntl(d, F_ADD_SEALS, SEALS), 0);
	assert_int_equal(publish_fds(SNAPSHOT_ID_MIN, d, p), -1);
	assert_non_null(strstr(error.text, "too many"));
	close(d);
	close(p);
	snapshot_free(&s);
}

static void
test_published_image_is_held_against_another_id_range(void **state)
{
	struct snapshot s;
	int d, p;

	(void)state;
	snapshot_make(&s, 3, 0, 0);
	d = make_memfd(s.bytes, s.size, SEALS);
	p = make_memfd(s.people_bytes, s.people_size, SEALS);
	for (int i = 0; i < 2; i++)
		assert_int_equal(publish_fds(SNAPSHOT_ID_MIN, d, p), 0);
	assert_int_equal(publish_fds(SNAPSHOT_UID(2), d, p), -1);
	assert_non_null(strstr(error.text, "out of id_range"));
	close(d);
	close(p);
	snapshot_free(&s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_what_okta_conf_decides_is_not_for_the_image_to_say),
	    TEST(test_sources_that_no_rule_names_are_refused),
	    TEST(test_local_groups_are_okta_confs_to_give_T15),
	    TEST(test_an_import_and_a_local_group_publish_together),
	    TEST(test_what_is_published_is_checked_again_with_the_rules_of_now),
	    TEST(test_reserved_names_never_appear_T13),
	    TEST(test_files_that_are_not_what_they_stand_for),
	    TEST(test_larger_than_an_image_may_be_is_refused_unread),
	    TEST(test_published_image_is_held_against_another_id_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
