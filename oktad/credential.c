#include "credential.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "net.h"

enum {
	MINT_MS = 20000,
	ANSWER_MAX = 65536, /* bytes of a token answer */
	FORM_MAX = 16384
};

void
credential_set(struct credential *c, struct net *net, int is_admin,
    enum conf_mode mode, const struct secret *api_token, char *const *scopes)
{
	credential_clear(c);
	c->net = net;
	c->is_admin = is_admin;
	c->mode = mode;
	c->api_token = api_token;
	c->scopes = scopes;
}

void
credential_clear(struct credential *c)
{
	transport_free_call(&c->call);
	memset(&c->call, 0, sizeof(c->call));
	c->is_asking = 0;
	token_clear(&c->token);
}

static void
fail(struct credential *c, const struct error *e)
{
	c->is_asking = 0;
	token_fail(&c->token, wire_now_ms(), e);
	net_credential_changed(c->net, c, e);
}

/* Asks oktad for an assertion; its answer goes on with begin_call. */
static void
ask_assertion(struct credential *c)
{
	struct error e;

	c->skew = skew_seconds(&c->net->skew);
	if (llabs(c->skew) > SKEW_MAX_S) {
		error_set(&e, ERROR_CONFIG, "this host's clock is %lld s off "
		    "Okta's; more than a day is not corrected",
		    (long long)-c->skew);
		fail(c, &e);
	} else if (getrandom(c->assert_id, WIRE_ID_SIZE, 0) != WIRE_ID_SIZE) {
		error_errno(&e, "getrandom");
		fail(c, &e);
	} else {
		c->is_asking = 1;
		net_send_assert(c->net, c->assert_id, (int32_t)c->skew,
		    c->is_admin);
	}
}

enum token_step
credential_ask(struct credential *c, struct secret *value,
    uint32_t *generation, struct error *e)
{
	static const char ssws[] = "SSWS ", bearer[] = "Bearer ";
	const struct secret *s = c->mode == CONF_API_TOKEN
	    ? c->api_token : &c->token.value;
	enum token_step step = TOKEN_READY;
	struct buf b;

	*generation = c->token.generation;
	if (c->mode == CONF_OAUTH)
		step = token_ask(&c->token, wire_now_ms());
	if (step == TOKEN_MINT) {
		c->has_retried = 0;
		c->deadline_ms = wire_now_ms() + MINT_MS;
		ask_assertion(c);
		step = c->token.state == TOKEN_MINTING
		    ? TOKEN_WAIT : TOKEN_FAILED;
	}
	if (step == TOKEN_FAILED)
		*e = c->token.failure;
	if (step != TOKEN_READY)
		return step;
	buf_init(&b, TRANSPORT_LINE_MAX);
	if (s == NULL || s->bytes == NULL || !token_is_text(s->bytes, s->len) ||
	    buf_printf(&b, "%s%s", c->mode == CONF_API_TOKEN ? ssws : bearer,
		s->bytes) != 0 || secret_set(value, b.bytes, b.len) != 0) {
		error_set(e, ERROR_SYSTEM, "the credential can not be used");
		step = TOKEN_FAILED;
	}
	buf_clear(&b);
	return step;
}

/* Okta's clock moved the assertion out of its time? Descriptions are not
 * matched (okta-api.md 1.2); the answer's own Date tells. */
static int
is_clock_fault(const struct credential *c, const struct call *call)
{
	int64_t skew = (int64_t)(call->head.date - (uint64_t)time(NULL));

	return call->status >= 400 && call->status < 500 &&
	    call->status != 429 && call->head.date != 0 &&
	    llabs(skew - c->skew) >= SKEW_NOTABLE_S;
}

