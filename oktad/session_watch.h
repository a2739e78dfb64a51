/*
 * When to sweep (session_sweep.h), and for whom: after a publication that took
 * the login from somebody, after an event that cleared somebody's sessions, at
 * root's word, and now and then for what has been left over. What stands in
 * front of every ending that root did not ask for:
 *
 *	the guard	more people in an hour than end_guard_allows() says:
 *			nobody's session is ended until the people are back or
 *			root says so. It is remembered in a file.
 *	the answer	after a start or a reload of okta.conf Okta must have
 *			been asked for what that says now: a list of groups that
 *			were swapped takes the login from everybody till then
 *	the cap		WATCH_PER_MINUTE people
 *	the wait	WATCH_SETTLE_MS, so that the guard sees all of a loss
 *			that comes in pieces
 */
#ifndef OKTAD_SESSION_WATCH_H
#define OKTAD_SESSION_WATCH_H

#include "loop.h"
#include "session_sweep.h"
#include "wire.h"

enum {
	WATCH_ORDERS = 32,
	WATCH_LOSSES = 64,
	WATCH_CLEARED = 32,
	WATCH_PER_MINUTE = 10,
	/* After a reload one that oktad-sync made with the old okta.conf may
	 * still be under way. */
	WATCH_UNREAD_START = 1,
	WATCH_UNREAD_RELOAD = 2,
	WATCH_SETTLE_MS = 5000,
	WATCH_AGAIN_MS = 20000, /* once more, for a login that was under way */
	WATCH_IDLE_MS = 60000,
	WATCH_CLOSED_MS = 2000, /* after a session was closed */
	WATCH_HOUR_MS = 3600 * 1000
};

/* Sessions that somebody wants ended. */
struct watch_order {
	struct end_target target;
	const char *cause; /* for the log */
	int is_dry;
	int has_asker; /* root's, with the id of the frame to answer */
	uint8_t asker[WIRE_ID_SIZE];
};

struct watch_loss {
	uint64_t at_ms;
	uint32_t people;
};

struct parent;

struct session_watch {
	struct watch timer, job_watch;
	struct sweep_job job;
	char (*handles)[PROTOCOL_TICKET_SIZE + 1]; /* as the sweep numbers
						      them */
	size_t nhandles;
	struct watch_order current; /* of the sweep, where it has one */
	int has_order, list;

	struct watch_order orders[WATCH_ORDERS];
	size_t norders;
	struct watch_loss losses[WATCH_LOSSES]; /* within the hour */
	size_t nlosses;
	/* Whose sessions Okta has cleared in it, so that one person, of whom it
	 * may say so once for each app, is counted once. */
	struct {
		uint64_t at_ms;
		char person[DIR_OKTA_ID_MAX + 1];
	} cleared[WATCH_CLEARED];
	size_t ncleared; /* ever */
	int is_held;
	uint32_t baseline; /* how many might log in before it was held; 0: not
			      known, only root can lift it */
	int has_word; /* root has said so: until nobody waits any more, or
			 others are held */
	int unread; /* so many publications or confirmations that Okta agrees
		       with must come before anybody is found by a sweep */
	uint32_t waiting; /* people who may not log in and are still here */
	uint64_t minute_ms; /* when the minute of the cap began */
	size_t ended; /* people in it */
	uint64_t alarmed_ms;
	int is_due; /* again, as soon as the sweep under way is over */
	uint64_t again_ms; /* and by then; 0: no such time */
};

/* Takes up the timer; reads whether endings are held. 0 or -1. */
int session_watch_open(struct parent *p);
void session_watch_close(struct parent *p);
/* A directory may be published now. */
void session_watch_publishing(struct parent *p);
/* A directory was published: of `known` people who might log in before, so many
 * may not now, and `left` may. */
void session_watch_published(
    struct parent *p, uint32_t known, uint32_t lost, uint32_t left);
/* What is published is Okta's view as of now. */
void session_watch_fresh(struct parent *p);
/* okta.conf has been read anew. */
void session_watch_reloaded(struct parent *p);
/* A session was closed. */
void session_watch_closed(struct parent *p);
/* Okta has cleared this person's sessions, age_s seconds ago. */
void session_watch_cleared(
    struct parent *p, const char *person, uint32_t age_s);
/* The Okta session of this login was ended in Okta. */
void session_watch_gone(struct parent *p, struct session *login);
/* Root's word: the sessions of a person by name, or one by its id. 0: it will
 * be answered by control_logout_done(); or -1. */
int session_watch_order(struct parent *p, const char *whom, int is_dry,
    const uint8_t asker[WIRE_ID_SIZE], struct error *e);
/* Root's word that what is held shall end. */
void session_watch_accept(struct parent *p);
/* Takes back what was proven, for a person by name or one session by its id: no
 * grace any more. How many sessions it was. */
size_t session_watch_revoke(struct parent *p, const char *whom);
void session_watch_reaped(struct parent *p, pid_t pid);

#endif
