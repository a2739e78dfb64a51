/*
 * state.db: the ledger as a whole, and what root has said about it. Beside
 * numbers given out stand claims: numbers that somebody who has none yet shall
 * have (`oktactl ids --import`), and the name that each home is made of, so
 * that a renamed person keeps it.
 *
 * Functions return 0 or -1 with ERROR_SYSTEM unless told otherwise.
 */
#ifndef OKTA_STATE_IDS_H
#define OKTA_STATE_IDS_H

#include "ids_file.h"
#include "state.h"

/* Makes what is missing of the tables; for state_open(). */
int state_ids_open(struct state *s, struct error *e);

struct state_number {
	enum idmap_kind kind;
	const char *id;
	uint32_t number;
	uint32_t gid; /* of the person; else the number */
	int64_t k; /* the candidate; -1: by attribute or import */
	const char *name; /* now; "" where nobody bears it here */
	const char *home; /* what the home is made of; "" as name */
};

/* Each calls `on` for every row; a -1 from it ends the walk. The strings live
 * for the call. By number. */
int state_each_number(struct state *s,
    int (*on)(void *arg, const struct state_number *n, struct error *e),
    void *arg, struct error *e);
/* Every name ever given, by name. */
int state_each_name(struct state *s,
    int (*on)(void *arg, const char *name, enum idmap_kind kind, const char *id,
	struct error *e),
    void *arg, struct error *e);
/* By key, an Okta id or a name. */
int state_each_claim(struct state *s,
    int (*on)(void *arg, enum idmap_kind kind, const char *key, uint32_t number,
	uint32_t gid, struct error *e),
    void *arg, struct error *e);

/* Takes a line of an import in, inside of a transaction; import tells one
 * import from another. 1; 0 and why where it is refused; -1. */
int state_claim(struct state *s, const struct ids_line *l, int64_t import,
    char why[API_WHY_SIZE], struct error *e);
/* Root wants this number, which lies outside of id_range. Once said, it counts
 * for whoever comes to have it in the ledger. */
int state_put_far(struct state *s, uint32_t number, struct error *e);
/* 1 where root has, 0, -1. */
int state_is_far(struct state *s, uint32_t number, struct error *e);
/* Claims of people whose primary group is neither theirs nor known, after all
 * lines. */
int state_each_groupless(struct state *s, int64_t import,
    int (*on)(void *arg, enum idmap_kind kind, const char *key, uint32_t number,
	uint32_t gid, struct error *e),
    void *arg, struct error *e);

/* For state_apply(): gives wishes the numbers that are claimed for them. */
int state_claims_meet_wishes(struct state *s, struct error *e);
/* 1 where the number is claimed for anybody but this id and name, 0, -1. */
int state_is_claimed(struct state *s, uint32_t number, enum idmap_kind kind,
    const char *id, const char *name, struct error *e);

#endif
