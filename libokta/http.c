#include "http.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "buf.h"
#include "code.h"
#include "internal.h"
#include "name.h"
#include "wire.h"

enum {
	DEFAULT_TIMEOUT_MS = 30000,
	DEFAULT_MAX_BYTES = 16 << 20,
	PATIENCE_MS = 5000, /* net's own deadline fires first */
	CHUNK = 32768 /* bytes of a body per frame */
};

/* What the RESPONSE frame says below HTTP. */
struct verdict {
	uint32_t transport, kind, retry_s;
	char text[256];
};

/* Sends REQUEST, the body, REQUEST_END. */
static int
send_request(int channel, const struct http_request *req,
    const uint8_t id[WIRE_ID_SIZE], uint8_t *frame, uint64_t deadline)
{
	const char *body = req->body;
	struct wire_out o;
	int r;

	wire_begin(&o, frame, WIRE_INTERNAL_MAX, INT_REQUEST, id);
	wire_put_str(&o, TAG_METHOD, req->method);
	wire_put_str(&o, TAG_PATH, req->path);
	wire_put_u32(&o, TAG_CONTENT, req->content);
	wire_put_u32(&o, TAG_CREDENTIAL, req->credential);
	wire_put_u32(&o, TAG_TIMEOUT,
	    req->timeout_ms != 0 ? req->timeout_ms : DEFAULT_TIMEOUT_MS);
	if (req->max_bytes != 0 && req->max_bytes < DEFAULT_MAX_BYTES)
		wire_put_u32(&o, TAG_MAX_BYTES, (uint32_t)req->max_bytes);
	wire_put_str(&o, TAG_FORWARDED, req->forwarded_for);
	r = wire_end(&o);
	if (r == OKTA_OK)
		r = wire_send(channel, o.buf, o.len, deadline);
	for (size_t at = 0, n; r == OKTA_OK && at < req->body_len; at += n) {
		n = req->body_len - at < CHUNK ? req->body_len - at : CHUNK;
		wire_begin(&o, frame, WIRE_INTERNAL_MAX, INT_REQUEST_BODY, id);
		wire_put(&o, TAG_DATA, body + at, n);
		r = wire_end(&o);
		if (r == OKTA_OK)
			r = wire_send(channel, o.buf, o.len, deadline);
	}
	if (r != OKTA_OK)
		return r;
	wire_begin(&o, frame, WIRE_INTERNAL_MAX, INT_REQUEST_END, id);
	r = wire_end(&o);
	return r != OKTA_OK ? r : wire_send(channel, o.buf, o.len, deadline);
}

/* The page after this one must be a page of the same list: a link that leaves
 * the path of the request makes the whole answer bad (T84). */
static int
take_link(const struct wire_field *f, const char *path,
    struct http_response *res, struct verdict *v)
{
	size_t len = strcspn(path, "?");
	char next[HTTP_PATH_MAX];
	int bad;

	bad = res->next != NULL || wire_str(f, next, sizeof(next)) != OKTA_OK ||
	    strncmp(next, path, len) != 0 || next[len] != '?';
	for (const char *p = next; !bad && *p != '\0'; p++)
		bad = *p <= ' ' || *p >= 0x7f || *p == '#';
	if (bad) {
		v->transport = TRANSPORT_PROTOCOL;
		strcpy(v->text, "rel=\"next\" leaves the list");
		return OKTA_OK;
	}
	res->next = strdup(next);
	return res->next != NULL ? OKTA_OK : OKTA_SYSTEM;
}

static int
take_response(struct wire_in *in, const char *path, struct http_response *res,
    struct verdict *v)
{
	struct wire_field f;
	uint32_t status = 0, transport = 0;
	int r, n;

	while ((n = wire_next(in, &f)) == 1) {
		r = OKTA_OK;
		switch (f.tag) {
		case TAG_STATUS:
			r = wire_u32(&f, &status);
			break;
		case TAG_TRANSPORT:
			r = wire_u32(&f, &transport);
			break;
		case TAG_ERROR_KIND:
			r = wire_u32(&f, &v->kind);
			break;
		case TAG_RETRY:
			r = wire_u32(&f, &v->retry_s);
			break;
		case TAG_ERROR:
			name_filter_text(
			    v->text, sizeof(v->text), (const char *)f.p, f.len);
			break;
		case TAG_LINK:
			r = take_link(&f, path, res, v);
			break;
		case TAG_REQUEST_ID:
			r = wire_str(
			    &f, res->request_id, sizeof(res->request_id));
			break;
		case TAG_CONTENT_TYPE:
			r = wire_str(
			    &f, res->content_type, sizeof(res->content_type));
			break;
		case TAG_WWW_AUTHENTICATE:
			r = wire_str(&f, res->www_authenticate,
			    sizeof(res->www_authenticate));
			break;
		case TAG_DATE:
			r = wire_u64(&f, &res->date);
			break;
		default:
			break;
		}
		if (r != OKTA_OK)
			return r;
	}
	res->status = status <= 599 ? (int)status : 0;
	res->pause_s = res->status == 200 ? v->retry_s : 0;
	if (v->transport == TRANSPORT_OK)
		v->transport = transport;
	return n;
}

