/*
 * A pair of files (directory and people) held against former, word by word,
 * newest first: so no index of former is needed, which may be far larger than
 * the pair; all that is kept is a byte for each person and group. No system
 * call but for new and free.
 */
#ifndef OKTA_FORMER_MATCH_H
#define OKTA_FORMER_MATCH_H

#include <stddef.h>
#include <stdint.h>

#include "directory.h"
#include "error.h"
#include "former.h"
#include "internal.h"

/* A person or group of the pair. */
struct former_one {
	enum idmap_kind kind;
	uint32_t number;
	const char *name, *id;
	uint8_t *mark;
};

struct former_match {
	const struct directory *d, *people;
	uint8_t *users, *groups; /* marks, by place in their sections */
	struct former_team {
		const char *id;
		uint32_t gid;
	} * teams; /* hash: Okta id of a group */
	size_t slots; /* of teams, a power of two; at most half are full */
	void *map;
	size_t size;

	struct former_clash {
		uint32_t number, why; /* enum clash */
	} clashes[INT_CLASHES_MAX];
	size_t nclashes, nrefused; /* told, and in all */
	struct error first; /* the sentence about the first of them */
};

/* Room for a pair of files of these sizes and so many groups, by a header that
 * need not be true. 0; -1 and *m empty. */
int former_match_new(struct former_match *m, size_t directory_size,
    size_t people_size, uint32_t groups, struct error *e);
void former_match_free(struct former_match *m);
/* The pair, which stays the caller's. Before that: the directory's sections
 * have passed directory_view(). A record that can not be read later on counts
 * as absent: an old pair may be damaged, a new one has been checked in full. */
void former_match_begin(struct former_match *m, const struct directory *d,
    const struct directory *people);

/* Has what is needed for a word come into the cache, and returns at once. */
void former_match_fetch(
    const struct former_match *m, const struct former_record *r);
/* For a published pair: somebody's name or number is spoken of here. */
void former_match_speak(struct former_match *m, const struct former_record *r);
/* 1 where former has never spoken of the one's name nor number. */
int former_match_is_unspoken(const struct former_one *one);

/* For an image: the next older word. Notes a clash where by this word a name
 * or number is somebody else's, or a number would change. */
void former_match_take(struct former_match *m, const struct former_record *r);
/* Behind the last word. 1 where the name or the number is not in former yet. */
int former_match_is_new(const struct former_one *one);
/* 1 where root has said that this one may have a number outside of id_range. */
int former_match_is_granted(const struct former_one *one);
/* Notes a clash, with its sentence; more than one of somebody count once. */
void former_match_refuse(struct former_match *m, const struct former_one *one,
    enum clash why, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Calls take for every group and person of the pair, in order of numbers, until
 * it says -1. 0 or that. */
int former_match_each(struct former_match *m,
    int (*take)(void *arg, const struct former_one *one, struct error *e),
    void *arg, struct error *e);

#endif
