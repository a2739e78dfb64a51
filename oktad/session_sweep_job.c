#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"
#include "session_sweep.h"

enum { PIPE_FD = 3, LIST_FD = 4, ABOVE = 16 };

/* The two that it has, as 3 and 4; everything else is closed. */
static int
keep_two(int pipe, int *list)
{
	int high = fcntl(pipe, F_DUPFD_CLOEXEC, ABOVE);
	int high_list = *list >= 0 ? fcntl(*list, F_DUPFD_CLOEXEC, ABOVE) : -1;

	if (high < 0 || dup2(high, PIPE_FD) < 0 ||
	    (*list >= 0 && (high_list < 0 || dup2(high_list, LIST_FD) < 0)))
		return -1;
	*list = *list >= 0 ? LIST_FD : -1;
	return close_range(*list >= 0 ? LIST_FD + 1 : LIST_FD, ~0U, 0);
}

static void __attribute__((noreturn)) work(const struct sweep_plan *plan,
    int pipe, pid_t parent, void (*shed)(void *arg), void *arg)
{
	struct sweep_report r = {0};
	struct sweep_plan mine = *plan;
	struct error e;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		_exit(EXIT_FAILURE);
	/* The records are oktad's memory, which shed() wipes. */
	mine.sessions = NULL;
	if (plan->nsessions > 0) {
		struct session *copy =
		    reallocarray(NULL, plan->nsessions, sizeof(*copy));

		if (copy == NULL)
			_exit(EXIT_FAILURE);
		memcpy(copy, plan->sessions, plan->nsessions * sizeof(*copy));
		mine.sessions = copy;
	}
	shed(arg);
	if (keep_two(pipe, &mine.list) != 0)
		_exit(EXIT_FAILURE);
	if (sandbox_enter(SANDBOX_SWEEP, &e) != 0)
		_exit(EXIT_FAILURE);
	sweep_run(&mine, &r);
	_exit(write(PIPE_FD, &r, sizeof(r)) == (ssize_t)sizeof(r)
		? EXIT_SUCCESS
		: EXIT_FAILURE);
}

int
sweep_start(struct sweep_job *j, const struct sweep_plan *p,
    void (*shed)(void *arg), void *arg, struct error *e)
{
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_errno(e, "pipe");
	j->pid = fork();
	if (j->pid == 0)
		work(p, ends[1], parent, shed, arg);
	close(ends[1]);
	j->fd = ends[0];
	if (j->pid > 0)
		return 0;
	error_errno(e, "fork");
	close(ends[0]);
	j->fd = -1;
	j->pid = 0;
	return -1;
}

int
sweep_hear(struct sweep_job *j, struct sweep_report *r)
{
	ssize_t n;

	do
		n = read(j->fd, r, sizeof(*r));
	while (n < 0 && errno == EINTR);
	close(j->fd);
	j->fd = -1;
	if (n == (ssize_t)sizeof(*r) && r->nends <= SWEEP_TARGETS)
		return 0;
	memset(r, 0, sizeof(*r));
	return -1;
}

void
sweep_cancel(struct sweep_job *j)
{
	if (j->fd < 0)
		return;
	if (j->pid > 0)
		kill(j->pid, SIGKILL);
	close(j->fd);
	j->fd = -1;
}
