/*
 * The conversation: what is typed, what must never leave the module, and hosts
 * whose conversation function is broken or hostile.
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

static const struct step accepting[] = {
    {.kind = STEP_PROMPT, .value = PROMPT_PASSWORD, .text = "Password: "},
    {.kind = STEP_VERDICT, .value = VERDICT_ACCEPT},
    {.kind = STEP_END},
};

static const struct step two_questions[] = {
    {.kind = STEP_PROMPT, .value = PROMPT_PASSWORD, .text = "Password: "},
    {.kind = STEP_INFO, .text = "Look at your phone."},
    {.kind = STEP_PROMPT, .value = PROMPT_HIDDEN, .text = "Code: "},
    {.kind = STEP_VERDICT, .value = VERDICT_ACCEPT},
    {.kind = STEP_END},
};

static const struct step echoed[] = {
    {.kind = STEP_PROMPT, .value = PROMPT_PASSWORD, .text = "Password: "},
    {.kind = STEP_PROMPT, .value = PROMPT_ECHO, .text = "Press Enter: "},
    {.kind = STEP_VERDICT, .value = VERDICT_ACCEPT},
    {.kind = STEP_END},
};

static int
login_by(const struct step *script, const char *args, int flags)
{
	pam_handle_t *pamh = world_start_usual("alice", args, &talk_conv);
	int r;

	fake_oktad_start(script, VERDICT_ACCEPT);
	r = pam_authenticate(pamh, flags);
	pam_end(pamh, r);
	fake_oktad_stop();
	return r;
}

static void
test_odd_passwords_arrive_as_typed_or_not_at_all_T42(void **state)
{
	static const char *const good[] = {" ", "   ", "\"", "\\", "\\\\\"",
	    "{\"a\":1}", "%s%n", "$(id)", "`id`", "a b", "\t", "\x01",
	    "\x1b[2J", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\x7f",
	    "\b", "\b\n", "\b\n\rx", "\xef\xbb\xbf", "\xe2\x80\xae-abc", "null",
	    "'; --", "\r\n", "a\nb", "0", "INCORRECT", "\xc2\xa0"};
	static const char *const bad[] = {"", "\xff", "a\x80", "\xc0\x80",
	    "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xc3", "a\xc3(",
	    "\xfe\xff", "\xf8\x88\x80\x80\x80"};
	char text[PROTOCOL_PASSWORD_MAX + 2];
	int values = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++, values++) {
		talk_begin(good[i], NULL, NULL);
		/* A single backspace begins sshd's pattern. */
		if (strcmp(good[i], "\b") == 0 || strcmp(good[i], "\b\n") == 0)
			continue;
		assert_int_equal(login_by(accepting, "", 0), PAM_SUCCESS);
		assert_int_equal(heard->replies, 1);
		assert_int_equal(heard->answers[0].len, strlen(good[i]));
		assert_memory_equal(
		    heard->answers[0].bytes, good[i], strlen(good[i]));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++, values++) {
		talk_begin(bad[i], NULL, NULL);
		assert_int_equal(login_by(accepting, "", 0), PAM_AUTH_ERR);
		assert_int_equal(heard->replies, 0);
		assert_int_equal(heard->given_up, 1);
	}
	for (size_t len = 1; len <= PROTOCOL_PASSWORD_MAX + 1;
	     len += len < 990 ? 43 : 1, values++) {
		memset(text, 'x', len);
		text[len] = '\0';
		talk_begin(text, NULL, NULL);
		assert_int_equal(login_by(accepting, "", 0),
		    len <= PROTOCOL_PASSWORD_MAX ? PAM_SUCCESS : PAM_AUTH_ERR);
		assert_int_equal(heard->replies, len <= PROTOCOL_PASSWORD_MAX);
		if (heard->replies == 1)
			assert_string_equal(heard->answers[0].bytes, text);
	}
	assert_in_range(values, 95, 110);
}

static void
test_password_of_a_megabyte_is_refused(void **state)
{
	char *text = malloc((1 << 20) + 1);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 1 << 20);
	text[1 << 20] = '\0';
	talk_begin(text, NULL, NULL);
	assert_int_equal(login_by(accepting, "", 0), PAM_AUTH_ERR);
	assert_int_equal(heard->replies, 0);
	free(text);
}

