/*
 * Every documented state, and 200 invented ones, as the answer to every step of
 * a login by authn: it lets in only where the table compiled into oktad-login
 * says so, and with factor = required only where a factor was verified.
 */
#include "authn_side.h"

#define FACTOR(id, type, provider, profile)         \
	"{\"id\":\"" id "\",\"factorType\":\"" type \
	"\",\"provider\":\"" provider "\",\"profile\":{" profile "}}"
#define LIST                                                                 \
	FACTOR("ost1", "token:software:totp", "GOOGLE", "")                  \
	"," FACTOR("opf1", "push", "OKTA", "\"name\":\"phone\"") "," FACTOR( \
	    "sms1", "sms", "OKTA",                                           \
	    "\"phoneNumber\":\"+1 XXX\"") "," FACTOR("ufs1", "question",     \
	    "OKTA", "\"questionText\":\"Pet?\"") "," FACTOR("rsa1", "token", \
	    "RSA", "")
#define REQUIRED                                                            \
	"{\"status\":\"MFA_REQUIRED\",\"stateToken\":\"00a\",\"_embedded\"" \
	":{\"user\":{\"id\":\"" ID "\"},\"factors\":[" LIST "]}}"
#define CHALLENGE(more)                                             \
	"{\"status\":\"MFA_CHALLENGE\",\"stateToken\":\"00a\"" more \
	"," USER(ID) "}"
#define WAITING ",\"factorResult\":\"WAITING\""
#define LINKS                                                         \
	"\"_links\":{\"next\":{\"name\":\"changePassword\",\"href\":" \
	"\"https://acme.okta.com/api/v1/authn/credentials/"           \
	"change_password\"},\"skip\":{\"href\":\"https://x/skip\"}}"
#define EXPIRED(status)         \
	"{\"status\":\"" status \
	"\",\"stateToken\":\"00a\"," USER(ID) "," LINKS "}"
#define ERROR(code) "{\"errorCode\":\"" code "\",\"errorSummary\":\"told\"}"

/* A way to a step: the replies before it, and what the person types. */
static const struct way {
	const char *name;
	int verifies; /* the step's answer tells of a factor that was given */
	struct reply before[4];
	const char *answers[6];
} ways[] = {
    {"password", 0, {{0, NULL}}, {NULL}},
    {"totp", 1, {{200, REQUIRED}}, {"totp", "123456"}},
    {"totp after a wrong one", 1, {{200, REQUIRED}, {403, ERROR("E0000068")}},
	{"totp", "123456", "123457"}},
    {"push sent", 0, {{200, REQUIRED}}, {"push"}},
    {"push asked about", 1, {{200, REQUIRED}, {200, CHALLENGE(WAITING)}},
	{"push"}},
    {"push asked about again", 1,
	{{200, REQUIRED}, {200, CHALLENGE(WAITING)}, {200, CHALLENGE(WAITING)}},
	{"push"}},
    {"sms sent", 0, {{200, REQUIRED}}, {"sms"}},
    {"sms code", 1, {{200, REQUIRED}, {200, CHALLENGE("")}}, {"sms", "123456"}},
    {"sms sent again", 0, {{200, REQUIRED}, {200, CHALLENGE("")}},
	{"sms", "r"}},
    {"question", 1, {{200, REQUIRED}}, {"question", "rex"}},
    {"token", 1, {{200, REQUIRED}}, {"token", "1234567"}},
    {"token, asked on", 1, {{200, REQUIRED}, {409, ERROR("E0000113")}},
	{"token", "1234567", "99"}},
    {"back to the choice", 0,
	{{200, REQUIRED}, {200, CHALLENGE(",\"factorResult\":\"TIMEOUT\"")}},
	{"push"}},
    {"another factor than asked for", 0, {{200, CHALLENGE(WAITING)}}, {NULL}},
    {"expired password changed", 0, {{200, EXPIRED("PASSWORD_EXPIRED")}},
	{"Newer-1", "Newer-1"}},
    {"warning skipped", 0, {{200, EXPIRED("PASSWORD_WARN")}}, {NULL}},
    {"enrolment skipped", 0, {{200, EXPIRED("MFA_ENROLL")}}, {NULL}},
    {"expired password after a factor", 1,
	{{200, REQUIRED}, {200, EXPIRED("PASSWORD_EXPIRED")}},
	{"totp", "123456", "Newer-1", "Newer-1"}},
};
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

