/*
 * state.db: what oktad-sync keeps between two passes, in SQLite. One opener.
 *
 * The ledger (tables number and name) only grows: triggers forbid anything
 * else. Beside it stand the directory as it was last accepted (source, person,
 * grp, via), Okta's last answers (in_person, in_group, in_via, lost), and the
 * pass under way (new_person, new_group, new_list), which touches nothing else
 * until state_find_losses() and state_apply(). Everything between state_begin()
 * and state_commit() happens or does not.
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
	STATE_VERSION = 1, /* PRAGMA user_version */
	STATE_DIGEST = 16 /* bytes of a SHA-256 that texts are known by */
};

struct state;

/* Opens or makes the database, 0600. A file that is damaged or of another
 * program is moved aside to PATH.damaged and a new one begun: numbers come out
 * the same again (idmap.h). One of a later version is refused. *is_new says
 * that nothing is known, *set_aside that there was something. */
int state_open(const char *path, struct state **s, int *is_new, int *set_aside,
    struct error *e);
void state_close(struct state *s);
/* 1 where the file has been removed, moved or replaced under us (T116): what
 * is written is lost with the process. */
int state_has_moved(const struct state *s);

int state_begin(struct state *s, struct error *e);
int state_commit(struct state *s, struct error *e);
/* Safe at any time. */
void state_rollback(struct state *s);
/* 1 between state_begin() and its end, which a full disk is, too: SQLite itself
 * undoes everything then (sqlite3.h, "Automatic Rollback"). */
int state_has_begun(const struct state *s);

/* Numbers by name: "last_full", … An absent one is 0. */
int state_get(
    struct state *s, const char *key, int64_t *value, struct error *e);
int state_set(struct state *s, const char *key, int64_t value, struct error *e);
/* Texts by name; an absent one is "". -1 also where it is cap bytes or more. */
int state_get_word(
    struct state *s, const char *key, char *dst, size_t cap, struct error *e);
int state_set_word(
    struct state *s, const char *key, const char *value, struct error *e);

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

/* Takes the lists (NULL-ended) over: sources that are no longer named entitle
 * nobody from now on. rule_ids are the groups, apps and zones of access rules.
 */
int state_configure(struct state *s, char *const *allow_groups,
    char *const *allow_apps, char *const *publish_groups, char *const *rule_ids,
    struct error *e);
/* A full pass has asked about all of them. */
int state_rules_read(struct state *s, struct error *e);
/* Each group, app and zone of access rules that has been asked about, in order
 * of ids; everybody who belongs to a group or app of them; each network of a
 * zone. As the walks below. */
typedef int state_on_id(void *arg, const char *id, struct error *e);
typedef int state_on_belongs(
    void *arg, uint32_t uid, const char *id, struct error *e);
typedef int state_on_net(
    void *arg, const char *id, const char *net, struct error *e);
int state_each_ruled(
    struct state *s, state_on_id *on, void *arg, struct error *e);
int state_each_belongs(
    struct state *s, state_on_belongs *on, void *arg, struct error *e);
int state_each_net(
    struct state *s, state_on_net *on, void *arg, struct error *e);
/* A zone has been read anew: its old networks are forgotten; and one of its
 * networks, as address.h writes it. */
int state_zone_begin(struct state *s, const char *id, struct error *e);
int state_zone_net(
    struct state *s, const char *id, const char *net, struct error *e);
/* What is to be said of a zone with every refusal, instead of what was. */
int state_zone_doubt(
    struct state *s, const char *id, const char *why, struct error *e);
/* Configured sources in order of num; *after begins at 0. */
int state_next_source(
    struct state *s, int64_t *after, struct state_source *src, struct error *e);

/* --- a pass: what Okta says, before it counts (state_stage.c) --- */

/* Begins to compare with the last answers, inside of state_begin(). What polls
 * are told from now on is newer than what is staged. */
int state_stage_begin(struct state *s, struct error *e);
/* Commits what has been staged so far: polls may come between it and the rest,
 * and state_stage_resume() goes on from there. */
int state_stage_keep(struct state *s, struct error *e);
/* Goes on with a pass that was kept, after a new start; *source is the list
 * that was under way, STATE_ALL_LISTS where none was, 0 where there is nothing
 * to go on with. 0, -1. */
enum { STATE_ALL_LISTS = -1 };
int state_stage_resume(struct state *s, int64_t *source, struct error *e);
/* 1 where the list of the source is complete already, 0, -1. */
int state_stage_has(struct state *s, int64_t source, struct error *e);
/* Gives the pass up, outside of state_begin(). What is left behind is cleared
 * by state_stage_forget(). */
