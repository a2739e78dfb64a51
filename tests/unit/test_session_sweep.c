/* What a sweep does to processes: real ones, of which /proc says what the test
 * wants. */
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
#include "folder.h"
#include "session_sweep.h"

enum { ALICE = 1879050000 };

static char passwd[4096], nothing[4096];
static struct proc alice; /* the one process there is */
static unsigned int looks, fail_from, fail_to; /* which looks fail */

int __wrap_proc_each(
    int proc_fd, void (*take)(void *arg, const struct proc *p), void *arg);
int __wrap_proc_read(int proc_fd, pid_t pid, struct proc *p);

int
__wrap_proc_each(
    int proc_fd, void (*take)(void *arg, const struct proc *p), void *arg)
{
	struct proc p;

	looks++;
	if (looks >= fail_from && looks < fail_to)
		return -1;
	if (__wrap_proc_read(proc_fd, alice.pid, &p) == OKTA_OK)
		take(arg, &p);
	p = (struct proc){.pid = 1, .login = PROC_UNSET};
	take(arg, &p);
	return 0;
}

int
__wrap_proc_read(int proc_fd, pid_t pid, struct proc *p)
{
	(void)proc_fd;
	if (pid != alice.pid || waitpid(pid, NULL, WNOHANG) != 0)
		return OKTA_ABSENT;
	*p = alice;
	return OKTA_OK;
}

/* A process of hers that does not mind being asked to end. */
static void
stubborn(void)
{
	int ready[2];
	char c;

	assert_int_equal(pipe(ready), 0);
	alice = (struct proc){.pid = fork(),
	    .ppid = 1,
	    .start = 10,
	    .ruid = ALICE,
	    .login = PROC_UNSET,
	    .audit = PROC_UNSET,
	    .slice = PROC_UNSET};
	if (alice.pid == 0) {
		(void)signal(SIGTERM, SIG_IGN);
		(void)signal(SIGHUP, SIG_IGN);
		alarm(60);
		if (write(ready[1], "", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	assert_true(alice.pid > 0);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	looks = fail_from = fail_to = 0;
}

static void
kill_rest(void)
{
	(void)kill(alice.pid, SIGKILL);
	(void)waitpid(alice.pid, NULL, 0);
}

static struct sweep_plan
plan(void)
{
	struct sweep_plan p = {.ntargets = 1,
	    .passwd = nothing,
	    .sudo = "/nowhere",
	    .list = -1,
	    .targets = {{.person = "00ua",
		.name = "alice",
		.uid = ALICE,
		.before_ms = UINT64_MAX}}};

	return p;
}

static void
test_one_look_that_fails_spares_nobody(void **state)
{
	struct sweep_plan p = plan();
	struct sweep_report r;

	(void)state;
	stubborn();
	fail_from = 2;
	fail_to = 3;
	sweep_run(&p, &r);
	assert_int_equal(r.is_whole, 1);
	assert_int_equal(r.ends[0].found, 1);
	assert_int_equal(r.ends[0].ended, 1);
	assert_int_equal(kill(alice.pid, 0), -1);
}

static void
test_sweep_that_can_not_look_any_more_does_not_report_a_whole_one(void **state)
{
	struct session s = {.uid = ALICE,
	    .state = SESSION_LEFT,
	    .leader = 1000000000,
	    .audit = 7,
	    .is_login = 1};
	struct sweep_plan p = plan();
	struct sweep_report r;

	(void)state;
	p.sessions = &s;
	p.nsessions = 1;
	stubborn();
	fail_from = 2;
	fail_to = 1000000;
	sweep_run(&p, &r);
	kill_rest();
	assert_int_equal(r.is_whole, 0);
	/* Nor is a session said to be gone. */
	assert_int_equal(r.gone[0], 0);
}

static void
test_uid_that_is_a_local_account_s_now_ends_nothing_T105(void **state)
{
	struct session s = {.uid = ALICE,
	    .state = SESSION_OPEN,
	    .opened_ms = 1,
	    .audit = 7,
	    .is_login = 1};
	struct sweep_plan p = plan();
	struct sweep_report r;

	(void)state;
	stubborn();
	p.passwd = passwd;
	p.is_dry = 1;
	sweep_run(&p, &r);
	assert_int_equal(r.is_whole, 1);
	assert_int_equal(r.ends[0].found, 0);
	/* One session by its id neither. */
	alice.audit = 7;
	strcpy(s.person, "00ua");
	memset(s.handle, 'a', PROTOCOL_TICKET_SIZE);
	memset(p.targets[0].handle, 'a', PROTOCOL_TICKET_SIZE);
	p.sessions = &s;
	p.nsessions = 1;
	sweep_run(&p, &r);
	assert_int_equal(r.ends[0].found, 0);
	p.passwd = nothing;
	sweep_run(&p, &r);
	assert_int_equal(r.ends[0].found, 1);
	kill_rest();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_look_that_fails_spares_nobody),
	    cmocka_unit_test(
		test_sweep_that_can_not_look_any_more_does_not_report_a_whole_one),
	    cmocka_unit_test(
		test_uid_that_is_a_local_account_s_now_ends_nothing_T105),
	};
	struct folder folder;
	char text[64];
	int rc;

	folder_make(&folder);
	snprintf(passwd, sizeof(passwd), "%s", folder_at(&folder, "passwd"));
	snprintf(nothing, sizeof(nothing), "%s", folder_at(&folder, "empty"));
	snprintf(text, sizeof(text), "x:x:%d:1::/:/bin/sh\n", ALICE);
	folder_write(&folder, "passwd", text, 0644);
	folder_write(&folder, "empty", "", 0644);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	folder_remove(&folder);
	return rc;
}
