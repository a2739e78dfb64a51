/* The Okta session of a login: when it is made, of what, and for how long it is
 * kept. */
#include "okta_session_play.h"

static void
test_made_looked_at_refreshed_and_ended(void **state)
{
	const struct session *s = log_in_with_session();
	unsigned int refreshes = 0;

	(void)state;
	assert_non_null(strstr(logged, "okta_session made"));
	assert_true(okta_session_is_held(&parent, s->handle));
	/* Ten polls from look to look; at half of its life it is refreshed. */
	pass(299 * SECOND);
	assert_int_equal(nasked, 0);
	for (unsigned int i = 1; i <= 24; i++) {
		pass(i == 1 ? SECOND : 300 * SECOND);
		expect(i == 13 ? OKTA_SESSION_REFRESH : OKTA_SESSION_LOOK, SID);
		refreshes += i == 13;
		tell(OKTA_SESSION_GOOD, "00u1",
		    refreshes > 0 ? LIFE_S - (i - 13) * 300 : LIFE_S - i * 300);
	}
	log_out(s);
	expect(OKTA_SESSION_END, SID);
	tell(OKTA_SESSION_GOOD, NULL, 0);
	assert_int_equal(count(), 0);
	assert_non_null(strstr(logged, "okta_session ended"));
	assert_int_equal(gone, 0);
}

static void
test_nothing_is_asked_where_it_is_off_or_there_is_no_token(void **state)
{
	struct session s = {.person = "00u1", .state = SESSION_OPEN};
	struct secret token = {0};

	(void)state;
	okta_session_begin(&parent, &s, clock_ms, &token);
	conf.okta_sessions = 0;
	log_in();
	pass(3600 * SECOND);
	assert_int_equal(never, 0);
	assert_int_equal(count(), 0);
}

static void
test_too_many_logins_are_not_kept(void **state)
{
	(void)state;
	parent.okta_sessions.n = OKTA_SESSIONS_MAX;
	log_in();
	parent.okta_sessions.n = 0;
	assert_int_equal(count(), 0);
	assert_non_null(strstr(logged, "not made"));
}

/* A session of a short life is looked at four times in it. */
static void
test_a_short_life_is_refreshed_in_time(void **state)
{
	(void)state;
	log_in();
	pass(0);
	tell(OKTA_SESSION_GOOD, "00u1", 40);
	for (unsigned int i = 0; i < 10; i++) {
		pass(10 * SECOND);
		expect(
		    i % 3 == 2 ? OKTA_SESSION_REFRESH : OKTA_SESSION_LOOK, SID);
		tell(OKTA_SESSION_GOOD, "00u1",
		    i % 3 == 2 ? 40 : 40 - 10 * (i % 3 + 1));
	}
	/* One that has no life at all is no busy loop. */
	log_in();
	pass(0);
	assert_int_equal(asked[nasked - 1].what, OKTA_SESSION_MAKE);
	tell(OKTA_SESSION_GOOD, "00u1", 0);
	pass(1000);
	assert_int_equal(count(), 1);
}

static void
test_session_max_is_not_passed(void **state)
{
	const struct session *s;

	(void)state;
	/* Less than its first life: ended then, and the login goes on. */
	conf.session_max_s = 600;
	s = log_in_with_session();
	pass(300 * SECOND);
	tell(OKTA_SESSION_GOOD, "00u1", LIFE_S - 300);
	pass(300 * SECOND);
	expect(OKTA_SESSION_END, SID);
	tell(OKTA_SESSION_GOOD, NULL, 0);
	assert_int_equal(count(), 0);
	assert_non_null(strstr(logged, "session_max"));
	assert_int_equal(s->state, SESSION_OPEN);
	assert_int_equal(gone, 0);

	/* More, but a refresh would pass it: it lapses. */
	conf.session_max_s = LIFE_S + 60;
	log_in_with_session();
	for (uint32_t at = 300; at < LIFE_S; at += 300) {
		pass(300 * SECOND);
		expect(OKTA_SESSION_LOOK, SID);
		tell(OKTA_SESSION_GOOD, "00u1", LIFE_S - at);
	}
	pass(300 * SECOND);
	assert_int_equal(nasked, 0);
	assert_int_equal(count(), 0);
	assert_non_null(strstr(logged, "lapsed"));
	assert_int_equal(gone, 0);
}

