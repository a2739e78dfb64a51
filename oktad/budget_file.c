#include "budget_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory.h"
#include "file.h"

enum {
	MAGIC = 0x6f6b6232, /* "okb2" */
	FILE_MAX = 64 << 20
};

int
budget_file_init(struct budget_file *f, const char *path)
{
	*f = (struct budget_file){.path = strdup(path), .fd = -1};
	return f->path != NULL ? 0 : -1;
}

static uint64_t
checksum(const struct budget_record *r)
{
	return directory_checksum(r, offsetof(struct budget_record, checksum));
}

static int
is_whole(const struct budget_record *r)
{
	return r->magic == MAGIC && r->checksum == checksum(r) &&
	    r->person[0] != '\0' &&
	    memchr(r->person, '\0', sizeof(r->person)) != NULL &&
	    r->kind >= BUDGET_CHARGE && r->kind <= BUDGET_NO;
}

/* When it happened, on this boot's clock; never later than now. */
static int64_t
time_of(const struct budget_record *r, const struct budget_now *now)
{
	static const uint8_t unknown[16];
	uint64_t age_s;

	if (memcmp(r->boot_id, unknown, sizeof(unknown)) != 0 &&
	    memcmp(r->boot_id, now->boot_id, sizeof(r->boot_id)) == 0)
		return r->boot_ms < now->boot_ms ? (int64_t)r->boot_ms
						 : (int64_t)now->boot_ms;
	age_s = now->wall_s > r->wall_s ? now->wall_s - r->wall_s : 0;
	if (age_s > BUDGET_SUCCESS_S)
		age_s = BUDGET_SUCCESS_S;
	return (int64_t)now->boot_ms - (int64_t)age_s * 1000;
}

void
budget_file_stamp(
    struct budget_record *r, const struct budget_now *now, int64_t at_ms)
{
	int64_t age_s = ((int64_t)now->boot_ms - at_ms) / 1000;
	uint64_t age = age_s > 0 ? (uint64_t)age_s : 0;

	r->magic = MAGIC;
	r->wall_s = now->wall_s > age ? now->wall_s - age : 0;
	/* Something that happened before this boot has no time on its clock:
	 * the wall clock has to do, told by a boot id of zero. */
	if (at_ms >= 0) {
		r->boot_ms = (uint64_t)at_ms;
		memcpy(r->boot_id, now->boot_id, sizeof(r->boot_id));
	}
	r->checksum = checksum(r);
}

size_t
budget_file_scan(const void *bytes, size_t len, const struct budget_now *now,
    int (*take)(void *arg, const struct budget_record *r, int64_t at_ms),
    void *arg)
{
	struct budget_record r;
	size_t n = 0;

	for (const char *p = bytes; len >= sizeof(r); len -= sizeof(r)) {
		memcpy(&r, p, sizeof(r));
		p += sizeof(r);
		if (!is_whole(&r))
			continue;
		if (take(arg, &r, time_of(&r, now)) != 0)
			break;
		n++;
	}
	return n;
}

int
budget_file_load(struct budget_file *f, const struct budget_now *now,
    int (*take)(void *arg, const struct budget_record *r, int64_t at_ms),
    void *arg, struct error *e)
{
	struct secret content = {0};
	struct stat st;
	int rc = -1;
	int fd = open(f->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT ? 0 : error_errno(e, "%s", f->path);
	if (fstat(fd, &st) != 0)
		error_errno(e, "%s", f->path);
	else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 077) != 0)
		error_set(e, ERROR_SYSTEM,
		    "%s: must be a file that only root may read and write",
		    f->path);
	else
		rc = file_read_fd(fd, f->path, FILE_MAX, &content, e);
	close(fd);
	if (rc == 0)
		f->records = budget_file_scan(
		    content.bytes, content.len, now, take, arg);
	secret_clear(&content);
	return rc;
}

int
budget_file_replace(struct budget_file *f, const struct budget_record *records,
    size_t n, struct error *e)
{
	int fd;

	if (file_replace(f->path, records, n * sizeof(*records), geteuid(),
		getegid(), 0600, e) != 0)
		return -1;
	fd = open(f->path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_errno(e, "%s", f->path);
	if (f->fd >= 0)
		close(f->fd);
	f->fd = fd;
	f->records = n;
	return 0;
}

int
budget_file_is_in_place(const struct budget_file *f)
{
	struct stat open, there;

	return fstat(f->fd, &open) == 0 && lstat(f->path, &there) == 0 &&
	    open.st_dev == there.st_dev && open.st_ino == there.st_ino &&
	    (uint64_t)open.st_size == f->records * sizeof(struct budget_record);
}

int
budget_file_append(struct budget_file *f, const struct budget_record *r,
    int sync, struct error *e)
{
	off_t end = (off_t)(f->records * sizeof(*r));
	ssize_t n;

	if (f->fd < 0)
		return error_set(e, ERROR_SYSTEM, "%s: is not open", f->path);
	n = write(f->fd, r, sizeof(*r));
	if (n == (ssize_t)sizeof(*r) && (!sync || fdatasync(f->fd) == 0)) {
		f->records++;
		return 0;
	}
	if (n >= 0 && n < (ssize_t)sizeof(*r))
		errno = ENOSPC;
	error_errno(e, "%s", f->path);
	/* A cut record would put every later one out of step. */
	if (ftruncate(f->fd, end) != 0) {
		close(f->fd);
		f->fd = -1;
	}
	return -1;
}

void
budget_file_close(struct budget_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	*f = (struct budget_file){.fd = -1};
}
