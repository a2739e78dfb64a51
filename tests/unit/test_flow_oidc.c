/*
 * The flows by an OIDC app, and the Factors API: at every step every state of
 * the flow's table, every other documented word and 200 invented answers. It
 * lets in only where the table compiled into oktad-login says so (T19, T43,
 * T90).
 */
#include "oidc_side.h"

#include <stdlib.h>

#define MFA "{\"error\":\"mfa_required\",\"mfa_token\":\"t1\"}"
#define OOB                                                                  \
	"{\"challenge_type\":\"http://auth0.com/oauth/grant-type/mfa-oob\"," \
	"\"oob_code\":\"c\",\"channel\":\"push\",\"binding_method\":"        \
	"\"transfer\",\"binding_code\":\"95\",\"interval\":1}"
#define PRIMARY                                                        \
	"{\"oob_code\":\"c\",\"channel\":\"push\",\"binding_method\":" \
	"\"transfer\",\"binding_code\":\"95\",\"interval\":1}"
#define DEVICE                                               \
	"{\"device_code\":\"d\",\"user_code\":\"ABCDEFGH\"," \
	"\"verification_uri\":\"https://acme.okta.com/activate\",\"interval\":1}"
#define TWO "[\"pwd\",\"otp\",\"mfa\"]"
#define FACTOR(type)                                     \
	"[{\"id\":\"ost1\",\"factorType\":\"" type "\"," \
	"\"status\":\"ACTIVE\"}]"
#define TOTP FACTOR("token:software:totp")
#define SMS FACTOR("sms")
#define PUSH FACTOR("push")
#define WAITING                                                \
	"{\"factorResult\":\"WAITING\",\"_links\":{\"poll\":{" \
	"\"href\":\"https://acme.okta.com/t/v2mst.1\"}}}"
#define NUMBER                                                 \
	"{\"factorResult\":\"WAITING\",\"_links\":{\"poll\":{" \
	"\"href\":\"https://acme.okta.com/t/v2mst.1\"}},"      \
	"\"_embedded\":{\"challenge\":{\"correctAnswer\":92}}}"
#define FACTORS "/api/v1/users/" ID "/factors "
#define VERIFY "/api/v1/users/" ID "/factors/ost1/verify "
#define POLL "/api/v1/users/" ID "/factors/ost1/transactions/v2mst.1 "

/* A way to one step: the good answers before it, and how it is walked. */
struct walk {
	const char *name;
	const struct flow *(*flow)(void);
	uint16_t op;
	const char *factors, *answer;
	struct scripted before[2];
	size_t nbefore;
	int is_last; /* the flow's accepting answer is a yes here: of the other
			endpoints none is */
	const char *paths;
};

static const struct flow *
direct(void)
{
	return flow_find(FLOW_DIRECT);
}

static const struct flow *
device(void)
{
	return flow_find(FLOW_DEVICE);
}

static const struct flow *
second(void)
{
	const struct slice_person p = {.flow = FLOW_DIRECT};

	return flow_find_second(&p);
}

static const struct flow *
factors_api(void)
{
	const struct slice_person p = {.flow = FLOW_AUTHN, .factors_api = 1};

	return flow_find_second(&p);
}

