/*
 * Inside of the writer: the collected records, and how they become bytes. For
 * directory_write.c and directory_image.c only.
 */
#ifndef OKTA_DIRECTORY_IMAGE_H
#define OKTA_DIRECTORY_IMAGE_H

#include "directory_write.h"

struct image_person {
	uint32_t uid, gid, flags;
	uint32_t status, why;
	int is_adopted; /* stands in the people file only */
	uint32_t ngids;
	uint32_t first_gid; /* index into image.gids */
	char *strings; /* name, gecos, home, shell, each with its NUL */
	uint16_t gecos, home, shell, strings_len;
	char *secrets; /* Okta id, login, each with its NUL */
	uint16_t login, secrets_len;
	char *keys; /* ssh keys; NULL: none */
	uint32_t keys_len, nkeys;
};

struct image_team {
	uint32_t gid;
	uint32_t nmembers;
	uint32_t first_member; /* index into image.pairs */
	uint64_t members_len;
	char name[DIR_NAME_MAX + 1];
	char id[DIR_OKTA_ID_MAX + 1];
	enum team_type type;
};

struct image_pair {
	uint32_t gid, uid;
	uint32_t person; /* index into image.people */
};

struct image_account {
	char name[DIR_NAME_MAX + 1];
	uint32_t uid; /* of somebody who may be behind it */
};

struct image {
	struct image_params params;
	struct image_person *people;
	struct image_team *teams;
	struct image_pair *pairs;
	uint32_t *gids; /* of all people, one behind the other */
	size_t npeople, nadopted, nteams, npairs;
	size_t people_cap, teams_cap, pairs_cap;
	struct dir_source *sources;
	struct dir_belongs *belongs;
	struct dir_net *nets;
	struct dir_local_group *locals;
	struct image_account *accounts;
	size_t nsources, nbelongs, nnets, nlocals, naccounts;
	size_t sources_cap, belongs_cap, nets_cap, locals_cap, accounts_cap;
};

/* Room for one more element of an array. 0, -1. */
int image_grow(
    void *array, size_t n, size_t *cap, size_t size, struct error *e);
/* directory_rules.c: brings them into order; everybody must be there. */
int image_settle_rules(struct image *i, struct error *e);

/* directory_write.c: by uid, once the people are in order; or NULL. */
struct image_person *image_find_person(const struct image *i, uint32_t uid);
/* directory_accounts.c: the ssh keys of people, of those who stand in the
 * people file only or of the others: bytes of the record of one, 0: none; bytes
 * and number of those of all; and those, to where the section begins. */
uint64_t image_key_size(const struct image_person *p, int is_adopted);
uint64_t image_keys_size(const struct image *i, int is_adopted, size_t *count);
void image_keys_put(const struct image *i, int is_adopted, uint8_t *at);
/* Of local accounts: an order; bytes and number of the records of the
 * section; and those, to where it begins. */
int image_order_accounts(const void *a, const void *b);
uint64_t image_accounts_size(const struct image *i, size_t *count);
void image_accounts_put(const struct image *i, uint8_t *at);

/* Both want people in order of uid, teams in order of gid, pairs in order of
 * gid and uid, and all counts filled. 0 and a sealed memfd, or -1. */
int image_write_directory(const struct image *i, int *fd, struct error *e);
int image_write_people(const struct image *i, int *fd, struct error *e);

#endif
