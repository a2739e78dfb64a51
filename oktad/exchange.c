#include "exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "oidc_client.h"
#include "own.h"

void
exchange_free(struct exchange *x)
{
	struct channel *c = x->channel;

	if (x->state == EXCHANGE_RUNNING)
		c->net->running[c->role]--;
	c->net->has_news = 1;
	if (c->answering == x)
		c->answering = NULL;
	TAILQ_REMOVE(&c->exchanges, x, entry);
	c->nexchanges--;
	transport_free_call(&x->call);
	explicit_bzero(x, sizeof(*x));
	free(x);
}

void
exchange_answer(
    struct exchange *x, enum transport_error error, const char *text)
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

/* Whose credential goes with it; NULL where it may have none. oktactl looks
 * with the daemon's; what that was not asked for, with a token of the same app
 * for that alone. */
static struct credential *
credential_of(struct exchange *x)
{
	struct net *n = x->channel->net;

	switch (x->channel->role) {
	case ROLE_CHANGE:
		return own_find(x->channel, x->route->scope);
	case ROLE_CONTROL:
		return own_look(x->channel, x->route->scope);
	default:
		return x->credential == HTTP_ADMIN ? &n->admin : &n->daemon;
	}
}

/* Shall the same request go out once more? After a 401 that means the token,
 * and for a read of the directory whose connection broke before an answer. One
 * of a login is only where Okta has not looked at it for want of a proof. */
