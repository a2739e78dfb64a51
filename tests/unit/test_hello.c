/* The hello, and who may say what behind which door. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "client.h"
#include "hello.h"
#include "internal.h"
#include "peer.h"
#include "slots.h"

enum { NET = 990, SYNC = 991, LOGIN = 992, ALICE = 1879050000 };

static const struct peer_users users = {
    {NET, NET}, {SYNC, SYNC}, {LOGIN, LOGIN}};

/* getsockopt as the linker gives it to us (--wrap). */
static int getsockopt_mode;
int __real_getsockopt(int fd, int level, int name, void *p, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int name, void *p, socklen_t *len);

int
__wrap_getsockopt(int fd, int level, int name, void *p, socklen_t *len)
{
	if (getsockopt_mode == 1)
		return -1;
	int r = __real_getsockopt(fd, level, name, p, len);

	if (getsockopt_mode == 2)
		*len -= 1;
	if (getsockopt_mode == 3)
		memset(p, 0xff, *len);
	return r;
}

/* A frame as pam_okta's own client writes it, with extra bytes behind. */
static size_t
make(struct client *c, const char *service, const char *ticket, size_t extra)
{
	uint8_t zero[256] = {0};
	struct wire_out o;

	memset(c, 0, sizeof(*c));
	memset(c->id, 7, sizeof(c->id));
	client_hello(c, &o, OP_LOGIN, ALICE, service, ticket);
	if (extra > 0)
		wire_put(&o, TAG_USER, zero, extra);
	assert_int_equal(wire_end(&o), OKTA_OK);
	return o.len;
}

static void
test_what_the_client_writes_is_what_oktad_reads(void **state)
{
	static const char ticket[] = "0123456789abcdef0123456789abcdef";
	struct client c;
	struct hello h;
	size_t len;

	(void)state;
	len = make(&c, "sshd", ticket, 20);
	assert_int_equal(hello_parse(c.out, &h), OKTA_OK);
	assert_int_equal(h.op, OP_LOGIN);
	assert_int_equal(h.uid, ALICE);
	assert_string_equal(h.service, "sshd");
	assert_string_equal(h.ticket, ticket);
	assert_memory_equal(h.id, c.id, sizeof(h.id));
	assert_int_equal(h.rest, len - PROTOCOL_HELLO_SIZE);
	make(&c, "a", NULL, 0);
	assert_int_equal(hello_parse(c.out, &h), OKTA_OK);
	assert_string_equal(h.ticket, "");
	assert_int_equal(h.rest, 0);
}

static void
refused(const uint8_t *bytes)
{
	static const struct hello empty;
	struct hello h;

	memset(&h, 0xaa, sizeof(h));
	assert_int_not_equal(hello_parse(bytes, &h), OKTA_OK);
	assert_memory_equal(&h, &empty, sizeof(h));
}

static void
test_malformed_hello_is_refused_and_leaves_nothing(void **state)
{
	static const struct {
		size_t at;
		uint8_t byte;
	} cases[] = {
	    {0, 1}, /* a length beyond 4096 */
	    {3, 1}, /* shorter than the hello */
	    {5, 9}, /* version */
	    {24, 9}, /* tags and lengths of the three fields */
	    {25, 9}, {27, 5}, {33, 9}, {35, 31}, {69, 9}, {71, 31}, {36, ' '},
	    {37, '/'}, {38, 0x80}, {36, 0}, /* service */
	    {67, 'x'}, /* not padded with NULs; 32 bytes long */
	    {72, 'g'}, {72, 'A'}, {103, '0'}, /* ticket */
	};
	struct client c;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make(&c, "sshd", NULL, 0);
		c.out[cases[i].at] = cases[i].byte;
		refused(c.out);
	}
	/* A length that is too long for a login. */
	make(&c, "sshd", NULL, 0);
	c.out[2] = 0x10;
	refused(c.out);
	make(&c, "sshd", "0123456789abcdef0123456789abcdef", 0);
	c.out[90] = 0;
	refused(c.out);
}

