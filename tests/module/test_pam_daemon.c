/*
 * An oktad that is stopped, slow, mad or hostile: nobody gets in, and nobody
 * waits longer than the deadline. Sleeps are real here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake_oktad.h"
#include "talk.h"
#include "wire.h"
#include "world.h"

static const struct step accepting[] = {
    {.kind = STEP_PROMPT, .value = PROMPT_PASSWORD, .text = "Password: "},
    {.kind = STEP_VERDICT, .value = VERDICT_ACCEPT},
    {.kind = STEP_END},
};

static int
authenticate(const char *user, const char *args)
{
	pam_handle_t *pamh = world_start_usual(user, args, &talk_conv);
	int r;

	talk_begin("secret", NULL, NULL);
	r = pam_authenticate(pamh, 0);
	pam_end(pamh, r);
	return r;
}

static void
freeze(void)
{
	fake_oktad_freeze();
}

static void
test_stopped_at_each_step_T39(void **state)
{
	static const struct step before_prompt[] = {
	    {.kind = STEP_STALL}, {.kind = STEP_END}};
	static const struct step after_reply[] = {{.kind = STEP_PROMPT,
						      .value = PROMPT_PASSWORD,
						      .text = "Password: "},
	    {.kind = STEP_STALL}, {.kind = STEP_END}};
	static const struct step in_frame[] = {
	    {.kind = STEP_RAW, .text = "\0\0\0\x20\0", .len = 5},
	    {.kind = STEP_STALL}, {.kind = STEP_END}};
	const struct step *const scripts[] = {
	    before_prompt, after_reply, in_frame, accepting, accepting};

	(void)state;
	world.is_time_real = 1;
	for (int i = 0; i < 5; i++) {
		uint64_t start;
		pam_handle_t *pamh =
		    world_start_usual("alice", "deadline=1", &talk_conv);

		fake_oktad_start(scripts[i], 0);
		talk_begin("secret", NULL, NULL);
		if (i == 3)
			fake_oktad_freeze(); /* before the connection */
		if (i == 4)
			talk.before = freeze; /* while the person types */
		start = wire_now_ms();
		assert_int_equal(
		    pam_authenticate(pamh, 0), PAM_AUTHINFO_UNAVAIL);
		assert_in_range(wire_now_ms() - start, 950, 1500);
		pam_end(pamh, 0);
		fake_oktad_stop();
	}
}

static void
test_full_backlog_of_a_stopped_daemon_T49(void **state)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fds[8], n = 0;
	uint64_t start;

	(void)state;
	world.is_time_real = 1;
	fake_oktad_start(accepting, 0);
	fake_oktad_freeze();
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", world.socket);
	do {
		fds[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	} while (
	    connect(fds[n++], (struct sockaddr *)&a, sizeof(a)) == 0 && n < 8);
	start = wire_now_ms();
	assert_int_equal(
	    authenticate("alice", "deadline=1"), PAM_AUTHINFO_UNAVAIL);
	assert_in_range(wire_now_ms() - start, 950, 1500);
	/* Sessions wait two seconds at most, and are not denied. */
	pam_handle_t *pamh = world_start_usual("alice", "", &talk_conv);

	pam_putenv(pamh, "OKTA_TICKET=" TICKET);
	start = wire_now_ms();
	assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
	assert_in_range(wire_now_ms() - start, 1900, 2500);
	pam_end(pamh, 0);
	/* Local people do not notice. */
	start = wire_now_ms();
	assert_int_equal(authenticate("root", ""), WORLD_HELPER);
	assert_int_equal(authenticate("local", ""), WORLD_HELPER);
	assert_in_range(wire_now_ms() - start, 0, 200);
	while (n > 0)
		close(fds[--n]);
	fake_oktad_stop();
}