/* That login, with word as the state that its last step is answered with. The
 * answer after that has no state at all. */
static struct flow_end
go(const struct way *w, enum conf_factor factor, const char *word)
{
	static struct reply replies[6];
	static char body[512];
	size_t n = 0;

	snprintf(body, sizeof(body),
	    "{\"status\":\"%s\"," TOKEN ",\"stateToken\":\"00a\"," USER(ID) "}",
	    word);
	for (; n < 4 && w->before[n].body != NULL; n++)
		replies[n] = w->before[n];
	replies[n++] = (struct reply){200, body};
	replies[n++] = (struct reply){200, "{}"};
	fake.replies = replies;
	fake.nreplies = n;
	fake.mode = 0;
	fake.transport = TRANSPORT_OK;
	fake.type = "application/json";
	fake.answers = w->answers;
	return run("pw", factor, "");
}

static int
is_accepting(const char *word)
{
	const struct flow *f = flow_find(FLOW_AUTHN);

	for (size_t i = 0; i < f->nstates; i++) {
		if (strcmp(f->states[i].word, word) == 0)
			return f->states[i].edge == FLOW_ACCEPT;
	}
	return 0;
}

static void
check(const struct way *w, const char *word)
{
	struct flow_end end = go(w, FACTOR_OKTA, word);
	int yes = is_accepting(word);

	if ((end.verdict == VERDICT_ACCEPT) != yes)
		fail_msg("%s: \"%s\": verdict %d: %s", w->name, word,
		    end.verdict, end.reason);
	if (!yes)
		denied(end);
	end = go(w, FACTOR_REQUIRED, word);
	if ((end.verdict == VERDICT_ACCEPT) != (yes && w->verifies))
		fail_msg("%s, required: \"%s\": verdict %d: %s", w->name, word,
		    end.verdict, end.reason);
}

static void
test_each_way_reaches_its_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < WAYS; i++) {
		size_t before = 0;

		while (before < 4 && ways[i].before[before].body != NULL)
			before++;
		go(&ways[i], FACTOR_OKTA, "SUCCESS");
		if (fake.nrequests != before + 1)
			fail_msg("%s: %zu requests, not %zu", ways[i].name,
			    fake.nrequests, before + 1);
	}
}

static void
test_documented_states_at_every_step(void **state)
{
	const struct flow *f = flow_find(FLOW_AUTHN);
	static const char *const more[] = {"CONSENT_REQUIRED",
	    "ADMIN_CONSENT_REQUIRED", "DEVICE_ACTIVATE", "PROFILE_REQUIRED"};

	(void)state;
	for (size_t i = 0; i < WAYS; i++) {
		for (size_t k = 0; k < f->nstates; k++)
			check(&ways[i], f->states[k].word);
		for (size_t k = 0; k < sizeof(more) / sizeof(more[0]); k++)
			check(&ways[i], more[k]);
	}
}

static void
test_invented_states_at_every_step(void **state)
{
	static const char *const parts[] = {
	    "SUCCESS", "MFA", "OK", "PASSWORD", "GRANTED"};
	static const char *const near[] = {"success", "Success", "SUCCESS ",
	    " SUCCESS", "SUCCES", "SUCCESSS", "SUCCESS\\u0000", "SUCCESS\\n",
	    "\\u0000SUCCESS", "ACCEPT", "1", "true"};
	char word[64];

	(void)state;
	for (size_t i = 0; i < WAYS; i++) {
		for (unsigned int n = 0; n < 200; n++) {
			snprintf(word, sizeof(word), "%s_%s%u", parts[n % 5],
			    parts[n / 5 % 5], n);
			check(&ways[i], word);
		}
		for (size_t k = 0; k < sizeof(near) / sizeof(near[0]); k++)
			check(&ways[i], near[k]);
	}
}

