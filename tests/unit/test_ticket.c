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

static int
issue(struct tickets *t, uid_t uid, char text[PROTOCOL_TICKET_SIZE + 1])
{
	struct proof p = {
	    .uid = uid, .service = "sshd", .flow = 1, .at_ms = 500};

	strcpy(p.factors, "password push");
	strcpy(p.rhost, "192.0.2.7");
	return ticket_issue(t, &p, 1000, text);
}

static void
test_ticket_tells_once_what_was_proven(void **state)
{
	struct tickets *t = tickets_new();
	char a[PROTOCOL_TICKET_SIZE + 1], b[PROTOCOL_TICKET_SIZE + 1];
	struct proof p;

	(void)state;
	assert_int_equal(issue(t, ALICE, a), 0);
	assert_int_equal(issue(t, ALICE, b), 0);
	assert_int_equal(strlen(a), 32);
	assert_int_equal(strspn(a, "0123456789abcdef"), 32);
	assert_string_not_equal(a, b);
	assert_int_equal(ticket_redeem(t, a, ALICE, "sshd", 999, &p), 0);
	assert_int_equal(p.uid, ALICE);
	assert_string_equal(p.factors, "password push");
	assert_string_equal(p.rhost, "192.0.2.7");
	assert_int_equal(p.at_ms, 500);
	assert_int_equal(ticket_redeem(t, a, ALICE, "sshd", 999, &p), -1);
	assert_int_equal(p.uid, 0);
	assert_string_equal(p.factors, "");
	tickets_free(t);
}

static void
test_wrong_uid_service_or_time_spends_the_ticket(void **state)
{
	static const struct {
		uid_t uid;
		const char *service;
		uint64_t now;
	} wrong[] = {{BOB, "sshd", 1}, {ALICE, "sudo", 1},
	    {ALICE, "sshd", 1000}, {ALICE, "ssh", 1}};
	struct tickets *t = tickets_new();
	char a[PROTOCOL_TICKET_SIZE + 1];
	struct proof p;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(issue(t, ALICE, a), 0);
		assert_int_equal(ticket_redeem(t, a, wrong[i].uid,
				     wrong[i].service, wrong[i].now, &p),
		    -1);
		assert_int_equal(p.at_ms, 0);
		assert_int_equal(ticket_redeem(t, a, ALICE, "sshd", 1, &p), -1);
	}
	assert_int_equal(ticket_redeem(t, "", ALICE, "sshd", 1, &p), -1);
	assert_int_equal(ticket_redeem(t, "00000000000000000000000000000000",
			     ALICE, "sshd", 1, &p),
	    -1);
	tickets_free(t);
}

static void
test_session_token_goes_with_its_ticket_and_no_further(void **state)
{
	struct proof proof = {.uid = ALICE, .service = "sshd"}, p;
	struct tickets *t = tickets_new();
	char a[PROTOCOL_TICKET_SIZE + 1];

	(void)state;
	assert_int_equal(secret_set(&proof.session_token, "2011", 4), 0);
	assert_int_equal(ticket_issue(t, &proof, 1000, a), 0);
	assert_null(proof.session_token.bytes);
	assert_int_equal(ticket_redeem(t, a, ALICE, "sshd", 999, &p), 0);
	assert_string_equal(p.session_token.bytes, "2011");
	secret_clear(&p.session_token);

	/* Who shows it wrongly gets none, and a login that is never opened
	 * keeps none. */
	assert_int_equal(secret_set(&proof.session_token, "2012", 4), 0);
	assert_int_equal(ticket_issue(t, &proof, 1000, a), 0);
	assert_int_equal(ticket_redeem(t, a, BOB, "sshd", 1, &p), -1);
	assert_null(p.session_token.bytes);
	assert_int_equal(secret_set(&proof.session_token, "2013", 4), 0);
	assert_int_equal(ticket_issue(t, &proof, 1000, a), 0);
	tickets_forget(t, 999);
	tickets_forget(t, 1000);
	assert_int_equal(ticket_redeem(t, a, ALICE, "sshd", 1, &p), -1);
	tickets_forget(NULL, 1);

	/* No ticket, no token of it: it stays the caller's. */
	assert_int_equal(secret_set(&proof.session_token, "2014", 4), 0);
	getrandom_fails = 1;
	assert_int_equal(ticket_issue(t, &proof, 1000, a), -1);
	getrandom_fails = 0;
	assert_non_null(proof.session_token.bytes);
	assert_int_equal(ticket_issue(t, &proof, 1000, a), 0);
	tickets_free(t);
	tickets_free(NULL);
}

static void
test_no_random_bytes_no_ticket_T98(void **state)
{
	struct tickets *t = tickets_new();
	char a[PROTOCOL_TICKET_SIZE + 1];

	(void)state;
	for (getrandom_fails = 1; getrandom_fails <= 2; getrandom_fails++) {
		strcpy(a, "x");
		assert_int_equal(issue(t, ALICE, a), -1);
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
	struct proof p;

	(void)state;
	assert_int_equal(issue(t, ALICE, first), 0);
	for (int i = 0; i < TICKETS_MAX; i++)
		assert_int_equal(issue(t, BOB, a), 0);
	assert_int_equal(ticket_redeem(t, first, ALICE, "sshd", 1, &p), -1);
	assert_int_equal(ticket_redeem(t, a, BOB, "sshd", 1, &p), 0);
	tickets_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ticket_tells_once_what_was_proven),
	    cmocka_unit_test(test_wrong_uid_service_or_time_spends_the_ticket),
	    cmocka_unit_test(
		test_session_token_goes_with_its_ticket_and_no_further),
	    cmocka_unit_test(test_no_random_bytes_no_ticket_T98),
	    cmocka_unit_test(test_flood_of_logins_keeps_the_newest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
