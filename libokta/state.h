/*
 * state.db: what oktad-sync keeps between two passes, in SQLite. One opener.
 *
 * The ledger (tables number and name) only grows: triggers forbid anything
 * else. Beside it stand the directory as it was last accepted (source, person,
 * grp, via) and the pass under way (in_person, in_via, lost), which touches
 * nothing else until state_apply(). Everything between state_begin() and
 * state_commit() happens or does not.
 *
 * Functions return 0 or -1 with ERROR_SYSTEM unless told otherwise; "next"
 * functions return 1 with a row, 0 at the end, -1.
 */
#ifndef OKTA_STATE_H
#define OKTA_STATE_H

#include <stdint.h>

#include "api_directory.h"
#include "idmap.h"

enum {
	STATE_VERSION = 1 /* PRAGMA user_version */
};

struct state;

/* Opens or makes the database, 0600. A file that is damaged or of another
 * program is moved aside to PATH.damaged and a new one begun: numbers come out
 * the same again (idmap.h). One of a later version is refused. *is_new says
 * that nothing is known, *set_aside that there was something. */
int state_open(const char *path, struct state **s, int *is_new, int *set_aside,
    struct error *e);
void state_close(struct state *s);

int state_begin(struct state *s, struct error *e);
int state_commit(struct state *s, struct error *e);
/* Safe at any time. */
void state_rollback(struct state *s);

/* Numbers by name: "last_full", … An absent one is 0. */
int state_get(
    struct state *s, const char *key, int64_t *value, struct error *e);
int state_set(struct state *s, const char *key, int64_t value, struct error *e);

/* --- sources: the groups and apps of okta.conf --- */

enum source_kind { SOURCE_GROUP = 1, SOURCE_APP = 2 };

struct state_source {
	int64_t num;
	enum source_kind kind;
	char id[JSON_ID_MAX + 1];
	int allows; /* its people may enter */
	int publishes; /* it is a Unix group */
	int64_t changed; /* api_group.changed at the last accepted pass */
};

/* Takes the three lists (NULL-ended) over: sources that are no longer named
 * entitle nobody from now on. */
int state_configure(struct state *s, char *const *allow_groups,
    char *const *allow_apps, char *const *publish_groups, struct error *e);
/* Configured sources in order of num; *after begins at 0. */
int state_next_source(
    struct state *s, int64_t *after, struct state_source *src, struct error *e);

/* --- a pass: what Okta says, before it counts (state_pass.c) --- */

/* Forgets the last pass's answers. */
int state_stage_begin(struct state *s, struct error *e);
int state_stage_group(struct state *s, int64_t source,
    const struct api_group *g, struct error *e);
/* A person, as member of source (0: of none). 1 new in this list, 0 seen. */
int state_stage_user(
    struct state *s, int64_t source, const struct api_user *u, struct error *e);
enum loss_word {
	LOSS_SILENT = 0, /* absent from the list, and nothing more is known */
	LOSS_CONFIRMED = 1 /* Okta says of this very person: not any more */
};

/* Finds every pair of person and source that was and is not staged. */
int state_find_losses(struct state *s, struct error *e);
/* Confirms the losses of everybody whom this pass's answers call suspended or
 * deactivated. */
int state_settle_stopped(struct state *s, struct error *e);
/* People with silent losses by uid. *uid begins at 0. */
int state_next_loser(
    struct state *s, uint32_t *uid, char id[JSON_ID_MAX + 1], struct error *e);
/* That person's lost sources; *after begins at 0. */
int state_next_loss(struct state *s, uint32_t uid, int64_t *after,
    struct state_source *src, struct error *e);
int state_settle_loss(struct state *s, uint32_t uid, int64_t source,
    enum loss_word word, struct error *e);
/* The person could not be found (404). */
int state_mark_gone(struct state *s, uint32_t uid, struct error *e);

struct state_counts {
	uint32_t known; /* people with at least one source, before */
	uint32_t silent; /* of them, with a silent loss */
	uint32_t present; /* people staged with at least one source */
	uint32_t pairs; /* of person and source, before */
};
int state_count(struct state *s, struct state_counts *c, struct error *e);

/* --- placing and applying (state_apply.c) --- */

struct state_rules {
	uint32_t id_min, id_max;
	/* 1 where the number is not to be had for a newcomer of that name
	 * (local files, what is published already), 0, -1. */
	int (*is_taken)(void *arg, uint32_t number, const char *name);
	/* 1 where the name is published for another number, 0, -1. */
	int (*is_held)(void *arg, const char *name, uint32_t number);
	void *arg;
	int hold_silent; /* the guard refused: silent losses do not count */
};

struct state_outcome {
	uint32_t added, removed; /* people */
};

/* Names, numbers and everything else of the staged answers become the
 * accepted directory. */
int state_apply(struct state *s, const struct state_rules *r,
    struct state_outcome *o, struct error *e);
/* An explicit status of a known person, outside a pass. 1 where it changed
 * something, 0, -1. */
int state_apply_status(
    struct state *s, const struct api_user *u, struct error *e);
/* 1 where the record is not what the last pass's lists said, 0 where it is, or
 * where they did not show the person. */
int state_differs(struct state *s, const struct api_user *u, struct error *e);
/* 1 where the person was in the answers of the last pass or is in the
 * directory. */
int state_knows(struct state *s, const char *id, struct error *e);

/* --- reading for an image (state_read.c) --- */

struct state_person {
	uint32_t uid, gid;
	const char *id, *name, *login, *gecos;
	const char *home, *shell; /* "" where by template */
	enum person_status status;
	int is_entitled;
	int is_gone; /* Okta did not know the id */
	int is_blocked; /* the status is a word we do not know */
};

struct state_group {
	uint32_t gid;
	enum team_type type;
	const char *id, *name;
};

/* Each calls `on` for every row, by number; a -1 from it ends the walk. The
 * strings live for the call. */
int state_each_person(struct state *s,
    int (*on)(void *arg, const struct state_person *p, struct error *e),
    void *arg, struct error *e);
/* Groups of configured sources, and any that is somebody's primary group. */
int state_each_group(struct state *s,
    int (*on)(void *arg, const struct state_group *g, struct error *e),
    void *arg, struct error *e);
int state_each_member(struct state *s,
    int (*on)(void *arg, uint32_t gid, uint32_t uid, struct error *e),
    void *arg, struct error *e);

/* --- what was refused or left out, for status --- */

/* Refusals of a pass are forgotten by state_stage_begin(). They are
 * read in one go: on is not to write. */
int state_note(struct state *s, const char *id, const char *name,
    const char *why, struct error *e);
/* Refusals come first, remarks about people who are there last. */
int state_each_note(struct state *s,
    int (*on)(void *arg, const char *id, const char *name, const char *why,
	struct error *e),
    void *arg, struct error *e);

#endif
