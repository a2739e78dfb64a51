/*
 * oktad-sync: Okta's answers become state.db, state.db becomes the two images.
 * One thread, straight-line code; while it waits (for Okta's clock, for the
 * next poll) it serves its link to oktad and watches the local files.
 */
#ifndef OKTA_SYNC_H
#define OKTA_SYNC_H

#include <stddef.h>
#include <stdint.h>

#include "api_directory.h"
#include "conf_slice.h"
#include "directory_write.h"
#include "internal.h"
#include "state.h"
#include "sync_local.h"
#include "wire.h"

enum sync_phase {
	SYNC_NEVER = 0,
	SYNC_RUNNING,
	SYNC_IDLE,
	SYNC_FAILED,
	SYNC_REFUSED_SHRINK,
	SYNC_PHASES
};

enum {
	SYNC_ASKERS = 8, /* INT_SYNC_NOW waiting at once */
	SYNC_FORGETS = 64, /* INT_FORGET likewise */
	SYNC_BARRED = 2000, /* left out because oktad has refused them */
	SYNC_NOTES = 200, /* left-out records told in a status */
	SYNC_ACK_MS = 60000, /* oktad copies, checks and fsyncs an image */
	SYNC_SEND_MS = 10000,
	SYNC_SUM = 32, /* a SHA-256 */
	SYNC_WORD_SIZE = 128
};

struct sync_note {
	char id[JSON_ID_MAX + 1];
	char name[DIR_NAME_MAX + 1];
	char why[API_WHY_SIZE];
};

/* A name, or where that is empty a number, that the ledger is to forget. */
struct sync_forget {
	char name[DIR_NAME_MAX + 1];
	uint32_t number;
};

/* An import that waits for the end of a pass. */
struct sync_ids {
	enum ids_mode mode;
	uint8_t id[WIRE_ID_SIZE];
	int in, out; /* -1: none; out -1: nothing waits */
};

struct sync {
	int link; /* internal.sock */
	int channel; /* to oktad-net, -1 none */
	uint8_t *frame; /* WIRE_INTERNAL_MAX bytes, for both ways */

	struct slice_sync conf, coming; /* in force; being received */
	int has_conf;
	uint8_t coming_sum[SYNC_SUM], conf_sum[SYNC_SUM]; /* of their frames */
	int conf_count; /* slices received: a pass gives up when it moves */
	int passed_count; /* the one that the last full pass was made by */
	int has_begun; /* a full pass, in this process */
	struct api_rules rules;
	char name_attribute[65]; /* of the rule for names */
	char user_type[JSON_ID_MAX + 1]; /* that the schema read is about */

	struct state *state;
	struct local local;

	/* What oktad asked for. */
	uint8_t askers[SYNC_ASKERS][WIRE_ID_SIZE];
	size_t naskers;
	int accept;
	int wants_full;
	int wants_next; /* a poll beside a full pass: another one behind it */
	struct sync_ids ids;

	/* The image on its way, and the last one that was published. */
	int is_answered, is_published;
	char refusal[256];
	uint64_t image_sum;
	int has_image;
	struct sync_bar { /* whom oktad has refused */
		uint32_t number, why; /* enum clash */
	} barred[SYNC_BARRED], clashes[INT_CLASHES_MAX];
	size_t nbarred, nclashes; /* clashes: by its last answer */
	struct local_spans spans; /* that others hand out, for an image */
	struct sync_note *left_out; /* by the last image; SYNC_NOTES of them */
	size_t nleft_out;
	int is_stale; /* state.db knows more than is published */

	/* What an admin has set free and is still to be done; the uids that
	 * have left the directory for it. */
	struct sync_forget forgets[SYNC_FORGETS];
	size_t nforgets;
	uint32_t let_go[SYNC_FORGETS];
	size_t nlet_go;

