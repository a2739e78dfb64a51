/*
 * What tests of the Okta session of a login share: the clock, the requests and
 * their answers are played. A program links with --wrap of session_watch_gone,
 * okta_session_job_start and _hear, wire_now_ms, directory_age, log_fields.
 */
#ifndef OKTA_TEST_OKTA_SESSION_PLAY_H
#define OKTA_TEST_OKTA_SESSION_PLAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "code.h"
#include "log.h"
#include "okta_session_private.h"
#include "parent.h"

#define SID "102canary"
#define TOKEN "20111token"

enum { POLL_S = 30, LIFE_S = 7200, MAX_S = 43200, SECOND = 1000 };

static struct parent parent;
static struct conf conf, before;
static uint64_t clock_ms, age_s;
static int age_code, gone, start_fails;
static char logged[4096]; /* "what why\n" … */

/* The requests that are under way. */
static struct {
	struct okta_session_job *job;
	enum okta_session_do what;
	char value[64];
} asked[16];
static size_t nasked, never;
static struct okta_session_told answer;

/* --- what is played --- */

uint64_t __wrap_wire_now_ms(void);
int __wrap_directory_age(const char *path, uint64_t *age);
void __wrap_session_watch_gone(struct parent *p, struct session *login);
void __wrap_log_fields(
    int level, const char *event, const struct log_field *fields);
int __wrap_okta_session_job_start(struct parent *p, struct okta_session_job *j,
    enum okta_session_do what, const struct secret *value,
    void (*ready)(struct watch *w, short revents),
    void (*expired)(struct watch *w), void *owner, struct error *e);
int __wrap_okta_session_job_hear(
    struct okta_session_job *j, struct okta_session_told *t);

uint64_t
__wrap_wire_now_ms(void)
{
	return clock_ms;
}

int
__wrap_directory_age(const char *path, uint64_t *age)
{
	(void)path;
	*age = age_s;
	return age_code;
}

void
__wrap_session_watch_gone(struct parent *p, struct session *login)
{
	(void)p;
	assert_string_equal(login->name, "alice");
	gone++;
}

void
__wrap_log_fields(int level, const char *event, const struct log_field *fields)
{
	(void)level;
	(void)event;
	for (; fields->kind != LOG_FIELD_END; fields++) {
		if (fields->kind != LOG_FIELD_TEXT || fields->text == NULL)
			continue;
		assert_null(strstr(fields->text, SID));
		assert_null(strstr(fields->text, TOKEN));
		snprintf(logged + strlen(logged),
		    sizeof(logged) - strlen(logged), "%s ", fields->text);
	}
	strcat(logged, "\n");
}

int
__wrap_okta_session_job_start(struct parent *p, struct okta_session_job *j,
    enum okta_session_do what, const struct secret *value,
    void (*ready)(struct watch *w, short revents),
    void (*expired)(struct watch *w), void *owner, struct error *e)
{
	(void)p;
	if (start_fails)
		return error_set(e, ERROR_OFFLINE, "oktad-net is not there");
	*j = (struct okta_session_job){.conn = {.fd = -1}};
	j->watch = (struct watch){
	    .fd = -1, .ready = ready, .expired = expired, .owner = owner};
	assert_true(nasked < 16);
	asked[nasked].job = j;
	asked[nasked].what = what;
	snprintf(asked[nasked].value, sizeof(asked[nasked].value), "%s",
	    value->bytes);
	nasked++;
	never++;
	return 0;
}

int
__wrap_okta_session_job_hear(
    struct okta_session_job *j, struct okta_session_told *t)
{
	(void)j;
	*t = answer;
	answer = (struct okta_session_told){0};
	return OKTA_OK;
}

/* --- --- */

static void
pass(uint64_t ms)
{
	struct watch *timer = &parent.okta_sessions.timer;

	clock_ms += ms;
	if (timer->deadline != 0 && timer->deadline <= clock_ms) {
		timer->deadline = 0;
		timer->expired(timer);
	}
}

/* The oldest request gets its answer. */
static void
tell(enum okta_session_result result, const char *person, uint32_t life_s)
{
	struct okta_session_job *j = asked[0].job;

	assert_true(nasked > 0);
	nasked--;
	memmove(&asked[0], &asked[1], nasked * sizeof(asked[0]));
	answer = (struct okta_session_told){
	    .result = result, .life_s = life_s, .is_active = 1};
	if (person != NULL) {
		snprintf(answer.person, sizeof(answer.person), "%s", person);
		assert_int_equal(secret_set(&answer.id, SID, strlen(SID)), 0);
	} else {
		strcpy(answer.why, "no word");
	}
	j->watch.ready(&j->watch, 0);
}

static void
expect(enum okta_session_do what, const char *value)
{
	assert_int_equal(nasked, 1);
	assert_int_equal(asked[0].what, what);
	assert_string_equal(asked[0].value, value);
}

static const struct session *
log_in(void)
{
	struct session s = {.person = "00u1",
	    .name = "alice",
	    .uid = 5,
	    .state = SESSION_OPEN,
	    .proven_ms = 1};
	struct secret token = {0};
	const struct session *made;
	struct error e = {0};

	made = sessions_add(parent.sessions, &s, &e);
	assert_non_null(made);
	assert_int_equal(secret_set(&token, TOKEN, strlen(TOKEN)), 0);
	okta_session_begin(&parent, made, clock_ms, &token);
	assert_null(token.bytes);
	return made;
}

static const struct session *
log_in_with_session(void)
{
	const struct session *s = log_in();

	pass(0);
	expect(OKTA_SESSION_MAKE, TOKEN);
	tell(OKTA_SESSION_GOOD, "00u1", LIFE_S);
	return s;
}

static void
log_out(const struct session *s)
{
	char handle[PROTOCOL_TICKET_SIZE + 1];
	struct error e = {0};

	memcpy(handle, s->handle, sizeof(handle));
	okta_session_over(&parent, handle);
	sessions_drop(
	    parent.sessions, sessions_by_handle(parent.sessions, handle), &e);
	pass(0);
}

static size_t
count(void)
{
	size_t n = 0;
	const struct okta_session *s;

	TAILQ_FOREACH (s, &parent.okta_sessions.list, entry)
		n++;
	assert_int_equal(n, parent.okta_sessions.n);
	return n;
}

static int
set_up(void **state)
{
	struct error e = {0};

	(void)state;
	memset(&parent, 0, sizeof(parent));
	memset(&conf, 0, sizeof(conf));
	conf.url = (char *)(uintptr_t) "https://a.okta.com";
	conf.okta.mode = CONF_API_TOKEN;
	conf.okta_sessions = 1;
	conf.session_max_s = MAX_S;
	conf.poll_interval_s = POLL_S;
	before = conf;
	parent.conf = &conf;
	parent.sessions = sessions_open(NULL, &e);
	clock_ms = 1000000;
	age_s = 0;
	age_code = OKTA_OK;
	gone = start_fails = 0;
	nasked = never = 0;
	logged[0] = '\0';
	return parent.sessions == NULL || okta_sessions_open(&parent) != 0;
}

static int
tear_down(void **state)
{
	(void)state;
	okta_sessions_close(&parent);
	assert_int_equal(count(), 0);
	sessions_close(parent.sessions);
	loop_clear(&parent.loop);
	return 0;
}

#endif
