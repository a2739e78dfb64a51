/*
 * The client of the login sockets. The kernel's answers that matter are given
 * by this program: who the peer is, and random bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"

static struct {
	uid_t uid;
	socklen_t len;
	int fails;
	ssize_t random;
} kernel;

int
getsockopt(
    int fd, int level, int name, void *restrict value, socklen_t *restrict len)
{
	struct ucred u = {.pid = 1, .uid = kernel.uid};

	(void)fd;
	assert_int_equal(level, SOL_SOCKET);
	assert_int_equal(name, SO_PEERCRED);
	if (kernel.fails) {
		errno = EINVAL;
		return -1;
	}
	memcpy(value, &u, sizeof(u));
	*len = kernel.len;
	return 0;
}

ssize_t
getrandom(void *p, size_t len, unsigned int flags)
{
	static unsigned char next;

	assert_int_equal(flags, GRND_NONBLOCK);
	if (kernel.random >= 0)
		return kernel.random;
	memset(p, ++next, len);
	return (ssize_t)len;
}

static char dir[] = "/tmp/okta-client-XXXXXX";
static char path[64];
static int listener;

static int
setup_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ||
	    snprintf(path, sizeof(path), "%s/sock", dir) < 0;
}

static int
teardown_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

static int
setup(void **state)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	(void)state;
	kernel.uid = 0;
	kernel.len = sizeof(struct ucred);
	kernel.fails = 0;
	kernel.random = -1;
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	strcpy(a.sun_path, path);
	return bind(listener, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(listener, 1) != 0;
}

static int
teardown(void **state)
{
	(void)state;
	close(listener);
	unlink(path);
	return 0;
}

static void
test_hello_has_its_fixed_layout(void **state)
{
	struct client c;
	struct wire_out o;
	uint8_t got[WIRE_LOGIN_MAX];
	size_t len;

	(void)state;
	assert_int_equal(client_open(&c, path, wire_now_ms() + 1000), OKTA_OK);
	assert_true(c.fd > 2);
	assert_int_equal(fcntl(c.fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(c.fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	client_hello(&c, &o, OP_LOGIN, 0x70000001, "sshd", NULL);
	wire_put_str(&o, TAG_USER, "alice");
	assert_int_equal(client_send(&c, &o), OKTA_OK);
	for (size_t i = 0; i < sizeof(c.out); i++)
		assert_int_equal(c.out[i], 0);
	int fd = accept(listener, NULL, NULL);

	assert_int_equal(wire_recv(fd, got, sizeof(got), &len, 0), OKTA_OK);
	assert_int_equal(len, PROTOCOL_HELLO_SIZE + 9);
	assert_memory_equal(got + 8, c.id, WIRE_ID_SIZE);
	assert_memory_equal(got + 24, "\0\1\0\4\x70\0\0\1", 8);
	assert_memory_equal(got + 32, "\0\2\0\x20sshd\0", 9);
	assert_memory_equal(got + 68, "\0\3\0\x20\0", 5);
	assert_memory_equal(got + PROTOCOL_HELLO_SIZE, "\0\4\0\5alice", 9);
	close(fd);
	client_close(&c);
	assert_int_equal(c.fd, -1);
	client_close(&c);
}

static void
test_ticket_and_service_are_checked(void **state)
{
	/* Odd names are oktad's to refuse: test_hello. */
	static const char *const services[] = {
	    "12345678901234567890123456789012",
	    "1234567890123456789012345678901234567890", NULL};
	struct client c;
	struct wire_out o;

	(void)state;
	assert_int_equal(client_open(&c, path, wire_now_ms() + 1000), OKTA_OK);
	for (size_t i = 0; i < sizeof(services) / sizeof(*services); i++) {
		client_hello(&c, &o, OP_LOGIN, 1, services[i], NULL);
		assert_int_equal(client_send(&c, &o), OKTA_BAD);
	}
	client_hello(&c, &o, OP_SESSION_OPEN, 1, "sshd", "short");
	assert_int_equal(client_send(&c, &o), OKTA_BAD);
	client_hello(&c, &o, OP_SESSION_OPEN, 1,
	    "1234567890123456789012345678901",
	    "0123456789abcdef0123456789abcdef");
	assert_int_equal(client_send(&c, &o), OKTA_OK);
	client_close(&c);
}

static void
test_impostor_is_refused_and_hears_nothing_T53(void **state)
{
	struct client c;
	char byte;

	(void)state;
	kernel.uid = 1000;
	assert_int_equal(
	    client_open(&c, path, wire_now_ms() + 1000), OKTA_UNSAFE);
	assert_int_equal(c.fd, -1);
	int fd = accept(listener, NULL, NULL);

	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	close(fd);
}

