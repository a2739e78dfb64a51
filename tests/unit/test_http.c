/*
 * The asker's side of a channel: a thread plays oktad-net and answers as the
 * test says, rightly and wrongly.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "code.h"
#include "http.h"
#include "internal.h"
#include "wire.h"

/* T98: random numbers that can not be had. */
static int has_random = 1;
ssize_t __real_getrandom(void *p, size_t len, unsigned int flags);
ssize_t __wrap_getrandom(void *p, size_t len, unsigned int flags);

ssize_t
__wrap_getrandom(void *p, size_t len, unsigned int flags)
{
	if (has_random)
		return __real_getrandom(p, len, flags);
	errno = ENOSYS;
	return -1;
}

struct fake {
	int fd;
	pthread_t thread;
	void (*play)(struct fake *);
	/* what the asker sent */
	uint8_t id[WIRE_ID_SIZE];
	char method[16], path[HTTP_PATH_MAX], forwarded[64];
	char body[HTTP_BODY_MAX + 1];
	size_t body_len;
	uint32_t content, credential, timeout_ms;
};

static uint8_t frame[WIRE_INTERNAL_MAX];

static int
receive_request(struct fake *f)
{
	uint8_t *in = malloc(WIRE_INTERNAL_MAX);
	struct wire_field field;
	struct wire_in w;
	size_t len;
	int done = 0;

	while (!done &&
	    wire_recv(f->fd, in, WIRE_INTERNAL_MAX, &len,
		wire_now_ms() + 5000) == OKTA_OK &&
	    wire_open(&w, in, len) == OKTA_OK) {
		done = w.op == INT_REQUEST_END;
		memcpy(f->id, w.id, sizeof(f->id));
		while (wire_next(&w, &field) == 1) {
			if (field.tag == TAG_METHOD)
				wire_str(&field, f->method, sizeof(f->method));
			else if (field.tag == TAG_PATH)
				wire_str(&field, f->path, sizeof(f->path));
			else if (field.tag == TAG_FORWARDED)
				wire_str(
				    &field, f->forwarded, sizeof(f->forwarded));
			else if (field.tag == TAG_CONTENT)
				wire_u32(&field, &f->content);
			else if (field.tag == TAG_CREDENTIAL)
				wire_u32(&field, &f->credential);
			else if (field.tag == TAG_TIMEOUT)
				wire_u32(&field, &f->timeout_ms);
			else if (field.tag == TAG_DATA) {
				memcpy(
				    f->body + f->body_len, field.p, field.len);
				f->body_len += field.len;
			}
		}
	}
	free(in);
	return done;
}

static void *
run_fake(void *arg)
{
	struct fake *f = arg;

	if (receive_request(f))
		f->play(f);
	close(f->fd);
	return NULL;
}

static void
send_out(struct fake *f, struct wire_out *o)
{
	assert_int_equal(wire_end(o), OKTA_OK);
	wire_send(f->fd, o->buf, o->len, wire_now_ms() + 5000);
}

static void
send_head(struct fake *f, uint32_t transport, uint32_t status, uint16_t tag,
    const char *text)
{
	struct wire_out o;

	wire_begin(&o, frame, sizeof(frame), INT_RESPONSE, f->id);
	wire_put_u32(&o, TAG_TRANSPORT, transport);
	wire_put_u32(&o, TAG_STATUS, status);
	wire_put_str(&o, tag, text);
	send_out(f, &o);
}

static void
send_op(struct fake *f, uint16_t op, const char *data)
{
	struct wire_out o;

	wire_begin(&o, frame, sizeof(frame), op, f->id);
	wire_put_str(&o, TAG_DATA, data);
	send_out(f, &o);
}

/* One http_send against the fake. */
static int
ask(struct fake *f, void (*play)(struct fake *), struct http_request *req,
    struct http_response *res, struct error *e)
{
	int pair[2], r;

	memset(f, 0, sizeof(*f));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	f->fd = pair[1];
	f->play = play;
	assert_int_equal(pthread_create(&f->thread, NULL, run_fake, f), 0);
	r = http_send(pair[0], req, res, e);
	close(pair[0]);
	pthread_join(f->thread, NULL);
	return r;
}

static struct http_request
get(const char *path)
{
	struct http_request req = {.method = "GET",
	    .path = path,
	    .content = HTTP_JSON,
	    .credential = HTTP_DAEMON,
	    .timeout_ms = 2000};

	return req;
}

static void
play_page(struct fake *f)
{
	struct wire_out o;

	/* A frame of an earlier request that was given up. */
	f->id[0] ^= 1;
	send_op(f, INT_BODY, "stale");
	f->id[0] ^= 1;
	wire_begin(&o, frame, sizeof(frame), INT_RESPONSE, f->id);
	wire_put_u32(&o, TAG_STATUS, 200);
	wire_put_u32(&o, TAG_TRANSPORT, TRANSPORT_OK);
	wire_put_str(&o, TAG_LINK, "/api/v1/users?after=2");
	wire_put_str(&o, TAG_REQUEST_ID, "req1");
	wire_put_str(&o, TAG_CONTENT_TYPE, "application/json");
	wire_put_u64(&o, TAG_DATE, 1767323045);
	wire_put_str(&o, 999, "a tag of a later version");
	send_out(f, &o);
	send_op(f, INT_BODY, "[1,");
	send_op(f, INT_BODY, "2]");
	send_op(f, INT_END, NULL);
}

