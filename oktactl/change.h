/*
 * One change in Okta from its words to its report: the credential first, then
 * the admin's yes, then the one request, and what came of it told to oktad for
 * the log. What the commands are is in cmd_change.c.
 */
#ifndef OKTACTL_CHANGE_H
#define OKTACTL_CHANGE_H

#include "buf.h"
#include "control.h"
#include "http.h"
#include "oktactl.h"
#include "resolve.h"

enum { CHANGE_WORDS_MAX = 3 };

/* The options of all of them, and what is left. */
struct change_words {
	const char *word[CHANGE_WORDS_MAX];
	int n;
	int is_meant; /* --yes */
	const char *file; /* --credential; NULL: [admin] */
	unsigned int own; /* bit i: the command's own option i */
};

/* One that is about to be made. */
struct change_plan {
	const char *what; /* the command */
	const char *whom; /* ids and names, for the log */
	const char *question; /* lines that say what will change */
	const char *scope;
	struct http_request request; /* credential and content are set */
	void *arg; /* of these, both of which get the channel of the change */
	/* NULL, or called once the answer is yes: finishes the request, or
	 * refuses. 0, -1. */
	int (*fill)(int channel, struct change_plan *plan, struct error *e);
	/* Sends it; NULL: the request as it stands. 0 and the answer's request
	 * id, -1. */
	int (*send)(int channel, struct change_plan *plan, char request[48],
	    struct error *e);
};

/* own: the options of that command, up to NULL. 0, or -1: they are not
 * understood. */
int change_words(
    int argc, char **argv, const char *const *own, struct change_words *w);
/* Without --yes and a terminal nothing can be changed: 0, or the exit code
 * after a word about it. Before anything is asked for. */
int change_may_ask(const struct change_words *w);
/* Makes it. 0 and the answer's request id; or -1 and *e. */
int change_make(struct control *c, const struct change_words *w,
    struct change_plan *plan, char request[48], struct error *e);
/* What came of it, for --json. */
struct json_object *change_object(
    const char *what, const struct target *t, int n, const char *request);

#endif
