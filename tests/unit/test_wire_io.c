/*
 * Frames on sockets: deadlines hold whatever the peer does, and descriptors
 * arrive only where they were asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol.h"
#include "wire.h"

static const uint8_t id[WIRE_ID_SIZE] = "fedcba987654321";
static int pair[2];

static int
setup(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
}

static int
teardown(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		if (pair[i] >= 0)
			close(pair[i]);
	}
	return 0;
}

static size_t
frame(uint8_t *buf, size_t cap, size_t value)
{
	static uint8_t bytes[65535];
	struct wire_out o;

	wire_begin(&o, buf, cap, OP_INFO, id);
	wire_put(&o, TAG_TEXT, bytes, value);
	assert_int_equal(wire_end(&o), OKTA_OK);
	return o.len;
}

static int
open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
test_frames_keep_their_borders(void **state)
{
	uint8_t a[64], b[64], in[WIRE_LOGIN_MAX];
	size_t la = frame(a, sizeof(a), 3), lb = frame(b, sizeof(b), 7), len;

	(void)state;
	assert_int_equal(wire_send(pair[0], a, la, 0), OKTA_OK);
	assert_int_equal(wire_send(pair[0], b, lb, 0), OKTA_OK);
	assert_int_equal(wire_recv(pair[1], in, sizeof(in), &len, 0), OKTA_OK);
	assert_int_equal(len, la);
	assert_memory_equal(in, a, la);
	assert_int_equal(wire_recv(pair[1], in, sizeof(in), &len, 0), OKTA_OK);
	assert_int_equal(len, lb);
	assert_memory_equal(in, b, lb);
	close(pair[0]);
	pair[0] = -1;
	assert_int_equal(
	    wire_recv(pair[1], in, sizeof(in), &len, 0), OKTA_CLOSED);
	assert_int_equal(len, 0);
}

static void
test_cap_is_the_caller_s_T51(void **state)
{
	uint8_t buf[WIRE_LOGIN_MAX + 1], in[WIRE_LOGIN_MAX + 1];
	size_t len, max = WIRE_LOGIN_MAX - WIRE_HEADER_SIZE - 4;

	(void)state;
	size_t fits = frame(buf, sizeof(buf), max);

	assert_int_equal(fits, WIRE_LOGIN_MAX);
	assert_int_equal(wire_send(pair[0], buf, fits, 0), OKTA_OK);
	assert_int_equal(
	    wire_recv(pair[1], in, WIRE_LOGIN_MAX, &len, 0), OKTA_OK);
	size_t over = frame(buf, sizeof(buf), max + 1);

	assert_int_equal(wire_send(pair[0], buf, over, 0), OKTA_OK);
	assert_int_equal(
	    wire_recv(pair[1], in, WIRE_LOGIN_MAX, &len, 0), OKTA_BAD);
}

static void
test_length_below_a_header_is_refused_T51(void **state)
{
	uint8_t in[64];
	size_t len;

	(void)state;
	for (uint8_t n = 0; n < 20; n++) {
		uint8_t bytes[24] = {0, 0, 0, n};

		assert_int_equal(send(pair[0], bytes, 4u + n, 0), 4 + n);
		assert_int_equal(
		    wire_recv(pair[1], in, sizeof(in), &len, 0), OKTA_BAD);
		while (recv(pair[1], in, sizeof(in), MSG_DONTWAIT) > 0)
			;
	}
	assert_int_equal(wire_recv(pair[1], in, 23, &len, 0), OKTA_SMALL);
}

static void
test_cut_frame_is_not_a_clean_end(void **state)
{
	uint8_t buf[64], in[64];
	size_t n = frame(buf, sizeof(buf), 8), len;

	(void)state;
	for (size_t cut = 1; cut < n; cut++) {
		int p[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, p), 0);
		assert_int_equal(wire_send(p[0], buf, cut, 0), OKTA_OK);
		close(p[0]);
		assert_int_equal(
		    wire_recv(p[1], in, sizeof(in), &len, 0), OKTA_BAD);
		assert_int_equal(len, 0);
		close(p[1]);
	}
}

static void
test_silence_ends_at_the_deadline(void **state)
{
	uint8_t in[64];
	size_t len;
	uint64_t start = wire_now_ms();

	(void)state;
	assert_int_equal(
	    wire_recv(pair[1], in, sizeof(in), &len, start + 80), OKTA_TIME);
	assert_in_range(wire_now_ms() - start, 80, 580);
	assert_int_equal(
	    wire_recv(pair[1], in, sizeof(in), &len, start), OKTA_TIME);
}

static void *
drip(void *arg)
{
	const uint8_t *bytes = arg;

	for (int i = 0; i < 40; i++) {
		if (send(pair[0], bytes + i, 1, MSG_NOSIGNAL) != 1)
			break;
		usleep(100 * 1000);
	}
	return NULL;
}

static void
test_dripping_frame_is_cut_off_after_2_s_T50(void **state)
{
	uint8_t buf[64], in[64];
	size_t len;
	pthread_t t;

	(void)state;
	frame(buf, sizeof(buf), 36);
	uint64_t start = wire_now_ms();

	assert_int_equal(pthread_create(&t, NULL, drip, buf), 0);
	assert_int_equal(
	    wire_recv(pair[1], in, sizeof(in), &len, 0), OKTA_TIME);
	assert_in_range(wire_now_ms() - start, 1900, 3000);
	close(pair[1]);
	pair[1] = -1;
	pthread_join(t, NULL);
}

static void
test_frame_time_does_not_outlive_the_deadline_T50(void **state)
{
	uint8_t in[64];
	size_t len;
	uint64_t start = wire_now_ms();

	(void)state;
	assert_int_equal(send(pair[0], "\0", 1, 0), 1);
	assert_int_equal(
	    wire_recv(pair[1], in, sizeof(in), &len, start + 100), OKTA_TIME);
	assert_in_range(wire_now_ms() - start, 90, 600);
}

static void
test_full_peer_does_not_hold_the_sender(void **state)
{
	static uint8_t big[WIRE_INTERNAL_MAX];
	size_t n = frame(big, sizeof(big), 60000);
	uint64_t start = wire_now_ms();
	int r;

	(void)state;
	do {
		r = wire_send(pair[0], big, n, start + 200);
	} while (r == OKTA_OK);
	assert_int_equal(r, OKTA_TIME);
	assert_in_range(wire_now_ms() - start, 190, 1000);
}

static void
test_gone_peer_raises_no_signal(void **state)
{
	uint8_t buf[64];
	size_t n = frame(buf, sizeof(buf), 4);

	(void)state;
	close(pair[1]);
	pair[1] = -1;
	assert_int_equal(wire_send(pair[0], buf, n, 0), OKTA_CLOSED);
}

static void
test_bad_descriptor_is_an_error(void **state)
{
	uint8_t buf[64];
	size_t n = frame(buf, sizeof(buf), 4), len;

	(void)state;
	assert_int_equal(wire_send(-1, buf, n, 0), OKTA_SYSTEM);
	assert_int_equal(wire_recv(-1, buf, sizeof(buf), &len, 0), OKTA_SYSTEM);
}

static void
test_two_descriptors_travel_close_on_exec(void **state)
{
	uint8_t buf[64], in[64];
	size_t n = frame(buf, sizeof(buf), 4), len, nfds;
	int p[2], got[2] = {-1, -1}, before;
	char c;

	(void)state;
	assert_int_equal(pipe(p), 0);
	before = open_fds();
	assert_int_equal(wire_send_fds(pair[0], buf, n, p, 2, 0), OKTA_OK);
	assert_int_equal(
	    wire_recv_fds(pair[1], in, sizeof(in), &len, got, 2, &nfds, 0),
	    OKTA_OK);
	assert_int_equal(len, n);
	assert_memory_equal(in, buf, n);
	assert_int_equal(nfds, 2);
	assert_int_equal(open_fds(), before + 2);
	for (int i = 0; i < 2; i++)
		assert_int_equal(fcntl(got[i], F_GETFD), FD_CLOEXEC);
	assert_int_equal(write(got[1], "x", 1), 1);
	assert_int_equal(read(p[0], &c, 1), 1);
	for (int i = 0; i < 2; i++) {
		close(got[i]);
		close(p[i]);
	}
}

static void
test_unwanted_descriptors_are_closed_T54(void **state)
{
	uint8_t buf[64], in[64];
	size_t n = frame(buf, sizeof(buf), 4), len, nfds = 9;
	int p[2], got[2], before;

	(void)state;
	assert_int_equal(pipe(p), 0);
	before = open_fds();
	/* A reader that asks for none. */
	assert_int_equal(wire_send_fds(pair[0], buf, n, p, 2, 0), OKTA_OK);
	assert_int_equal(wire_recv(pair[1], in, sizeof(in), &len, 0), OKTA_OK);
	assert_int_equal(open_fds(), before);
	/* One that asks for fewer. */
	for (size_t max = 0; max < 2; max++) {
		assert_int_equal(
		    wire_send_fds(pair[0], buf, n, p, 2, 0), OKTA_OK);
		assert_int_equal(wire_recv_fds(pair[1], in, sizeof(in), &len,
				     got, max, &nfds, 0),
		    OKTA_BAD);
		assert_int_equal(len, 0);
		assert_int_equal(nfds, 0);
		assert_int_equal(open_fds(), before);
		while (recv(pair[1], in, sizeof(in), MSG_DONTWAIT) > 0)
			;
	}
	close(p[0]);
	close(p[1]);
}

