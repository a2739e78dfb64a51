/*
 * What oktad-sync can not publish of people behind local accounts.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "publish_fixture.h"

static const char key[] =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGh"
    "scHR4f\n";

/* Somebody who has a private record only, and a key of a local account. */
static void
adopt(struct snapshot *s, const char *id, const char *account)
{
	struct image_user u = {.uid = SNAPSHOT_UID(1),
	    .gid = SNAPSHOT_UID(1),
	    .name = "daemon2",
	    .gecos = "",
	    .home = "/home/x",
	    .shell = "/bin/bash",
	    .id = id,
	    .login = "x@example.com",
	    .keys = key,
	    .is_adopted = 1,
	    .status = STATUS_ACTIVE};
	struct image *i = snapshot_begin();
	struct error e = {0};

	snapshot_user(i, SNAPSHOT_UID(0), "user0");
	assert_int_equal(image_add_user(i, &u, &e), 0);
	if (account != NULL)
		assert_int_equal(
		    image_add_account(i, account, SNAPSHOT_UID(1), &e), 0);
	snapshot_end(s, i);
}

static void
test_local_accounts_are_okta_confs_to_give_T13(void **state)
{
	char pair[] = "daemon2 00uAdopted", *pairs[] = {pair, NULL};
	struct directory_user u;
	struct directory d;
	struct snapshot s;

	(void)state;
	assert_int_equal(publish_users(3), 0);
	rules.has_keys = 1;
	adopt(&s, "00uAdopted", NULL);
	refused(&s, "not in the directory, and behind no local account");
	rules.local_accounts = pairs;
	adopt(&s, "00uOther", NULL);
	refused(&s, "not in the directory, and behind no local account");
	adopt(&s, "00uAdopted", "root");
	refused(&s, "ssh keys for the local account root");
	adopt(&s, "00uAdopted", "daemon");
	refused(&s, "ssh keys for the local account daemon");
	rules.has_keys = 0;
	adopt(&s, "00uAdopted", "daemon2");
	refused(&s, "an ssh key is not one");
	rules.has_keys = 1;
	adopt(&s, "00uAdopted", "daemon2");
	if (publish(&s) != 0)
		fail_msg("refused: %s", error.text);
	/* NSS hears nothing of it. */
	assert_int_equal(
	    directory_open(&d, place.directory, DIR_MAGIC_PUBLIC), OKTA_OK);
	assert_int_equal(
	    directory_user_by_name(&d, "daemon2", &u), OKTA_ABSENT);
	assert_int_equal(
	    directory_user_by_uid(&d, SNAPSHOT_UID(1), &u), OKTA_ABSENT);
	assert_int_equal(d.header->users, 1);
	directory_close(&d);
	snapshot_free(&s);
	rules.local_accounts = NULL;
	rules.has_keys = 0;
}

/* Processes are ended by number: whoever has the private record only, has none
 * that a container or a host's other directory may have given out. */
static void
test_number_of_whom_nss_does_not_know_is_in_id_range(void **state)
{
	static const struct image_params far = {.id_min = SNAPSHOT_ID_MIN,
	    .id_max = SNAPSHOT_ID_MAX,
	    .max_age_s = SNAPSHOT_MAX_AGE,
	    .may_be_far = 1};
	struct image_user u = {.uid = 100100,
	    .gid = 100100,
	    .name = "daemon2",
	    .gecos = "",
	    .home = "/home/x",
	    .shell = "/bin/bash",
	    .id = "00uAdopted",
	    .login = "x@example.com",
	    .is_adopted = 1,
	    .status = STATUS_SUSPENDED,
	    .why = WHY_STATUS};
	char pair[] = "daemon2 00uAdopted", *pairs[] = {pair, NULL};
	struct error e = {0};
	struct image *i = image_new(&far, &e);
	struct snapshot s, plain;
	int d, p;

	(void)state;
	assert_non_null(i);
	snapshot_user(i, SNAPSHOT_UID(0), "user0");
	assert_int_equal(image_add_user(i, &u, &e), 0);
	snapshot_end(&s, i);
	/* The header of the public file says nothing of it. */
	i = snapshot_begin();
	snapshot_user(i, SNAPSHOT_UID(0), "user0");
	snapshot_end(&plain, i);
	rules.local_accounts = pairs;
	d = make_memfd(plain.bytes, plain.size, SEALS);
	p = make_memfd(s.people_bytes, s.people_size, SEALS);
	assert_int_equal(publish_fds(SNAPSHOT_ID_MIN, d, p), -1);
	assert_non_null(strstr(error.text, "out of id_range"));
	close(d);
	close(p);
	rules.local_accounts = NULL;
	snapshot_free(&s);
	snapshot_free(&plain);
}

static void
test_keys_of_whom_nss_does_not_know_stand_in_the_private_file_alone(
    void **state)
{
	char pair[] = "daemon2 00uAdopted", *pairs[] = {pair, NULL};
	struct snapshot s, plain;
	struct directory_keys k;
	struct image *i;
	struct dir_keys *r;
	int d, p;

	(void)state;
	assert_int_equal(publish_users(3), 0);
	rules.local_accounts = pairs;
	adopt(&s, "00uAdopted", NULL);
	refused(&s, "people: there are ssh keys, and okta.conf has no");
	rules.has_keys = 1;
	adopt(&s, "00uAdopted", NULL);
	assert_int_equal(
	    directory_keys_by_uid(&s.d, SNAPSHOT_UID(1), &k), OKTA_ABSENT);
	assert_int_equal(
	    directory_keys_by_uid(&s.people, SNAPSHOT_UID(1), &k), OKTA_OK);
	assert_int_equal(k.count, 1);
	assert_int_equal(k.len, strlen(key));
	assert_memory_equal(k.text, key, k.len);
	/* Where the directory has a user of that number, they are nobody's. */
	i = snapshot_begin();
	snapshot_user(i, SNAPSHOT_UID(0), "user0");
	snapshot_user(i, SNAPSHOT_UID(1), "daemon2");
	snapshot_end(&plain, i);
	d = make_memfd(plain.bytes, plain.size, SEALS);
	p = make_memfd(s.people_bytes, s.people_size, SEALS);
	assert_int_equal(publish_fds(SNAPSHOT_ID_MIN, d, p), -1);
	assert_non_null(
	    strstr(error.text, "people: ssh keys belong to nobody"));
	close(d);
	close(p);
	/* What is no key is none here either. */
	r = (void *)(s.people_bytes + s.people.section[DIR_SSH_KEYS].offset);
	((char *)(r + 1))[0] = 'c';
	directory_stamp(s.people_bytes, s.people_size, 0, 0);
	refused(&s, "people: an ssh key is not one");
	adopt(&s, "00uAdopted", NULL);
	if (publish(&s) != 0)
		fail_msg("refused: %s", error.text);
	snapshot_free(&s);
	snapshot_free(&plain);
	rules.local_accounts = NULL;
	rules.has_keys = 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_local_accounts_are_okta_confs_to_give_T13),
	    TEST(test_number_of_whom_nss_does_not_know_is_in_id_range),
	    TEST(
		test_keys_of_whom_nss_does_not_know_stand_in_the_private_file_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
