/*
 * Who of Okta begins a session.
 */
#ifndef OKTAD_SESSION_WHO_H
#define OKTAD_SESSION_WHO_H

#include "conf_slice.h"
#include "hello.h"
#include "session.h"

/* What speaks for somebody; "": nothing. */
struct session_proofs {
	const char *person; /* Okta id: the ticket's, by password */
	int has_bad_ticket; /* there is one, and it proves nothing */
	const char *key; /* "TYPE BASE64": sshd has seen its signature */
	const char *origin; /* of the process (protocol.h) */
	const char *rhost;
};

/* Fills *p; p->id is "" where nobody of Okta is known. NULL; or why a session
 * to a local account must not begin. To an account of several people a login by
 * sshd needs a name; what root does as that account, and cron, has none. */
const char *session_who(struct sessions *sessions, const struct hello *h,
    const struct session_proofs *by, struct slice_person *p);

#endif
