/* A temporary folder for a test. */
#ifndef OKTA_TEST_FOLDER_H
#define OKTA_TEST_FOLDER_H

#include <sys/types.h>

struct folder {
	char path[64];
};

/* Each fails the test where it can not. It is made in $TMPDIR, else /tmp. */
void folder_make(struct folder *f);
/* Removes it with what is in it, one level of subfolders too. */
void folder_remove(struct folder *f);
/* Full path of a name in it; good until the next call but seven. */
const char *folder_at(const struct folder *f, const char *name);
/* Writes text into a file of that mode, new or replaced. */
void folder_write(
    const struct folder *f, const char *name, const char *text, mode_t mode);

#endif
