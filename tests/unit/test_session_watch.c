/* When sessions are ended, and for whom: what stands in front of it. The sweep
 * itself, the published files and the records on disk are played. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "code.h"
#include "conf.h"
#include "parent.h"
#include "session_hold.h"
#include "session_watch_private.h"

enum { FIRST = 1879050000, PEOPLE = 50 };

static struct parent parent;
static struct session_watch *const w = &parent.session_watch;
static struct conf conf;
static struct sweep_plan last; /* of the sweep that was started */
static unsigned int sweeps, opened;
static int sweep_end = -1; /* where its report is written */
static uint32_t local_uid, missing; /* of those who were held */

/* --- what is played --- */

/* Person i has the id 00ui. */
static int
person(unsigned int i, struct directory_person *p)
{
	static char ids[PEOPLE][16];

	if (i >= PEOPLE)
		return OKTA_ABSENT;
	snprintf(ids[i], sizeof(ids[i]), "00u%u", i);
	*p = (struct directory_person){
	    .uid = FIRST + i, .id = ids[i], .name = ids[i] + 2};
	return OKTA_OK;
}

int __wrap_directory_open(struct directory *d, const char *path, uint64_t m);
int __wrap_directory_person_by_id(
    const struct directory *d, const char *id, struct directory_person *p);
int __wrap_directory_person_by_name(
    const struct directory *d, const char *name, struct directory_person *p);
uint32_t __wrap_session_hold_people(const char *path);
int __wrap_session_hold_read(const char *path, uint32_t *baseline);
int __wrap_session_hold_write(
    const char *path, uint32_t baseline, struct error *e);
int __wrap_session_hold_remove(const char *path, struct error *e);
int __wrap_session_hold_compare(
    const char *held, const char *people, struct publish_loss *loss);
int __wrap_local_has_uid(const char *path, uint32_t uid);
int __wrap_sweep_start(struct sweep_job *j, const struct sweep_plan *p,
    void (*shed)(void *arg), void *arg, struct error *e);

int
__wrap_directory_open(struct directory *d, const char *path, uint64_t m)
{
	(void)path;
	(void)m;
	memset(d, 0, sizeof(*d));
	opened++;
	return OKTA_OK;
}

int
__wrap_directory_person_by_id(
    const struct directory *d, const char *id, struct directory_person *p)
{
	(void)d;
	return person((unsigned int)strtoul(id + 3, NULL, 10), p);
}

int
__wrap_directory_person_by_name(
    const struct directory *d, const char *name, struct directory_person *p)
{
	(void)d;
	return person((unsigned int)strtoul(name + 1, NULL, 10), p);
}

uint32_t
__wrap_session_hold_people(const char *path)
{
	(void)path;
	return PEOPLE;
}

int
__wrap_session_hold_read(const char *path, uint32_t *baseline)
{
	(void)path;
	*baseline = 0;
	return 0;
}

int
__wrap_session_hold_write(const char *path, uint32_t baseline, struct error *e)
{
	(void)path;
	(void)baseline;
	(void)e;
	return 0;
}

int
__wrap_session_hold_remove(const char *path, struct error *e)
{
	(void)path;
	(void)e;
	return 0;
}

int
__wrap_session_hold_compare(
    const char *held, const char *people, struct publish_loss *loss)
{
	(void)held;
	(void)people;
	*loss = (struct publish_loss){PEOPLE, missing, PEOPLE};
	return 0;
}

int
__wrap_local_has_uid(const char *path, uint32_t uid)
{
	(void)path;
	return uid == local_uid;
}

int
__wrap_sweep_start(struct sweep_job *j, const struct sweep_plan *p,
    void (*shed)(void *arg), void *arg, struct error *e)
{
	int ends[2];

	(void)shed;
	(void)arg;
	(void)e;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	j->pid = 0;
	j->fd = ends[0];
	sweep_end = ends[1];
	last = *p;
	sweeps++;
	return 0;
}

/* --- --- */

static int
set_up(void **state)
{
	struct error e = {0};

	(void)state;
	memset(&parent, 0, sizeof(parent));
	memset(&conf, 0, sizeof(conf));
	conf.end_sessions = 1;
	parent.conf = &conf;
	parent.sessions = sessions_open(NULL, &e);
	local_uid = 0;
	sweeps = opened = 0;
	return parent.sessions == NULL || session_watch_open(&parent) != 0;
}

static int
tear_down(void **state)
{
	(void)state;
	session_watch_close(&parent);
	sessions_close(parent.sessions);
	loop_clear(&parent.loop);
	return 0;
}

