/*
 * The flat stack that `oktactl check` judges must be the one libpam builds: a
 * line that is overlooked here is a door that check calls shut.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "folder.h"
#include "pam_stack.h"

static struct folder dir;
static struct pam_stack stack;

static int
setup(void **state)
{
	(void)state;
	folder_make(&dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	folder_remove(&dir);
	return 0;
}

static void
put(const char *name, const char *text)
{
	folder_write(&dir, name, text, 0644);
}

static void
test_lines_of_the_type_stand_in_order_with_their_place(void **state)
{
	(void)state;
	put("svc",
	    "# head\n"
	    "auth\trequired  pam_a.so\n"
	    "account required pam_no.so\n"
	    "-auth [success=1 default=ignore] pam_b.so x # tail\n"
	    "  auth sufficient /lib/security/pam_c.so\n");
	assert_int_equal(pam_stack_read(&stack, dir.path, "svc", "auth"), 0);
	assert_int_equal(stack.n, 3);
	assert_string_equal(stack.lines[0].module, "pam_a.so");
	assert_int_equal(stack.lines[0].line, 2);
	assert_string_equal(
	    stack.lines[1].control, "[success=1 default=ignore]");
	assert_int_equal(stack.lines[1].line, 4);
	assert_string_equal(stack.lines[2].module, "/lib/security/pam_c.so");
}

static void
test_all_three_ways_to_include_are_followed(void **state)
{
	(void)state;
	put("common", "auth required pam_in.so\naccount required pam_ac.so\n");
	put("svc",
	    "@include common\nauth include common\n"
	    "auth substack common\nauth required pam_last.so\n");
	assert_int_equal(pam_stack_read(&stack, dir.path, "svc", "auth"), 0);
	assert_int_equal(stack.n, 5);
	assert_string_equal(stack.lines[0].module, "pam_in.so");
	assert_int_equal(stack.lines[1].level, 0);
	assert_string_equal(stack.lines[2].module, "");
	assert_int_equal(stack.lines[2].level, 0);
	assert_string_equal(stack.lines[3].module, "pam_in.so");
	assert_int_equal(stack.lines[3].level, 1);
	assert_string_equal(stack.lines[4].module, "pam_last.so");
	assert_int_equal(stack.lines[4].level, 0);
}

static void
test_line_that_is_continued_is_one_with_its_arguments(void **state)
{
	(void)state;
	put("svc",
	    "auth \\\n  sufficient \\\n pam_a.so b \\\n c\n"
	    "AUTH required pam_d.so");
	assert_int_equal(pam_stack_read(&stack, dir.path, "svc", "auth"), 0);
	assert_int_equal(stack.n, 2);
	assert_string_equal(stack.lines[0].control, "sufficient");
	assert_string_equal(pam_line_module(&stack.lines[0]), "pam_a.so");
	assert_non_null(strstr(stack.lines[0].args, "c"));
	assert_int_equal(stack.lines[0].line, 1);
	assert_int_equal(stack.lines[1].line, 5);
}

static void
test_service_without_lines_has_those_of_other(void **state)
{
	(void)state;
	put("svc", "password required pam_p.so\n");
	put("other", "auth required pam_o.so\n");
	assert_int_equal(pam_stack_read(&stack, dir.path, "svc", "auth"), 0);
	assert_int_equal(stack.n, 1);
	assert_string_equal(stack.lines[0].module, "pam_o.so");
}

static void
test_a_file_that_includes_itself_ends(void **state)
{
	(void)state;
	put("deep", "auth include deep\n");
	assert_int_equal(pam_stack_read(&stack, dir.path, "deep", "auth"), -1);
	assert_non_null(strstr(stack.wrong, "too deep"));
	assert_non_null(strstr(stack.file, "/deep"));
	assert_int_equal(
	    pam_stack_read(&stack, dir.path, "absent", "auth"), -1);
	assert_string_equal(stack.wrong, strerror(ENOENT));
	put("half", "auth required pam_x.so\n@include absent\n");
	assert_int_equal(pam_stack_read(&stack, dir.path, "half", "auth"), -1);
	assert_non_null(strstr(stack.file, "/absent"));
	put("half", "auth required pam_x.so\n");
	assert_int_equal(pam_stack_read(&stack, dir.path, "half", "auth"), 0);
	assert_null(stack.wrong);
}

static void
test_actions_are_those_of_pam_conf(void **state)
{
	static const struct {
		const char *control, *value, *action;
	} table[] = {
	    {"required", "success", "ok"},
	    {"required", "auth_err", "bad"},
	    {"required", "ignore", "ignore"},
	    {"requisite", "auth_err", "die"},
	    {"sufficient", "success", "done"},
	    {"sufficient", "auth_err", "ignore"},
	    {"optional", "acct_expired", "ignore"},
	    {"[success=2 default=ignore]", "success", "2"},
	    {"[success=2 default=ignore]", "auth_err", "ignore"},
	    {"[default=bad success=ok]", "acct_expired", "bad"},
	    {"[success=ok]", "auth_err", "bad"},
	    {"[user_unknown=ignore default=die]", "user_unknown", "ignore"},
	    {"[user_unknown=ignore default=die]", "unknown", "die"},
	    {"Required", "auth_err", "bad"},
	    {"OPTIONAL", "acct_expired", "ignore"},
	    {"[ success = 2 default = ignore ]", "success", "2"},
	    {"[ success = 2\tdefault =ignore]", "auth_err", "ignore"},
	    {"[success=ok success=die default=bad]", "success", "die"},
	    {"[default=ignore default=die]", "auth_err", "ignore"},
	    {"[success]", "success", "bad"},
	    {"[=ignore]", "success", "bad"},
	    {"[]", "success", "bad"},
	};
	struct pam_line l = {0};
	char buf[32];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		snprintf(l.control, sizeof(l.control), "%s", table[i].control);
		assert_string_equal(
		    pam_line_action(&l, table[i].value, buf, sizeof(buf)),
		    table[i].action);
	}
}

static void
test_more_lines_than_fit_are_an_error_not_a_cut(void **state)
{
	char text[PAM_LINES_MAX * 32 + 64] = "";
	size_t len = 0;

	(void)state;
	for (int i = 0; i <= PAM_LINES_MAX; i++)
		len += (size_t)snprintf(
		    text + len, sizeof(text) - len, "auth required pam_x.so\n");
	put("svc", text);
	assert_int_equal(pam_stack_read(&stack, dir.path, "svc", "auth"), -1);
	assert_string_equal(stack.wrong, "too many lines");
	assert_int_equal(stack.line, PAM_LINES_MAX + 1);
	memset(text, 'x', 2100);
	strcpy(text + 2100, "\n");
	memcpy(text, "\nauth required pam_x.so ", 24);
	put("svc", text);
	assert_int_equal(pam_stack_read(&stack, dir.path, "svc", "auth"), -1);
	assert_string_equal(stack.wrong, "a line is too long");
	assert_int_equal(stack.line, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_lines_of_the_type_stand_in_order_with_their_place),
	    cmocka_unit_test(test_all_three_ways_to_include_are_followed),
	    cmocka_unit_test(
		test_line_that_is_continued_is_one_with_its_arguments),
	    cmocka_unit_test(test_service_without_lines_has_those_of_other),
	    cmocka_unit_test(test_a_file_that_includes_itself_ends),
	    cmocka_unit_test(test_actions_are_those_of_pam_conf),
	    cmocka_unit_test(test_more_lines_than_fit_are_an_error_not_a_cut),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
