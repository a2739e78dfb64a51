/*
 * oktad-net as tests of api*.c play it: answers in order, for a program linked
 * with --wrap=http_start,--wrap=http_finish.
 */
#ifndef OKTA_TEST_API_PLAY_H
#define OKTA_TEST_API_PLAY_H

#include "api.h"
#include "http.h"

/* What the next requests get, in order; the last one stays. */
struct answer {
	int status;
	const char *type, *body, *next;
	enum error_kind kind; /* not ERROR_NONE: http_send fails */
	unsigned int retry_s;
	const char *path; /* not NULL: must be asked for */
};

/* How many were asked for, and for how long 429s were waited out. */
extern size_t asked, started; /* finished; begun */
extern uint64_t waited_ms;

/* An api that gets those answers, ended by one with neither status nor kind. */
struct api begin(const struct answer *answers);

#endif
