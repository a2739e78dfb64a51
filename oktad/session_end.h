/*
 * Which processes a session has, and so which are to end with it. Pure: it is
 * asked about facts of /proc (proc.h) and answers; session_sweep.c acts.
 *
 * Nobody's process is ended because of a name, a process number that was
 * written down, or an effective uid. What counts, each enough:
 *
 *	uid	the real uid is the person's own, and no container's; their own
 *		is also that of a local account which is theirs alone
 *	login	the audit login uid is: whatever they have become since; in a
 *		container only where a recorded login of theirs has led there
 *	logind	it is in a session or the user manager of that uid
 *	audit	it is in the audit session of a recorded login of theirs
 *	child	it descends from the process that opened a recorded session
 *
 * And never: process 1, oktad and its children, a process that opened the
 * session of somebody else, too, and what has been left running for the whole
 * host: a child of process 1, without a terminal, outside of the person's
 * logind sessions, as root or as anybody but the person, and what is below it
 * with the same login. (A daemon that an admin has restarted by hand bears
 * that admin's login for ever, and so do its workers and containers.)
 */
#ifndef OKTAD_SESSION_END_H
#define OKTAD_SESSION_END_H

#include "session.h"
#include "session_own.h"

enum end_reason {
	END_NOT = 0,
	END_UID,
	END_LOGIN,
	END_LOGIND,
	END_AUDIT,
	END_CHILD,
	END_LEFT_ALONE, /* bears their login and serves the host */
	END_REASONS
};

/* Whose sessions. */
struct end_target {
	char person[DIR_OKTA_ID_MAX + 1];
	char name[DIR_NAME_MAX + 1];
	/* Of the directory. What is of a local account that several people
	 * share ends by the records of sessions alone. */
	uint32_t uid;
	char handle[PROTOCOL_TICKET_SIZE + 1]; /* this session; "": all */
	char account[DIR_NAME_MAX + 1]; /* the local one that it is to, or "" */
	uint64_t before_ms; /* only what began before; UINT64_MAX: all */
};

/* All processes at one moment, in order of pid. */
struct proc_list {
	struct proc *all;
	size_t n, cap;
};

struct end_view {
	const struct proc_list *procs;
	const struct session *sessions;
	size_t nsessions;
	struct own_accounts own;
	pid_t self, parent; /* who looks, and oktad */
};

/* Does p end with t? */
enum end_reason end_choose(
    const struct end_view *v, const struct end_target *t, const struct proc *p);
/* "uid", "login" … */
const char *end_reason_word(enum end_reason r);
/* Is the process that opened s still there? */
int end_has_leader(const struct end_view *v, const struct session *s);
/* By pid, or NULL. */
const struct proc *proc_list_find(const struct proc_list *l, pid_t pid);

/* How many people may lose their sessions within an hour where so many may log
 * in: 10 %, at most 100, and 5 where that is less. Where nobody is left, the
 * one who left alone. */
int end_guard_allows(uint32_t ending, uint32_t left);

#endif