static const struct walk walks[] = {
    {"password", direct, OP_LOGIN, "totp", "123456", {{0, ""}}, 0, 1,
	"/oauth2/v1/token "},
    {"mfa-otp", direct, OP_LOGIN, "totp", "123456", {{403, MFA}}, 1, 1,
	"/oauth2/v1/token /oauth2/v1/token "},
    {"challenge", direct, OP_LOGIN, "push", "", {{403, MFA}}, 1, 0,
	"/oauth2/v1/token /oauth2/v1/challenge "},
    {"mfa-oob", direct, OP_LOGIN, "push", "", {{403, MFA}, {200, OOB}}, 2, 1,
	"/oauth2/v1/token /oauth2/v1/challenge /oauth2/v1/token "},
    {"otp", second, OP_SECOND_FACTOR, "totp", "123456", {{0, ""}}, 0, 1,
	"/oauth2/v1/token "},
    {"primary", second, OP_SECOND_FACTOR, "push", "", {{0, ""}}, 0, 0,
	"/oauth2/v1/primary-authenticate "},
    {"oob", second, OP_SECOND_FACTOR, "push", "", {{200, PRIMARY}}, 1, 1,
	"/oauth2/v1/primary-authenticate /oauth2/v1/token "},
    {"authorize", device, OP_LOGIN, "push", "", {{0, ""}}, 0, 0,
	"/oauth2/v1/device/authorize "},
    {"device_code", device, OP_LOGIN, "push", "", {{200, DEVICE}}, 1, 1,
	"/oauth2/v1/device/authorize /oauth2/v1/token "},
    {"list", factors_api, OP_SECOND_FACTOR, "totp", "123456", {{0, ""}}, 0, 0,
	FACTORS},
    {"code", factors_api, OP_SECOND_FACTOR, "totp", "123456", {{200, TOTP}}, 1,
	1, FACTORS VERIFY},
    {"sms sent", factors_api, OP_SECOND_FACTOR, "sms", "123456", {{200, SMS}},
	1, 0, FACTORS VERIFY},
    {"sms code", factors_api, OP_SECOND_FACTOR, "sms", "123456",
	{{200, SMS}, {200, "{\"factorResult\":\"CHALLENGE\"}"}}, 2, 1,
	FACTORS VERIFY VERIFY},
    {"push sent", factors_api, OP_SECOND_FACTOR, "push", "", {{200, PUSH}}, 1,
	0, FACTORS VERIFY},
    {"push asked about", factors_api, OP_SECOND_FACTOR, "push", "",
	{{200, PUSH}, {201, WAITING}}, 2, 1, FACTORS VERIFY POLL},
};
enum { WALKS = sizeof(walks) / sizeof(walks[0]) };

static struct flow_end
walk(const struct walk *w, uint32_t status, const char *body,
    enum conf_factor factor)
{
	fake.nscript = 0;
	for (size_t i = 0; i < w->nbefore; i++)
		fake.script[fake.nscript++] = w->before[i];
	fake.script[fake.nscript++] = (struct scripted){status, body};
	return fake_run(w->flow(), w->op, w->factors, factor, w->answer, 5000);
}

static int
is_factors(const struct walk *w)
{
	return w->flow() == factors_api();
}

/* What says word in that flow: an answer of the kind that the table's word
 * means. */
static const char *
saying(const struct walk *w, const char *word)
{
	static char body[256];

	if (!is_factors(w) && strcmp(word, "id_token") == 0)
		return fake_tokens(ID, TWO);
	snprintf(body, sizeof(body),
	    is_factors(w) ? "{\"factorResult\":\"%s\",\"status\":\"SUCCESS\"}"
			  : "{\"error\":\"%s\",\"status\":\"SUCCESS\","
			    "\"error_description\":\"d\"}",
	    word);
	return body;
}

/* The word of the flow's one accepting state. */
static const char *
yes_of(const struct flow *f)
{
	const char *word = NULL;

	for (size_t i = 0; i < f->nstates; i++) {
		if (f->states[i].edge != FLOW_ACCEPT)
			continue;
		assert_null(word);
		word = f->states[i].word;
	}
	assert_non_null(word);
	return word;
}

static void
denied(const struct walk *w, const struct flow_end *end, uint32_t status,
    const char *body)
{
	if (end->verdict == VERDICT_ACCEPT || end->outcome == OUTCOME_ACCEPTED)
		fail_msg("%s let in by %u %s", w->name, status, body);
	if (end->reason[0] == '\0')
		fail_msg("%s: no reason at %u %s", w->name, status, body);
	/* Nothing but what a first proof was accepted for, is told. */
	if (end->text != NULL && !end->is_late)
		fail_msg("%s tells \"%s\"", w->name, end->text);
}

static void
test_accepting_state_lets_in_at_the_last_step_and_nowhere_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < WALKS; i++) {
		const char *body = saying(&walks[i], yes_of(walks[i].flow()));
		struct flow_end end = walk(&walks[i], 200, body, FACTOR_OKTA);

		if (walks[i].is_last) {
			if (end.verdict != VERDICT_ACCEPT)
				fail_msg("%s: %s", walks[i].name, end.reason);
			assert_int_equal(end.outcome, OUTCOME_ACCEPTED);
			assert_string_equal(end.reason, "");
		} else {
			denied(&walks[i], &end, 200, body);
		}
		/* As few requests as the protocol has, and one charge. */
		assert_string_equal(fake.paths, walks[i].paths);
		assert_int_equal(fake.charges, 1);
	}
}

