/*
 * The other sides of a login by the OIDC app, for test_flow_oidc.c: a fake
 * oktad that grants, a fake oktad-net that answers by a script, and a person
 * who answers every prompt.
 */
#ifndef OKTA_TEST_OIDC_SIDE_H
#define OKTA_TEST_OIDC_SIDE_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "code.h"
#include "flow.h"
#include "jwt.h"
#include "net_side.h"

#define ID "00ualice0000000000001"
#define CLIENT "0oaLinuxHosts00000001"
#define ISSUER "https://acme.okta.com"

enum { SCRIPT_MAX = 8 };

struct scripted {
	uint32_t status;
	const char *body;
};

static struct {
	int link, channel, client;
	struct scripted script[SCRIPT_MAX];
	size_t nscript, nasked; /* answers there are, requests made */
	unsigned int charges, sends, prompts;
	const char *answer; /* to every prompt but the password; NULL: the
			       person gives up */
	int wait; /* what waiting for the phone ends with, OKTA_* */
	char paths[512]; /* of the requests, by spaces */
	struct net_side net;
} fake;

/* oktad-login waits; tests do not. */
int __wrap_talk_wait(struct talk *t, uint32_t ms);
int
__wrap_talk_wait(struct talk *t, uint32_t ms)
{
	(void)t;
	(void)ms;
	return fake.wait;
}

static void
fake_send(int fd, struct wire_out *o, int *pass)
{
	if (wire_end(o) == OKTA_OK)
		wire_send_fds(fd, o->buf, o->len, pass, pass != NULL,
		    wire_now_ms() + 2000);
}

static void
fake_answer(const struct wire_in *in, uint8_t *frame)
{
	struct scripted s = {0, ""};
	struct wire_out o;

	if (fake.nasked < fake.nscript)
		s = fake.script[fake.nasked];
	fake.nasked++;
	wire_begin(&o, frame, WIRE_INTERNAL_MAX, INT_RESPONSE, in->id);
	wire_put_u32(&o, TAG_STATUS, s.status);
	wire_put_u32(
	    &o, TAG_TRANSPORT, s.status == 0 ? TRANSPORT_BROKEN : TRANSPORT_OK);
	wire_put_str(&o, TAG_CONTENT_TYPE, "application/json");
	wire_put_str(&o, TAG_REQUEST_ID, "req1");
	fake_send(fake.channel, &o, NULL);
	if (s.status != 0 && s.body[0] != '\0') {
		wire_begin(&o, frame, WIRE_INTERNAL_MAX, INT_BODY, in->id);
		wire_put(&o, TAG_DATA, s.body, strlen(s.body));
		bound_learn(&fake.net.bound, s.body, strlen(s.body));
		fake_send(fake.channel, &o, NULL);
	}
	wire_begin(&o, frame, WIRE_INTERNAL_MAX, INT_END, in->id);
	fake_send(fake.channel, &o, NULL);
}

static void *
fake_net(void *arg)
{
	static uint8_t frame[WIRE_INTERNAL_MAX];
	struct wire_field f;
	struct wire_in in;
	char path[128];
	size_t len;

	(void)arg;
	while (wire_recv(fake.channel, frame, sizeof(frame), &len,
		   wire_now_ms() + 10000) == OKTA_OK &&
	    wire_open(&in, frame, len) == OKTA_OK) {
		struct wire_in copy = in;

		net_side_take(&fake.net, in);
		while (wire_next(&copy, &f) == 1)
			if (f.tag == TAG_PATH &&
			    wire_str(&f, path, sizeof(path)) == OKTA_OK &&
			    strlen(fake.paths) + strlen(path) + 2 <
				sizeof(fake.paths)) {
				strcat(fake.paths, path);
				strcat(fake.paths, " ");
			}
		if (in.op == INT_REQUEST_END)
			fake_answer(&in, frame);
	}
	return NULL;
}

static void *
fake_oktad(void *arg)
{
	static uint8_t frame[WIRE_INTERNAL_MAX];
	struct wire_out o;
	struct wire_in in;
	pthread_t net;
	int ends[2], has_net = 0;
	size_t len;

	(void)arg;
	while (wire_recv(fake.link, frame, sizeof(frame), &len,
		   wire_now_ms() + 10000) == OKTA_OK &&
	    wire_open(&in, frame, len) == OKTA_OK) {
		int is_first = in.op == INT_CHARGE && !has_net;

		fake.charges += in.op == INT_CHARGE;
		fake.sends += in.op == INT_SEND;
		wire_begin(&o, frame, sizeof(frame), INT_GRANT, in.id);
		if (!is_first) {
			fake_send(fake.link, &o, NULL);
			continue;
		}
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
			return NULL;
		fake.channel = ends[0];
		has_net = pthread_create(&net, NULL, fake_net, NULL) == 0;
		fake_send(fake.link, &o, &ends[1]);
		close(ends[1]);
	}
	if (has_net) {
		pthread_join(net, NULL);
		close(fake.channel);
	}
	return NULL;
}

