/*
 * Which names, texts and paths are let in. Run once more under every locale
 * that the machine has: the answer must not depend on it.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"
#include "name_table.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *const locales[] = {
    "C", "C.UTF-8", "tr_TR.UTF-8", "de_DE.UTF-8"};

static void
check_name(const char *name, int is_good)
{
	if (name_is_valid(name, strlen(name)) != is_good)
		fail_msg("\"%s\" is %s", name, is_good ? "refused" : "let in");
}

static void
check_all_names(void)
{
	size_t n;

	for (n = 0; n < COUNT(good_names); n++)
		check_name(good_names[n], 1);
	for (n = 0; n < COUNT(bad_names); n++)
		check_name(bad_names[n], 0);
}

static void
test_name_table_T16(void **state)
{
	char longest[40];
	size_t len;

	(void)state;
	assert_true(COUNT(good_names) + COUNT(bad_names) >= 300);
	check_all_names();
	memset(longest, 'a', sizeof(longest));
	for (len = 1; len < sizeof(longest); len++)
		assert_int_equal(name_is_valid(longest, len), len <= 31);
	/* Every byte, alone, first and later. */
	for (len = 0; len < 256; len++) {
		char s[3] = {'x', (char)len, 'x'};
		int is_letter = len >= 'a' && len <= 'z';
		int is_later = is_letter || (len >= '0' && len <= '9') ||
		    len == '_' || len == '-' || len == '.';

		assert_int_equal(name_is_valid(s, 3), is_later);
		assert_int_equal(name_is_valid(s + 1, 2), is_letter);
	}
	assert_int_equal(name_is_valid("", 0), 0);
	assert_int_equal(name_is_valid("a\0b", 3), 0);
}

static void
test_spellings_of_one_login_are_no_names_T17_reduced(void **state)
{
	size_t n;

	(void)state;
	assert_true(COUNT(spellings_of_alice) >= 50);
	assert_int_equal(name_is_valid("alice", 5), 1);
	for (n = 0; n < COUNT(spellings_of_alice); n++)
		check_name(spellings_of_alice[n], 0);
}

/* With tr_TR, strcasecmp("ALICE", "alice") is not 0, and toupper('i') is no
 * 'I'. */
static void
test_locale_does_not_decide_T18_reduced(void **state)
{
	size_t n, found = 0;

	(void)state;
	for (n = 0; n < COUNT(locales); n++) {
		if (setlocale(LC_ALL, locales[n]) == NULL)
			continue;
		found++;
		check_all_names();
		check_name("italic", 1);
		check_name("ITALIC", 0);
	}
	setlocale(LC_ALL, "C");
	assert_true(found > 0);
}

static void
test_system_names_are_reserved_T14_reduced(void **state)
{
	size_t n;

	(void)state;
	assert_true(COUNT(system_names) >= 200);
	for (n = 0; n < COUNT(system_names); n++) {
		if (!name_is_reserved(system_names[n]))
			fail_msg("\"%s\" is not reserved", system_names[n]);
		check_name(system_names[n], 0);
	}
	assert_true(name_is_reserved("_anything"));
	assert_true(name_is_reserved("systemd-anything"));
	assert_true(name_is_reserved("debian-anything"));
	assert_true(name_is_reserved("oktad-net"));
	assert_false(name_is_reserved("alice"));
	assert_false(name_is_reserved("rooty"));
	assert_false(name_is_reserved("roo"));
	assert_false(name_is_reserved(""));
}

static void
test_text_that_forges_lines_is_refused_T21(void **state)
{
	char text[8];
	size_t n;

	(void)state;
	assert_true(COUNT(bad_texts) >= 150);
	for (n = 0; n < COUNT(bad_texts); n++)
		if (name_is_clean_text(bad_texts[n], strlen(bad_texts[n]), 255))
			fail_msg("text %zu is let in", n);
	for (n = 0; n < COUNT(good_texts); n++)
		if (!name_is_clean_text(
			good_texts[n], strlen(good_texts[n]), 255))
			fail_msg("\"%s\" is refused", good_texts[n]);
	/* Every ASCII byte in the middle. */
	for (n = 0; n < 128; n++) {
		memcpy(text, "a?b", 3);
		text[1] = (char)n;
		assert_int_equal(name_is_clean_text(text, 3, 255),
		    n >= 0x20 && n != 0x7f && n != ':');
	}
	assert_false(name_is_clean_text("abc", 3, 2));
	assert_true(name_is_clean_text("abc", 3, 3));
}