static void
test_sshd_s_junk_is_never_forwarded_T29(void **state)
{
	static const char junk[] = "\b\n\r\177INCORRECT";
	char text[200];

	(void)state;
	for (size_t len = 1; len <= 100; len++) {
		for (size_t i = 0; i < len; i++)
			text[i] = junk[i % (sizeof(junk) - 1)];
		text[len] = '\0';
		world.slept_ms = 0;
		talk_begin(text, NULL, NULL);
		assert_int_equal(login_by(accepting, "", 0), PAM_AUTH_ERR);
		assert_int_equal(heard->replies, 0);
		assert_int_equal(heard->has_password, 0);
		assert_int_equal(heard->given_up, 1);
		assert_in_range(world.slept_ms, 2900, 3200);
	}
	/* One byte off the pattern is a password like any other. */
	text[50] = '!';
	talk_begin(text, NULL, NULL);
	assert_int_equal(login_by(accepting, "", 0), PAM_SUCCESS);
	/* An earlier module's junk, too. */
	fake_oktad_start(accepting, 0);
	pam_handle_t *pamh = world_start("sshd", "alice",
	    "auth required helper authtok=\b\nauth required okta "
	    "use_first_pass\n",
	    &talk_conv);

	assert_int_not_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, 0);
	fake_oktad_stop();
	assert_int_equal(heard->replies, 0);
}

static void
test_factor_equal_to_the_password_is_never_sent_T30(void **state)
{
	(void)state;
	talk_begin("secret", "secret", NULL);
	assert_int_equal(login_by(two_questions, "", 0), PAM_AUTH_ERR);
	assert_int_equal(heard->replies, 1);
	assert_int_equal(heard->given_up, 1);
	assert_non_null(strstr(world.log, "KbdInteractiveAuthentication"));
	talk_begin("secret", "secret", NULL);
	assert_int_equal(login_by(echoed, "", 0), PAM_AUTH_ERR);
	assert_int_equal(heard->replies, 1);
	talk_begin("secret", "123456", NULL);
	assert_int_equal(login_by(two_questions, "", 0), PAM_SUCCESS);
	assert_int_equal(heard->replies, 2);
	assert_string_equal(heard->answers[1].bytes, "123456");
	assert_int_equal(talk.styles[1], PAM_TEXT_INFO);
	assert_string_equal(talk.texts[1], "Look at your phone.");
	assert_int_equal(talk.styles[2], PAM_PROMPT_ECHO_OFF);
	talk_begin("secret", "", NULL);
	assert_int_equal(login_by(echoed, "", 0), PAM_SUCCESS);
	assert_int_equal(talk.styles[1], PAM_PROMPT_ECHO_ON);
	assert_int_equal(heard->answers[1].len, 0);
}

static void
test_aborted_conversation_denies_and_ends_T25(void **state)
{
	static const enum talk_mood moods[] = {TALK_FAILS, TALK_ABORTS,
	    TALK_NO_REPLY, TALK_NULL_REPLY, TALK_AGAIN};

	(void)state;
	for (size_t i = 0; i < sizeof(moods) / sizeof(*moods); i++) {
		talk_begin("secret", NULL, NULL);
		talk.mood = moods[i];
		assert_int_equal(login_by(accepting, "", 0), PAM_AUTH_ERR);
		assert_int_equal(heard->replies, 0);
		assert_int_equal(heard->given_up, 1);
	}
	/* ^C at the second question. */
	talk_begin("secret", NULL, NULL);
	assert_int_equal(login_by(two_questions, "", 0), PAM_AUTH_ERR);
	assert_int_equal(heard->replies, 1);
	assert_int_equal(heard->given_up, 1);
}

static void
test_missing_conversation_function(void **state)
{
	static const struct pam_conv none = {.conv = NULL};
	pam_handle_t *pamh;

	(void)state;
	fake_oktad_start(accepting, 0);
	pamh = world_start_usual("alice", "", &none);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_AUTH_ERR);
	pam_end(pamh, 0);
	fake_oktad_stop();
	assert_int_equal(heard->replies, 0);
}

static int
reply_without_end(
    int n, const struct pam_message **m, struct pam_response **reply, void *arg)
{
	(void)n;
	(void)m;
	(void)arg;
	*reply = calloc(1, sizeof(**reply));
	(*reply)->resp = malloc(4096);
	memset((*reply)->resp, 'x', 4096);
	return PAM_SUCCESS;
}

static void
test_reply_without_terminator(void **state)
{
	static const struct pam_conv conv = {.conv = reply_without_end};
	pam_handle_t *pamh;

	(void)state;
	fake_oktad_start(accepting, 0);
	pamh = world_start_usual("alice", "", &conv);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_AUTH_ERR);
	pam_end(pamh, 0);
	fake_oktad_stop();
	assert_int_equal(heard->replies, 0);
}

/* 10,000 logins of random moods; test_converse has the million. */
static unsigned int seed = 1;

