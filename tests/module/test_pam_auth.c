/*
 * The shipped module through libpam against a scripted oktad: who gets in, who
 * does not, and what each of them learns.
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
#include "paths.h"
#include "talk.h"
#include "wire.h"
#include "world.h"

static const struct step accepting[] = {
    {.kind = STEP_PROMPT, .value = PROMPT_PASSWORD, .text = "Password: "},
    {.kind = STEP_VERDICT, .value = VERDICT_ACCEPT},
    {.kind = STEP_END},
};

/* The whole life of one login; what pam_authenticate() answered. */
static int
login_with(const char *user, const char *args)
{
	pam_handle_t *pamh = world_start_usual(user, args, &talk_conv);
	int r = pam_authenticate(pamh, 0);

	pam_end(pamh, r);
	fake_oktad_stop();
	return r;
}

static void
test_right_password_enters(void **state)
{
	pam_handle_t *pamh;

	(void)state;
	fake_oktad_start(accepting, VERDICT_ACCEPT);
	talk_begin("secret", NULL, NULL);
	pamh = world_start_usual("alice", "", &talk_conv);
	assert_int_equal(pam_set_item(pamh, PAM_RHOST, "192.0.2.7"), 0);
	assert_int_equal(pam_set_item(pamh, PAM_TTY, "ssh"), 0);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	assert_string_equal(pam_getenv(pamh, "OKTA_TICKET"), TICKET);
	assert_int_equal(pam_end(pamh, 0), PAM_SUCCESS);
	fake_oktad_stop();
	assert_int_equal(heard->logins, 1);
	assert_int_equal(heard->uid, ALICE);
	assert_string_equal(heard->service, "sshd");
	/* No ticket: where the process comes from, and zeros. */
	assert_int_equal(strlen(heard->ticket), PROTOCOL_TICKET_SIZE);
	assert_string_equal(
	    heard->ticket + PROTOCOL_ORIGIN_SIZE, "0000000000000000");
	assert_string_equal(heard->user, "alice");
	assert_string_equal(heard->rhost, "192.0.2.7");
	assert_string_equal(heard->tty, "ssh");
	assert_string_equal(heard->ruser, "");
	assert_int_equal(heard->deadline_ms, 75000);
	assert_int_equal(heard->replies, 1);
	assert_string_equal(heard->answers[0].bytes, "secret");
	assert_string_equal(world.connected, OKTA_LOGIN_SOCK);
	assert_int_equal(talk.styles[0], PAM_PROMPT_ECHO_OFF);
	assert_string_equal(talk.texts[0], "Password: ");
	assert_true(world.slept_ms < 100);
}

