#include "exchange.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

enum {
	TIMEOUT_MS = 30000,	 /* where the asker names none */
	TIMEOUT_MAX_MS = 120000,
	ANSWER_MAX = 16 << 20,
	LOGIN_ANSWER_MAX = 1 << 18
};

static void start(struct exchange *x);

void
exchange_free(struct exchange *x)
{
	struct channel *c = x->channel;

	if (x->state == EXCHANGE_RUNNING) {
		c->net->running[c->role]--;
		c->net->has_news = 1;
	}
	if (c->answering == x)
		c->answering = NULL;
	TAILQ_REMOVE(&c->exchanges, x, entry);
	c->nexchanges--;
	transport_free_call(&x->call);
	explicit_bzero(x, sizeof(*x));
	free(x);
}

/* Ends a request that does not go to Okta (any more). */
static void
answer(struct exchange *x, enum transport_error error, const char *text)
{
	x->error = error;
	snprintf(x->text, sizeof(x->text), "%s", text);
	x->state = EXCHANGE_ANSWERING;
	x->step = ANSWER_HEAD;
}

static void
to_response(const struct call *c, struct http_response *res)
{
	memset(res, 0, sizeof(*res));
	res->status = c->status;
	res->body = c->answer.bytes;
	res->body_len = c->answer.len;
	memcpy(res->www_authenticate, c->head.www_authenticate,
	    sizeof(res->www_authenticate));
}

/* Shall the same request go out once more? After a 401 that means the token,
 * and for a read of the directory whose connection broke before an answer. A
 * request with a body of a login never is. */
static int
is_to_repeat(struct exchange *x)
{
	struct net *n = x->channel->net;
	struct credential *c = x->credential == HTTP_ADMIN
	    ? &n->admin : &n->daemon;
	struct http_response res;

	if (x->channel->role == ROLE_LOGIN)
		return 0;
	to_response(&x->call, &res);
	if (x->call.error == TRANSPORT_OK && x->generation != 0 &&
	    !x->has_new_token && token_is_refused(&res)) {
		x->has_new_token = 1;
		return token_drop(&c->token, x->generation, wire_now_ms());
	}
	if (x->call.error == TRANSPORT_BROKEN && !x->call.is_post &&
	    x->call.header_bytes == 0 && !x->has_reconnected) {
		x->has_reconnected = 1;
		return 1;
	}
	return 0;
}

/* A page's next link must be of our origin; one that is not, or that can not
 * be read, makes the whole answer bad: to ignore it would lose people. */
static void
judge_link(struct exchange *x)
{
	const struct head *h = &x->call.head;
	struct error e;

	if (x->call.error != TRANSPORT_OK || x->call.is_post ||
	    x->call.status != 200)
		return;
	if (h->has_odd_link)
		answer(x, TRANSPORT_PROTOCOL, "a Link header can not be read");
	else if (h->next[0] != '\0' &&
	    origin_check(&x->channel->net->origin, h->next, x->next,
		sizeof(x->next), &e) != 0)
		answer(x, TRANSPORT_PROTOCOL, e.text);
}

static void
call_done(struct call *call)
{
	struct exchange *x = call->owner;
	struct net *n = x->channel->net;

	n->running[x->channel->role]--;
	n->has_news = 1;
	x->state = EXCHANGE_WAITING;
	x->retry_s = net_learn(n, x->route->bucket, call);
	if (is_to_repeat(x)) {
		start(x);
		return;
	}
	secret_clear(&call->authorization);
	answer(x, call->error, call->text);
	judge_link(x);
	if (x->error != TRANSPORT_OK)
		net_note_error(n, x->text);
	else if (call->status < 400)
		net_note_error(n, NULL);
	log_event(LOG_DEBUG, "request", log_text("method", x->method),
	    log_text("path", x->route->path),
	    log_number("status", call->status),
	    log_text("error", x->text[0] != '\0' ? x->text : NULL),
	    log_text("request", call->head.request_id));
}

