/*
 * The phases after auth, and the arguments: each row of the table of results,
 * the name that must not change, the ticket's way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sys/wait.h>
#include <unistd.h>

#include "fake_oktad.h"
#include "paths.h"
#include "talk.h"
#include "world.h"

static const struct step accepting[] = {
    {.kind = STEP_PROMPT, .value = PROMPT_PASSWORD, .text = "Password: "},
    {.kind = STEP_VERDICT, .value = VERDICT_ACCEPT},
    {.kind = STEP_END},
};

static pam_handle_t *
logged_in(const char *user, const char *args)
{
	pam_handle_t *pamh = world_start_usual(user, args, &talk_conv);

	fake_oktad_start(accepting, VERDICT_ACCEPT);
	talk_begin("secret", NULL, NULL);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	return pamh;
}

/* The account phase alone, as for an ssh key. */
static int
account(const char *user)
{
	pam_handle_t *pamh = world_start_usual(user, "", &talk_conv);
	int r = pam_acct_mgmt(pamh, 0);

	pam_end(pamh, r);
	return r;
}

static void
test_account_with_the_daemon_dead_T26(void **state)
{
	(void)state;
	assert_int_equal(account("alice"), PAM_SUCCESS);
	assert_int_equal(account("carol"), PAM_ACCT_EXPIRED);
	assert_int_equal(account("dave"), PAM_PERM_DENIED);
	assert_int_equal(account("erin"), PAM_AUTH_ERR);
	assert_int_equal(account("root"), WORLD_HELPER);
	assert_int_equal(account("nobody1"), PAM_USER_UNKNOWN);
	assert_int_equal(world.slept_ms, 0);
}

static void
test_account_of_a_locker_needs_no_private_file(void **state)
{
	(void)state;
	world.euid = ALICE;
	unlink(world.people);
	assert_int_equal(account("alice"), PAM_SUCCESS);
	assert_int_equal(account("carol"), PAM_ACCT_EXPIRED);
	assert_int_equal(account("dave"), PAM_ACCT_EXPIRED);
	assert_int_equal(account("erin"), PAM_AUTH_ERR);
}

static void
test_old_or_unconfirmed_directory_lets_no_key_in_T26(void **state)
{
	pam_handle_t *pamh;

	(void)state;
	world_set_age(604800 - 60);
	assert_int_equal(account("alice"), PAM_SUCCESS);
	world_set_age(604800 + 60);
	assert_int_equal(account("alice"), PAM_AUTH_ERR);
	assert_non_null(strstr(world.log, "max_age"));
	world_set_age(-1);
	assert_int_equal(account("alice"), PAM_AUTHINFO_UNAVAIL);
	world_write(world.confirmed, "rubbish");
	assert_int_equal(account("alice"), PAM_AUTHINFO_UNAVAIL);
	/* A live proof stands for the age. */
	world_set_age(604800 + 60);
	pamh = logged_in("alice", "");
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, 0);
	fake_oktad_stop();
}

static void
test_proof_is_this_process_s_T37(void **state)
{
	pam_handle_t *pamh;
	int status;

	(void)state;
	pamh = logged_in("erin", "");
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	pid_t child = fork();

	if (child == 0)
		_exit(pam_acct_mgmt(pamh, 0));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), PAM_AUTH_ERR);
	/* The child's clean-up does nothing to the parent's work. */
	child = fork();
	if (child == 0)
		_exit(pam_end(pamh, PAM_DATA_SILENT));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), PAM_SUCCESS);
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	assert_string_equal(pam_getenv(pamh, "OKTA_TICKET"), TICKET);
	pam_end(pamh, 0);
	fake_oktad_stop();
	assert_int_equal(heard->connections, 1);
	assert_int_equal(heard->given_up, 0);
}

static void
test_suspended_meanwhile_stays_out_T26(void **state)
{
	pam_handle_t *pamh = logged_in("carol", "");

	(void)state;
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_ACCT_EXPIRED);
	pam_end(pamh, 0);
	fake_oktad_stop();
}

