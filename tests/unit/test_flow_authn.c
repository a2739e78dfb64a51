/*
 * The password login against a fake oktad and a fake oktad-net: whatever comes
 * back, exactly one answer lets somebody in.
 */
#include "authn_side.h"

static void
test_success_of_the_bound_person_is_the_one_way_in(void **state)
{
	struct flow_end end = state_answer(SUCCESS);

	(void)state;
	assert_int_equal(end.verdict, VERDICT_ACCEPT);
	assert_int_equal(end.outcome, OUTCOME_ACCEPTED);
	assert_string_equal(end.factors, "password");
	assert_string_equal(end.okta_request, "req1");
	assert_int_equal(fake.posts, 1);
	assert_int_equal(fake.charges, 1);
	assert_string_equal(fake.rhost, "192.0.2.9");
	end = answer(200, "application/json;charset=UTF-8", SUCCESS);
	assert_int_equal(end.verdict, VERDICT_ACCEPT);
}

/* Of an accepted login, where oktad makes Okta sessions, and never else. */
static void
test_session_token_is_kept_only_for_an_okta_session(void **state)
{
	static const char not_her[] = "{\"status\":\"SUCCESS\"," TOKEN
				      "," USER("00ubob000000000000001") "}";

	(void)state;
	state_answer(SUCCESS);
	assert_string_equal(fake.token, "");
	fake.okta_sessions = 1;
	state_answer(SUCCESS);
	assert_string_equal(fake.token, "20111example");
	denied(state_answer(not_her));
	assert_string_equal(fake.token, "");
	state_answer(SUCCESS);
	denied(run("pw", FACTOR_REQUIRED, ""));
	assert_string_equal(fake.token, "");
	denied(run("pw", FACTOR_OKTA, "may not log in here"));
	assert_string_equal(fake.token, "");
	fake.okta_sessions = 0;
}

static void
test_no_other_state_documented_or_invented_lets_in_T43(void **state)
{
	static const char *const words[] = {"UNAUTHENTICATED", "PASSWORD_WARN",
	    "PASSWORD_EXPIRED", "PASSWORD_RESET", "RECOVERY",
	    "RECOVERY_CHALLENGE", "LOCKED_OUT", "MFA_ENROLL",
	    "MFA_ENROLL_ACTIVATE", "MFA_REQUIRED", "MFA_CHALLENGE",
	    "CONSENT_REQUIRED", "ADMIN_CONSENT_REQUIRED", "DEVICE_ACTIVATE",
	    "PROFILE_REQUIRED", "success", "Success", "SUCCESS ", " SUCCESS",
	    "SUCCES", "SUCCESSS", "SUCCESS\\u0000", "\\u0000SUCCESS",
	    "SUCCESS\\n", "S\\u0055CCESS_", "", "null", "true", "1", "OK",
	    "ACCEPT", "ACTIVE"};
	char body[512], word[64];
	unsigned int n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++, n++) {
		snprintf(body, sizeof(body),
		    "{\"status\":\"%s\"," TOKEN
		    ",\"stateToken\":\"00abc\"," USER(ID) "}",
		    words[i]);
		denied(state_answer(body));
	}
	for (unsigned int i = 0; i < 200; i++, n++) {
		static const char *const parts[] = {
		    "SUCCESS", "MFA", "OK", "PASSWORD", "GRANTED"};

		snprintf(word, sizeof(word), "%s_%s%u", parts[i % 5],
		    parts[i / 5 % 5], i);
		snprintf(body, sizeof(body),
		    "{\"status\":\"%s\"," TOKEN "," USER(ID) "}", word);
		denied(state_answer(body));
	}
	assert_true(n > 230);
	/* An escape that spells the word, is the word. */
	assert_int_equal(state_answer("{\"status\":\"S\\u0055CCESS\"," TOKEN
				      "," USER(ID) "}")
			     .verdict,
	    VERDICT_ACCEPT);
}

