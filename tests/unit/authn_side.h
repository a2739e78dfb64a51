/*
 * The other side of a login by authn, for test_flow_authn*.c: a fake oktad that
 * grants or not, a fake oktad-net that answers one request after the other as
 * it is told to, and a person who answers prompts.
 */
#ifndef OKTA_TEST_AUTHN_SIDE_H
#define OKTA_TEST_AUTHN_SIDE_H

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "code.h"
#include "flow_authn.h"
#include "json.h"
#include "net_side.h"

#define ID "00ualice0000000000001"
#define TOKEN "\"sessionToken\":\"20111example\""
#define USER(id) "\"_embedded\":{\"user\":{\"id\":\"" id "\"}}"
#define SUCCESS "{\"status\":\"SUCCESS\"," TOKEN "," USER(ID) "}"

enum { NO_GRANT = 1, HANG_UP = 2, JUNK = 3 };
enum { REQUESTS = 48, PROMPTS = 16 };

/* One answer of Okta's. */
struct reply {
	uint32_t status;
	const char *body;
};

/* What the other side does, and what it saw. */
static struct {
	int link, channel, client; /* its ends */
	int mode;
	/* Answers in this order; the last one for all that follow. */
	const struct reply *replies;
	size_t nreplies;
	uint32_t transport, retry_s;
	const char *type;
	const char *const *answers; /* to prompts; NULL: gives up */
	const char *no_send, *no_again; /* not NULL: why oktad refuses */
	const char *factors; /* of okta.conf; NULL: the default */

	char paths[REQUESTS][96], bodies[REQUESTS][512];
	size_t nrequests;
	char prompts[PROMPTS][1200];
	uint32_t kinds[PROMPTS];
	size_t nprompts, ninfos;
	unsigned int posts, cancels, charges, agains, sends;
	char sent[2048], rhost[64];
	char device[40]; /* in: of a trusted application */
	int okta_sessions; /* oktad wants the session token … */
	char token[64]; /* … and what of it was left for it */
	char login[32]; /* out: what was verified, in words */
	struct net_side net;
} fake;

/* oktad-login waits; tests do not. */
int __wrap_talk_wait(struct talk *t, uint32_t ms);
int
__wrap_talk_wait(struct talk *t, uint32_t ms)
{
	struct pollfd p = {.fd = t->fd, .events = POLLIN | POLLRDHUP};

	(void)ms;
	return poll(&p, 1, 0) > 0 ? OKTA_CLOSED : OKTA_OK;
}

static void
send_frame(int fd, struct wire_out *o, int *pass)
{
	assert_int_equal(wire_end(o), OKTA_OK);
	wire_send_fds(
	    fd, o->buf, o->len, pass, pass != NULL, wire_now_ms() + 2000);
}

static void
answer_request(const struct wire_in *in, uint8_t *frame)
{
	size_t at = fake.nrequests - 1 < fake.nreplies ? fake.nrequests - 1
						       : fake.nreplies - 1;
	const struct reply *r = &fake.replies[at];
	struct wire_out o;

	wire_begin(&o, frame, WIRE_INTERNAL_MAX, INT_RESPONSE, in->id);
	wire_put_u32(&o, TAG_STATUS, r->status);
	wire_put_u32(&o, TAG_TRANSPORT, fake.transport);
	wire_put_u32(&o, TAG_RETRY, fake.retry_s);
	wire_put_str(&o, TAG_CONTENT_TYPE, fake.type);
	wire_put_str(&o, TAG_REQUEST_ID, "req1");
	send_frame(fake.channel, &o, NULL);
	wire_begin(&o, frame, WIRE_INTERNAL_MAX, INT_BODY, in->id);
	wire_put(&o, TAG_DATA, r->body, strlen(r->body));
	bound_learn(&fake.net.bound, r->body, strlen(r->body));
	send_frame(fake.channel, &o, NULL);
	wire_begin(&o, frame, WIRE_INTERNAL_MAX, INT_END, in->id);
	send_frame(fake.channel, &o, NULL);
}

