#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "file.h"

static int
check_trusted(int fd, const char *path, uid_t owner, struct error *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return error_errno(e, "%s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(
		    e, ERROR_CONFIG, "%s: is not a regular file", path);
	if (st.st_uid != owner)
		return error_set(e, ERROR_CONFIG,
		    "%s: is owned by uid %u; run: "
		    "chown %u %s",
		    path, (unsigned int)st.st_uid, (unsigned int)owner, path);
	if ((st.st_mode & 07777) != 0600 && (st.st_mode & 07777) != 0400)
		return error_set(e, ERROR_CONFIG,
		    "%s: has mode %04o, must be 0600 or "
		    "0400; run: chmod 0600 %s",
		    path, (unsigned int)st.st_mode & 07777, path);
	return 0;
}

int
file_open_trusted(const char *path, struct error *e)
{
	int fd;

	/* O_NONBLOCK: a FIFO in the place of the file must not hold us up. */
	fd = open(
	    path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno == ELOOP)
		return error_set(e, ERROR_CONFIG,
		    "%s: is a symbolic link; put "
		    "the file itself there",
		    path);
	if (fd < 0) {
		error_errno(e, "%s", path);
		e->kind = ERROR_CONFIG;
	}
	return fd;
}

int
file_read_fd(
    int fd, const char *path, size_t max, struct secret *out, struct error *e)
{
	struct buf b;
	char piece[4096];
	ssize_t n;
	int r = -1;

	secret_clear(out);
	buf_init(&b, max);
	for (;;) {
		n = read(fd, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if (buf_put(&b, piece, (size_t)n) != 0) {
			error_set(e, ERROR_CONFIG,
			    "%s: is longer than %zu "
			    "bytes",
			    path, max);
			goto out;
		}
	}
	if (n < 0)
		error_errno(e, "%s: read", path);
	else if (secret_set(out, b.len > 0 ? b.bytes : "", b.len) != 0)
		error_errno(e, "%s", path);
	else
		r = 0;
out:
	explicit_bzero(piece, sizeof(piece));
	buf_clear(&b);
	return r;
}

int
file_read_trusted_fd(int fd, const char *path, uid_t owner, size_t max,
    struct secret *out, struct error *e)
{
	secret_clear(out);
	return check_trusted(fd, path, owner, e) != 0
	    ? -1
	    : file_read_fd(fd, path, max, out, e);
}

int
file_read_trusted(const char *path, uid_t owner, size_t max, struct secret *out,
    struct error *e)
{
	int fd, r;

	secret_clear(out);
	fd = file_open_trusted(path, e);
	if (fd < 0)
		return -1;
	r = file_read_trusted_fd(fd, path, owner, max, out, e);
	close(fd);
	return r;
}

int
file_read_public(const char *path, uid_t owner, size_t max, struct secret *out,
    struct error *e)
{
	struct stat st;
	int fd, r = -1;

	secret_clear(out);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		error_errno(e, "%s", path);
		e->kind = ERROR_CONFIG;
		return -1;
	}
	if (fstat(fd, &st) != 0)
		error_errno(e, "%s", path);
	else if (!S_ISREG(st.st_mode))
		error_set(e, ERROR_CONFIG, "%s: is not a regular file", path);
	else if (st.st_uid != owner || (st.st_mode & 022) != 0)
		error_set(e, ERROR_CONFIG,
		    "%s: others may write it; run: "
		    "chown %u %s && chmod 0644 %s",
		    path, (unsigned int)owner, path, path);
	else
		r = file_read_fd(fd, path, max, out, e);
	close(fd);
	return r;
}

/* Splits path into a descriptor of its folder and its last part. */
static int
open_folder(struct file_new *n, const char *path, struct error *e)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char folder[PATH_MAX];
	int len;

	len = slash == NULL ? snprintf(folder, sizeof(folder), ".")
			    : snprintf(folder, sizeof(folder), "%.*s",
				  (int)(slash - path) + 1, path);
	/* 18: a dot before, a dot and 16 digits after the name. */
	if (len >= (int)sizeof(folder) || name[0] == '\0' ||
	    strlen(name) > NAME_MAX - 18)
		return error_set(e, ERROR_SYSTEM, "%s: unusable path", path);
	snprintf(n->name, sizeof(n->name), "%s", name);
	n->dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (n->dir_fd < 0)
		return error_errno(e, "%s", folder);
	return 0;
}

