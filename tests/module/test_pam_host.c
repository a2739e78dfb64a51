/*
 * What the host process notices: nothing but the result, on success and when
 * the n-th call of any kind fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <dirent.h>
#include <locale.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "fake_oktad.h"
#include "talk.h"
#include "world.h"

extern char **environ;

static const struct step accepting[] = {
    {.kind = STEP_PROMPT, .value = PROMPT_PASSWORD, .text = "Password: "},
    {.kind = STEP_INFO, .text = "Welcome."},
    {.kind = STEP_VERDICT, .value = VERDICT_ACCEPT},
    {.kind = STEP_END},
};

static const struct step denying[] = {
    {.kind = STEP_PROMPT, .value = PROMPT_PASSWORD, .text = "Password: "},
    {.kind = STEP_VERDICT, .value = VERDICT_DENY},
    {.kind = STEP_END},
};

/* Everything about this process that a module could disturb, as text. */
static char *
process_state(void)
{
	static const int timers[] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};
	static const char *const folders[] = {
	    "/proc/self/fd", "/proc/self/task"};
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct sigaction sa;
	struct itimerval it;
	struct rlimit rl;
	sigset_t set;
	mode_t mask = umask(077);
	char cwd[256], link[600], path[300];
	struct dirent *e;

	assert_non_null(f);
	umask(mask);
	fprintf(f, "umask %o cwd %s locale %s\n", mask,
	    getcwd(cwd, sizeof(cwd)), setlocale(LC_ALL, NULL));
	for (int s = 1; s < NSIG; s++) {
		if (sigaction(s, NULL, &sa) == 0)
			fprintf(f, "signal %d %p %x\n", s,
			    *(void **)(void *)&sa.sa_handler,
			    (unsigned int)sa.sa_flags);
	}
	sigprocmask(SIG_BLOCK, NULL, &set);
	for (int s = 1; s < NSIG; s++)
		fprintf(f, "%d", sigismember(&set, s));
	sigpending(&set);
	for (int s = 1; s < NSIG; s++)
		fprintf(f, "%d", sigismember(&set, s));
	for (size_t i = 0; i < 3; i++) {
		getitimer(timers[i], &it);
		fprintf(f, "\ntimer %ld %ld", (long)it.it_value.tv_sec,
		    (long)it.it_interval.tv_sec);
	}
	for (int r = 0; r < RLIMIT_NLIMITS; r++) {
		getrlimit((__rlimit_resource_t)r, &rl);
		fprintf(f, "\nlimit %d %lu %lu", r, (unsigned long)rl.rlim_cur,
		    (unsigned long)rl.rlim_max);
	}
	for (char **v = environ; *v != NULL; v++)
		fprintf(f, "\nenv %p %s", (void *)*v, *v);
	for (size_t i = 0; i < 2; i++) {
		DIR *d = opendir(folders[i]);

		assert_non_null(d);
		while ((e = readdir(d)) != NULL) {
			ssize_t n;

			if (i == 0 && atoi(e->d_name) == dirfd(d))
				continue;
			snprintf(
			    path, sizeof(path), "%s/%s", folders[i], e->d_name);
			n = readlink(path, link, sizeof(link) - 1);
			link[n < 0 ? 0 : n] = '\0';
			fprintf(f, "\n%s %s", path, link);
		}
		closedir(d);
	}
	fprintf(f, "\ndumpable %ld nice %d ids %d %d %d %d pgrp %d\n", 0L,
	    getpriority(PRIO_PROCESS, 0), getuid(), getgid(), getegid(),
	    getppid(), getpgrp());
	fclose(f);
	return text;
}

enum phase { AUTH, ACCOUNT, SETCRED, OPEN, CLOSE, CHAUTHTOK, PHASES };

static int
run(pam_handle_t *pamh, enum phase p)
{
	switch (p) {
	case AUTH:
		return pam_authenticate(pamh, 0);
	case ACCOUNT:
		return pam_acct_mgmt(pamh, 0);
	case SETCRED:
		return pam_setcred(pamh, PAM_ESTABLISH_CRED);
	case OPEN:
		return pam_open_session(pamh, 0);
	case CLOSE:
		return pam_close_session(pamh, 0);
	default:
		return pam_chauthtok(pamh, 0);
	}
}

