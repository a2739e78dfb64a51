/*
 * The System Log (okta-api 7.3) as bounded events, page by page. The polling
 * query has no end: every page, an empty one too, names the next, and that
 * link is what is asked for next time.
 */
#ifndef OKTA_API_LOG_H
#define OKTA_API_LOG_H

#include <stdint.h>

#include "api.h"
#include "json.h"

enum {
	API_LOG_LIMIT = 500, /* events of one page */
	API_EVENT_TARGETS = 16,
	API_EVENT_TYPE_SIZE = 96,
	API_EVENT_UUID_SIZE = 64
};

enum api_target_kind { TARGET_USER = 1, TARGET_GROUP = 2, TARGET_APP = 3 };

struct api_target {
	enum api_target_kind kind;
	char id[JSON_ID_MAX + 1];
};

struct api_event {
	char uuid[API_EVENT_UUID_SIZE]; /* "" where there is none */
	char type[API_EVENT_TYPE_SIZE]; /* the same */
	int64_t published; /* 0 unknown */
	int has_failed; /* nothing came of it */
	/* Users, groups and apps; where there are none, the user who acts. */
	struct api_target targets[API_EVENT_TARGETS];
	unsigned int ntargets;
	int is_actor; /* the target is the user who acts */
	int is_cut; /* it has more targets, or one that can not be read */
};

/* One event. 0, or -1 with ERROR_PROTOCOL where it is not even an object. Any
 * member may be absent (okta-api 7.3). */
int api_event_parse(
    const struct json_object *o, struct api_event *ev, struct error *e);

typedef int api_on_event(
    void *arg, const struct api_event *ev, struct error *e);

/* Writes the path of a new polling query: changes of people, groups and
 * assignments from Unix second since on. -1 where the time is out of range. */
int api_log_path(int64_t since, char path[API_PATH_MAX], struct error *e);
/* 1 where a link to the next page is our query (filter, order, no end) from a
 * time up to now (Okta's, Unix seconds) on, so that it may be kept; else 0. */
int api_log_goes_on(const char *next, int64_t now);
/* One page. *n: how many events it had; fewer than API_LOG_LIMIT: for now there
 * are no more. A page without a link to the next is a failure (a cut answer);
 * next is what to ask for then. 0, -1. */
int api_log_page(struct api *a, const char *path, api_on_event *on, void *arg,
    unsigned int *n, char next[API_PATH_MAX], struct error *e);

#endif
