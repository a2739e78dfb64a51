/*
 * Second factor only: who has proven a first one, whose word counts for it, and
 * what the person is never asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <unistd.h>

#include "fake_oktad.h"
#include "talk.h"
#include "world.h"

#define KEY "publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFw1\n"
#define ENV "SSH_AUTH_INFO_0="

static const struct step asking_a_code[] = {
    {.kind = STEP_PROMPT, .value = PROMPT_ECHO, .text = "Code: "},
    {.kind = STEP_VERDICT, .value = VERDICT_ACCEPT},
    {.kind = STEP_END},
};

/* What pam_authenticate() answers, with env in the PAM environment. */
static int
login_by(const char *service, const char *lines, const char *env)
{
	pam_handle_t *pamh = world_start(service, "alice", lines, &talk_conv);
	int r;

	fake_oktad_start(asking_a_code, 0);
	talk_begin("123456", NULL, NULL);
	if (env != NULL)
		assert_int_equal(pam_putenv(pamh, env), PAM_SUCCESS);
	r = pam_authenticate(pamh, 0);
	pam_end(pamh, r);
	fake_oktad_stop();
	return r;
}

static void
test_key_that_sshd_vouches_for_is_a_first_proof(void **state)
{
	(void)state;
	assert_int_equal(
	    login_by("sshd", "auth required okta second_factor\n", ENV KEY),
	    PAM_SUCCESS);
	assert_int_equal(heard->seconds, 1);
	assert_int_equal(heard->logins, 0);
	assert_string_equal(heard->user, "alice");
	assert_int_equal(heard->uid, ALICE);
	assert_int_equal(heard->has_password, 0);
	assert_int_equal(talk.asked, 1);
	assert_string_equal(talk.texts[0], "Code: ");
}

static void
test_nothing_else_is_a_first_proof(void **state)
{
	static const struct {
		const char *service;
		uid_t ruid, euid;
		const char *env;
		int result;
	} rows[] = {
	    {"sshd", 0, 0, ENV KEY, PAM_SUCCESS},
	    {"sshd", 0, 0, ENV "password\n" KEY, PAM_SUCCESS},
	    {"sshd", 0, 0, ENV KEY "password\n", PAM_SUCCESS},
	    {"sshd-keys", 0, 0, ENV KEY, PAM_SUCCESS},
	    /* nothing was proven */
	    {"sshd", 0, 0, NULL, PAM_AUTH_ERR},
	    {"sshd", 0, 0, ENV, PAM_AUTH_ERR},
	    {"sshd", 0, 0, ENV "\n", PAM_AUTH_ERR},
	    {"sshd", 0, 0, ENV "password\n", PAM_AUTH_ERR},
	    {"sshd", 0, 0, ENV "keyboard-interactive/pam\n", PAM_AUTH_ERR},
	    {"sshd", 0, 0, ENV "publickey", PAM_AUTH_ERR},
	    {"sshd", 0, 0, ENV "publickey \n", PAM_AUTH_ERR},
	    {"sshd", 0, 0, ENV "publickey\nssh-ed25519 AAAA\n", PAM_AUTH_ERR},
	    {"sshd", 0, 0, ENV " " KEY, PAM_AUTH_ERR},
	    {"sshd", 0, 0, ENV "PublicKey ssh-rsa AAAA\n", PAM_AUTH_ERR},
	    {"sshd", 0, 0, ENV "publickeys x\n", PAM_AUTH_ERR},
	    /* words of the client at the end of another method's line */
	    {"sshd", 0, 0, ENV "hostbased ssh-rsa AA client user \"" KEY "\"",
		PAM_AUTH_ERR},
	    {"sshd", 0, 0, ENV "gssapi-with-mic x " KEY, PAM_AUTH_ERR},
	    /* other variables */
	    {"sshd", 0, 0, "SSH_AUTH_INFO_1=" KEY, PAM_AUTH_ERR},
	    {"sshd", 0, 0, "SSH_USER_AUTH=/tmp/x", PAM_AUTH_ERR},
	    /* a set-uid program, a locker, somebody's sshd, other services */
	    {"sshd", ALICE, 0, ENV KEY, PAM_AUTH_ERR},
	    {"sshd", ALICE, ALICE, ENV KEY, PAM_AUTH_ERR},
	    {"sshd", 0, ALICE, ENV KEY, PAM_AUTH_ERR},
	    {"sudo", 0, 0, ENV KEY, PAM_AUTH_ERR},
	    {"login", 0, 0, ENV KEY, PAM_AUTH_ERR},
	    {"xsshd", 0, 0, ENV KEY, PAM_AUTH_ERR},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		world.ruid = rows[i].ruid;
		world.euid = rows[i].euid;
		world.slept_ms = 0;
		assert_int_equal(
		    login_by(rows[i].service,
			"auth required okta second_factor\n", rows[i].env),
		    rows[i].result);
		if (rows[i].result == PAM_SUCCESS)
			continue;
		/* Nobody was asked, at the time of every other denial. */
		assert_int_equal(heard->connections, 0);
		assert_int_equal(talk.count, 0);
		assert_in_range(world.slept_ms, 2800, 3200);
		assert_non_null(strstr(world.log, "second_factor"));
	}
}

