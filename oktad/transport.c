#include "config.h"

#include "transport.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "wire.h"

enum {
	CONNECT_MS = 5000,
	SLOW_BYTES = 50,   /* per second, over … */
	SLOW_SECONDS = 30, /* … so many seconds: given up (T88) */
	IDLE_SECONDS = 50, /* an idle connection that is older, is not used:
			      the server may be about to close it */
	CONNECTIONS = 16   /* kept open */
};

struct transport {
	CURLM *multi;
	char agent[128];
};

int
transport_open(struct transport **out, struct error *e)
{
	struct transport *t = calloc(1, sizeof(*t));
	struct utsname host;

	*out = NULL;
	if (t == NULL || uname(&host) != 0 ||
	    (t->multi = curl_multi_init()) == NULL) {
		free(t);
		return error_errno(e, "libcurl");
	}
	snprintf(t->agent, sizeof(t->agent), "okta-login/%s linux/%s",
	    PACKAGE_VERSION, host.machine);
	/* Calls never share a connection: one that stalls, stalls alone. */
	curl_multi_setopt(t->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS);
	*out = t;
	return 0;
}

void
transport_close(struct transport *t)
{
	if (t == NULL)
		return;
	curl_multi_cleanup(t->multi);
	free(t);
}

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
	    ? "application/x-www-form-urlencoded" : "application/json";

	if (add_line(c, "Accept", "application/json") != 0 ||
	    add_line(c, "Content-Type", type) != 0)
		return -1;
	/* "Expect: 100-continue" would only add a round trip. */
	if (c->is_post && (c->lines = curl_slist_append(c->lines, "Expect:")) ==
		NULL)
		return -1;
	if (c->authorization.bytes != NULL && add_line(c, "Authorization",
		c->authorization.bytes) != 0)
		return -1;
	return c->forwarded_for == NULL ? 0
	    : add_line(c, "X-Forwarded-For", c->forwarded_for);
}

#define SET(easy, option, value)                                              \
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
set_call(CURL *h, struct transport *t, struct call *c, const char *url,
    long timeout_ms)
{
	if (SET(h, CURLOPT_URL, url) || SET(h, CURLOPT_PRIVATE, c) ||
	    SET(h, CURLOPT_USERAGENT, t->agent) ||
	    SET(h, CURLOPT_SSL_CTX_DATA, c) ||
	    SET(h, CURLOPT_HTTPHEADER, c->lines) ||
	    SET(h, CURLOPT_TIMEOUT_MS, timeout_ms) ||
	    SET(h, CURLOPT_HEADERFUNCTION, on_header) ||
	    SET(h, CURLOPT_HEADERDATA, c) ||
	    SET(h, CURLOPT_WRITEFUNCTION, on_answer) ||
	    SET(h, CURLOPT_WRITEDATA, c) ||
	    SET(h, CURLOPT_XFERINFOFUNCTION, on_progress) ||
	    SET(h, CURLOPT_XFERINFODATA, c) || SET(h, CURLOPT_NOPROGRESS, 0L))
		return -1;
	if (!c->is_post)
		return 0;
	return SET(h, CURLOPT_POST, 1L) ||
	    SET(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->body.len) ||
	    SET(h, CURLOPT_READFUNCTION, on_body) ||
	    SET(h, CURLOPT_READDATA, c);
}

static void
free_lines(struct call *c)
{
	curl_slist_free_all(c->lines);
	c->lines = NULL;
}

int
transport_begin(struct transport *t, struct call *c,
    const struct transport_target *target, struct error *e)
{
	uint64_t now = wire_now_ms();
	struct buf url;
	CURL *h = curl_easy_init();

	buf_init(&url, HTTP_PATH_MAX + 512);
	buf_init(&c->answer, c->max_bytes);
	memset(&c->head, 0, sizeof(c->head));
	c->error = TRANSPORT_OK;
	c->text[0] = '\0';
	c->status = 0;
	c->sent = c->header_bytes = 0;
	c->is_too_big = c->is_connected = 0;
	if (h == NULL || add_lines(c) != 0 ||
	    buf_printf(&url, "%s%s", target->origin->url, c->path) != 0 ||
	    set_rules(h, target) != 0 ||
	    set_call(h, t, c, url.bytes,
		c->deadline_ms > now ? (long)(c->deadline_ms - now) : 1) != 0 ||
	    curl_multi_add_handle(t->multi, h) != CURLM_OK) {
		curl_easy_cleanup(h);
		free_lines(c);
		buf_clear(&url);
		return error_set(e, ERROR_SYSTEM, "libcurl refuses the call");
	}
	c->transport = t;
	c->easy = h;
	buf_clear(&url);
	return 0;
}

