/*
 * A state.db of one test, with short ways to stage, apply and look. Functions
 * fail the test where the database does.
 */
#ifndef OKTA_TEST_STATE_H
#define OKTA_TEST_STATE_H

#include <stdint.h>

#include "state.h"

#define MIN 1879048192u
#define MAX 2147352575u

struct fixture {
	char dir[64], path[96];
	struct state *s;
	struct error e;
	struct state_rules rules;
	int64_t source; /* the one allowed, published group */
};

extern char group_id[], other_id[];
extern char *const groups[], *const two_groups[], *const none[];

/* For cmocka: a new database in memory, and its end. */
int setup(void **state);
int teardown(void **state);
void open_state(struct fixture *f);
void remove_files(struct fixture *f);

/* Begins a pass; stages; settles what was lost, applies and commits. */
void begin(struct fixture *f);
struct api_user person(const char *id, const char *name);
void stage(struct fixture *f, const struct api_user *u);
void stage_name(struct fixture *f, const char *id, const char *name);
void stage_group(struct fixture *f, int64_t source, const char *id,
    const char *name, uint32_t gid);
struct state_outcome apply(struct fixture *f);

struct seek {
	const char *id;
	struct state_person found; /* its strings are gone */
	char name[64];
	int n, hit; /* people in all; whether this one is there */
};
struct seek find(struct fixture *f, const char *id);

/* How often that was said of the id. */
int noted(struct fixture *f, const char *id, const char *part);

struct group_list {
	char names[4][32];
	uint32_t gids[4];
	int n, members;
};
struct group_list list_groups(struct fixture *f);

#endif