/* One frame of oktad-login for oktad-net. -1: the channel is closed. */
static int
serve_channel(uint8_t *frame)
{
	size_t n = fake.nrequests < REQUESTS ? fake.nrequests : REQUESTS - 1;
	struct wire_in in;
	struct wire_field f;
	size_t len;

	if (wire_recv(fake.channel, frame, WIRE_INTERNAL_MAX, &len,
		wire_now_ms() + 5000) != OKTA_OK ||
	    wire_open(&in, frame, len) != OKTA_OK)
		return -1;
	struct wire_in copy = in;

	net_side_take(&fake.net, in);
	while (wire_next(&copy, &f) == 1) {
		if (f.tag == TAG_PATH)
			wire_str(&f, fake.paths[n], sizeof(fake.paths[n]));
		if (f.tag == TAG_DATA && f.len < sizeof(fake.bodies[n]))
			wire_str(&f, fake.bodies[n], sizeof(fake.bodies[n]));
		if (f.tag == TAG_DATA &&
		    strcmp(fake.paths[n], "/api/v1/authn") == 0)
			wire_str(&f, fake.sent, sizeof(fake.sent));
	}
	if (in.op != INT_REQUEST_END)
		return 0;
	if (strcmp(fake.paths[n], "/api/v1/authn") == 0)
		fake.posts++;
	if (strcmp(fake.paths[n], "/api/v1/authn/cancel") == 0)
		fake.cancels++;
	else
		fake.nrequests++;
	if (fake.mode == HANG_UP)
		return -1;
	if (fake.nrequests == 0)
		fake.nrequests = 1;
	answer_request(&in, frame);
	return 0;
}

static void
refuse_leave(const struct wire_in *in, uint8_t *frame, const char *why)
{
	struct wire_out o;

	wire_begin(&o, frame, WIRE_INTERNAL_MAX,
	    fake.mode == JUNK ? INT_TICKET : INT_REFUSE, in->id);
	wire_put_str(&o, TAG_ERROR, why);
	send_frame(fake.link, &o, NULL);
}

static int
serve_link(uint8_t *frame)
{
	struct wire_in in;
	struct wire_field f;
	struct wire_out o;
	int ends[2] = {-1, -1};
	size_t len;

	if (wire_recv(fake.link, frame, WIRE_INTERNAL_MAX, &len,
		wire_now_ms() + 5000) != OKTA_OK ||
	    wire_open(&in, frame, len) != OKTA_OK)
		return -1;
	while (wire_next(&in, &f) == 1) {
		if (f.tag == TAG_RHOST)
			wire_str(&f, fake.rhost, sizeof(fake.rhost));
	}
	const char *no = in.op == INT_SEND		 ? fake.no_send
	    : fake.charges > 0				 ? fake.no_again
	    : fake.mode == NO_GRANT || fake.mode == JUNK ? "too many"
							 : NULL;

	fake.sends += in.op == INT_SEND;
	fake.agains += in.op == INT_CHARGE && fake.charges > 0;
	if (no != NULL) {
		fake.charges += in.op == INT_CHARGE && fake.charges == 0;
		refuse_leave(&in, frame, no);
		return 0;
	}
	if (in.op == INT_CHARGE && fake.charges++ == 0) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
		fake.channel = ends[0];
	}
	wire_begin(&o, frame, WIRE_INTERNAL_MAX, INT_GRANT, in.id);
	if (fake.device[0] != '\0')
		wire_put_str(&o, TAG_DEVICE, fake.device);
	send_frame(fake.link, &o, ends[1] >= 0 ? &ends[1] : NULL);
	if (ends[1] >= 0)
		close(ends[1]);
	return 0;
}

/* The person at the module. */
static int
serve_client(uint8_t *frame)
{
	struct wire_in in;
	struct wire_field f;
	struct wire_out o;
	size_t len, n = fake.nprompts;
	const char *answer;

	if (wire_recv(fake.client, frame, WIRE_INTERNAL_MAX, &len,
		wire_now_ms() + 5000) != OKTA_OK ||
	    wire_open(&in, frame, len) != OKTA_OK)
		return -1;
	if (in.op != OP_PROMPT) {
		fake.ninfos++;
		return 0;
	}
	assert_true(n < PROMPTS);
	while (wire_next(&in, &f) == 1) {
		if (f.tag == TAG_TEXT)
			wire_str(&f, fake.prompts[n], sizeof(fake.prompts[n]));
		else if (f.tag == TAG_KIND)
			wire_u32(&f, &fake.kinds[n]);
	}
	answer = fake.answers != NULL ? fake.answers[n] : NULL;
	fake.nprompts++;
	wire_begin(&o, frame, WIRE_INTERNAL_MAX,
	    answer != NULL ? OP_REPLY : OP_CANCEL, in.id);
	if (answer != NULL)
		wire_put(&o, TAG_ANSWER, answer, strlen(answer));
	send_frame(fake.client, &o, NULL);
	return 0;
}

