/*
 * What an admin calls people, groups and apps, as the one thing of Okta that
 * is meant. A name that this host knows means whom it means here; anything
 * else is looked for in Okta, and what two things could be is refused: a
 * change goes by ids (T3).
 */
#ifndef OKTACTL_RESOLVE_H
#define OKTACTL_RESOLVE_H

#include "error.h"
#include "json.h"

enum noun {
	NOUN_NONE = 0,
	NOUN_USER,
	NOUN_GROUP,
	NOUN_APP,
	NOUN_ZONE,
	NOUN_FACTOR, /* of the person before it */
	NOUN_ADDRESS, /* of a zone: nothing that Okta has an id for */
	NOUN_COUNT
};

struct target {
	enum noun noun;
	char id[JSON_ID_MAX + 1]; /* "": an address */
	char name[256]; /* login, name, label or type */
	char state[32]; /* status, type or provider, made printable */
};

/* Fills *t; of is the person whose factor it is, else NULL. 0; -1 and *e,
 * ERROR_SYSTEM where nothing or more than one thing is called so; the
 * candidates are then on stderr. */
int resolve(int channel, enum noun noun, const char *word,
    const struct target *of, struct target *t, struct error *e);
/* Without asking Okta where word is an id: *t has no name and no state then,
 * for a look-up that asks for that very thing itself. 404 is told by
 * resolve_judge(). */
int resolve_id(int channel, enum noun noun, const char *word, struct target *t,
    struct error *e);
/* rc, or what an error about the thing of that id means: one that is not known
 * is no refusal of Okta's. */
int resolve_judge(int rc, const struct target *t, struct error *e);
/* "person", "group", … */
const char *resolve_noun(enum noun noun);

#endif
