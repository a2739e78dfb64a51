#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "okta_session_private.h"
#include "parent.h"

void
okta_session_note(
    const struct okta_session *s, int level, const char *what, const char *why)
{
	char id[SESSION_ID_SIZE + 1];

	/* That of the login: the other one is nobody's to read. */
	memcpy(id, s->handle, SESSION_ID_SIZE);
	id[SESSION_ID_SIZE] = '\0';
	log_event(level, "okta_session", log_text("what", what),
	    log_text("session", id), log_text("user", s->name),
	    log_text("why", why));
}

static void
end_job(struct okta_session *s)
{
	okta_session_job_end(s->parent, &s->job);
	s->is_busy = 0;
	s->parent->okta_sessions.jobs--;
}

void
okta_session_drop(struct okta_session *s)
{
	struct okta_sessions *all = &s->parent->okta_sessions;

	if (s->is_busy)
		end_job(s);
	TAILQ_REMOVE(&all->list, s, entry);
	all->n--;
	secret_clear(&s->value);
	explicit_bzero(s, sizeof(*s));
	free(s);
}

/* --- when --- */

static int
is_login_open(const struct okta_session *s)
{
	const struct session *login =
	    sessions_by_handle(s->parent->sessions, s->handle);

	return login != NULL && login->state == SESSION_OPEN;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t
okta_session_next_look(const struct okta_session *s, uint64_t now)
{
	uint64_t every = least(
	    1000ULL * OKTA_SESSION_POLLS * s->parent->conf->poll_interval_s,
	    1000ULL * s->life_s / 4);

	if (!is_login_open(s))
		return now;
	return least(now + (every > 1000 ? every : 1000), s->max_ms);
}

/* A refresh gives it all of its life again, and never more than it may have. */
static enum okta_session_do
next_request(const struct okta_session *s, uint64_t now)
{
	uint64_t life = 1000ULL * s->life_s;

	switch (s->state) {
	case OKTA_SESSION_MAKING:
		return OKTA_SESSION_MAKE;
	case OKTA_SESSION_ENDING:
		return OKTA_SESSION_END;
	case OKTA_SESSION_HELD:
		break;
	}
	return s->until_ms - now < life / 2 && now + life <= s->max_ms
	    ? OKTA_SESSION_REFRESH
	    : OKTA_SESSION_LOOK;
}

/* What time has made of it. 1: it is not there any more. */
static int
tidy(struct okta_session *s, uint64_t now)
{
	int is_open = is_login_open(s);

	if (s->until_ms <= now) {
		okta_session_note(s,
		    s->state == OKTA_SESSION_HELD ? LOG_INFO : LOG_WARNING,
		    s->state == OKTA_SESSION_MAKING ? "not made" : "lapsed",
		    s->state == OKTA_SESSION_ENDING
			? "Okta could not be told to end it"
			: "its time is over");
		okta_session_drop(s);
		return 1;
	}
	if (s->state == OKTA_SESSION_MAKING && !is_open) {
		okta_session_drop(s);
		return 1;
	}
	if (s->state == OKTA_SESSION_HELD && (!is_open || s->max_ms <= now)) {
		if (is_open)
			okta_session_note(s, LOG_INFO, "given up",
			    s->parent->conf->okta_sessions
				? "session_max has passed; the login goes on"
				: "okta_sessions is off now");
		s->state = OKTA_SESSION_ENDING;
		s->failures = 0;
	}
	return 0;
}

static void run(struct parent *p);

static void
job_ready(struct watch *w, short revents)
{
	struct okta_session *s = w->owner;
	struct parent *p = s->parent;
	struct okta_session_told t;

	(void)revents;
	if (okta_session_job_hear(&s->job, &t) == OKTA_TIME)
		return;
	end_job(s);
	okta_session_take(s, &t);
	secret_clear(&t.id);
	run(p);
}

static void
job_expired(struct watch *w)
{
	struct okta_session *s = w->owner;
	struct parent *p = s->parent;
	struct okta_session_told t = {
	    .result = OKTA_SESSION_UNSURE, .why = "oktad-login took too long"};

	end_job(s);
	okta_session_take(s, &t);
	run(p);
}

static void
ask(struct okta_session *s, uint64_t now)
{
	struct parent *p = s->parent;
	struct okta_session_told t = {.result = OKTA_SESSION_LATER};
	struct error e = {0};

	s->asked = next_request(s, now);
	if (okta_session_job_start(p, &s->job, s->asked, &s->value, job_ready,
		job_expired, s, &e) == 0) {
		s->is_busy = 1;
		p->okta_sessions.jobs++;
		return;
	}
	memcpy(t.why, e.text, sizeof(t.why) - 1);
	okta_session_take(s, &t);
}

/* Asks for all that are due, as many at once as may be, and plans the next
 * turn. One that waits for its turn has it when a job is done. */
static void
run(struct parent *p)
{
	struct okta_sessions *all = &p->okta_sessions;
	struct okta_session *s, *next;
	uint64_t now = wire_now_ms();

	all->timer.deadline = 0;
	for (s = TAILQ_FIRST(&all->list); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (!s->is_busy && s->due_ms <= now &&
		    all->jobs < OKTA_SESSION_JOBS && !tidy(s, now))
			ask(s, now);
	}
	if (all->jobs == OKTA_SESSION_JOBS)
		return;
	TAILQ_FOREACH (s, &all->list, entry) {
		if (!s->is_busy &&
		    (all->timer.deadline == 0 ||
			s->due_ms < all->timer.deadline))
			all->timer.deadline = s->due_ms;
	}
}

static void
timer_expired(struct watch *w)
{
	run(w->owner);
}

/* --- what happens --- */

int
okta_sessions_open(struct parent *p)
{
	TAILQ_INIT(&p->okta_sessions.list);
	p->okta_sessions.timer =
	    (struct watch){.fd = -1, .expired = timer_expired, .owner = p};
	return loop_add(&p->loop, &p->okta_sessions.timer);
}

static void
forget_all(struct parent *p)
{
	struct okta_session *s;

	while ((s = TAILQ_FIRST(&p->okta_sessions.list)) != NULL)
		okta_session_drop(s);
}

void
okta_sessions_close(struct parent *p)
{
	forget_all(p);
	loop_remove(&p->loop, &p->okta_sessions.timer);
}

void
okta_sessions_shed(struct parent *p)
{
	struct okta_session *s;

	TAILQ_FOREACH (s, &p->okta_sessions.list, entry)
		secret_clear(&s->value);
}

void
okta_session_begin(struct parent *p, const struct session *login,
    uint64_t proven_ms, struct secret *token)
{
	struct okta_sessions *all = &p->okta_sessions;
	uint64_t now = wire_now_ms();
	struct okta_session *s;

	if (token->bytes == NULL || !p->conf->okta_sessions) {
		secret_clear(token);
		return;
	}
	s = all->n < OKTA_SESSIONS_MAX ? calloc(1, sizeof(*s)) : NULL;
	if (s == NULL) {
		log_event(LOG_ERR, "okta_session", log_text("what", "not made"),
		    log_text("user", login->name),
		    log_text("why", "too many, or no memory"));
		secret_clear(token);
		return;
	}
	s->parent = p;
	memcpy(s->handle, login->handle, sizeof(s->handle));
	memcpy(s->person, login->person, sizeof(s->person));
	memcpy(s->name, login->name, sizeof(s->name));
	s->state = OKTA_SESSION_MAKING;
	secret_move(&s->value, token);
	s->due_ms = now;
	s->until_ms = proven_ms + OKTA_SESSION_TOKEN_MS;
	s->max_ms = now + 1000ULL * p->conf->session_max_s;
	TAILQ_INSERT_TAIL(&all->list, s, entry);
	all->n++;
	/* Not before whoever opens the session has its answer. */
	all->timer.deadline = now;
}

static struct okta_session *
find(const struct parent *p, const char *handle)
{
	struct okta_session *s;

	TAILQ_FOREACH (s, &p->okta_sessions.list, entry)
		if (ticket_is_same(s->handle, handle))
			return s;
	return NULL;
}

void
okta_session_over(struct parent *p, const char *handle)
{
	struct okta_session *s = find(p, handle);

	if (s == NULL || s->state == OKTA_SESSION_ENDING)
		return;
	/* One that is busy is looked at again when the answer has come. */
	s->due_ms = wire_now_ms();
	if (!s->is_busy)
		p->okta_sessions.timer.deadline = s->due_ms;
}

int
okta_session_is_held(const struct parent *p, const char *handle)
{
	const struct okta_session *s = find(p, handle);

	return s != NULL && s->state == OKTA_SESSION_HELD;
}

void
okta_sessions_reloaded(struct parent *p, const struct conf *before)
{
	struct okta_session *s, *next;

	/* A cookie is shown to nobody but the org that gave it. */
	if (strcmp(before->url, p->conf->url) != 0 ||
	    p->conf->okta.mode != CONF_API_TOKEN) {
		forget_all(p);
		return;
	}
	for (s = TAILQ_FIRST(&p->okta_sessions.list);
	     s != NULL && !p->conf->okta_sessions; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (s->state == OKTA_SESSION_MAKING && !s->is_busy)
			okta_session_drop(s);
		else
			s->max_ms = s->due_ms = wire_now_ms();
	}
	p->okta_sessions.timer.deadline = wire_now_ms();
}

void
okta_sessions_reaped(struct parent *p, pid_t pid)
{
	struct okta_session *s;

	TAILQ_FOREACH (s, &p->okta_sessions.list, entry)
		if (s->is_busy)
			okta_session_job_reaped(&s->job, pid);
}
