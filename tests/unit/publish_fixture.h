/*
 * For tests of the publisher: a folder of its own with local files, and images
 * on their way into it.
 */
#ifndef OKTA_TESTS_PUBLISH_FIXTURE_H
#define OKTA_TESTS_PUBLISH_FIXTURE_H

#include "folder.h"
#include "publish.h"
#include "snapshot.h"

/* Of a descriptor that nobody can change any more. */
#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

extern struct folder folder;
extern struct publish_place place;
extern struct publish_rules rules; /* as snapshots are made; /bin/sh too */
extern struct error error;
extern struct former_clash clashes[INT_CLASHES_MAX]; /* it told */
extern size_t nclashes;
extern struct publish_loss loss; /* of the last publication */
extern int is_changed; /* and whether it has counted */
extern uint64_t generation; /* that the last publication told; 0 refused */

/* Set-up and tear-down. */
int begin(void **state);
int end(void **state);

int make_memfd(const void *bytes, size_t size, int seals);
/* As the loop of oktad does it, but waiting. 0, or -1 and `error`. */
int publish_fds(uint32_t id_min, int d, int p);
int publish(const struct snapshot *s);
int confirm(void);
int publish_users(uint32_t users);
/* How many readers see now, and of which generation. */
uint32_t published_users(uint64_t *gen);
/* Publishes s, which must be refused with this word, and frees it; what was
 * published stays. */
void refused(struct snapshot *s, const char *word);

#endif