void state_stage_drop(struct state *s);
int state_stage_forget(struct state *s, struct error *e);
/* A sum of all that a text is read by: another one than last time, and no text
 * is known any more. */
void state_stage_rules(struct state *s, const uint8_t sum[STATE_DIGEST]);
/* The list of a source begins; the one before is complete. */
int state_stage_list(struct state *s, int64_t source, struct error *e);
int state_stage_group(struct state *s, int64_t source,
    const struct api_group *g, struct error *e);
/* An element of the list under way by its text (api_list_known): 1 and 0 as
 * below; 2 it is not known, and belongs to the person staged next. NULL: that
 * one has none. */
int state_stage_text(struct state *s, int64_t source, const char *text,
    size_t len, struct error *e);
/* A person, as member of source (0: of none). 1 new in this list, 0 seen. */
int state_stage_user(
    struct state *s, int64_t source, const struct api_user *u, struct error *e);
enum loss_word {
	LOSS_SILENT = 0, /* absent from the list, and nothing more is known */
	LOSS_CONFIRMED = 1 /* Okta says of this very person: not any more */
};

/* The last list is complete: finds who will be lost once the pass counts, so
 * that they can be asked about while polls still come between. Until then the
 * functions about losses are about these. */
int state_find_losses_ahead(struct state *s, struct error *e);
/* What is staged becomes the last answers, but for what polls were told
 * meanwhile. Finds every pair of person and source that was and is not in them;
 * what was confirmed ahead, is. */
int state_find_losses(struct state *s, struct error *e);
/* Confirms the losses of everybody whom this pass's answers call suspended or
 * deactivated. */
int state_settle_stopped(struct state *s, struct error *e);
/* People with silent losses (of that source, or 0: any) by uid. *uid begins
 * at 0. */
int state_next_loser(struct state *s, int64_t source, uint32_t *uid,
    char id[JSON_ID_MAX + 1], struct error *e);
/* That person's lost sources; *after begins at 0. */
int state_next_loss(struct state *s, uint32_t uid, int64_t *after,
    struct state_source *src, struct error *e);
int state_settle_loss(struct state *s, uint32_t uid, int64_t source,
    enum loss_word word, struct error *e);
/* The person could not be found (404). */
int state_mark_gone(struct state *s, uint32_t uid, struct error *e);
/* The person could not be found, and an event says that they were deactivated
 * or deleted: two words that agree. Deactivated from now on. */
int state_end(struct state *s, const char *id, struct error *e);
/* 1 where the last word about the person was that they are deactivated. */
int state_has_ended(struct state *s, uint32_t uid, struct error *e);

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
	const char *primary_group; /* Okta id; NULL: a group of one's own */
	int hold_silent; /* the guard refused: silent losses do not count */
};

struct state_outcome {
	uint32_t added, removed; /* people */
};

/* Names, numbers and everything else of the staged answers become the
 * accepted directory. */
int state_apply(struct state *s, const struct state_rules *r,
    struct state_outcome *o, struct error *e);
/* The same between two passes, of the people who were touched since
 * state_touch_begin() and of those whose wish was refused before. */
int state_apply_touched(
    struct state *s, const struct state_rules *r, struct error *e);
/* An explicit status of a known person, outside a pass. 1 where it changed
 * something, 0, -1. */
int state_apply_status(
    struct state *s, const struct api_user *u, struct error *e);
/* 1 where the record is not what the last answer about the person said, or
 * where there was none; 0, -1. */
int state_differs(struct state *s, const struct api_user *u, struct error *e);
/* 1 where the person was in the answers of the last pass or is in the
 * directory. */
int state_knows(struct state *s, const char *id, struct error *e);

/* --- what is to be asked of Okta (state_pending.c) --- */

enum pending_what {
	PENDING_PERSON = 1, /* subject: a person's record */
	PENDING_MEMBER = 2, /* is subject in group object? */
	PENDING_ASSIGNEE = 3, /* is subject assigned to app object? */
	PENDING_GROUP = 4, /* subject: a group's record */
	PENDING_LIST = 5, /* subject: the people of a group or app */
	PENDING_DELETED = 6, /* subject: a group that may be gone */
	PENDING_FULL = 7, /* everything */
	PENDING_ZONES = 8 /* those of access rules */
};

enum { PENDING_SUSPENDED = 4 };

struct state_pending {
	int64_t num;
	enum pending_what what;
	char subject[JSON_ID_MAX + 1], object[JSON_ID_MAX + 1]; /* or "" */
	int gone; /* the last event said: not any more */
	int is_suspended; /* or, of a person: for now */
	int is_again; /* asked for the second time */
};

/* 1 where no event of that uuid was taken in before, 0, -1. */
int state_event_is_new(
    struct state *s, const char *uuid, int64_t published, struct error *e);
