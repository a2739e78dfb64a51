/*
 * What somebody who has taken the check of an image over can not do. Not built
 * with the sanitizers: their own system calls leave no room for a filter.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sandbox.h"

static void
open_a_file(void)
{
	(void)!open("/etc/passwd", O_RDONLY);
}

static void
remove_a_file(void)
{
	unlink("/nonexistent");
}

static void
rename_a_file(void)
{
	rename("/nonexistent", "/nonexistent2");
}

static void
change_a_mode(void)
{
	chmod("/nonexistent", 0777);
}

static void
talk(void)
{
	(void)!socket(AF_UNIX, SOCK_STREAM, 0);
}

static void
signal_somebody(void)
{
	kill(getpid(), 0);
}

static void
begin_a_process(void)
{
	if (fork() == 0)
		_exit(0);
}

static void
run_a_program(void)
{
	execl("/bin/true", "true", (char *)NULL);
}

static void
take_memory(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int
in_the_check(void (*act)(void))
{
	int status, ends[2];
	struct error e = {0};
	pid_t pid;
	char said = 0;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		if (sandbox_enter(SANDBOX_CHECK, &e) != 0)
			_exit(3);
		if (write(ends[1], "x", 1) != 1)
			_exit(4);
		if (act != NULL)
			act();
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(read(ends[0], &said, 1), 1);
	close(ends[0]);
	return status;
}

static void
test_the_check_can_write_and_end_and_nothing_else(void **state)
{
	static void (*const acts[])(void) = {open_a_file, remove_a_file,
	    rename_a_file, change_a_mode, talk, signal_somebody,
	    begin_a_process, run_a_program, take_memory};

	(void)state;
	assert_true(sandbox_has_filter());
	assert_int_equal(in_the_check(NULL), 0);
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		int status = in_the_check(acts[i]);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("act %zu: status %x", i, (unsigned int)status);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_check_can_write_and_end_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
