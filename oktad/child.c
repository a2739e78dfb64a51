#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "sandbox.h"
#include "wire.h"

enum {
	FIRST_FD = 3,
	FDS = 2,
	ARGS_MAX = 4,
	EXIT_USER = 126,
	EXIT_EXEC = 127,
	DELAY_MIN_MS = 200,
	DELAY_MAX_MS = 1000,
	STEADY_MS = 10000 /* lived this long: the delay starts again small */
};

static char *environment[2];

int
child_keep_environment(void)
{
	const char *stream = getenv("JOURNAL_STREAM");

	if (stream == NULL)
		return 0;
	return asprintf(&environment[0], "JOURNAL_STREAM=%s", stream) < 0 ? -1
									  : 0;
}

/* 0 to 2 and the descriptors of the plan at 3 and 4; everything else closed. */
static int
arrange_fds(const struct child *c)
{
	int moved[FDS], n = 0;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; i < FDS; i++) {
		if (c->fds[i] < 0)
			continue;
		moved[n] = fcntl(c->fds[i], F_DUPFD_CLOEXEC, FIRST_FD + FDS);
		if (moved[n++] < 0)
			return -1;
	}
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 ||
	    (c->is_quiet && dup2(null, STDERR_FILENO) < 0))
		return -1;
	for (int i = 0; i < n; i++) {
		if (dup2(moved[i], FIRST_FD + i) < 0)
			return -1;
	}
	return close_range((unsigned int)(FIRST_FD + n), ~0U, 0);
}

static void
reset_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void __attribute__((noreturn))
become(const struct child *c, pid_t parent)
{
	const char *argv[ARGS_MAX + 2] = {c->path};
	struct error e;

	for (int i = 0; c->args != NULL && c->args[i] != NULL && i < ARGS_MAX;
	     i++)
		argv[i + 1] = c->args[i];
	reset_signals();
	setsid();
	if ((c->netns >= 0 && setns(c->netns, CLONE_NEWNET) != 0) ||
	    arrange_fds(c) != 0 || chdir("/") != 0 ||
	    sandbox_drop_user(c->user.uid, c->user.gid, &e) != 0)
		_exit(EXIT_USER);
	/* Asked for as the new user, because a change of user drops it
	 * (prctl(2)); then oktad may be gone already. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		_exit(EXIT_USER);
	execve(c->path, (char *const *)(uintptr_t)argv, environment);
	_exit(EXIT_EXEC);
}

pid_t
child_start(const struct child *c, struct error *e)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid == 0)
		become(c, parent);
	if (pid < 0)
		return error_errno(e, "fork for %s", c->path);
	return pid;
}

void
service_start(struct service *s)
{
	struct error e = {0};

	s->again = 0;
	s->started = wire_now_ms();
	s->pid = child_start(&s->child, &e);
	if (s->pid > 0)
		return;
	s->pid = 0;
	s->again = s->started + DELAY_MAX_MS;
	log_event(LOG_ERR, "start_failed", log_text("program", s->child.path),
	    log_text("error", e.text));
}

void
service_ended(struct service *s, int status)
{
	uint64_t now = wire_now_ms();
	char how[48];

	if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) == EXIT_USER)
		snprintf(how, sizeof(how), "could not become uid %u",
		    (unsigned int)s->child.user.uid);
	else if (WEXITSTATUS(status) == EXIT_EXEC)
		snprintf(how, sizeof(how), "could not be executed");
	else
		snprintf(how, sizeof(how), "exit %d", WEXITSTATUS(status));
	if (now - s->started >= STEADY_MS)
		s->delay_ms = 0;
	s->delay_ms = s->delay_ms == 0 ? DELAY_MIN_MS : 2 * s->delay_ms;
	if (s->delay_ms > DELAY_MAX_MS)
		s->delay_ms = DELAY_MAX_MS;
	s->pid = 0;
	s->again = now + s->delay_ms;
	log_event(LOG_WARNING, "process_ended",
	    log_text("program", s->child.path), log_text("how", how),
	    log_number("again_ms", s->delay_ms));
}

void
service_stop(struct service *s)
{
	s->again = 0;
	if (s->pid > 0)
		kill(s->pid, SIGTERM);
}
