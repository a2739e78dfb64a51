#include <string.h>

#include "code.h"
#include "local.h"
#include "log.h"
#include "parent.h"
#include "paths.h"
#include "session_hold.h"
#include "session_watch_private.h"

static int
find_person(const char *name, const char *id, struct end_target *t)
{
	struct directory people;
	struct directory_person p;
	int r = directory_open(&people, OKTA_PEOPLE_PATH, DIR_MAGIC_PEOPLE);

	*t = (struct end_target){.before_ms = UINT64_MAX};
	if (r != OKTA_OK)
		return r;
	r = id != NULL ? directory_person_by_id(&people, id, &p)
		       : directory_person_by_name(&people, name, &p);
	if (r == OKTA_OK) {
		t->uid = p.uid;
		strcpy(t->person, p.id);
		strcpy(t->name, p.name);
	}
	directory_close(&people);
	return r;
}

static struct end_target
target_of(const struct session *s)
{
	struct end_target t = {.uid = s->uid, .before_ms = UINT64_MAX};

	strcpy(t.person, s->person);
	strcpy(t.name, s->name);
	strcpy(t.handle, s->handle);
	strcpy(t.account, s->account);
	return t;
}

static int
add_order(struct session_watch *w, const struct watch_order *o)
{
	if (w->norders == WATCH_ORDERS)
		return -1;
	w->orders[w->norders++] = *o;
	watch_sweep_at(w, 1);
	return 0;
}

static void
revoke(struct parent *p, struct session *s)
{
	struct error e = {0};

	s->proven_ms = 0;
	sessions_note(p->sessions, s, &e);
	if (e.kind != ERROR_NONE)
		log_event(LOG_ERR, "sessions", log_text("error", e.text));
}

/* 1 where this person has been counted within the hour already. */
static int
is_counted(const struct session_watch *w, const char *person, uint64_t now)
{
	for (size_t i = 0; i < w->ncleared && i < WATCH_CLEARED; i++)
		if (strcmp(w->cleared[i].person, person) == 0 &&
		    now - w->cleared[i].at_ms < WATCH_HOUR_MS)
			return 1;
	return 0;
}

static void
count_cleared(struct session_watch *w, const char *person, uint64_t now)
{
	size_t i = w->ncleared++ % WATCH_CLEARED;

	w->cleared[i].at_ms = now;
	strcpy(w->cleared[i].person, person);
	(void)watch_note_loss(w, 1);
}

/* Takes the order of an event, or not: who was refused once is refused again,
 * however often it is said. */
static int
take_cleared(struct session_watch *w, const struct watch_order *o, uint64_t now)
{
	const char *person = o->target.person;
	uint32_t left = session_hold_people(OKTA_PEOPLE_PATH);
	int is_new = !is_counted(w, person, now);

	if (w->is_held ||
	    (is_new &&
		!end_guard_allows(
		    watch_losses(w) + 1, left > 0 ? left - 1 : 0)) ||
	    add_order(w, o) != 0)
		return -1;
	if (is_new)
		count_cleared(w, person, now);
	return 0;
}

static int
take_or_alarm(
    struct session_watch *w, const struct watch_order *o, uint64_t now)
{
	if (take_cleared(w, o, now) == 0)
		return 0;
	watch_alarm(w,
	    w->is_held ? "Okta cleared sessions, and endings are held"
		       : "Okta cleared the sessions of too many people in an "
			 "hour");
	return -1;
}

void
session_watch_cleared(struct parent *p, const char *person, uint32_t age_s)
{
	struct session_watch *w = &p->session_watch;
	struct watch_order o = {.cause = "cleared in Okta"};
	uint64_t now = wire_now_ms(), age_ms = 1000ULL * age_s;

	/* Only people of this host, and of them only those of Okta. */
	if (find_person(NULL, person, &o.target) != OKTA_OK)
		return;
	o.target.before_ms = now > age_ms ? now - age_ms : 0;
	for (size_t i = 0; i < sessions_count(p->sessions); i++) {
		struct session *s = sessions_at(p->sessions, i);

		if (strcmp(s->person, person) == 0 &&
		    s->opened_ms < o.target.before_ms && s->proven_ms != 0)
			revoke(p, s);
	}
	if (!p->conf->end_sessions)
		return;
	if (take_or_alarm(w, &o, now) == 0)
		log_event(LOG_NOTICE, "sessions_cleared",
		    log_text("user", o.target.name),
		    log_number("age_s", age_s));
}

void
session_watch_gone(struct parent *p, struct session *login)
{
	struct watch_order o = {.cause = "its session was ended in Okta"};

	if (login->proven_ms != 0)
		revoke(p, login);
	if (!p->conf->end_sessions ||
	    find_person(NULL, login->person, &o.target) != OKTA_OK)
		return;
	o.target = target_of(login);
	(void)take_or_alarm(&p->session_watch, &o, wire_now_ms());
}

/* Is s meant by a name or an id? */
static int
is_meant(const struct session *s, const char *whom)
{
	return strcmp(s->name, whom) == 0 ||
	    (strlen(whom) == SESSION_ID_SIZE &&
		memcmp(s->handle, whom, SESSION_ID_SIZE) == 0);
}

int
session_watch_order(struct parent *p, const char *whom, int is_dry,
    const uint8_t asker[WIRE_ID_SIZE], struct error *e)
{
	struct watch_order o = {
	    .cause = "oktactl logout", .is_dry = is_dry, .has_asker = 1};

	memcpy(o.asker, asker, sizeof(o.asker));
	if (find_person(whom, NULL, &o.target) != OKTA_OK) {
		const struct session *s = NULL;

		for (size_t i = 0; i < sessions_count(p->sessions) && s == NULL;
		     i++)
			if (is_meant(sessions_at(p->sessions, i), whom))
				s = sessions_at(p->sessions, i);
		if (s == NULL)
			return error_set(e, ERROR_DENIED,
			    "%s: neither a person of Okta nor a session; see "
			    "oktactl sessions",
			    whom);
		o.target = target_of(s);
	}
	if (o.target.account[0] == '\0' &&
	    local_has_uid("/etc/passwd", o.target.uid) != 0)
		return error_set(e, ERROR_DENIED,
		    "%s: uid %u may be a local account's by /etc/passwd; "
		    "nothing of it is ended",
		    whom, (unsigned int)o.target.uid);
	if (add_order(&p->session_watch, &o) != 0)
		return error_set(e, ERROR_RETRY,
		    "other sessions are being ended; try again in a moment");
	return 0;
}

void
session_watch_accept(struct parent *p)
{
	struct session_watch *w = &p->session_watch;

	if (w->is_held) {
		watch_lift(w, "oktactl logout --held");
		w->nlosses = 0;
	}
	w->has_word = 1;
	watch_sweep_at(w, 1);
}

size_t
session_watch_revoke(struct parent *p, const char *whom)
{
	size_t n = 0;

	for (size_t i = 0; i < sessions_count(p->sessions); i++) {
		struct session *s = sessions_at(p->sessions, i);

		if (!is_meant(s, whom) || s->proven_ms == 0)
			continue;
		revoke(p, s);
		n++;
	}
	return n;
}
