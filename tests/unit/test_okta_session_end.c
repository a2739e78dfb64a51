/* The Okta session of a login: how it ends at Okta, what its end there means
 * here, and what a new okta.conf does. */
#include "okta_session_play.h"

static void
test_logout_while_okta_can_not_be_reached(void **state)
{
	const struct session *s = log_in_with_session();
	uint64_t wait = OKTA_SESSION_AGAIN_MS, since = clock_ms;
	unsigned int tries = 0;

	(void)state;
	log_out(s);
	while (count() > 0) {
		if (nasked == 1) {
			expect(OKTA_SESSION_END, SID);
			tries++;
			tell(tries % 2 ? OKTA_SESSION_LATER
				       : OKTA_SESSION_UNSURE,
			    NULL, 0);
		}
		pass(wait - 1);
		assert_int_equal(nasked, 0);
		pass(1);
		wait = wait * 2 < OKTA_SESSION_AGAIN_MAX_MS
		    ? wait * 2
		    : OKTA_SESSION_AGAIN_MAX_MS;
		assert_true(clock_ms - since < (LIFE_S + 600) * SECOND);
	}
	/* Until it lapses by itself, and no line for each. */
	assert_true(clock_ms - since >= LIFE_S * SECOND);
	assert_in_range(tries, 15, 20);
	assert_non_null(strstr(logged, "not ended yet"));
	assert_null(strstr(strstr(logged, "not ended yet") + 1, "not ended"));
	assert_non_null(strstr(logged, "could not be told"));

	/* And one that Okta hears of in the end. */
	s = log_in_with_session();
	log_out(s);
	tell(OKTA_SESSION_NO, NULL, 0);
	pass(OKTA_SESSION_AGAIN_MS);
	expect(OKTA_SESSION_END, SID);
	tell(OKTA_SESSION_GONE, NULL, 0);
	assert_int_equal(count(), 0);
}

/* Okta's own word when to come back is kept. */
static void
test_retry_after_is_kept(void **state)
{
	struct okta_session_job *j;
	const struct session *s = log_in_with_session();

	(void)state;
	log_out(s);
	j = asked[0].job;
	nasked = 0;
	answer = (struct okta_session_told){
	    .result = OKTA_SESSION_LATER, .retry_s = 60};
	j->watch.ready(&j->watch, 0);
	pass(59 * SECOND);
	assert_int_equal(nasked, 0);
	pass(SECOND);
	expect(OKTA_SESSION_END, SID);
}

static void
test_session_that_is_gone_twice_ends_its_login(void **state)
{
	const struct session *s = log_in_with_session();

	(void)state;
	pass(300 * SECOND);
	tell(OKTA_SESSION_GONE, NULL, 0);
	assert_int_equal(gone, 0);
	pass(OKTA_SESSION_AGAIN_MS);
	expect(OKTA_SESSION_LOOK, SID);
	tell(OKTA_SESSION_GONE, NULL, 0);
	assert_int_equal(gone, 1);
	assert_int_equal(count(), 0);
	assert_int_equal(s->state, SESSION_OPEN);
}

static void
test_gone_once_and_there_again_is_no_end(void **state)
{
	(void)state;
	log_in_with_session();
	for (int i = 0; i < 5; i++) {
		pass(300 * SECOND);
		tell(OKTA_SESSION_GONE, NULL, 0);
		pass(OKTA_SESSION_AGAIN_MS);
		tell(OKTA_SESSION_GOOD, "00u1", LIFE_S);
	}
	assert_int_equal(gone, 0);
	assert_int_equal(count(), 1);
}

