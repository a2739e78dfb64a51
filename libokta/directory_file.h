/*
 * Inside of the reader: which files are believed. For directory_file.c,
 * directory_age.c and nss_okta.
 */
#ifndef OKTA_DIRECTORY_FILE_H
#define OKTA_DIRECTORY_FILE_H

#include <sys/stat.h>

#include "directory.h"

/* 1: regular, root's (test builds: the caller's), writable by nobody else. */
int directory_is_trusted(const struct stat *st);
/* Opens a file that is trusted. OKTA_OK, and the caller closes *fd;
 * OKTA_ABSENT, OKTA_UNSAFE, OKTA_SYSTEM, and *fd is -1. */
int directory_open_fd(const char *path, int *fd, struct stat *st);
/* directory_open(), and what the kernel said about the file that it mapped.
 * With OKTA_SYSTEM errno says what could not be had. */
int directory_open_stat(
    struct directory *d, const char *path, uint64_t magic, struct stat *st);

#endif
