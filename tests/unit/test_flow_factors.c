/* The kinds of factors: what is asked, what is sent, what it costs. */
#include "authn_side.h"

#define TOTP                                                                 \
	"{\"status\":\"MFA_REQUIRED\",\"stateToken\":\"00a\",\"_embedded\""  \
	":{\"user\":{\"id\":\"" ID "\"},\"policy\":{\"allowRememberDevice\"" \
	":true},\"factors\":[{\"id\":\"ost1\",\"factorType\":"               \
	"\"token:software:totp\",\"provider\":\"OKTA\"}]}}"
#define PUSH                                                                \
	"{\"status\":\"MFA_REQUIRED\",\"stateToken\":\"00a\",\"_embedded\"" \
	":{\"user\":{\"id\":\"" ID "\"},\"factors\":[{\"id\":\"opf1\","     \
	"\"factorType\":\"push\",\"provider\":\"OKTA\",\"profile\":{"       \
	"\"name\":\"A\\u001b[2J\\nphone\"}}]}}"
#define WAITING(more)                                                        \
	"{\"status\":\"MFA_CHALLENGE\",\"stateToken\":\"00a\","              \
	"\"factorResult\":\"WAITING\",\"_embedded\":{\"user\":{\"id\":\"" ID \
	"\"}" more "}}"
#define RESULT(word)                                            \
	"{\"status\":\"MFA_CHALLENGE\",\"stateToken\":\"00a\"," \
	"\"factorResult\":\"" word "\"," USER(ID) "}"
#define NUMBER                                                            \
	",\"factor\":{\"_embedded\":{\"challenge\":{\"correctAnswer\":92" \
	"}}}"
#define ERROR(code) "{\"errorCode\":\"" code "\",\"errorSummary\":\"told\"}"

static struct flow_end
go(const struct reply *replies, size_t n, const char *const *answers)
{
	fake.replies = replies;
	fake.nreplies = n;
	fake.answers = answers;
	fake.mode = 0;
	fake.transport = TRANSPORT_OK;
	fake.type = "application/json";
	return run("pw", FACTOR_REQUIRED, "");
}

#define GO(replies, ...)                                    \
	go(replies, sizeof(replies) / sizeof((replies)[0]), \
	    (const char *const[PROMPTS]){__VA_ARGS__})

/* Forty things to type at the prompt for a code; what is none is not sent. */
static void
test_only_codes_of_six_to_eight_digits_are_sent_T103(void **state)
{
	static const struct {
		const char *typed, *sent;
	} cases[] = {{"123456", "123456"}, {"1234567", "1234567"},
	    {"12345678", "12345678"}, {"000000", "000000"},
	    {"012345", "012345"}, {" 123456", "123456"}, {"123456 ", "123456"},
	    {"  123456   ", "123456"}, {"", NULL}, {" ", NULL}, {"1", NULL},
	    {"12345", NULL}, {"123456789", NULL}, {"123 456", NULL},
	    {"123-456", NULL}, {"1234567890123456", NULL}, {"abcdef", NULL},
	    {"12345a", NULL}, {"+123456", NULL}, {"-12345", NULL},
	    {"0x1234", NULL}, {"1e5000", NULL}, {"123456.", NULL},
	    {".123456", NULL}, {"123,456", NULL}, {"\t123456", NULL},
	    {"123456\t", NULL}, {"123456\n", NULL}, {"\"123456", NULL},
	    {"123456\"", NULL},
	    {"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94\xef\xbc\x95"
	     "\xef\xbc\x96",
		NULL},
	    {"\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6", NULL},
	    {"123\xc2\xa0"
	     "456",
		NULL},
	    {"123\xe2\x80\x8b"
	     "456",
		NULL},
	    {"\xff\xff\xff\xff\xff\xff", NULL}, {"123456\x01", NULL},
	    {"password", NULL}, {"push", NULL}, {"'123456'", NULL},
	    {"{123456}", NULL}};
	static const struct reply replies[] = {{200, TOTP}, {200, SUCCESS}};
	char want[64];

	(void)state;
	assert_int_equal(sizeof(cases) / sizeof(cases[0]), 40);
	for (size_t i = 0; i < 40; i++) {
		struct flow_end end = GO(replies, cases[i].typed);

		assert_int_equal(fake.kinds[0], PROMPT_ECHO);
		if (cases[i].sent == NULL) {
			denied(end);
			assert_int_equal(fake.nrequests, 1);
			continue;
		}
		assert_int_equal(end.verdict, VERDICT_ACCEPT);
		assert_string_equal(end.factors, "password totp");
		snprintf(
		    want, sizeof(want), "\"passCode\":\"%s\"", cases[i].sent);
		assert_non_null(strstr(fake.bodies[1], want));
	}
}

