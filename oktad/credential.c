#include "credential.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "net.h"

enum {
	MINT_MS = 20000,
	PROOFS_MAX = 3, /* tries more: one for a proof, two for its nonce */
	ANSWER_MAX = 65536, /* bytes of a token answer */
	FORM_MAX = 16384
};

void
credential_set(struct credential *c, struct net *net,
    struct credential_owner owner, enum conf_mode mode,
    const struct secret *api_token, char *const *scopes)
{
	credential_clear(c);
	c->net = net;
	c->owner = owner;
	c->mode = mode;
	c->api_token = api_token;
	c->scopes = scopes;
}

void
credential_clear(struct credential *c)
{
	transport_free_call(&c->call);
	memset(&c->call, 0, sizeof(c->call));
	c->is_asking = c->needs_proof = c->is_hint = 0;
	token_clear(&c->token);
	dpop_clear(&c->dpop);
}

void
credential_save_hint(const struct credential *c, struct credential_hint *hint)
{
	hint->needs_proof = c->needs_proof;
	memcpy(hint->nonce, c->dpop.nonce, sizeof(hint->nonce));
}

void
credential_take_hint(struct credential *c, const struct credential_hint *hint)
{
	if (c->mode != CONF_OAUTH || !hint->needs_proof)
		return;
	c->needs_proof = c->is_hint = 1;
	(void)dpop_take_nonce(&c->dpop, hint->nonce);
}

static void
fail(struct credential *c, const struct error *e)
{
	/* Perhaps another app, which wants none. */
	if (c->is_hint)
		c->needs_proof = c->is_hint = 0;
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
		error_set(&e, ERROR_CONFIG,
		    "this host's clock is %lld s off "
		    "Okta's; more than a day is not corrected",
		    (long long)-c->skew);
		fail(c, &e);
	} else if (getrandom(c->assert_id, WIRE_ID_SIZE, 0) != WIRE_ID_SIZE) {
		error_errno(&e, "getrandom");
		fail(c, &e);
	} else {
		c->is_asking = 1;
		net_send_assert(
		    c->net, c->assert_id, (int32_t)c->skew, c->owner);
	}
}

int
credential_put_proof(const struct net *n, const struct dpop *d,
    const struct secret *token, struct call *call, struct error *e)
{
	struct buf url;
	int rc;

	buf_init(&url, HTTP_PATH_MAX + 512);
	if (buf_printf(&url, "%s%s", n->origin.url, call->path) != 0)
		rc = error_set(e, ERROR_SYSTEM, "DPoP: the URL is too long");
	else
		rc = dpop_proof(d, call->method, url.bytes, token,
		    (int64_t)time(NULL) + skew_seconds(&n->skew), &call->proof,
		    e);
	buf_clear(&url);
	return rc;
}

static int
put_authorization(
    const struct credential *c, struct call *call, struct error *e)
{
	const struct secret *s = &c->token.value;
	const char *scheme = c->token.is_bound ? "DPoP" : "Bearer";
	struct buf b;
	int rc;

	if (c->mode == CONF_API_TOKEN) {
		s = c->api_token;
		scheme = "SSWS";
	}
	buf_init(&b, TRANSPORT_LINE_MAX);
	if (s == NULL || s->bytes == NULL || !token_is_text(s->bytes, s->len) ||
	    buf_printf(&b, "%s %s", scheme, s->bytes) != 0 ||
	    secret_set(&call->authorization, b.bytes, b.len) != 0)
		rc = error_set(
		    e, ERROR_SYSTEM, "the credential can not be used");
	else
		rc = c->token.is_bound
		    ? credential_put_proof(c->net, &c->dpop, s, call, e)
		    : 0;
	buf_clear(&b);
	return rc;
}

enum token_step
credential_ask(struct credential *c, struct call *call, uint32_t *generation,
    struct error *e)
{
	enum token_step step = TOKEN_READY;

	*generation = c->mode == CONF_OAUTH ? c->token.generation : 0;
	if (c->mode == CONF_OAUTH)
		step = token_ask(&c->token, wire_now_ms());
	if (step == TOKEN_MINT) {
		c->has_retried = 0;
		c->proofs = 0;
		c->deadline_ms = wire_now_ms() + MINT_MS;
		if (c->needs_proof && dpop_renew(&c->dpop, e) != 0)
			fail(c, e);
		else
			ask_assertion(c);
		step =
		    c->token.state == TOKEN_MINTING ? TOKEN_WAIT : TOKEN_FAILED;
	}
	if (step == TOKEN_FAILED)
		*e = c->token.failure;
	if (step == TOKEN_READY && put_authorization(c, call, e) != 0)
		step = TOKEN_FAILED;
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
	memcpy(res->request_id, call->head.request_id, sizeof(res->request_id));
	memcpy(res->content_type, call->head.content_type,
	    sizeof(res->content_type));
	memcpy(res->www_authenticate, call->head.www_authenticate,
	    sizeof(res->www_authenticate));
}

