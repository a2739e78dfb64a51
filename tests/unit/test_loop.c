/* The poll loop and its connections: split frames, floods, descriptors. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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
#include "conn.h"
#include "loop.h"

static unsigned int
open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static size_t
make_frame(uint8_t *frame, size_t cap, uint16_t op, size_t value)
{
	static const uint8_t id[WIRE_ID_SIZE] = {1, 2, 3};
	static const uint8_t zero[4096];
	struct wire_out o;

	wire_begin(&o, frame, cap, op, id);
	wire_put(&o, 7, zero, value);
	assert_int_equal(wire_end(&o), OKTA_OK);
	return o.len;
}

static void
send_with_fds(int fd, const uint8_t *p, size_t len, size_t nfds)
{
	union {
		char bytes[CMSG_SPACE(253 * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = {(void *)(uintptr_t)p, len};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	int fds[253];

	if (nfds > 0) {
		memset(&control, 0, sizeof(control));
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		for (size_t i = 0; i < nfds; i++)
			fds[i] = fd;
		memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
	}
	assert_int_equal(sendmsg(fd, &m, 0), (ssize_t)len);
}

static void
test_frame_in_single_bytes_and_two_at_once(void **state)
{
	uint8_t frame[512];
	struct wire_in in;
	struct conn c;
	size_t len;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(conn_open(&c, ends[0], 4096, 0), 0);
	len = make_frame(frame, sizeof(frame), 9, 100);
	for (size_t i = 0; i < len; i++) {
		assert_int_equal(conn_read(&c, &in), OKTA_TIME);
		assert_int_equal(c.deadline != 0, i > 0);
		assert_int_equal(write(ends[1], frame + i, 1), 1);
	}
	assert_int_equal(conn_read(&c, &in), OKTA_OK);
	assert_int_equal(in.op, 9);
	assert_int_equal(in.left, 104);
	assert_int_equal(c.deadline, 0);
	assert_int_equal(conn_read(&c, &in), OKTA_TIME);
	assert_int_equal(write(ends[1], frame, len), (ssize_t)len);
	len = make_frame(frame, sizeof(frame), 10, 0);
	assert_int_equal(write(ends[1], frame, len), (ssize_t)len);
	assert_int_equal(conn_read(&c, &in), OKTA_OK);
	assert_int_equal(conn_read(&c, &in), OKTA_OK);
	assert_int_equal(in.op, 10);
	close(ends[1]);
	assert_int_equal(conn_read(&c, &in), OKTA_CLOSED);
	conn_close(&c);
	conn_close(&c);
}

static void
test_frame_that_lies_about_its_length_ends_the_connection(void **state)
{
	static const uint32_t lengths[] = {
	    0, 1, 19, 4093, 0x7fffffff, 0xffffffff};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		uint8_t head[4] = {(uint8_t)(lengths[i] >> 24),
		    (uint8_t)(lengths[i] >> 16), (uint8_t)(lengths[i] >> 8),
		    (uint8_t)lengths[i]};
		struct wire_in in;
		struct conn c;
		int ends[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
		assert_int_equal(conn_open(&c, ends[0], 4096, 0), 0);
		assert_int_equal(write(ends[1], head, 4), 4);
		assert_int_equal(conn_read(&c, &in), OKTA_BAD);
		conn_close(&c);
		close(ends[1]);
	}
}

static void
test_cut_frame_is_bad(void **state)
{
	uint8_t frame[512];
	struct wire_in in;
	struct conn c;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(conn_open(&c, ends[0], 4096, 0), 0);
	make_frame(frame, sizeof(frame), 9, 100);
	assert_int_equal(write(ends[1], frame, 50), 50);
	assert_int_equal(conn_read(&c, &in), OKTA_TIME);
	close(ends[1]);
	assert_int_equal(conn_read(&c, &in), OKTA_BAD);
	conn_close(&c);
}

static void
test_flood_of_descriptors_leaves_none_behind_T54(void **state)
{
	uint8_t frame[512];
	size_t len = make_frame(frame, sizeof(frame), 9, 0);
	unsigned int before = open_fds();
	struct wire_in in;
	struct conn c;
	int ends[2];

	(void)state;
	/* Who may hand over none: they never arrive. */
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(conn_open(&c, ends[0], 4096, 0), 0);
	for (int i = 0; i < 1000; i++) {
		send_with_fds(ends[1], frame, len, 253);
		assert_int_equal(conn_read(&c, &in), OKTA_OK);
	}
	assert_int_equal(open_fds(), before + 2);
	conn_close(&c);
	/* Who may hand over two: more than that ends the connection. */
	close(ends[1]);
	for (size_t n = 3; n < 253; n += 5) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
		assert_int_equal(conn_open(&c, ends[0], 4096, CONN_FDS), 0);
		send_with_fds(ends[1], frame, len, n);
		assert_int_equal(conn_read(&c, &in), OKTA_BAD);
		conn_close(&c);
		close(ends[1]);
	}
	assert_int_equal(open_fds(), before);
}

