/*
 * What oktactl changes in Okta: one row for each command.
 */
#ifndef OKTACTL_CHANGES_H
#define OKTACTL_CHANGES_H

#include "buf.h"
#include "resolve.h"

enum { TARGETS_MAX = 2, SWITCHES_MAX = 2 };

struct change_row {
	const char *command, *verb; /* verb NULL: none */
	enum noun nouns[TARGETS_MAX];
	const char *method;
	const char *path; /* each {} stands for the id of the next noun */
	const char *scope;
	const char *effect; /* for the question */
	/* Options, each a parameter of the query that is always sent: what Okta
	 * takes by default, depends on the org. All rows of a command have
	 * the same. */
	struct {
		const char *word, *parameter, *effect;
	} switches[SWITCHES_MAX];
	/* What the daemon's credential can tell beforehand, on a channel of
	 * control; NULL: nothing. 0; -1 and *e: it can not be done. */
	int (*check)(int channel, const struct target *t, struct error *e);
	/* Writes the body, perhaps of what the channel of the change tells.
	 * NULL: there is none. 0, -1. */
	int (*fill)(int channel, const struct change_row *r,
	    const struct target *t, struct buf *body, struct error *e);
};

extern const struct change_row change_rows[]; /* ends with command NULL */

#endif
