/* What this host knows of how people log in: devices, and what they used last;
 * and the words of factors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "device.h"
#include "folder.h"
#include "preference.h"

static struct folder folder;

static int
begin(void **state)
{
	(void)state;
	folder_make(&folder);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	folder_remove(&folder);
	return 0;
}

static int
token_of(const char *file, const char *id, const char *from, char token[33],
    struct error *e)
{
	struct budget_address address;

	budget_parse_address(from, &address);
	return device_token(folder_at(&folder, file), id, &address, token, e);
}

static void
test_device_is_one_per_host_person_and_place_and_stays(void **state)
{
	/* The first two are one place. */
	static const struct {
		const char *file, *id, *from;
	} cases[] = {
	    {"device", "00ua", "2001:db8::1"},
	    {"device", "00ua", "2001:db8::2:3:4:5"},
	    {"device", "00ua", "192.0.2.1"},
	    {"device", "00ub", "192.0.2.1"},
	    {"elsewhere", "00ua", "192.0.2.1"},
	    {"device", "00ua", "192.0.2.2"},
	    {"device", "00ua", "2001:db8:0:1::1"},
	    {"device", "00ua", ""},
	};
	enum { CASES = sizeof(cases) / sizeof(cases[0]) };
	char tokens[CASES][33], again[33];
	struct error e = {0};
	struct stat st;

	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		assert_int_equal(token_of(cases[i].file, cases[i].id,
				     cases[i].from, tokens[i], &e),
		    0);
		assert_int_equal(strlen(tokens[i]), 32);
		assert_int_equal(strspn(tokens[i], "0123456789abcdef"), 32);
		for (size_t k = 0; k < i; k++)
			assert_int_equal(strcmp(tokens[i], tokens[k]) == 0,
			    i == 1 && k == 0);
	}
	assert_int_equal(
	    token_of("device", "00ua", "::ffff:192.0.2.1", again, &e), 0);
	assert_string_equal(again, tokens[2]);
	assert_int_equal(stat(folder_at(&folder, "device"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

/* All of them would be one place. */
static void
test_who_comes_from_nobody_knows_where_has_no_device(void **state)
{
	struct error e = {0};
	char token[33] = "x";

	(void)state;
	assert_int_equal(token_of("device", "00ua", "?", token, &e), 0);
	assert_string_equal(token, "");
}

static void
test_key_that_others_can_read_or_that_is_cut_makes_no_device(void **state)
{
	struct error e = {0};
	char token[33];
	FILE *f;

	(void)state;
	assert_int_equal(token_of("device", "00ua", "", token, &e), 0);
	assert_int_equal(chmod(folder_at(&folder, "device"), 0644), 0);
	assert_int_equal(token_of("device", "00ua", "", token, &e), -1);
	assert_string_equal(token, "");
	assert_int_equal(chmod(folder_at(&folder, "device"), 0600), 0);
	f = fopen(folder_at(&folder, "device"), "w");
	assert_non_null(f);
	fputs("short", f);
	fclose(f);
	assert_int_equal(token_of("device", "00ua", "", token, &e), -1);
	assert_string_equal(token, "");
	assert_non_null(strstr(e.text, "is cut"));
}

static void
test_last_factor_is_kept_over_a_restart(void **state)
{
	struct preferences *p =
	    preferences_open(folder_at(&folder, "preferences"));
	struct error e = {0};
	char who[32];

	(void)state;
	assert_int_equal(preference_of(p, "00ua"), PROOF_COUNT);
	assert_int_equal(preference_note(p, "00ua", PROOF_SMS, &e), 0);
	assert_int_equal(preference_note(p, "00ub", PROOF_PUSH, &e), 0);
	assert_int_equal(preference_note(p, "00ua", PROOF_TOTP, &e), 0);
	preferences_free(p);
	p = preferences_open(folder_at(&folder, "preferences"));
	assert_int_equal(preference_of(p, "00ua"), PROOF_TOTP);
	assert_int_equal(preference_of(p, "00ub"), PROOF_PUSH);
	for (int i = 0; i < 12; i++) {
		snprintf(who, sizeof(who), "00u%d", i);
		preference_note(p, who, PROOF_SMS, &e);
	}
	assert_int_equal(preference_of(p, "00u11"), PROOF_SMS);
	preferences_free(p);
}

static void
test_damaged_file_of_preferences_refuses_nobody(void **state)
{
	static const char text[] = "00ua push\n\n x\n00ub\n00uc pin\n"
				   "00ud sms\n00ue push push\n00uf totp";
	struct preferences *p;
	FILE *f = fopen(folder_at(&folder, "preferences"), "w");

	(void)state;
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	chmod(folder_at(&folder, "preferences"), 0600);
	p = preferences_open(folder_at(&folder, "preferences"));
	assert_non_null(p);
	assert_int_equal(preference_of(p, "00ua"), PROOF_PUSH);
	assert_int_equal(preference_of(p, "00ub"), PROOF_COUNT);
	assert_int_equal(preference_of(p, "00uc"), PROOF_COUNT);
	assert_int_equal(preference_of(p, "00ud"), PROOF_SMS);
	assert_int_equal(preference_of(p, "00ue"), PROOF_COUNT);
	assert_int_equal(preference_of(p, "00uf"), PROOF_TOTP);
	preferences_free(p);
}

static void
test_words_of_factors(void **state)
{
	enum proof_kind list[PROOF_COUNT];
	const char *at;

	(void)state;
	assert_int_equal(proof_list(PROOF_DEFAULT, list, &at), PROOF_COUNT);
	for (int i = 0; i < PROOF_COUNT; i++) {
		const char *word = proof_word(list[i]);

		assert_int_equal(list[i], i);
		assert_int_equal(proof_find(word, strlen(word)), i);
	}
	assert_int_equal(proof_list("  sms\tpush ", list, &at), 2);
	assert_int_equal(list[0], PROOF_SMS);
	assert_int_equal(proof_list("", list, &at), 0);
	assert_int_equal(proof_list("push pushx", list, &at), -1);
	assert_string_equal(at, "pushx");
	assert_int_equal(proof_list("push push", list, &at), -1);
	assert_true(proof_is_sent(PROOF_PUSH) && proof_is_sent(PROOF_EMAIL));
	assert_false(proof_is_sent(PROOF_TOTP) || proof_is_sent(PROOF_COUNT));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_device_is_one_per_host_person_and_place_and_stays),
	    TEST(test_who_comes_from_nobody_knows_where_has_no_device),
	    TEST(test_key_that_others_can_read_or_that_is_cut_makes_no_device),
	    TEST(test_last_factor_is_kept_over_a_restart),
	    TEST(test_damaged_file_of_preferences_refuses_nobody),
	    TEST(test_words_of_factors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
