/*
 * ssh keys of a profile attribute: a text, or a list of them.
 */
#ifndef OKTA_API_KEYS_H
#define OKTA_API_KEYS_H

#include "api_directory.h"

/* Fills u->keys and u->has_keys; what is left out is told in u->note, unless
 * something is already. doubt as in struct api_rules. attribute NULL: none is
 * configured. */
void api_keys_parse(const struct json_object *profile, const char *attribute,
    const char *doubt, struct api_user *u);

#endif
