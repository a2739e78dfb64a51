/* The configuration slices: what is sent arrives, what is forged does not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf_slice.h"
#include "internal.h"

static char *no_list[] = {NULL};
static char *groups[] = {(char *)(uintptr_t) "00gAAAAAAAAAAAAAAAAA",
    (char *)(uintptr_t) "00gBBBBBBBBBBBBBBBBB", NULL};

static struct conf
sample(char *ca)
{
	struct conf c = {0};

	c.url = (char *)(uintptr_t) "https://acme.okta.com";
	c.ca_pem = ca;
	c.okta.mode = CONF_API_TOKEN;
	c.okta.scopes = no_list;
	assert_int_equal(secret_set(&c.okta.api_token, "00token", 7), 0);
	c.rate_share = 50;
	c.trusted_proxy = 1;
	c.allow_groups = c.publish_groups = groups;
	c.allow_apps = no_list;
	c.id_min = 1879048192u;
	c.id_max = 2147352575u;
	c.uid_attribute = (char *)(uintptr_t) "uidNumber";
	c.name = (char *)(uintptr_t) "local_part";
	c.home = (char *)(uintptr_t) "/home/%u";
	c.shell = (char *)(uintptr_t) "/bin/bash";
	c.shells = no_list;
	c.poll_interval_s = 30;
	c.full_interval_s = 21600;
	c.max_age_s = 604800;
	c.key_statuses = 4;
	return c;
}

static int
next(int fd, uint8_t *frame, struct wire_in *in)
{
	size_t len;

	assert_int_equal(
	    wire_recv(fd, frame, WIRE_INTERNAL_MAX, &len, wire_now_ms() + 5000),
	    OKTA_OK);
	return wire_open(in, frame, len);
}

/* A CA bundle of 400,000 bytes takes several frames, more than a socket pair
 * that nobody empties holds: a thread sends. */
struct sender {
	int fd, code;
	const struct conf *conf;
};

static void *
send_net(void *arg)
{
	struct sender *s = arg;

	s->code = slice_net_send(s->fd, s->conf, wire_now_ms() + 5000);
	return NULL;
}