static void
test_damaged_files_in_the_account_phase(void **state)
{
	(void)state;
	unlink(world.people);
	assert_int_equal(account("alice"), PAM_AUTHINFO_UNAVAIL);
	world_write(world.people, "rubbish");
	assert_int_equal(account("alice"), PAM_AUTHINFO_UNAVAIL);
	unlink(world.directory);
	assert_int_equal(account("alice"), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(account("root"), WORLD_HELPER);
	assert_int_equal(account("local"), WORLD_HELPER);
	world_damage_records();
	assert_int_equal(account("alice"), PAM_AUTHINFO_UNAVAIL);
	world_reset(NULL);
	/* The two files speak of different people. */
	world.alias = "zoe";
	world_publish();
	assert_int_equal(account("alice"), PAM_AUTHINFO_UNAVAIL);
	world_reset(NULL);
	world.nss_other = "alice";
	assert_int_equal(account("alice"), PAM_AUTH_ERR);
}

static void
test_later_phases_by_person(void **state)
{
	static const struct {
		const char *user;
		int result;
	} rows[] = {{"alice", PAM_SUCCESS}, {"carol", PAM_SUCCESS},
	    {"root", WORLD_HELPER}, {"nobody1", PAM_USER_UNKNOWN}};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		pam_handle_t *pamh =
		    world_start_usual(rows[i].user, "", &talk_conv);

		talk_begin(NULL, NULL, NULL);
		assert_int_equal(
		    pam_setcred(pamh, PAM_ESTABLISH_CRED), rows[i].result);
		assert_int_equal(pam_open_session(pamh, 0), rows[i].result);
		assert_int_equal(pam_close_session(pamh, 0), rows[i].result);
		assert_int_equal(talk.count, 0);
		assert_int_equal(pam_chauthtok(pamh, 0),
		    rows[i].result == PAM_SUCCESS ? PAM_AUTHTOK_ERR
						  : rows[i].result);
		assert_int_equal(talk.shown, rows[i].result == PAM_SUCCESS);
		pam_end(pamh, 0);
	}
	/* Only the session of one of ours is told, and nobody listens. */
	assert_string_equal(world.connected, OKTA_LOGIN_SOCK);
}

static void
test_session_without_a_proof_is_told_too(void **state)
{
	pam_handle_t *pamh = world_start_usual("alice", "", &talk_conv);

	(void)state;
	fake_oktad_start(accepting, VERDICT_ACCEPT);
	pam_set_item(pamh, PAM_RHOST, "192.0.2.7");
	pam_set_item(pamh, PAM_TTY, "pts/3");
	assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, 0);
	fake_oktad_stop();
	assert_int_equal(heard->opens, 1);
	assert_int_equal(heard->closes, 1);
	assert_int_equal(heard->uid, ALICE);
	assert_string_equal(heard->rhost, "192.0.2.7");
	assert_string_equal(heard->tty, "pts/3");
	/* The session has a name of oktad's. */
	assert_string_equal(heard->ticket, TICKET);
}

static void
test_ticket_is_redeemed_once_and_leaves_the_environment(void **state)
{
	pam_handle_t *pamh = logged_in("alice", "");

	(void)state;
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
	assert_null(pam_getenv(pamh, "OKTA_TICKET"));
	assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
	assert_int_equal(heard->opens, 1);
	assert_string_equal(heard->ticket, TICKET);
	assert_int_equal(heard->uid, ALICE);
	assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
	assert_int_equal(heard->closes, 1);
	assert_string_equal(heard->ticket, TICKET);
	pam_end(pamh, 0);
	fake_oktad_stop();
}

static void
test_ticket_crosses_sshd_s_processes_by_the_environment(void **state)
{
	pam_handle_t *pamh = world_start_usual("alice", "", &talk_conv);

	(void)state;
	fake_oktad_start(accepting, VERDICT_ACCEPT);
	assert_int_equal(pam_putenv(pamh, "OKTA_TICKET=" TICKET), 0);
	assert_int_equal(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	assert_null(pam_getenv(pamh, "OKTA_TICKET"));
	assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, 0);
	fake_oktad_stop();
	assert_int_equal(heard->opens, 1);
	assert_int_equal(heard->closes, 1);
}

