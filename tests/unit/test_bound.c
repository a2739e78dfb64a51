/* What a login may have sent: its own person's, of our forms, so often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bound.h"

#define ID "00ualice0000000000001"
#define LOGIN "al\"i/ce+x@b.example"
#define LOGIN_JSON "al\\\"i\\/ce+x@b.example"
#define LOGIN_FORM "al%22i%2Fce%2Bx%40b.example"
#define AUTHN "/api/v1/authn"
#define VERIFY AUTHN "/factors/opf1/verify"
#define USERS "/api/v1/users/"
#define TOKEN "/oauth2/v1/token"
#define CUSTOM "/oauth2/aus1/v1/token"
#define CHALLENGE "/oauth2/v1/challenge"
#define PRIMARY "/oauth2/v1/primary-authenticate"
#define DEVICE "/oauth2/v1/device/authorize"
#define OPTIONS ",\"options\":{\"warnBeforePasswordExpired\":true}"
#define OTP "urn%3Aokta%3Aparams%3Aoauth%3Agrant-type%3Aotp"
#define OOB "urn%3Aokta%3Aparams%3Aoauth%3Agrant-type%3Aoob"
#define MFA_OTP "http%3A%2F%2Fauth0.com%2Foauth%2Fgrant-type%2Fmfa-otp"
#define MFA_OOB "http%3A%2F%2Fauth0.com%2Foauth%2Fgrant-type%2Fmfa-oob"
#define DEVICE_CODE "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
#define SCOPE "&scope=openid"

#define STATE "{\"stateToken\":\"00st\\/a.te-_~\"}"
#define TRANSACTION USERS ID "/factors/opf1/transactions/v2mst.a"

struct row {
	const char *path, *body;
};

static void
begin(struct bound *b)
{
	*b = (struct bound){.id = ID, .login = LOGIN};
}

/* A login that has got a token of each kind. */
static void
begin_with_tokens(struct bound *b)
{
	static const char answers[] =
	    "{\"status\":\"X\",\"stateToken\":\"00st/a.te-_~\"}"
	    "{\"mfa_token\" :\n \"mf+a\"}{\"oob_code\":\"oo=b\"}"
	    "{\"device_code\":\"dev\"}";

	begin(b);
	bound_learn(b, answers, strlen(answers));
}

static const char *
judge(struct bound *b, const char *path, const char *body)
{
	int is_form = strncmp(path, "/oauth2/", 8) == 0;
	int is_user = strncmp(path, USERS, sizeof(USERS) - 1) == 0;
	const struct route_request r = {.role = ROLE_LOGIN,
	    .method = body == NULL ? "GET" : "POST",
	    .path = path,
	    .content = is_form ? HTTP_FORM : HTTP_JSON,
	    .credential = is_form ? HTTP_CLIENT
		: is_user	  ? HTTP_ADMIN
				  : HTTP_ANONYMOUS,
	    .has_body = body != NULL};
	const struct route *route = route_find(&r);

	if (route == NULL)
		return "no route";
	return bound_refusal(
	    b, route, path, body, body != NULL ? strlen(body) : 0);
}

static void
check(const struct row *rows, size_t n, int is_good)
{
	for (size_t i = 0; i < n; i++) {
		struct bound b;

		begin_with_tokens(&b);
		if ((judge(&b, rows[i].path, rows[i].body) == NULL) != is_good)
			fail_msg("%s %s", rows[i].path,
			    rows[i].body != NULL ? rows[i].body : "");
		bound_clear(&b);
	}
}

