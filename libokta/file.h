/*
 * Files that we believe and files that others will believe. A file is believed
 * only by what fstat says of the open descriptor; a new file has its final
 * owner and mode before its first byte, and appears whole or not at all (T64,
 * T111, T112).
 */
#ifndef OKTA_FILE_H
#define OKTA_FILE_H

#include <limits.h>
#include <sys/types.h>
#include <time.h>

#include "error.h"
#include "secret.h"

/* Reads all of fd, at most max bytes; more is an error. 0 or -1. */
int file_read_fd(
    int fd, const char *path, size_t max, struct secret *out, struct error *e);
/* Reads a configuration, key or token file of at most max bytes: regular, no
 * symbolic link, owned by owner (0 but in tests), mode 0600 or 0400. 0, or -1
 * with ERROR_CONFIG and the remedy, or ERROR_SYSTEM. */
int file_read_trusted(const char *path, uid_t owner, size_t max,
    struct secret *out, struct error *e);
/* The same in two steps: a descriptor, close-on-exec, of what must be no
 * symbolic link, or -1; then what it is, and all of it. */
int file_open_trusted(const char *path, struct error *e);
int file_read_trusted_fd(int fd, const char *path, uid_t owner, size_t max,
    struct secret *out, struct error *e);
/* Reads a public file (a CA bundle): regular, links are followed, writable by
 * nobody but owner. */
int file_read_public(const char *path, uid_t owner, size_t max,
    struct secret *out, struct error *e);

/* What tells one state of a file from another. */
struct file_mark {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec changed;
};

/* All zero where there is no such file. */
void file_mark(const char *path, struct file_mark *m);
int file_mark_is_same(const struct file_mark *a, const struct file_mark *b);

/* A file on its way: content goes into a temporary beside the target. */
struct file_new {
	int fd; /* read and write; -1: none */
	int dir_fd;
	char name[NAME_MAX + 1];
	char temp[NAME_MAX + 24];
};

/* Makes the temporary with owner, group and mode, before any content, and
 * claims size bytes of disk space (0: none). 0 or -1; file_new_drop() is
 * always safe afterwards. */
int file_new_begin(struct file_new *n, const char *path, uid_t owner,
    gid_t group, mode_t mode, off_t size, struct error *e);
/* Appends all len bytes at the file offset. */
int file_new_write(
    struct file_new *n, const void *p, size_t len, struct error *e);
/* Renames over the target, of which the caller has seen to it that it is on
 * disk; fsync of n->dir_fd is still to come. 0 or -1. */
int file_new_place(struct file_new *n, struct error *e);
/* fsync, rename over the target, fsync of the folder. After -1 the target is
 * what it was, unless only the last fsync failed. */
int file_new_commit(struct file_new *n, struct error *e);
/* Removes the temporary unless committed, closes. */
void file_new_drop(struct file_new *n);

/* Removes the temporaries of path that a crash has left behind. Only where
 * nobody else writes it now. Failures do not matter: they are tried again at
 * the next start. */
void file_new_sweep(const char *path);

/* All of the above for content in memory. */
int file_replace(const char *path, const void *p, size_t len, uid_t owner,
    gid_t group, mode_t mode, struct error *e);

#endif
