#include "former.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

#define MAGIC 0x6f6b6672U /* "okfr" */
/* As directory_checksum() has them. */
#define FNV_BASIS 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL

void
former_make(struct former_record *r, enum former_what what,
    enum idmap_kind kind, uint32_t number, const char *name, const char *id)
{
	memset(r, 0, sizeof(*r));
	r->magic = MAGIC;
	r->what = (uint16_t)what;
	r->kind = (uint16_t)kind;
	r->number = number;
	memcpy(r->name, name, strnlen(name, sizeof(r->name) - 1));
	memcpy(r->id, id, strnlen(id, sizeof(r->id) - 1));
	r->checksum =
	    directory_checksum(r, offsetof(struct former_record, checksum));
}

/* Four at once: each step of a checksum waits for the one before it. */
static int
are_checksums_good(const struct former_record r[4])
{
	uint64_t sums[4] = {FNV_BASIS, FNV_BASIS, FNV_BASIS, FNV_BASIS};
	int are_good = 1;

	for (size_t i = 0; i < offsetof(struct former_record, checksum); i++)
		for (size_t k = 0; k < 4; k++)
			sums[k] =
			    (sums[k] ^ ((const uint8_t *)&r[k])[i]) * FNV_PRIME;
	for (size_t k = 0; k < 4; k++)
		are_good &= r[k].checksum == sums[k];
	return are_good;
}

static int
is_checksum_good(const struct former_record *r)
{
	return r->checksum ==
	    directory_checksum(r, offsetof(struct former_record, checksum));
}

/* Whole by itself, but for the checksum; a mark besides has to stand where it
 * says. */
static int
is_whole(const struct former_record *r, size_t at)
{
	if (r->magic != MAGIC)
		return 0;
	if (r->what == FORMER_MARK)
		return r->number == at;
	if ((r->kind != IDMAP_USER && r->kind != IDMAP_GROUP) ||
	    r->name[sizeof(r->name) - 1] != '\0' ||
	    r->id[sizeof(r->id) - 1] != '\0')
		return 0;
	if (r->what == FORMER_GRANTED)
		return r->id[0] != '\0' ? directory_is_okta_id(r->id)
					: r->name[0] != '\0';
	return r->what >= FORMER_HELD && r->what <= FORMER_NUMBER_FREE &&
	    r->name[0] != '\0' && directory_is_okta_id(r->id);
}

static int
damaged(const char *path, size_t at, struct error *e)
{
	return error_set(e, ERROR_SYSTEM,
	    "%s: damaged in record %zu, so nothing new is published; put a "
	    "good copy back, or begin anew with what is published now: mv %s "
	    "%s.damaged (names and numbers given up before lose their guard)",
	    path, at, path, path);
}

int
former_scan(const char *path, const void *bytes, size_t size, size_t *n,
    struct error *e)
{
	const struct former_record *r = bytes;
	size_t end = size / sizeof(*r), good = 0;

	*n = 0;
	while (end > 0 &&
	    (r[end - 1].what != FORMER_MARK ||
		!is_whole(&r[end - 1], end - 1) ||
		!is_checksum_good(&r[end - 1])))
		end--;
	if (end == 0 || r[0].what != FORMER_MARK)
		return damaged(path, 0, e);
	for (size_t i = 0; i < end; i++) {
		if (i % 4 == 0 && end - i >= 4 && are_checksums_good(&r[i]))
			good = i + 4;
		if ((i >= good && !is_checksum_good(&r[i])) ||
		    !is_whole(&r[i], i))
			return damaged(path, i, e);
	}
	*n = end;
	return 0;
}

static int
check_file(int fd, const char *path, struct error *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return error_errno(e, "%s", path);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 077) != 0)
		return error_set(e, ERROR_SYSTEM,
		    "%s: must be a file that only root may read and write; "
		    "run: chown root:root %s && chmod 0600 %s",
		    path, path, path);
	if (st.st_size > FORMER_MAX)
		return error_set(e, ERROR_SYSTEM,
		    "%s: is longer than %d bytes; nothing new is published, "
		    "what was published stays",
		    path, (int)FORMER_MAX);
	return 0;
}

int
former_open(const char *path, int *fd, int *is_new, struct error *e)
{
	const int flags =
	    O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	struct former_record first;

	*is_new = 0;
	*fd = open(path, flags);
	if (*fd < 0 && errno == ENOENT) {
		former_make(&first, FORMER_MARK, 0, 0, "", "");
		if (file_replace(path, &first, sizeof(first), geteuid(),
			getegid(), 0600, e) != 0)
			return -1;
		*is_new = 1;
		*fd = open(path, flags);
	}
	if (*fd < 0)
		return error_errno(e, "%s", path);
	if (check_file(*fd, path, e) == 0)
		return 0;
	close(*fd);
	*fd = -1;
	return -1;
}

