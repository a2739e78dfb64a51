/*
 * Opening of a published file: the checks that only the kernel can answer.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "directory_file.h"

/* Test builds, which are other files than the shipped ones, believe the files
 * of the user who runs them. */
#ifndef OKTA_TRUSTED_UID
#define OKTA_TRUSTED_UID 0
#endif

int
directory_is_trusted(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_uid == OKTA_TRUSTED_UID &&
	    (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

int
directory_open_fd(const char *path, int *fd, struct stat *st)
{
	/* O_NONBLOCK: a FIFO must not hold the caller up (T77). */
	*fd = open(
	    path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*fd == -1)
		return errno == ENOENT || errno == ENOTDIR ? OKTA_ABSENT
		    : errno == ELOOP || errno == ENXIO	   ? OKTA_UNSAFE
							   : OKTA_SYSTEM;
	if (fstat(*fd, st) == 0 && directory_is_trusted(st))
		return OKTA_OK;
	close(*fd);
	*fd = -1;
	return OKTA_UNSAFE;
}

int
directory_open_stat(
    struct directory *d, const char *path, uint64_t magic, struct stat *st)
{
	size_t size;
	void *base;
	int fd, r;

	memset(d, 0, sizeof(*d));
	if ((r = directory_open_fd(path, &fd, st)) != OKTA_OK)
		return r;
	if (st->st_size < (off_t)sizeof(struct dir_header) ||
	    (uint64_t)st->st_size > PTRDIFF_MAX) {
		close(fd);
		return OKTA_BAD;
	}
	size = (size_t)st->st_size;
	base = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (base == MAP_FAILED)
		return OKTA_SYSTEM;
	if ((r = directory_view(d, base, size, magic)) != OKTA_OK)
		munmap(base, size);
	return r;
}

int
directory_open(struct directory *d, const char *path, uint64_t magic)
{
	struct stat st;

	return directory_open_stat(d, path, magic, &st);
}

void
directory_close(struct directory *d)
{
	if (d->base != NULL)
		munmap((void *)(uintptr_t)d->base, d->size);
	memset(d, 0, sizeof(*d));
}