/* Each of what stands in front of that end. */
static void
test_gone_is_not_believed(void **state)
{
	(void)state;
	for (int doubt = 0; doubt < 5; doubt++) {
		log_in_with_session();
		pass(300 * SECOND);
		tell(OKTA_SESSION_GONE, NULL, 0);
		if (doubt == 0)
			parent.loads++;
		else if (doubt == 1)
			parent.session_watch.unread = 1;
		else if (doubt == 2)
			age_s = 3 * POLL_S + 61;
		else if (doubt == 3)
			age_code = OKTA_ABSENT;
		pass(OKTA_SESSION_AGAIN_MS);
		/* 4: it was about to lapse when the answer came. */
		if (doubt == 4)
			clock_ms += (LIFE_S - 309) * SECOND;
		tell(OKTA_SESSION_GONE, NULL, 0);
		assert_int_equal(gone, 0);
		assert_int_equal(count(), 0);
		parent.session_watch.unread = 0;
		age_s = 0;
		age_code = OKTA_OK;
	}
}

static void
test_nothing_but_gone_says_that_it_is(void **state)
{
	static const enum okta_session_result others[] = {OKTA_SESSION_NO,
	    OKTA_SESSION_LATER, OKTA_SESSION_UNSURE, OKTA_SESSION_GOOD};
	const struct session *s = log_in_with_session();
	struct okta_session_job *j;

	(void)state;
	pass(300 * SECOND);
	for (unsigned int i = 0; i < 40 && count() > 0; i++) {
		if (nasked == 0)
			pass(600 * SECOND);
		if (nasked == 0)
			continue;
		if (i % 4 == 3) /* somebody else's */
			tell(OKTA_SESSION_GOOD, "00u2", LIFE_S);
		else
			tell(others[i % 4], NULL, 0);
	}
	/* Nobody refreshed it: it lapses, and the login stays. */
	assert_int_equal(count(), 0);
	assert_int_equal(gone, 0);
	assert_int_equal(s->state, SESSION_OPEN);

	log_in_with_session();
	pass(300 * SECOND);
	j = asked[0].job;
	nasked = 0;
	j->watch.expired(&j->watch);
	assert_int_equal(count(), 1);
	assert_int_equal(gone, 0);
}

static void
test_reload(void **state)
{
	const struct session *s = log_in_with_session();

	(void)state;
	parent.loads++;
	okta_sessions_reloaded(&parent, &before); /* nothing has changed */
	pass(0);
	assert_true(okta_session_is_held(&parent, s->handle));

	conf.okta_sessions = 0; /* off: ended */
	log_in();
	parent.loads++;
	okta_sessions_reloaded(&parent, &before);
	pass(0);
	expect(OKTA_SESSION_END, SID);
	tell(OKTA_SESSION_GOOD, NULL, 0);
	assert_int_equal(count(), 0);
	conf.okta_sessions = 1;

	/* Another org never sees a cookie of this one. */
	log_in_with_session();
	conf.url = (char *)(uintptr_t) "https://b.okta.com";
	okta_sessions_reloaded(&parent, &before);
	pass(3600 * SECOND);
	assert_int_equal(nasked, 0);
	assert_int_equal(count(), 0);
	conf.url = before.url;

	log_in_with_session(); /* nor does OAuth end any */
	conf.okta.mode = CONF_OAUTH;
	okta_sessions_reloaded(&parent, &before);
	assert_int_equal(count(), 0);
	/* One that is being made is given up with its job. */
	conf.okta.mode = CONF_API_TOKEN;
	log_in();
	pass(0);
	nasked = 0;
	conf.url = (char *)(uintptr_t) "https://b.okta.com";
	okta_sessions_reloaded(&parent, &before);
	assert_int_equal(count(), 0);
	assert_int_equal(parent.okta_sessions.jobs, 0);
}

static void
test_child_has_no_id(void **state)
{
	const struct okta_session *one;

	(void)state;
	log_in_with_session();
	okta_sessions_shed(&parent);
	one = TAILQ_FIRST(&parent.okta_sessions.list);
	assert_null(one->value.bytes);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_logout_while_okta_can_not_be_reached),
	    TEST(test_retry_after_is_kept),
	    TEST(test_session_that_is_gone_twice_ends_its_login),
	    TEST(test_gone_once_and_there_again_is_no_end),
	    TEST(test_gone_is_not_believed),
	    TEST(test_nothing_but_gone_says_that_it_is),
	    TEST(test_reload),
	    TEST(test_child_has_no_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
