/*
 * Builds the image of a directory and of its people from records in any
 * order: the bytes depend on the set of records alone. Used by oktad-sync.
 */
#ifndef OKTA_DIRECTORY_WRITE_H
#define OKTA_DIRECTORY_WRITE_H

#include "directory.h"
#include "error.h"

struct image;

struct image_params {
	uint32_t id_min, id_max;
	uint32_t max_age_s, key_statuses;
};

/* Strings are copied. */
struct image_user {
	uint32_t uid, gid, flags; /* gid == uid: a private group */
	const char *name, *gecos, *home, *shell;
	/* private */
	const char *id, *login;
	enum person_status status;
	enum person_why why;
};

struct image_group {
	uint32_t gid;
	const char *name;
};

struct image *image_new(const struct image_params *p, struct error *e);
/* -1 with a sentence where a record breaks a rule (id out of range, name invalid): the caller leaves
 * that record out and reports it. */
int image_add_user(struct image *i, const struct image_user *u,
    struct error *e);
int image_add_group(struct image *i, const struct image_group *g,
    struct error *e);
/* Both must have been added. Twice the same pair counts once. */
int image_add_member(struct image *i, uint32_t gid, uint32_t uid,
    struct error *e);
/* Two sealed memfds (F_SEAL_WRITE, SHRINK, GROW, SEAL), caller closes. A number or a name that
 * stands twice is an error. */
int image_finish(struct image *i, int *directory_fd, int *people_fd,
    struct error *e);
void image_free(struct image *i);

#endif
