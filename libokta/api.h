/*
 * Asking Okta for what it has: one GET, or a list over all its pages, through
 * oktad-net (http.h). An answer is a 200 of type application/json whose bytes
 * keep the rules of json.h; anything else fails the call (T90). A 429 is
 * waited out by Okta's own clock, within bounds; nothing else is asked twice.
 */
#ifndef OKTA_API_H
#define OKTA_API_H

#include <stdint.h>

#include <json-c/json_object.h>

#include "error.h"

enum {
	API_PATH_MAX = 2048,
	API_PAGES_MAX = 20000, /* of one list */
	API_IDLE_PAGES_MAX = 10, /* in a row without a new record */
	API_WAITS_MAX = 6, /* 429s of one request */
	API_WAIT_S_MAX = 300 /* a longer wait is a failure */
};

struct api {
	int channel; /* to oktad-net, see http.h */
	uint64_t deadline; /* of everything asked through it; wire_now_ms() */
	/* Called before each request with 0 and for waiting with milliseconds:
	 * 0 go on, -1 give up (e is filled). NULL: just wait. */
	int (*pause)(void *arg, uint32_t ms, struct error *e);
	void *arg;
	uint64_t date; /* out: Okta's clock, Unix seconds, newest */
	unsigned int requests; /* out: answers received */
};

/* One object. 0 and *doc, handed to json_free; -1 else. With http_status 404
 * in *e where Okta knows no such object. */
int api_get(
    struct api *a, const char *path, struct json_object **doc, struct error *e);

/* Called for each element: 1 it was new, 0 it had been seen, -1 stop. */
typedef int api_element(
    void *arg, const struct json_object *o, struct error *e);
/* A list: every element of every page from path on. 0 only where the last page
 * was reached without any fault. A list that goes on without new records or
 * points at itself has stalled: -1. */
int api_list(struct api *a, const char *path, api_element *each, void *arg,
    struct error *e);

#endif
