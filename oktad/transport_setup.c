/*
 * What must hold for every call, as options of libcurl, and the functions that
 * libcurl calls while bytes move.
 */
#include <curl/curl.h>
#include <poll.h>
#include <string.h>

#include "transport.h"

enum {
	CONNECT_MS = 5000,
	SLOW_BYTES = 50, /* per second, over … */
	SLOW_SECONDS = 30, /* … so many seconds: given up (T88) */
	IDLE_SECONDS = 50 /* an idle connection that is older, is not used:
			     the server may be about to close it */
};

static size_t
on_header(char *line, size_t size, size_t n, void *arg)
{
	struct call *c = arg;
	size_t len = size * n;

	c->header_bytes += len;
	if (c->header_bytes > HEAD_MAX) {
		c->is_too_big = 1;
		return 0;
	}
	head_take(&c->head, line, len);
	return c->head.has_odd_coding ? 0 : len;
}

static size_t
on_answer(char *p, size_t size, size_t n, void *arg)
{
	struct call *c = arg;

	if (buf_put(&c->answer, p, size * n) != 0) {
		c->is_too_big = 1;
		return 0;
	}
	return size * n;
}

/* The bytes of a body leave once. There is no seek function, so libcurl can
 * not send them a second time on another connection: it fails instead. */
static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct call *c = arg;
	size_t left = c->body.len - c->sent;
	size_t len = size * n < left ? size * n : left;

	if (len > 0)
		memcpy(p, c->body.bytes + c->sent, len);
	c->sent += len;
	return len;
}

/* Has the other end said something on a connection that waited for a request?
 * That is its goodbye, by TLS or by TCP. libcurl 7.88 takes one by TLS for a
 * sign of life, and would spend the request on it. */
static int
is_over(struct call *c)
{
	struct pollfd p = {.events = POLLIN};
	int is_used = !c->is_connected;

	p.fd = tls_find(c);
	return is_used && (p.fd == -1 || poll(&p, 1, 0) != 0);
}

/* Nothing is sent on a connection that is over: transport.c opens another one.
 * Where a connection that was open already turns out to be dead only now,
 * libcurl would send a read once more by itself: with the same proof of
 * possession, which is good for one attempt. exchange.c begins anew instead. */
static int
on_request(void *arg, char *ip, char *own_ip, int port, int own_port)
{
	struct call *c = arg;

	(void)ip;
	(void)own_ip;
	(void)port;
	(void)own_port;
	if (c->attempts++ == 0 && !(c->is_over = is_over(c)))
		return CURL_PREREQFUNC_OK;
	c->ssl = NULL; /* its connection will be gone */
	return CURL_PREREQFUNC_ABORT;
}

/* Counts packed bytes too: a stream of empty gzip blocks never unpacks to
 * anything (T87). */
static int
on_progress(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total,
    curl_off_t up)
{
	struct call *c = arg;

	(void)total;
	(void)up_total;
	(void)up;
	if (now >= 0 && (uint64_t)now > c->max_bytes) {
		c->is_too_big = 1;
		return 1;
	}
	return 0;
}

int
transport_has_body(const struct call *c)
{
	return strcmp(c->method, "GET") != 0;
}

/* Header values come from fixed alphabets: a number, a checked token, a
 * numeric address (T94). */
static int
add_line(struct call *c, const char *name, const char *value)
{
	struct curl_slist *more;
	struct buf line;

	buf_init(&line, TRANSPORT_LINE_MAX);
	if (buf_printf(&line, "%s: %s", name, value) != 0 ||
	    (more = curl_slist_append(c->lines, line.bytes)) == NULL) {
		buf_clear(&line);
		return -1;
	}
	c->lines = more;
	buf_clear(&line);
	return 0;
}

static int
add_lines(struct call *c)
{
	const char *type = c->content == HTTP_FORM
	    ? "application/x-www-form-urlencoded"
	    : "application/json";

	if (add_line(c, "Accept", "application/json") != 0 ||
	    add_line(c, "Content-Type", type) != 0)
		return -1;
	/* "Expect: 100-continue" would only add a round trip. */
	if (transport_has_body(c) &&
	    (c->lines = curl_slist_append(c->lines, "Expect:")) == NULL)
		return -1;
	if (c->authorization.bytes != NULL &&
	    add_line(c, "Authorization", c->authorization.bytes) != 0)
		return -1;
	if (c->proof.bytes != NULL && add_line(c, "DPoP", c->proof.bytes) != 0)
		return -1;
	return c->forwarded_for == NULL
	    ? 0
	    : add_line(c, "X-Forwarded-For", c->forwarded_for);
}