static void
test_only_addresses_are_passed_on_as_such(void **state)
{
	static const char *const rows[][2] = {{"192.0.2.7", "192.0.2.7"},
	    {"2001:db8::1", "2001:db8::1"}, {"fe80::1%eth0", "fe80::1%eth0"},
	    {"evil.example.com", "?"}, {"192.0.2.7\n", "?"}, {"", ""},
	    {"0x7f.1", "?"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		pam_handle_t *pamh = world_start_usual("alice", "", &talk_conv);

		fake_oktad_start(accepting, 0);
		talk_begin("secret", NULL, NULL);
		pam_set_item(pamh, PAM_RHOST, rows[i][0]);
		assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
		pam_end(pamh, 0);
		fake_oktad_stop();
		assert_string_equal(heard->rhost, rows[i][1]);
	}
}

static void
test_local_person_is_settled_without_contact_T13(void **state)
{
	static const char *const args[] = {"", "nonsense", "debug"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		fake_oktad_start(accepting, VERDICT_ACCEPT);
		talk_begin("secret", NULL, NULL);
		assert_int_equal(login_with("local", args[i]), WORLD_HELPER);
		assert_int_equal(login_with("root", args[i]), WORLD_HELPER);
		assert_int_equal(heard->connections, 0);
		assert_int_equal(talk.count, 0);
	}
	/* Added locally a second after a sync: the local one wins. */
	world_write(world.passwd, "alice:x:1001:1001::/:/bin/sh\n");
	fake_oktad_start(accepting, VERDICT_ACCEPT);
	assert_int_equal(login_with("alice", ""), WORLD_HELPER);
	assert_int_equal(heard->connections, 0);
}

static void
test_unknown_names_never_leave_the_host_T17_whole(void **state)
{
	/* Fifty ways to write alice, and a few other words. */
	static const char *const names[] = {"Alice", "ALICE", "aLICE", "alicE",
	    "AlIcE", " alice", "  alice", "alice ", "alice  ", "\talice",
	    "alice\t", "alice\n", "alice\r", "alice\r\n", "\nalice", "alice.",
	    "alice..", ".alice", "ali ce", "al.ice", "alice@",
	    "alice@example.com", "Alice@Example.com", "EXAMPLE\\alice",
	    "example/alice", "alice/", "/alice", "./alice", "alice$",
	    "alice:", "alice:x", "-alice", "+alice", "%alice", "#alice",
	    "!alice", "\"alice\"", "'alice'", "alice\x01",
	    "\x7f"
	    "alice",
	    "al\xc4\xb1"
	    "ce",
	    "\xef\xbd\x81lice", "alice\xcc\x81", "\xd0\xb0lice", "alic\xd0\xb5",
	    "al\xc3\xad"
	    "ce",
	    "\xe2\x80\x8b"
	    "alice",
	    "alice\xe2\x80\x8b", "alice\xc2\xa0",
	    "\xef\xbb\xbf"
	    "alice",
	    "alice\xff", "alice\xc0\x80", "nobody1", "a",
	    "alicealicealicealicealicealicealice", "%s%s%n", "1879049193"};

	(void)state;
	fake_oktad_start(accepting, VERDICT_ACCEPT);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		pam_handle_t *pamh =
		    world_start_usual(names[i], "", &talk_conv);

		talk_begin("secret", NULL, NULL);
		world.slept_ms = 0;
		assert_int_equal(pam_authenticate(pamh, 0), PAM_USER_UNKNOWN);
		pam_end(pamh, 0);
		assert_string_equal(world.log, "");
		/* Who waits to be told no learns nothing from the time. */
		assert_in_range(world.slept_ms, 2900, 3200);
	}
	fake_oktad_stop();
	/* oktad is told that there is nobody, and no more. */
	assert_int_equal(heard->connections, sizeof(names) / sizeof(*names));
	assert_int_equal(heard->logins, heard->connections);
	assert_int_equal(heard->uid, PROTOCOL_NOBODY);
	assert_string_equal(heard->user, "");
	assert_string_equal(heard->rhost, "");
	assert_int_equal(heard->replies, 0);
}

/* A yes is none, an oktad that hangs costs half a second, and one that is not
 * there nothing. */
static void
test_nobody_waits_for_a_prompt_and_for_nothing_else_T41(void **state)
{
	static const struct step asking[] = {
	    {STEP_PROMPT, PROMPT_PASSWORD, "Password: ", 0},
	    {STEP_END, 0, NULL, 0}};
	static const struct step stalling[] = {
	    {STEP_STALL, 0, NULL, 0}, {STEP_END, 0, NULL, 0}};
	static const struct {
		const struct step *script;
		int is_hung;
	} cases[] = {{accepting, 0}, {asking, 0}, {stalling, 1}};

	(void)state;
	for (size_t i = 0; i <= sizeof(cases) / sizeof(*cases); i++) {
		pam_handle_t *pamh =
		    world_start_usual("nobody1", "", &talk_conv);
		uint64_t start = wire_now_ms(), took;
		const int is_there = i < sizeof(cases) / sizeof(*cases);

		if (is_there)
			fake_oktad_start(cases[i].script, VERDICT_ACCEPT);
		talk_begin("secret", NULL, NULL);
		assert_int_equal(pam_authenticate(pamh, 0), PAM_USER_UNKNOWN);
		took = wire_now_ms() - start;
		assert_true(is_there && cases[i].is_hung ? took >= 500 : 1);
		assert_in_range(took, 0, 20000);
		pam_end(pamh, 0);
		if (is_there)
			fake_oktad_stop();
		assert_int_equal(heard->replies, 0);
	}
}

static int of_host_calls;

static void
delay_of_host(int result, unsigned int us, void *appdata)
{
	(void)result;
	(void)us;
	(void)appdata;
	of_host_calls++;
}

static void
test_delay_of_the_host_and_successes_of_others_stay_as_they_are(void **state)
{
	pam_handle_t *pamh = world_start_usual("nobody1", "", &talk_conv);

	(void)state;
	assert_int_equal(pam_set_item(pamh, PAM_FAIL_DELAY,
			     (void *)(uintptr_t)delay_of_host),
	    PAM_SUCCESS);
	pam_fail_delay(pamh, 1000);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_USER_UNKNOWN);
	pam_end(pamh, 0);
	assert_int_equal(of_host_calls, 1);
	assert_int_equal(world.slept_ms, 0);
	/* Somebody of another database, whose module says yes. */
	pamh = world_start("sshd", "nobody1",
	    "auth [success=done user_unknown=ignore default=die] okta\n"
	    "auth required helper return=0\n",
	    &talk_conv);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, 0);
	assert_int_equal(world.slept_ms, 0);
}