static void
test_each_wrong_code_needs_leave_of_its_own_and_three_are_all(void **state)
{
	static const struct reply replies[] = {{200, TOTP},
	    {403, ERROR("E0000068")}, {403, ERROR("E0000082")},
	    {403, ERROR("E0000083")}, {200, SUCCESS}};
	struct flow_end end =
	    GO(replies, "111111", "222222", "333333", "444444");

	(void)state;
	denied(end);
	assert_int_equal(end.outcome, OUTCOME_FACTOR);
	assert_int_equal(fake.nrequests, 4);
	assert_int_equal(fake.charges, 3);
	assert_int_equal(fake.agains, 2);
	assert_int_equal(fake.cancels, 1);
	assert_non_null(strstr(fake.prompts[1], "not right"));
	/* Given up after a wrong one, or no leave for another: it counts. */
	end = GO(replies, "111111", NULL);
	denied(end);
	assert_int_equal(end.outcome, OUTCOME_FACTOR);
	fake.no_again = "too many wrong passwords";
	end = GO(replies, "111111", "222222");
	fake.no_again = NULL;
	denied(end);
	assert_int_equal(fake.nrequests, 2);
	assert_string_equal(end.reason, "too many wrong passwords");
	/* Given up before anything was sent: it costs nothing. */
	end = GO(replies, NULL);
	assert_int_equal(end.outcome, OUTCOME_PROVEN);
}

static void
test_password_is_never_sent_as_a_factor_T30(void **state)
{
	static const struct reply replies[] = {{200, TOTP}, {200, SUCCESS}};
	struct flow_end end = GO(replies, "pw");

	(void)state;
	denied(end);
	assert_int_equal(fake.nrequests, 1);
	assert_non_null(strstr(end.reason, "KbdInteractiveAuthentication"));
}

static void
test_push_needs_leave_first_and_a_no_is_told(void **state)
{
	static const struct reply no[] = {
	    {200, PUSH}, {200, WAITING("")}, {200, RESULT("REJECTED")}};
	/* `factors` with one of them, as Okta's own fixtures have it. */
	static const struct reply old[] = {{200, PUSH}, {200, WAITING("")},
	    {200,
		"{\"status\":\"MFA_CHALLENGE\",\"stateToken\":\"00a\","
		"\"factorResult\":\"REJECTED\",\"_embedded\":{\"user\":{"
		"\"id\":\"" ID "\"},\"factors\":{\"id\":\"opf1\","
		"\"factorType\":\"push\",\"provider\":\"OKTA\"}}}"}};
	static const struct reply yes[] = {{200, PUSH}, {200, WAITING("")},
	    {200, WAITING("")}, {200, SUCCESS}};
	struct flow_end end = GO(no, NULL);

	(void)state;
	denied(end);
	assert_int_equal(end.outcome, OUTCOME_SAID_NO);
	assert_int_equal(fake.sends, 1);
	end = GO(old, NULL);
	denied(end);
	assert_int_equal(end.outcome, OUTCOME_SAID_NO);
	end = GO(yes, NULL);
	assert_int_equal(end.verdict, VERDICT_ACCEPT);
	assert_string_equal(end.factors, "password push");
	assert_int_equal(fake.nprompts, 0);
	assert_int_equal(fake.ninfos, 1);
	fake.no_send = "3 push requests were sent";
	end = GO(yes, NULL);
	fake.no_send = NULL;
	denied(end);
	assert_int_equal(fake.nrequests, 1);
	assert_int_equal(end.outcome, OUTCOME_PROVEN);
}

static void
test_number_to_tap_stands_in_one_answered_prompt_T31(void **state)
{
	static const struct reply replies[] = {{200, PUSH}, {200, WAITING("")},
	    {200, WAITING(NUMBER)}, {200, WAITING(NUMBER)}, {200, SUCCESS}};
	struct flow_end end = GO(replies, "");

	(void)state;
	assert_int_equal(end.verdict, VERDICT_ACCEPT);
	assert_int_equal(fake.nprompts, 1);
	assert_int_equal(fake.kinds[0], PROMPT_ECHO);
	assert_non_null(strstr(fake.prompts[0], "Tap 92 "));
	end = GO(replies, NULL);
	denied(end);
	assert_int_equal(fake.nrequests, 3);
}

/* A factor that `factors` does not name is not offered, nor one that a
 * terminal can not ask for. */