static void
test_token_of_somebody_else_is_never_a_yes_T19(void **state)
{
	static const char *const others[] = {
	    "00ubob000000000000001", "00u", ID "x", "00UALICE0000000000001"};

	(void)state;
	for (size_t i = 0; i < WALKS; i++)
		for (size_t j = 0; j < 4; j++) {
			struct flow_end end = walk(&walks[i], 200,
			    fake_tokens(others[j], TWO), FACTOR_OKTA);

			denied(&walks[i], &end, 200, others[j]);
			assert_true(is_factors(&walks[i]) || end.text == NULL);
		}
}

static void
test_amr_must_show_what_the_service_demands(void **state)
{
	(void)state;
	for (size_t i = 0; i < WALKS; i++) {
		const struct walk *w = &walks[i];
		struct flow_end end;

		if (!w->is_last || is_factors(w))
			continue;
		end =
		    walk(w, 200, fake_tokens(ID, "[\"pwd\"]"), FACTOR_REQUIRED);
		denied(w, &end, 200, "amr pwd");
		end = walk(w, 200, fake_tokens(ID, "[]"), FACTOR_REQUIRED);
		denied(w, &end, 200, "amr []");
		end = walk(w, 200, fake_tokens(ID, TWO), FACTOR_REQUIRED);
		/* The password's own answer: no factor was given here. */
		if (strcmp(w->name, "password") == 0)
			denied(w, &end, 200, "amr of two");
		else
			assert_int_equal(end.verdict, VERDICT_ACCEPT);
	}
}

/* What the documents have besides the table's words: of OAuth and OpenID
 * Connect, and of the Factors API. */
static const char *const documented[] = {"invalid_request", "invalid_scope",
    "unauthorized_client", "unsupported_grant_type", "server_error",
    "temporarily_unavailable", "use_dpop_nonce", "invalid_dpop_proof",
    "consent_required", "login_required", "CANCELLED", "ERROR", "EXPIRED",
    "PASSCODE_REPLAYED", "TIME_WINDOW_EXCEEDED", "success", "SUCCESS ",
    "Success", "NEW"};

/* One word at one step, with every status that it could come with. */
static void
check(const struct walk *w, const char *word, enum flow_edge edge)
{
	static const uint32_t statuses[] = {200, 201, 400, 401, 403, 429, 500};

	for (size_t s = 0; s < sizeof(statuses) / sizeof(statuses[0]); s++) {
		const char *body = saying(w, word);
		struct flow_end end = walk(w, statuses[s], body, FACTOR_OKTA);

		if (w->is_last && edge == FLOW_ACCEPT && statuses[s] == 200)
			assert_int_equal(end.verdict, VERDICT_ACCEPT);
		else
			denied(w, &end, statuses[s], body);
	}
}

static void
test_states_of_the_table_at_every_step_T43(void **state)
{
	(void)state;
	for (size_t i = 0; i < WALKS; i++) {
		const struct flow *f = walks[i].flow();

		for (size_t k = 0; k < f->nstates; k++)
			check(&walks[i], f->states[k].word, f->states[k].edge);
		for (size_t k = 0;
		     k < sizeof(documented) / sizeof(documented[0]); k++)
			check(&walks[i], documented[k], FLOW_DENY);
	}
}

static void
test_two_hundred_invented_answers_do_not_let_in_T43_T90(void **state)
{
	static const char *const keys[] = {"status", "error", "result",
	    "factorresult", "token_type", "id_token", "sub", "active"};
	static const char *const values[] = {"\"SUCCESS\"", "\"ok\"", "true",
	    "1", "null", "{}", "[]", "\"" ID "\"", "\"authorized\"",
	    "\"Bearer\""};
	char body[512];

	(void)state;
	srand(20261126);
	for (size_t i = 0; i < WALKS; i++)
		for (int n = 0; n < 200; n++) {
			uint32_t status =
			    n % 3 == 0 ? 200 : 100 + (uint32_t)(rand() % 500);
			struct flow_end end;

			snprintf(body, sizeof(body), "{\"%s\":%s,\"x%d\":%s}",
			    keys[rand() % 8], values[rand() % 10], n,
			    values[rand() % 10]);
			if (n % 17 == 0)
				body[rand() % (int)strlen(body)] = '\0';
			end = walk(&walks[i], status, body, FACTOR_OKTA);
			denied(&walks[i], &end, status, body);
		}
}

