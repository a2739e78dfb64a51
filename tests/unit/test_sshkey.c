/*
 * ssh keys: what ssh-keygen(1) made is taken in one form, anything else is not;
 * as values of an attribute; in a directory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api_keys.h"
#include "snapshot.h"
#include "sshkey.h"
#include "sshkey_cases.h"

static void
test_keys_of_ssh_keygen_are_taken(void **state)
{
	char dst[SSHKEY_SIZE], pasted[2 * SSHKEY_SIZE];

	(void)state;
	for (size_t i = 0; i < GOOD_KEYS; i++) {
		assert_null(sshkey_take(good_keys[i], dst));
		assert_string_equal(dst, good_keys[i]);
		snprintf(pasted, sizeof(pasted), "%s alice@laptop x=\"y\"",
		    good_keys[i]);
		assert_null(sshkey_take(pasted, dst));
		assert_string_equal(dst, good_keys[i]);
	}
}

static void
test_what_is_no_key_is_not_taken(void **state)
{
	char dst[SSHKEY_SIZE];

	(void)state;
	for (size_t i = 0; i < BAD_KEYS; i++) {
		if (sshkey_take(bad_keys[i], dst) == NULL)
			fail_msg("taken: %s", bad_keys[i]);
		assert_string_equal(dst, "");
	}
}

/* Every flipped bit of the type, the lengths and the padding: not taken, or
 * still one whole key of its type. */
static void
test_damaged_keys_are_whole_or_refused(void **state)
{
	char text[SSHKEY_SIZE], dst[SSHKEY_SIZE], again[SSHKEY_SIZE];
	unsigned int refused = 0;

	(void)state;
	for (size_t i = 0; i < GOOD_KEYS; i++)
		for (size_t at = 0; good_keys[i][at] != '\0'; at++)
			for (int bit = 0; bit < 7; bit++) {
				strcpy(text, good_keys[i]);
				text[at] ^= (char)(1 << bit);
				if (sshkey_take(text, dst) != NULL) {
					refused++;
					continue;
				}
				assert_null(sshkey_take(dst, again));
				assert_string_equal(dst, again);
			}
	assert_true(refused > 1000);
}

static void
parse(struct api_user *u, const char *value, const char *doubt)
{
	struct json_object *doc;
	struct error e;
	char text[16384];

	snprintf(text, sizeof(text), "{\"keys\":%s}", value);
	if (json_parse(text, strlen(text), "test", &doc, &e) == -1)
		fail_msg("%s", e.text);
	api_user_clear(u);
	api_keys_parse(doc, "keys", doubt, u);
	json_free(doc);
}

static void
test_an_attribute_is_one_key_or_a_list(void **state)
{
	char value[16384], wanted[SSHKEY_TEXT_SIZE];
	struct api_user u;

	(void)state;
	parse(&u, "null", NULL);
	assert_true(u.has_keys);
	assert_string_equal(u.keys, "");
	assert_string_equal(u.note, "");
	snprintf(value, sizeof(value), "\"%s me@x\"", good_keys[0]);
	parse(&u, value, NULL);
	snprintf(wanted, sizeof(wanted), "%s\n", good_keys[0]);
	assert_string_equal(u.keys, wanted);
	/* Good ones count, bad ones are told, doubles count once. */
	snprintf(value, sizeof(value), "[\"%s\",\"%s\",\"nonsense\",7,\"%s\"]",
	    good_keys[0], good_keys[1], good_keys[0]);
	parse(&u, value, NULL);
	snprintf(
	    wanted, sizeof(wanted), "%s\n%s\n", good_keys[0], good_keys[1]);
	assert_string_equal(u.keys, wanted);
	assert_non_null(strstr(u.note, "ssh key begins with no type"));
	/* Two in one text are none. */
	snprintf(
	    value, sizeof(value), "\"%s\\n%s\"", good_keys[0], good_keys[1]);
	parse(&u, value, NULL);
	assert_string_equal(u.keys, "");
	assert_non_null(strstr(u.note, "newline"));
	parse(&u, "{}", NULL);
	assert_string_equal(u.keys, "");
	assert_non_null(strstr(u.note, "no text"));
	/* Whoever may edit it, nobody knows. */
	snprintf(value, sizeof(value), "\"%s\"", good_keys[0]);
	parse(&u, value, "people may edit the attribute");
	assert_string_equal(u.keys, "");
	assert_non_null(strstr(u.note, "people may edit"));
}

