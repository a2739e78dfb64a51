/*
 * What a worker that was taken over could do: becomes what oktad-login is (its
 * user, its sandbox), then tries everything against the process PID and the
 * paths given. usage: worker_probe PID PATH...  One word per line that worked;
 * nothing, and exit 0, is what should come out. With "free" as the first
 * argument it keeps the sandbox out: the control of the test.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "paths.h"
#include "sandbox.h"

static int worked;

static void
tell(const char *what, int is_done)
{
	if (!is_done)
		return;
	worked = 1;
	printf("%s\n", what);
}

static void
try_process(pid_t pid)
{
	static const char *const files[] = {
	    "mem", "environ", "maps", "fd/3", "fd/4", "stack", "auxv"};
	char path[64], byte;
	struct iovec local = {&byte, 1}, remote = {&byte, 1};

	tell("kill", kill(pid, 0) == 0 || kill(pid, SIGCONT) == 0);
	tell("ptrace",
	    ptrace(PTRACE_ATTACH, pid, NULL, NULL) == 0 ||
		ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0);
	tell("process_vm_readv",
	    process_vm_readv(pid, &local, 1, &remote, 1, 0) == 1 ||
		(errno != EPERM && errno != ENOSYS));
	tell("pidfd", syscall(SYS_pidfd_open, pid, 0) >= 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, files[i]);
		tell(path, open(path, O_RDONLY) >= 0);
	}
}

int
main(int argc, char **argv)
{
	int is_free = argc > 1 && strcmp(argv[1], "free") == 0;
	struct passwd *pw = getpwnam(OKTA_LOGIN_USER);
	struct error e = {0};

	argv += is_free;
	argc -= is_free;
	if (argc < 2 || pw == NULL)
		return 2;
	pid_t pid = (pid_t)atol(argv[1]);

	if (sandbox_drop_user(pw->pw_uid, pw->pw_gid, &e) != 0 ||
	    (!is_free && sandbox_enter(SANDBOX_LOGIN, &e) != 0)) {
		fprintf(stderr, "%s\n", e.text);
		return 2;
	}
	try_process(pid);
	for (int i = 2; i < argc; i++)
		tell(argv[i], open(argv[i], O_RDONLY) >= 0);
	tell("inet", socket(AF_INET, SOCK_STREAM, 0) >= 0);
	tell("unix", socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	tell("fork", child > 0);
	fflush(stdout);
	execl("/bin/echo", "echo", "exec", (char *)NULL);
	return worked;
}