static void *
serve(void *arg)
{
	static uint8_t frame[WIRE_INTERNAL_MAX];

	(void)arg;
	for (;;) {
		struct pollfd p[] = {{.fd = fake.link, .events = POLLIN},
		    {.fd = fake.channel, .events = POLLIN},
		    {.fd = fake.client, .events = POLLIN}};

		if (poll(p, 3, 10000) < 1)
			break;
		if (p[1].revents != 0 && serve_channel(frame) != 0) {
			close(fake.channel);
			fake.channel = -1;
		} else if (p[2].revents != 0 && serve_client(frame) != 0) {
			close(fake.client);
			fake.client = -1;
		} else if (p[0].revents != 0 && serve_link(frame) != 0) {
			break;
		}
	}
	if (fake.channel >= 0)
		close(fake.channel);
	if (fake.client >= 0)
		close(fake.client);
	return NULL;
}

/* One login with those replies; the service's demand is factor. */
static inline struct flow_end
run(const char *password, enum conf_factor factor, const char *refusal)
{
	struct slice_person person = {.flow = FLOW_AUTHN,
	    .factor = factor,
	    .deadline_s = 20,
	    .id = ID,
	    .login = "alice@example.com",
	    .name = "alice",
	    .url = "https://acme.okta.com"};
	struct talk talk = {
	    .fd = -1, .deadline = wire_now_ms() + 20000, .rhost = "192.0.2.9"};
	struct login_link link = {.deadline = talk.deadline};
	struct login login = {
	    .person = &person, .talk = &talk, .link = &link, .channel = -1};
	struct flow_end end;
	pthread_t other;
	int ends[2], client[2];

	strcpy(person.factors,
	    fake.factors != NULL ? fake.factors : PROOF_DEFAULT);
	person.trusted_app = fake.device[0] != '\0';
	person.okta_sessions = fake.okta_sessions;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, client), 0);
	link.fd = ends[0];
	talk.fd = client[0];
	fake.link = ends[1];
	fake.client = client[1];
	fake.channel = -1;
	fake.posts = fake.cancels = fake.charges = fake.agains = fake.sends = 0;
	fake.nrequests = fake.nprompts = fake.ninfos = 0;
	fake.sent[0] = fake.rhost[0] = '\0';
	memset(fake.paths, 0, sizeof(fake.paths));
	memset(fake.bodies, 0, sizeof(fake.bodies));
	net_side_begin(&fake.net, person.id, person.login);
	strcpy(login.refusal, refusal);
	assert_int_equal(
	    secret_set(&talk.password, password, strlen(password)), 0);
	assert_int_equal(pthread_create(&other, NULL, serve, NULL), 0);
	flow_find(FLOW_AUTHN)->run(&login, &end);
	shutdown(ends[0], SHUT_RDWR);
	pthread_join(other, NULL);
	if (login.channel >= 0)
		close(login.channel);
	assert_string_equal(fake.net.refused, "");
	assert_null(talk.password.bytes);
	secret_clear(&login.password);
	snprintf(fake.token, sizeof(fake.token), "%s",
	    login.session_token.bytes != NULL ? login.session_token.bytes : "");
	secret_clear(&login.session_token);
	close(ends[0]);
	close(ends[1]);
	close(client[0]);
	if (end.text == end.said)
		end.text = ""; /* of a copy */
	return end;
}

static struct reply only; /* what answer() has set */

static inline struct flow_end
answer(uint32_t status, const char *type, const char *body)
{
	only = (struct reply){status, body};
	fake.mode = 0;
	fake.transport = TRANSPORT_OK;
	fake.retry_s = 0;
	fake.type = type;
	fake.replies = &only;
	fake.nreplies = 1;
	return run("pw", FACTOR_OKTA, "");
}

static inline struct flow_end
state_answer(const char *body)
{
	return answer(200, "application/json", body);
}

static inline void
denied(struct flow_end end)
{
	assert_int_not_equal(end.verdict, VERDICT_ACCEPT);
	assert_int_not_equal(end.outcome, OUTCOME_ACCEPTED);
	assert_string_not_equal(end.reason, "");
	/* Late only where the password was proven, and only then with words. */
	if (end.outcome == OUTCOME_PROVEN || end.outcome == OUTCOME_FACTOR ||
	    end.outcome == OUTCOME_SAID_NO || end.outcome == OUTCOME_UNASKED)
		assert_true(end.is_late);
	if (!end.is_late)
		assert_null(end.text);
	assert_true(fake.posts <= 1);
}

#endif
