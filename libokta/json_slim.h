/*
 * A long document without the members that nobody reads. Of the 1.2 KB that
 * Okta tells of a person a tenth is used; to make objects of the rest is most
 * of what a pass would cost. All of the document is held against the rules of
 * json.h nevertheless: grammar, UTF-8, depth, no key twice, no NUL in a key.
 * Internal to json.c.
 */
#ifndef OKTA_JSON_SLIM_H
#define OKTA_JSON_SLIM_H

#include <stddef.h>

#include "json.h"

/* Copies len bytes but for white space between the tokens, and for each member
 * whose name is not in keep (NULL-ended), whatever object it is in. out->text
 * has room for len bytes, out->len are used; where the document is a list, cut
 * where its elements are (a failing allocation: *is_done 0). NULL, or what is
 * wrong at byte *at. *is_done is 0 where a key is written with escapes or
 * memory is out: two names could be one, so the document is to be taken as it
 * is. */
const char *json_slim(const char *p, size_t len, const char *const *keep,
    struct json_texts *out, int *is_done, size_t *at);

#endif
