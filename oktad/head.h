/*
 * The headers of an answer that mean something to us, taken line by line from
 * a stranger: bounded, printable ASCII only, numbers checked.
 */
#ifndef OKTAD_HEAD_H
#define OKTAD_HEAD_H

#include <stddef.h>
#include <stdint.h>

enum {
	HEAD_MAX = 131072, /* bytes of all headers of one answer; Okta's
			      exceed 8 KiB (okta-api.md 8.2) */
	HEAD_LINK_MAX = 4096, /* bytes of a link's target */
	HEAD_RETRY_MAX = 86400 /* seconds; more is taken for this */
};

struct head {
	char request_id[48];
	char content_type[64];
	char dpop_nonce[256]; /* RFC 9449, 8 */
	char www_authenticate[1024];
	uint64_t date; /* Unix seconds, 0 none */
	int has_limit, has_remaining;
	uint32_t limit, remaining;
	uint64_t reset; /* Unix seconds by Okta's clock, 0 none */
	uint32_t retry_after; /* seconds, 0 none or rubbish */
	uint64_t retry_at; /* Retry-After as a date, Unix seconds, 0 none */
	char next[HEAD_LINK_MAX]; /* target of rel="next" as written, or "" */
	int has_odd_link; /* a Link line that breaks the rules, or two */
	int has_odd_coding; /* packed in another way than gzip */
	int is_complete; /* the empty line after the headers has come */
};

/* Takes one header line, with or without its line end. A status line begins a
 * new answer: what was there (100, a proxy's CONNECT) is forgotten. */
void head_take(struct head *h, const char *line, size_t len);

#endif