static void
test_local_people_with_a_sick_daemon_T44(void **state)
{
	pam_handle_t *pamh;
	uint64_t start = wire_now_ms();

	(void)state;
	world.is_time_real = 1;
	fake_oktad_start(accepting, 0);
	fake_oktad_freeze();
	world_write(world.directory, "corrupt");
	world_write(world.people, "corrupt");
	pamh = world_start_usual("root", "", &talk_conv);
	assert_int_equal(pam_authenticate(pamh, 0), WORLD_HELPER);
	assert_int_equal(pam_acct_mgmt(pamh, 0), WORLD_HELPER);
	assert_int_equal(pam_setcred(pamh, 0), WORLD_HELPER);
	assert_int_equal(pam_open_session(pamh, 0), WORLD_HELPER);
	assert_int_equal(pam_close_session(pamh, 0), WORLD_HELPER);
	assert_int_equal(pam_chauthtok(pamh, 0), WORLD_HELPER);
	pam_end(pamh, 0);
	assert_in_range(wire_now_ms() - start, 0, 500);
	fake_oktad_stop();
}

/* Frames that are no frame of this login; fuzz_message has the rest. */
static void
test_malformed_verdicts_deny_T43(void **state)
{
	static const struct step scripts[][2] = {
	    {{.kind = STEP_RAW, .text = "", .len = 0}},
	    {{.kind = STEP_RAW, .text = "\0", .len = 1}},
	    {{.kind = STEP_RAW, .text = "\0\0\0\0", .len = 4}},
	    {{.kind = STEP_RAW, .text = "\xff\xff\xff\xff", .len = 4}},
	    {{.kind = STEP_RAW, .text = "\0\0\x10\0", .len = 4}},
	    {{.kind = STEP_RAW, .text = "HTTP/1.1 200 OK\r\n\r\n", .len = 19}},
	    {{.kind = STEP_RAW, .text = "\0\0\0\x14\0\1\0\x43", .len = 8}},
	    {{.kind = STEP_OTHER_ID, .value = VERDICT_ACCEPT}},
	    {{.kind = STEP_CLOSE}},
	    {{.kind = STEP_INFO, .text = ""}},
	    {{.kind = STEP_PROMPT, .value = 0, .text = "?"}},
	    {{.kind = STEP_PROMPT, .value = 4, .text = "?"}},
	    {{.kind = STEP_PROMPT, .value = PROMPT_PASSWORD}},
	    {{.kind = STEP_VERDICT, .value = 0x01000000}},
	    {{.kind = STEP_VERDICT, .value = 0x00000101}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++) {
		int r;

		fake_oktad_start(scripts[i], 0);
		r = authenticate("alice", "deadline=4");
		fake_oktad_stop();
		assert_true(r == PAM_AUTH_ERR || r == PAM_AUTHINFO_UNAVAIL);
	}
}

static void
test_dripped_verdict_is_cut_off_T50(void **state)
{
	static const struct step script[] = {
	    {.kind = STEP_RAW, .text = "\0", .len = 1}, {.kind = STEP_STALL},
	    {.kind = STEP_END}};
	uint64_t start;

	(void)state;
	world.is_time_real = 1;
	fake_oktad_start(script, 0);
	start = wire_now_ms();
	assert_int_equal(authenticate("alice", ""), PAM_AUTHINFO_UNAVAIL);
	/* 2 s for the frame, then the usual end of a denial. */
	assert_in_range(wire_now_ms() - start, 2900, 3500);
	fake_oktad_stop();
}

/* One sample of each class (reduced from 300): they end together. */
static void
test_denials_take_the_same_time_T41_reduced(void **state)
{
	static const struct step scripts[][3] = {
	    {{.kind = STEP_PROMPT, .value = PROMPT_PASSWORD, .text = "P: "},
		{.kind = STEP_VERDICT, .value = VERDICT_DENY}},
	    {{.kind = STEP_VERDICT, .value = VERDICT_UNAVAIL}},
	};

	(void)state;
	world.is_time_real = 1;
	for (size_t i = 0; i < 3; i++) {
		uint64_t start = wire_now_ms();

		if (i < 2)
			fake_oktad_start(scripts[i], 0);
		assert_int_not_equal(authenticate("alice", ""), PAM_SUCCESS);
		assert_in_range(wire_now_ms() - start, 3000, 3350);
		fake_oktad_stop();
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup(name, world_reset)
	const struct CMUnitTest tests[] = {
	    T(test_stopped_at_each_step_T39),
	    T(test_full_backlog_of_a_stopped_daemon_T49),
	    T(test_local_people_with_a_sick_daemon_T44),
	    T(test_malformed_verdicts_deny_T43),
	    T(test_dripped_verdict_is_cut_off_T50),
	    T(test_denials_take_the_same_time_T41_reduced),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