static void
test_what_our_client_writes_may_go(void **state)
{
	static const struct row rows[] = {
	    {AUTHN,
		"{\"username\":\"" LOGIN_JSON "\",\"password\":\"p\"" OPTIONS
		"}"},
	    {AUTHN,
		"{\"username\":\"" LOGIN_JSON
		"\",\"password\":\"a\\\"b\\\\\"" OPTIONS
		",\"context\":{\"deviceToken\":\"d\"}}"},
	    {VERIFY, "{\"stateToken\":\"00st\\/a.te-_~\"}"},
	    {VERIFY "?rememberDevice=true",
		"{\"stateToken\":\"00st\\/a.te-_~\",\"passCode\":\"123456\"}"},
	    {VERIFY,
		"{\"stateToken\":\"00st\\/a.te-_~\",\"answer\":\"\\u00e4\"}"},
	    {VERIFY "/resend", "{\"stateToken\":\"00st\\/a.te-_~\"}"},
	    {AUTHN "/cancel", "{\"stateToken\":\"00st\\/a.te-_~\"}"},
	    {AUTHN "/previous", "{\"stateToken\":\"00st\\/a.te-_~\"}"},
	    {AUTHN "/skip", "{\"stateToken\":\"00st\\/a.te-_~\"}"},
	    {AUTHN "/credentials/change_password",
		"{\"stateToken\":\"00st\\/a.te-_~\",\"oldPassword\":\"o\","
		"\"newPassword\":\"n\"}"},
	    {TOKEN,
		"grant_type=password&username=" LOGIN_FORM
		"&password=p%20w" SCOPE},
	    {CUSTOM,
		"grant_type=password&username=" LOGIN_FORM "&password=" SCOPE},
	    {TOKEN,
		"grant_type=" OTP "&login_hint=" LOGIN_FORM
		"&otp=123456" SCOPE},
	    {TOKEN, "grant_type=" OOB "&oob_code=oo%3Db" SCOPE},
	    {TOKEN, "grant_type=" OOB "&oob_code=oo%3Db&binding_code=1" SCOPE},
	    {TOKEN, "grant_type=" MFA_OTP "&mfa_token=mf%2Ba&otp=1" SCOPE},
	    {TOKEN,
		"grant_type=" MFA_OOB "&oob_code=oo%3Db&mfa_token=mf%2Ba"
		"&binding_code=1" SCOPE},
	    {TOKEN, "grant_type=" DEVICE_CODE "&device_code=dev"},
	    {CHALLENGE,
		"mfa_token=mf%2Ba&challenge_types_supported=" MFA_OOB
		"&channel_hint=push"},
	    {PRIMARY,
		"login_hint=" LOGIN_FORM
		"&channel_hint=push&challenge_hint=" OOB},
	    {DEVICE, "scope=openid"},
	    {USERS ID "/factors", NULL},
	    {USERS ID "/factors/opf1/verify", "{}"},
	    {USERS ID "/factors/opf1/verify",
		"{\"useNumberMatchingChallenge\":true}"},
	    {USERS ID "/factors/opf1/verify", "{\"passCode\":\"123456\"}"},
	    {TRANSACTION, NULL},
	};

	(void)state;
	check(rows, sizeof(rows) / sizeof(rows[0]), 1);
}

static void
test_nobody_else_is_asked_about(void **state)
{
	static const struct row rows[] = {
	    {AUTHN,
		"{\"username\":\"bob@b.example\",\"password\":\"p\"" OPTIONS
		"}"},
	    {AUTHN,
		"{\"username\":\"" LOGIN_JSON "x\",\"password\":\"p\"" OPTIONS
		"}"},
	    {AUTHN,
		"{\"username\":\"" LOGIN_JSON
		"\",\"password\":\"p\",\"username\":\"bob\"" OPTIONS "}"},
	    {AUTHN,
		"{\"username\":\"" LOGIN_JSON
		"\",\"username\":\"bob\",\"password\":\"p\"" OPTIONS "}"},
	    {AUTHN,
		"{\"username\":\"" LOGIN_JSON "\",\"password\":\"p\"" OPTIONS
		",\"username\":\"bob\"}"},
	    {AUTHN,
		"{\"username\":\"" LOGIN_JSON "\",\"password\":\"p\"" OPTIONS
		",\"relayState\":\"x\"}"},
	    {AUTHN,
		"{\"username\":\"" LOGIN_JSON "\",\"password\":\"p\"" OPTIONS
		"}{}"},
	    {AUTHN,
		"{ \"username\":\"" LOGIN_JSON "\",\"password\":\"p\"" OPTIONS
		"}"},
	    {AUTHN,
		"{\"username\":\"" LOGIN_JSON "\",\"password\":\"p\\\"" OPTIONS
		"}"},
	    {AUTHN, "{\"stateToken\":\"00st\\/a.te-_~\"}"},
	    {TOKEN, "grant_type=password&username=bob%40b&password=p" SCOPE},
	    {TOKEN,
		"grant_type=password&username=" LOGIN_FORM
		"&username=bob&password=p" SCOPE},
	    {TOKEN, "grant_type=" OTP "&login_hint=bob&otp=1" SCOPE},
	    {PRIMARY,
		"login_hint=bob%40b.example&channel_hint=push&challenge_hint=" OOB},
	    {PRIMARY,
		"login_hint=al%22i%2fce%2Bx%40b.example&channel_hint=push"
		"&challenge_hint=" OOB},
	    {USERS "00ubob000000000000001/factors", NULL},
	    {USERS ID "x/factors", NULL},
	    {USERS "00ubob000000000000001/factors/opf1/verify", "{}"},
	    {USERS "00ubob000000000000001/factors/opf1/verify",
		"{\"passCode\":\"123456\"}"},
	    {USERS "00ubob000000000000001/factors/opf1/transactions/x", NULL},
	    {USERS "me/factors", NULL},
	};

	(void)state;
	check(rows, sizeof(rows) / sizeof(rows[0]), 0);
}