static int
write_at(int fd, off_t at, const void *p, size_t len)
{
	const char *from = p;

	while (len > 0) {
		ssize_t n = pwrite(fd, from, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		from += n;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int
former_write_begin(struct former_writer *w, int fd, size_t before,
    const char *path, struct error *e)
{
	w->fd = fd;
	w->path = path;
	w->before = before;
	w->n = 0;
	return ftruncate(fd, (off_t)(before * FORMER_RECORD)) == 0
	    ? 0
	    : error_errno(e, "%s", path);
}

static off_t
place_of(size_t records)
{
	return (off_t)(records * FORMER_RECORD);
}

/* Writes what has gathered. What has been written of a batch is none without
 * its mark. */
static int
flush(struct former_writer *w, struct error *e)
{
	const size_t most = sizeof(w->buffer) / sizeof(w->buffer[0]);
	size_t n = w->n % most == 0 && w->n > 0 ? most : w->n % most;

	return write_at(w->fd, place_of(w->before + w->n - n), w->buffer,
		   n * FORMER_RECORD) == 0
	    ? 0
	    : error_errno(e, "%s", w->path);
}

int
former_write(
    struct former_writer *w, const struct former_record *r, struct error *e)
{
	const size_t most = sizeof(w->buffer) / sizeof(w->buffer[0]);

	if ((w->before + w->n + 2) * FORMER_RECORD > FORMER_MAX)
		return error_set(e, ERROR_SYSTEM,
		    "%s: would be longer than %d bytes", w->path,
		    (int)FORMER_MAX);
	w->buffer[w->n++ % most] = *r;
	return w->n % most == 0 ? flush(w, e) : 0;
}

int
former_write_end(struct former_writer *w, struct error *e)
{
	const size_t most = sizeof(w->buffer) / sizeof(w->buffer[0]);
	struct former_record mark;

	former_make(
	    &mark, FORMER_MARK, 0, (uint32_t)(w->before + w->n), "", "");
	if (w->n % most != 0 && flush(w, e) != 0)
		return -1;
	/* The records are on disk before the mark says that they are. */
	if ((w->n == 0 || fsync(w->fd) == 0) &&
	    write_at(w->fd, place_of(w->before + w->n), &mark, sizeof(mark)) ==
		0 &&
	    fsync(w->fd) == 0)
		return 0;
	return error_errno(e, "%s", w->path);
}

static int
append(int fd, size_t before, const struct former_record *r, size_t n,
    const char *path, struct error *e)
{
	struct former_writer w;

	if (former_write_begin(&w, fd, before, path, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (former_write(&w, &r[i], e) != 0)
			return -1;
	return former_write_end(&w, e);
}

/* The newest word on a name or a number; NULL: none. */
static const struct former_record *
newest(
    const struct former_record *r, size_t n, const char *name, uint32_t number)
{
	const struct former_record *found = NULL;

	for (size_t i = 0; i < n; i++) {
		if (r[i].what == FORMER_MARK || r[i].what == FORMER_GRANTED ||
		    r[i].what ==
			(name != NULL ? FORMER_NUMBER_FREE : FORMER_NAME_FREE))
			continue;
		if (name != NULL ? strcmp(r[i].name, name) == 0
				 : r[i].number == number)
			found = &r[i];
	}
	return found != NULL && found->what == FORMER_HELD ? found : NULL;
}

static int
forget(int fd, const char *path, const struct former_record *r, size_t n,
    const char *name, uint32_t number, struct former_holder *h, struct error *e)
{
	const struct former_record *held = newest(r, n, name, number);
	struct former_record word;

	if (held == NULL)
		return 0;
	h->kind = (enum idmap_kind)held->kind;
	h->number = held->number;
	strcpy(h->name, held->name);
	strcpy(h->id, held->id);
	former_make(&word, name != NULL ? FORMER_NAME_FREE : FORMER_NUMBER_FREE,
	    h->kind, h->number, h->name, h->id);
	return append(fd, n, &word, 1, path, e) == 0 ? 1 : -1;
}

/* Opens and maps the whole file. 0, and *n records count; -1. The caller
 * closes and unmaps. */
static int
open_all(const char *path, int *fd, const struct former_record **r,
    size_t *size, size_t *n, struct error *e)
{
	int is_new;
	struct stat st;
	void *bytes = MAP_FAILED;

	*r = NULL;
	if (former_open(path, fd, &is_new, e) != 0)
		return -1;
	if (fstat(*fd, &st) == 0 && st.st_size > 0)
		bytes = mmap(
		    NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, *fd, 0);
	if (bytes == MAP_FAILED)
		return damaged(path, 0, e);
	*r = bytes;
	*size = (size_t)st.st_size;
	return former_scan(path, bytes, *size, n, e);
}

static void
close_all(int fd, const struct former_record *r, size_t size)
{
	if (r != NULL)
		munmap((void *)(uintptr_t)r, size);
	if (fd >= 0)
		close(fd);
}

int
former_forget(const char *path, const char *name, uint32_t number,
    struct former_holder *h, struct error *e)
{
	const struct former_record *r = NULL;
	size_t size = 0, n = 0;
	int fd = -1, rc = -1;

	memset(h, 0, sizeof(*h));
	if (open_all(path, &fd, &r, &size, &n, e) == 0)
		rc = forget(fd, path, r, n, name, number, h, e);
	close_all(fd, r, size);
	return rc;
}

int
former_grant(const char *path, const struct former_record *words, size_t n,
    struct error *e)
{
	const struct former_record *r = NULL;
	size_t size = 0, before = 0;
	int fd = -1, rc = -1;

	if (open_all(path, &fd, &r, &size, &before, e) == 0)
		rc = append(fd, before, words, n, path, e);
	close_all(fd, r, size);
	return rc;
}
