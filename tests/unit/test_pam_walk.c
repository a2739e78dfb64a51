/*
 * Ways through a PAM stack that `oktactl check` must find, and must not invent.
 * Each row is a stack as admins write them, right or with one fault; the rules
 * are pam.conf(5)'s.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "folder.h"
#include "pam_walk.h"

#define OKTA "[success=done user_unknown=ignore ignore=ignore default=die]"
#define JUMP(n)             \
	"auth [success=" #n \
	" user_unknown=ignore ignore=ignore default=die] pam_okta.so\n"
#define REST                                            \
	"auth [success=1 default=ignore] pam_unix.so\n" \
	"auth requisite pam_deny.so\nauth required pam_permit.so\n"

static struct folder dir;

static void
put(const char *name, const char *text)
{
	folder_write(&dir, name, text, 0644);
}

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

static struct pam_outcome
ask(const char *type, const char *text, const char *okta, int is_local)
{
	static struct pam_stack stack;
	const struct pam_question q = {okta, is_local};
	struct pam_outcome o;

	put("svc", text);
	assert_int_equal(pam_stack_read(&stack, dir.path, "svc", type), 0);
	assert_int_equal(pam_walk(&stack, &q, &o), 0);
	return o;
}

static void
test_denial_that_falls_through_is_found(void **state)
{
	static const struct {
		const char *text;
		int is_open;
	} rows[] = {
	    {JUMP(2) REST, 0},
	    {"auth " OKTA " pam_okta.so\nauth required pam_unix.so\n", 0},
	    {"auth required pam_okta.so\nauth sufficient pam_sss.so\n", 0},
	    {"auth requisite pam_okta.so\nauth sufficient pam_permit.so\n", 0},
	    {"auth sufficient pam_okta.so\nauth required pam_deny.so\n", 0},
	    /* nobody of ours has a password that pam_unix would take */
	    {"auth sufficient pam_okta.so\nauth required pam_unix.so\n", 0},
	    {"auth sufficient pam_okta.so\nauth required pam_sss.so\n", 1},
	    {"auth sufficient pam_okta.so\nauth required pam_permit.so\n", 1},
	    {"auth optional pam_okta.so\nauth required pam_permit.so\n", 1},
	    {"auth [success=1 default=ignore] pam_okta.so\n"
	     "auth requisite pam_krb5.so\nauth required pam_permit.so\n",
		1},
	    /* the no of a substack ends only the substack, but it stays a no */
	    {"auth substack sub\nauth sufficient pam_permit.so\n", 0},
	    {"auth [auth_err=ok default=die] pam_okta.so\n", 0},
	    {"auth [auth_err=1 default=die] pam_okta.so\n"
	     "auth requisite pam_deny.so\nauth required pam_permit.so\n",
		1},
	    /* a jump over the end denies */
	    {"auth [auth_err=9 default=die] pam_okta.so\n"
	     "auth required pam_permit.so\n",
		0},
	    {"auth required pam_okta.so\n"
	     "auth [success=reset default=reset] pam_env.so\n"
	     "auth required pam_permit.so\n",
		1},
	};

	(void)state;
	put("sub", "auth " OKTA " pam_okta.so\nauth required pam_deny.so\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct pam_outcome o = ask("auth", rows[i].text, "auth_err", 0);

		assert_int_equal(o.is_open, rows[i].is_open);
		assert_int_equal(o.is_open_unasked, 0);
	}
}

static void
test_yes_gets_in_only_where_the_jump_is_right(void **state)
{
	static const struct {
		const char *text;
		int is_open;
	} rows[] = {
	    {JUMP(1) REST, 0},
	    {JUMP(2) REST, 1},
	    {JUMP(3) REST, 0},
	    {JUMP(4) REST, 0},
	    {JUMP(1) "auth substack sub\nauth required pam_permit.so\n", 1},
	    {JUMP(2) "auth substack sub\nauth requisite pam_deny.so\n"
		     "auth required pam_permit.so\n",
		1},
	    {"auth " OKTA " pam_okta.so\nauth required pam_deny.so\n", 1},
	    {"auth required pam_okta.so\nauth required pam_unix.so\n", 0},
	};

	(void)state;
	put("sub", "auth required pam_deny.so\nauth required pam_deny.so\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(
		    ask("auth", rows[i].text, "success", 0).is_open,
		    rows[i].is_open);
}

