/* What /proc says of a process. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "code.h"
#include "proc.h"
#include "wire.h"

#define REST                                                           \
	" 4711 4712 4713 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654" \
	" 1 2 3"

static void
test_name_of_a_process_forges_no_field(void **state)
{
	static const char *const names[] = {"sh", "", ")", "a) R 1 1 1 34816",
	    "(((", ") S 1 ", "a b c d e f g"};
	struct proc p;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		strcpy(text, "42 (");
		strcat(text, names[i]);
		strcat(text, ") S" REST);
		assert_int_equal(proc_parse_stat(text, &p), OKTA_OK);
		assert_int_equal(p.ppid, 4711);
		assert_int_equal(p.start, 987654);
		assert_int_equal(p.has_tty, 0);
		assert_int_equal(p.is_dead, 0);
	}
	assert_int_equal(
	    proc_parse_stat("42 (sh) Z 1 2 3 34816 -1 4194560 1 2 3 4 5 6 7 8 "
			    "20 0 1 0 5 1",
		&p),
	    OKTA_OK);
	assert_int_equal(p.has_tty, 1);
	assert_int_equal(p.is_dead, 1);
	for (size_t i = 0; i < strlen(REST) - strlen("987654 1 2 3"); i++) {
		snprintf(text, sizeof(text), "42 (sh) S%.*s", (int)i, REST);
		assert_int_equal(proc_parse_stat(text, &p), OKTA_BAD);
	}
}

static void
test_real_uid_counts_and_containers_are_told(void **state)
{
	struct proc p = {0};

	(void)state;
	assert_int_equal(
	    proc_parse_status("Name:\ta\\nUid:\\t0\nUid:\t1879050000\t0\t0\t0\n"
			      "NSpid:\t77\n",
		&p),
	    OKTA_OK);
	assert_int_equal(p.ruid, 1879050000);
	assert_int_equal(p.is_nested, 0);
	assert_int_equal(
	    proc_parse_status("Uid:\t0\t5\t5\t5\nNSpid:\t77\t1\n", &p),
	    OKTA_OK);
	assert_int_equal(p.ruid, 0);
	assert_int_equal(p.is_nested, 1);
	assert_int_equal(proc_parse_status("Name:\tUid:\t5\n", &p), OKTA_BAD);
	assert_int_equal(proc_parse_status("Uid:\t-1\t5\n", &p), OKTA_BAD);
	assert_int_equal(
	    proc_parse_status("Uid:\t99999999999\t5\n", &p), OKTA_BAD);
}

static void
test_slice_is_that_of_logind_and_no_other(void **state)
{
	static const struct {
		const char *text;
		uint32_t slice;
	} rows[] = {
	    {"0::/user.slice/user-1879050000.slice/session-3.scope\n",
		1879050000},
	    {"0::/user.slice/user-7.slice/user@7.service/app.slice\n", 7},
	    {"12:pids:/\n1:name=systemd:/user.slice/user-7.slice/x\n0::/\n", 7},
	    {"0::/system.slice/ssh.service\n", PROC_UNSET},
	    {"0::/user.slice/user-7.slice\n", PROC_UNSET},
	    {"0::/x/user.slice/user-7.slice/y\n", PROC_UNSET},
	    {"0::/user.slice/user-.slice/y\n", PROC_UNSET},
	    {"0::/user.slice/user-99999999999.slice/y\n", PROC_UNSET},
	    {"3:name=x:/user.slice/user-7.slice/y\n", PROC_UNSET},
	    {"0::/a\n::/b::/user.slice/user-7.slice/y\n", PROC_UNSET},
	    {"", PROC_UNSET},
	};
	struct proc p;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		proc_parse_cgroup(rows[i].text, &p);
		assert_int_equal(p.slice, rows[i].slice);
	}
}

static void
test_numbers_are_numbers(void **state)
{
	static const char *const bad[] = {
	    "", "x", "-1", "+1", " 1", "1 ", "1x", "4294967296", "1\n\n"};

	(void)state;
	assert_int_equal(proc_parse_number("0"), 0);
	assert_int_equal(proc_parse_number("4711\n"), 4711);
	assert_int_equal(proc_parse_number("4294967295"), PROC_UNSET);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(proc_parse_number(bad[i]), PROC_UNSET);
}

static pid_t wanted;

static void
look(void *arg, const struct proc *p)
{
	if (p->pid == wanted)
		*(struct proc *)arg = *p;
}

static void
test_live_process_is_found_and_a_dead_one_told(void **state)
{
	int fd = open("/proc", O_RDONLY | O_DIRECTORY);
	struct proc mine, child, found = {0};
	uint64_t now;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(proc_read(fd, getpid(), &mine), OKTA_OK);
	assert_int_equal(mine.ppid, getppid());
	assert_int_equal(mine.ruid, getuid());
	now = wire_now_ms();
	assert_true(proc_start_ms(&mine) <= now + 20);
	assert_true(proc_start_ms(&mine) + 600000 > now);
	wanted = fork();
	if (wanted == 0) {
		pause();
		_exit(0);
	}
	assert_int_equal(proc_each(fd, look, &found), 0);
	assert_int_equal(found.ppid, getpid());
	assert_int_equal(found.audit, mine.audit);
	assert_int_equal(found.login, mine.login);
	kill(wanted, SIGKILL);
	do
		assert_int_equal(proc_read(fd, wanted, &child), OKTA_OK);
	while (!child.is_dead);
	assert_int_equal(child.start, found.start);
	waitpid(wanted, NULL, 0);
	assert_int_equal(proc_read(fd, wanted, &child), OKTA_ABSENT);
	assert_int_equal(proc_read(fd, 0, &child), OKTA_ABSENT);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_name_of_a_process_forges_no_field),
	    cmocka_unit_test(test_real_uid_counts_and_containers_are_told),
	    cmocka_unit_test(test_slice_is_that_of_logind_and_no_other),
	    cmocka_unit_test(test_numbers_are_numbers),
	    cmocka_unit_test(test_live_process_is_found_and_a_dead_one_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