/* Okta says so of people first to end - 1. */
static void
clear(unsigned int first, unsigned int end)
{
	char id[16];

	for (; first < end; first++) {
		snprintf(id, sizeof(id), "00u%u", first);
		session_watch_cleared(&parent, id, 0);
	}
}

/* How many people are to lose their sessions by orders. */
static size_t
ordered(void)
{
	size_t n = 0;

	for (size_t i = 0; i < w->norders; i++) {
		size_t k = 0;

		while (
		    k < i && w->orders[k].target.uid != w->orders[i].target.uid)
			k++;
		n += k == i;
	}
	return n;
}

static void
test_clearing_said_twice_ends_no_more_people_T105(void **state)
{
	(void)state;
	/* Once for each app, and again where a page was read twice. */
	clear(0, 8);
	assert_int_equal(ordered(), 5);
	clear(0, 8);
	clear(0, 8);
	assert_int_equal(ordered(), 5);
	/* Those who were counted may be cleared again. */
	w->norders = 0;
	clear(0, 8);
	assert_int_equal(ordered(), 5);
}

static void
test_nobody_is_cleared_while_endings_are_held_T105(void **state)
{
	(void)state;
	clear(0, 1);
	assert_int_equal(ordered(), 1);
	w->norders = 0;
	session_watch_published(&parent, PEOPLE, PEOPLE / 2, PEOPLE / 2);
	assert_true(w->is_held);
	clear(0, 2);
	clear(0, 2);
	assert_int_equal(ordered(), 0);
}

/* The sweep that is due, and what it reports. */
static void
sweep(uint32_t waiting)
{
	struct sweep_report r = {.is_whole = 1, .waiting = waiting};
	unsigned int before = sweeps;

	w->timer.deadline = 0;
	w->timer.expired(&w->timer);
	assert_int_equal(sweeps, before + 1);
	assert_int_equal(write(sweep_end, &r, sizeof(r)), (ssize_t)sizeof(r));
	close(sweep_end);
	w->job_watch.ready(&w->job_watch, POLLIN);
}

static void
test_root_s_word_ends_with_the_next_wave_T105(void **state)
{
	(void)state;
	session_watch_published(&parent, PEOPLE, 10, PEOPLE - 10);
	session_watch_accept(&parent);
	sweep(4);
	assert_int_equal(last.has_word, 1);
	assert_true(last.most > 0);
	/* Some of them still wait, and others lose their login. */
	session_watch_published(&parent, PEOPLE - 10, 20, PEOPLE - 30);
	sweep(24);
	assert_int_equal(last.has_word, 0);
	assert_int_equal(last.most, 0);
}

/* Opened in the sweep it could be a newer one, of which nothing is counted. */
static void
test_sweep_reads_what_was_published_when_it_began_T105(void **state)
{
	(void)state;
	session_watch_accept(&parent);
	sweep(0);
	assert_int_equal(opened, 2); /* people, and who is behind what */
}

static void
test_new_okta_conf_ends_nobody_before_okta_was_asked_T105(void **state)
{
	(void)state;
	/* At the start, too. */
	session_watch_published(&parent, PEOPLE, 3, PEOPLE - 3);
	sweep(0);
	assert_int_equal(last.is_auto, 0);
	session_watch_fresh(&parent);
	assert_int_not_equal(w->timer.deadline, 0);
	sweep(0);
	assert_int_equal(last.is_auto, 1);
	/* Another list of groups: all of the old one go until it is read. */
	session_watch_reloaded(&parent);
	session_watch_published(&parent, PEOPLE, 2, PEOPLE - 2);
	sweep(0);
	assert_int_equal(last.is_auto, 0);
	/* The first may have been on its way with the old one. */
	session_watch_fresh(&parent);
	sweep(0);
	assert_int_equal(last.is_auto, 0);
	session_watch_fresh(&parent);
	sweep(0);
	assert_int_equal(last.is_auto, 1);
	/* Root's word does not wait. */
	session_watch_reloaded(&parent);
	session_watch_accept(&parent);
	sweep(0);
	assert_int_equal(last.is_auto, 1);
}

