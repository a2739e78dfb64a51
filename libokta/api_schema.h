/*
 * What the org's schema of user profiles says of an attribute: may people edit
 * their own (T20)? GET /api/v1/meta/schemas/user/default, okta-api 1.5, 5.2;
 * needs okta.schemas.read.
 */
#ifndef OKTA_API_SCHEMA_H
#define OKTA_API_SCHEMA_H

#include "api.h"
#include "json.h"

/* Whom an attribute may be believed from. */
enum schema_word {
	SCHEMA_UNKNOWN = 0, /* no such attribute, or no word about people */
	SCHEMA_EDITABLE = 1, /* SELF may write, or a word we do not know */
	SCHEMA_FIXED = 2 /* SELF may at most read */
};

/* The document, which the caller hands to json_free(); -1 as api_get(), also
 * for JSON that is no schema. */
int api_schema(struct api *a, struct json_object **doc, struct error *e);
/* What it says of a profile attribute, custom or base. A document of any shape
 * gives a word; only the shape of okta-api 5.2 gives SCHEMA_FIXED. */
enum schema_word api_schema_word(
    const struct json_object *doc, const char *attribute);
/* The user type that the document is about; people of another type have
 * another schema. 1, or 0 and "" where it does not say. */
int api_schema_type(const struct json_object *doc, char id[JSON_ID_MAX + 1]);

#endif