static void
test_verdicts_and_results_T43(void **state)
{
	(void)state;
	for (uint32_t code = 0; code < 256; code++) {
		struct step script[] = {{.kind = STEP_PROMPT,
					    .value = PROMPT_PASSWORD,
					    .text = "Password: "},
		    {.kind = STEP_VERDICT, .value = code}, {.kind = STEP_END}};

		fake_oktad_start(script, 0);
		talk_begin("secret", NULL, NULL);
		assert_int_equal(login_with("alice", ""),
		    code == VERDICT_ACCEPT	   ? PAM_SUCCESS
			: code == VERDICT_UNAVAIL  ? PAM_AUTHINFO_UNAVAIL
			: code == VERDICT_MAXTRIES ? PAM_MAXTRIES
						   : PAM_AUTH_ERR);
	}
}

static void
test_denials_end_together_and_say_nothing_T41_reduced(void **state)
{
	static const struct step scripts[][3] = {
	    {{.kind = STEP_PROMPT, .value = PROMPT_PASSWORD, .text = "P: "},
		{.kind = STEP_VERDICT, .value = VERDICT_DENY, .text = "why"}},
	    {{.kind = STEP_PROMPT, .value = PROMPT_PASSWORD, .text = "P: "},
		{.kind = STEP_VERDICT,
		    .value = VERDICT_UNAVAIL,
		    .text = "why"}},
	    {{.kind = STEP_PROMPT, .value = PROMPT_PASSWORD, .text = "P: "},
		{.kind = STEP_VERDICT, .value = VERDICT_MAXTRIES, .text = "x"}},
	    {{.kind = STEP_VERDICT, .value = VERDICT_DENY}},
	    {{.kind = STEP_CLOSE}},
	};

	(void)state;
	for (size_t i = 0; i <= sizeof(scripts) / sizeof(*scripts); i++) {
		uint64_t start = wire_now_ms();

		if (i < sizeof(scripts) / sizeof(*scripts))
			fake_oktad_start(scripts[i], 0);
		world.slept_ms = 0;
		talk_begin("wrong", NULL, NULL);
		assert_int_not_equal(login_with("alice", ""), PAM_SUCCESS);
		assert_int_equal(talk.shown, 0);
		assert_in_range(world.slept_ms, 2800, 3200);
		assert_in_range(
		    world.slept_ms + wire_now_ms() - start, 3000, 3400);
	}
}

static void
type_slowly(void)
{
	world.slept_ms += 10000;
}

static void
test_late_answer_does_not_show_how_long_okta_took(void **state)
{
	static const struct step script[] = {
	    {.kind = STEP_PROMPT, .value = PROMPT_PASSWORD, .text = "P: "},
	    {.kind = STEP_VERDICT, .value = VERDICT_DENY}, {.kind = STEP_END}};
	pam_handle_t *pamh = world_start_usual("alice", "", &talk_conv);

	(void)state;
	fake_oktad_start(script, 0);
	talk_begin("wrong", NULL, NULL);
	talk.before = type_slowly;
	assert_int_equal(pam_authenticate(pamh, 0), PAM_AUTH_ERR);
	assert_in_range(world.slept_ms, 12800, 13200);
	pam_end(pamh, 0);
	fake_oktad_stop();
}

static void
test_late_denial_tells_why_at_once(void **state)
{
	static const struct step script[] = {{.kind = STEP_LATE,
						 .value = VERDICT_DENY,
						 .text = "The code was wrong."},
	    {.kind = STEP_END}};

	(void)state;
	fake_oktad_start(script, 0);
	talk_begin("x", NULL, NULL);
	assert_int_equal(login_with("alice", ""), PAM_AUTH_ERR);
	assert_int_equal(world.slept_ms, 0);
	assert_int_equal(talk.shown, 1);
	assert_string_equal(talk.texts[0], "The code was wrong.");
	assert_int_equal(talk.styles[0], PAM_ERROR_MSG);
}

static void
test_answers_of_another_login_deny_T52_reduced(void **state)
{
	static const struct step script[] = {
	    {.kind = STEP_OTHER_ID, .value = VERDICT_ACCEPT},
	    {.kind = STEP_END}};

	(void)state;
	fake_oktad_start(script, 0);
	talk_begin("secret", NULL, NULL);
	assert_int_equal(login_with("alice", ""), PAM_AUTH_ERR);
}