static void
test_nothing_of_another_form_goes(void **state)
{
	static const struct row rows[] = {
	    {VERIFY, ""},
	    {VERIFY, "{}"},
	    {VERIFY, "{\"stateToken\":\"00other\"}"},
	    {VERIFY, "{\"stateToken\":\"00st/a.te-_~\"}"},
	    {VERIFY, "{\"stateToken\":\"\"}"},
	    {VERIFY, "{\"stateToken\":\"00st\\/a.te-_~\",\"passCode\":\"1\"}x"},
	    {VERIFY,
		"{\"stateToken\":\"00st\\/a.te-_~\",\"passCode\":\"1\","
		"\"stateToken\":\"00other\"}"},
	    {VERIFY "?rememberDevice=false",
		"{\"stateToken\":\"00st\\/a.te-_~\"}"},
	    {VERIFY "?autoPush=true", "{\"stateToken\":\"00st\\/a.te-_~\"}"},
	    {AUTHN "/skip",
		"{\"stateToken\":\"00st\\/a.te-_~\",\"passCode\":\"1\"}"},
	    {AUTHN "/credentials/change_password",
		"{\"stateToken\":\"00st\\/a.te-_~\"}"},
	    {USERS ID "/factors/opf1/verify", "{\"passCode\":1}"},
	    {USERS ID "/factors/opf1/verify",
		"{\"passCode\":\"1\",\"x\":\"\"}"},
	    {USERS ID "/factors/opf1/verify", "{\"passCode\":\"1\n\"}"},
	    {USERS ID "/factors/opf1/verify", "{\"passCode\":\"1\\\n\"}"},
	    {USERS ID "/factors/opf1/verify", "{\"passCode\":\"1\\x\"}"},
	    {USERS ID "/factors/opf1/verify", "{\"passCode\":\"1\\"},
	    {TOKEN, "scope=openid"},
	    {TOKEN, "grant_type=client_credentials" SCOPE},
	    {TOKEN, "grant_type=refresh_token&refresh_token=x"},
	    {TOKEN, "grant_type=authorization_code&code=x"},
	    {TOKEN, "grant_type=password"},
	    {TOKEN,
		"grant_type=password&username=" LOGIN_FORM
		"&password=p&scope=okta.users.manage"},
	    {TOKEN,
		"grant_type=password&username=" LOGIN_FORM
		"&password=p&client_id=0oa" SCOPE},
	    {TOKEN,
		"grant_type=password&username=" LOGIN_FORM "&password=p" SCOPE
		"&client_secret=x"},
	    {TOKEN,
		"grant_type=password&username=" LOGIN_FORM "&password=p" SCOPE
		"&client_assertion=x"},
	    {TOKEN,
		"grant_type=password&username=" LOGIN_FORM
		"&password=a+b" SCOPE},
	    {TOKEN,
		"grant_type=password&username=" LOGIN_FORM
		"&password=a;b" SCOPE},
	    {TOKEN,
		"grant_type=password&username=" LOGIN_FORM
		"&password=\xc3\xa4" SCOPE},
	    {TOKEN, "Grant_type=password"},
	    {TOKEN, "{\"grant_type\":\"password\"}"},
	    {TOKEN, "grant_type=" MFA_OTP "&mfa_token=other&otp=1" SCOPE},
	    {TOKEN, "grant_type=" OOB "&oob_code=other" SCOPE},
	    {TOKEN, "grant_type=" DEVICE_CODE "&device_code=other"},
	    {CHALLENGE,
		"mfa_token=other&challenge_types_supported=" MFA_OOB
		"&channel_hint=push"},
	    {DEVICE, "scope=openid%20okta.users.read"},
	    {DEVICE, "grant_type=password"},
	};
	static const char cut[] =
	    "grant_type=password&username=" LOGIN_FORM "&password=a\0b" SCOPE;
	static const char zero[] = "{\"passCode\":\"1\\\0\"}";
	const struct route_request r = {
	    ROLE_LOGIN, "POST", TOKEN, HTTP_FORM, HTTP_CLIENT, 1};
	const struct route_request verify = {ROLE_LOGIN, "POST",
	    USERS ID "/factors/opf1/verify", HTTP_JSON, HTTP_ADMIN, 1};
	struct bound b;

	(void)state;
	check(rows, sizeof(rows) / sizeof(rows[0]), 0);
	begin(&b);
	assert_non_null(
	    bound_refusal(&b, route_find(&r), TOKEN, cut, sizeof(cut) - 1));
	assert_non_null(bound_refusal(
	    &b, route_find(&verify), verify.path, zero, sizeof(zero) - 1));
	bound_clear(&b);
}

