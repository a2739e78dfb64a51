/*
 * The words of a JSON document, checked before json-c sees it: even strict,
 * json-c 0.16 takes NaN, keys in single quotes, bare control characters,
 * leading zeros and UTF-8 that is none, and cuts a key at a NUL. The grammar of
 * values, commas and colons is left to json-c. Internal to json*.c.
 */
#ifndef OKTA_JSON_LEX_H
#define OKTA_JSON_LEX_H

#include <stddef.h>

/* The tokens, for json_slim.c as well. p moves on; NULL or what is wrong at
 * p. */
struct lex {
	const unsigned char *p, *end;
};
void lex_space(struct lex *l);
/* 1 where c was there. */
int lex_skip(struct lex *l, char c);
/* After the opening quote. *has_nul: it holds the escape of U+0000. */
const char *lex_string(struct lex *l, int *has_nul);
const char *lex_number(struct lex *l);
const char *lex_word(struct lex *l);

struct lex_counts {
	size_t members; /* keys */
	size_t containers; /* objects and arrays */
	size_t tokens; /* keys and values */
	unsigned int depth; /* of containers inside each other */
};
/* Checks len bytes against RFC 8259 sections 2 to 7 and UTF-8 (RFC 3629).
 * NULL, or a few words saying what is wrong at byte *at. */
const char *json_lex(
    const char *p, size_t len, struct lex_counts *n, size_t *at);

#endif