static void
test_impostor_gets_nothing_T53(void **state)
{
	(void)state;
	fake_oktad_start(accepting, 0);
	world.peer = 1000;
	talk_begin("secret", NULL, NULL);
	assert_int_equal(login_with("alice", ""), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(heard->bytes, 0);
	assert_int_equal(talk.count, 0);
	world.peer = 0;
	world.is_peer_unknown = 1;
	fake_oktad_start(accepting, 0);
	assert_int_equal(login_with("alice", ""), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(heard->bytes, 0);
}

static void
test_no_login_without_random_bytes_T98(void **state)
{
	(void)state;
	fake_oktad_start(accepting, 0);
	world.is_random_missing = 1;
	talk_begin("secret", NULL, NULL);
	assert_int_equal(login_with("alice", ""), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(heard->bytes, 0);
	assert_in_range(world.slept_ms, 2900, 3000);
}

static void
test_other_uid_in_nss_denies(void **state)
{
	(void)state;
	fake_oktad_start(accepting, 0);
	world.nss_other = "alice";
	assert_int_equal(login_with("alice", ""), PAM_AUTH_ERR);
	world.nss_other = NULL;
	world.nss_none = "alice";
	fake_oktad_start(accepting, 0);
	assert_int_equal(login_with("alice", ""), PAM_AUTH_ERR);
	assert_int_equal(heard->connections, 0);
}

static void
test_damaged_or_missing_directory_denies_all_but_local_T44(void **state)
{
	(void)state;
	world_write(world.directory, "this is no directory");
	assert_int_equal(login_with("alice", ""), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(login_with("nobody1", ""), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(login_with("root", ""), WORLD_HELPER);
	unlink(world.directory);
	assert_int_equal(login_with("alice", ""), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(login_with("root", ""), WORLD_HELPER);
	unlink(world.passwd);
	assert_int_equal(login_with("alice", ""), PAM_AUTHINFO_UNAVAIL);
}

static void
test_lockers_authenticate_only_themselves_T40(void **state)
{
	(void)state;
	fake_oktad_start(accepting, 0);
	world.euid = ALICE;
	talk_begin("secret", NULL, NULL);
	assert_int_equal(login_with("alice", ""), PAM_SUCCESS);
	assert_string_equal(world.connected, OKTA_SELF_SOCK);
	fake_oktad_start(accepting, 0);
	assert_int_equal(login_with("bob", ""), PAM_AUTH_ERR);
	assert_int_equal(heard->connections, 0);
}

static void
test_pam_user_is_asked_whoever_calls_T28(void **state)
{
	static const char *const users[] = {"alice", "bob", "carol"};

	(void)state;
	for (size_t caller = 0; caller < 3; caller++)
		for (size_t target = 0; target < 3; target++) {
			pam_handle_t *pamh;

			fake_oktad_start(accepting, 0);
			talk_begin("secret", NULL, NULL);
			pamh = world_start_usual(users[target], "", &talk_conv);
			pam_set_item(pamh, PAM_RUSER, users[caller]);
			assert_int_equal(
			    pam_authenticate(pamh, 0), PAM_SUCCESS);
			pam_end(pamh, 0);
			fake_oktad_stop();
			assert_string_equal(heard->user, users[target]);
			assert_int_equal(heard->uid, ALICE + target);
			assert_string_equal(heard->ruser, users[caller]);
		}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup(name, world_reset)
	const struct CMUnitTest tests[] = {
	    T(test_right_password_enters),
	    T(test_only_addresses_are_passed_on_as_such),
	    T(test_local_person_is_settled_without_contact_T13),
	    T(test_unknown_names_never_leave_the_host_T17_whole),
	    T(test_nobody_waits_for_a_prompt_and_for_nothing_else_T41),
	    T(test_delay_of_the_host_and_successes_of_others_stay_as_they_are),
	    T(test_verdicts_and_results_T43),
	    T(test_denials_end_together_and_say_nothing_T41_reduced),
	    T(test_late_answer_does_not_show_how_long_okta_took),
	    T(test_late_denial_tells_why_at_once),
	    T(test_answers_of_another_login_deny_T52_reduced),
	    T(test_impostor_gets_nothing_T53),
	    T(test_no_login_without_random_bytes_T98),
	    T(test_other_uid_in_nss_denies),
	    T(test_damaged_or_missing_directory_denies_all_but_local_T44),
	    T(test_lockers_authenticate_only_themselves_T40),
	    T(test_pam_user_is_asked_whoever_calls_T28),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