static void
test_tokens_are_those_that_came_back_here(void **state)
{
	static const struct {
		const char *answer, *token; /* NULL: none is known after it */
	} cases[] = {
	    {"", NULL},
	    {"{\"status\":\"SUCCESS\"}", NULL},
	    {"{\"stateToken\":null}", NULL},
	    {"{\"stateToken\":\"\"}", NULL},
	    {"{\"stateToken\":\"a\\u0062\"}", NULL},
	    {"{\"stateToken\":\"a", NULL},
	    {"{\"stateToken\"", NULL},
	    {"{\"stateToken\":", NULL},
	    {"{\"name\":\"\\\"stateToken\\\":\\\"abc\\\"\"}", NULL},
	    {"{\"x\":\"stateToken\",\"stateToken\":\"abc\"}", "abc"},
	    {"{\"stateToken\" : \"abc\"}", "abc"},
	    {"{\"_embedded\":{},\"stateToken\":\"abc\",\"stateToken\":\"x\"}",
		"abc"},
	};
	char body[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bound b;

		begin(&b);
		bound_learn(&b, cases[i].answer, strlen(cases[i].answer));
		assert_int_equal(b.tokens[BOUND_STATE].bytes != NULL,
		    cases[i].token != NULL);
		snprintf(body, sizeof(body), "{\"stateToken\":\"%s\"}",
		    cases[i].token != NULL ? cases[i].token : "");
		assert_int_equal(
		    judge(&b, VERIFY, body) == NULL, cases[i].token != NULL);
		/* The newest holds. */
		bound_learn(&b, "{\"stateToken\":\"new\"}", 20);
		if (cases[i].token != NULL)
			assert_non_null(judge(&b, VERIFY, body));
		assert_null(judge(&b, VERIFY, "{\"stateToken\":\"new\"}"));
		bound_clear(&b);
		assert_null(b.tokens[BOUND_STATE].bytes);
	}
}

