/*
 * The Okta sessions of logins ([sessions] okta_sessions in okta.conf(5)): made
 * of the session token of an accepted login once its session here has begun,
 * looked at and refreshed while that lasts, ended with it. The id of one is a
 * web cookie: it is in this process's memory and nowhere else, so that a
 * restart forgets it, and Okta's session lapses by itself.
 *
 * A login that is never opened leaves no session at Okta: its token lapses in
 * its ticket. A session that is not the person's own, or that Okta asks more
 * of, is ended at once.
 *
 * A session that has gone at Okta before its time ends its login, if Okta said
 * so twice of a session that it had shown before, by the okta.conf of now, and
 * oktad's view of Okta is of now; and then within the guard and the cap of
 * session_watch.h. An Okta that can not be asked, refuses, or answers nonsense
 * ends nothing; nor does a session that has lapsed.
 */
#ifndef OKTAD_OKTA_SESSION_H
#define OKTAD_OKTA_SESSION_H

#include <sys/queue.h>
#include <sys/types.h>

#include "conf.h"
#include "loop.h"
#include "secret.h"
#include "session.h"

enum {
	OKTA_SESSIONS_MAX = 4096, /* those that end still among them */
	OKTA_SESSION_JOBS = 4, /* requests at once */
	OKTA_SESSION_TOKEN_MS = 300 * 1000, /* life of a session token */
	OKTA_SESSION_POLLS = 10, /* poll_intervals from look to look */
	OKTA_SESSION_AGAIN_MS = 5000, /* till the first try after a failure,
					 then twice that, and so on … */
	OKTA_SESSION_AGAIN_MAX_MS = 600 * 1000 /* … up to this */
};

struct okta_session;
struct parent;

TAILQ_HEAD(okta_session_list, okta_session);

struct okta_sessions {
	struct watch timer;
	struct okta_session_list list; /* oldest first */
	size_t n, jobs;
};

/* 0 or -1. */
int okta_sessions_open(struct parent *p);
/* Wipes all that is known; ends nothing at Okta. */
void okta_sessions_close(struct parent *p);
/* In a child of oktad, which shares nothing but a copy of its memory. */
void okta_sessions_shed(struct parent *p);
/* A login has begun that was proven at proven_ms; *token is empty afterwards,
 * as it may be before. */
void okta_session_begin(struct parent *p, const struct session *login,
    uint64_t proven_ms, struct secret *token);
/* The login of this handle has ended. */
void okta_session_over(struct parent *p, const char *handle);
/* 1 where an Okta session is held for it. */
int okta_session_is_held(const struct parent *p, const char *handle);
/* okta.conf has been read anew; before is the old one. */
void okta_sessions_reloaded(struct parent *p, const struct conf *before);
void okta_sessions_reaped(struct parent *p, pid_t pid);

#endif