static int
take_body(struct wire_in *in, struct buf *body)
{
	struct wire_field f;
	int n;

	while ((n = wire_next(in, &f)) == 1) {
		if (f.tag == TAG_DATA && buf_put(body, f.p, f.len) != 0)
			return OKTA_BAD;
	}
	return n;
}

/* Until the channel has something to read. -1: the watched descriptor has, and
 * whoever waits for the answer has given up. */
static int
wait_for_answer(int channel, const int *watch, uint64_t deadline)
{
	struct pollfd p[] = {{.fd = channel, .events = POLLIN},
	    {.fd = watch != NULL ? *watch : -1, .events = POLLIN | POLLRDHUP}};
	uint64_t now;

	while (watch != NULL && (now = wire_now_ms()) < deadline) {
		if (poll(p, 2, (int)(deadline - now)) < 1)
			continue;
		if (p[1].revents != 0)
			return -1;
		break;
	}
	return 0;
}

/* Reads frames up to END. Those of an earlier request that was given up, are
 * skipped. */
static int
receive_answer(int channel, const struct http_request *req,
    const uint8_t id[WIRE_ID_SIZE], uint8_t *frame, struct http_response *res,
    struct buf *body, struct verdict *v, uint64_t deadline)
{
	int has_response = 0, r;
	struct wire_in in;
	size_t len;

	for (;;) {
		if (wait_for_answer(channel, req->watch, deadline) != 0)
			return OKTA_ABSENT;
		r = wire_recv(
		    channel, frame, WIRE_INTERNAL_MAX, &len, deadline);
		if (r == OKTA_OK)
			r = wire_open(&in, frame, len);
		if (r != OKTA_OK)
			return r;
		if (memcmp(in.id, id, WIRE_ID_SIZE) != 0)
			continue;
		if (in.op == INT_RESPONSE && !has_response) {
			has_response = 1;
			r = take_response(&in, req->path, res, v);
		} else if (in.op == INT_BODY && has_response) {
			r = take_body(&in, body);
		} else if (in.op == INT_END && has_response) {
			return OKTA_OK;
		} else {
			return OKTA_BAD;
		}
		if (r != OKTA_OK)
			return r;
	}
}

static int
judge(const struct http_request *req, const struct http_response *res,
    const struct verdict *v, struct error *e)
{
	static const struct {
		enum error_kind kind;
		const char *text;
	} below_http[] = {
	    [TRANSPORT_OFFLINE] = {ERROR_OFFLINE, "Okta can not be reached"},
	    [TRANSPORT_TLS] = {ERROR_PROTOCOL, "TLS with Okta failed"},
	    [TRANSPORT_TIME] = {ERROR_PROTOCOL, "Okta did not answer in time"},
	    [TRANSPORT_BROKEN] = {ERROR_PROTOCOL,
		"the connection to Okta broke"},
	    [TRANSPORT_TOO_BIG] = {ERROR_PROTOCOL, "Okta's answer is too big"},
	    [TRANSPORT_REFUSED] = {ERROR_SYSTEM,
		"oktad-net does not allow this request"},
	    [TRANSPORT_CREDENTIAL] = {ERROR_CONFIG, "no token could be had"},
	    [TRANSPORT_PROTOCOL] = {ERROR_PROTOCOL,
		"Okta's answer breaks the rules"},
	    [TRANSPORT_HELD] = {ERROR_RETRY,
		"our share of Okta's rate limit is used up"},
	};
	const char *shown = req->shown != NULL ? req->shown : req->path;
	int path = (int)strcspn(shown, "?");
	enum error_kind kind;

	if (v->transport == TRANSPORT_OK && res->status >= 200 &&
	    res->status != 429 && res->status != 503)
		return 0;
	if (v->transport == TRANSPORT_OK && res->status >= 200) {
		error_set(e, ERROR_RETRY,
		    "%s %.*s: HTTP %d, again in %u s (request %s)", req->method,
		    path, shown, res->status, v->retry_s, res->request_id);
		e->http_status = res->status;
		memcpy(e->request_id, res->request_id, sizeof(e->request_id));
		e->retry_s = v->retry_s;
		return -1;
	}
	if (v->transport == TRANSPORT_OK ||
	    v->transport >= sizeof(below_http) / sizeof(below_http[0]))
		return error_set(e, ERROR_SYSTEM,
		    "%s %.*s: oktad-net's answer is not understood",
		    req->method, path, shown);
	kind = below_http[v->transport].kind;
	if (v->transport == TRANSPORT_CREDENTIAL && v->kind > ERROR_NONE &&
	    v->kind <= ERROR_SYSTEM)
		kind = (enum error_kind)v->kind;
	error_set(e, kind, "%s %.*s: %s%s%s", req->method, path, shown,
	    below_http[v->transport].text, v->text[0] != '\0' ? ": " : "",
	    v->text);
	e->retry_s = v->retry_s;
	return -1;
}

