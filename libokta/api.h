/*
 * Asking Okta for what it has: one GET, or a list over all its pages, through
 * oktad-net (http.h). An answer is a 200 of type application/json whose bytes
 * keep the rules of json.h; anything else fails the call (T90). A 429 is
 * waited out by Okta's own clock, within bounds; nothing else is asked twice.
 * Of a list the next page is asked for while one is looked at.
 */
#ifndef OKTA_API_H
#define OKTA_API_H

#include <stdint.h>

#include <json-c/json_object.h>

#include "error.h"

enum {
	API_PATH_MAX = 2048,
	API_BODY_MAX = 8 << 20, /* bytes of one answer, unpacked */
	API_PAGES_MAX = 20000, /* of one list */
	API_IDLE_PAGES_MAX = 10, /* in a row without a new record */
	API_WAITS_MAX = 6, /* 429s of one request */
	API_WAIT_S_MAX = 300, /* a longer wait is a failure */
	API_TIME_SIZE = 32 /* "2026-01-02T03:04:05.000Z", percent-encoded */
};

struct api {
	int channel; /* to oktad-net, see http.h */
	uint64_t deadline; /* of everything asked through it; wire_now_ms() */
	/* Called before each request with 0 and for waiting with milliseconds:
	 * 0 go on, -1 give up (e is filled). NULL: just wait. */
	int (*pause)(void *arg, uint32_t ms, struct error *e);
	/* NULL: always. 0 where the next page is not to be asked for before
	 * this one has been looked at: pause() is called in between then. */
	int (*may_ask_ahead)(void *arg);
	void *arg;
	unsigned int patience_s; /* a longer wait is a failure; 0: the most */
	uint64_t date; /* out: Okta's clock, Unix seconds, newest */
	unsigned int requests; /* out: answers received */
	unsigned int pause_s; /* out: of the last answer, see http.h */
	const char *from; /* page that the next list goes on with; NULL: its
			     first one */
	int is_holding; /* out, for pause(): an answer has come that has not
			   been looked at yet */
	const char *here; /* out, for pause(): page of a list that has not been
			     looked at yet; NULL: no list is under way */
};

/* One object. 0 and *doc, handed to json_free; -1 else. With http_status 404
 * in *e where Okta knows no such object. */
int api_get(
    struct api *a, const char *path, struct json_object **doc, struct error *e);

/* Called for each element: 1 it was new, 0 it had been seen, -1 stop. */
typedef int api_element(
    void *arg, const struct json_object *o, struct error *e);
/* A list: every element of every page from path on, with the members that are
 * named (see json_parse_members; NULL: all). 0 only where the last page
 * was reached without any fault. A list that goes on without new records or
 * points at itself has stalled: -1. */
int api_list(struct api *a, const char *path, const char *const *members,
    api_element *each, void *arg, struct error *e);
/* The same. Before an element is parsed, known() may say by its text (those
 * members, see json_cut) that it needs not be: 1 it was new, 0 it had been
 * seen; 2 it is not known, -1 stop. A text of NULL: those to come have none. */
typedef int api_known(void *arg, const char *text, size_t len, struct error *e);
int api_list_known(struct api *a, const char *path, const char *const *members,
    api_known *known, api_element *each, void *arg, struct error *e);
/* One page of a list, likewise; next is "" where it is the last one. 0, -1. */
int api_page(struct api *a, const char *path, const char *const *members,
    api_element *each, void *arg, char next[API_PATH_MAX], struct error *e);

/* The org's engine: "idx" Identity Engine, "v1" Classic; "" where it can not be
 * had now. Anonymous, and not counted by Okta (okta-api.md 9). */
void api_pipeline(int channel, char *out, size_t cap);

/* A Unix second as Okta writes it, for a query; -1 beyond its years. */
int api_time(int64_t when, char dst[API_TIME_SIZE]);

#endif
