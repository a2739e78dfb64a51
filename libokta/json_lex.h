/*
 * The words of a JSON document, checked before json-c sees it: even strict,
 * json-c 0.16 takes NaN, keys in single quotes, bare control characters,
 * leading zeros and UTF-8 that is none, and cuts a key at a NUL. The grammar of
 * values, commas and colons is left to json-c. Internal to json.c.
 */
#ifndef OKTA_JSON_LEX_H
#define OKTA_JSON_LEX_H

#include <stddef.h>

/* Checks len bytes against RFC 8259 sections 2 to 7 and UTF-8 (RFC 3629).
 * *members is the number of keys, *depth that of containers inside each other.
 * NULL, or a few words saying what is wrong at byte *at. */
const char *json_lex(const char *p, size_t len, size_t *members,
    unsigned int *depth, size_t *at);

#endif