/* The worker has handed over what it should not have. */
static void
test_token_of_somebody_else_is_no_session_of_this_login(void **state)
{
	const struct session *s = log_in();

	(void)state;
	pass(0);
	tell(OKTA_SESSION_GOOD, "00u2", LIFE_S);
	assert_non_null(strstr(logged, "refused"));
	assert_non_null(strstr(logged, "another person"));
	assert_false(okta_session_is_held(&parent, s->handle));
	expect(OKTA_SESSION_END, SID);
	tell(OKTA_SESSION_GOOD, NULL, 0);
	assert_int_equal(count(), 0);
	assert_int_equal(s->state, SESSION_OPEN);
}

static void
test_one_that_okta_asks_more_of_is_ended(void **state)
{
	struct okta_session_job *j;

	(void)state;
	log_in();
	pass(0);
	j = asked[0].job;
	nasked = 0;
	answer = (struct okta_session_told){
	    .result = OKTA_SESSION_GOOD, .life_s = LIFE_S, .person = "00u1"};
	assert_int_equal(secret_set(&answer.id, SID, strlen(SID)), 0);
	j->watch.ready(&j->watch, 0);
	expect(OKTA_SESSION_END, SID);
	assert_non_null(strstr(logged, "asks for more"));
}

static void
test_junk_token_makes_nothing_and_is_not_tried_again(void **state)
{
	static const enum okta_session_result no[] = {
	    OKTA_SESSION_NO, OKTA_SESSION_UNSURE, OKTA_SESSION_GONE};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		log_in();
		pass(0);
		tell(no[i], NULL, 0);
		assert_int_equal(count(), 0);
		pass(3600 * SECOND);
		assert_int_equal(nasked, 0);
	}
	assert_non_null(strstr(logged, "not made"));
	/* Good, and nothing in it. */
	log_in();
	pass(0);
	tell(OKTA_SESSION_GOOD, NULL, 0);
	assert_int_equal(count(), 0);
}

static void
test_making_waits_for_okta_as_long_as_the_token_is_good(void **state)
{
	(void)state;
	start_fails = 1; /* oktad-net is not there */
	log_in();
	pass(0);
	assert_non_null(strstr(logged, "not made yet"));
	start_fails = 0;
	pass(5 * SECOND);
	tell(OKTA_SESSION_LATER, NULL, 0);
	pass(10 * SECOND);
	expect(OKTA_SESSION_MAKE, TOKEN);
	tell(OKTA_SESSION_LATER, NULL, 0);
	pass(285 * SECOND);
	assert_int_equal(nasked, 0);
	assert_int_equal(count(), 0);
}

static void
test_login_that_ends_before_its_session_is_made(void **state)
{
	const struct session *s = log_in();

	(void)state;
	log_out(s); /* before anything was asked */
	assert_int_equal(never, 0);
	assert_int_equal(count(), 0);

	s = log_in(); /* while it is made */
	pass(0);
	log_out(s);
	expect(OKTA_SESSION_MAKE, TOKEN);
	tell(OKTA_SESSION_GOOD, "00u1", LIFE_S);
	expect(OKTA_SESSION_END, SID);
	tell(OKTA_SESSION_GOOD, NULL, 0);
	assert_int_equal(count(), 0);
}

static void
test_no_more_requests_at_once_than_allowed(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		log_in();
	pass(0);
	for (int i = 0; i < 10; i++) {
		assert_true(nasked <= OKTA_SESSION_JOBS);
		tell(OKTA_SESSION_GOOD, "00u1", LIFE_S);
	}
	assert_int_equal(nasked, 0);
	assert_int_equal(never, 10);
	assert_int_equal(parent.okta_sessions.jobs, 0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_made_looked_at_refreshed_and_ended),
	    TEST(test_nothing_is_asked_where_it_is_off_or_there_is_no_token),
	    TEST(test_too_many_logins_are_not_kept),
	    TEST(test_a_short_life_is_refreshed_in_time),
	    TEST(test_session_max_is_not_passed),
	    TEST(test_token_of_somebody_else_is_no_session_of_this_login),
	    TEST(test_one_that_okta_asks_more_of_is_ended),
	    TEST(test_junk_token_makes_nothing_and_is_not_tried_again),
	    TEST(test_making_waits_for_okta_as_long_as_the_token_is_good),
	    TEST(test_login_that_ends_before_its_session_is_made),
	    TEST(test_no_more_requests_at_once_than_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