static void
test_no_flipped_bit_makes_another_person(void **state)
{
	struct client c;
	struct hello h;

	(void)state;
	for (size_t bit = 0; bit < 8 * PROTOCOL_HELLO_SIZE; bit++) {
		make(&c, "sshd", NULL, 0);
		c.out[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (hello_parse(c.out, &h) != OKTA_OK)
			continue;
		/* Only the bits of the uid itself may change it. */
		if (bit / 8 < 28 || bit / 8 > 31)
			assert_int_equal(h.uid, ALICE);
		assert_true(strlen(h.service) > 0);
		assert_true(h.rest <= WIRE_LOGIN_MAX);
	}
}

/* Six uids, every door, every op there is: exactly these are allowed. */
static void
test_uid_by_operation_matrix_T40_T46(void **state)
{
	static const uid_t uids[] = {0, NET, SYNC, LOGIN, ALICE, 65534};
	unsigned int allowed = 0;

	(void)state;
	for (int door = 0; door < DOOR_COUNT; door++) {
		for (size_t u = 0; u < 6; u++) {
			for (unsigned int op = 0; op < 300; op++) {
				int self = peer_may(door, (uint16_t)op, uids[u],
				    uids[u], &users);
				int other = peer_may(door, (uint16_t)op,
				    uids[u], ALICE + 1, &users);
				int expect_self = 0, expect_other = 0;

				if (door == DOOR_LOGIN && uids[u] == 0)
					expect_self = expect_other =
					    op >= OP_LOGIN && op <= 6 &&
					    op != OP_REPLY && op != OP_CANCEL;
				if (door == DOOR_SELF)
					expect_self = op == OP_LOGIN;
				if (door == DOOR_CONTROL && uids[u] == 0)
					expect_self = expect_other =
					    (op >= CTL_STATUS &&
						op <= CTL_IDS) ||
					    op == CTL_SESSIONS ||
					    op == CTL_LOGOUT ||
					    op == CTL_CHANGE ||
					    op == CTL_CHANGED;
				if (door == DOOR_INTERNAL && uids[u] == NET)
					expect_self = expect_other =
					    op == INT_ASSERT ||
					    op == INT_STATUS;
				if (door == DOOR_INTERNAL && uids[u] == SYNC)
					expect_self = expect_other =
					    op == INT_STATUS ||
					    op == INT_IMAGE ||
					    op == INT_CONFIRM ||
					    op == INT_CLEARED ||
					    op == INT_SYNC_DONE;
				assert_int_equal(self, expect_self);
				assert_int_equal(other, expect_other);
				allowed += (unsigned int)(self + other);
			}
		}
	}
	assert_true(allowed > 20);
	/* The overflow uid of a failed look-up is nobody (avahi's case). */
	assert_false(peer_may_enter(DOOR_LOGIN, (uid_t)-1, &users));
	assert_false(peer_may_enter(DOOR_CONTROL, ALICE, &users));
	assert_false(peer_may_enter(DOOR_INTERNAL, 0, &users));
	assert_true(peer_may_enter(DOOR_SELF, ALICE, &users));
}

static void
test_peer_that_the_kernel_does_not_name_is_nobody_T46(void **state)
{
	uid_t uid;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	getsockopt_mode = 0;
	assert_int_equal(peer_uid(ends[0], &uid), 0);
	assert_int_equal(uid, geteuid());
	for (getsockopt_mode = 1; getsockopt_mode <= 3; getsockopt_mode++) {
		uid = 0;
		assert_int_equal(peer_uid(ends[0], &uid), -1);
		assert_int_equal(uid, (uid_t)-1);
	}
	getsockopt_mode = 0;
	close(ends[0]);
	close(ends[1]);
}

static void
test_one_uid_can_not_take_all_slots_T48(void **state)
{
	static struct slots s;
	unsigned int taken = 0;

	(void)state;
	for (int i = 0; i < 5000; i++)
		taken += slots_take(&s, 65534) == 0;
	assert_int_equal(taken, SLOTS_PER_UID);
	/* Many uids: still some left for root. */
	for (uid_t uid = 1000; uid < 2000; uid++)
		taken += slots_take(&s, uid) == 0;
	assert_int_equal(taken, SLOTS_OTHERS);
	for (int i = 0; i < SLOTS_TOTAL - SLOTS_OTHERS; i++)
		assert_int_equal(slots_take(&s, 0), 0);
	assert_int_equal(slots_take(&s, 0), -1);
	/* Given back, they can be had again, and the count comes out even. */
	slots_give(&s, 0);
	assert_int_equal(slots_take(&s, 0), 0);
	for (int i = 0; i < SLOTS_PER_UID; i++)
		slots_give(&s, 65534);
	assert_int_equal(s.n_others, SLOTS_OTHERS - SLOTS_PER_UID);
	slots_give(&s, 0);
	assert_int_equal(slots_take(&s, 65534), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_the_client_writes_is_what_oktad_reads),
	    cmocka_unit_test(
		test_malformed_hello_is_refused_and_leaves_nothing),
	    cmocka_unit_test(test_no_flipped_bit_makes_another_person),
	    cmocka_unit_test(test_uid_by_operation_matrix_T40_T46),
	    cmocka_unit_test(
		test_peer_that_the_kernel_does_not_name_is_nobody_T46),
	    cmocka_unit_test(test_one_uid_can_not_take_all_slots_T48),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