#define SET(easy, option, value) \
	(curl_easy_setopt(easy, option, value) != CURLE_OK)

/* Everything that must hold for every call. Nonzero: one could not be set. */
static int
set_rules(CURL *h, const struct transport_target *target)
{
	const char *proxy = target->proxy != NULL ? target->proxy : "";
	struct curl_blob ca = {.flags = CURL_BLOB_COPY};

	if (SET(h, CURLOPT_PROTOCOLS_STR, "https") ||
	    SET(h, CURLOPT_FOLLOWLOCATION, 0L) ||
	    SET(h, CURLOPT_PATH_AS_IS, 1L) ||
	    SET(h, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) ||
	    SET(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) ||
	    SET(h, CURLOPT_PROXY, proxy) || SET(h, CURLOPT_NOPROXY, "") ||
	    SET(h, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) ||
	    SET(h, CURLOPT_NOSIGNAL, 1L) ||
	    SET(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) ||
	    SET(h, CURLOPT_ACCEPT_ENCODING, "gzip") ||
	    SET(h, CURLOPT_TCP_NODELAY, 1L) ||
	    SET(h, CURLOPT_TCP_KEEPALIVE, 1L) ||
	    SET(h, CURLOPT_MAXAGE_CONN, (long)IDLE_SECONDS) ||
	    SET(h, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) ||
	    SET(h, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES) ||
	    SET(h, CURLOPT_LOW_SPEED_TIME, (long)SLOW_SECONDS))
		return -1;
	if (SET(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ||
	    SET(h, CURLOPT_SSL_VERIFYPEER, 1L) ||
	    SET(h, CURLOPT_SSL_VERIFYHOST, 2L) ||
	    SET(h, CURLOPT_SSL_CTX_FUNCTION, tls_restrict))
		return -1;
	if (target->ca_pem == NULL)
		return 0;
	/* The file of the configuration replaces the system's CAs. */
	ca.data = (void *)(uintptr_t)target->ca_pem;
	ca.len = strlen(target->ca_pem);
	return SET(h, CURLOPT_CAINFO, NULL) || SET(h, CURLOPT_CAPATH, NULL) ||
	    SET(h, CURLOPT_CAINFO_BLOB, &ca);
}

static int
set_call(CURL *h, struct call *c, const char *agent, const char *url,
    long timeout_ms)
{
	if (SET(h, CURLOPT_URL, url) || SET(h, CURLOPT_PRIVATE, c) ||
	    SET(h, CURLOPT_USERAGENT, agent) ||
	    SET(h, CURLOPT_SSL_CTX_DATA, c) ||
	    SET(h, CURLOPT_HTTPHEADER, c->lines) ||
	    SET(h, CURLOPT_TIMEOUT_MS, timeout_ms) ||
	    SET(h, CURLOPT_FRESH_CONNECT, (long)c->is_fresh) ||
	    SET(h, CURLOPT_PREREQFUNCTION, on_request) ||
	    SET(h, CURLOPT_PREREQDATA, c) ||
	    SET(h, CURLOPT_HEADERFUNCTION, on_header) ||
	    SET(h, CURLOPT_HEADERDATA, c) ||
	    SET(h, CURLOPT_WRITEFUNCTION, on_answer) ||
	    SET(h, CURLOPT_WRITEDATA, c) ||
	    SET(h, CURLOPT_XFERINFOFUNCTION, on_progress) ||
	    SET(h, CURLOPT_XFERINFODATA, c) || SET(h, CURLOPT_NOPROGRESS, 0L))
		return -1;
	if (!transport_has_body(c))
		return 0;
	return SET(h, CURLOPT_POST, 1L) ||
	    SET(h, CURLOPT_CUSTOMREQUEST, c->method) ||
	    SET(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->body.len) ||
	    SET(h, CURLOPT_READFUNCTION, on_body) ||
	    SET(h, CURLOPT_READDATA, c);
}

int
transport_set_up(CURL *h, struct call *c, const struct transport_target *target,
    const char *agent, const char *url, long timeout_ms)
{
	return add_lines(c) != 0 || set_rules(h, target) != 0 ||
		set_call(h, c, agent, url, timeout_ms) != 0
	    ? -1
	    : 0;
}