	/* For status. */
	enum sync_phase phase, before; /* before: the one that is running */
	int64_t started_s, full_s, poll_s;
	uint32_t done, total; /* memberships read; as many as last time */
	uint32_t pages; /* answers to this pass or poll */
	uint32_t users, groups, added, removed;
	char error[512];
	char pipeline[16]; /* as Okta says: "idx", "v1"; "" not known */
	uint64_t told_ms; /* when the last status went out */

	/* Scheduling, wire_now_ms() clock. */
	uint64_t next_full, next_poll, next_check;
	unsigned int failures; /* passes in a row */
	uint64_t pass_ms; /* how long the last good pass took */
	uint64_t next_list; /* no relisting before */
	uint64_t next_log; /* Okta refused the System Log: not before */
	unsigned int pause_s; /* until the System Log may be asked again */
	int has_more; /* of the System Log to read at once */
};

/* --- sync_link.c: frames --- */

/* Takes frames in until none is waiting. -1 where oktad is gone. */
int link_serve(struct sync *s, struct error *e);
/* Waits up to ms for anything to serve: frames, local files. -1 as above. */
int link_wait(struct sync *s, uint64_t ms, struct error *e);
/* 1 where oktad has closed its end, whatever was not read yet. */
int link_has_ended(const struct sync *s);
/* Hands the images over and waits for the word. 0 published; -1. Keeps the
 * descriptors open. */
int link_publish(struct sync *s, int directory_fd, int people_fd, int is_fresh,
    struct error *e);
/* Says that Okta was asked and nothing has changed. 1 noted; 0 where oktad no
 * longer has what was published; -1. */
int link_confirm(struct sync *s, struct error *e);

/* Says that Okta has cleared the sessions of a person, so many seconds ago. 0
 * or -1: not heard. */
int link_cleared(
    struct sync *s, const char *id, uint32_t age_s, struct error *e);

/* --- sync_forget.c: an admin's word about the ledger --- */

/* Takes an INT_FORGET in; what is no such frame is passed over. -1 where there
 * are too many. */
int forget_take(struct sync *s, struct wire_in *in, struct error *e);
/* Does what has been taken in, between two passes. Failures are logged. */
void forget_all(struct sync *s);
/* 1 where this uid has left the directory for such a word. */
int forget_lets_go(const struct sync *s, uint32_t uid);

/* --- sync_status.c: what oktad tells the admin --- */

/* Sends INT_STATUS; at most once a second unless is_final. */
int status_send(struct sync *s, int is_final, struct error *e);
/* Answers the first n askers with the outcome of the pass that has ended; kind
 * is that of its failure, if it has failed. */
int status_answer(
    struct sync *s, size_t n, enum error_kind kind, struct error *e);

/* --- sync_publish.c: state.db to the images --- */

/* Builds and publishes. 1 published, 0 the same as published last, -1. accept
 * lifts the guard on people that would vanish from the published file.
 * is_fresh: Okta agrees with it as of now, so it is confirmed as well. */
int publish_image(struct sync *s, int accept, int is_fresh, struct error *e);
/* The same, for what has been committed since (sync.is_stale). */
int publish_state(struct sync *s, int accept, int is_fresh, struct error *e);
/* Confirms what is published; where it has been deleted or damaged since,
 * publishes it again (T116). 0 or -1. */
int publish_confirm(struct sync *s, struct error *e);
/* Somebody or something is left out of the image, and why: for status. */
void publish_tell(
    struct sync *s, const char *id, const char *name, const char *why);
/* For state_rules: 1 where a number (name) is taken on this host or published
 * for another name (number). */
int publish_is_taken(void *sync, uint32_t number, const char *name);
int publish_is_held(void *sync, const char *name, uint32_t number);
/* The published file, for the two above. Unreadable: no objections. */
int publish_open_current(void);
void publish_close_current(void);

/* --- sync_objection.c: who is left out of this host's images --- */