/* The credential in the header. -1: the request waits or has its answer. */
static int
authorize(struct exchange *x)
{
	struct net *n = x->channel->net;
	struct credential *c = x->credential == HTTP_ADMIN
	    ? &n->admin : &n->daemon;
	struct error e = {0};

	x->generation = 0;
	if (x->credential == HTTP_ANONYMOUS)
		return 0;
	/* OAuth gives no rights at authn (okta-api.md 1.5). */
	if ((x->channel->role == ROLE_LOGIN &&
		(!n->conf.trusted_app || c->mode != CONF_API_TOKEN)) ||
	    (x->credential == HTTP_ADMIN && !n->conf.has_admin)) {
		answer(x, TRANSPORT_REFUSED, "no such credential");
		return -1;
	}
	switch (credential_ask(c, &x->call.authorization, &x->generation, &e)) {
	case TOKEN_READY:
		if (c->mode == CONF_API_TOKEN)
			x->generation = 0;
		return 0;
	case TOKEN_WAIT:
	case TOKEN_MINT:
		x->state = EXCHANGE_WAITING;
		return -1;
	case TOKEN_FAILED:
		break;
	}
	x->kind = e.kind;
	x->retry_s = e.retry_s;
	answer(x, e.kind == ERROR_OFFLINE ? TRANSPORT_OFFLINE
	    : TRANSPORT_CREDENTIAL, e.text);
	return -1;
}

/* Sends a complete request, or puts it back to wait. */
static void
start(struct exchange *x)
{
	struct net *n = x->channel->net;
	enum channel_role role = x->channel->role;
	struct transport_target target;
	struct error e;

	x->state = EXCHANGE_WAITING;
	if (wire_now_ms() >= x->call.deadline_ms) {
		answer(x, TRANSPORT_TIME, "waited too long for its turn");
		return;
	}
	x->retry_s = governor_hold(&n->governor, x->route->bucket, role,
	    wire_now_ms());
	if (x->retry_s > 0) {
		answer(x, TRANSPORT_HELD, "");
		return;
	}
	if (role != ROLE_LOGIN && n->running[role] >= NET_PARALLEL)
		return;
	secret_clear(&x->call.authorization);
	buf_clear(&x->call.answer);
	if (authorize(x) != 0)
		return;
	net_target(n, &target);
	if (transport_begin(n->transport, &x->call, &target, &e) != 0) {
		answer(x, TRANSPORT_REFUSED, e.text);
		return;
	}
	x->state = EXCHANGE_RUNNING;
	n->running[role]++;
}

void
exchange_resume(struct net *n)
{
	struct channel *c;
	struct exchange *x;

	n->has_news = 0;
	TAILQ_FOREACH(c, &n->channels, entry) {
		TAILQ_FOREACH(x, &c->exchanges, entry) {
			if (x->state == EXCHANGE_WAITING)
				start(x);
		}
	}
}

/* X-Forwarded-For only where Okta has this host as a trusted proxy, and only
 * a number (T35, T94). */
static void
judge_forwarded(struct exchange *x)
{
	struct in6_addr a;
	int family = strchr(x->forwarded_for, ':') != NULL ? AF_INET6 : AF_INET;

	if (x->channel->role != ROLE_LOGIN ||
	    !x->channel->net->conf.trusted_proxy ||
	    inet_pton(family, x->forwarded_for, &a) != 1 ||
	    inet_ntop(family, &a, x->forwarded_for,
		sizeof(x->forwarded_for)) == NULL)
		return;
	x->call.forwarded_for = x->forwarded_for;
}

/* oktad charges the budget once per channel of a login, before it hands the
 * channel out; so each is good for one password, whatever the worker does
 * (T56). */
static int
is_free_try(struct exchange *x)
{
	struct channel *c = x->channel;
	int has_tried = c->has_tried;

	if (c->role != ROLE_LOGIN || strcmp(x->route->path, ROUTE_AUTHN) != 0)
		return 0;
	c->has_tried = 1;
	return has_tried;
}

