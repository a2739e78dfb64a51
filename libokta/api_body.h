/*
 * A JSON object with secrets in it, as the body of a request: json-c alone
 * writes JSON (T42), and nothing of a secret stays behind.
 */
#ifndef OKTA_API_BODY_H
#define OKTA_API_BODY_H

#include <stddef.h>

#include <json-c/json_object.h>

#include "error.h"
#include "secret.h"

/* Adds a member of len bytes. 0, or -1 without memory. */
int api_body_add(
    struct json_object *doc, const char *key, const char *s, size_t len);
/* Makes the document into bytes and frees it; is_good 0: something could not be
 * added, only free it. 0; -1, with ERROR_CONFIG where what was added is not
 * UTF-8. what begins the text. */
int api_body_make(struct json_object *doc, int is_good, const char *what,
    struct secret *out, struct error *e);

#endif