static void
test_only_factors_of_the_service_are_offered(void **state)
{
	static const struct reply replies[] = {{200, TOTP}, {200, SUCCESS}};
	struct flow_end end;

	(void)state;
	fake.factors = "push sms";
	end = GO(replies, "123456");
	fake.factors = NULL;
	denied(end);
	assert_int_equal(end.outcome, OUTCOME_PROVEN);
	assert_int_equal(fake.nprompts + fake.nrequests, 1);
}

static void
test_device_goes_with_a_trusted_application_alone(void **state)
{
	static const struct reply replies[] = {{200, TOTP}, {200, SUCCESS}};
	struct flow_end end;

	(void)state;
	end = GO(replies, "123456");
	assert_int_equal(end.verdict, VERDICT_ACCEPT);
	assert_null(strstr(fake.sent, "deviceToken"));
	assert_string_equal(fake.paths[1], "/api/v1/authn/factors/ost1/verify");
	strcpy(fake.device, "0123456789abcdef0123456789abcdef");
	end = GO(replies, "123456");
	fake.device[0] = '\0';
	assert_int_equal(end.verdict, VERDICT_ACCEPT);
	assert_non_null(strstr(fake.sent,
	    "\"context\":{\"deviceToken\":"
	    "\"0123456789abcdef0123456789abcdef\"}"));
	assert_string_equal(fake.paths[1],
	    "/api/v1/authn/factors/ost1/verify?rememberDevice=true");
}

/* Locked by wrong codes: told, with where to go, and charged. */
static void
test_refusals_after_the_password_are_told_apart(void **state)
{
	static const struct {
		uint32_t status;
		const char *body;
		enum login_outcome outcome;
		enum verdict_code verdict;
	} cases[] = {
	    {403, ERROR("E0000069"), OUTCOME_FACTOR, VERDICT_DENY},
	    {401, ERROR("E0000011"), OUTCOME_FACTOR, VERDICT_DENY},
	    {403, ERROR("E0000079"), OUTCOME_FACTOR, VERDICT_DENY},
	    {403, ERROR("E0000073"), OUTCOME_SAID_NO, VERDICT_DENY},
	    {429, ERROR("E0000047"), OUTCOME_TURNED_AWAY, VERDICT_UNAVAIL},
	    {500, ERROR("E0000009"), OUTCOME_UNKNOWN, VERDICT_UNAVAIL},
	    {200, "<html>", OUTCOME_UNKNOWN, VERDICT_UNAVAIL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct reply replies[] = {{200, TOTP},
		    {cases[i].status, cases[i].body}, {200, SUCCESS}};
		struct flow_end end = GO(replies, "123456");

		denied(end);
		assert_true(end.is_late);
		assert_int_equal(end.outcome, cases[i].outcome);
		assert_int_equal(end.verdict, cases[i].verdict);
		assert_int_equal(fake.nrequests, 2);
	}
}

/* With factor = required and no factor the login can not succeed: the password
 * of a person without one is not changed for nothing. */
static void
test_expired_password_is_not_changed_in_vain(void **state)
{
	static const struct reply replies[] = {
	    {200,
		"{\"status\":\"PASSWORD_EXPIRED\",\"stateToken\":\"00a\"," USER(
		    ID) ",\"_links\":{\"next\":{\"name\":\"changePassword\","
			"\"href\":\"https://acme.okta.com/api/v1/authn/"
			"credentials/change_password\"}}}"},
	    {200, SUCCESS}};
	struct flow_end end = GO(replies, "Newer-1", "Newer-1");

	(void)state;
	denied(end);
	assert_int_equal(fake.nrequests, 1);
	assert_int_equal(fake.nprompts, 0);
	fake.answers = (const char *const[PROMPTS]){"Newer-1", "Newer-1"};
	assert_int_equal(run("pw", FACTOR_OKTA, "").verdict, VERDICT_ACCEPT);
	assert_non_null(strstr(fake.bodies[1], "\"oldPassword\":\"pw\""));
	assert_non_null(strstr(fake.bodies[1], "\"newPassword\":\"Newer-1\""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_only_codes_of_six_to_eight_digits_are_sent_T103),
	    cmocka_unit_test(
		test_each_wrong_code_needs_leave_of_its_own_and_three_are_all),
	    cmocka_unit_test(test_password_is_never_sent_as_a_factor_T30),
	    cmocka_unit_test(test_push_needs_leave_first_and_a_no_is_told),
	    cmocka_unit_test(
		test_number_to_tap_stands_in_one_answered_prompt_T31),
	    cmocka_unit_test(test_only_factors_of_the_service_are_offered),
	    cmocka_unit_test(test_device_goes_with_a_trusted_application_alone),
	    cmocka_unit_test(test_refusals_after_the_password_are_told_apart),
	    cmocka_unit_test(test_expired_password_is_not_changed_in_vain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
