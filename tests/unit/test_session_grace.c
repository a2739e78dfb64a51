/* Whose proof stands for whom, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "session_grace.h"

enum { ALICE = 0x70000001, BOB };

static struct sessions *all;

static struct session
login(void)
{
	struct session s = {.uid = ALICE,
	    .state = SESSION_OPEN,
	    .opened_ms = 1000,
	    .proven_ms = 1000,
	    .audit = 7,
	    .is_login = 1};

	strcpy(s.person, "00u1");
	strcpy(s.name, "alice");
	strcpy(s.factors, "password push");
	return s;
}

static int
ask(const struct session *one, const struct conf_service *service, uint32_t uid,
    const char *origin, uint64_t now)
{
	struct error e = {0};
	int found;

	assert_non_null(sessions_add(all, one, &e));
	found = session_grace(all, service, uid, origin, now) != NULL;
	sessions_drop(all, sessions_at(all, 0), &e);
	return found;
}

static const char mine[] = "0000000770000001";

static void
test_young_proof_of_the_own_open_login_stands(void **state)
{
	struct conf_service s = {.factor = FACTOR_REQUIRED, .grace_s = 60};
	struct session one = login();

	(void)state;
	assert_true(ask(&one, &s, ALICE, mine, 60999));
	assert_false(ask(&one, &s, ALICE, mine, 61000));
	assert_false(ask(&one, &s, ALICE, mine, 999)); /* of the future */
	assert_false(ask(&one, &s, BOB, mine, 2000));
	s.grace_s = 0;
	assert_false(ask(&one, &s, ALICE, mine, 1000));
}

static void
test_nothing_else_stands(void **state)
{
	static const char *const origins[] = {"", "0000000870000001",
	    "0000000770000002", "ffffffff70000001", "00000007ffffffff",
	    "00000007", "xxxxxxxx70000001", "0000000700000000"};
	struct conf_service s = {.factor = FACTOR_REQUIRED, .grace_s = 60};
	struct session bad[7];

	(void)state;
	for (size_t i = 0; i < 7; i++)
		bad[i] = login();
	bad[0].proven_ms = 0; /* taken back, or a key */
	bad[1].state = SESSION_LEFT;
	bad[2].is_login = 0; /* su in somebody else's login */
	bad[3].uid = BOB;
	bad[4].audit = 8;
	strcpy(bad[5].factors, "password"); /* less than is demanded */
	strcpy(bad[6].factors, "");
	for (size_t i = 0; i < 7; i++)
		assert_false(ask(&bad[i], &s, ALICE, mine, 2000));
	s.factor = FACTOR_OKTA;
	assert_true(ask(&bad[5], &s, ALICE, mine, 2000));
	bad[5] = login();
	for (size_t i = 0; i < sizeof(origins) / sizeof(*origins); i++)
		assert_false(ask(&bad[5], &s, ALICE, origins[i], 2000));
	/* Unset is no session that two could be in. */
	bad[5].audit = PROC_UNSET;
	assert_false(ask(&bad[5], &s, ALICE, "ffffffff70000001", 2000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_young_proof_of_the_own_open_login_stands),
	    cmocka_unit_test(test_nothing_else_stands),
	};
	struct error e = {0};
	int rc;

	all = sessions_open(NULL, &e);
	if (all == NULL)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	sessions_close(all);
	return rc;
}
