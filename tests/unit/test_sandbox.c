/*
 * The sandbox, entered for real in child processes, and the drop of privileges
 * with each of its calls failing in turn (linker --wrap).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sandbox.h"

/* The pretended kernel of the drop tests. lie: the call answers 0 and does
 * nothing, as under a broken security module. */
enum { NONE, SETGROUPS, SETRESGID, SETRESUID, NO_NEW_PRIVS, AMBIENT };
static int fail_call, lie_call;
static uid_t fake_uid;
static gid_t fake_gid, fake_group;
static int is_pretending;

int __real_setgroups(size_t n, const gid_t *list);
int __real_setresgid(gid_t r, gid_t e, gid_t s);
int __real_setresuid(uid_t r, uid_t e, uid_t s);
int __real_getresgid(gid_t *r, gid_t *e, gid_t *s);
int __real_getresuid(uid_t *r, uid_t *e, uid_t *s);
int __real_getgroups(int n, gid_t *list);
int __wrap_setgroups(size_t n, const gid_t *list);
int __wrap_setresgid(gid_t r, gid_t e, gid_t s);
int __wrap_setresuid(uid_t r, uid_t e, uid_t s);
int __wrap_getresgid(gid_t *r, gid_t *e, gid_t *s);
int __wrap_getresuid(uid_t *r, uid_t *e, uid_t *s);
int __wrap_getgroups(int n, gid_t *list);
int __real_prctl(int op, ...);
int __wrap_prctl(
    int op, unsigned long a, unsigned long b, unsigned long c, unsigned long d);

static int
pretend(int call)
{
	if (fail_call == call) {
		errno = EPERM;
		return -1;
	}
	return 0;
}

int
__wrap_setgroups(size_t n, const gid_t *list)
{
	if (!is_pretending)
		return __real_setgroups(n, list);
	if (pretend(SETGROUPS) != 0)
		return -1;
	if (lie_call != SETGROUPS)
		fake_group = list[0];
	return 0;
}

int
__wrap_setresgid(gid_t r, gid_t e, gid_t s)
{
	if (!is_pretending)
		return __real_setresgid(r, e, s);
	if (pretend(SETRESGID) != 0)
		return -1;
	if (lie_call != SETRESGID)
		fake_gid = r;
	return 0;
}

int
__wrap_setresuid(uid_t r, uid_t e, uid_t s)
{
	if (!is_pretending)
		return __real_setresuid(r, e, s);
	if (pretend(SETRESUID) != 0)
		return -1;
	if (lie_call != SETRESUID)
		fake_uid = r;
	return 0;
}

int
__wrap_getresgid(gid_t *r, gid_t *e, gid_t *s)
{
	if (!is_pretending)
		return __real_getresgid(r, e, s);
	*r = *e = *s = fake_gid;
	return 0;
}

int
__wrap_getresuid(uid_t *r, uid_t *e, uid_t *s)
{
	if (!is_pretending)
		return __real_getresuid(r, e, s);
	*r = *e = *s = fake_uid;
	return 0;
}

int
__wrap_getgroups(int n, gid_t *list)
{
	if (!is_pretending)
		return __real_getgroups(n, list);
	if (n > 0)
		list[0] = fake_group;
	return 1;
}

int
__wrap_prctl(
    int op, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	if (is_pretending && op == PR_SET_NO_NEW_PRIVS &&
	    pretend(NO_NEW_PRIVS) != 0)
		return -1;
	if (is_pretending && op == PR_CAP_AMBIENT && pretend(AMBIENT) != 0)
		return -1;
	return __real_prctl(op, a, b, c, d);
}

static int
drop_pretended(int fail, int lie)
{
	struct error e = {0};
	int r;

	fail_call = fail;
	lie_call = lie;
	fake_uid = fake_gid = fake_group = 0;
	is_pretending = 1;
	r = sandbox_drop_user(4711, 4712, &e);
	is_pretending = 0;
	if (r != 0) {
		assert_int_equal(e.kind, ERROR_SYSTEM);
		assert_string_not_equal(e.text, "");
	}
	return r;
}

/* Runs in a child, because parts of the drop are real and for good. */
static int
run_child(int (*body)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static int
drop_cases(void)
{
	struct error e;

	for (int call = SETGROUPS; call <= AMBIENT; call++) {
		if (drop_pretended(call, NONE) == 0)
			return 1;
		if (call <= SETRESUID && drop_pretended(NONE, call) == 0)
			return 2;
	}
	if (sandbox_drop_user(0, 5, &e) == 0 ||
	    sandbox_drop_user(5, 0, &e) == 0)
		return 3;
	/* The control: nothing fails, nothing lies. */
	return drop_pretended(NONE, NONE) == 0 ? 0 : 4;
}

static void
test_drop_notices_every_failed_call_T60(void **state)
{
	(void)state;
	assert_int_equal(run_child(drop_cases), 0);
}

static int
drop_real(void)
{
	struct error e = {0};
	gid_t groups[8];
	uid_t r, eff, s;

	if (sandbox_drop_user(65534, 65534, &e) != 0)
		return 1;
	if (getresuid(&r, &eff, &s) != 0 || r != 65534 || s != 65534 ||
	    getgid() != 65534 || getgroups(8, groups) != 1)
		return 2;
	if (setuid(0) == 0 || setgid(0) == 0)
		return 3;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 4;
}

static void
test_drop_is_for_good_T60(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("not root: only the pretended drop was run\n");
		return;
	}
	assert_int_equal(run_child(drop_real), 0);
}

