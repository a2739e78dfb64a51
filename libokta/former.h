/*
 * `former`: every number and every name that was ever published, and for which
 * Okta id. The published pair alone forgets: whoever builds images (oktad-sync,
 * perhaps taken over) could leave somebody out of one image and give the number
 * or the name to somebody else in the next. So the publisher holds each image
 * against this file, which only root writes and which only grows; only an
 * admin's word (oktactl ids forget) sets a name or a number free (T1, T10).
 *
 * The file is an array of records of 128 bytes, each with its own checksum. A
 * batch of them ends with a mark that says how many records stand before it,
 * and is on disk before the pair that it belongs to takes its place. So
 *
 *	what stands behind the last good mark, was cut short by a crash or a
 *	power cut and was never published: the next batch overwrites it;
 *	what is damaged before the last good mark, is damage: nothing is
 *	published until an admin has looked at it.
 *
 * The first record is a mark: a file that does not begin with one is damaged.
 */
#ifndef OKTA_FORMER_H
#define OKTA_FORMER_H

#include <stddef.h>
#include <stdint.h>

#include "directory.h"
#include "error.h"
#include "idmap.h"

enum {
	FORMER_RECORD = 128,
	FORMER_MAX = 512 << 20 /* bytes; 4 million records */
};

enum former_what {
	FORMER_MARK = 1, /* number: records before this one */
	FORMER_HELD = 2, /* published */
	FORMER_NAME_FREE = 3, /* an admin's word: the name, or the number, is */
	FORMER_NUMBER_FREE = 4, /* free; kind and id are those who had it */
	FORMER_GRANTED = 5 /* an admin's word (oktactl ids --import): the
			      number, outside of id_range, is for this Okta id,
			      or where that is empty for this name */
};

struct former_record {
	uint32_t magic;
	uint16_t what; /* enum former_what */
	uint16_t kind; /* enum idmap_kind; 0 in a mark */
	uint32_t number;
	uint8_t reserved[4]; /* zero */
	char name[32]; /* filled up with NULs, as is id */
	char id[72];
	uint64_t checksum; /* FNV-1a 64 of the 120 bytes before it */
};
_Static_assert(sizeof(struct former_record) == FORMER_RECORD, "128 bytes");
_Static_assert(DIR_NAME_MAX < 32 && DIR_OKTA_ID_MAX < 72, "they fit");

/* Opens the file, for appending too; makes one with a first mark where there
 * is none, and says so. 0 and *fd, the caller's; or -1: not a regular file of
 * this user, others may read or write it, too long, or ERROR_SYSTEM. */
int former_open(const char *path, int *fd, int *is_new, struct error *e);
/* Looks all through. 0 and *n, the records up to the last good mark; or -1
 * with the damage and its remedy. No system call. */
int former_scan(const char *path, const void *bytes, size_t size, size_t *n,
    struct error *e);
/* Fills a record. For a mark kind, name and id are 0 and "". */
void former_make(struct former_record *r, enum former_what what,
    enum idmap_kind kind, uint32_t number, const char *name, const char *id);
/* A batch that is being written behind the first records of the file. System
 * calls: ftruncate, pwrite, fsync. */
struct former_writer {
	int fd;
	const char *path;
	size_t before, n; /* records there were, and so far */
	struct former_record buffer[32];
};
/* Cuts off whatever stands behind the first `before` records. 0, -1. */
int former_write_begin(struct former_writer *w, int fd, size_t before,
    const char *path, struct error *e);
/* 0; or -1, and nothing of the batch counts. */
int former_write(
    struct former_writer *w, const struct former_record *r, struct error *e);
/* Puts the mark. 0, and all of it is on disk; or -1 as above. */
int former_write_end(struct former_writer *w, struct error *e);

/* What a word of an admin has set free. */
struct former_holder {
	enum idmap_kind kind;
	uint32_t number;
	char name[DIR_NAME_MAX + 1];
	char id[DIR_OKTA_ID_MAX + 1];
};

/* Writes down the admin's word that a name, or where name is NULL a number,
 * may go to somebody else. 1 and who had it; 0 where nobody had; -1. */
int former_forget(const char *path, const char *name, uint32_t number,
    struct former_holder *h, struct error *e);

/* Writes down the admin's word that these numbers, made by former_make() as
 * FORMER_GRANTED, may be published. 0, -1. */
int former_grant(
    const char *path, const struct former_record *r, size_t n, struct error *e);

#endif