/* At each step, an answer about somebody else or nobody (T19). */
static void
test_success_of_somebody_else_at_every_step_T19(void **state)
{
	static const char *const others[] = {USER("00ubob"), USER(ID "x"),
	    USER("00uALICE0000000000001"), "\"_embedded\":{\"user\":{}}",
	    "\"_embedded\":{}", "\"x\":1"};
	static const char *const words[] = {
	    "SUCCESS", "MFA_REQUIRED", "PASSWORD_EXPIRED"};
	struct reply replies[6];
	char body[512];

	(void)state;
	for (size_t i = 0; i < WAYS; i++) {
		for (size_t k = 0; k < 18; k++) {
			size_t n = 0;

			go(&ways[i], FACTOR_OKTA, "");
			snprintf(body, sizeof(body),
			    "{\"status\":\"%s\"," TOKEN
			    ",\"stateToken\":\"00a\",%s}",
			    words[k % 3], others[k / 3]);
			for (; n < 4 && ways[i].before[n].body != NULL; n++)
				replies[n] = ways[i].before[n];
			replies[n++] = (struct reply){200, body};
			replies[n++] = (struct reply){200, SUCCESS};
			fake.replies = replies;
			fake.nreplies = n;
			denied(run("pw", FACTOR_OKTA, ""));
			assert_int_equal(fake.nrequests, n - 1);
		}
	}
}

/* No request that fails on its way is one that said yes, and none is made
 * twice. */
static void
test_broken_answers_at_every_step_T90(void **state)
{
	static const struct reply broken[] = {{200, "{"}, {200, ""},
	    {200, "[" SUCCESS "]"}, {201, SUCCESS}, {202, SUCCESS},
	    {403, SUCCESS}, {500, SUCCESS}, {302, SUCCESS},
	    {200, "{\"status\":\"SUCCESS\"," USER(ID) "}"},
	    {200,
		"{\"status\":\"SUCCESS\",\"errorCode\":\"E0000004\"," TOKEN
		"," USER(ID) "}"}};
	struct reply replies[6];

	(void)state;
	for (size_t i = 0; i < WAYS; i++) {
		for (size_t k = 0; k < sizeof(broken) / sizeof(broken[0]);
		     k++) {
			size_t n = 0;

			go(&ways[i], FACTOR_OKTA, "");
			for (; n < 4 && ways[i].before[n].body != NULL; n++)
				replies[n] = ways[i].before[n];
			replies[n++] = broken[k];
			replies[n++] = (struct reply){200, SUCCESS};
			fake.replies = replies;
			fake.nreplies = n;
			denied(run("pw", FACTOR_OKTA, ""));
			assert_int_equal(fake.nrequests, n - 1);
		}
	}
}

/* The tables of all flows: each has its states once, and one of them leads to
 * the gate. */
static void
test_each_flow_has_one_accepting_edge_T43_T106(void **state)
{
	const struct slice_person direct = {.flow = FLOW_DIRECT},
				  device = {.flow = FLOW_DEVICE},
				  factors = {
				      .flow = FLOW_AUTHN, .factors_api = 1};
	const struct flow *const flows[] = {flow_find(FLOW_AUTHN),
	    flow_find(FLOW_DIRECT), flow_find(FLOW_DEVICE),
	    flow_find_second(&direct), flow_find_second(&device),
	    flow_find_second(&factors)};

	(void)state;
	for (size_t i = 0; i < sizeof(flows) / sizeof(flows[0]); i++) {
		const struct flow *f = flows[i];
		unsigned int accepting = 0;

		assert_non_null(f);
		assert_true(f->nstates > 1 && f->accepts[0] != '\0');
		for (size_t k = 0; k < f->nstates; k++) {
			accepting += f->states[k].edge == FLOW_ACCEPT;
			/* Whatever is in no row, is a denial. */
			assert_true(k == 0 ? f->states[k].edge == FLOW_DENY
					   : f->states[k].word[0] != '\0');
			for (size_t j = 0; j < k; j++)
				assert_string_not_equal(
				    f->states[j].word, f->states[k].word);
		}
		if (accepting != 1)
			fail_msg("%s: %u accepting edges", f->name, accepting);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_flow_has_one_accepting_edge_T43_T106),
	    cmocka_unit_test(test_each_way_reaches_its_step),
	    cmocka_unit_test(test_documented_states_at_every_step),
	    cmocka_unit_test(test_invented_states_at_every_step),
	    cmocka_unit_test(test_success_of_somebody_else_at_every_step_T19),
	    cmocka_unit_test(test_broken_answers_at_every_step_T90),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
