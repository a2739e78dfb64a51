#include "rules_file.h"

#include <string.h>
#include <unistd.h>

#include "directory.h"
#include "file.h"
#include "rules.h"
#include "rules_write.h"

static int
is_same(const char *path, const struct buf *b)
{
	struct directory d;
	int same;

	if (directory_open(&d, path, DIR_MAGIC_RULES) != OKTA_OK)
		return 0;
	same = d.size == b->len && memcmp(d.base, b->bytes, b->len) == 0;
	directory_close(&d);
	return same;
}

int
rules_file_write(const char *path, const struct conf *c, struct error *e)
{
	struct buf b;
	int rc = 0;

	if (rules_build(c, &b, e) != 0)
		return -1;
	if (!is_same(path, &b))
		rc = file_replace(
		    path, b.bytes, b.len, geteuid(), getegid(), 0600, e);
	buf_clear(&b);
	return rc;
}
