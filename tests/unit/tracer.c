#include "tracer.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
	    PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL,
	SYSCALL_STOP = SIGTRAP | 0x80,
	PIDS_MAX = 64
};

/* Whether a process is inside of a system call; the failing one. */
static struct {
	pid_t pid;
	int is_inside;
} seen[PIDS_MAX];
static pid_t failing;

static int *
inside(pid_t pid)
{
	for (int i = 0; i < PIDS_MAX; i++) {
		if (seen[i].pid == 0)
			seen[i].pid = pid;
		if (seen[i].pid == pid)
			return &seen[i].is_inside;
	}
	return &seen[0].is_inside;
}

#ifdef __x86_64__
static long
call_of(pid_t pid)
{
	struct user_regs_struct regs;

	return ptrace(PTRACE_GETREGS, pid, NULL, &regs) == 0
	    ? (long)regs.orig_rax
	    : -1;
}

/* On the way in: another number, which no kernel knows. On the way out: what
 * it says. */
static void
spoil(pid_t pid, int is_entry, int error)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) != 0)
		return;
	if (is_entry)
		regs.orig_rax = (unsigned long long)-1;
	else
		regs.rax = (unsigned long long)-(long long)error;
	ptrace(PTRACE_SETREGS, pid, NULL, &regs);
}
#else
static long
call_of(pid_t pid)
{
	(void)pid;
	return -1;
}

static void
spoil(pid_t pid, int is_entry, int error)
{
	(void)pid;
	(void)is_entry;
	(void)error;
}
#endif

/* These never fail, so nobody looks at how they would tell it. */
static int
can_fail(long call)
{
	return call != SYS_geteuid && call != SYS_getegid &&
	    call != SYS_getpid && call != SYS_getppid && call != SYS_umask;
}

static void
hit(struct tracer *t, pid_t first, pid_t pid)
{
	t->was_hit = 1;
	t->call = call_of(pid);
	if (t->hit == TRACER_FAIL && !can_fail(t->call))
		return;
	if (t->hit == TRACER_FAIL) {
		failing = pid;
		spoil(pid, 1, t->error);
	} else {
		kill(t->hit == TRACER_KILL_ALL ? first : pid, SIGKILL);
	}
}

static int
follow(struct tracer *t, pid_t first)
{
	unsigned int calls = 0;
	int status, sig;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status)) {
			*inside(pid) = 0;
			if (pid == first)
				t->status = status;
			continue;
		}
		sig = 0;
		if (WSTOPSIG(status) == SYSCALL_STOP) {
			int *is_inside = inside(pid);

			*is_inside = !*is_inside;
			if (*is_inside && ++calls == t->nth)
				hit(t, first, pid);
			else if (!*is_inside && pid == failing) {
				spoil(pid, 0, t->error);
				failing = 0;
			}
		} else if (status >> 16 == 0 && WSTOPSIG(status) != SIGSTOP &&
		    WSTOPSIG(status) != SIGTRAP) {
			sig = WSTOPSIG(status);
		}
		ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(intptr_t)sig);
	}
	return errno == ECHILD ? 0 : -1;
}

int
tracer_run(struct tracer *t, int (*act)(void *arg), void *arg)
{
	int status;
	pid_t pid;

	memset(seen, 0, sizeof(seen));
	failing = 0;
	t->was_hit = 0;
	t->call = -1;
	t->status = 0;
	pid = fork();
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(77);
		raise(SIGSTOP);
		_exit(act(arg) == 0 ? 0 : 1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, OPTIONS) != 0)
		return -1;
	ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
	return follow(t, pid);
}