static void
test_more_keys_than_fit_are_left_out_and_told(void **state)
{
	char value[16384];
	struct api_user u;
	size_t len = 0;
	unsigned int count;

	(void)state;
	value[len++] = '[';
	for (int i = 0; i < SSHKEY_MAX + 2; i++)
		len += (size_t)snprintf(value + len, sizeof(value) - len,
		    "%s\"%.*s%c%s\"", i > 0 ? "," : "",
		    (int)strlen(good_keys[0]) - 2, good_keys[0], 'A' + i,
		    good_keys[0] + strlen(good_keys[0]) - 1);
	value[len++] = ']';
	value[len] = '\0';
	parse(&u, value, NULL);
	assert_true(sshkey_are_keys(u.keys, strlen(u.keys), &count));
	assert_int_equal(count, SSHKEY_MAX);
	assert_non_null(strstr(u.note, "too many"));
}

static void
make(struct snapshot *s, const char *keys)
{
	struct image *i = snapshot_begin();
	struct image_user u = {.uid = SNAPSHOT_UID(0),
	    .gid = SNAPSHOT_UID(0),
	    .name = "alice",
	    .gecos = "",
	    .home = "/home/alice",
	    .shell = "/bin/sh",
	    .id = "00uA",
	    .login = "alice",
	    .status = STATUS_ACTIVE,
	    .keys = keys};
	struct error e = {0};

	snapshot_user(i, SNAPSHOT_UID(1), "bob");
	assert_int_equal(image_add_user(i, &u, &e), 0);
	snapshot_end(s, i);
}

static void
test_a_directory_holds_keys_of_people(void **state)
{
	struct directory_rules rules = snapshot_rules();
	struct directory_fault fault;
	struct directory_keys k;
	struct dir_keys *r;
	char text[SSHKEY_TEXT_SIZE];
	struct snapshot s;

	(void)state;
	snprintf(text, sizeof(text), "%s\n%s\n", good_keys[0], good_keys[2]);
	make(&s, text);
	assert_int_equal(
	    directory_keys_by_uid(&s.d, SNAPSHOT_UID(0), &k), OKTA_OK);
	assert_int_equal(k.count, 2);
	assert_int_equal(k.len, strlen(text));
	assert_memory_equal(k.text, text, k.len);
	assert_int_equal(
	    directory_keys_by_uid(&s.d, SNAPSHOT_UID(1), &k), OKTA_ABSENT);
	/* Only where okta.conf has an attribute for them. */
	assert_int_equal(directory_check(&s.d, &rules, &fault), OKTA_BAD);
	assert_non_null(strstr(fault.what, "ssh_keys_attribute"));
	rules.has_keys = 1;
	assert_int_equal(directory_check(&s.d, &rules, &fault), OKTA_OK);
	r = (void *)(s.bytes + s.d.section[DIR_SSH_KEYS].offset);
#define PLANT(member, value)                                          \
	do {                                                          \
		__typeof__(member) was = (member);                    \
		(member) = (value);                                   \
		directory_stamp(s.bytes, s.size, 0, 0);               \
		assert_int_equal(                                     \
		    directory_check(&s.d, &rules, &fault), OKTA_BAD); \
		(member) = was;                                       \
	} while (0)
	PLANT(r->uid, SNAPSHOT_UID(2));
	PLANT(r->count, 1);
	PLANT(r->len, r->len - 1);
	PLANT(((char *)(r + 1))[0], 'c'); /* "csh-ed25519" */
	PLANT(((char *)(r + 1))[11], '\n');
#undef PLANT
	snapshot_free(&s);
}

static void
test_planted_options_are_refused_by_the_check(void **state)
{
	static const char *const bad[] = {"command=\"id\" %s\n", "%s\n\n",
	    "%s x\n", "%s", "# %s\n", "%s\n%s\n"};
	struct directory_rules rules = snapshot_rules();
	struct directory_fault fault;
	char text[SSHKEY_TEXT_SIZE];

	(void)state;
	rules.has_keys = 1;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct snapshot s;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(
		    text, sizeof(text), bad[i], good_keys[0], good_keys[0]);
#pragma GCC diagnostic pop
		make(&s, text);
		if (directory_check(&s.d, &rules, &fault) != OKTA_BAD &&
		    s.d.section[DIR_SSH_KEYS].size > 0)
			fail_msg("published: %s", text);
		snapshot_free(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_keys_of_ssh_keygen_are_taken),
	    cmocka_unit_test(test_what_is_no_key_is_not_taken),
	    cmocka_unit_test(test_damaged_keys_are_whole_or_refused),
	    cmocka_unit_test(test_an_attribute_is_one_key_or_a_list),
	    cmocka_unit_test(test_more_keys_than_fit_are_left_out_and_told),
	    cmocka_unit_test(test_a_directory_holds_keys_of_people),
	    cmocka_unit_test(test_planted_options_are_refused_by_the_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
