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
};

/* One that is about to be made. */
struct change_plan {
	const char *what; /* the command */
	const char *whom; /* ids and names, for the log */
	const char *question; /* lines that say what will change */
	const char *scope;
	struct http_request request; /* credential and content are set */
};

/* 0, or -1: they are not understood. */
int change_words(int argc, char **argv, struct change_words *w);
/* Without --yes and a terminal nothing can be changed: 0, or the exit code
 * after a word about it. Before anything is asked for. */
int change_may_ask(const struct change_words *w);
/* Makes it. look, where it is not NULL, is called once the answer is yes, with
 * the channel of the change: it may finish the request, or refuse. 0 and the
 * answer's request id; or -1, *e, and is_declined where the answer was no. */
int change_make(struct control *c, const struct change_words *w,
    struct change_plan *plan,
    int (*look)(
	int channel, struct change_plan *plan, void *arg, struct error *e),
    void *arg, char request[48], int *is_declined, struct error *e);

#endif