static void
request_complete(struct exchange *x)
{
	const struct route_request r = {.role = x->channel->role,
	    .method = x->method,
	    .path = x->path,
	    .content = (enum http_content)x->content,
	    .credential = (enum http_credential)x->credential,
	    .has_body = x->call.body.len > 0};
	uint32_t max = x->channel->role == ROLE_LOGIN
	    ? LOGIN_ANSWER_MAX : ANSWER_MAX;
	struct call *c = &x->call;

	x->route = x->channel->net->has_conf ? route_find(&r) : NULL;
	if (x->route == NULL) {
		log_event(LOG_WARNING, "refused",
		    log_number("role", x->channel->role),
		    log_text("method", x->method), log_text("path", x->path));
		answer(x, TRANSPORT_REFUSED, "not in the table");
		return;
	}
	if (is_free_try(x)) {
		log_event(LOG_WARNING, "refused",
		    log_text("cause", "a second password of one login"));
		answer(x, TRANSPORT_REFUSED, "one password per login");
		return;
	}
	c->path = x->path;
	c->is_post = strcmp(x->method, "GET") != 0;
	c->content = x->route->content;
	c->max_bytes = x->max_bytes != 0 && x->max_bytes < max
	    ? x->max_bytes : max;
	c->deadline_ms = wire_now_ms() +
	    (x->timeout_ms == 0 ? TIMEOUT_MS : x->timeout_ms < TIMEOUT_MAX_MS
		? x->timeout_ms : TIMEOUT_MAX_MS);
	c->done = call_done;
	c->owner = x;
	judge_forwarded(x);
	start(x);
}

static int
take_request(struct channel *c, struct wire_in *in)
{
	struct exchange *x;
	struct wire_field f;
	int r = OKTA_OK, n;

	if (c->nexchanges >= CHANNEL_REQUESTS_MAX ||
	    (x = calloc(1, sizeof(*x))) == NULL)
		return -1;
	x->channel = c;
	memcpy(x->id, in->id, WIRE_ID_SIZE);
	buf_init(&x->call.body, HTTP_BODY_MAX);
	TAILQ_INSERT_TAIL(&c->exchanges, x, entry);
	c->nexchanges++;
	while (r == OKTA_OK && (n = wire_next(in, &f)) != 0) {
		if (n < 0)
			return -1;
		switch (f.tag) {
		case TAG_METHOD:
			r = wire_str(&f, x->method, sizeof(x->method));
			break;
		case TAG_PATH:
			r = wire_str(&f, x->path, sizeof(x->path));
			break;
		case TAG_CONTENT:
			r = wire_u32(&f, &x->content);
			break;
		case TAG_CREDENTIAL:
			r = wire_u32(&f, &x->credential);
			break;
		case TAG_TIMEOUT:
			r = wire_u32(&f, &x->timeout_ms);
			break;
		case TAG_MAX_BYTES:
			r = wire_u32(&f, &x->max_bytes);
			break;
		case TAG_FORWARDED:
			/* Not an address: as if it was not there. */
			if (wire_str(&f, x->forwarded_for,
				sizeof(x->forwarded_for)) != OKTA_OK)
				x->forwarded_for[0] = '\0';
			break;
		default:
			break;
		}
	}
	return r == OKTA_OK ? 0 : -1;
}

static int
take_body(struct exchange *x, struct wire_in *in)
{
	struct wire_field f;
	int n;

	while ((n = wire_next(in, &f)) == 1) {
		if (f.tag == TAG_DATA &&
		    buf_put(&x->call.body, f.p, f.len) != 0)
			return -1;
	}
	return n;
}

int
exchange_take_frame(struct channel *c, struct wire_in *in)
{
	struct exchange *x;

	TAILQ_FOREACH(x, &c->exchanges, entry) {
		if (memcmp(x->id, in->id, WIRE_ID_SIZE) == 0)
			break;
	}
	if (in->op == INT_REQUEST && x == NULL)
		return take_request(c, in);
	if (x == NULL || x->state != EXCHANGE_RECEIVING)
		return -1;
	if (in->op == INT_REQUEST_BODY)
		return take_body(x, in);
	if (in->op != INT_REQUEST_END)
		return -1;
	request_complete(x);
	return 0;
}