static void
test_request_and_answer_cross_the_channel(void **state)
{
	struct http_request req = get("/api/v1/users?limit=2");
	struct http_response res;
	struct error e;
	struct fake f;

	(void)state;
	assert_int_equal(ask(&f, play_page, &req, &res, &e), 0);
	assert_string_equal(f.method, "GET");
	assert_string_equal(f.path, "/api/v1/users?limit=2");
	assert_int_equal(f.content, HTTP_JSON);
	assert_int_equal(f.credential, HTTP_DAEMON);
	assert_int_equal(f.timeout_ms, 2000);
	assert_int_equal(f.body_len, 0);
	assert_int_equal(res.status, 200);
	assert_string_equal(res.body, "[1,2]");
	assert_int_equal(res.body_len, 5);
	assert_string_equal(res.next, "/api/v1/users?after=2");
	assert_string_equal(res.request_id, "req1");
	assert_int_equal(res.date, 1767323045);
	http_response_free(&res);
	assert_null(res.body);
}

static void
play_empty(struct fake *f)
{
	send_head(f, TRANSPORT_OK, 200, TAG_CONTENT_TYPE, "application/json");
	send_op(f, INT_END, NULL);
}

static void
test_long_body_arrives_whole(void **state)
{
	struct http_request req = get("/api/v1/authn");
	struct http_response res;
	static char body[HTTP_BODY_MAX + 1];
	struct error e;
	static struct fake f;

	(void)state;
	memset(body, 'b', sizeof(body));
	req.method = "POST";
	req.body = body;
	req.body_len = HTTP_BODY_MAX;
	req.forwarded_for = "192.0.2.1";
	assert_int_equal(ask(&f, play_empty, &req, &res, &e), 0);
	assert_int_equal(f.body_len, HTTP_BODY_MAX);
	assert_memory_equal(f.body, body, HTTP_BODY_MAX);
	assert_string_equal(f.forwarded, "192.0.2.1");
	assert_string_equal(res.body, "");
	http_response_free(&res);
	req.body_len = HTTP_BODY_MAX + 1;
	assert_int_equal(http_send(-1, &req, &res, &e), -1);
	assert_int_equal(e.kind, ERROR_SYSTEM);
}

static uint32_t transport_answer, status_answer, kind_answer;

static void
play_failure(struct fake *f)
{
	struct wire_out o;

	wire_begin(&o, frame, sizeof(frame), INT_RESPONSE, f->id);
	wire_put_u32(&o, TAG_TRANSPORT, transport_answer);
	if (status_answer != 0)
		wire_put_u32(&o, TAG_STATUS, status_answer);
	wire_put_u32(&o, TAG_RETRY, 17);
	if (kind_answer != 0)
		wire_put_u32(&o, TAG_ERROR_KIND, kind_answer);
	wire_put_str(&o, TAG_ERROR, "why\x1b[2J");
	send_out(f, &o);
	send_op(f, INT_END, NULL);
}

/* "Offline" is one transport error only (T99). */
static void
test_failures_below_http_have_their_kind(void **state)
{
	static const struct {
		uint32_t transport, status, kind_tag;
		enum error_kind kind;
		uint32_t retry_s;
	} cases[] = {{TRANSPORT_OFFLINE, 0, 0, ERROR_OFFLINE, 17},
	    {TRANSPORT_TLS, 0, 0, ERROR_PROTOCOL, 17},
	    {TRANSPORT_TIME, 0, 0, ERROR_PROTOCOL, 17},
	    {TRANSPORT_BROKEN, 0, 0, ERROR_PROTOCOL, 17},
	    {TRANSPORT_TOO_BIG, 0, 0, ERROR_PROTOCOL, 17},
	    {TRANSPORT_REFUSED, 0, 0, ERROR_SYSTEM, 17},
	    {TRANSPORT_CREDENTIAL, 0, 0, ERROR_CONFIG, 17},
	    {TRANSPORT_CREDENTIAL, 0, ERROR_RETRY, ERROR_RETRY, 17},
	    {TRANSPORT_CREDENTIAL, 0, 99, ERROR_CONFIG, 17},
	    {TRANSPORT_PROTOCOL, 0, 0, ERROR_PROTOCOL, 17},
	    {TRANSPORT_HELD, 0, 0, ERROR_RETRY, 17},
	    {TRANSPORT_OFFLINE, 200, 0, ERROR_OFFLINE, 17},
	    {TRANSPORT_OK, 429, 0, ERROR_RETRY, 17},
	    {TRANSPORT_OK, 503, 0, ERROR_RETRY, 17},
	    {TRANSPORT_OK, 0, 0, ERROR_SYSTEM, 0},
	    {TRANSPORT_OK, 99, 0, ERROR_SYSTEM, 0},
	    {TRANSPORT_OK, 1200, 0, ERROR_SYSTEM, 0},
	    {77, 200, 0, ERROR_SYSTEM, 0}};
	struct http_request req = get("/api/v1/users");
	struct http_response res;
	static struct fake f;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		transport_answer = cases[i].transport;
		status_answer = cases[i].status;
		kind_answer = cases[i].kind_tag;
		assert_int_equal(ask(&f, play_failure, &req, &res, &e), -1);
		if (e.kind != cases[i].kind || e.retry_s != cases[i].retry_s)
			fail_msg("case %zu: kind %d: %s", i, e.kind, e.text);
		assert_null(strchr(e.text, '\x1b'));
		http_response_free(&res);
	}
}

