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
	SYNC_NOTES = 200, /* left-out records told in a status */
	SYNC_ACK_MS = 60000, /* oktad copies, checks and fsyncs an image */
	SYNC_SEND_MS = 10000
};

struct sync_note {
	char id[JSON_ID_MAX + 1];
	char name[DIR_NAME_MAX + 1];
	char why[API_WHY_SIZE];
};

struct sync {
	int link; /* internal.sock */
	int channel; /* to oktad-net, -1 none */
	uint8_t *frame; /* WIRE_INTERNAL_MAX bytes, for both ways */

	struct slice_sync conf, coming; /* in force; being received */
	int has_conf;
	int conf_count; /* slices received: a pass gives up when it moves */
	struct api_rules rules;

	struct state *state;
	struct local local;

	/* What oktad asked for. */
	uint8_t askers[SYNC_ASKERS][WIRE_ID_SIZE];
	size_t naskers;
	int accept;
	int wants_full;

	/* The image on its way, and the last one that was published. */
	int is_answered, is_published;
	char refusal[256];
	uint64_t image_sum;
	int has_image;
	struct sync_note *left_out; /* by the last image; SYNC_NOTES of them */
	size_t nleft_out;

	/* For status. */
	enum sync_phase phase;
	int64_t started_s, full_s, poll_s;
	uint32_t done, total; /* memberships read; as many as last time */
	uint32_t users, groups, added, removed;
	char error[512];
	uint64_t told_ms; /* when the last status went out */

	/* Scheduling, wire_now_ms() clock. */
	uint64_t next_full, next_poll, next_check;
	unsigned int failures; /* passes in a row */
	uint64_t pass_ms; /* how long the last good pass took */
};

/* --- sync_link.c: frames --- */

/* Takes frames in until none is waiting. -1 where oktad is gone. */
int link_serve(struct sync *s, struct error *e);
/* Waits up to ms for anything to serve: frames, local files. -1 as above. */
int link_wait(struct sync *s, uint64_t ms, struct error *e);
/* Hands the images over and waits for the word. 0 published; -1. Keeps the
 * descriptors open. */
int link_publish(
    struct sync *s, int directory_fd, int people_fd, struct error *e);
/* Says that Okta was asked and nothing has changed. 1 noted; 0 where oktad no
 * longer has what was published; -1. */
int link_confirm(struct sync *s, struct error *e);

/* --- sync_status.c: what oktad tells the admin --- */

/* Sends INT_STATUS; at most once a second unless is_final. */
int status_send(struct sync *s, int is_final, struct error *e);
/* Answers the first n askers with the outcome of the pass that has ended. */
int status_answer(struct sync *s, size_t n, struct error *e);

/* --- sync_publish.c: state.db to the images --- */

/* Builds and publishes. 1 published, 0 the same as published last, -1. accept
 * lifts the guard on people that would vanish from the published file. */
int publish_image(struct sync *s, int accept, struct error *e);
/* Confirms what is published; where it has been deleted or damaged since,
 * publishes it again (T116). 0 or -1. */
int publish_confirm(struct sync *s, struct error *e);
/* For state_rules: 1 where a number (name) is taken on this host or published
 * for another name (number). */
int publish_is_taken(void *sync, uint32_t number, const char *name);
int publish_is_held(void *sync, const char *name, uint32_t number);
/* The published file, for the two above. Absent or unreadable: no objections.
 */
int publish_open_current(void);
void publish_close_current(void);

/* --- sync.c --- */

/* Looks at the local files; where they changed, the directory is published
 * anew without asking Okta. -1 where oktad is gone. */
int sync_serve_local(struct sync *s, struct error *e);

/* --- sync_pass.c, sync_poll.c --- */

enum pass_result {
	PASS_OK = 0,
	PASS_REFUSED_SHRINK = 1 /* applied, but for what the guard held */
};

/* One full pass. enum pass_result, or -1: nothing has changed. */
int pass_run(struct sync *s, int accept, struct error *e);
/* A cheap look. 1 where a full pass is due, 0, -1. */
int poll_run(struct sync *s, struct error *e);

/* Requests that serve everything else between them. */
struct pass {
	struct sync *s;
	struct api api;
	int64_t source; /* being listed */
	int conf_count; /* the configuration it began with */
};
/* ms for all requests together. p stays where it is. */
void pass_open(struct pass *p, struct sync *s, uint64_t ms);

#endif
