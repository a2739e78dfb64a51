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
	uint32_t flags; /* of the header: DIR_NO_ENUMERATION */
	/* 1: the caller answers for numbers outside of the range; the header's
	 * range then reaches as far as they do. */
	int may_be_far;
};

/* Strings are copied. The flags of the record follow from the rest: no login
 * where there is a why, no key login where the status is about the password and
 * not among key_statuses, a private group where gid == uid. */
struct image_user {
	uint32_t uid, gid;
	const char *name, *gecos, *home, *shell;
	/* private */
	const char *id, *login;
	enum person_status status;
	enum person_why why; /* WHY_NONE needs a status that may log in */
	int is_adopted; /* by a local account: there is only a private record */
	const char *keys; /* public: in the form of sshkey.h; NULL or "" none */
};

struct image_group {
	uint32_t gid;
	const char *name;
	/* private */
	const char *id;
	enum team_type type;
};

/* NULL with ERROR_CONFIG where the range breaks DIR_ID_FLOOR or DIR_ID_CEILING,
 * or ERROR_SYSTEM. image_free() frees. */
struct image *image_new(const struct image_params *p, struct error *e);
/* -1 with ERROR_PROTOCOL and a sentence where a record breaks a rule by
 * itself (a field is missing, an id out of range, a name not valid, a text not
 * clean): nothing is added, the caller leaves that record out and reports
 * it. ERROR_SYSTEM: no memory. */
int image_add_user(
    struct image *i, const struct image_user *u, struct error *e);
int image_add_group(
    struct image *i, const struct image_group *g, struct error *e);
/* Twice the same pair counts once; a membership in the primary group is
 * dropped. Both must have been added when image_finish() is called. */
int image_add_member(
    struct image *i, uint32_t gid, uint32_t uid, struct error *e);
/* What access rules need (directory.h): a group, app or zone that they name, in
 * rising order of ids; somebody who belongs to one of them; a network of a
 * zone, as address.h reads it. The source must have been added before. */
int image_add_source(struct image *i, const char *id, struct error *e);
int image_add_belongs(
    struct image *i, uint32_t uid, const char *id, struct error *e);
/* Somebody is in a group of this host, too. */
int image_add_local(
    struct image *i, uint32_t uid, uint32_t gid, struct error *e);
/* Somebody may be behind a local account: their ssh keys open it. */
int image_add_account(
    struct image *i, const char *name, uint32_t uid, struct error *e);
int image_add_net(
    struct image *i, const char *id, const char *net, struct error *e);
/* Two sealed memfds (F_SEAL_WRITE, SHRINK, GROW, SEAL), the caller closes; -1
 * on failure. A number or a name that stands twice, a primary group or a
 * member that is not there is ERROR_PROTOCOL. */
int image_finish(
    struct image *i, int *directory_fd, int *people_fd, struct error *e);
/* NULL is fine. */
void image_free(struct image *i);

#endif