static const char *link_answer;

static void
play_link(struct fake *f)
{
	send_head(f, TRANSPORT_OK, 200, TAG_LINK, link_answer);
	send_op(f, INT_BODY, "[]");
	send_op(f, INT_END, NULL);
}

static void
test_next_that_leaves_the_list_is_refused(void **state)
{
	static const char *const odd[] = {"/api/v1/groups?after=1",
	    "/api/v1/users", "/api/v1/users/?after=1", "/api/v1/usersx?a",
	    "/api/v1/users/../apps?a", "/API/v1/users?a", "",
	    "https://o/api/v1/users?a", "api/v1/users?a", "/api/v1/users?a b",
	    "/api/v1/users?a#b", "/api/v1/users?\xc3\xa9", "/api/v1/users?\n",
	    "//api/v1/users?a", "/api/v1/users%3fa"};
	struct http_request req = get("/api/v1/users?limit=2");
	struct http_response res;
	static struct fake f;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		link_answer = odd[i];
		if (ask(&f, play_link, &req, &res, &e) == 0)
			fail_msg("taken: %s", odd[i]);
		assert_int_equal(e.kind, ERROR_PROTOCOL);
		assert_null(res.next);
		http_response_free(&res);
	}
	link_answer = "/api/v1/users?after=1";
	assert_int_equal(ask(&f, play_link, &req, &res, &e), 0);
	http_response_free(&res);
}

static void
play_body_first(struct fake *f)
{
	send_op(f, INT_BODY, "x");
}

static void
play_two_heads(struct fake *f)
{
	send_head(f, TRANSPORT_OK, 200, TAG_REQUEST_ID, "a");
	send_head(f, TRANSPORT_OK, 200, TAG_REQUEST_ID, "b");
}

static void
play_too_much(struct fake *f)
{
	send_head(f, TRANSPORT_OK, 200, TAG_REQUEST_ID, "a");
	send_op(f, INT_BODY, "123456789");
	send_op(f, INT_END, NULL);
}

static void
play_odd_op(struct fake *f)
{
	send_op(f, INT_STATUS, "x");
}

static void
play_cut(struct fake *f)
{
	send_head(f, TRANSPORT_OK, 200, TAG_REQUEST_ID, "a");
	send_op(f, INT_BODY, "[");
}

static void
play_nothing(struct fake *f)
{
	(void)f;
}

static void
test_broken_talk_of_net_is_a_system_error(void **state)
{
	void (*const plays[])(struct fake *) = {play_body_first, play_two_heads,
	    play_too_much, play_odd_op, play_cut, play_nothing};
	struct http_request req = get("/api/v1/users");
	struct http_response res;
	static struct fake f;
	struct error e;

	(void)state;
	req.max_bytes = 8;
	for (size_t i = 0; i < sizeof(plays) / sizeof(plays[0]); i++) {
		if (ask(&f, plays[i], &req, &res, &e) != -1 ||
		    e.kind != ERROR_SYSTEM || res.body != NULL)
			fail_msg("play %zu", i);
		http_response_free(&res);
	}
}

static void
test_nothing_is_sent_without_random_numbers(void **state)
{
	struct http_request req = get("/api/v1/users");
	struct http_response res;
	struct error e;
	int pair[2];
	char byte;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	has_random = 0;
	assert_int_equal(http_send(pair[0], &req, &res, &e), -1);
	has_random = 1;
	assert_int_equal(e.kind, ERROR_SYSTEM);
	assert_int_equal(recv(pair[1], &byte, 1, MSG_DONTWAIT), -1);
	http_response_free(&res);
	close(pair[0]);
	close(pair[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_request_and_answer_cross_the_channel),
	    cmocka_unit_test(test_long_body_arrives_whole),
	    cmocka_unit_test(test_failures_below_http_have_their_kind),
	    cmocka_unit_test(test_next_that_leaves_the_list_is_refused),
	    cmocka_unit_test(test_broken_talk_of_net_is_a_system_error),
	    cmocka_unit_test(test_nothing_is_sent_without_random_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