/* Forgets those published before then. */
int state_event_forget(struct state *s, int64_t before, struct error *e);
/* Adds a row, or replaces the one of the same three. gone: 0, 1, or for a
 * person PENDING_SUSPENDED. */
int state_pend(struct state *s, enum pending_what what, const char *subject,
    const char *object, int gone, struct error *e);
/* The same for an event that says less than one before it: what that one left
 * to be asked once more stays. */
int state_pend_besides(struct state *s, enum pending_what what,
    const char *subject, const char *object, int gone, struct error *e);
/* The same row, once more from Unix second due on: Okta's answers lag behind
 * its log. Only for rows that are not asked again already. */
int state_pend_later(struct state *s, enum pending_what what,
    const char *subject, const char *object, int gone, int64_t due,
    struct error *e);
/* What is due by now becomes pending, unless something newer is. */
int state_pend_due(struct state *s, int64_t now, struct error *e);
/* Rows in order of num; *after begins at 0. */
int state_next_pending(
    struct state *s, int64_t *after, struct state_pending *p, struct error *e);
/* Whether there is such a row: 1 and *row; 0; -1. */
int state_is_pending(struct state *s, enum pending_what what,
    const char *subject, const char *object, struct state_pending *row,
    struct error *e);
int state_pending_done(struct state *s, int64_t num, struct error *e);
/* How many people are to be asked about. */
int state_pending_people(struct state *s, uint32_t *n, struct error *e);
/* Each group and app of which more than `most` people are pending is to be
 * listed instead; so are those that are to be listed already. */
int state_pend_lists(struct state *s, unsigned int most, struct error *e);
/* The newest num, 0 none; and drops all up to one that a full pass has
 * answered: not where an event says of somebody "not any more" and the pass
 * found no word about it. */
int state_pending_last(struct state *s, int64_t *num, struct error *e);
int state_pending_clear(struct state *s, int64_t num, struct error *e);

/* --- changing the last answers between two passes (state_delta.c) --- */

/* From now on it is written down whose answers change, until state_touch_end().
 * Between state_begin() and state_commit(). */
int state_touch_begin(struct state *s, struct error *e);
void state_touch_end(struct state *s);
/* Before state_apply() of what has been touched and more: forgets all refusals,
 * which it writes anew. */
int state_delta_begin(struct state *s, struct error *e);
/* Between state_begin() and state_commit(): what follows the mark is kept, or
 * undone by state_unmark(…, 0, …). */
int state_mark(struct state *s, struct error *e);
int state_unmark(struct state *s, int keep, struct error *e);
/* The configured source of an id. 1, 0, -1. */
int state_find_source(
    struct state *s, const char *id, struct state_source *src, struct error *e);
/* Whether there is a record of the person: 1, 0, -1. */
int state_has_record(struct state *s, const char *id, struct error *e);
/* Whether the person is in the source by the last answers, or still held
 * there, or may be by the pass under way: 1, 0, -1. */
int state_is_standing(
    struct state *s, const char *id, int64_t source, struct error *e);
/* Okta has said that the person (of whom there is a record) is in it. */
int state_join(
    struct state *s, const char *id, int64_t source, struct error *e);
/* Okta has said that the person is not. */
int state_leave(
    struct state *s, const char *id, int64_t source, struct error *e);
/* People in the source by uid, *uid begins at 0. */
int state_next_member(struct state *s, int64_t source, uint32_t *uid,
    char id[JSON_ID_MAX + 1], struct error *e);
/* Before a source is staged anew, and after: who was in it and is not staged
 * is lost, silently until settled. */
int state_relist_begin(struct state *s, int64_t source, struct error *e);
int state_relist_end(struct state *s, int64_t source, struct error *e);

/* --- reading for an image (state_read.c) --- */

struct state_person {
	uint32_t uid, gid;
	const char *id, *name, *login, *gecos;
	const char *home, *shell; /* "" where by template */
	const char *home_name; /* what the template is filled with */
	const char *keys; /* ssh keys in the form of sshkey.h, or "" */
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
/* Person by person. */
int state_each_member(struct state *s,
    int (*on)(void *arg, uint32_t gid, uint32_t uid, struct error *e),
    void *arg, struct error *e);

/* --- what was refused or left out, for status --- */

/* Refusals of a pass are forgotten by state_find_losses() at the end of the
 * next. They are read in one go: on is not to write. */
int state_note(struct state *s, const char *id, const char *name,
    const char *why, struct error *e);
/* Refusals come first, remarks about people who are there last. */
int state_each_note(struct state *s,
    int (*on)(void *arg, const char *id, const char *name, const char *why,
	struct error *e),
    void *arg, struct error *e);

#endif
