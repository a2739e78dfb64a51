/*
 * For tests of the module: a folder of its own as the working directory, in
 * which the test build of the module looks for its file, and a clock that the
 * test holds, because the module looks at the path once a second.
 */
#ifndef OKTA_TESTS_PUBLISH_H
#define OKTA_TESTS_PUBLISH_H

#include <stddef.h>

#include "snapshot.h"

#define PUBLISH_PATH "./lib/okta/public/directory"

/* Makes the folder and goes there; it is removed at exit. */
void publish_begin(void);
/* Replaces the file, and the clock goes on. */
void publish(const struct snapshot *s);
void publish_bytes(const void *bytes, size_t size);
/* Removes what stands at the path, whatever it is; the clock goes on. */
void publish_nothing(void);
/* A second passes on the module's clock. */
void publish_tick(void);

#endif