static void
test_variable_of_the_process_is_not_read(void **state)
{
	(void)state;
	assert_int_equal(setenv("SSH_AUTH_INFO_0", KEY, 1), 0);
	assert_int_equal(
	    login_by("sshd", "auth required okta second_factor\n", NULL),
	    PAM_AUTH_ERR);
	assert_int_equal(unsetenv("SSH_AUTH_INFO_0"), 0);
	assert_int_equal(heard->connections, 0);
}

static void
test_stack_s_word_counts_for_root_alone(void **state)
{
	static const char after[] =
	    "auth requisite helper return=%d\n"
	    "auth required okta second_factor after=stack\n";
	char lines[128];

	(void)state;
	for (int earlier = 0; earlier < 2; earlier++) {
		snprintf(lines, sizeof(lines), after,
		    earlier == 0 ? PAM_SUCCESS : PAM_AUTH_ERR);
		assert_int_equal(login_by("su", lines, NULL),
		    earlier == 0 ? PAM_SUCCESS : PAM_AUTH_ERR);
		assert_int_equal(heard->seconds, earlier == 0);
	}
	/* Set-uid programs are how su and sudo run. */
	snprintf(lines, sizeof(lines), after, PAM_SUCCESS);
	world.ruid = ALICE;
	assert_int_equal(login_by("su", lines, NULL), PAM_SUCCESS);
	world.euid = ALICE;
	assert_int_equal(login_by("su", lines, NULL), PAM_AUTH_ERR);
	assert_int_equal(heard->connections, 0);
}

static void
test_after_stack_alone_means_nothing_and_denies(void **state)
{
	(void)state;
	assert_int_equal(
	    login_by("sshd", "auth required okta after=stack\n", ENV KEY),
	    PAM_AUTH_ERR);
	assert_int_equal(
	    login_by("sshd", "auth required okta second_factor after=key\n",
		ENV KEY),
	    PAM_AUTH_ERR);
	assert_int_equal(heard->connections, 0);
}

static int
login_with(const struct step *script, const char *lines, const char *answer)
{
	pam_handle_t *pamh = world_start("sshd", "alice", lines, &talk_conv);
	int r;

	fake_oktad_start(script, 0);
	talk_begin(answer, NULL, NULL);
	pam_putenv(pamh, ENV KEY);
	r = pam_authenticate(pamh, 0);
	pam_end(pamh, r);
	fake_oktad_stop();
	return r;
}

static void
test_password_is_never_asked_for(void **state)
{
	static const struct step script[] = {
	    {.kind = STEP_PROMPT, .value = PROMPT_PASSWORD, .text = "Pass: "},
	    {.kind = STEP_VERDICT, .value = VERDICT_ACCEPT},
	    {.kind = STEP_END}};

	(void)state;
	assert_int_equal(
	    login_with(script, "auth required okta second_factor\n", "secret"),
	    PAM_AUTH_ERR);
	assert_int_equal(talk.asked, 0);
	assert_int_equal(heard->replies, 0);
}

static void
test_earlier_module_s_password_is_no_code_T30(void **state)
{
	static const char lines[] =
	    "auth optional helper authtok=earlier\n"
	    "auth required okta second_factor after=stack\n";

	(void)state;
	assert_int_equal(
	    login_with(asking_a_code, lines, "earlier"), PAM_AUTH_ERR);
	assert_int_equal(heard->replies, 0);
	assert_int_equal(
	    login_with(asking_a_code, lines, "123456"), PAM_SUCCESS);
	assert_string_equal(heard->answers[0].bytes, "123456");
}

/* Who must log in with the password (it has expired) is not helped by a code
 * behind a key. */
static void
test_second_factor_is_not_the_password_in_account(void **state)
{
	static const struct {
		const char *args;
		int result;
	} rows[] = {{"second_factor", PAM_AUTH_ERR}, {"", PAM_SUCCESS}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		pam_handle_t *pamh =
		    world_start_usual("erin", rows[i].args, &talk_conv);

		fake_oktad_start(asking_a_code, 0);
		talk_begin("123456", NULL, NULL);
		pam_putenv(pamh, ENV KEY);
		assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
		assert_int_equal(pam_acct_mgmt(pamh, 0), rows[i].result);
		pam_end(pamh, 0);
		fake_oktad_stop();
	}
}

static void
test_local_people_are_none_of_its_business(void **state)
{
	static const char *const args[] = {
	    "second_factor", "second_factor after=stack", "after=stack"};

	(void)state;
	for (size_t i = 0; i < sizeof(args) / sizeof(*args); i++) {
		pam_handle_t *pamh =
		    world_start_usual("local", args[i], &talk_conv);

		fake_oktad_start(asking_a_code, 0);
		assert_int_equal(pam_authenticate(pamh, 0), WORLD_HELPER);
		pam_end(pamh, 0);
		fake_oktad_stop();
		assert_int_equal(heard->connections, 0);
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup(name, world_reset)
	const struct CMUnitTest tests[] = {
	    T(test_key_that_sshd_vouches_for_is_a_first_proof),
	    T(test_nothing_else_is_a_first_proof),
	    T(test_variable_of_the_process_is_not_read),
	    T(test_stack_s_word_counts_for_root_alone),
	    T(test_after_stack_alone_means_nothing_and_denies),
	    T(test_password_is_never_asked_for),
	    T(test_earlier_module_s_password_is_no_code_T30),
	    T(test_second_factor_is_not_the_password_in_account),
	    T(test_local_people_are_none_of_its_business),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