static int
net_failed(int r, struct error *e)
{
	return error_set(e, ERROR_SYSTEM, "%s",
	    r == OKTA_ABSENT	   ? "given up before Okta answered"
		: r == OKTA_TIME   ? "oktad-net does not answer"
		: r == OKTA_CLOSED ? "oktad-net has gone"
				   : "oktad-net can not be understood");
}

int
http_start(int channel, const struct http_request *req, struct http_flight *f,
    struct error *e)
{
	uint32_t timeout =
	    req->timeout_ms != 0 ? req->timeout_ms : DEFAULT_TIMEOUT_MS;
	uint8_t *frame;
	int r;

	_Static_assert(sizeof(f->id) == WIRE_ID_SIZE, "an id of a frame");
	memset(e, 0, sizeof(*e));
	f->deadline = wire_now_ms() + timeout + PATIENCE_MS;
	if (strlen(req->path) >= HTTP_PATH_MAX || req->body_len > HTTP_BODY_MAX)
		return error_set(e, ERROR_SYSTEM, "the request is too long");
	if (getrandom(f->id, sizeof(f->id), 0) != sizeof(f->id))
		return error_errno(e, "getrandom");
	frame = malloc(WIRE_INTERNAL_MAX);
	if (frame == NULL)
		return error_errno(e, "request to oktad-net");
	r = send_request(channel, req, f->id, frame, f->deadline);
	explicit_bzero(frame, WIRE_INTERNAL_MAX);
	free(frame);
	return r == OKTA_OK ? 0 : net_failed(r, e);
}

int
http_finish(int channel, const struct http_request *req,
    const struct http_flight *f, struct http_response *res, struct error *e)
{
	size_t max = req->max_bytes != 0 && req->max_bytes < DEFAULT_MAX_BYTES
	    ? req->max_bytes
	    : DEFAULT_MAX_BYTES;
	struct verdict v = {0};
	struct buf body;
	uint8_t *frame;
	int r, rc = -1;

	memset(res, 0, sizeof(*res));
	memset(e, 0, sizeof(*e));
	buf_init(&body, max);
	frame = malloc(WIRE_INTERNAL_MAX);
	if (frame == NULL)
		return error_errno(e, "request to oktad-net");
	r = receive_answer(
	    channel, req, f->id, frame, res, &body, &v, f->deadline);
	if (r != OKTA_OK) {
		net_failed(r, e);
		goto out;
	}
	if (res->status != 0) {
		res->body_len = body.len;
		res->body = buf_take(&body);
		if (res->body == NULL) {
			res->body_len = 0;
			error_set(e, ERROR_SYSTEM, "out of memory");
			goto out;
		}
	}
	rc = judge(req, res, &v, e);
out:
	buf_clear(&body);
	explicit_bzero(frame, WIRE_INTERNAL_MAX);
	free(frame);
	return rc;
}

int
http_send(int channel, const struct http_request *req,
    struct http_response *res, struct error *e)
{
	struct http_flight f;

	memset(res, 0, sizeof(*res));
	if (http_start(channel, req, &f, e) == -1)
		return -1;
	return http_finish(channel, req, &f, res, e);
}

void
http_response_free(struct http_response *res)
{
	if (res->body != NULL)
		explicit_bzero(res->body, res->body_len);
	free(res->body);
	free(res->next);
	memset(res, 0, sizeof(*res));
}
