/*
 * Link headers (RFC 8288) as Okta writes them: one link per line, several on
 * one line joined by commas, any case, parameters quoted or not.
 */
#ifndef OKTA_HTTP_LINK_H
#define OKTA_HTTP_LINK_H

#include <stddef.h>

/* Looks through one header value of len bytes for the target of rel="next". 1
 * and the target, as written, in dst; 0 where there is none; OKTA_BAD where
 * the value breaks the grammar, has two of them, one that is for another
 * context (anchor) or one of cap bytes and more. dst is "" unless 1. */
int http_link_next(const char *value, size_t len, char *dst, size_t cap);

#endif
