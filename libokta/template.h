/*
 * The admin's rules that turn an Okta record into Unix names and paths. A rule
 * derives (domain off, ASCII lower case); what comes out is validated and
 * never mended (threats T16, T17, T22).
 */
#ifndef OKTA_TEMPLATE_H
#define OKTA_TEMPLATE_H

#include <stddef.h>
#include <stdint.h>

#include "directory.h"

enum {
	TEMPLATE_NAME_SIZE = DIR_NAME_MAX + 1,
	TEMPLATE_PATH_SIZE = 256,
	TEMPLATE_RESERVED = -2
};

/* Each answers 0; or, with dst "", -1 where the result is no valid name (path)
 * and TEMPLATE_RESERVED where it is a name of the system (name.h). */

/* Rule `local_part`: a login up to its first '@', ASCII lower case. */
int template_name_of_login(const char *login, char dst[TEMPLATE_NAME_SIZE]);
/* Rule `attribute:NAME`: the value as it is. */
int template_name_of_value(const char *value, char dst[TEMPLATE_NAME_SIZE]);
/* A group's name: the prefix ("" or NULL: none), then ASCII lower case, every
 * other character that names can not have becoming '-' (one for a whole UTF-8
 * character): "Linux Users" is "linux-users". Collisions are the caller's
 * business. */
int template_name_of_group(
    const char *prefix, const char *okta_name, char dst[TEMPLATE_NAME_SIZE]);
/* A home from its template: %u is the name, %l its first letter, %U the uid,
 * %% is '%', nothing else. */
int template_home(const char *tmpl, const char *name, uint32_t uid,
    char dst[TEMPLATE_PATH_SIZE]);

#endif