void
transport_cancel(struct call *c)
{
	if (c->easy == NULL)
		return;
	curl_multi_remove_handle(c->transport->multi, c->easy);
	curl_easy_cleanup(c->easy);
	c->easy = NULL;
	free_lines(c);
}

void
transport_free_call(struct call *c)
{
	transport_cancel(c);
	secret_clear(&c->authorization);
	buf_clear(&c->body);
	buf_clear(&c->answer);
}

/* Offline is connect level only: no address, no route, refused, or no answer
 * to the SYN. Once there is a connection, nothing is "offline" (T99). */
static enum transport_error
classify(const struct call *c, CURLcode code)
{
	long sent = 0;

	if (c->is_too_big)
		return TRANSPORT_TOO_BIG;
	if (c->head.has_odd_coding)
		return TRANSPORT_PROTOCOL;
	switch (code) {
	case CURLE_OK:
		/* libcurl is content with half a header. */
		return c->head.is_complete ? TRANSPORT_OK : TRANSPORT_BROKEN;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
		return TRANSPORT_OFFLINE;
	case CURLE_OPERATION_TIMEDOUT:
		/* Silence after the TCP connection is not offline. */
		curl_easy_getinfo(c->easy, CURLINFO_REQUEST_SIZE, &sent);
		return !c->is_connected && sent == 0 ? TRANSPORT_OFFLINE
						     : TRANSPORT_TIME;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_SSL_ENGINE_SETFAILED:
	case CURLE_USE_SSL_FAILED:
		return TRANSPORT_TLS;
	case CURLE_FILESIZE_EXCEEDED:
		return TRANSPORT_TOO_BIG;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_WEIRD_SERVER_REPLY:
		return TRANSPORT_PROTOCOL;
	default:
		return TRANSPORT_BROKEN;
	}
}

static void
finish(struct call *c, CURLcode code)
{
	long status = 0;

	c->error = classify(c, code);
	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	if (c->error == TRANSPORT_OK) {
		c->status = (int)status;
		/* RFC 9110, 15.4: never followed, so never an answer (T83) */
		if (status < 200 || (status >= 300 && status < 400)) {
			c->error = TRANSPORT_PROTOCOL;
			snprintf(c->text, sizeof(c->text),
			    "HTTP %ld, redirects are not followed", status);
		}
	} else {
		snprintf(c->text, sizeof(c->text), "%s", code == CURLE_OK
		    ? "the header is cut" : curl_easy_strerror(code));
	}
	transport_cancel(c);
	c->done(c);
}

int
transport_run(struct transport *t, struct pollfd *fds, unsigned int n,
    int timeout_ms, struct error *e)
{
	struct curl_waitfd extra[TRANSPORT_FDS_MAX] = {{0}};
	int running, left;
	struct call *c;
	CURLMsg *m;

	for (unsigned int i = 0; i < n; i++) {
		extra[i].fd = fds[i].fd;
		extra[i].events = (short)
		    ((fds[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
			(fds[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0));
		extra[i].revents = 0;
	}
	if (curl_multi_poll(t->multi, extra, n, timeout_ms, NULL) != CURLM_OK ||
	    curl_multi_perform(t->multi, &running) != CURLM_OK)
		return error_set(e, ERROR_SYSTEM, "libcurl can not go on");
	/* libcurl woke up; poll itself also knows of a peer that has gone. */
	poll(fds, n, 0);
	while ((m = curl_multi_info_read(t->multi, &left)) != NULL) {
		CURLcode code = m->data.result;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &c);
		finish(c, code);
	}
	return 0;
}