static void
test_refused_or_odd_ticket_denies_nothing(void **state)
{
	static const char *const values[] = {
	    "", "x", "0123456789ABCDEF0123456789ABCDEF", TICKET "0"};
	pam_handle_t *pamh;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		char entry[80];

		fake_oktad_start(accepting, VERDICT_DENY);
		pamh = world_start_usual("alice", "", &talk_conv);
		snprintf(entry, sizeof(entry), "OKTA_TICKET=%s", values[i]);
		pam_putenv(pamh, entry);
		assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
		assert_null(pam_getenv(pamh, "OKTA_TICKET"));
		assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
		pam_end(pamh, 0);
		fake_oktad_stop();
		assert_int_equal(heard->closes, 0);
	}
	/* Nobody listens. */
	pamh = world_start_usual("alice", "", &talk_conv);
	pam_putenv(pamh, "OKTA_TICKET=" TICKET);
	assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, 0);
}

static void
test_sudo_opens_the_target_s_session_with_the_caller_s_ticket(void **state)
{
	static const struct {
		const char *target;
		int result;
	} rows[] = {{"root", WORLD_HELPER}, {"bob", PAM_SUCCESS},
	    {"#1234", PAM_USER_UNKNOWN}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		pam_handle_t *pamh = logged_in("alice", "");

		pam_set_item(pamh, PAM_RUSER, "alice");
		assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
		pam_set_item(pamh, PAM_USER, rows[i].target);
		assert_int_equal(pam_open_session(pamh, 0), rows[i].result);
		assert_null(pam_getenv(pamh, "OKTA_TICKET"));
		assert_int_equal(pam_close_session(pamh, 0), rows[i].result);
		pam_end(pamh, 0);
		fake_oktad_stop();
		assert_int_equal(heard->opens, 1);
		assert_int_equal(heard->uid, ALICE);
	}
}

/* Phases: auth, account, setcred, session; the name changes before the n-th. */
static void
test_changed_user_is_an_error_in_each_phase_T27(void **state)
{
	static const char *const to[] = {
	    "bob", "root", "nobody1", "carol", "local"};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		for (int phase = 1; phase < 5; phase++) {
			pam_handle_t *pamh = logged_in("alice", "");

			/* Only sudo's way, after account, is another one. */
			if (phase == 1)
				pam_set_item(pamh, PAM_RUSER, "alice");
			pam_set_item(pamh, PAM_USER, to[i]);
			assert_int_equal(phase == 1 ? pam_acct_mgmt(pamh, 0)
				: phase == 2	    ? pam_setcred(pamh, 0)
				: phase == 3	    ? pam_open_session(pamh, 0)
						    : pam_chauthtok(pamh, 0),
			    phase == 1	     ? PAM_AUTH_ERR
				: phase == 2 ? PAM_CRED_ERR
				: phase == 3 ? PAM_SESSION_ERR
					     : PAM_AUTHTOK_ERR);
			pam_end(pamh, 0);
			fake_oktad_stop();
			assert_int_equal(heard->opens, 0);
		}
	}
}

static void
test_helper_module_that_switches_the_user_T27(void **state)
{
	static const char lines[] =
	    "auth required okta\nauth required helper user=bob\n"
	    "account required okta\naccount required helper user=alice\n"
	    "session required okta\n";
	pam_handle_t *pamh = world_start("sshd", "alice", lines, &talk_conv);

	(void)state;
	fake_oktad_start(accepting, VERDICT_ACCEPT);
	talk_begin("secret", NULL, NULL);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_AUTH_ERR);
	assert_int_equal(pam_end(pamh, 0), PAM_SUCCESS);
	/* A key login: account is the first phase. */
	pamh = world_start("sshd", "alice",
	    "account required okta\n"
	    "account required helper user=bob\nsession required okta\n",
	    &talk_conv);
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_open_session(pamh, 0), PAM_SESSION_ERR);
	pam_end(pamh, 0);
	/* From a local person to one of ours. */
	pamh = world_start("sshd", "local",
	    "auth required okta\n"
	    "auth required helper user=alice\naccount required okta\n",
	    &talk_conv);
	pam_authenticate(pamh, 0);
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_AUTH_ERR);
	pam_end(pamh, 0);
	fake_oktad_stop();
}

static void
switch_user(void)
{
	extern pam_handle_t *switched;

	pam_set_item(switched, PAM_USER, "root");
}

pam_handle_t *switched;