static void
test_success_of_somebody_else_is_a_denial_T19(void **state)
{
	static const char *const bodies[] = {
	    "{\"status\":\"SUCCESS\"," TOKEN "," USER("00ubob") "}",
	    "{\"status\":\"SUCCESS\"," TOKEN
	    "," USER("00uALICE0000000000001") "}",
	    "{\"status\":\"SUCCESS\"," TOKEN "," USER(ID "x") "}",
	    "{\"status\":\"SUCCESS\"," TOKEN "," USER("00ualice") "}",
	    "{\"status\":\"SUCCESS\"," TOKEN "," USER("") "}",
	    "{\"status\":\"SUCCESS\"," TOKEN "}",
	    "{\"status\":\"SUCCESS\"," TOKEN ",\"_embedded\":{}}",
	    "{\"status\":\"SUCCESS\"," TOKEN ",\"_embedded\":{\"user\":{}}}",
	    "{\"status\":\"SUCCESS\"," TOKEN ",\"_embedded\":{\"user\":\"" ID
	    "\"}}",
	    "{\"status\":\"SUCCESS\"," TOKEN
	    ",\"_embedded\":{\"user\":{\"id\":[\"" ID "\"]}}}",
	    "{\"status\":\"SUCCESS\"," TOKEN
	    ",\"_embedded\":[{\"user\":{\"id\":\"" ID "\"}}]}",
	    "{\"status\":\"SUCCESS\"," TOKEN ",\"user\":{\"id\":\"" ID "\"}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct flow_end end = state_answer(bodies[i]);

		denied(end);
		assert_int_not_equal(end.outcome, OUTCOME_PROVEN);
	}
	/* In any other state, too, another id proves nothing. */
	assert_int_equal(
	    state_answer("{\"status\":\"MFA_REQUIRED\"," USER("00ubob") "}")
		.outcome,
	    OUTCOME_WRONG);
}

static void
test_200_that_is_no_answer_is_a_denial_T90(void **state)
{
	static const struct {
		uint32_t status;
		const char *type, *body;
	} cases[] = {
	    {200, "text/html", "<html>Log in to the WiFi</html>"},
	    {200, "text/html", SUCCESS},
	    {200, "", SUCCESS},
	    {200, "application/jsonp", SUCCESS},
	    {200, "text/json", SUCCESS},
	    {200, "application/json", ""},
	    {200, "application/json", "{"},
	    {200, "application/json", "null"},
	    {200, "application/json", "[]"},
	    {200, "application/json", "[" SUCCESS "]"},
	    {200, "application/json", "{}"},
	    {200, "application/json", "\"SUCCESS\""},
	    {200, "application/json", SUCCESS "x"},
	    {200, "application/json", SUCCESS SUCCESS},
	    {200, "application/json", "{\"status\":\"SUCCESS\"," USER(ID) "}"},
	    {200, "application/json",
		"{\"status\":\"SUCCESS\",\"sessionToken\":\"\"," USER(ID) "}"},
	    {200, "application/json",
		"{\"status\":\"SUCCESS\",\"sessionToken\":null," USER(ID) "}"},
	    {200, "application/json",
		"{\"status\":\"SUCCESS\",\"sessionToken\":true," USER(ID) "}"},
	    {200, "application/json",
		"{\"status\":[\"SUCCESS\"]," TOKEN "," USER(ID) "}"},
	    {200, "application/json",
		"{\"status\":\"MFA_REQUIRED\",\"status\":"
		"\"SUCCESS\"," TOKEN "," USER(ID) "}"},
	    {200, "application/json",
		"{\"status\":\"SUCCESS\",\"errorCode\":"
		"\"E0000004\"," TOKEN "," USER(ID) "}"},
	    {200, "application/json",
		"{\"errorCode\":\"E0000004\",\"errorSummary\":\"no\"}"},
	    {201, "application/json", SUCCESS},
	    {202, "application/json", SUCCESS},
	    {204, "application/json", SUCCESS},
	    {206, "application/json", SUCCESS},
	    {302, "application/json", SUCCESS},
	    {304, "application/json", SUCCESS},
	    {400, "application/json", SUCCESS},
	    {401, "application/json", SUCCESS},
	    {403, "application/json", SUCCESS},
	    {429, "application/json", SUCCESS},
	    {500, "application/json", SUCCESS},
	    {503, "application/json", SUCCESS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		denied(answer(cases[i].status, cases[i].type, cases[i].body));
}

static void
test_every_error_of_the_first_call_is_told_apart(void **state)
{
	static const struct {
		uint32_t status;
		const char *code;
		enum login_outcome outcome;
		enum verdict_code verdict;
	} cases[] = {
	    {401, "E0000004", OUTCOME_WRONG, VERDICT_DENY},
	    {400, "E0000001", OUTCOME_WRONG, VERDICT_DENY},
	    {400, "E0000003", OUTCOME_WRONG, VERDICT_DENY},
	    {401, "E0000011", OUTCOME_NOT_TRIED, VERDICT_UNAVAIL},
	    {401, "E0000064", OUTCOME_WRONG, VERDICT_DENY},
	    {403, "E0000069", OUTCOME_WRONG, VERDICT_DENY},
	    {403, "E0000119", OUTCOME_WRONG, VERDICT_DENY},
	    {403, "E0000085", OUTCOME_WRONG, VERDICT_DENY},
	    {403, "E0000259", OUTCOME_WRONG, VERDICT_DENY},
	    {401, "E0000207", OUTCOME_WRONG, VERDICT_DENY},
	    {429, "E0000047", OUTCOME_TURNED_AWAY, VERDICT_UNAVAIL},
	    {500, "E0000009", OUTCOME_UNKNOWN, VERDICT_UNAVAIL},
	    {503, "E0000181", OUTCOME_UNKNOWN, VERDICT_UNAVAIL},
	    {504, "E0000241", OUTCOME_UNKNOWN, VERDICT_UNAVAIL},
	    {418, "E9999999", OUTCOME_WRONG, VERDICT_DENY},
	};
	char body[256], reasons[16][1024];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(body, sizeof(body),
		    "{\"errorCode\":\"%s\","
		    "\"errorSummary\":\"summary of %s\"}",
		    cases[i].code, cases[i].code);
		struct flow_end end =
		    answer(cases[i].status, "application/json", body);

		denied(end);
		assert_int_equal(end.outcome, cases[i].outcome);
		assert_int_equal(end.verdict, cases[i].verdict);
		assert_int_equal(fake.posts, 1);
		snprintf(reasons[i], sizeof(reasons[i]), "%s%s", end.reason,
		    end.okta_code);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(reasons[i], reasons[j]);
	}
}

static void
test_states_and_their_reasons_are_told_apart(void **state)
{
	static const struct {
		const char *word;
		enum login_outcome outcome;
	} cases[] = {
	    {"UNAUTHENTICATED", OUTCOME_WRONG},
	    {"PASSWORD_EXPIRED", OUTCOME_PROVEN},
	    {"PASSWORD_RESET", OUTCOME_WRONG},
	    {"RECOVERY", OUTCOME_WRONG},
	    {"LOCKED_OUT", OUTCOME_WRONG},
	    {"MFA_ENROLL", OUTCOME_PROVEN},
	    {"MFA_ENROLL_ACTIVATE", OUTCOME_PROVEN},
	    {"MFA_REQUIRED", OUTCOME_PROVEN},
	    {"SOMETHING_NEW", OUTCOME_WRONG},
	};
	char body[256], reasons[16][1024];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(body, sizeof(body),
		    "{\"status\":\"%s\","
		    "\"stateToken\":\"00abc\"," USER(ID) "}",
		    cases[i].word);
		struct flow_end end = state_answer(body);

		denied(end);
		assert_int_equal(end.outcome, cases[i].outcome);
		/* What is given up, is cancelled at Okta's side. */
		assert_int_equal(fake.cancels, 1);
		snprintf(reasons[i], sizeof(reasons[i]), "%s", end.reason);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(reasons[i], reasons[j]);
	}
}

