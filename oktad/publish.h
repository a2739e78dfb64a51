/*
 * Publishing: the one place where an image becomes what every lookup reads.
 * oktad-sync hands over two sealed memfds; nothing in them is believed. They
 * are checked in full by the reader that NSS uses, against okta.conf's id
 * range, the reserved names, the local files and all that was ever published
 * (former.h), and then take their place by rename: people first, then the
 * directory. Whatever fails, what was published stays (T64, T112, T113).
 *
 * The check takes a while at 100,000 people, and it is the only code of root
 * that reads much of what others have made. So it runs in a process of its own:
 * forked, without oktad's secrets, descriptors and capabilities, behind a
 * system call filter that lets it compute, write the two temporaries and
 * former, and say how it went. oktad serves others meanwhile, and makes the
 * renames itself; a second process waits for the disk.
 */
#ifndef OKTAD_PUBLISH_H
#define OKTAD_PUBLISH_H

#include <stdint.h>
#include <sys/types.h>

#include "error.h"
#include "file.h"
#include "former_match.h"

enum { PUBLISH_MAX = 512 << 20 }; /* bytes of an image file */

struct publish_place {
	const char *directory, *people, *confirmed, *former;
	const char *passwd, *group; /* the local files */
	const char *etc; /* the folder of subuid, subgid, login.defs */
};

/* The paths of this product. */
extern const struct publish_place publish_here;

/* What okta.conf says an image may hold; the strings stay the caller's. */
struct publish_rules {
	int is_fresh; /* Okta agrees with the image as of now: confirmed, too */
	uint32_t id_min, id_max, max_age_s, key_statuses, flags;
	const char *shell;
	char *const *shells; /* NULL-ended; NULL: none but shell */
	int has_keys; /* okta.conf has an ssh_keys_attribute */
	char *const *local_groups, *const *veto; /* conf.h */
	char *const *local_accounts;
	char *const *rule_ids; /* what access rules name; NULL: nothing */
};

/* What a publication takes from people. */
struct publish_loss {
	uint32_t known; /* might log in before */
	uint32_t lost; /* of them, and may not now */
	uint32_t left; /* may log in now */
};

/* A publication under way. */
struct publish_job {
	const struct publish_place *where;
	int fd; /* readable when publish_next() is due; -1: none under way */
	pid_t pid; /* of the process waited for; 0: has been reaped */
	int is_settling; /* it is the second one */
	uint64_t generation; /* that is published at the end */
	int is_former_new, is_fresh;
	int is_changed; /* people has been replaced, with this loss */
	struct publish_loss loss;
	struct file_new directory, people;
	void (*shed)(void *arg);
	void *arg;
	/* where an image was refused: with these left out it might do */
	struct former_clash clashes[INT_CLASHES_MAX];
	size_t nclashes;
};

/* Starts the check of an image. shed(arg) is called in the new processes and
 * lets go of every secret. The descriptors stay the caller's. 0; or -1 with the
 * reason, and nothing is under way. */
int publish_begin(struct publish_job *j, const struct publish_place *where,
    const struct publish_rules *rules, int directory_fd, int people_fd,
    void (*shed)(void *arg), void *arg, struct error *e);
/* Okta was asked and nothing has changed: starts to confirm what is published.
 * 0, or -1 where something of it is gone or bad. */
int publish_confirm(struct publish_job *j, const struct publish_place *where,
    void (*shed)(void *arg), void *arg, struct error *e);
/* Waits for the process under way and goes on. 1: call again when j->fd, which
 * is another one now, is readable. 0: published, or the same as before, and
 * confirmed where it is fresh, as j->generation; or -1 with the reason, and
 * nothing changed (unless the disk failed, at or behind the two renames: old or
 * new files stand there, the people file perhaps the newer one, which harms
 * nobody). Nothing is under way then. */
int publish_next(struct publish_job *j, struct error *e);
/* Ends what is under way, if anything is. */
void publish_cancel(struct publish_job *j);

#endif
