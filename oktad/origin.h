/*
 * The one place that requests go to, and whether a link is of it.
 */
#ifndef OKTAD_ORIGIN_H
#define OKTAD_ORIGIN_H

#include <stddef.h>

#include "error.h"

struct origin {
	char *url; /* "https://host[:port]" */
	char *host, *port;
};

/* url: "https://host[:port]" without a path. 0, or -1 with ERROR_CONFIG. */
int origin_open(struct origin *o, const char *url, struct error *e);
void origin_close(struct origin *o);
/* A link's target: same scheme, host and port, no user, no fragment, nothing
 * that readers of URLs could understand in two ways. 0 and path and query in
 * dst (cap bytes); or -1 with ERROR_PROTOCOL. */
int origin_check(const struct origin *o, const char *link, char *dst,
    size_t cap, struct error *e);

#endif