static void
test_bare_password_is_not_enough_where_a_factor_is_required(void **state)
{
	(void)state;
	state_answer(SUCCESS);
	for (unsigned int factor = 0; factor < 8; factor++) {
		struct flow_end end = run("pw", (enum conf_factor)factor, "");

		if (factor == FACTOR_OKTA) {
			assert_int_equal(end.verdict, VERDICT_ACCEPT);
			continue;
		}
		denied(end);
		assert_int_equal(end.outcome, OUTCOME_UNASKED);
	}
}

static void
test_transport_failures_never_let_in_and_are_never_repeated(void **state)
{
	static const struct {
		uint32_t transport;
		enum login_outcome outcome;
	} cases[] = {
	    {TRANSPORT_OFFLINE, OUTCOME_NOT_TRIED},
	    {TRANSPORT_HELD, OUTCOME_NOT_TRIED},
	    {TRANSPORT_CREDENTIAL, OUTCOME_NOT_TRIED},
	    {TRANSPORT_TLS, OUTCOME_UNKNOWN},
	    {TRANSPORT_TIME, OUTCOME_UNKNOWN},
	    {TRANSPORT_BROKEN, OUTCOME_UNKNOWN},
	    {TRANSPORT_TOO_BIG, OUTCOME_UNKNOWN},
	    {TRANSPORT_REFUSED, OUTCOME_UNKNOWN},
	    {TRANSPORT_PROTOCOL, OUTCOME_UNKNOWN},
	    {99, OUTCOME_UNKNOWN},
	};
	struct flow_end end;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		state_answer(SUCCESS);
		fake.transport = cases[i].transport;
		only.status = 0;
		end = run("pw", FACTOR_OKTA, "");
		denied(end);
		assert_int_equal(end.outcome, cases[i].outcome);
		assert_int_equal(fake.posts, 1);
	}
	state_answer(SUCCESS);
	fake.mode = HANG_UP;
	end = run("pw", FACTOR_OKTA, "");
	denied(end);
	assert_int_equal(end.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(fake.posts, 1);
}