static int
random_conversation(
    int n, const struct pam_message **m, struct pam_response **reply, void *arg)
{
	static const int codes[] = {PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS,
	    PAM_SUCCESS, PAM_CONV_ERR, PAM_ABORT, PAM_BUF_ERR, 77};
	int code = codes[rand_r(&seed) % 8];
	size_t len = (size_t)rand_r(&seed) % 1400;

	(void)n;
	(void)m;
	(void)arg;
	if (rand_r(&seed) % 8 == 0)
		return code;
	if (code != PAM_SUCCESS) {
		*reply = (void *)(uintptr_t)0x1000;
		return code;
	}
	*reply = calloc(1, sizeof(**reply));
	(*reply)->resp_retcode = rand_r(&seed);
	if (rand_r(&seed) % 8 == 0)
		return code;
	if (rand_r(&seed) % 2 == 0)
		len %= 20;
	(*reply)->resp = malloc(len + 1);
	for (size_t i = 0; i < len; i++)
		(*reply)->resp[i] = (char)(rand_r(&seed) % 95 + 32);
	(*reply)->resp[len] = '\0';
	return code;
}

static void
test_random_conversations_let_nobody_in(void **state)
{
	static const struct pam_conv conv = {.conv = random_conversation};
	static const struct step script[] = {{.kind = STEP_PROMPT,
						 .value = PROMPT_PASSWORD,
						 .text = "Password: "},
	    {.kind = STEP_PROMPT, .value = PROMPT_ECHO, .text = "Code: "},
	    {.kind = STEP_VERDICT, .value = VERDICT_DENY}, {.kind = STEP_END}};
	pam_handle_t *pamh;
	int max = 0;

	(void)state;
	fake_oktad_start(script, 0);
	pamh = world_start_usual("alice", "", &conv);
	for (int i = 0; i < 10000; i++) {
		assert_int_not_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
		world.log[0] = '\0';
	}
	pam_end(pamh, 0);
	fake_oktad_stop();
	for (int i = 0; i < 8; i++)
		max = heard->answers[i].len > (size_t)max
		    ? (int)heard->answers[i].len
		    : max;
	assert_in_range(heard->replies, 2000, 20000);
	assert_true(max <= PROTOCOL_PASSWORD_MAX);
}

static void
test_first_pass(void **state)
{
	static const char lines[] = "auth optional helper authtok=earlier\n"
				    "auth required okta %s\n";
	static const struct {
		const char *args;
		int has_earlier, result, asked;
		const char *sent;
	} rows[] = {
	    {"", 1, PAM_SUCCESS, 1, "typed"},
	    {"try_first_pass", 1, PAM_SUCCESS, 0, "earlier"},
	    {"use_first_pass", 1, PAM_SUCCESS, 0, "earlier"},
	    {"try_first_pass", 0, PAM_SUCCESS, 1, "typed"},
	    {"use_first_pass", 0, PAM_AUTH_ERR, 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[256];
		pam_handle_t *pamh;

		snprintf(text, sizeof(text), lines, rows[i].args);
		pamh = world_start("sshd", "alice",
		    rows[i].has_earlier ? text : strchr(text, '\n') + 1,
		    &talk_conv);
		fake_oktad_start(accepting, 0);
		talk_begin("typed", NULL, NULL);
		assert_int_equal(pam_authenticate(pamh, 0), rows[i].result);
		pam_end(pamh, 0);
		fake_oktad_stop();
		assert_int_equal(talk.asked, rows[i].asked);
		assert_int_equal(heard->replies, rows[i].sent != NULL);
		if (rows[i].sent != NULL)
			assert_string_equal(
			    heard->answers[0].bytes, rows[i].sent);
	}
}

static void
test_first_pass_is_tried_once(void **state)
{
	static const struct step twice[] = {{.kind = STEP_PROMPT,
						.value = PROMPT_PASSWORD,
						.text = "Password: "},
	    {.kind = STEP_PROMPT, .value = PROMPT_PASSWORD, .text = "Again: "},
	    {.kind = STEP_VERDICT, .value = VERDICT_ACCEPT},
	    {.kind = STEP_END}};
	pam_handle_t *pamh = world_start("sshd", "alice",
	    "auth optional helper authtok=earlier\n"
	    "auth required okta try_first_pass\n",
	    &talk_conv);

	(void)state;
	fake_oktad_start(twice, 0);
	talk_begin("typed", NULL, NULL);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, 0);
	fake_oktad_stop();
	assert_int_equal(heard->replies, 2);
	assert_string_equal(heard->answers[0].bytes, "earlier");
	assert_string_equal(heard->answers[1].bytes, "typed");
}