static void
test_nothing_of_the_host_changes_T38(void **state)
{
	const struct step *const scripts[] = {accepting, denying};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		pam_handle_t *pamh =
		    world_start_usual("alice", "debug", &talk_conv);

		fake_oktad_start(scripts[i], VERDICT_ACCEPT);
		talk_begin("secret", NULL, NULL);
		for (int p = 0; p < PHASES; p++) {
			char *before = process_state(), *after;

			run(pamh, (enum phase)p);
			after = process_state();
			assert_string_equal(before, after);
			free(before);
			free(after);
		}
		pam_end(pamh, 0);
		fake_oktad_stop();
	}
}

/* Runs the phases up to the one in question untouched, then that one with its
 * n-th call failing. The result; *calls is how many calls it made. */
static int
fail_one(const struct step *script, enum phase phase, long n, long *calls)
{
	pam_handle_t *pamh = world_start_usual("alice", "", &talk_conv);
	char *before, *after;
	int r;

	fake_oktad_start(script, VERDICT_ACCEPT);
	talk_begin("secret", NULL, NULL);
	for (int p = 0; p < (int)phase; p++)
		run(pamh, (enum phase)p);
	before = process_state();
	world.calls = 0;
	world.fail_at = n;
	r = run(pamh, phase);
	world.fail_at = 0;
	*calls = world.calls;
	after = process_state();
	assert_string_equal(before, after);
	free(before);
	free(after);
	pam_end(pamh, 0);
	fake_oktad_stop();
	return r;
}

/* A failed call may end well only where it was no part of the decision: a
 * longer wait, a log line, the ticket's way to oktad. Nobody is let in by it
 * who was not let in without it, and it never reads as "not mine". */
static void
test_each_failing_call_denies_T24_T38_T114(void **state)
{
	int points = 0, age_calls = 0, notes = 0;

	(void)state;
	for (int phase = AUTH; phase < PHASES; phase++) {
		for (long n = 1;; n++) {
			long calls;
			int r;

			world.failed = NULL;
			r = fail_one(accepting, (enum phase)phase, n, &calls);
			if (calls < n)
				break;
			points++;
			assert_int_not_equal(r, WORLD_HELPER);
			assert_int_not_equal(r, PAM_IGNORE);
			assert_int_not_equal(r, PAM_USER_UNKNOWN);
			/* The terminal's open(), the poll() that looks for
			 * its hang-up in front of each message, and the audit
			 * session, which is noted where it is known. */
			if (r == PAM_SUCCESS && phase == AUTH &&
			    (strcmp(world.failed, "open") == 0 ||
				strcmp(world.failed, "poll") == 0 ||
				strcmp(world.failed, "read") == 0))
				notes++;
			else if (r == PAM_SUCCESS && phase == AUTH)
				assert_string_equal(
				    world.failed, "clock_gettime");
			/* With a live proof the age does not matter; it is
			 * read last. */
			if (r == PAM_SUCCESS && phase == ACCOUNT &&
			    strcmp(world.failed, "clock_gettime") != 0)
				age_calls++;
		}
	}
	assert_in_range(points, 60, 2000);
	assert_in_range(age_calls, 1, 5);
	assert_in_range(notes, 1, 10);
}

static void
test_no_failing_call_accepts_a_denied_login_T24(void **state)
{
	int points = 0;

	(void)state;
	for (long n = 1;; n++) {
		long calls;
		int r = fail_one(denying, AUTH, n, &calls);

		if (calls < n)
			break;
		points++;
		assert_int_not_equal(r, PAM_SUCCESS);
		assert_int_not_equal(r, WORLD_HELPER);
		assert_int_not_equal(r, PAM_USER_UNKNOWN);
	}
	assert_in_range(points, 20, 1000);
}

