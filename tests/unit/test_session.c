/* The session registry and its file. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"
#include "session_file.h"

enum { ALICE = 1879050000, BOB };

static char path[4096];

static struct session
make(const char *person, uint32_t uid)
{
	struct session s = {.uid = uid,
	    .state = SESSION_OPEN,
	    .opened_ms = 1000,
	    .proven_ms = 900,
	    .leader = 4711,
	    .leader_start = 77,
	    .audit = 5,
	    .is_login = 1};

	snprintf(s.person, sizeof(s.person), "%s", person);
	strcpy(s.name, "alice");
	strcpy(s.service, "sshd");
	strcpy(s.tty, "ssh");
	return s;
}

static struct sessions *
reopen(struct sessions *s)
{
	struct error e = {0};

	sessions_close(s);
	s = sessions_open(path, &e);
	assert_non_null(s);
	assert_int_equal(e.kind, ERROR_NONE);
	return s;
}

static void
test_sessions_survive_a_restart_and_end_for_good(void **state)
{
	struct sessions *s = reopen(NULL);
	struct session one = make("00u1", ALICE), two = make("00u2", BOB);
	char handle[PROTOCOL_TICKET_SIZE + 1];
	struct error e = {0};
	struct session *p;

	(void)state;
	p = sessions_add(s, &one, &e);
	assert_non_null(p);
	memcpy(handle, p->handle, sizeof(handle));
	assert_non_null(sessions_add(s, &two, &e));
	assert_int_equal(e.kind, ERROR_NONE);

	s = reopen(s);
	assert_int_equal(sessions_count(s), 2);
	/* Only its own uid and its whole handle find a session. */
	assert_null(sessions_find(s, handle, BOB));
	assert_null(sessions_find(s, "", ALICE));
	handle[31] ^= 1;
	assert_null(sessions_find(s, handle, ALICE));
	handle[31] ^= 1;
	p = sessions_find(s, handle, ALICE);
	assert_non_null(p);
	assert_string_equal(p->person, "00u1");
	assert_int_equal(p->audit, 5);
	assert_int_equal(p->leader_start, 77);
	p->state = SESSION_LEFT;
	sessions_note(s, p, &e);

	s = reopen(s);
	p = sessions_find(s, handle, ALICE);
	assert_non_null(p);
	assert_int_equal(p->state, SESSION_LEFT);
	sessions_drop(s, p, &e);
	assert_int_equal(e.kind, ERROR_NONE);

	s = reopen(s);
	assert_int_equal(sessions_count(s), 1);
	assert_string_equal(sessions_at(s, 0)->person, "00u2");
	sessions_drop(s, sessions_at(s, 0), &e);
	sessions_close(s);
}

static void
test_one_person_pushes_out_nobody_else_s_sessions(void **state)
{
	struct sessions *s = reopen(NULL);
	struct session alice = make("00u1", ALICE), bob = make("00u2", BOB);
	struct error e = {0};

	(void)state;
	assert_non_null(sessions_add(s, &alice, &e));
	for (int i = 0; i < SESSIONS_OF_ONE + 10; i++)
		assert_non_null(sessions_add(s, &bob, &e));
	assert_int_equal(sessions_count(s), SESSIONS_OF_ONE + 1);
	assert_string_equal(sessions_at(s, 0)->person, "00u1");
	/* The file does not grow without end. */
	for (int i = 0; i < 5000; i++)
		sessions_note(s, sessions_at(s, 0), &e);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_true((size_t)st.st_size <
	    (4 * sessions_count(s) + 300) * sizeof(struct session_record));
	assert_int_equal(st.st_mode & 07777, 0600);
	s = reopen(s);
	assert_int_equal(sessions_count(s), SESSIONS_OF_ONE + 1);
	while (sessions_count(s) > 0)
		sessions_drop(s, sessions_at(s, 0), &e);
	sessions_close(s);
}

/* What runs there is found by the record alone. */
static void
test_login_to_a_local_account_is_not_pushed_out(void **state)
{
	struct session first = make("00u1", ALICE), other = make("00u1", ALICE);
	struct sessions *s = reopen(NULL);
	struct error e = {0};
	char kept[PROTOCOL_TICKET_SIZE + 1];

	(void)state;
	strcpy(first.account, "deploy");
	strcpy(other.account, "deploy");
	first.is_login = other.is_login = 1;
	first.audit = 5001;
	other.audit = 5002;
	strcpy(kept, sessions_add(s, &first, &e)->handle);
	/* sudo without end, in another login: those give way. */
	for (int i = 0; i < SESSIONS_OF_ONE + 10; i++)
		assert_non_null(sessions_add(s, &other, &e));
	assert_int_equal(sessions_count(s), SESSIONS_OF_ONE);
	assert_non_null(sessions_find(s, kept, first.uid));
	/* Logins without end: then there is no more. */
	for (uint32_t i = 1; i < SESSIONS_OF_ONE - 1; i++) {
		other.audit = 6000 + i;
		assert_non_null(sessions_add(s, &other, &e));
	}
	other.audit = 7000;
	assert_null(sessions_add(s, &other, &e));
	assert_non_null(sessions_find(s, kept, first.uid));
	other = make("00u2", ALICE + 1);
	assert_non_null(sessions_add(s, &other, &e));
	while (sessions_count(s) > 0)
		sessions_drop(s, sessions_at(s, 0), &e);
	sessions_close(s);
}

