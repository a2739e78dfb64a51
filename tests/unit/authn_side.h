/*
 * The other side of a password login, for test_flow_authn.c: a fake oktad that
 * grants or not, and a fake oktad-net that answers as it is told to.
 */
#ifndef OKTA_TEST_AUTHN_SIDE_H
#define OKTA_TEST_AUTHN_SIDE_H

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
#include "flow.h"
#include "json.h"

#define ID "00ualice0000000000001"
#define TOKEN "\"sessionToken\":\"20111example\""
#define USER(id) "\"_embedded\":{\"user\":{\"id\":\"" id "\"}}"
#define SUCCESS "{\"status\":\"SUCCESS\"," TOKEN "," USER(ID) "}"

enum { NO_GRANT = 1, HANG_UP = 2, JUNK = 3 };

/* What the other side does, and what it saw. */
static struct {
	int link, channel; /* its ends */
	int mode;
	uint32_t status, transport, retry_s;
	const char *type, *body;
	unsigned int posts, cancels, charges;
	char sent[2048], rhost[64];
} fake;

static void
send_frame(int fd, struct wire_out *o, int *pass)
{
	assert_int_equal(wire_end(o), OKTA_OK);
	wire_send_fds(fd, o->buf, o->len, pass, pass != NULL,
	    wire_now_ms() + 2000);
}

static void
answer_request(const struct wire_in *in, uint8_t *frame)
{
	struct wire_out o;

	wire_begin(&o, frame, WIRE_INTERNAL_MAX, INT_RESPONSE, in->id);
	wire_put_u32(&o, TAG_STATUS, fake.status);
	wire_put_u32(&o, TAG_TRANSPORT, fake.transport);
	wire_put_u32(&o, TAG_RETRY, fake.retry_s);
	wire_put_str(&o, TAG_CONTENT_TYPE, fake.type);
	wire_put_str(&o, TAG_REQUEST_ID, "req1");
	send_frame(fake.channel, &o, NULL);
	wire_begin(&o, frame, WIRE_INTERNAL_MAX, INT_BODY, in->id);
	wire_put(&o, TAG_DATA, fake.body, strlen(fake.body));
	send_frame(fake.channel, &o, NULL);
	wire_begin(&o, frame, WIRE_INTERNAL_MAX, INT_END, in->id);
	send_frame(fake.channel, &o, NULL);
}

/* oktad-net, until the channel is closed. */
static void
serve_channel(uint8_t *frame)
{
	struct wire_in in;
	struct wire_field f;
	size_t len;
	char path[64] = "";

	while (wire_recv(fake.channel, frame, WIRE_INTERNAL_MAX, &len,
	    wire_now_ms() + 5000) == OKTA_OK) {
		if (wire_open(&in, frame, len) != OKTA_OK)
			return;
		struct wire_in copy = in;

		while (wire_next(&copy, &f) == 1) {
			if (f.tag == TAG_PATH)
				wire_str(&f, path, sizeof(path));
			if (f.tag == TAG_DATA && f.len < sizeof(fake.sent) &&
			    strcmp(path, "/api/v1/authn") == 0)
				wire_str(&f, fake.sent, sizeof(fake.sent));
		}
		if (in.op != INT_REQUEST_END)
			continue;
		if (strcmp(path, "/api/v1/authn") == 0)
			fake.posts++;
		else if (strcmp(path, "/api/v1/authn/cancel") == 0)
			fake.cancels++;
		if (fake.mode == HANG_UP)
			return;
		answer_request(&in, frame);
	}
}

static void *
serve(void *arg)
{
	static uint8_t frame[WIRE_INTERNAL_MAX];
	struct wire_out o;
	struct wire_in in;
	struct wire_field f;
	size_t len;
	int ends[2];

	(void)arg;
	if (wire_recv(fake.link, frame, sizeof(frame), &len,
		wire_now_ms() + 5000) != OKTA_OK ||
	    wire_open(&in, frame, len) != OKTA_OK || in.op != INT_CHARGE)
		return NULL;
	fake.charges++;
	while (wire_next(&in, &f) == 1) {
		if (f.tag == TAG_RHOST)
			wire_str(&f, fake.rhost, sizeof(fake.rhost));
	}
	if (fake.mode == NO_GRANT || fake.mode == JUNK) {
		wire_begin(&o, frame, sizeof(frame),
		    fake.mode == JUNK ? INT_TICKET : INT_REFUSE, in.id);
		wire_put_str(&o, TAG_ERROR, "too many");
		send_frame(fake.link, &o, NULL);
		return NULL;
	}
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	wire_begin(&o, frame, sizeof(frame), INT_GRANT, in.id);
	send_frame(fake.link, &o, &ends[1]);
	close(ends[1]);
	fake.channel = ends[0];
	serve_channel(frame);
	close(fake.channel);
	return NULL;
}

/* One login with that answer; the service's demand is factor. */
static struct flow_end
run(const char *password, enum conf_factor factor, const char *refusal)
{
	struct slice_person person = {.flow = FLOW_AUTHN, .factor = factor,
	    .deadline_s = 20, .id = ID, .login = "alice@example.com",
	    .name = "alice"};
	struct talk talk = {.fd = -1, .deadline = wire_now_ms() + 20000,
	    .rhost = "192.0.2.9"};
	struct login_link link = {.deadline = talk.deadline};
	struct login login = {&person, &talk, &link, ""};
	struct flow_end end;
	pthread_t other;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	link.fd = ends[0];
	fake.link = ends[1];
	fake.channel = -1;
	fake.posts = fake.cancels = fake.charges = 0;
	fake.sent[0] = fake.rhost[0] = '\0';
	strcpy(login.refusal, refusal);
	assert_int_equal(secret_set(&talk.password, password,
	    strlen(password)), 0);
	assert_int_equal(pthread_create(&other, NULL, serve, NULL), 0);
	flow_find(FLOW_AUTHN)->run(&login, &end);
	shutdown(ends[0], SHUT_RDWR);
	pthread_join(other, NULL);
	assert_null(talk.password.bytes);
	close(ends[0]);
	close(ends[1]);
	return end;
}

static struct flow_end
answer(uint32_t status, const char *type, const char *body)
{
	fake.mode = 0;
	fake.transport = TRANSPORT_OK;
	fake.retry_s = 0;
	fake.status = status;
	fake.type = type;
	fake.body = body;
	return run("pw", FACTOR_OKTA, "");
}

static struct flow_end
state_answer(const char *body)
{
	return answer(200, "application/json", body);
}

static void
denied(struct flow_end end)
{
	assert_int_not_equal(end.verdict, VERDICT_ACCEPT);
	assert_int_not_equal(end.outcome, OUTCOME_ACCEPTED);
	assert_string_not_equal(end.reason, "");
	/* Late only where the password was proven, and only then with words. */
	assert_int_equal(end.is_late, end.outcome == OUTCOME_PROVEN);
	if (!end.is_late)
		assert_null(end.text);
	assert_true(fake.posts <= 1);
}

#endif