/* Key logins that are denied when all goes well, stay so. */
static void
test_no_failing_call_lets_a_key_in_T24(void **state)
{
	static const char *const users[] = {"carol", "dave", "erin", "alice"};
	int points = 0;

	(void)state;
	world_set_age(604800 + 60);
	for (int i = 0; i < 4; i++) {
		long n = 0;

		do {
			pam_handle_t *pamh =
			    world_start_usual(users[i], "", &talk_conv);
			int r;

			world.calls = 0;
			world.fail_at = ++n;
			r = pam_acct_mgmt(pamh, 0);
			world.fail_at = 0;
			pam_end(pamh, 0);
			assert_int_not_equal(r, PAM_SUCCESS);
			assert_int_not_equal(r, WORLD_HELPER);
			assert_int_not_equal(r, PAM_USER_UNKNOWN);
			points++;
		} while (world.calls >= n);
	}
	assert_in_range(points, 20, 1000);
}

/* Lines of the common-* files that pam-auth-update generates, as they are in
 * conf/pam.d, with a pam_unix that answers for a person without a local
 * password. */
static void
add_stack(char *lines, size_t cap, const char *name, const char *unix_args)
{
	char path[512], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", PAM_STACKS, name);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		size_t at = strlen(lines);
		char *module = strstr(line, "pam_");

		if (line[0] == '#' || module == NULL ||
		    strncmp(module, "pam_mkhomedir", 13) == 0)
			continue;
		if (strncmp(module, "pam_okta.so", 11) == 0)
			strcpy(module, " okta\n");
		else if (strncmp(module, "pam_unix.so", 11) == 0)
			sprintf(module, " helper %s\n", unix_args);
		snprintf(lines + at, cap - at, "%s", line);
	}
	fclose(f);
}

static void
test_no_failing_call_opens_the_generated_stack_T24(void **state)
{
	static const struct {
		const char *user;
		const struct step *script;
	} rows[] = {
	    {"alice", denying}, {"carol", accepting}, {"dave", accepting}};
	char lines[4096] = "";
	int points = 0;

	(void)state;
	add_stack(lines, sizeof(lines), "common-auth", "return=7");
	add_stack(lines, sizeof(lines), "common-account", "return=0");
	add_stack(lines, sizeof(lines), "common-session", "return=0");
	for (int i = 0; i < 3; i++) {
		long n = 0;

		do {
			pam_handle_t *pamh = world_start(
			    "sshd", rows[i].user, lines, &talk_conv);
			int r;

			fake_oktad_start(rows[i].script, VERDICT_ACCEPT);
			talk_begin("secret", NULL, NULL);
			world.calls = 0;
			world.fail_at = ++n;
			r = pam_authenticate(pamh, 0);
			if (r == PAM_SUCCESS)
				r = pam_acct_mgmt(pamh, 0);
			world.fail_at = 0;
			assert_int_not_equal(r, PAM_SUCCESS);
			pam_end(pamh, 0);
			fake_oktad_stop();
			points++;
		} while (world.calls >= n);
	}
	assert_in_range(points, 80, 2000);
	/* The same stack lets in who may enter, so that the above means
	 * something. */
	pam_handle_t *pamh = world_start("sshd", "alice", lines, &talk_conv);

	fake_oktad_start(accepting, VERDICT_ACCEPT);
	talk_begin("secret", NULL, NULL);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, 0);
	fake_oktad_stop();
}

static void
test_gone_daemon_raises_no_signal_T38(void **state)
{
	static const struct step script[] = {
	    {.kind = STEP_CLOSE}, {.kind = STEP_END}};

	(void)state;
	signal(SIGPIPE, SIG_DFL);
	for (int i = 0; i < 20; i++) {
		pam_handle_t *pamh = world_start_usual("alice", "", &talk_conv);

		fake_oktad_start(script, 0);
		talk_begin("secret", NULL, NULL);
		assert_int_equal(
		    pam_authenticate(pamh, 0), PAM_AUTHINFO_UNAVAIL);
		pam_end(pamh, 0);
		fake_oktad_stop();
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup(name, world_reset)
	const struct CMUnitTest tests[] = {
	    T(test_nothing_of_the_host_changes_T38),
	    T(test_each_failing_call_denies_T24_T38_T114),
	    T(test_no_failing_call_accepts_a_denied_login_T24),
	    T(test_no_failing_call_lets_a_key_in_T24),
	    T(test_no_failing_call_opens_the_generated_stack_T24),
	    T(test_gone_daemon_raises_no_signal_T38),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
