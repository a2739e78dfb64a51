/* Tickets: what auth proved, redeemed once. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <cmocka.h>

#include "ticket.h"

enum { ALICE = 1879050000, BOB };

static int getrandom_fails;
ssize_t __real_getrandom(void *p, size_t len, unsigned int flags);
ssize_t __wrap_getrandom(void *p, size_t len, unsigned int flags);

ssize_t
__wrap_getrandom(void *p, size_t len, unsigned int flags)
{
	if (getrandom_fails == 1) {
		errno = ENOSYS;
		return -1;
	}
	if (getrandom_fails == 2)
		return (ssize_t)len - 1;
	return __real_getrandom(p, len, flags);
}

static void
test_ticket_opens_one_session_of_its_person_and_service(void **state)
{
	struct tickets *t = tickets_new();
	char a[PROTOCOL_TICKET_SIZE + 1], b[PROTOCOL_TICKET_SIZE + 1];
	const struct session *s;
	size_t n;

	(void)state;
	assert_int_equal(ticket_issue(t, ALICE, "sshd", 1000, a), 0);
	assert_int_equal(ticket_issue(t, ALICE, "sshd", 1000, b), 0);
	assert_int_equal(strlen(a), 32);
	assert_int_equal(strspn(a, "0123456789abcdef"), 32);
	assert_string_not_equal(a, b);
	assert_int_equal(ticket_redeem(t, a, ALICE, "sshd", "pts/0", 7, 999), 0);
	assert_int_equal(ticket_redeem(t, a, ALICE, "sshd", "", 0, 999), -1);
	s = ticket_sessions(t, &n);
	assert_int_equal(n, 1);
	assert_int_equal(s[0].uid, ALICE);
	assert_int_equal(s[0].audit, 7);
	assert_string_equal(s[0].tty, "pts/0");
	/* Closed by its own person, once. */
	assert_int_equal(ticket_close(t, a, BOB), -1);
	assert_int_equal(ticket_close(t, b, ALICE), -1);
	assert_int_equal(ticket_close(t, a, ALICE), 0);
	assert_int_equal(ticket_close(t, a, ALICE), -1);
	tickets_free(t);
}

static void
test_wrong_uid_service_or_time_spends_the_ticket(void **state)
{
	static const struct {
		uid_t uid;
		const char *service;
		uint64_t now;
	} wrong[] = {{BOB, "sshd", 1}, {ALICE, "sudo", 1}, {ALICE, "sshd", 1000},
	    {ALICE, "ssh", 1}};
	struct tickets *t = tickets_new();
	char a[PROTOCOL_TICKET_SIZE + 1];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(ticket_issue(t, ALICE, "sshd", 1000, a), 0);
		assert_int_equal(ticket_redeem(t, a, wrong[i].uid,
		    wrong[i].service, NULL, 0, wrong[i].now), -1);
		assert_int_equal(ticket_redeem(t, a, ALICE, "sshd", NULL, 0, 1),
		    -1);
	}
	assert_int_equal(ticket_redeem(t, "", ALICE, "sshd", NULL, 0, 1), -1);
	assert_int_equal(ticket_redeem(t, "00000000000000000000000000000000",
	    ALICE, "sshd", NULL, 0, 1), -1);
	tickets_free(t);
}

static void
test_no_random_bytes_no_ticket_T98(void **state)
{
	struct tickets *t = tickets_new();
	char a[PROTOCOL_TICKET_SIZE + 1];

	(void)state;
	for (getrandom_fails = 1; getrandom_fails <= 2; getrandom_fails++) {
		strcpy(a, "x");
		assert_int_equal(ticket_issue(t, ALICE, "sshd", 1000, a), -1);
		assert_string_equal(a, "");
	}
	getrandom_fails = 0;
	tickets_free(t);
}

static void
test_flood_of_logins_keeps_the_newest(void **state)
{
	struct tickets *t = tickets_new();
	char first[PROTOCOL_TICKET_SIZE + 1], a[PROTOCOL_TICKET_SIZE + 1];
	size_t n;

	(void)state;
	assert_int_equal(ticket_issue(t, ALICE, "sshd", 1000, first), 0);
	for (int i = 0; i < SESSIONS_MAX + 10; i++) {
		assert_int_equal(ticket_issue(t, BOB, "sshd", 1000, a), 0);
		if (i > TICKETS_MAX)
			assert_int_equal(
			    ticket_redeem(t, a, BOB, "sshd", NULL, 0, 1), 0);
	}
	assert_int_equal(ticket_redeem(t, first, ALICE, "sshd", NULL, 0, 1),
	    -1);
	for (int i = 0; i < SESSIONS_MAX; i++) {
		assert_int_equal(ticket_issue(t, BOB, "sshd", 1000, a), 0);
		assert_int_equal(ticket_redeem(t, a, BOB, "sshd", NULL, 0, 1),
		    0);
	}
	ticket_sessions(t, &n);
	assert_int_equal(n, SESSIONS_MAX);
	assert_int_equal(ticket_close(t, a, BOB), 0);
	tickets_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_ticket_opens_one_session_of_its_person_and_service),
	    cmocka_unit_test(test_wrong_uid_service_or_time_spends_the_ticket),
	    cmocka_unit_test(test_no_random_bytes_no_ticket_T98),
	    cmocka_unit_test(test_flood_of_logins_keeps_the_newest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