static void
test_peer_without_credentials_is_refused_T46(void **state)
{
	struct client c;

	(void)state;
	kernel.fails = 1;
	assert_int_equal(
	    client_open(&c, path, wire_now_ms() + 1000), OKTA_UNSAFE);
	kernel.fails = 0;
	close(accept(listener, NULL, NULL));
	kernel.len = sizeof(struct ucred) - 1;
	assert_int_equal(
	    client_open(&c, path, wire_now_ms() + 1000), OKTA_UNSAFE);
}

static void
test_no_login_without_random_bytes_T98(void **state)
{
	struct client c;

	(void)state;
	for (kernel.random = 0; kernel.random < WIRE_ID_SIZE; kernel.random++)
		assert_int_equal(
		    client_open(&c, path, wire_now_ms() + 1000), OKTA_SYSTEM);
}

static void
test_full_backlog_ends_at_the_deadline_T49(void **state)
{
	struct client c[8];
	uint64_t start;
	int r = OKTA_OK, n = 0;

	(void)state;
	while (r == OKTA_OK && n < 8) {
		start = wire_now_ms();
		r = client_open(&c[n++], path, start + 200);
	}
	assert_int_equal(r, OKTA_TIME);
	assert_in_range(wire_now_ms() - start, 190, 700);
	while (n > 0)
		client_close(&c[--n]);
}

static void
test_nobody_there(void **state)
{
	struct client c;
	char longpath[200];

	(void)state;
	memset(longpath, 'x', sizeof(longpath));
	longpath[sizeof(longpath) - 1] = '\0';
	assert_int_equal(
	    client_open(&c, longpath, wire_now_ms() + 100), OKTA_SYSTEM);
	assert_int_equal(
	    client_open(&c, "/nonexistent/sock", wire_now_ms() + 100),
	    OKTA_ABSENT);
	close(listener);
	assert_int_equal(
	    client_open(&c, path, wire_now_ms() + 100), OKTA_ABSENT);
	assert_int_equal(c.fd, -1);
}

static void
test_answer_of_another_login_is_refused_T52_reduced(void **state)
{
	struct client c;
	struct wire_out o;
	struct wire_in in;
	uint8_t buf[64], id[WIRE_ID_SIZE];

	(void)state;
	assert_int_equal(client_open(&c, path, wire_now_ms() + 1000), OKTA_OK);
	int fd = accept(listener, NULL, NULL);

	for (size_t bit = 0; bit <= WIRE_ID_SIZE * 8; bit++) {
		memcpy(id, c.id, sizeof(id));
		if (bit < WIRE_ID_SIZE * 8)
			id[bit / 8] ^= (uint8_t)(1 << bit % 8);
		wire_begin(&o, buf, sizeof(buf), OP_VERDICT, id);
		wire_put_u32(&o, TAG_CODE, VERDICT_ACCEPT);
		assert_int_equal(wire_end(&o), OKTA_OK);
		assert_int_equal(wire_send(fd, buf, o.len, 0), OKTA_OK);
		assert_int_equal(client_recv(&c, &in),
		    bit < WIRE_ID_SIZE * 8 ? OKTA_BAD : OKTA_OK);
		assert_int_equal(
		    in.op, bit < WIRE_ID_SIZE * 8 ? 0 : OP_VERDICT);
	}
	close(fd);
	client_close(&c);
}

static void
test_host_without_stdio_keeps_its_low_numbers_T38(void **state)
{
	struct client c;
	int saved = fcntl(0, F_DUPFD_CLOEXEC, 10);

	(void)state;
	close(0);
	int r = client_open(&c, path, wire_now_ms() + 1000), fd = c.fd;
	int is_free = fcntl(0, F_GETFD) < 0;

	client_close(&c);
	if (saved >= 0) {
		dup2(saved, 0);
		close(saved);
	}
	assert_int_equal(r, OKTA_OK);
	assert_true(fd > 2);
	assert_true(is_free);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_hello_has_its_fixed_layout),
	    T(test_ticket_and_service_are_checked),
	    T(test_impostor_is_refused_and_hears_nothing_T53),
	    T(test_peer_without_credentials_is_refused_T46),
	    T(test_no_login_without_random_bytes_T98),
	    T(test_full_backlog_ends_at_the_deadline_T49),
	    T(test_nobody_there),
	    T(test_answer_of_another_login_is_refused_T52_reduced),
	    T(test_host_without_stdio_keeps_its_low_numbers_T38),
	};

	return cmocka_run_group_tests(tests, setup_dir, teardown_dir);
}
