/*
 * The session registry: who has come in on this host, how, and since when. A
 * record is made at open_session, also where nothing was proven to us (a login
 * by ssh key), and ends at close_session or when all its processes are gone. It
 * lives in memory and in a file of root's that survives a restart of oktad and
 * is worth nothing after a reboot (session_file.h).
 */
#ifndef OKTAD_SESSION_H
#define OKTAD_SESSION_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "directory.h"
#include "error.h"
#include "proc.h"
#include "protocol.h"
#include "ticket.h"

enum {
	SESSIONS_MAX = 4096, /* in all: the oldest one gives way … */
	SESSIONS_OF_ONE = 256, /* … first that of a person with so many */
	SESSION_ID_SIZE = 8, /* digits of the handle that people are shown */
	SESSION_TTY_SIZE = 64
};

enum session_state {
	SESSION_OPEN = 1,
	SESSION_LEFT = 2 /* closed; what it left running may still be there */
};

struct session {
	char handle[PROTOCOL_TICKET_SIZE + 1]; /* for close_session */
	char person[DIR_OKTA_ID_MAX + 1]; /* Okta id */
	char name[DIR_NAME_MAX + 1];
	char account[DIR_NAME_MAX + 1]; /* the local one; "": their own */
	uint32_t uid; /* of that account */
	char service[PROTOCOL_SERVICE_SIZE];
	char tty[SESSION_TTY_SIZE]; /* "": none, as the next two */
	char rhost[TICKET_RHOST_SIZE];
	char factors[TICKET_FACTORS_SIZE];
	uint32_t flow; /* enum conf_flow, 0 without proof */
	uint32_t state; /* enum session_state */
	uint64_t opened_ms; /* wire_now_ms() clock */
	uint64_t opened_s; /* Unix seconds, to be shown */
	uint64_t proven_ms; /* 0: nothing was proven, or it was taken back */
	/* The process that opened it: a login's own, or of one that serves
	 * several. pid 0: unknown. */
	int32_t leader;
	uint64_t leader_start; /* proc.h */
	uint32_t audit; /* audit session id, PROC_UNSET: none */
	uint32_t is_login; /* audit is that of this login, and not that of
			      somebody who became this person in his own */
};

struct sessions;

/* The name that people are shown. */
void session_id(const struct session *s, char id[SESSION_ID_SIZE + 1]);

/* What the file at path still says of this boot; NULL without memory, else e
 * tells where the file could not be read. path NULL: memory only. */
struct sessions *sessions_open(const char *path, struct error *e);
void sessions_close(struct sessions *s);
/* Gives the record a handle and keeps it. NULL without random bytes, memory, or
 * a record that may give way: not the last one of a login to a local account.
 * The pointer is good until the next change. e tells where the file could not
 * be written, which harms nobody before the next restart. */
struct session *sessions_add(
    struct sessions *s, const struct session *new, struct error *e);
/* By handle and uid, both right; or NULL. */
struct session *sessions_find(
    struct sessions *s, const char *handle, uint32_t uid);
/* By handle alone, for oktad's own. */
struct session *sessions_by_handle(struct sessions *s, const char *handle);
/* All of them, oldest first. */
size_t sessions_count(const struct sessions *s);
struct session *sessions_at(struct sessions *s, size_t i);
/* Writes down that the record has changed; forgets it. */
void sessions_note(
    struct sessions *s, const struct session *changed, struct error *e);
void sessions_drop(struct sessions *s, struct session *gone, struct error *e);

#endif
