/*
 * Publishing: the one place where an image becomes what every lookup reads.
 * oktad-sync hands over two sealed memfds; nothing in them is believed. They
 * are copied, checked in full by the reader that NSS uses, against
 * okta.conf's id range, the reserved names, the local files and the pair that
 * is published now, and then take their place by rename: people first, then
 * the directory. Whatever fails, what was published stays (T64, T112, T113).
 */
#ifndef OKTAD_PUBLISH_H
#define OKTAD_PUBLISH_H

#include <stdint.h>

#include "error.h"

enum { PUBLISH_MAX = 512 << 20 }; /* bytes of an image file */

struct publish_place {
	const char *directory, *people, *confirmed;
	const char *passwd, *group; /* the local files */
};

/* The paths of this product. */
extern const struct publish_place publish_here;

/* Publishes the image and confirms it. 0 and the generation, which is the old
 * one where nothing has changed; or -1 with the reason, and nothing changed
 * (unless the disk failed between the two renames: the people file may then be
 * the newer one, which harms nobody). The descriptors stay the caller's. */
int publish_image(const struct publish_place *where, uint32_t id_min,
    uint32_t id_max, int directory_fd, int people_fd, uint64_t *generation,
    struct error *e);
/* Okta was asked and nothing has changed: confirms what is published. 0 or
 * -1. */
int publish_confirm(const struct publish_place *where, struct error *e);

#endif