static void
test_descriptors_belong_to_their_frame(void **state)
{
	uint8_t frame[512];
	size_t len = make_frame(frame, sizeof(frame), 9, 0);
	unsigned int before = open_fds();
	struct wire_in in;
	struct conn c;
	int ends[2], fd;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(conn_open(&c, ends[0], 4096, CONN_FDS), 0);
	send_with_fds(ends[1], frame, len, 2);
	send_with_fds(ends[1], frame, len, 0);
	assert_int_equal(conn_read(&c, &in), OKTA_OK);
	fd = conn_take_fd(&c, 0);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(conn_take_fd(&c, 0), -1);
	assert_int_equal(conn_take_fd(&c, 2), -1);
	assert_int_equal(conn_read(&c, &in), OKTA_OK);
	assert_int_equal(conn_take_fd(&c, 0), -1);
	close(fd);
	conn_close(&c);
	close(ends[1]);
	assert_int_equal(open_fds(), before);
}

static void
test_peer_that_does_not_read_is_not_waited_for(void **state)
{
	static const uint8_t id[WIRE_ID_SIZE];
	uint8_t frame[4096], value[2048] = {0};
	uint64_t start = wire_now_ms();
	struct wire_out o;
	struct conn c;
	int ends[2], r = OKTA_OK;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(conn_open(&c, ends[0], 4096, 0), 0);
	for (int i = 0; i < 10000 && r == OKTA_OK; i++) {
		wire_begin(&o, frame, sizeof(frame), 9, id);
		wire_put(&o, 7, value, sizeof(value));
		r = conn_send(&c, &o, -1);
	}
	assert_int_equal(r, OKTA_TIME);
	assert_true(wire_now_ms() - start < 2000);
	conn_close(&c);
	close(ends[1]);
}

static struct loop loop;
static unsigned int ready_calls, expired_calls;
static struct watch *victim;

static void
count_ready(struct watch *w, short revents)
{
	char byte;

	(void)revents;
	ready_calls++;
	assert_int_equal(read(w->fd, &byte, 1), 1);
	if (victim != NULL) {
		loop_remove(&loop, victim);
		free(victim);
		victim = NULL;
	}
}

static void
count_expired(struct watch *w)
{
	expired_calls++;
	assert_int_equal(w->deadline, 0);
}

static void
test_watch_removed_by_another_is_never_called(void **state)
{
	struct watch first = {
	    .events = POLLIN, .ready = count_ready, .expired = count_expired};
	int a[2], b[2];

	(void)state;
	ready_calls = expired_calls = 0;
	assert_int_equal(pipe(a), 0);
	assert_int_equal(pipe(b), 0);
	first.fd = a[0];
	victim = malloc(sizeof(*victim));
	*victim = first;
	victim->fd = b[0];
	victim->deadline = 1;
	assert_int_equal(loop_add(&loop, &first), 0);
	assert_int_equal(loop_add(&loop, victim), 0);
	assert_int_equal(write(a[1], "x", 1), 1);
	assert_int_equal(write(b[1], "x", 1), 1);
	assert_int_equal(loop_turn(&loop), 0);
	assert_int_equal(ready_calls, 1);
	assert_int_equal(expired_calls, 0);
	loop_remove(&loop, &first);
	loop_clear(&loop);
	close(a[0]);
	close(a[1]);
	close(b[0]);
	close(b[1]);
}

static void
test_deadlines_of_many_watches_fire_once_each(void **state)
{
	static struct watch many[300];
	uint64_t now = wire_now_ms();

	(void)state;
	expired_calls = 0;
	for (size_t i = 0; i < 300; i++) {
		many[i] = (struct watch){.fd = -1,
		    .expired = count_expired,
		    .deadline = now + i % 30};
		assert_int_equal(loop_add(&loop, &many[i]), 0);
	}
	while (expired_calls < 300)
		assert_int_equal(loop_turn(&loop), 0);
	assert_true(wire_now_ms() >= now + 29);
	loop_clear(&loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_frame_in_single_bytes_and_two_at_once),
	    cmocka_unit_test(
		test_frame_that_lies_about_its_length_ends_the_connection),
	    cmocka_unit_test(test_cut_frame_is_bad),
	    cmocka_unit_test(test_flood_of_descriptors_leaves_none_behind_T54),
	    cmocka_unit_test(test_descriptors_belong_to_their_frame),
	    cmocka_unit_test(test_peer_that_does_not_read_is_not_waited_for),
	    cmocka_unit_test(test_watch_removed_by_another_is_never_called),
	    cmocka_unit_test(test_deadlines_of_many_watches_fire_once_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