static int
count(void *arg, enum session_file_kind kind, const struct session *s)
{
	(void)s;
	*(int *)arg += kind == SESSION_SET;
	return 0;
}

static void
test_file_of_another_boot_or_a_stranger_is_not_believed(void **state)
{
	static const uint8_t boot[16] = {1, 2, 3}, other[16] = {1, 2, 4};
	struct session good = make("00u1", ALICE), bad[12];
	struct session_record r[13];
	int n = 0;

	(void)state;
	memset(good.handle, 'a', PROTOCOL_TICKET_SIZE);
	for (size_t i = 0; i < 12; i++)
		bad[i] = good;
	bad[0].uid = 0; /* root is never one of ours (T105) */
	bad[1].uid = 1000 - 1;
	bad[2].uid = UINT32_MAX;
	bad[3].leader = 1;
	bad[4].leader = -5;
	bad[5].handle[0] = 'G';
	bad[6].handle[32] = 'a';
	strcpy(bad[7].person, "../x");
	memset(bad[8].name, 'x', sizeof(bad[8].name));
	strcpy(bad[9].tty, "a\nb");
	bad[10].state = 7;
	bad[11].audit = PROC_UNSET;
	for (size_t i = 0; i < 12; i++)
		session_file_make(&r[i], boot, SESSION_SET, &bad[i]);
	session_file_make(&r[12], boot, SESSION_SET, &good);
	assert_int_equal(session_file_scan(r, sizeof(r), boot, count, &n), 1);
	assert_int_equal(n, 1);
	assert_int_equal(session_file_scan(r, sizeof(r), other, count, &n), 0);
	/* A bit that turned over. */
	for (size_t at = 0; at < sizeof(r[12]); at += 13) {
		((char *)&r[12])[at] ^= 4;
		assert_int_equal(
		    session_file_scan(&r[12], sizeof(r[12]), boot, count, &n),
		    0);
		((char *)&r[12])[at] ^= 4;
	}
	/* Cut short at any byte. */
	for (size_t len = 0; len < sizeof(r[12]); len++)
		assert_int_equal(
		    session_file_scan(&r[12], len, boot, count, &n), 0);
}

static void
test_file_that_others_may_write_is_replaced(void **state)
{
	struct sessions *s = reopen(NULL);
	struct session alice = make("00u1", ALICE);
	struct error e = {0};
	struct stat st;

	(void)state;
	assert_non_null(sessions_add(s, &alice, &e));
	sessions_close(s);
	assert_int_equal(chmod(path, 0666), 0);
	s = sessions_open(path, &e);
	assert_non_null(s);
	assert_int_equal(e.kind, ERROR_SYSTEM);
	assert_int_equal(sessions_count(s), 0);
	/* The next session is written down again, where nobody else writes. */
	e = (struct error){0};
	assert_non_null(sessions_add(s, &alice, &e));
	assert_int_equal(e.kind, ERROR_NONE);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	s = reopen(s);
	assert_int_equal(sessions_count(s), 1);
	sessions_drop(s, sessions_at(s, 0), &e);
	sessions_close(s);
}

static void
test_file_that_can_not_be_written_is_said(void **state)
{
	struct sessions *s = reopen(NULL);
	struct session alice = make("00u1", ALICE);
	struct error e = {0};

	(void)state;
	/* The folder has gone: the session is kept all the same. */
	sessions_close(s);
	s = sessions_open("/nowhere/at/all", &e);
	assert_non_null(s);
	assert_int_equal(e.kind, ERROR_SYSTEM);
	e = (struct error){0};
	assert_non_null(sessions_add(s, &alice, &e));
	assert_int_equal(e.kind, ERROR_SYSTEM);
	assert_int_equal(sessions_count(s), 1);
	sessions_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sessions_survive_a_restart_and_end_for_good),
	    cmocka_unit_test(test_one_person_pushes_out_nobody_else_s_sessions),
	    cmocka_unit_test(test_login_to_a_local_account_is_not_pushed_out),
	    cmocka_unit_test(
		test_file_of_another_boot_or_a_stranger_is_not_believed),
	    cmocka_unit_test(test_file_that_others_may_write_is_replaced),
	    cmocka_unit_test(test_file_that_can_not_be_written_is_said),
	};
	struct folder folder;
	int rc;

	folder_make(&folder);
	snprintf(path, sizeof(path), "%s", folder_at(&folder, "sessions"));
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	folder_remove(&folder);
	return rc;
}