/* Reads what is needed for that, before an image is built. 0, -1. */
int objection_begin(struct sync *s, struct error *e);
/* Why somebody can not be published on this host, or NULL. */
const char *objection_to(struct sync *s, const char *name, uint32_t number);
/* 1: only because the name is a local one, and okta.conf puts this person
 * behind a local account: then oktad shall know them all the same. */
int objection_is_adopted(
    struct sync *s, const char *id, const char *name, uint32_t number);
/* Takes oktad's last refusal to heart: 1 where it named somebody who has not
 * been left out so far, so that another image is worth a try. */
int objection_bar(struct sync *s);
/* All of them have another chance: after a word of an admin, at a full pass. */
void objection_forgive(struct sync *s);

/* --- sync.c --- */

/* Looks at the local files; where they changed, the directory is published
 * anew without asking Okta. -1 where oktad is gone. */
int sync_serve_local(struct sync *s, struct error *e);
/* A poll, with all that follows from it. -1 where oktad is gone. */
int sync_poll(struct sync *s, struct error *e);

/* --- sync_pass.c --- */

enum pass_result {
	PASS_OK = 0,
	PASS_REFUSED_SHRINK = 1 /* applied, but for what the guard held */
};

/* One full pass. enum pass_result, or -1: nothing has changed. */
int pass_run(struct sync *s, int accept, struct error *e);

/* Requests that serve everything else between them. */
struct pass {
	struct sync *s;
	struct api api;
	int64_t source; /* being listed */
	int conf_count; /* the configuration it began with */
	int is_first; /* nobody knows how many there are: ask */

	/* Of a full pass: see sync_keep.c. */
	int is_staging; /* polls come between its requests */
	int is_resumed;
	char word[SYNC_WORD_SIZE]; /* what it is read by */
	int64_t asked; /* by events before it: it answers them all */
	int64_t begun, begun_s; /* by Okta's clock, 0 unknown; by ours */
	uint64_t begun_ms, kept_ms;
	int64_t from_source; /* the list that it goes on with … */
	char from[API_PATH_MAX]; /* … at this page; "": its first */
};
/* ms for all requests together. p stays where it is. */
void pass_open(struct pass *p, struct sync *s, uint64_t ms);
/* Okta's clock as of the last answer, Unix seconds; 0 before the first. What
 * oktad-net tells of it is believed up to a day from ours. */
int64_t pass_date(const struct pass *p);
/* Stages a group's record; a source with all its people. 0, -1. */
int pass_group(struct pass *p, const struct state_source *src, struct error *e);
int pass_list(struct pass *p, const struct state_source *src, struct error *e);
/* What has been staged since state_begin() and state_touch_begin() counts,
 * silent losses excepted, and is committed. is_wide: more than what was touched
 * may have changed. 0, -1: nothing of it. */
int pass_apply(struct pass *p, int is_wide, struct error *e);

/* --- sync_keep.c: a full pass that gives way --- */

/* Goes on with a pass that a crash has ended, where that is safe, or begins one
 * from the start; state_begin() is done then. 0, -1. */
int keep_begin(struct pass *p, const uint8_t sum[SYNC_SUM], struct error *e);
/* Between two requests of a pass that is staging: polls where one is due, and
 * writes down how far it has come. 0, -1. */
int keep_give_way(struct pass *p, struct error *e);
/* When to give way next. */
uint64_t keep_due(const struct pass *p);
/* Okta's clock when the pass began. */
int64_t keep_date(const struct pass *p);
/* There is nothing to go on with: inside of state_begin(). 0, -1. */
int keep_end(struct state *st, struct error *e);
/* The same, and clears what is left behind. 0, or -1: the disk is full, say.
 * Until it is done, nothing newer than that pass may be taken in. */
int keep_forget(struct state *st, struct error *e);

/* --- sync_settle.c --- */

/* Asks about everybody with a silent loss (of that source; 0: any), up to 200
 * people. A list that leaves somebody out who is there fails it: -1. */
