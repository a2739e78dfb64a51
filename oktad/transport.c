#include "config.h"

#include "transport.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "wire.h"

enum { CONNECTIONS = 16 }; /* kept open */

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
	if (t == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    uname(&host) != 0 || (t->multi = curl_multi_init()) == NULL) {
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
	c->attempts = 0;
	c->ssl = NULL;
	c->is_too_big = c->is_connected = c->is_over = 0;
	if (h == NULL ||
	    buf_printf(&url, "%s%s", target->origin->url, c->path) != 0 ||
	    transport_set_up(h, c, target, t->agent, url.bytes,
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
	secret_clear(&c->proof);
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

	tls_note(c);
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
		snprintf(c->text, sizeof(c->text), "%s",
		    code == CURLE_OK ? "the header is cut"
				     : curl_easy_strerror(code));
	}
	transport_cancel(c);
	c->done(c);
}

/* The same on a connection of its own, where not a byte of it has left. */
static int
begin_anew(struct call *c)
{
	CURLM *multi = c->transport->multi;

	if (!c->is_over)
		return -1;
	c->attempts = 0;
	c->is_over = 0;
	return curl_multi_remove_handle(multi, c->easy) == CURLM_OK &&
		curl_easy_setopt(c->easy, CURLOPT_FRESH_CONNECT, 1L) ==
		    CURLE_OK &&
		curl_multi_add_handle(multi, c->easy) == CURLM_OK
	    ? 0
	    : -1;
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
		extra[i].events =
		    (short)((fds[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
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
		if (begin_anew(c) != 0)
			finish(c, code);
	}
	return 0;
}
