/*
 * The flat stack that `oktactl check` judges must be the one libpam builds: a
 * line that is overlooked here is a door that check calls shut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <unistd.h>

#include "pam_stack.h"

static char dir[] = "/tmp/okta-stack-XXXXXX";
static struct pam_stack stack;

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

static int
teardown(void **state)
{
	static const char *const names[] = {"svc", "common", "deep"};
	char path[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
	return rmdir(dir);
}

static void
put(const char *name, const char *text)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
test_lines_of_the_type_stand_in_order_with_their_place(void **state)
{
	(void)state;
	put("svc", "# head\n"
		   "auth\trequired  pam_a.so\n"
		   "account required pam_no.so\n"
		   "-auth [success=1 default=ignore] pam_b.so x # tail\n"
		   "  auth sufficient /lib/security/pam_c.so\n");
	assert_int_equal(pam_stack_read(&stack, dir, "svc", "auth"), 0);
	assert_int_equal(stack.n, 3);
	assert_string_equal(stack.lines[0].module, "pam_a.so");
	assert_int_equal(stack.lines[0].line, 2);
	assert_string_equal(stack.lines[1].control,
	    "[success=1 default=ignore]");
	assert_int_equal(stack.lines[1].line, 4);
	assert_string_equal(stack.lines[2].module, "/lib/security/pam_c.so");
}

static void
test_all_three_ways_to_include_are_followed(void **state)
{
	(void)state;
	put("common", "auth required pam_in.so\naccount required pam_ac.so\n");
	put("svc", "@include common\nauth include common\n"
		   "auth substack common\nauth required pam_last.so\n");
	assert_int_equal(pam_stack_read(&stack, dir, "svc", "auth"), 0);
	assert_int_equal(stack.n, 4);
	assert_string_equal(stack.lines[0].module, "pam_in.so");
	assert_int_equal(stack.lines[1].is_substack, 0);
	assert_int_equal(stack.lines[2].is_substack, 1);
	assert_string_equal(stack.lines[3].module, "pam_last.so");
	assert_int_equal(stack.lines[3].is_substack, 0);
}

static void
test_a_file_that_includes_itself_ends(void **state)
{
	(void)state;
	put("deep", "auth include deep\n");
	assert_int_equal(pam_stack_read(&stack, dir, "deep", "auth"), -1);
	assert_int_equal(pam_stack_read(&stack, dir, "absent", "auth"), -1);
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
	};
	struct pam_line l = {0};
	char buf[32];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		snprintf(l.control, sizeof(l.control), "%s", table[i].control);
		assert_string_equal(pam_line_action(&l, table[i].value, buf,
					sizeof(buf)),
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
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "auth required pam_x.so\n");
	put("svc", text);
	assert_int_equal(pam_stack_read(&stack, dir, "svc", "auth"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_lines_of_the_type_stand_in_order_with_their_place),
	    cmocka_unit_test(test_all_three_ways_to_include_are_followed),
	    cmocka_unit_test(test_a_file_that_includes_itself_ends),
	    cmocka_unit_test(test_actions_are_those_of_pam_conf),
	    cmocka_unit_test(test_more_lines_than_fit_are_an_error_not_a_cut),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