static void
test_connection_that_breaks_at_any_step_is_a_denial(void **state)
{
	(void)state;
	for (size_t i = 0; i < WALKS; i++) {
		struct flow_end end = walk(&walks[i], 0, "", FACTOR_OKTA);

		denied(&walks[i], &end, 0, "");
		assert_int_equal(end.verdict, VERDICT_UNAVAIL);
		/* Okta may have looked at it: it stays charged. */
		assert_int_equal(end.outcome, OUTCOME_UNKNOWN);
		/* The push is taken back. */
		assert_string_equal(fake.paths,
		    walks[i].before[1].body == NULL ||
			    strcmp(walks[i].before[1].body, WAITING) != 0
			? walks[i].paths
			: FACTORS VERIFY POLL POLL);
	}
}

static void
test_factors_api_says_yes_with_one_status_and_no_error(void **state)
{
	static const char yes[] = "{\"factorResult\":\"SUCCESS\"}",
			  both[] = "{\"factorResult\":\"SUCCESS\","
				   "\"errorCode\":\"E0000068\"}";
	struct flow_end end;

	(void)state;
	for (size_t i = 0; i < WALKS; i++) {
		const struct walk *w = &walks[i];

		if (!is_factors(w) || !w->is_last)
			continue;
		end = walk(w, 200, yes, FACTOR_REQUIRED);
		assert_int_equal(end.verdict, VERDICT_ACCEPT);
		for (uint32_t status = 201; status < 600; status++) {
			end = walk(w, status, yes, FACTOR_OKTA);
			denied(w, &end, status, yes);
		}
		end = walk(w, 200, both, FACTOR_OKTA);
		denied(w, &end, 200, both);
	}
}

/* A push that nobody waits for any more, is taken back, once, whatever made the
 * login end and whatever Okta says to it; one that was answered is not (T32).
 */
static void
test_push_of_a_login_that_ends_is_taken_back_T32(void **state)
{
	static const struct {
		const char *begun, *answer;
		int wait;
		uint32_t poll; /* 0: not asked about */
		const char *said;
	} cases[] = {
	    {WAITING, "", OKTA_CLOSED, 0, NULL},
	    {WAITING, "", OKTA_TIME, 0, NULL},
	    {NUMBER, NULL, OKTA_OK, 0, NULL},
	    {WAITING, "", OKTA_OK, 500, "{}"},
	    {WAITING, "", OKTA_OK, 200, "<html>"},
	    {WAITING, "", OKTA_OK, 200, "{\"factorResult\":\"REJECTED\"}"},
	    {WAITING, "", OKTA_OK, 200, "{\"factorResult\":\"TIMEOUT\"}"},
	    {WAITING, "", OKTA_OK, 200, "{\"factorResult\":\"SUCCESS\"}"},
	};
	static const uint32_t to_cancel[] = {204, 200, 404, 500, 0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t k = 0; k < sizeof(to_cancel) / sizeof(*to_cancel);
		     k++) {
			int is_answered = i >= 5, is_yes = i == 7;
			struct flow_end end;

			fake.nscript = 0;
			fake.script[fake.nscript++] =
			    (struct scripted){200, PUSH};
			fake.script[fake.nscript++] =
			    (struct scripted){201, cases[i].begun};
			if (cases[i].poll != 0)
				fake.script[fake.nscript++] = (struct scripted){
				    cases[i].poll, cases[i].said};
			fake.script[fake.nscript++] =
			    (struct scripted){to_cancel[k], ""};
			fake.wait = cases[i].wait;
			end = fake_run(factors_api(), OP_SECOND_FACTOR, "push",
			    FACTOR_REQUIRED, cases[i].answer, 5000);
			fake.wait = OKTA_OK;
			assert_int_equal(end.verdict == VERDICT_ACCEPT, is_yes);
			assert_string_equal(
			    fake.net.method, is_answered ? "GET" : "DELETE");
			assert_int_equal(fake.net.len, 0);
			assert_string_equal(fake.paths,
			    cases[i].poll != 0 && !is_answered
				? FACTORS VERIFY POLL POLL
				: FACTORS VERIFY POLL);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_accepting_state_lets_in_at_the_last_step_and_nowhere_else),
	    cmocka_unit_test(test_token_of_somebody_else_is_never_a_yes_T19),
	    cmocka_unit_test(test_amr_must_show_what_the_service_demands),
	    cmocka_unit_test(test_states_of_the_table_at_every_step_T43),
	    cmocka_unit_test(
		test_two_hundred_invented_answers_do_not_let_in_T43_T90),
	    cmocka_unit_test(
		test_connection_that_breaks_at_any_step_is_a_denial),
	    cmocka_unit_test(
		test_factors_api_says_yes_with_one_status_and_no_error),
	    cmocka_unit_test(test_push_of_a_login_that_ends_is_taken_back_T32),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
