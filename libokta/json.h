/*
 * Okta's answers as values. Strict RFC 8259 on top of json-c: the whole
 * document is consumed, valid UTF-8, depth at most 16, no comments, no NaN, no
 * NUL inside a string, no key twice in an object. Types are looked at before
 * values: nothing is ever turned into 0 (T6, T89).
 *
 * Getters answer 1 where the member is there and good, 0 where it is absent
 * or null, -1 where it is something else; outputs are emptied first. Values
 * stay owned by the document.
 */
#ifndef OKTA_JSON_H
#define OKTA_JSON_H

#include <stddef.h>
#include <stdint.h>

#include <json-c/json_object.h>

#include "error.h"

enum {
	JSON_DEPTH = 16,
	/* json-c needs 800 bytes for an object and 100 for anything else, so
	 * that 16 MiB of "{}," would become 4 GiB (T87). Pages of Okta have a
	 * tenth of these. */
	JSON_CONTAINERS_MAX = 20000,
	JSON_TOKENS_MAX = 200000, /* keys and values */
	JSON_ID_MAX = 64 /* bytes of an Okta id, okta-api 8.7 */
};

/* Parses len bytes. 0 and *out, which the caller hands to json_free; or -1
 * with ERROR_PROTOCOL. "what" names the document in the text. */
int json_parse(const char *p, size_t len, const char *what,
    struct json_object **out, struct error *e);
/* The same rules for all of the document, but *out has no members of other
 * names than keep's (NULL-ended; NULL: all), in whatever object they are:
 * long lists, of which little is read. */
int json_parse_members(const char *p, size_t len, const char *what,
    const char *const *keep, struct json_object **out, struct error *e);
/* A list, cut into the texts of its elements, without white space between the
 * tokens and without members of other names. */
struct json_texts {
	char *text;
	size_t len;
	struct json_cut {
		uint32_t at, len;
	} * cut;
	size_t n;
};
/* Cuts a list up to JSON_CONTAINERS_MAX elements long, under the rules of
 * json_parse_members(). 1 and *out, which the caller hands to json_texts_free;
 * 0 where it must be parsed as it is (no list, a key written with escapes);
 * -1. */
int json_cut(const char *p, size_t len, const char *what,
    const char *const *keep, struct json_texts *out, struct error *e);
void json_texts_free(struct json_texts *t);
/* Frees a document; NULL is fine. Strings are not wiped: use it for answers,
 * not for private keys. */
void json_free(struct json_object *doc);

/* A member of any type but null. o may be anything; not an object: -1. */
int json_get(
    const struct json_object *o, const char *key, struct json_object **out);
int json_get_object(
    const struct json_object *o, const char *key, struct json_object **out);
int json_get_array(
    const struct json_object *o, const char *key, struct json_object **out);
/* Copies; longer than cap - 1 bytes is -1, never cut. */
int json_get_string(
    const struct json_object *o, const char *key, char *dst, size_t cap);
/* An Okta id: 1 to 64 of [A-Za-z0-9_-]. dst has JSON_ID_MAX + 1 bytes. */
int json_get_id(const struct json_object *o, const char *key, char *dst);
/* A whole number in [min, max]: a JSON integer, a JSON number without a
 * fraction (60001.0), or a string of decimal digits without sign, space or
 * leading zero. Compared in 64 bits before it is narrowed. */
int json_get_u32(const struct json_object *o, const char *key, uint32_t min,
    uint32_t max, uint32_t *out);
/* The same for a JSON integer only, no strings: expires_in and the like. */
int json_get_i64(const struct json_object *o, const char *key, int64_t min,
    int64_t max, int64_t *out);
/* A text of any length, made safe to print and cut to cap bytes; "" where there
 * is none. */
void json_get_text(
    const struct json_object *o, const char *key, char *dst, size_t cap);
/* "2026-01-02T03:04:05.000Z" as Unix seconds; the fraction is dropped. */
int json_get_time(const struct json_object *o, const char *key, int64_t *out);

/* 1 where s is an Okta id as above. */
int json_is_id(const char *s, size_t len);

#endif
