/*
 * A change in Okta that root makes by oktactl: one at a time per connection of
 * control.sock, from CTL_CHANGE to CTL_CHANGED or the end of the connection.
 * It has a credential that the daemon itself never uses: that of [admin], or of
 * a file of root's. Its key stays here; oktad-net gets an assertion for a token
 * with the scopes of this one command, as long as it is open.
 */
#ifndef OKTAD_CHANGE_H
#define OKTAD_CHANGE_H

#include <stdint.h>

#include "conf.h"
#include "error.h"
#include "key.h"
#include "parent.h"
#include "proc.h"

enum { CHANGE_SCOPES_MAX = 4 };

struct change {
	uint32_t number; /* by which net names it; 0: none is open */
	char what[32], whom[300]; /* for the log */
	struct proc by; /* who runs oktactl, as the audit system knows it */
	struct conf *file; /* NULL: [admin] of okta.conf */
	struct key *key; /* of the file */
};

/* What oktactl asks for. */
struct change_wish {
	char what[32], whom[300];
	char *scopes[CHANGE_SCOPES_MAX + 1]; /* NULL-ended */
	char path[256]; /* of the credential's file; "": [admin] */
	int fd; /* of that file, stays the caller's */
};

/* Opens it and logs that. The asker's end of its channel; -1 and *e: there is
 * no such credential (ERROR_SCOPE, ERROR_CONFIG), or oktad-net is not there. */
int change_open(struct parent *p, struct change *c, const struct change_wish *w,
    const struct proc *by, struct error *e);
/* Logs how it ended, in a word of oktactl's, and closes it. Safe on one that is
 * not open. request and error may be "". */
void change_close(struct change *c, const char *result, const char *request,
    const char *error);
/* In a child that needs nothing secret: frees what it has, and says nothing. */
void change_shed(struct change *c);
/* control_change.c: the same for all that are under way. */
void change_shed_all(struct parent *p);

/* control_change.c: the one of that number, or NULL. */
const struct change *change_find(const struct parent *p, uint32_t number);
const struct conf_credential *change_credential(
    const struct parent *p, const struct change *c);
/* NULL: it is an API token. */
const struct key *change_key(const struct parent *p, const struct change *c);

#endif