static void
test_typed_password_is_there_for_later_modules(void **state)
{
	pam_handle_t *pamh = world_start("sshd", "alice",
	    "auth required okta\nauth required okta use_first_pass\n",
	    &talk_conv);

	(void)state;
	fake_oktad_start(accepting, 0);
	talk_begin("typed", NULL, NULL);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, 0);
	fake_oktad_stop();
	assert_int_equal(talk.asked, 1);
	assert_int_equal(heard->replies, 2);
	assert_string_equal(heard->answers[1].bytes, "typed");
}

static void
test_silent_callers_see_no_texts(void **state)
{
	(void)state;
	talk_begin("secret", "123456", NULL);
	assert_int_equal(login_by(two_questions, "", PAM_SILENT), PAM_SUCCESS);
	assert_int_equal(talk.shown, 0);
}

/* No byte of any payload reaches the terminal as more than text; \n parts
 * lines, as protocol.h has it. */
static void
test_escape_sequences_from_oktad_T107(void **state)
{
	static const char *const seeds[] = {"\x1b[2J", "\x1b]0;x\a",
	    "\x9b"
	    "2J",
	    "\xc2\x9b"
	    "31m",
	    "\r", "\n", "\b\b", "\x7f", "\xe2\x80\xae", "\xe2\x80\x8b",
	    "\xef\xbb\xbf", "\xe2\x81\xa6", "\x01", "\x1f", "\xff", "\xc0\x9b",
	    "\xed\xa0\x80", "\xe2\x80\xa8", "\xc2\x85", "\x1bP+q\x1b\\"};
	int payloads = 0;

	(void)state;
	for (size_t i = 0; i < 200; i++, payloads++) {
		const char *a = seeds[i % 20], *b = seeds[(i / 20 * 7) % 20];
		char text[64], where[8] = "Pa";
		struct step script[] = {{.kind = STEP_INFO, .text = text},
		    {.kind = STEP_PROMPT, .value = PROMPT_ECHO, .text = text},
		    {.kind = STEP_PROMPT, .value = PROMPT_HIDDEN, .text = text},
		    {.kind = STEP_LATE, .value = VERDICT_DENY, .text = text},
		    {.kind = STEP_END}};

		snprintf(text, sizeof(text), "%s%sss%sword", where, a, b);
		talk_begin("1", "2", NULL);
		assert_int_equal(login_by(script, "", 0), PAM_AUTH_ERR);
		assert_int_equal(talk.count, 4);
		for (int n = 0; n < 4; n++) {
			const char *s = talk.texts[n];

			assert_non_null(strstr(s, "word"));
			for (size_t k = 0; s[k] != '\0'; k++)
				assert_true(s[k] == '\n' ||
				    ((unsigned char)s[k] >= 0x20 &&
					(unsigned char)s[k] < 0x7f));
		}
	}
	assert_int_equal(payloads, 200);
}

static void
test_secrets_are_in_no_log_T109(void **state)
{
	(void)state;
	world_reset(NULL);
	talk_begin("CANARY-password", "CANARY-code", NULL);
	assert_int_equal(login_by(two_questions, "debug", 0), PAM_SUCCESS);
	talk_begin("CANARY-password", "CANARY-password", NULL);
	assert_int_equal(login_by(two_questions, "debug", 0), PAM_AUTH_ERR);
	talk_begin("CANARY\xff", NULL, NULL);
	assert_int_equal(login_by(accepting, "debug", 0), PAM_AUTH_ERR);
	pam_handle_t *pamh =
	    world_start_usual("CANARY-typed-as-name", "debug", &talk_conv);

	assert_int_equal(pam_authenticate(pamh, 0), PAM_USER_UNKNOWN);
	pam_end(pamh, 0);
	assert_true(strlen(world.log) > 500);
	assert_null(strstr(world.log, "CANARY"));
	assert_null(strstr(world.log, TICKET));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup(name, world_reset)
	const struct CMUnitTest tests[] = {
	    T(test_odd_passwords_arrive_as_typed_or_not_at_all_T42),
	    T(test_password_of_a_megabyte_is_refused),
	    T(test_sshd_s_junk_is_never_forwarded_T29),
	    T(test_factor_equal_to_the_password_is_never_sent_T30),
	    T(test_aborted_conversation_denies_and_ends_T25),
	    T(test_missing_conversation_function),
	    T(test_reply_without_terminator),
	    T(test_random_conversations_let_nobody_in),
	    T(test_first_pass),
	    T(test_first_pass_is_tried_once),
	    T(test_typed_password_is_there_for_later_modules),
	    T(test_silent_callers_see_no_texts),
	    T(test_escape_sequences_from_oktad_T107),
	    T(test_secrets_are_in_no_log_T109),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
