/* Lines of an import of numbers (ids_file.c): what is taken is bounded, and is
 * taken again when it is written out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ids_file.h"
#include "name.h"
#include "replay.h"

static void
check(const struct ids_line *l)
{
	struct ids_line again;
	char text[256];
	int n;

	if (l->what == IDS_NAME)
		n = snprintf(text, sizeof(text), "name %s %s %s", l->name,
		    l->kind == IDMAP_USER ? "user" : "group", l->id);
	else if (l->kind == IDMAP_USER)
		n = snprintf(text, sizeof(text), "user %s%s %u %u %s", l->id,
		    l->name, l->number, l->gid, l->home);
	else
		n = snprintf(text, sizeof(text), "group %s%s %u", l->id,
		    l->name, l->number);
	if (n <= 0 || (size_t)n >= sizeof(text) ||
	    ids_line_read(text, (size_t)n, &again) != NULL ||
	    memcmp(l, &again, sizeof(again)) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *end = p + size;
	struct ids_line l;

	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((stop != NULL ? stop : end) - p);

		if (ids_line_read(p, len, &l) == NULL && l.what != IDS_NOTHING)
			check(&l);
		p += len + 1;
	}
	return 0;
}
