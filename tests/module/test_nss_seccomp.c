/*
 * The NSS module in a sandbox that refuses one system call, each in turn: it
 * answers, or it says that it can not; it never ends the program.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <unistd.h>

#include "module.h"
#include "publish.h"

enum {
	LAST_SYSCALL = 450,
	ALL_SUCCESS = 0,
	ALL_UNAVAIL = 1,
	MIXED = 2,
	NO_FILTER = 3
};

static struct module nss;

static int
deny(int number, uint32_t error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int r;

	if (filter == NULL)
		return -1;
	r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(error), number, 0);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

/* What all the entry points that look something up answer. */
static int
ask_all(void)
{
	static char buf[4096];
	static gid_t gids[64];
	enum nss_status s[7];
	gid_t *list = gids;
	long start = 1, size = 64;
	struct passwd pw;
	struct group gr;
	size_t n;
	int e, all;

	nss.setpwent(0);
	nss.setgrent(0);
	s[0] = nss.getpwnam_r("user1", &pw, buf, sizeof(buf), &e);
	s[1] = nss.getpwuid_r(SNAPSHOT_UID(1), &pw, buf, sizeof(buf), &e);
	s[2] = nss.getpwent_r(&pw, buf, sizeof(buf), &e);
	s[3] = nss.getgrnam_r("group1", &gr, buf, sizeof(buf), &e);
	s[4] = nss.getgrgid_r(SNAPSHOT_GID(1), &gr, buf, sizeof(buf), &e);
	s[5] = nss.getgrent_r(&gr, buf, sizeof(buf), &e);
	s[6] = nss.initgroups_dyn("user1", 1, &start, &size, &list, -1, &e);
	nss.endpwent();
	nss.endgrent();
	for (n = 0, all = s[0]; n < 7; n++)
		if (s[n] != s[0])
			all = MIXED;
	return all == NSS_STATUS_SUCCESS ? ALL_SUCCESS
	    : all == NSS_STATUS_UNAVAIL	 ? ALL_UNAVAIL
					 : MIXED;
}

/* In a child: with the mapping made before (warm) or not. */
static int
outcome(int number, uint32_t error, int is_warm)
{
	pid_t child = fork();
	int status;

	assert_int_not_equal(child, -1);
	if (child == 0) {
		if (is_warm && ask_all() != ALL_SUCCESS)
			_exit(MIXED);
		publish_tick();
		if (deny(number, error) != 0)
			_exit(NO_FILTER);
		status = ask_all();
		/* The way out must be open, whatever was refused. */
		_exit(status);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFEXITED(status))
		fail_msg("system call %d refused: signal %d", number,
		    WTERMSIG(status));
	return WEXITSTATUS(status);
}

static int
is_way_out(int number)
{
	return number == SYS_exit_group || number == SYS_exit;
}

static void
test_any_refused_system_call_is_unavailable_at_worst_T71(void **state)
{
	static const uint32_t errors[] = {EPERM, ENOSYS};
	int number, is_warm, got, tried = 0;
	size_t n;

	(void)state;
	for (number = 0; number <= LAST_SYSCALL; number++)
		for (n = 0; n < 2 && !is_way_out(number); n++)
			for (is_warm = 0; is_warm < 2; is_warm++) {
				got = outcome(number, errors[n], is_warm);
				if (got == NO_FILTER)
					continue;
				tried++;
				if (got == MIXED)
					fail_msg("system call %d refused: "
						 "answers differ",
					    number);
			}
	assert_true(tried > 1200);
}

/* The needed ones, and that no other one is needed: a refused close(2) or
 * munmap(2) does no harm to the answer. Only this test build asks geteuid(2).
 */
static void
test_no_other_system_call_is_needed_T71(void **state)
{
	static const int needed[] = {SYS_openat, SYS_newfstatat, SYS_mmap};
	int number, got;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(needed) / sizeof(needed[0]); n++)
		assert_int_equal(outcome(needed[n], EPERM, 0), ALL_UNAVAIL);
	for (number = 0; number <= LAST_SYSCALL; number++) {
		for (n = 0; n < 3 && needed[n] != number; n++)
			;
		if (n < 3 || is_way_out(number) || number == SYS_geteuid)
			continue;
		got = outcome(number, EPERM, 0);
		if (got != ALL_SUCCESS && got != NO_FILTER)
			fail_msg("system call %d is needed", number);
	}
}

static int
begin(void **state)
{
	struct snapshot s;

	(void)state;
	module_open(&nss, OKTA_TEST_MODULE, "okta");
	publish_begin();
	snapshot_make(&s, 5, 3, 2);
	publish(&s);
	snapshot_free(&s);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_any_refused_system_call_is_unavailable_at_worst_T71),
	    cmocka_unit_test(test_no_other_system_call_is_needed_T71),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
