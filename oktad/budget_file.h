/*
 * The file of the budget: records one behind the other, see budget.h.
 */
#ifndef OKTAD_BUDGET_FILE_H
#define OKTAD_BUDGET_FILE_H

#include "budget.h"

struct budget_file {
	char *path;
	int fd; /* for appending; -1: has to be loaded (again) */
	size_t records; /* in the file */
};

/* 0, or -1 without memory. */
int budget_file_init(struct budget_file *f, const char *path);
/* Hands every whole record to take, oldest first, with its time on this boot's
 * clock. What is no record is passed over. The file is not opened for
 * appending: budget_file_replace() does that. 0, also where there is no file;
 * or -1. */
int budget_file_load(struct budget_file *f, const struct budget_now *now,
    int (*take)(void *arg, const struct budget_record *r, int64_t at_ms),
    void *arg, struct error *e);
/* The same for bytes in memory; returns how many records were taken. */
size_t budget_file_scan(const void *bytes, size_t len,
    const struct budget_now *now,
    int (*take)(void *arg, const struct budget_record *r, int64_t at_ms),
    void *arg);
/* Puts n records in the place of the file, whole or not at all. 0 or -1; after
 * -1 the old file is appended to, if it is open. */
int budget_file_replace(struct budget_file *f,
    const struct budget_record *records, size_t n, struct error *e);
/* Appends one record; sync: it is on disk before this returns. After -1
 * nothing of it is in the file, or the file is closed and must be loaded
 * again. */
/* 1: the open file is still the one at its path, with all that was written to
 * it. It can be removed, replaced or emptied under us, by a cleaner or an
 * admin; what is written to it then, no restart would find. */
int budget_file_is_in_place(const struct budget_file *f);
int budget_file_append(struct budget_file *f, const struct budget_record *r,
    int sync, struct error *e);
/* Sets magic, clocks and checksum; at_ms is when it happened, on this boot's
 * clock. */
void budget_file_stamp(
    struct budget_record *r, const struct budget_now *now, int64_t at_ms);
void budget_file_close(struct budget_file *f);

#endif
