/*
 * What Okta's answer means for an Okta session and for its login.
 */
#include <string.h>

#include "code.h"
#include "log.h"
#include "okta_session_private.h"
#include "parent.h"
#include "paths.h"

enum {
	LAPSE_MS = 5000, /* Okta counts whole seconds, and an answer is under
			    way for some */
	FRESH_S = 60 /* past three poll_intervals oktad's view is old */
};

static void
try_again(struct okta_session *s, const struct okta_session_told *t)
{
	uint64_t wait = OKTA_SESSION_AGAIN_MS;

	for (unsigned int i = 0;
	     i < s->failures && wait < OKTA_SESSION_AGAIN_MAX_MS; i++)
		wait *= 2;
	if (wait > OKTA_SESSION_AGAIN_MAX_MS)
		wait = OKTA_SESSION_AGAIN_MAX_MS;
	if (wait < 1000ULL * t->retry_s)
		wait = 1000ULL * t->retry_s;
	s->failures++;
	s->due_ms = wire_now_ms() + wait;
}

/* Once in a row, so that an hour without Okta is not an hour of lines. */
static void
note_failure(const struct okta_session *s, const char *what, const char *why)
{
	if (s->failures == 0)
		okta_session_note(s, LOG_WARNING, what, why);
}

/* --- MAKING --- */

static void
end_at_once(struct okta_session *s, const char *why)
{
	okta_session_note(s, LOG_ERR, "refused", why);
	s->state = OKTA_SESSION_ENDING;
	s->due_ms = wire_now_ms();
}

static void
take_made(struct okta_session *s, struct okta_session_told *t)
{
	uint64_t now = wire_now_ms();

	secret_move(&s->value, &t->id);
	s->life_s = t->life_s;
	s->until_ms = now + 1000ULL * t->life_s;
	s->loads = s->parent->loads;
	s->failures = 0;
	/* Okta's word, not the worker's: whose password was it? (T19) */
	if (strcmp(t->person, s->person) != 0) {
		end_at_once(s,
		    "the session token of this login was that of another "
		    "person");
		return;
	}
	if (!t->is_active) {
		end_at_once(s, "Okta asks for more than this login has proven");
		return;
	}
	okta_session_note(s, LOG_INFO, "made", NULL);
	s->state = OKTA_SESSION_HELD;
	s->due_ms = okta_session_next_look(s, now);
}

static void
take_making(struct okta_session *s, struct okta_session_told *t)
{
	if (t->result == OKTA_SESSION_GOOD && t->id.bytes != NULL) {
		take_made(s, t);
	} else if (t->result == OKTA_SESSION_LATER) {
		note_failure(s, "not made yet", t->why);
		try_again(s, t);
	} else {
		/* A token is good once. If a session was made and the answer
		 * was lost, nobody knows its id, and it lapses. */
		okta_session_note(s, LOG_WARNING, "not made", t->why);
		okta_session_drop(s);
	}
}

/* --- HELD --- */

/* Why Okta's word that a session has gone says nothing of this login; NULL: it
 * does. */
static const char *
doubt(const struct okta_session *s)
{
	const struct parent *p = s->parent;
	uint64_t age_s;

	if (s->until_ms <= wire_now_ms() + LAPSE_MS)
		return "it was about to lapse";
	if (s->loads != p->loads)
		return "okta.conf has been read anew since Okta showed it";
	if (p->session_watch.unread > 0 ||
	    directory_age(OKTA_CONFIRMED_PATH, &age_s) != OKTA_OK ||
	    age_s > 3 * p->conf->poll_interval_s + FRESH_S)
		return "what oktad knows of Okta is not of now";
	return NULL;
}

static void
take_gone(struct okta_session *s)
{
	struct session *login =
	    sessions_by_handle(s->parent->sessions, s->handle);
	const char *why = doubt(s);

	if (login == NULL || login->state != SESSION_OPEN || why != NULL) {
		okta_session_note(s, LOG_INFO, "gone", why);
		okta_session_drop(s);
		return;
	}
	if (!s->is_missing) {
		s->is_missing = 1;
		s->due_ms = wire_now_ms() + OKTA_SESSION_AGAIN_MS;
		return;
	}
	okta_session_note(s, LOG_NOTICE, "gone", "it was ended in Okta");
	session_watch_gone(s->parent, login);
	okta_session_drop(s);
}

static void
take_held(struct okta_session *s, struct okta_session_told *t)
{
	uint64_t now = wire_now_ms();

	if (t->result == OKTA_SESSION_GOOD &&
	    strcmp(t->person, s->person) == 0) {
		s->until_ms = now + 1000ULL * t->life_s;
		if (s->asked == OKTA_SESSION_REFRESH)
			s->life_s = t->life_s;
		s->loads = s->parent->loads;
		s->is_missing = 0;
		s->failures = 0;
		s->due_ms = okta_session_next_look(s, now);
		return;
	}
	if (t->result == OKTA_SESSION_GONE) {
		take_gone(s);
		return;
	}
	note_failure(s, "not seen",
	    t->result == OKTA_SESSION_GOOD ? "Okta shows somebody else's"
					   : t->why);
	try_again(s, t);
	if (s->due_ms > s->until_ms)
		s->due_ms = s->until_ms;
}

/* --- ENDING --- */

static void
take_ending(struct okta_session *s, struct okta_session_told *t)
{
	if (t->result == OKTA_SESSION_GOOD || t->result == OKTA_SESSION_GONE) {
		okta_session_note(s, LOG_INFO, "ended", NULL);
		okta_session_drop(s);
		return;
	}
	note_failure(s, "not ended yet", t->why);
	try_again(s, t);
	if (s->due_ms > s->until_ms)
		s->due_ms = s->until_ms;
}

void
okta_session_take(struct okta_session *s, struct okta_session_told *t)
{
	switch (s->state) {
	case OKTA_SESSION_MAKING:
		take_making(s, t);
		break;
	case OKTA_SESSION_HELD:
		take_held(s, t);
		break;
	case OKTA_SESSION_ENDING:
		take_ending(s, t);
		break;
	}
}
