/*
 * For tests: directories made with the product's own writer, in exactly sized
 * heap memory (so that AddressSanitizer sees a byte read beyond), and as files.
 */
#ifndef OKTA_TESTS_SNAPSHOT_H
#define OKTA_TESTS_SNAPSHOT_H

#include "directory_check.h"
#include "directory_write.h"

#define SNAPSHOT_ID_MIN 1879048192U
#define SNAPSHOT_ID_MAX 2147352575U
#define SNAPSHOT_MAX_AGE 604800U
#define SNAPSHOT_UID(n) (SNAPSHOT_ID_MIN + 1000U + (uint32_t)(n))
#define SNAPSHOT_GID(n) (SNAPSHOT_ID_MIN + 5000000U + (uint32_t)(n))

struct snapshot {
	struct directory d, people;
	uint8_t *bytes, *people_bytes; /* free */
	size_t size, people_size;
};

/* Everything that fails here ends the test program with a sentence. */
struct image *snapshot_begin(void);
/* A user with private group, "/home/NAME", "/bin/bash", id "00uNAME". */
void snapshot_user(struct image *i, uint32_t uid, const char *name);
void snapshot_group(struct image *i, uint32_t gid, const char *name);
void snapshot_member(struct image *i, uint32_t gid, uint32_t uid);
/* Finishes and frees i. */
void snapshot_end(struct snapshot *s, struct image *i);
void snapshot_free(struct snapshot *s);
/* users people "user0"…, groups "group0"…, per_user memberships each. */
void snapshot_make(
    struct snapshot *s, uint32_t users, uint32_t groups, uint32_t per_user);
/* As the publisher does: temporary, rename. */
void snapshot_save(const void *bytes, size_t size, const char *path);
/* The publisher's rules for this range, with no local accounts. */
struct directory_rules snapshot_rules(void);

#endif
