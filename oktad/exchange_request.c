/*
 * A request as it comes in over a channel, frame by frame, and whether it may
 * go out at all.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "exchange.h"
#include "log.h"

enum {
	TIMEOUT_MS = 30000, /* where the asker names none */
	TIMEOUT_MAX_MS = 120000,
	ANSWER_MAX = 16 << 20,
	ONE_ANSWER_MAX = 1 << 18 /* about one person */
};

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
	    inet_ntop(family, &a, x->forwarded_for, sizeof(x->forwarded_for)) ==
		NULL)
		return;
	x->call.forwarded_for = x->forwarded_for;
}

/* NULL, or why this request is not sent. */
static const char *
refusal(struct exchange *x)
{
	struct channel *c = x->channel;
	const struct route_request r = {.role = c->role,
	    .method = x->method,
	    .path = x->path,
	    .content = (enum http_content)x->content,
	    .credential = (enum http_credential)x->credential,
	    .has_body = x->call.body.len > 0};
	const char *why;

	x->route = c->net->has_conf ? route_find(&r) : NULL;
	if (x->route == NULL)
		return "not in the table";
	if (c->role != ROLE_LOGIN)
		return NULL;
	why = bound_refusal(
	    &c->bound, x->route, x->path, x->call.body.bytes, x->call.body.len);
	x->is_question = c->bound.is_question;
	return why;
}

static void
request_complete(struct exchange *x)
{
	enum channel_role role = x->channel->role;
	uint32_t max = role == ROLE_LOGIN || role == ROLE_SESSION
	    ? ONE_ANSWER_MAX
	    : ANSWER_MAX;
	const char *why = refusal(x);
	struct call *c = &x->call;

	if (why != NULL) {
		log_event(LOG_WARNING, "refused", log_text("why", why),
		    log_number("role", x->channel->role),
		    log_text("method", x->method),
		    log_text("path", route_shown(NULL, x->path)));
		exchange_answer(x, TRANSPORT_REFUSED, why);
		return;
	}
	c->path = x->path;
	c->method = x->method;
	c->content = x->route->content;
	c->max_bytes =
	    x->max_bytes != 0 && x->max_bytes < max ? x->max_bytes : max;
	c->deadline_ms = wire_now_ms() +
	    (x->timeout_ms == 0			     ? TIMEOUT_MS
		    : x->timeout_ms < TIMEOUT_MAX_MS ? x->timeout_ms
						     : TIMEOUT_MAX_MS);
	judge_forwarded(x);
	exchange_start(x);
}

static int
take_request(struct channel *c, struct wire_in *in)
{
	struct exchange *x;
	struct wire_field f;
	int r = OKTA_OK, n;

	if (c->nexchanges >= (c->role == ROLE_LOGIN ? CHANNEL_LOGIN_MAX
						    : CHANNEL_REQUESTS_MAX) ||
	    (c->role == ROLE_LOGIN && c->nrequests >= CHANNEL_LOGIN_ALL) ||
	    (c->role == ROLE_SESSION && c->nrequests >= CHANNEL_SESSION_ALL) ||
	    (x = calloc(1, sizeof(*x))) == NULL)
		return -1;
	x->channel = c;
	memcpy(x->id, in->id, WIRE_ID_SIZE);
	buf_init(&x->call.body, HTTP_BODY_MAX);
	TAILQ_INSERT_TAIL(&c->exchanges, x, entry);
	c->nexchanges++;
	c->nrequests++;
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

	TAILQ_FOREACH (x, &c->exchanges, entry) {
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
