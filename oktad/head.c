#include "head.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "code.h"
#include "http_link.h"

/* Copies a value whose bytes are all printable ASCII and that fits; any other
 * is treated as if it was not there. */
static void
take_text(char *dst, size_t cap, const char *value, size_t len)
{
	dst[0] = '\0';
	if (len >= cap)
		return;
	for (size_t i = 0; i < len; i++) {
		if (value[i] < ' ' || value[i] > '~')
			return;
	}
	memcpy(dst, value, len);
	dst[len] = '\0';
}

/* Decimal digits only, up to max. */
static int
take_number(const char *value, size_t len, uint64_t max, uint64_t *n)
{
	uint64_t v = 0;

	if (len == 0 || len > 19)
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (value[i] < '0' || value[i] > '9')
			return 0;
		v = v * 10 + (uint64_t)(value[i] - '0');
	}
	if (v > max)
		return 0;
	*n = v;
	return 1;
}

static uint64_t
take_date(const char *value, size_t len)
{
	char text[64];
	time_t t;

	take_text(text, sizeof(text), value, len);
	if (text[0] == '\0')
		return 0;
	t = curl_getdate(text, NULL);
	return t > 0 ? (uint64_t)t : 0;
}

static void
take_limit(struct head *h, const char *value, size_t len)
{
	uint64_t n;

	if (take_number(value, len, UINT32_MAX, &n)) {
		h->limit = (uint32_t)n;
		h->has_limit = 1;
	}
}

static void
take_remaining(struct head *h, const char *value, size_t len)
{
	uint64_t n;

	if (take_number(value, len, UINT32_MAX, &n)) {
		h->remaining = (uint32_t)n;
		h->has_remaining = 1;
	}
}

/* Of several the smallest counts (okta-api.md 8.5). */
static void
take_reset(struct head *h, const char *value, size_t len)
{
	uint64_t n;

	if (take_number(value, len, UINT32_MAX, &n) && n > 0 &&
	    (h->reset == 0 || n < h->reset))
		h->reset = n;
}

/* RFC 9110, 10.2.3: seconds or a date. */
static void
take_retry_after(struct head *h, const char *value, size_t len)
{
	uint64_t n;

	if (take_number(value, len, UINT64_MAX, &n))
		h->retry_after =
		    n < HEAD_RETRY_MAX ? (uint32_t)n : HEAD_RETRY_MAX;
	else if (len > 0 && (value[0] < '0' || value[0] > '9'))
		h->retry_at = take_date(value, len);
}

static void
take_link(struct head *h, const char *value, size_t len)
{
	char next[HEAD_LINK_MAX];
	int r = http_link_next(value, len, next, sizeof(next));

	if (r == 0)
		return;
	if (r < 0 || h->next[0] != '\0')
		h->has_odd_link = 1;
	else
		memcpy(h->next, next, sizeof(next));
}

/* Only gzip was offered. libcurl would unpack whatever it can. */
static void
take_coding(struct head *h, const char *value, size_t len)
{
	static const char gzip[] = "gzip", identity[] = "identity";

	if ((len != sizeof(gzip) - 1 || strncasecmp(value, gzip, len) != 0) &&
	    (len != sizeof(identity) - 1 ||
		strncasecmp(value, identity, len) != 0))
		h->has_odd_coding = 1;
}

static void
take_request_id(struct head *h, const char *value, size_t len)
{
	take_text(h->request_id, sizeof(h->request_id), value, len);
}

static void
take_content_type(struct head *h, const char *value, size_t len)
{
	take_text(h->content_type, sizeof(h->content_type), value, len);
}

static void
take_www_authenticate(struct head *h, const char *value, size_t len)
{
	if (h->www_authenticate[0] == '\0')
		take_text(h->www_authenticate, sizeof(h->www_authenticate),
		    value, len);
}

static void
take_dpop_nonce(struct head *h, const char *value, size_t len)
{
	take_text(h->dpop_nonce, sizeof(h->dpop_nonce), value, len);
}

static void
take_server_date(struct head *h, const char *value, size_t len)
{
	h->date = take_date(value, len);
}

static const struct {
	const char *name;
	void (*take)(struct head *, const char *, size_t);
} fields[] = {
    {"content-encoding", take_coding},
    {"content-type", take_content_type},
    {"date", take_server_date},
    {"dpop-nonce", take_dpop_nonce},
    {"link", take_link},
    {"retry-after", take_retry_after},
    {"www-authenticate", take_www_authenticate},
    {"x-okta-request-id", take_request_id},
    {"x-rate-limit-limit", take_limit},
    {"x-rate-limit-remaining", take_remaining},
    {"x-rate-limit-reset", take_reset},
};

static int
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void
head_take(struct head *h, const char *line, size_t len)
{
	const char *colon, *value;
	size_t name_len;

	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		memset(h, 0, sizeof(*h));
		return;
	}
	colon = memchr(line, ':', len);
	if (colon == NULL) {
		h->is_complete = (len == 2 && memcmp(line, "\r\n", 2) == 0) ||
		    (len == 1 && line[0] == '\n');
		return;
	}
	name_len = (size_t)(colon - line);
	value = colon + 1;
	len -= name_len + 1;
	while (len > 0 && is_space(value[0])) {
		value++;
		len--;
	}
	while (len > 0 && is_space(value[len - 1]))
		len--;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strlen(fields[i].name) == name_len &&
		    strncasecmp(line, fields[i].name, name_len) == 0)
			fields[i].take(h, value, len);
	}
}