static void
answer_to_response(const struct call *call, struct http_response *res)
{
	memset(res, 0, sizeof(*res));
	res->status = call->status;
	res->body = call->answer.bytes;
	res->body_len = call->answer.len;
	res->date = call->head.date;
	memcpy(res->request_id, call->head.request_id,
	    sizeof(res->request_id));
	memcpy(res->content_type, call->head.content_type,
	    sizeof(res->content_type));
	memcpy(res->www_authenticate, call->head.www_authenticate,
	    sizeof(res->www_authenticate));
}

static void
call_failed(const struct call *call, struct error *e)
{
	error_set(e, call->error == TRANSPORT_OFFLINE ? ERROR_OFFLINE
	    : ERROR_PROTOCOL, "token: %s", call->text);
}

static void
call_done(struct call *call)
{
	struct credential *c = call->owner;
	struct http_response res;
	struct error e = {0};
	uint32_t wait;
	int rc = -1;

	wait = net_learn(c->net, BUCKET_OAUTH, call);
	if (call->error != TRANSPORT_OK) {
		call_failed(call, &e);
	} else if (is_clock_fault(c, call) && !c->has_retried) {
		c->has_retried = 1;
		skew_set(&c->net->skew, call->head.date,
		    (uint64_t)time(NULL));
		transport_free_call(call);
		ask_assertion(c);
		return;
	} else {
		answer_to_response(call, &res);
		rc = token_accept(&c->token, &res, c->scopes, c->started_ms,
		    &e);
		if (rc != 0 && e.kind == ERROR_RETRY && wait > 0)
			e.retry_s = wait;
	}
	transport_free_call(call);
	if (rc != 0)
		fail(c, &e);
	else
		net_credential_changed(c->net, c, NULL);
}

/* Scope names are [A-Za-z0-9._:] by the configuration's own check; everything
 * else of the form is a constant or base64url. */
static int
put_form(const struct credential *c, const struct secret *jwt, struct buf *b)
{
	buf_puts(b, "grant_type=client_credentials&scope=");
	for (char *const *s = c->scopes; s != NULL && *s != NULL; s++)
		buf_printf(b, "%s%s", s == c->scopes ? "" : "%20", *s);
	buf_puts(b, "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A"
		    "client-assertion-type%3Ajwt-bearer&client_assertion=");
	return buf_put(b, jwt->bytes, jwt->len);
}

static int
is_jwt(const struct secret *jwt)
{
	return jwt->len > 0 && strspn(jwt->bytes,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_.") == jwt->len;
}

int
credential_take_assertion(struct credential *c,
    const uint8_t id[WIRE_ID_SIZE], const struct secret *jwt,
    const char *reason)
{
	struct transport_target target;
	struct error e;

	if (!c->is_asking || memcmp(id, c->assert_id, WIRE_ID_SIZE) != 0)
		return 0;
	c->is_asking = 0;
	if (!is_jwt(jwt)) {
		error_set(&e, ERROR_CONFIG, "no assertion: %s", reason);
		fail(c, &e);
		return 1;
	}
	memset(&c->call, 0, sizeof(c->call));
	c->call.path = route_token.path;
	c->call.is_post = 1;
	c->call.content = HTTP_FORM;
	c->call.max_bytes = ANSWER_MAX;
	c->call.deadline_ms = c->deadline_ms;
	c->call.done = call_done;
	c->call.owner = c;
	c->started_ms = wire_now_ms();
	buf_init(&c->call.body, FORM_MAX);
	net_target(c->net, &target);
	if (put_form(c, jwt, &c->call.body) != 0)
		error_set(&e, ERROR_SYSTEM, "token: the assertion is too long");
	else if (transport_begin(c->net->transport, &c->call, &target,
		&e) == 0)
		return 1;
	transport_free_call(&c->call);
	fail(c, &e);
	return 1;
}

void
credential_tick(struct credential *c, uint64_t now_ms)
{
	struct error e;

	if (!c->is_asking || now_ms < c->deadline_ms)
		return;
	error_set(&e, ERROR_SYSTEM, "oktad does not answer with an assertion");
	fail(c, &e);
}