static void *
fake_person(void *arg)
{
	static uint8_t frame[WIRE_INTERNAL_MAX];
	struct wire_out o;
	struct wire_in in;
	size_t len;

	(void)arg;
	while (wire_recv(fake.client, frame, sizeof(frame), &len,
		   wire_now_ms() + 10000) == OKTA_OK &&
	    wire_open(&in, frame, len) == OKTA_OK) {
		if (in.op != OP_PROMPT)
			continue;
		fake.prompts++;
		wire_begin(&o, frame, sizeof(frame),
		    fake.answer != NULL ? OP_REPLY : OP_CANCEL, in.id);
		if (fake.answer != NULL)
			wire_put(
			    &o, TAG_ANSWER, fake.answer, strlen(fake.answer));
		fake_send(fake.client, &o, NULL);
	}
	return NULL;
}

/* One login by that flow and script. */
static struct flow_end
fake_run(const struct flow *flow, uint16_t op, const char *factors,
    enum conf_factor factor, const char *answer, uint32_t deadline_ms)
{
	struct slice_person person = {.flow = FLOW_DIRECT,
	    .factor = factor,
	    .deadline_s = 20,
	    .factors_api = 1,
	    .id = ID,
	    .login = "alice@example.com",
	    .name = "alice",
	    .oidc_client_id = CLIENT,
	    .oidc_issuer = ISSUER};
	struct talk talk = {
	    .op = op, .is_root = 1, .deadline = wire_now_ms() + deadline_ms};
	struct login_link link = {.deadline = talk.deadline};
	struct login login = {
	    .person = &person, .talk = &talk, .link = &link, .channel = -1};
	pthread_t oktad, human;
	struct flow_end end;
	int links[2], talks[2];

	snprintf(person.factors, sizeof(person.factors), "%s", factors);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, links), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, talks), 0);
	link.fd = links[0];
	fake.link = links[1];
	talk.fd = talks[0];
	fake.client = talks[1];
	fake.answer = answer;
	fake.nasked = fake.charges = fake.sends = fake.prompts = 0;
	fake.paths[0] = '\0';
	net_side_begin(&fake.net, person.id, person.login);
	if (op == OP_LOGIN)
		assert_int_equal(secret_set(&talk.password, "pw", 2), 0);
	assert_int_equal(pthread_create(&oktad, NULL, fake_oktad, NULL), 0);
	assert_int_equal(pthread_create(&human, NULL, fake_person, NULL), 0);
	flow->run(&login, &end);
	if (login.channel >= 0)
		shutdown(login.channel, SHUT_RDWR);
	shutdown(links[0], SHUT_RDWR);
	shutdown(talks[0], SHUT_RDWR);
	pthread_join(oktad, NULL);
	pthread_join(human, NULL);
	assert_string_equal(fake.net.refused, "");
	secret_clear(&login.password);
	secret_clear(&talk.password);
	if (login.channel >= 0)
		close(login.channel);
	close(links[0]);
	close(links[1]);
	close(talks[0]);
	close(talks[1]);
	return end;
}

/* {… "id_token": "…"} with these claims besides the good ones. */
static const char *
fake_tokens(const char *subject, const char *amr)
{
	static const char head[] = "{\"alg\":\"RS256\"}";
	static char body[4][4096];
	static unsigned int turn;
	char claims[1024], token[2048], *out = body[turn++ % 4];
	long long now = (long long)time(NULL);
	size_t len = jwt_base64url(token, head, strlen(head));

	snprintf(claims, sizeof(claims),
	    "{\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT
	    "\",\"sub\":\"%s\",\"exp\":%lld,\"iat\":%lld,\"amr\":%s}",
	    subject, now + 3600, now, amr);
	token[len++] = '.';
	len += jwt_base64url(token + len, claims, strlen(claims));
	strcpy(token + len, ".c2ln");
	snprintf(out, sizeof(body[0]),
	    "{\"token_type\":\"Bearer\",\"access_token\":\"a\",\"id_token\":"
	    "\"%s\"}",
	    token);
	return out;
}

#endif