static int
begin(void)
{
	struct rlimit core;
	struct error e;

	setenv("OPENSSL_CONF", "/nowhere", 1);
	if (sandbox_begin(&e) != 0 || getenv("OPENSSL_CONF") != NULL ||
	    getenv("PATH") != NULL)
		return 1;
	if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0)
		return 2;
	if (sandbox_has_filter() && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return 3;
	return 0;
}

static void
test_begin_leaves_no_environment_and_no_core(void **state)
{
	(void)state;
	assert_int_equal(run_child(begin), 0);
}

static int
is_refused(long r)
{
	return r == -1 && (errno == EPERM || errno == ENOSYS);
}

/* What every role must not be able to do. 0, or the number of the case. */
static int
forbidden(void)
{
	char *argv[] = {(char *)(uintptr_t) "true", NULL};

	if (!is_refused(execve("/bin/true", argv, argv)))
		return 11;
	if (!is_refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL)))
		return 12;
	if (!is_refused(kill(getppid(), 0)))
		return 13;
	if (!is_refused(syscall(SYS_tgkill, getppid(), getppid(), 0)))
		return 14;
	if (kill(getpid(), 0) != 0)
		return 15;
	if (!is_refused(unshare(CLONE_NEWUSER)))
		return 16;
	if (!is_refused(fork()))
		return 17;
	if (!is_refused(syscall(SYS_bpf, 0, NULL, 0)))
		return 18;
	if (!is_refused(socket(AF_PACKET, SOCK_RAW, 0)))
		return 19;
	if (!is_refused(socket(AF_NETLINK, SOCK_RAW, 0)))
		return 20;
	if (!is_refused(
		syscall(SYS_socket, 0x100000000L | AF_INET6, SOCK_STREAM, 0)))
		return 21;
	if (!is_refused(syscall(SYS_mount, "none", "/", "tmpfs", 0, NULL)))
		return 22;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 23;
}

static int
can_open(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int
enter_net(void)
{
	struct error e;

	if (sandbox_enter(SANDBOX_NET, &e) != 0)
		return 1;
	if (!can_open(AF_INET) || !can_open(AF_UNIX))
		return 2;
	return forbidden();
}

static int
enter_sync(void)
{
	struct error e;

	if (sandbox_enter(SANDBOX_SYNC, &e) != 0)
		return 1;
	if (can_open(AF_INET) || can_open(AF_INET6) || !can_open(AF_UNIX))
		return 2;
	return forbidden();
}

static int
enter_login(void)
{
	struct error e;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return 1;
	if (sandbox_enter(SANDBOX_LOGIN, &e) != 0)
		return 2;
	if (can_open(AF_INET) || can_open(AF_INET6) || can_open(AF_UNIX))
		return 3;
	if (!is_refused(connect(pair[0], NULL, 0)))
		return 4;
	if (!is_refused(open("/proc/self/mem", O_RDWR)) ||
	    !is_refused(openat(AT_FDCWD, "/dev/null", O_RDONLY)) ||
	    !is_refused(prlimit(getppid(), RLIMIT_CPU, NULL, NULL)))
		return 6;
	/* The links that it was given, go on. */
	if (send(pair[0], "x", 1, MSG_NOSIGNAL) != 1)
		return 5;
	return forbidden();
}

/* A sweep: signals by a descriptor of the process and in no other way. */
static int
enter_sweep(void)
{
	struct __user_cap_header_struct h = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2];
	struct error e;
	int fd;

	if (sandbox_enter(SANDBOX_SWEEP, &e) != 0)
		return 1;
	if (can_open(AF_INET) || can_open(AF_UNIX) ||
	    !is_refused(kill(getppid(), 0)) || !is_refused(fork()) ||
	    !is_refused(execl("/bin/true", "true", (char *)NULL)) ||
	    !is_refused(rename("/nowhere/a", "/nowhere/b")) ||
	    !is_refused(chmod("/nowhere/a", 0777)) ||
	    !is_refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL)))
		return 2;
	fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	if (fd < 0 || syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0) != 0)
		return 3;
	if (syscall(SYS_capget, &h, sets) != 0 ||
	    (sets[0].permitted & ~(1U << CAP_KILL)) != 0 ||
	    sets[0].inheritable != 0 || sets[1].permitted != 0)
		return 4;
	return 0;
}

/* oktad: starts programs, and stays away from the kernel's larger doors. */
static int
enter_parent(void)
{
	struct error e;
	int status;
	pid_t pid;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    sandbox_load_filter(SANDBOX_PARENT, &e) != 0)
		return 1;
	if (!is_refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL)) ||
	    !is_refused(unshare(CLONE_NEWUSER)) ||
	    !is_refused(syscall(SYS_bpf, 0, NULL, 0)) ||
	    !is_refused(syscall(SYS_mount, "none", "/", "tmpfs", 0, NULL)))
		return 2;
	pid = fork();
	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(3);
	}
	if (pid == -1 || kill(pid, 0) != 0 || waitpid(pid, &status, 0) != pid)
		return 4;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 5;
}

static void
test_roles_keep_only_what_their_job_needs(void **state)
{
	(void)state;
	if (!sandbox_has_filter()) {
		print_message("sanitizer build: no system call filter\n");
		return;
	}
	assert_int_equal(run_child(enter_parent), 0);
	assert_int_equal(run_child(enter_net), 0);
	assert_int_equal(run_child(enter_sync), 0);
	assert_int_equal(run_child(enter_login), 0);
	assert_int_equal(run_child(enter_sweep), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_drop_notices_every_failed_call_T60),
	    cmocka_unit_test(test_drop_is_for_good_T60),
	    cmocka_unit_test(test_begin_leaves_no_environment_and_no_core),
	    cmocka_unit_test(test_roles_keep_only_what_their_job_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
