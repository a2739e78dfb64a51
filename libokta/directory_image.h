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
	uint32_t ngids;
	uint32_t first_gid; /* index into image.gids */
	char *strings;	    /* name, gecos, home, shell, each with its NUL */
	uint16_t gecos, home, shell, strings_len;
	char *secrets; /* Okta id, login, each with its NUL */
	uint16_t login, secrets_len;
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

struct image {
	struct image_params params;
	struct image_person *people;
	struct image_team *teams;
	struct image_pair *pairs;
	uint32_t *gids; /* of all people, one behind the other */
	size_t npeople, nteams, npairs;
	size_t people_cap, teams_cap, pairs_cap;
};

/* Both want people in order of uid, teams in order of gid, pairs in order of gid
 * and uid, and all counts filled. 0 and a sealed memfd, or -1. */
int image_write_directory(const struct image *i, int *fd, struct error *e);
int image_write_people(const struct image *i, int *fd, struct error *e);

#endif
