/* Whose processes end with whom, and how many people at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "session_end.h"

enum {
	ALICE = 1879050000,
	BOB,
	DEPLOY = 998, /* a local account */
	ADMIN = 1000,
	OKTAD = 500,
	SELF = 501,
	HZ = 100
};

#define NO PROC_UNSET

/* Audit session 7 is alice's login, 8 bob's, 9 that of a local admin. */
static const struct {
	const char *what;
	struct proc p;
	enum end_reason reason; /* where alice leaves */
} rows[] = {
    {"init", {1, 0, 1, 0, NO, NO, NO, 0, 0, 0, ""}, END_NOT},
    {"oktad", {OKTAD, 1, 2, 0, ALICE, 7, NO, 0, 0, 0, ""}, END_NOT},
    {"the sweep", {SELF, OKTAD, 2, 0, ALICE, 7, NO, 0, 0, 0, ""}, END_NOT},
    {"oktad-net", {502, OKTAD, 2, 105, ALICE, 7, NO, 0, 0, 0, ""}, END_NOT},
    {"sshd", {600, 1, 10, 0, NO, NO, NO, 0, 0, 0, ""}, END_NOT},
    {"her sshd", {610, 600, 20, 0, ALICE, 7, ALICE, 0, 0, 0, ""}, END_LOGIN},
    {"her shell", {611, 610, 21, ALICE, ALICE, 7, ALICE, 1, 0, 0, ""},
	END_LOGIN},
    {"passwd, setuid", {612, 611, 22, ALICE, ALICE, 7, ALICE, 1, 0, 0, ""},
	END_LOGIN},
    {"sudo -i", {613, 611, 23, 0, ALICE, 7, ALICE, 1, 0, 0, ""}, END_LOGIN},
    {"su lena", {614, 611, 23, 1001, ALICE, 7, ALICE, 1, 0, 0, ""}, END_LOGIN},
    {"tmux", {615, 1, 24, ALICE, ALICE, 7, ALICE, 0, 0, 0, ""}, END_LOGIN},
    {"root's tmux of hers", {616, 1, 24, 0, ALICE, 7, ALICE, 0, 0, 0, ""},
	END_LOGIN},
    {"a daemon she restarted as root",
	{617, 1, 25, 0, ALICE, 7, NO, 0, 0, 0, ""}, END_LEFT_ALONE},
    {"a user manager without audit",
	{618, 1, 26, ALICE, NO, NO, ALICE, 0, 0, 0, ""}, END_LOGIND},
    {"a process of nobody's login",
	{619, 1, 27, ALICE, NO, NO, NO, 0, 0, 0, ""}, END_UID},
    {"a zombie", {620, 611, 28, ALICE, ALICE, 7, NO, 0, 0, 1, ""}, END_NOT},
    {"a container with her number",
	{621, 1, 29, ALICE, NO, NO, NO, 0, 1, 0, ""}, END_NOT},
    {"a container of her user manager's",
	{622, 1, 29, 100000, ALICE, 7, ALICE, 0, 1, 0, ""}, END_LOGIN},
    {"cron's child for her", {623, 700, 30, 0, ALICE, 12, NO, 0, 0, 0, ""},
	END_LOGIN},
    {"cron", {700, 1, 10, 0, NO, NO, NO, 0, 0, 0, ""}, END_NOT},
    {"bob's shell", {630, 600, 31, BOB, BOB, 8, BOB, 1, 0, 0, ""}, END_NOT},
    {"bob's root shell", {631, 630, 32, 0, BOB, 8, BOB, 1, 0, 0, ""}, END_NOT},
    {"the admin's shell", {640, 600, 33, 0, ADMIN, 9, 0, 1, 0, 0, ""}, END_NOT},
    {"the admin's su alice", {641, 640, 34, 0, ADMIN, 9, 0, 1, 0, 0, ""},
	END_CHILD},
    {"alice's shell in it", {642, 641, 35, ALICE, ADMIN, 9, 0, 1, 0, 0, ""},
	END_UID},
    {"sudo in that", {643, 642, 36, 0, ADMIN, 9, 0, 1, 0, 0, ""}, END_CHILD},
    {"a portal that logs in all", {650, 1, 11, 0, ALICE, 7, NO, 0, 0, 0, ""},
	END_NOT},
    /* She has restarted what runs containers, a database, a web server. */
    {"who runs a container", {670, 1, 41, 0, ALICE, 7, NO, 0, 0, 0, ""},
	END_LEFT_ALONE},
    {"its first", {671, 670, 42, 0, ALICE, 7, NO, 0, 1, 0, ""}, END_LEFT_ALONE},
    {"a database in it", {672, 671, 43, 999, ALICE, 7, NO, 0, 1, 0, ""},
	END_LEFT_ALONE},
    {"somebody with a terminal in it",
	{673, 671, 43, 0, ALICE, 7, NO, 1, 1, 0, ""}, END_LEFT_ALONE},
    {"a container nobody minds",
	{674, 1, 42, 100000, ALICE, 7, NO, 0, 1, 0, ""}, END_LEFT_ALONE},
    {"a database", {675, 1, 42, 999, ALICE, 7, NO, 0, 0, 0, ""},
	END_LEFT_ALONE},
    {"its helper", {676, 675, 43, 999, ALICE, 7, NO, 0, 0, 0, ""},
	END_LEFT_ALONE},
    {"a web server", {677, 1, 42, 0, ALICE, 7, NO, 0, 0, 0, ""},
	END_LEFT_ALONE},
    {"its worker", {678, 677, 43, 33, ALICE, 7, NO, 0, 0, 0, ""},
	END_LEFT_ALONE},
    {"her own below it", {679, 677, 43, ALICE, ALICE, 7, NO, 0, 0, 0, ""},
	END_LOGIN},
    /* A login of hers by an sshd that she has restarted is another one. */
    {"the sshd she restarted", {680, 1, 44, 0, ALICE, 7, NO, 0, 0, 0, ""},
	END_LEFT_ALONE},
    {"her next login", {681, 680, 45, 0, ALICE, 13, NO, 0, 0, 0, ""},
	END_LOGIN},
    {"her root shell in it", {682, 681, 46, 0, ALICE, 13, NO, 1, 0, 0, ""},
	END_LOGIN},
    {"bob's login by it", {683, 680, 45, 0, BOB, 14, NO, 0, 0, 0, ""}, END_NOT},
    /* She hides in namespaces of her own. */
    {"unshare", {684, 611, 46, 0, ALICE, 7, NO, 1, 1, 0, ""}, END_LOGIN},
    /* A container has users and logins of its own, with numbers like hers. */
    {"a container's sshd", {690, 1, 41, 0, NO, NO, NO, 0, 1, 0, ""}, END_NOT},
    {"its user's login", {691, 690, 42, 0, ALICE, 21, NO, 0, 1, 0, ""},
	END_NOT},
    {"its user's shell", {692, 691, 43, ALICE, ALICE, 21, NO, 1, 1, 0, ""},
	END_NOT},
    {"its user's root shell", {693, 692, 44, 0, ALICE, 21, NO, 1, 1, 0, ""},
	END_NOT},
    {"what its user left", {694, 690, 45, ALICE, ALICE, 21, NO, 0, 1, 0, ""},
	END_NOT},
    {"a local user", {660, 1, 40, ADMIN, ADMIN, 9, ADMIN, 1, 0, 0, ""},
	END_NOT},
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

static struct proc procs[ROWS];
static struct proc_list list = {procs, ROWS, ROWS};

static struct session
record(const char *person, uint32_t uid, pid_t leader, uint64_t start,
    uint32_t audit, uint32_t is_login)
{
	struct session s = {.uid = uid,
	    .state = SESSION_OPEN,
	    .opened_ms = start * 1000 / HZ,
	    .leader = leader,
	    .leader_start = start,
	    .audit = audit,
	    .is_login = is_login};

	snprintf(s.person, sizeof(s.person), "%s", person);
	snprintf(
	    s.handle, sizeof(s.handle), "%08x%024x", (unsigned int)leader, 0U);
	return s;
}

static struct session sessions[5];

static struct end_view
view(void)
{
	struct end_view v = {.procs = &list,
	    .sessions = sessions,
	    .nsessions = 5,
	    .self = SELF,
	    .parent = OKTAD};

	/* In order of pid. */
	size_t n = 0;

	for (pid_t pid = 0; pid < 1000; pid++)
		for (size_t i = 0; i < ROWS; i++)
			if (rows[i].p.pid == pid)
				procs[n++] = rows[i].p;
	sessions[0] = record("00ua", ALICE, 610, 20, 7, 1);
	sessions[1] = record("00ua", ALICE, 641, 34, 9, 0);
	sessions[2] = record("00ub", BOB, 630, 31, 8, 1);
	/* The portal has opened one for each of them. */
	sessions[3] = record("00ua", ALICE, 650, 11, 7, 0);
	sessions[4] = record("00ub", BOB, 650, 11, 7, 0);
	return v;
}

static struct end_target
whole(const char *person, uint32_t uid)
{
	struct end_target t = {.uid = uid, .before_ms = UINT64_MAX};

	snprintf(t.person, sizeof(t.person), "%s", person);
	return t;
}

static void
test_leaver_s_processes_end_and_nobody_else_s_T105(void **state)
{
	struct end_view v = view();
	struct end_target alice = whole("00ua", ALICE);

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		if (end_choose(&v, &alice, &rows[i].p) != rows[i].reason)
			fail_msg("%s: %s", rows[i].what,
			    end_reason_word(
				end_choose(&v, &alice, &rows[i].p)));
}

static void
test_uid_that_is_none_of_ours_ends_nothing_T105(void **state)
{
	static const uint32_t uids[] = {
	    0, 1, DEPLOY, 999, UINT32_MAX, UINT32_MAX - 1, 0x7fffffff};
	struct end_view v = view();

	(void)state;
	for (size_t u = 0; u < sizeof(uids) / sizeof(*uids); u++) {
		struct end_target t = whole("00ua", uids[u]);

		for (size_t i = 0; i < ROWS; i++)
			assert_int_equal(
			    end_choose(&v, &t, &rows[i].p), END_NOT);
	}
}

static void
test_one_session_ends_alone(void **state)
{
	struct end_view v = view();
	struct end_target t = whole("00ua", ALICE);

	(void)state;
	strcpy(t.handle, sessions[0].handle);
	for (size_t i = 0; i < ROWS; i++) {
		const struct proc *p = &rows[i].p;
		enum end_reason r = end_choose(&v, &t, p);

		assert_int_equal(r != END_NOT,
		    p->audit == 7 && p->ppid != OKTAD && p->pid > OKTAD &&
			!p->is_dead && p->pid != 650);
	}
	/* What somebody has become in another's login: from su down. */
	strcpy(t.handle, sessions[1].handle);
	for (size_t i = 0; i < ROWS; i++) {
		pid_t pid = rows[i].p.pid;

		assert_int_equal(end_choose(&v, &t, &rows[i].p) == END_CHILD,
		    pid >= 641 && pid <= 643);
	}
}

static void
test_process_with_a_used_number_is_another(void **state)
{
	struct end_view v = view();
	struct end_target t = whole("00ua", ALICE);

	(void)state;
	/* The su has ended, and its number went to the admin's editor. */
	sessions[1].leader_start = 33;
	strcpy(t.handle, sessions[1].handle);
	for (size_t i = 0; i < ROWS; i++)
		assert_int_equal(end_choose(&v, &t, &rows[i].p), END_NOT);
	assert_false(end_has_leader(&v, &sessions[1]));
	assert_true(end_has_leader(&v, &sessions[0]));
}

static void
test_shared_account_loses_only_the_leaver_s_login(void **state)
{
	/* alice (7) and bob (8) both on a local account. */
	struct proc mine = {700, 600, 40, DEPLOY, DEPLOY, 7, NO, 1, 0, 0, ""};
	struct proc his = {701, 600, 40, DEPLOY, DEPLOY, 8, NO, 1, 0, 0, ""};
	struct end_view v = view();
	struct end_target t = whole("00ua", ALICE);

	(void)state;
	assert_int_equal(end_choose(&v, &t, &mine), END_AUDIT);
	assert_int_equal(end_choose(&v, &t, &his), END_NOT);
	/* What this account has restarted for the host stays. */
	mine.ppid = 1;
	mine.has_tty = 0;
	assert_int_equal(end_choose(&v, &t, &mine), END_LEFT_ALONE);
}

static void
test_clearing_ends_what_began_before_it(void **state)
{
	struct end_view v = view();
	struct end_target t = whole("00ua", ALICE);
	struct proc new = {720, 610, 90, ALICE, ALICE, 7, NO, 1, 0, 0, ""};
	struct proc old = {721, 1, 15, ALICE, NO, NO, NO, 1, 0, 0, ""};
	struct proc later = {722, 1, 50, ALICE, NO, NO, NO, 1, 0, 0, ""};

	(void)state;
	t.before_ms = 300; /* tick 30 */
	/* By when the login began, not the process. */
	assert_int_equal(end_choose(&v, &t, &new), END_LOGIN);
	assert_int_equal(end_choose(&v, &t, &old), END_UID);
	assert_int_equal(end_choose(&v, &t, &later), END_NOT);
	sessions[0].opened_ms = 400;
	assert_int_equal(end_choose(&v, &t, &new), END_NOT);
}

static void
test_guard_holds_what_looks_like_a_mistake(void **state)
{
	static const struct {
		uint32_t ending, left;
		int allowed;
	} table[] = {{1, 0, 1}, {2, 0, 0}, {5, 0, 0}, {1, 1, 1}, {5, 1, 1},
	    {6, 1, 0}, {5, 45, 1}, {6, 44, 0}, {10, 90, 1}, {11, 89, 0},
	    {100, 9900, 1}, {101, 9899, 0}, {UINT32_MAX, UINT32_MAX, 0},
	    {0, 0, 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		assert_int_equal(
		    end_guard_allows(table[i].ending, table[i].left),
		    table[i].allowed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_leaver_s_processes_end_and_nobody_else_s_T105),
	    cmocka_unit_test(test_uid_that_is_none_of_ours_ends_nothing_T105),
	    cmocka_unit_test(test_one_session_ends_alone),
	    cmocka_unit_test(test_process_with_a_used_number_is_another),
	    cmocka_unit_test(test_shared_account_loses_only_the_leaver_s_login),
	    cmocka_unit_test(test_clearing_ends_what_began_before_it),
	    cmocka_unit_test(test_guard_holds_what_looks_like_a_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