static void
call_failed(const struct call *call, struct error *e)
{
	error_set(e,
	    call->error == TRANSPORT_OFFLINE ? ERROR_OFFLINE : ERROR_PROTOCOL,
	    "token: %s", call->text);
}

/* Okta wants a proof, or another nonce in it: is the same mint to be tried
 * again? What it wants is found out by asking, once in the life of this
 * program; the nonce of its last answer is good for the next mint, too. */
static int
is_proof_missing(struct credential *c, const struct http_response *res,
    const struct call *call, struct error *e)
{
	int is_newer = dpop_take_nonce(&c->dpop, call->head.dpop_nonce);
	enum dpop_word word = dpop_judge(res);

	if (word == DPOP_FINE || c->proofs++ >= PROOFS_MAX)
		return 0;
	if (c->needs_proof)
		return word == DPOP_NONCE && is_newer;
	c->needs_proof = 1;
	return dpop_renew(&c->dpop, e) == 0;
}

int
credential_take_proof_error(struct credential *c,
    const struct http_response *res, const struct call *call)
{
	enum dpop_word word = dpop_judge(res);

	if (call->proof.bytes == NULL)
		return 0;
	dpop_take_nonce(&c->dpop, call->head.dpop_nonce);
	if (word == DPOP_PROOF)
		skew_set(&c->net->skew, call->head.date, (uint64_t)time(NULL));
	return word != DPOP_FINE;
}

/* What asks for the scopes of one command only, fails for want of them, and
 * names them: those that were left out of a token, or all of them where none
 * is granted (okta-api.md 1.2). */
static int
miss_scopes(struct credential *c, struct error *e)
{
	char names[200] = "";
	size_t at = 0;

	if (c->token.state == TOKEN_HELD)
		snprintf(names, sizeof(names), "%s", c->token.missing);
	for (char *const *s = c->scopes; c->token.state != TOKEN_HELD &&
	     s != NULL && *s != NULL && at < sizeof(names);
	     s++)
		at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s",
		    at > 0 ? " " : "", *s);
	return error_set(e, ERROR_SCOPE,
	    "Okta does not grant the scope %s to the app of %s; grant it in "
	    "the admin console: Applications, that app, Okta API Scopes",
	    names,
	    c->owner.tag == TAG_CHANGE ? "the admin credential" : "[okta]");
}

static int
is_ungranted(const struct error *e)
{
	static const char *const words[] = {
	    "consent_required", "invalid_scope"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(e->okta_code, words[i], sizeof(e->okta_code) - 1) ==
		    0)
			return 1;
	return 0;
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
		skew_set(&c->net->skew, call->head.date, (uint64_t)time(NULL));
		transport_free_call(call);
		ask_assertion(c);
		return;
	} else {
		answer_to_response(call, &res);
		if (is_proof_missing(c, &res, call, &e)) {
			transport_free_call(call);
			ask_assertion(c);
			return;
		}
		rc = token_accept(&c->token, &res, c->scopes,
		    call->proof.bytes != NULL, c->started_ms, &e);
		if (rc != 0 && e.kind == ERROR_RETRY && wait > 0)
			e.retry_s = wait;
		if (c->is_strict &&
		    (rc == 0 ? c->token.missing[0] != '\0' : is_ungranted(&e)))
			rc = miss_scopes(c, &e);
	}
	transport_free_call(call);
	if (rc != 0) {
		fail(c, &e);
		return;
	}
	c->is_hint = 0;
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
	buf_puts(b,
	    "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A"
	    "client-assertion-type%3Ajwt-bearer&client_assertion=");
	return buf_put(b, jwt->bytes, jwt->len);
}

int
credential_is_jwt(const struct secret *jwt)
{
	return jwt->len > 0 &&
	    strspn(jwt->bytes,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_.") == jwt->len;
}

int
credential_take_assertion(struct credential *c, const uint8_t id[WIRE_ID_SIZE],
    const struct secret *jwt, const char *reason)
{
	struct transport_target target;
	struct error e;

	if (!c->is_asking || memcmp(id, c->assert_id, WIRE_ID_SIZE) != 0)
		return 0;
	c->is_asking = 0;
	if (!credential_is_jwt(jwt)) {
		error_set(&e, ERROR_CONFIG, "no assertion: %s", reason);
		fail(c, &e);
		return 1;
	}
	memset(&c->call, 0, sizeof(c->call));
	c->call.path = route_token.path;
	c->call.method = route_token.method;
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
	else if ((!c->needs_proof ||
		     credential_put_proof(
			 c->net, &c->dpop, NULL, &c->call, &e) == 0) &&
	    transport_begin(c->net->transport, &c->call, &target, &e) == 0)
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