static int
is_to_repeat(struct exchange *x)
{
	struct http_response res;
	struct credential *c;

	to_response(&x->call, &res);
	if (x->credential == HTTP_CLIENT)
		return x->call.error == TRANSPORT_OK &&
		    oidc_client_wants_again(x, &res);
	if (x->channel->role == ROLE_LOGIN || (c = credential_of(x)) == NULL)
		return 0;
	/* Refused before it was handled (RFC 9449, 9). */
	if (x->call.error == TRANSPORT_OK && !x->has_new_proof &&
	    credential_take_proof_error(c, &res, &x->call)) {
		x->has_new_proof = 1;
		return 1;
	}
	if (x->call.error == TRANSPORT_OK && x->generation != 0 &&
	    !x->has_new_token && token_is_refused(&res)) {
		x->has_new_token = 1;
		return token_drop(&c->token, x->generation, wire_now_ms());
	}
	if (x->call.error == TRANSPORT_BROKEN &&
	    !transport_has_body(&x->call) && x->call.header_bytes == 0 &&
	    !x->has_reconnected) {
		x->has_reconnected = x->call.is_fresh = 1;
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

	if (x->call.error != TRANSPORT_OK || transport_has_body(&x->call) ||
	    x->call.status != 200)
		return;
	if (h->has_odd_link)
		exchange_answer(
		    x, TRANSPORT_PROTOCOL, "a Link header can not be read");
	else if (h->next[0] != '\0' && !x->route->has_query)
		exchange_answer(x, TRANSPORT_PROTOCOL,
		    "a Link header where there is no list");
	else if (h->next[0] != '\0' &&
	    origin_check(&x->channel->net->origin, h->next, x->next,
		sizeof(x->next), &e) != 0)
		exchange_answer(x, TRANSPORT_PROTOCOL, e.text);
}

static void
call_done(struct call *call)
{
	struct exchange *x = call->owner;
	struct net *n = x->channel->net;
	int is_change;

	n->running[x->channel->role]--;
	n->has_news = 1;
	x->state = EXCHANGE_WAITING;
	x->retry_s = net_learn(n, x->route->bucket, call);
	if (x->channel->role == ROLE_LOGIN && call->error == TRANSPORT_OK)
		bound_learn(
		    &x->channel->bound, call->answer.bytes, call->answer.len);
	if (x->is_question && call->error == TRANSPORT_OK &&
	    call->status == 429)
		bound_unasked(&x->channel->bound, x->path);
	if (is_to_repeat(x)) {
		exchange_start(x);
		return;
	}
	secret_clear(&call->authorization);
	secret_clear(&call->proof);
	buf_clear(&call->body);
	exchange_answer(x, call->error, call->text);
	judge_link(x);
	if (x->error != TRANSPORT_OK)
		net_note_error(n, x->text);
	else if (call->status < 400)
		net_note_error(n, NULL);
	/* What changes something, leaves a line of its own. */
	is_change = x->channel->role == ROLE_CHANGE && transport_has_body(call);
	log_event(is_change ? LOG_NOTICE : LOG_DEBUG, "request",
	    log_text("method", x->method),
	    log_text("path",
		is_change ? route_shown(x->route, x->path) : x->route->path),
	    log_number("status", call->status),
	    log_text("error", x->text[0] != '\0' ? x->text : NULL),
	    log_text("request", call->head.request_id));
}

/* The OIDC client's. -1: the request waits or has its answer. */
static int
authorize_client(struct exchange *x)
{
	const char *why = NULL;

	switch (oidc_client_ask(x, &why)) {
	case OIDC_READY:
		return 0;
	case OIDC_WAIT:
		x->state = EXCHANGE_WAITING;
		return -1;
	case OIDC_REFUSED:
		break;
	}
	exchange_answer(x, TRANSPORT_REFUSED, why);
	return -1;
}

/* May a login use the [okta] or [admin] credential? OAuth gives no rights at
 * authn (okta-api.md 1.5). */
static int
may_login_use(const struct exchange *x, const struct credential *c)
{
	const struct slice_net *conf = &x->channel->net->conf;

	return x->credential == HTTP_ADMIN
	    ? conf->factors_api
	    : conf->trusted_app && c->mode == CONF_API_TOKEN;
}

/* The credential in the header. -1: the request waits or has its answer. */
static int
authorize(struct exchange *x)
{
	struct net *n = x->channel->net;
	struct credential *c;
	struct error e = {0};

	x->generation = 0;
	if (x->credential == HTTP_ANONYMOUS)
		return 0;
	if (x->credential == HTTP_CLIENT)
		return authorize_client(x);
	c = credential_of(x);
	if (c == NULL ||
	    (x->channel->role == ROLE_LOGIN && !may_login_use(x, c)) ||
	    (x->channel->role == ROLE_SESSION && c->mode != CONF_API_TOKEN) ||
	    (c == &n->admin && !n->conf.has_admin)) {
		exchange_answer(x, TRANSPORT_REFUSED, "no such credential");
		return -1;
	}
	switch (credential_ask(c, &x->call, &x->generation, &e)) {
	case TOKEN_READY:
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
	exchange_answer(x,
	    e.kind == ERROR_OFFLINE ? TRANSPORT_OFFLINE : TRANSPORT_CREDENTIAL,
	    e.text);
	return -1;
}

/* Answers that nobody fetches stay in memory. */
static int
has_unread(const struct channel *c)
{
	const struct exchange *x;
	unsigned int n = 0;

	TAILQ_FOREACH (x, &c->exchanges, entry)
		n += x->state == EXCHANGE_ANSWERING && x->call.answer.len > 0;
	return n >= NET_PARALLEL;
}

void
exchange_start(struct exchange *x)
{
	struct net *n = x->channel->net;
	enum channel_role role = x->channel->role;
	struct transport_target target;
	struct error e;

	x->state = EXCHANGE_WAITING;
	if (wire_now_ms() >= x->call.deadline_ms) {
		exchange_answer(
		    x, TRANSPORT_TIME, "waited too long for its turn");
		return;
	}
	x->retry_s =
	    governor_hold(&n->governor, x->route->bucket, role, wire_now_ms());
	if (x->retry_s > 0) {
		if (x->is_question)
			bound_unasked(&x->channel->bound, x->path);
		exchange_answer(x, TRANSPORT_HELD, "");
		return;
	}
	if (role != ROLE_LOGIN &&
	    (n->running[role] >= NET_PARALLEL || has_unread(x->channel)))
		return;
	if (x->client_state != CLIENT_ADDED)
		secret_clear(&x->call.authorization);
	secret_clear(&x->call.proof);
	buf_clear(&x->call.answer);
	if (authorize(x) != 0)
		return;
	x->call.done = call_done;
	x->call.owner = x;
	x->app = n->napps;
	net_target(n, &target);
	if (transport_begin(n->transport, &x->call, &target, &e) != 0) {
		exchange_answer(x, TRANSPORT_REFUSED, e.text);
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
	TAILQ_FOREACH (c, &n->channels, entry) {
		TAILQ_FOREACH (x, &c->exchanges, entry) {
			if (x->state == EXCHANGE_WAITING)
				exchange_start(x);
		}
	}
}