static void
test_flood_of_descriptors_is_closed_T54(void **state)
{
	union {
		char bytes[CMSG_SPACE(20 * sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	uint8_t buf[64], in[64];
	struct iovec iov = {.iov_base = buf, .iov_len = frame(buf, 64, 4)};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control.bytes,
	    .msg_controllen = sizeof(control.bytes)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int fds[20], got[2], before = open_fds();
	size_t len, nfds;

	(void)state;
	for (int i = 0; i < 20; i++)
		fds[i] = pair[0];
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(c), fds, sizeof(fds));
	assert_int_equal(sendmsg(pair[0], &m, 0), iov.iov_len);
	assert_int_equal(
	    wire_recv_fds(pair[1], in, sizeof(in), &len, got, 2, &nfds, 0),
	    OKTA_BAD);
	assert_int_equal(open_fds(), before);
	assert_int_equal(
	    wire_send_fds(pair[0], buf, 24, fds, 3, 0), OKTA_SYSTEM);
}

static void
test_descriptors_of_a_cut_frame_are_closed(void **state)
{
	uint8_t buf[64], in[64];
	size_t n = frame(buf, sizeof(buf), 4), len, nfds;
	int before = open_fds(), got[2];

	(void)state;
	assert_int_equal(
	    wire_send_fds(pair[0], buf, n - 1, &pair[1], 1, 0), OKTA_OK);
	assert_int_equal(shutdown(pair[0], SHUT_WR), 0);
	assert_int_equal(
	    wire_recv_fds(pair[1], in, sizeof(in), &len, got, 2, &nfds, 0),
	    OKTA_BAD);
	assert_int_equal(nfds, 0);
	assert_int_equal(open_fds(), before);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_frames_keep_their_borders),
	    T(test_cap_is_the_caller_s_T51),
	    T(test_length_below_a_header_is_refused_T51),
	    T(test_cut_frame_is_not_a_clean_end),
	    T(test_silence_ends_at_the_deadline),
	    T(test_dripping_frame_is_cut_off_after_2_s_T50),
	    T(test_frame_time_does_not_outlive_the_deadline_T50),
	    T(test_full_peer_does_not_hold_the_sender),
	    T(test_gone_peer_raises_no_signal),
	    T(test_bad_descriptor_is_an_error),
	    T(test_two_descriptors_travel_close_on_exec),
	    T(test_unwanted_descriptors_are_closed_T54),
	    T(test_flood_of_descriptors_is_closed_T54),
	    T(test_descriptors_of_a_cut_frame_are_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
