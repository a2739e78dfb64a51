/*
 * Local people and groups, read directly from /etc/passwd and /etc/group:
 * NSS is not asked, because the answer must not depend on us. libc only.
 */
#ifndef OKTA_LOCAL_H
#define OKTA_LOCAL_H

#include <stdint.h>

#include "code.h"

/* Is the name (id) in the file at path? 1 or 0, or OKTA_SYSTEM where the file
 * can not be read. *id (may be NULL) is the number of the first such entry,
 * UINT32_MAX where there is none or it is no number. */
int local_has_user(const char *path, const char *name, uint32_t *id);
int local_has_uid(const char *path, uint32_t uid);
int local_has_group(const char *path, const char *name, uint32_t *id);
int local_has_gid(const char *path, uint32_t gid);

#endif
