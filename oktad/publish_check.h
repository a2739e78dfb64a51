/*
 * The check of an image, and its way into the two temporaries. It runs in a
 * process of its own (publish.c) that can do nothing but compute and write to
 * what is open: publish_prepare() before, publish_decide() behind that door.
 */
#ifndef OKTAD_PUBLISH_CHECK_H
#define OKTAD_PUBLISH_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "directory.h"
#include "error.h"
#include "former_match.h"
#include "publish.h"
#include "sync_local.h"

/* One file of an image: sealed, mapped, of a size that its header agrees
 * with; nothing else of it is known yet. */
struct publish_file {
	const uint8_t *bytes;
	size_t size;
	struct directory view;
	int out; /* the temporary */
};

/* Somebody of the local files. */
struct publish_local {
	const char *path;
	uint32_t id;
	char name[DIR_NAME_MAX + 1]; /* "": too long to be one of ours */
};

struct publish_work {
	const struct publish_place *where;
	struct publish_rules rules; /* with its own strings behind
				       publish_prepare() */
	uint64_t generation, published; /* for the new headers */
	struct publish_file directory, people;
	struct directory old, old_people; /* header NULL: none */
	int former_fd, is_former_new;
	const void *former;
	size_t former_size;

	/* By publish_prepare(). */
	struct publish_local *locals;
	size_t nlocals;
	struct local_spans spans; /* that this host may give to local users */
	struct former_match image, current; /* current: what is published */
	struct former_writer writer;
	size_t nfound; /* published, and not in former yet */
	size_t nnew; /* of the image likewise, as publish_hold() has found */
};

enum publish_answer {
	PUBLISH_REFUSED = 0,
	PUBLISH_SAME, /* it says what is published already */
	PUBLISH_WRITTEN /* both temporaries are whole and on disk */
};

/* What the process tells: its last word. */
struct publish_verdict {
	struct publish_loss loss; /* with PUBLISH_WRITTEN */
	uint32_t answer; /* enum publish_answer */
	uint32_t kind; /* enum error_kind */
	uint32_t found; /* holders of the published pair that were not in
			   former, and have been added */
	uint32_t nclashes; /* of clashes: with these left out it might do */
	struct former_clash clashes[INT_CLASHES_MAX];
	char text[sizeof(((struct error *)0)->text)]; /* why refused; or, with
		PUBLISH_SAME, what is wrong with former */
};
_Static_assert(sizeof(struct publish_verdict) <= 4096, "PIPE_BUF: at once");

/* Everything that needs a system call, or the strings of the rules: local
 * files, memory. 0 or -1. */
int publish_prepare(struct publish_work *w, struct error *e);
/* publish_groups.c: nobody is in a local group but by okta.conf's
 * [local_groups], as that group is in /etc/group now; and none of id_range. */
int publish_check_groups(const struct publish_work *w, struct error *e);
/* Checks all of it, and writes former and the temporaries. */
void publish_decide(struct publish_work *w, struct publish_verdict *v);

/* --- publish_lost.c --- */

/* Of those who might log in by the old people file (header NULL: nobody), how
 * many may not by the new one, and how many may by that. */
void publish_count_lost(const struct directory *old,
    const struct directory *new, struct publish_loss *loss);

/* --- publish_former.c, for publish_decide() --- */

/* What former says of those who are published: *before records count, and
 * w->nfound of the published are not in it. -1 where it is damaged. */
int publish_learn(struct publish_work *w, size_t *before, struct error *e);
/* Holds an image, which has been checked in full, against all that was ever
 * published and against id_range. 0; or -1, with w->image.clashes where some
 * of the people and groups are the reason. */
int publish_hold(struct publish_work *w, size_t before, struct error *e);
/* Adds to former who of the published pair is not in it, and who of the image,
 * where publish_hold() has seen one. 0, on disk; -1. */
int publish_note(struct publish_work *w, size_t before, struct error *e);

#endif