static void
test_user_changed_by_the_conversation_T27(void **state)
{
	(void)state;
	switched = world_start_usual("alice", "", &talk_conv);
	fake_oktad_start(accepting, VERDICT_ACCEPT);
	talk_begin("secret", NULL, NULL);
	talk.before = switch_user;
	assert_int_equal(pam_authenticate(switched, 0), PAM_AUTH_ERR);
	assert_null(pam_getenv(switched, "OKTA_TICKET"));
	pam_end(switched, 0);
	fake_oktad_stop();
	assert_int_equal(heard->replies, 1);
}

static void
test_uid_changed_by_a_new_directory_is_an_error(void **state)
{
	pam_handle_t *pamh = logged_in("alice", "");

	(void)state;
	fake_oktad_stop();
	world.uid_shift = 100;
	world_publish();
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_AUTH_ERR);
	assert_int_equal(pam_open_session(pamh, 0), PAM_SESSION_ERR);
	pam_end(pamh, 0);
	assert_int_equal(account("alice"), PAM_SUCCESS);
}

static void
test_next_person_on_the_same_handle_starts_anew(void **state)
{
	pam_handle_t *pamh = logged_in("erin", "");

	(void)state;
	fake_oktad_stop();
	/* login(1) tries again with another name. */
	pam_set_item(pamh, PAM_USER, "alice");
	assert_int_not_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	world_set_age(604800 + 60);
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_AUTH_ERR);
	pam_end(pamh, 0);
}

static void
test_arguments_that_deny(void **state)
{
	static const char *const args[] = {"second_factor=1", "after=stack",
	    "deadline=", "deadline=0", "deadline=3601", "deadline=-1",
	    "deadline=75s", "deadline=99999999999999999999", "Debug",
	    "use_first_pass=yes", "nullok", "debug nonsense"};

	(void)state;
	fake_oktad_start(accepting, VERDICT_ACCEPT);
	for (size_t i = 0; i < sizeof(args) / sizeof(*args); i++) {
		pam_handle_t *pamh =
		    world_start_usual("alice", args[i], &talk_conv);

		world.log[0] = '\0';
		assert_int_equal(pam_authenticate(pamh, 0), PAM_AUTH_ERR);
		assert_non_null(strstr(world.log, "denied: argument"));
		assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_AUTH_ERR);
		assert_int_equal(pam_setcred(pamh, 0), PAM_CRED_ERR);
		assert_int_equal(pam_open_session(pamh, 0), PAM_SESSION_ERR);
		pam_end(pamh, 0);
	}
	fake_oktad_stop();
	assert_int_equal(heard->connections, 0);
}

static void
test_deadline_argument_is_told_and_kept(void **state)
{
	pam_handle_t *pamh = logged_in("alice", "debug deadline=7");

	(void)state;
	pam_end(pamh, 0);
	fake_oktad_stop();
	assert_int_equal(heard->deadline_ms, 7000);
	/* The delay of a denial never goes beyond it. */
	pamh = world_start_usual("alice", "deadline=1", &talk_conv);
	world.slept_ms = 0;
	assert_int_equal(pam_authenticate(pamh, 0), PAM_AUTHINFO_UNAVAIL);
	assert_in_range(world.slept_ms, 900, 1000);
	pam_end(pamh, 0);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup(name, world_reset)
	const struct CMUnitTest tests[] = {
	    T(test_account_with_the_daemon_dead_T26),
	    T(test_account_of_a_locker_needs_no_private_file),
	    T(test_old_or_unconfirmed_directory_lets_no_key_in_T26),
	    T(test_proof_is_this_process_s_T37),
	    T(test_suspended_meanwhile_stays_out_T26),
	    T(test_damaged_files_in_the_account_phase),
	    T(test_later_phases_by_person),
	    T(test_session_without_a_proof_is_told_too),
	    T(test_ticket_is_redeemed_once_and_leaves_the_environment),
	    T(test_ticket_crosses_sshd_s_processes_by_the_environment),
	    T(test_refused_or_odd_ticket_denies_nothing),
	    T(test_sudo_opens_the_target_s_session_with_the_caller_s_ticket),
	    T(test_changed_user_is_an_error_in_each_phase_T27),
	    T(test_helper_module_that_switches_the_user_T27),
	    T(test_user_changed_by_the_conversation_T27),
	    T(test_uid_changed_by_a_new_directory_is_an_error),
	    T(test_next_person_on_the_same_handle_starts_anew),
	    T(test_arguments_that_deny),
	    T(test_deadline_argument_is_told_and_kept),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