int settle_losses(struct pass *p, int64_t source, struct error *e);
/* Is it an answer about somebody suspended or deactivated? */
int settle_is_stopped(const struct api_user *u);

/* --- sync_poll.c and what it does: sync_log.c, sync_delta.c, sync_refetch.c
 * --- */

/* A cheap look, and what it shows asked for at once. 1 where a full pass is
 * due, 0, -1. */
int poll_run(struct sync *s, struct error *e);

/* Reads the System Log on; what is to be asked is pending then. 1 there is
 * more to read, 0 all read, -1. */
int log_poll(struct pass *p, struct error *e);
/* Forgets the place in the System Log: after a full pass, which has read
 * everything before it. */
int log_forget_place(struct state *st, struct error *e);
/* Without the System Log: lists of what has changed lately. 0, -1. */
int delta_poll(struct pass *p, struct error *e);
/* Asks what is pending. *is_due is set where that takes a full pass. 0, or -1
 * with the first failure: the rest counts all the same. */
int refetch_run(struct pass *p, int *is_due, struct error *e);

/* --- sync_ids.c: the ledger for `oktactl ids` --- */

/* Takes INT_IDS with its descriptors (the answer's first), which are its own
 * from then on: answers, or keeps an import for ids_run(). -1 where oktad is
 * gone. */
int ids_take(struct sync *s, struct wire_in *in, int fds[2], struct error *e);
/* The import that waits. As above. */
int ids_run(struct sync *s, struct error *e);
void ids_clear(struct sync_ids *q);

/* --- sync_rules.c: what access rules need --- */

/* Reads the zones of access rules. What Okta refuses, or does not know, stays
 * what it was, and is noted. 0, -1. */
int rules_read(struct pass *p, struct error *e);
/* 1 where access rules name a zone at all. */
int rules_has_zone(const struct sync *s);
/* Puts it all into an image, but for people who are left out of it. 0, -1. */
int rules_publish(struct sync *s, struct image *image,
    int (*is_left_out)(void *arg, uint32_t uid), void *arg, struct error *e);
/* Puts people into local groups, but for those who are to be in none. 0, -1. */
/* Puts a person into the image as one who may be behind local accounts: those
 * that okta.conf gives to the id, which is the person's or that of a group. */
int rules_publish_accounts(struct sync *s, struct image *image, uint32_t uid,
    const char *id, struct error *e);
int rules_publish_local(struct sync *s, struct image *image,
    int (*is_left_out)(void *arg, uint32_t uid), void *arg, struct error *e);

/* --- sync_resume.c: a start that goes on where the last one was --- */

/* Takes a frame of the configuration into its sum. 0, -1. */
int resume_add(
    struct sync *s, const struct wire_in *in, int is_last, struct error *e);
/* For the end of a full pass: whether the next start may go on from it. */
int resume_note(struct sync *s, int is_good, struct error *e);
/* 1 where this start may, and when the next full pass is due; 0, -1. */
int resume_find(struct sync *s, uint64_t *wait_ms, struct error *e);
/* A sum and this version as text, to be held against another one. */
void resume_word(const uint8_t sum[SYNC_SUM], char word[SYNC_WORD_SIZE]);

/* --- sync_schema.c: which attributes are believed --- */

/* 1 where an attribute decides about people that okta.conf does not trust. */
int schema_is_needed(const struct sync *s);
/* For a new configuration: none, until the schema has been read. */
void schema_begin(struct sync *s);
/* Reads the schema where an attribute decides about people and okta.conf does
 * not trust it; fills the doubts of s->rules. -1 where it could
 * not be had, but for a no of Okta's, which leaves every attribute in doubt. */
int schema_read(struct pass *p, struct error *e);
/* A sum of all that records are read by, configuration and schema. 0, -1. */
int schema_sum(const struct sync *s, uint8_t sum[SYNC_SUM], struct error *e);
/* Remarks on what is not believed. 0, -1. */
int schema_tell(struct sync *s, struct error *e);

#endif
