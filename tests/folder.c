#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"

void
folder_make(struct folder *f)
{
	const char *where = getenv("TMPDIR");

	snprintf(f->path, sizeof(f->path), "%s/okta-test.XXXXXX",
	    where != NULL ? where : "/tmp");
	assert_non_null(mkdtemp(f->path));
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *w)
{
	(void)st;
	(void)flag;
	(void)w;
	return remove(path);
}

void
folder_remove(struct folder *f)
{
	assert_int_equal(nftw(f->path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

const char *
folder_at(const struct folder *f, const char *name)
{
	static char paths[8][512];
	static unsigned int next;
	char *path = paths[next++ % 8];

	assert_true(snprintf(path, sizeof(paths[0]), "%s/%s", f->path, name) <
	    (int)sizeof(paths[0]));
	return path;
}

void
folder_write(
    const struct folder *f, const char *name, const char *text, mode_t mode)
{
	const char *path = folder_at(f, name);
	FILE *file;

	unlink(path);
	file = fopen(path, "wx");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}
