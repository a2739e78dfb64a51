/*
 * What okta_session.c (when to ask) and okta_session_take.c (what an answer
 * means) share.
 */
#ifndef OKTAD_OKTA_SESSION_PRIVATE_H
#define OKTAD_OKTA_SESSION_PRIVATE_H

#include "okta_session.h"
#include "okta_session_job.h"

enum okta_session_state {
	OKTA_SESSION_MAKING = 1, /* value is the session token */
	OKTA_SESSION_HELD, /* value is the id, here and in the next */
	OKTA_SESSION_ENDING
};

struct okta_session {
	TAILQ_ENTRY(okta_session) entry;
	struct parent *parent;
	char handle[PROTOCOL_TICKET_SIZE + 1]; /* of the login */
	char person[DIR_OKTA_ID_MAX + 1], name[DIR_NAME_MAX + 1];
	enum okta_session_state state;
	struct secret value;
	uint64_t due_ms; /* of the next request */
	uint64_t until_ms; /* then Okta has let it lapse */
	uint64_t max_ms; /* then it is kept no longer */
	uint32_t life_s; /* that Okta gave it when made or refreshed */
	unsigned int loads; /* parent.loads when Okta last showed it */
	unsigned int failures; /* in a row */
	int is_missing; /* Okta has said once that it has gone */
	int is_busy; /* the job is under way */
	enum okta_session_do asked; /* what for */
	struct okta_session_job job;
};

/* okta_session.c */
/* One line of the log; why may be NULL. */
void okta_session_note(
    const struct okta_session *s, int level, const char *what, const char *why);
void okta_session_drop(struct okta_session *s);
/* When the next look is due. */
uint64_t okta_session_next_look(const struct okta_session *s, uint64_t now);
/* okta_session_take.c: what came of the request; s may be gone afterwards. */
void okta_session_take(struct okta_session *s, struct okta_session_told *t);

#endif