static void
test_others_in_the_place_of_the_lost_lift_nothing_T105(void **state)
{
	(void)state;
	session_watch_published(&parent, PEOPLE, 6, PEOPLE - 6);
	assert_true(w->is_held);
	missing = 6;
	/* A newcomer, and as many as were lost. */
	session_watch_published(&parent, PEOPLE - 6, 0, PEOPLE - 5);
	assert_true(w->is_held);
	session_watch_published(&parent, PEOPLE - 5, 0, PEOPLE);
	assert_true(w->is_held);
	missing = 0;
	session_watch_published(&parent, PEOPLE, 0, PEOPLE + 6);
	assert_false(w->is_held);
	/* The hour goes on. */
	session_watch_published(&parent, PEOPLE, 1, PEOPLE - 1);
	assert_true(w->is_held);
}

static void
test_logout_of_a_uid_that_is_local_now_says_why_T105(void **state)
{
	static const uint8_t asker[WIRE_ID_SIZE] = {1};
	struct error e = {0};

	(void)state;
	local_uid = FIRST + 3;
	assert_int_equal(session_watch_order(&parent, "u3", 0, asker, &e), -1);
	assert_int_equal(e.kind, ERROR_DENIED);
	assert_non_null(strstr(e.text, "/etc/passwd"));
	assert_int_equal(ordered(), 0);
	assert_int_equal(session_watch_order(&parent, "u4", 0, asker, &e), 0);
	assert_int_equal(ordered(), 1);
}

/* Okta says that the session of one login has gone. */
static void
test_gone_session_ends_that_login_alone(void **state)
{
	struct session s = {.person = "00u3",
	    .name = "u3",
	    .uid = FIRST + 3,
	    .state = SESSION_OPEN,
	    .proven_ms = 1};
	struct session *one;
	struct error e = {0};

	(void)state;
	sessions_add(parent.sessions, &s, &e);
	one = sessions_add(parent.sessions, &s, &e);
	session_watch_gone(&parent, one);
	assert_int_equal(one->proven_ms, 0);
	assert_int_equal(w->norders, 1);
	assert_string_equal(w->orders[0].target.handle, one->handle);
	assert_string_equal(w->orders[0].target.person, "00u3");
	assert_int_equal(w->orders[0].target.before_ms, UINT64_MAX);
	assert_int_equal(w->orders[0].has_asker, 0);
	assert_int_equal(sessions_at(parent.sessions, 0)->proven_ms, 1);

	/* Not where endings are off, held, or nobody here is that person. */
	w->norders = 0;
	conf.end_sessions = 0;
	session_watch_gone(&parent, one);
	conf.end_sessions = 1;
	w->is_held = 1;
	session_watch_gone(&parent, one);
	w->is_held = 0;
	strcpy(one->person, "00u99");
	session_watch_gone(&parent, one);
	assert_int_equal(w->norders, 0);
}

/* A local account's, whose uid is not the person's, is meant all the same. */
static void
test_gone_session_to_a_local_account_ends_too(void **state)
{
	struct session s = {.person = "00u3",
	    .name = "u3",
	    .account = "deploy",
	    .uid = 1001,
	    .state = SESSION_OPEN};
	struct error e = {0};

	(void)state;
	local_uid = 1001;
	session_watch_gone(&parent, sessions_add(parent.sessions, &s, &e));
	assert_int_equal(w->norders, 1);
	assert_string_equal(w->orders[0].target.person, "00u3");
	assert_string_equal(w->orders[0].target.account, "deploy");
	assert_int_equal(w->orders[0].target.uid, 1001);
}

/* They count as losses do: an Okta that forgets all sessions ends few. */
static void
test_gone_sessions_of_many_end_few(void **state)
{
	struct session *one;
	struct error e = {0};

	(void)state;
	for (unsigned int i = 0; i < PEOPLE; i++) {
		struct session s = {.uid = FIRST + i, .state = SESSION_OPEN};

		snprintf(s.person, sizeof(s.person), "00u%u", i);
		one = sessions_add(parent.sessions, &s, &e);
		session_watch_gone(&parent, one);
	}
	assert_int_equal(w->norders, 5);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_clearing_said_twice_ends_no_more_people_T105),
	    TEST(test_nobody_is_cleared_while_endings_are_held_T105),
	    TEST(test_root_s_word_ends_with_the_next_wave_T105),
	    TEST(test_sweep_reads_what_was_published_when_it_began_T105),
	    TEST(test_new_okta_conf_ends_nobody_before_okta_was_asked_T105),
	    TEST(test_others_in_the_place_of_the_lost_lift_nothing_T105),
	    TEST(test_logout_of_a_uid_that_is_local_now_says_why_T105),
	    TEST(test_gone_session_ends_that_login_alone),
	    TEST(test_gone_session_to_a_local_account_ends_too),
	    TEST(test_gone_sessions_of_many_end_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