static void
test_each_thing_is_asked_so_often_and_no_more(void **state)
{
	static const struct {
		const char *path, *body;
		int most; /* 0: any number */
	} cases[] = {
	    {AUTHN,
		"{\"username\":\"" LOGIN_JSON "\",\"password\":\"p\"" OPTIONS
		"}",
		1},
	    {TOKEN,
		"grant_type=password&username=" LOGIN_FORM "&password=p" SCOPE,
		1},
	    {PRIMARY,
		"login_hint=" LOGIN_FORM
		"&channel_hint=push&challenge_hint=" OOB,
		1},
	    {CHALLENGE,
		"mfa_token=mf%2Ba&challenge_types_supported=" MFA_OOB
		"&channel_hint=push",
		6},
	    {VERIFY, "{\"stateToken\":\"00st\\/a.te-_~\",\"passCode\":\"1\"}",
		24},
	    {VERIFY "/resend", STATE, 6},
	    {USERS ID "/factors", NULL, 1},
	    {USERS ID "/factors/opf1/verify", "{}", 1},
	    {USERS ID "/factors/opf1/verify", "{\"passCode\":\"1\"}", 1},
	    {VERIFY, STATE, 6},
	    {AUTHN "/previous", STATE, 12},
	    {TRANSACTION, NULL, 0},
	    {TOKEN, "grant_type=" DEVICE_CODE "&device_code=dev", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bound b;
		int n = 0;

		begin_with_tokens(&b);
		while (
		    n < 300 && judge(&b, cases[i].path, cases[i].body) == NULL)
			n++;
		assert_int_equal(n, cases[i].most != 0 ? cases[i].most : 300);
		bound_clear(&b);
	}
}

static void
answer(struct bound *b, const char *text)
{
	bound_learn(b, text, strlen(text));
}

/* A login of its own person, taken over, still has the phone ring a few times
 * only (T34): asking how a push stands is free, having another sent is not. */
static void
test_phone_rings_a_few_times_in_one_login_T34(void **state)
{
	static const char *const begins[] = {VERIFY, VERIFY,
	    AUTHN "/factors/opf2/verify", VERIFY "?rememberDevice=true",
	    VERIFY "/resend", VERIFY};
	struct bound b;

	(void)state;
	begin_with_tokens(&b);
	for (size_t i = 0; i < 6; i++) {
		assert_null(judge(&b, begins[i], STATE));
		if (strstr(begins[i], "resend") == NULL) {
			answer(&b, "{\"factorResult\" : \"WAITING\"}");
			for (int n = 0; n < 40; n++) {
				assert_null(judge(&b, begins[i], STATE));
				/* Or Okta has not looked at it. */
				if (n % 2 != 0)
					bound_unasked(&b, begins[i]);
				else
					answer(&b,
					    "{\"factorResult\":\"WAITING\"}");
			}
		}
		assert_null(judge(&b, AUTHN "/previous", STATE));
		/* An answer to a question of before comes late. */
		answer(&b, "{\"factorResult\":\"WAITING\"}");
	}
	assert_string_equal(
	    judge(&b, VERIFY, STATE), "asked too often in one login");
	assert_non_null(judge(&b, VERIFY "/resend", STATE));
	assert_non_null(judge(&b, CHALLENGE,
	    "mfa_token=mf%2Ba&challenge_types_supported=" MFA_OOB
	    "&channel_hint=push"));
	bound_clear(&b);
}

/* What Okta does not wait for any more, is sent anew. */
static void
test_question_about_a_push_that_has_ended_counts(void **state)
{
	static const char *const ends[] = {"{\"factorResult\":\"TIMEOUT\"}",
	    "{\"factorResult\":\"REJECTED\"}", "{\"factorResult\":\"WAIT\"}",
	    "{\"factorResult\":\"WAITING \"}"};

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct bound b;
		int n = 0;

		begin_with_tokens(&b);
		assert_null(judge(&b, VERIFY, STATE));
		answer(&b, "{\"factorResult\":\"WAITING\"}");
		assert_null(judge(&b, VERIFY, STATE));
		answer(&b, ends[i]);
		while (n < 300 && judge(&b, VERIFY, STATE) == NULL)
			n++;
		assert_int_equal(n, 5);
		bound_clear(&b);
	}
}

/* oktad charges once before it hands the channel out (T56). */
static void
test_one_password_whatever_way_it_takes(void **state)
{
	static const struct row firsts[] = {
	    {AUTHN,
		"{\"username\":\"" LOGIN_JSON "\",\"password\":\"p\"" OPTIONS
		"}"},
	    {AUTHN,
		"{\"username\":\"" LOGIN_JSON "\",\"password\":\"p\"" OPTIONS
		",\"context\":{\"deviceToken\":\"d\"}}"},
	    {TOKEN,
		"grant_type=password&username=" LOGIN_FORM "&password=p" SCOPE},
	    {CUSTOM,
		"grant_type=password&username=" LOGIN_FORM "&password=p" SCOPE},
	    {TOKEN, "grant_type=" OTP "&login_hint=" LOGIN_FORM "&otp=1" SCOPE},
	};

	(void)state;
	for (size_t i = 0; i < 5; i++)
		for (size_t j = 0; j < 5; j++) {
			struct bound b;

			begin(&b);
			assert_null(judge(&b, firsts[i].path, firsts[i].body));
			assert_string_equal(
			    judge(&b, firsts[j].path, firsts[j].body),
			    "a second password of one login");
			bound_clear(&b);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_our_client_writes_may_go),
	    cmocka_unit_test(test_nobody_else_is_asked_about),
	    cmocka_unit_test(test_nothing_of_another_form_goes),
	    cmocka_unit_test(test_tokens_are_those_that_came_back_here),
	    cmocka_unit_test(test_each_thing_is_asked_so_often_and_no_more),
	    cmocka_unit_test(test_phone_rings_a_few_times_in_one_login_T34),
	    cmocka_unit_test(test_question_about_a_push_that_has_ended_counts),
	    cmocka_unit_test(test_one_password_whatever_way_it_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