static void
test_without_leave_nothing_is_sent(void **state)
{
	struct flow_end end;

	(void)state;
	state_answer(SUCCESS);
	for (fake.mode = NO_GRANT; fake.mode <= JUNK; fake.mode += 2) {
		end = run("pw", FACTOR_OKTA, "");
		denied(end);
		assert_int_equal(end.outcome, OUTCOME_NOT_TRIED);
		assert_int_equal(fake.posts, 0);
	}
	fake.mode = 0;
	/* A person who may not come in anyway, and an empty password: not even
	 * asked for leave. */
	end = run("pw", FACTOR_OKTA, "is suspended in Okta");
	denied(end);
	assert_int_equal(fake.charges + fake.posts, 0);
	assert_string_equal(end.reason, "is suspended in Okta");
	end = run("", FACTOR_OKTA, "");
	denied(end);
	assert_int_equal(fake.charges + fake.posts, 0);
}

/* Okta gets exactly what was typed, or nothing. */
static void
test_odd_passwords_arrive_as_they_are_T42(void **state)
{
	static const char *const good[] = {" ", "   ", "\"", "\\", "\\\"}",
	    "a\"b\\c/d", "\b\n\r\x7fINCORRECT", "p\xc3\xa4ss", "\xe2\x82\xac",
	    "\xf0\x9f\x94\x91", "\t", "\x01\x1f", "','x':'y", "{}", "%s%n",
	    "</script>"};
	static const char *const bad[] = {"\xff", "\xc3", "\xc0\xaf", "a\x80",
	    "\xed\xa0\x80", "\xf5\x80\x80\x80"};
	struct json_object *doc;
	struct error e;
	char text[256], user[256];

	(void)state;
	state_answer(SUCCESS);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(
		    run(good[i], FACTOR_OKTA, "").verdict, VERDICT_ACCEPT);
		assert_int_equal(
		    json_parse(fake.sent, strlen(fake.sent), "", &doc, &e), 0);
		assert_int_equal(
		    json_get_string(doc, "password", text, sizeof(text)), 1);
		assert_string_equal(text, good[i]);
		assert_int_equal(
		    json_get_string(doc, "username", user, sizeof(user)), 1);
		assert_string_equal(user, "alice@example.com");
		assert_int_equal(json_object_object_length(doc), 3);
		json_free(doc);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		denied(run(bad[i], FACTOR_OKTA, ""));
		assert_int_equal(fake.posts, 0);
	}
}

static void
test_only_known_flows_exist_and_each_names_its_one_way_in(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 64; i++) {
		const struct flow *f = flow_find((enum conf_flow)i);

		unsigned int accepting = 0;

		if (i != FLOW_AUTHN && i != FLOW_DIRECT && i != FLOW_DEVICE) {
			assert_null(f);
			continue;
		}
		assert_non_null(f->accepts);
		assert_non_null(f->run);
		for (size_t k = 0; k < f->nstates; k++)
			accepting += f->states[k].edge == FLOW_ACCEPT;
		assert_int_equal(accepting, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_success_of_the_bound_person_is_the_one_way_in),
	    cmocka_unit_test(
		test_no_other_state_documented_or_invented_lets_in_T43),
	    cmocka_unit_test(
		test_session_token_is_kept_only_for_an_okta_session),
	    cmocka_unit_test(test_success_of_somebody_else_is_a_denial_T19),
	    cmocka_unit_test(test_200_that_is_no_answer_is_a_denial_T90),
	    cmocka_unit_test(test_every_error_of_the_first_call_is_told_apart),
	    cmocka_unit_test(test_states_and_their_reasons_are_told_apart),
	    cmocka_unit_test(
		test_bare_password_is_not_enough_where_a_factor_is_required),
	    cmocka_unit_test(
		test_transport_failures_never_let_in_and_are_never_repeated),
	    cmocka_unit_test(test_without_leave_nothing_is_sent),
	    cmocka_unit_test(test_odd_passwords_arrive_as_they_are_T42),
	    cmocka_unit_test(
		test_only_known_flows_exist_and_each_names_its_one_way_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