/* All code points: those that encode to UTF-8 and are harmless, and no
 * other. */
static void
test_every_code_point_is_judged_once_T21(void **state)
{
	uint32_t c, refused = 0;

	(void)state;
	for (c = 0; c <= 0x110000; c++) {
		char s[4];
		size_t len;

		if (c < 0x80) {
			s[0] = (char)c;
			len = 1;
		} else if (c < 0x800) {
			s[0] = (char)(0xc0 | c >> 6);
			s[1] = (char)(0x80 | (c & 0x3f));
			len = 2;
		} else if (c < 0x10000) {
			s[0] = (char)(0xe0 | c >> 12);
			s[1] = (char)(0x80 | (c >> 6 & 0x3f));
			s[2] = (char)(0x80 | (c & 0x3f));
			len = 3;
		} else {
			s[0] = (char)(0xf0 | c >> 18);
			s[1] = (char)(0x80 | (c >> 12 & 0x3f));
			s[2] = (char)(0x80 | (c >> 6 & 0x3f));
			s[3] = (char)(0x80 | (c & 0x3f));
			len = 4;
		}
		if ((c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
			assert_false(name_is_clean_text(s, len, 255));
		refused += !name_is_clean_text(s, len, 255);
		/* A sequence that is cut is none. */
		if (len > 1)
			assert_false(name_is_clean_text(s, len - 1, 255));
	}
	assert_in_range(refused, 2048 + 66 + 65, 2048 + 66 + 65 + 4500);
}

static void
test_path_table_T22(void **state)
{
	size_t n;

	(void)state;
	assert_true(COUNT(bad_paths) + COUNT(good_paths) >= 40);
	for (n = 0; n < COUNT(bad_paths); n++)
		if (name_is_clean_path(bad_paths[n], strlen(bad_paths[n]), 255))
			fail_msg("\"%s\" is let in", bad_paths[n]);
	for (n = 0; n < COUNT(good_paths); n++)
		if (!name_is_clean_path(
			good_paths[n], strlen(good_paths[n]), 255))
			fail_msg("\"%s\" is refused", good_paths[n]);
	assert_false(name_is_clean_path("/abc", 4, 3));
}

static void
expect_filtered(const char *in, size_t cap, const char *out)
{
	char buf[64];

	memset(buf, 'X', sizeof(buf));
	name_filter_text(buf, cap, in, strlen(in));
	assert_string_equal(buf, out);
	assert_int_equal(buf[cap], 'X');
}

static void
test_filtered_text_is_harmless_and_cut_between_characters(void **state)
{
	char every[256], out[1024];
	size_t n;

	(void)state;
	expect_filtered("plain: text", 32, "plain: text");
	expect_filtered("a\nb\x1b[31mc\x7f", 32, "a?b?[31mc?");
	expect_filtered("J\xc3\xbcrgen", 32, "J\xc3\xbcrgen");
	expect_filtered("J\xc3\xbcrgen", 3, "J");
	expect_filtered("J\xc3\xbcrgen", 4, "J\xc3\xbc");
	expect_filtered("\xe2\x80\xae"
			"abc",
	    32, "?abc");
	expect_filtered("\xff\xfe\xc3", 32, "???");
	expect_filtered("abc", 1, "");
	expect_filtered("abc", 3, "ab");
	expect_filtered("", 5, "");
	for (n = 0; n < sizeof(every); n++)
		every[n] = (char)n;
	name_filter_text(out, sizeof(out), every, sizeof(every));
	for (n = 0; out[n] != '\0'; n++)
		if (out[n] == ':')
			out[n] = '.';
	assert_true(name_is_clean_text(out, n, sizeof(out)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_name_table_T16),
	    cmocka_unit_test(
		test_spellings_of_one_login_are_no_names_T17_reduced),
	    cmocka_unit_test(test_locale_does_not_decide_T18_reduced),
	    cmocka_unit_test(test_system_names_are_reserved_T14_reduced),
	    cmocka_unit_test(test_text_that_forges_lines_is_refused_T21),
	    cmocka_unit_test(test_every_code_point_is_judged_once_T21),
	    cmocka_unit_test(test_path_table_T22),
	    cmocka_unit_test(
		test_filtered_text_is_harmless_and_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
