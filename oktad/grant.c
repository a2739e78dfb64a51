#include "grant.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "conf_range.h"
#include "former.h"
#include "ids_file.h"

struct words {
	uint32_t min, max;
	struct former_record *at;
	size_t n, cap;
};

static int
take_line(struct words *w, const char *text, size_t len, struct error *e)
{
	struct former_record *more;
	struct ids_line l;

	if (ids_line_read(text, len, &l) != NULL || l.what != IDS_NUMBER ||
	    (l.number >= w->min && l.number <= w->max) ||
	    !conf_range_may_bring(l.number))
		return 0;
	if (w->n == w->cap) {
		w->cap = w->cap == 0 ? 64 : 2 * w->cap;
		more = reallocarray(w->at, w->cap, sizeof(*more));
		if (more == NULL)
			return error_errno(e, "%zu numbers", w->cap);
		w->at = more;
	}
	former_make(&w->at[w->n++], FORMER_GRANTED, l.kind, l.number,
	    l.id[0] != '\0' ? "" : l.name, l.id);
	return 0;
}

static int
take_lines(struct words *w, const char *p, size_t size, struct error *e)
{
	const char *end = p + size;

	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((stop != NULL ? stop : end) - p);

		if (take_line(w, p, len, e) != 0)
			return -1;
		p += len + 1;
	}
	return 0;
}

int
grant_file(
    const char *former, int fd, uint32_t min, uint32_t max, struct error *e)
{
	/* oktad-sync has the same file: it must not change any more. */
	const int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;
	struct words w = {.min = min, .max = max};
	int has = fcntl(fd, F_GET_SEALS), rc;
	struct stat st;
	void *p;

	if (has < 0 || (has & seals) != seals)
		return error_set(e, ERROR_PROTOCOL, "the file is not sealed");
	if (fstat(fd, &st) != 0)
		return error_errno(e, "the file");
	if (st.st_size < 1 || st.st_size > IDS_FILE_MAX)
		return error_set(e, ERROR_CONFIG, "the file has another size");
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return error_errno(e, "the file");
	rc = take_lines(&w, p, (size_t)st.st_size, e);
	munmap(p, (size_t)st.st_size);
	if (rc == 0 && w.n > 0)
		rc = former_grant(former, w.at, w.n, e);
	free(w.at);
	return rc;
}
