/* Local accounts that are one person's alone: which those are, and that what
 * runs as one of them ends with that person and with nobody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "folder.h"
#include "session_end.h"

enum { ALICE = 1879050000, LOCAL = 1200, SHARED = 1201, LENA = 1001 };

#define NO PROC_UNSET

#define PAIR(text) ((char[]){text})

static char *pairs[] = {PAIR("alice 00ua"), PAIR("alice2 00ua"),
    PAIR("deploy 00ua"), PAIR("deploy 00ub"), PAIR("far 00ub"),
    PAIR("gone 00ub"), PAIR("group 00gx"), PAIR("lena 00ub"),
    PAIR("root2 00ua"), PAIR("system 00ua"), PAIR("twin 00ua"),
    PAIR("twin2 00ua"), NULL};

static const char passwd[] = "root2:x:0:0::/:/bin/sh\n"
			     "system:x:150:150::/:/bin/sh\n"
			     "lena:x:1001:1001::/:/bin/sh\n"
			     "alice:x:1200:1200::/:/bin/sh\n"
			     "deploy:x:1201:1201::/:/bin/sh\n"
			     "group:x:1202:1202::/:/bin/sh\n"
			     "alice2:x:1203:1203::/:/bin/sh\n"
			     "twin:x:1204:1204::/:/bin/sh\n"
			     "twin2:x:1204:1204::/:/bin/sh\n"
			     "far:x:1879050001:1::/:/bin/sh\n";

static struct own_accounts
read_own(char **list)
{
	struct conf c = {
	    .local_accounts = list, .id_min = 1879048192, .id_max = 2147352575};
	struct own_accounts own;
	struct local_files files;
	struct folder folder;
	char path[2][4096];

	folder_make(&folder);
	folder_write(&folder, "passwd", passwd, 0644);
	snprintf(path[0], sizeof(path[0]), "%s", folder_at(&folder, "passwd"));
	snprintf(path[1], sizeof(path[1]), "%s", folder_at(&folder, "none"));
	files = (struct local_files){path[0], path[1]};
	assert_int_equal(session_own_read(&own, &c, &files), 0);
	folder_remove(&folder);
	return own;
}

static void
test_shared_system_and_doubtful_accounts_are_nobody_s_T105(void **state)
{
	static const uint32_t not [] = {
	    0, 150, SHARED, 1202, 1204, 1000, 1879050001, UINT32_MAX};
	struct own_accounts own = read_own(pairs);
	char *none[] = {NULL};

	(void)state;
	assert_int_equal(own.n, 3);
	assert_string_equal(session_own_find(&own, LOCAL)->person, "00ua");
	assert_string_equal(session_own_find(&own, LOCAL)->name, "alice");
	assert_string_equal(session_own_find(&own, 1203)->person, "00ua");
	assert_string_equal(session_own_find(&own, LENA)->person, "00ub");
	for (size_t i = 0; i < sizeof(not ) / sizeof(*not ); i++)
		assert_null(session_own_find(&own, not [i]));
	session_own_clear(&own);
	own = read_own(none);
	assert_int_equal(own.n, 0);
	session_own_clear(&own);
	own = read_own(NULL);
	assert_int_equal(own.n, 0);
	session_own_clear(&own);
}

static const struct {
	const char *what;
	struct proc p;
	enum end_reason reason; /* where alice leaves */
} rows[] = {
    {"her shell, which no record knows",
	{611, 610, 21, LOCAL, LOCAL, 7, LOCAL, 1, 0, 0, ""}, END_LOGIN},
    {"her root shell", {612, 611, 22, 0, LOCAL, 7, NO, 1, 0, 0, ""}, END_LOGIN},
    {"her cron job", {613, 600, 22, LOCAL, NO, NO, NO, 0, 0, 0, ""}, END_UID},
    {"her user manager", {614, 1, 22, LOCAL, NO, NO, LOCAL, 0, 0, 0, ""},
	END_LOGIND},
    {"what its unit does as somebody else",
	{615, 614, 23, 33, NO, NO, LOCAL, 0, 0, 0, ""}, END_LOGIND},
    {"her other account's", {616, 610, 21, 1203, 1203, 9, NO, 1, 0, 0, ""},
	END_LOGIN},
    {"a service that she restarted", {617, 1, 25, 0, LOCAL, 7, NO, 0, 0, 0, ""},
	END_LEFT_ALONE},
    {"its worker", {618, 617, 26, 33, LOCAL, 7, NO, 0, 0, 0, ""},
	END_LEFT_ALONE},
    {"a container's, with that number",
	{619, 1, 26, LOCAL, NO, NO, NO, 0, 1, 0, ""}, END_NOT},
    {"the shared account's",
	{620, 610, 21, SHARED, SHARED, 10, NO, 1, 0, 0, ""}, END_NOT},
    {"lena's, who is another person",
	{621, 610, 21, LENA, LENA, 11, LENA, 1, 0, 0, ""}, END_NOT},
    {"a number that two accounts have",
	{622, 610, 21, 1204, 1204, 12, NO, 1, 0, 0, ""}, END_NOT},
    {"root's", {623, 610, 21, 0, 0, 13, 0, 1, 0, 0, ""}, END_NOT},
    {"the system account's", {624, 610, 21, 150, 150, 14, NO, 1, 0, 0, ""},
	END_NOT},
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

static void
test_what_runs_as_an_account_of_hers_ends_with_her(void **state)
{
	static struct proc procs[ROWS];
	const struct proc_list list = {procs, ROWS, ROWS};
	struct end_view v = {
	    .procs = &list, .own = read_own(pairs), .self = 2, .parent = 3};
	struct end_target alice = {.person = "00ua",
	    .name = "alice",
	    .uid = ALICE,
	    .before_ms = UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		procs[i] = rows[i].p;
	for (size_t i = 0; i < ROWS; i++)
		if (end_choose(&v, &alice, &rows[i].p) != rows[i].reason)
			fail_msg("%s: %s", rows[i].what,
			    end_reason_word(
				end_choose(&v, &alice, &rows[i].p)));
	/* One session by its id takes nothing else along. */
	memset(alice.handle, 'a', PROTOCOL_TICKET_SIZE);
	for (size_t i = 0; i < ROWS; i++)
		assert_int_equal(end_choose(&v, &alice, &rows[i].p), END_NOT);
	session_own_clear(&v.own);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_shared_system_and_doubtful_accounts_are_nobody_s_T105),
	    cmocka_unit_test(
		test_what_runs_as_an_account_of_hers_ends_with_her),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
