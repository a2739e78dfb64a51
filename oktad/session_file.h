/*
 * The file of the session registry: records of one size, appended as sessions
 * change, the last one of a handle counts. It need not survive a power cut, for
 * a session does not either, so nobody waits for the disk; what was cut short
 * is passed over by its checksum. Records of another boot are worth nothing. It
 * is read as if a stranger had written it.
 */
#ifndef OKTAD_SESSION_FILE_H
#define OKTAD_SESSION_FILE_H

#include "session.h"

enum session_file_kind { SESSION_SET = 1, SESSION_GONE = 2 };

struct session_record {
	uint32_t magic;
	uint32_t kind;
	uint8_t boot_id[16];
	struct session session;
	uint64_t checksum; /* FNV-1a 64 of all before */
};

struct session_file {
	char *path; /* NULL: there is no file */
	int fd; /* -1: not open */
	uint8_t boot_id[16];
	size_t records; /* in the file */
};

/* 0, or -1 without memory. */
int session_file_init(struct session_file *f, const char *path);
void session_file_close(struct session_file *f);
/* Calls take() for each whole record of this boot, in order; ends where it
 * answers -1. How many were taken. */
size_t session_file_scan(const void *bytes, size_t len,
    const uint8_t boot_id[16],
    int (*take)(
	void *arg, enum session_file_kind kind, const struct session *s),
    void *arg);
/* The same for the file; 0 also where there is none. */
int session_file_load(struct session_file *f,
    int (*take)(
	void *arg, enum session_file_kind kind, const struct session *s),
    void *arg, struct error *e);
/* Writes it anew with these n sessions; appends a record. 0 or -1. */
int session_file_replace(struct session_file *f, const struct session *sessions,
    size_t n, struct error *e);
int session_file_append(struct session_file *f, enum session_file_kind kind,
    const struct session *s, struct error *e);
/* A whole record, for tests. */
void session_file_make(struct session_record *r, const uint8_t boot_id[16],
    enum session_file_kind kind, const struct session *s);

#endif