static void
test_local_people_get_past_us_or_not(void **state)
{
	static const struct {
		const char *text;
		int is_open;
	} rows[] = {
	    {JUMP(2) REST, 1},
	    {"auth required pam_okta.so\nauth required pam_unix.so\n", 1},
	    {"auth requisite pam_deny.so\n" JUMP(2) REST, 0},
	    {"auth [success=done default=die] pam_okta.so\n"
	     "auth required pam_unix.so\n",
		0},
	    {JUMP(
		 2) "auth [default=ignore] pam_unix.so\n"
		    "auth requisite pam_deny.so\nauth required pam_permit.so\n",
		0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(ask("auth", rows[i].text, "ignore", 1).is_open,
		    rows[i].is_open);
}

static void
test_way_around_is_found_with_the_line_that_makes_it(void **state)
{
	static const struct {
		const char *text;
		size_t past;
	} rows[] = {
	    {"account required pam_okta.so\n", PAM_NOWHERE},
	    {"account required pam_nologin.so\naccount required pam_okta.so\n",
		PAM_NOWHERE},
	    {"account sufficient pam_permit.so\naccount required pam_okta.so\n",
		0},
	    {"account required pam_nologin.so\n"
	     "account sufficient pam_succeed_if.so user ingroup wheel\n"
	     "account required pam_okta.so\n",
		1},
	    {"account sufficient pam_succeed_if.so uid < 1000 quiet\n"
	     "account sufficient pam_localuser.so\n"
	     "account sufficient pam_usertype.so issystem\n"
	     "account required pam_okta.so\n",
		PAM_NOWHERE},
	    {"account [success=2 default=ignore] pam_time.so\n"
	     "account required pam_okta.so\naccount required pam_access.so\n",
		PAM_NOWHERE}, /* over the end */
	    {"account [success=1 default=ignore] pam_time.so\n"
	     "account required pam_okta.so\naccount required pam_access.so\n",
		0},
	    {"account substack sub\naccount required pam_okta.so\n",
		PAM_NOWHERE},
	    {"account include sub\naccount required pam_okta.so\n", 0},
	    {"account sufficient pam_unix.so\naccount required pam_okta.so\n",
		0},
	    /* libpam takes its words in any case, and spaces in brackets */
	    {"account Sufficient pam_permit.so\n"
	     "account required pam_okta.so\n",
		0},
	    {"account SubStack sub\naccount required pam_okta.so\n",
		PAM_NOWHERE},
	    {"account Include sub\naccount required pam_okta.so\n", 0},
	    {"account [ success = done default = ignore ] pam_permit.so\n"
	     "account required pam_okta.so\n",
		0},
	    /* a module that is gone has values of its own */
	    {"account [module_unknown=1 default=ignore] pam_gone.so\n"
	     "account required pam_okta.so\n"
	     "account required pam_permit.so\n",
		0},
	    /* our numbers are below that, and the caller's below that */
	    {"account sufficient pam_succeed_if.so uid < 4000000000\n"
	     "account required pam_okta.so\n",
		0},
	    {"account sufficient pam_succeed_if.so use_uid uid < 1000\n"
	     "account required pam_okta.so\n",
		0},
	    {"account sufficient pam_succeed_if.so uid < 1000\n"
	     "account required pam_okta.so\n",
		PAM_NOWHERE},
	    {"account sufficient pam_usertype.so issystem use_uid\n"
	     "account required pam_okta.so\n",
		0},
	};

	(void)state;
	put("sub", "account sufficient pam_permit.so\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct pam_outcome o =
		    ask("account", rows[i].text, "acct_expired", 0);

		assert_int_equal(
		    o.is_open_unasked, rows[i].past != PAM_NOWHERE);
		assert_int_equal(o.past, rows[i].past);
		assert_int_equal(o.is_open, 0);
	}
	/* Nobody asks us at all: open, and no line is to blame. */
	struct pam_outcome o =
	    ask("account", "account required pam_permit.so\n", "auth_err", 0);

	assert_int_equal(o.is_open_unasked, 1);
	assert_int_equal(o.past, PAM_NOWHERE);
}

static void
test_second_factor_without_a_first_one_is_found(void **state)
{
#define SECOND "auth required pam_okta.so second_factor after=stack\n"
	static const struct {
		const char *text;
		size_t unproven;
	} rows[] = {
	    {SECOND, 0},
	    /* what ignores is let through */
	    {"auth requisite pam_u2f.so\n" SECOND, 1},
	    {"auth required pam_u2f.so\n" SECOND, 1},
	    {"auth optional pam_u2f.so\n" SECOND, 1},
	    {"auth requisite pam_nologin.so\n" SECOND, 1},
	    {"auth required pam_permit.so\n" SECOND, 1},
	    {"auth [success=ok default=die] pam_u2f.so\n" SECOND, PAM_NOWHERE},
	    {"auth [success=1 default=ignore] pam_u2f.so\n"
	     "auth requisite pam_deny.so\n" SECOND,
		PAM_NOWHERE},
	    {"auth required pam_okta.so second_factor\n", PAM_NOWHERE},
	    {"auth required pam_okta.so\n", PAM_NOWHERE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(
		    ask("auth", rows[i].text, "auth_err", 0).unproven,
		    rows[i].unproven);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_denial_that_falls_through_is_found),
	    cmocka_unit_test(test_yes_gets_in_only_where_the_jump_is_right),
	    cmocka_unit_test(test_local_people_get_past_us_or_not),
	    cmocka_unit_test(
		test_way_around_is_found_with_the_line_that_makes_it),
	    cmocka_unit_test(test_second_factor_without_a_first_one_is_found),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