void
file_mark(const char *path, struct file_mark *m)
{
	struct stat st;

	*m = (struct file_mark){0};
	if (stat(path, &st) == 0)
		*m = (struct file_mark){
		    st.st_dev, st.st_ino, st.st_size, st.st_ctim};
}

int
file_mark_is_same(const struct file_mark *a, const struct file_mark *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	    a->changed.tv_sec == b->changed.tv_sec &&
	    a->changed.tv_nsec == b->changed.tv_nsec;
}

int
file_new_begin(struct file_new *n, const char *path, uid_t owner, gid_t group,
    mode_t mode, off_t size, struct error *e)
{
	uint64_t random;
	int code;

	memset(n, 0, sizeof(*n));
	n->fd = n->dir_fd = -1;
	if (open_folder(n, path, e) != 0)
		return -1;
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return error_errno(e, "%s: no random bytes", path);
	snprintf(n->temp, sizeof(n->temp), ".%s.%016llx", n->name,
	    (unsigned long long)random);
	n->fd = openat(n->dir_fd, n->temp,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (n->fd < 0) {
		n->temp[0] = '\0';
		return error_errno(e, "%s: create", path);
	}
	/* Owner before mode: chown drops the set-id bits, and a mode of 0644
	 * must never be seen on a file of the wrong owner. */
	if (fchown(n->fd, owner, group) != 0 || fchmod(n->fd, mode) != 0)
		return error_errno(e, "%s: owner and mode", path);
	if (size > 0 && (code = posix_fallocate(n->fd, 0, size)) != 0) {
		errno = code;
		return error_errno(
		    e, "%s: %lld bytes of disk", path, (long long)size);
	}
	return 0;
}

int
file_new_write(struct file_new *n, const void *p, size_t len, struct error *e)
{
	const char *at = p;
	ssize_t done;

	while (len > 0) {
		done = write(n->fd, at, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_errno(e, "%s: write", n->name);
		at += done;
		len -= (size_t)done;
	}
	return 0;
}

int
file_new_place(struct file_new *n, struct error *e)
{
	if (renameat(n->dir_fd, n->temp, n->dir_fd, n->name) != 0)
		return error_errno(e, "%s: rename", n->name);
	n->temp[0] = '\0';
	return 0;
}

int
file_new_commit(struct file_new *n, struct error *e)
{
	if (fsync(n->fd) != 0)
		return error_errno(e, "%s: fsync", n->name);
	if (file_new_place(n, e) != 0)
		return -1;
	if (fsync(n->dir_fd) != 0)
		return error_errno(e, "%s: fsync of its folder", n->name);
	return 0;
}

void
file_new_drop(struct file_new *n)
{
	if (n->temp[0] != '\0')
		unlinkat(n->dir_fd, n->temp, 0);
	if (n->fd >= 0)
		close(n->fd);
	if (n->dir_fd >= 0)
		close(n->dir_fd);
	n->temp[0] = '\0';
	n->fd = n->dir_fd = -1;
}

/* ".NAME.", as open_folder() and file_new_begin() make them, and 16 digits. */
static int
is_temporary(const char *entry, const char *name)
{
	size_t len = strlen(name);

	return entry[0] == '.' && strncmp(entry + 1, name, len) == 0 &&
	    entry[1 + len] == '.' && strlen(entry + len + 2) == 16 &&
	    strspn(entry + len + 2, "0123456789abcdef") == 16;
}

void
file_new_sweep(const char *path)
{
	struct file_new n = {.fd = -1, .dir_fd = -1};
	struct dirent *entry;
	struct error e;
	int fd = -1;
	DIR *d;

	if (open_folder(&n, path, &e) == 0)
		fd = dup(n.dir_fd);
	d = fd >= 0 ? fdopendir(fd) : NULL;
	if (d == NULL && fd >= 0)
		close(fd);
	while (d != NULL && (entry = readdir(d)) != NULL) {
		if (is_temporary(entry->d_name, n.name))
			unlinkat(n.dir_fd, entry->d_name, 0);
	}
	if (d != NULL)
		closedir(d);
	file_new_drop(&n);
}

int
file_replace(const char *path, const void *p, size_t len, uid_t owner,
    gid_t group, mode_t mode, struct error *e)
{
	struct file_new n;
	int r = -1;

	if (file_new_begin(&n, path, owner, group, mode, 0, e) == 0 &&
	    file_new_write(&n, p, len, e) == 0 && file_new_commit(&n, e) == 0)
		r = 0;
	file_new_drop(&n);
	return r;
}