static void
test_net_slice_arrives_whole(void **state)
{
	static uint8_t frame[WIRE_INTERNAL_MAX];
	char *ca = malloc(400001);
	struct slice_net s = {0};
	struct sender sender;
	pthread_t thread;
	struct wire_in in;
	struct conf c;
	int fds[2], r;

	(void)state;
	assert_non_null(ca);
	for (size_t i = 0; i < 400000; i++)
		ca[i] = (char)('!' + i % 90);
	ca[400000] = '\0';
	c = sample(ca);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	sender = (struct sender){fds[0], 1, &c};
	assert_int_equal(pthread_create(&thread, NULL, send_net, &sender), 0);
	do {
		assert_int_equal(next(fds[1], frame, &in), OKTA_OK);
		r = slice_net_take(&s, &in);
		assert_true(r >= 0);
	} while (r == 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(sender.code, OKTA_OK);
	assert_string_equal(s.url, c.url);
	assert_string_equal(s.ca_pem, ca);
	assert_null(s.proxy);
	assert_int_equal(s.mode, CONF_API_TOKEN);
	assert_string_equal(s.api_token.bytes, "00token");
	assert_null(s.scopes[0]);
	assert_int_equal(s.rate_share, 50);
	assert_int_equal(s.trusted_app, 0);
	assert_int_equal(s.trusted_proxy, 1);
	assert_int_equal(s.has_admin, 0);
	slice_net_clear(&s);
	assert_null(s.url);
	secret_clear(&c.okta.api_token);
	free(ca);
	close(fds[0]);
	close(fds[1]);
}

static void
test_sync_slice_arrives_whole(void **state)
{
	static uint8_t frame[WIRE_INTERNAL_MAX];
	struct slice_sync s = {0};
	struct wire_in in;
	struct conf c = sample(NULL);
	int fds[2], r;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(
	    slice_sync_send(fds[0], &c, wire_now_ms() + 5000), OKTA_OK);
	do {
		assert_int_equal(next(fds[1], frame, &in), OKTA_OK);
		r = slice_sync_take(&s, &in);
	} while (r == 0);
	assert_int_equal(r, 1);
	assert_string_equal(s.allow_groups[1], groups[1]);
	assert_null(s.allow_groups[2]);
	assert_non_null(s.allow_apps);
	assert_null(s.allow_apps[0]);
	assert_int_equal(s.id_min, c.id_min);
	assert_int_equal(s.id_max, c.id_max);
	assert_string_equal(s.uid_attribute, "uidNumber");
	assert_null(s.gid_attribute);
	assert_string_equal(s.home, "/home/%u");
	assert_int_equal(s.key_statuses, 4);
	slice_sync_clear(&s);
	secret_clear(&c.okta.api_token);
	close(fds[0]);
	close(fds[1]);
}

static void
test_person_arrives_whole(void **state)
{
	static uint8_t frame[WIRE_INTERNAL_MAX];
	struct slice_person p = {.hello = {1, 0, 3},
				.hello_len = 3,
				.peer_uid = 0,
				.uid = 1879048200u,
				.name = "alice",
				.id = "00uAAAAAAAAAAAAAAAAA",
				.login = "alice@acme.test",
				.status = 2,
				.flow = FLOW_AUTHN,
				.factor = FACTOR_REQUIRED,
				.deadline_s = 75},
			    got = {0};
	struct wire_in in;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(
	    slice_person_send(fds[0], &p, wire_now_ms() + 5000), OKTA_OK);
	assert_int_equal(next(fds[1], frame, &in), OKTA_OK);
	assert_int_equal(slice_person_take(&got, &in), OKTA_OK);
	assert_memory_equal(&p, &got, sizeof(p));
	close(fds[0]);
	close(fds[1]);
}

/* One forged frame of a sync or net slice, after which END must not follow
 * with success. */
struct forged {
	const char *name;
	uint16_t op, tag;
	const char *bytes;
	size_t len;
};

static const struct forged forgeries[] = {
    {"unknown op", INT_STATUS, 320, "https://a", 9},
    {"NUL in a text", INT_CONF, 320, "htt\0ps", 6},
    {"number of 3 bytes", INT_CONF, 324, "\0\0\1", 3},
    {"number of 5 bytes", INT_CONF, 324, "\0\0\0\1\1", 5},
};

static void
test_forged_frames_are_refused(void **state)
{
	uint8_t frame[256], id[WIRE_ID_SIZE] = {0};
	struct slice_sync s = {0};
	struct wire_out o;
	struct wire_in in;

	(void)state;
	for (size_t i = 0; i < sizeof(forgeries) / sizeof(forgeries[0]); i++) {
		wire_begin(&o, frame, sizeof(frame), forgeries[i].op, id);
		wire_put(
		    &o, forgeries[i].tag, forgeries[i].bytes, forgeries[i].len);
		assert_int_equal(wire_end(&o), OKTA_OK);
		assert_int_equal(wire_open(&in, frame, o.len), OKTA_OK);
		if (slice_sync_take(&s, &in) != OKTA_BAD)
			fail_msg("taken: %s", forgeries[i].name);
		slice_sync_clear(&s);
	}
}

static void
test_slice_cut_before_its_end_is_not_complete(void **state)
{
	uint8_t frame[256], id[WIRE_ID_SIZE] = {0};
	struct slice_sync s = {0};
	struct slice_net n = {0};
	struct slice_person p = {0};
	struct wire_out o;
	struct wire_in in;

	(void)state;
	wire_begin(&o, frame, sizeof(frame), INT_CONF_END, id);
	assert_int_equal(wire_end(&o), OKTA_OK);
	assert_int_equal(wire_open(&in, frame, o.len), OKTA_OK);
	assert_int_equal(slice_sync_take(&s, &in), OKTA_BAD);
	assert_int_equal(slice_net_take(&n, &in), OKTA_BAD);
	slice_sync_clear(&s);
	slice_net_clear(&n);
	wire_begin(&o, frame, sizeof(frame), INT_PERSON, id);
	assert_int_equal(wire_end(&o), OKTA_OK);
	assert_int_equal(wire_open(&in, frame, o.len), OKTA_OK);
	assert_int_equal(slice_person_take(&p, &in), OKTA_BAD);
}

/* A peer that has gone, and one that never reads. */
static void
test_sending_ends_with_a_code(void **state)
{
	struct conf c = sample(NULL);
	int fds[2];

	(void)state;
	c.ca_pem = malloc(4000001);
	assert_non_null(c.ca_pem);
	memset(c.ca_pem, 'x', 4000000);
	c.ca_pem[4000000] = '\0';
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(
	    slice_net_send(fds[0], &c, wire_now_ms() + 50), OKTA_TIME);
	close(fds[1]);
	assert_int_equal(
	    slice_net_send(fds[0], &c, wire_now_ms() + 50), OKTA_CLOSED);
	close(fds[0]);
	free(c.ca_pem);
	secret_clear(&c.okta.api_token);
}

/* Nothing grows without end in the taker. */
static void
test_endless_lists_and_texts_are_refused(void **state)
{
	static uint8_t frame[WIRE_INTERNAL_MAX];
	static char piece[16384];
	uint8_t id[WIRE_ID_SIZE] = {0};
	const uint16_t tags[] = {320, 321};

	(void)state;
	memset(piece, 'x', sizeof(piece));
	for (size_t i = 0; i < 2; i++) {
		struct slice_sync s = {0};
		struct wire_out o;
		struct wire_in in;
		int r = 0, frames = 0;

		wire_begin(&o, frame, sizeof(frame), INT_CONF, id);
		for (int n = 0; n < (tags[i] == 320 ? 3 : 2000); n++)
			wire_put(&o, tags[i], piece,
			    tags[i] == 320 ? sizeof(piece) : 8);
		assert_int_equal(wire_end(&o), OKTA_OK);
		for (; r == 0 && frames < 1000; frames++) {
			assert_int_equal(wire_open(&in, frame, o.len), OKTA_OK);
			r = slice_sync_take(&s, &in);
		}
		assert_int_equal(r, OKTA_BAD);
		assert_true(frames > 3);
		slice_sync_clear(&s);
	}
}

static void
test_second_number_does_not_replace_the_first(void **state)
{
	uint8_t frame[256], id[WIRE_ID_SIZE] = {0};
	struct slice_sync s = {0};
	struct wire_out o;
	struct wire_in in;

	(void)state;
	wire_begin(&o, frame, sizeof(frame), INT_CONF, id);
	wire_put_u32(&o, 324, 70000);
	wire_put_u32(&o, 324, 1);
	assert_int_equal(wire_end(&o), OKTA_OK);
	assert_int_equal(wire_open(&in, frame, o.len), OKTA_OK);
	assert_int_equal(slice_sync_take(&s, &in), OKTA_BAD);
	slice_sync_clear(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_net_slice_arrives_whole),
	    cmocka_unit_test(test_sync_slice_arrives_whole),
	    cmocka_unit_test(test_person_arrives_whole),
	    cmocka_unit_test(test_forged_frames_are_refused),
	    cmocka_unit_test(test_slice_cut_before_its_end_is_not_complete),
	    cmocka_unit_test(test_sending_ends_with_a_code),
	    cmocka_unit_test(test_endless_lists_and_texts_are_refused),
	    cmocka_unit_test(test_second_number_does_not_replace_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
