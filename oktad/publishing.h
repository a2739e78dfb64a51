/*
 * The publication that oktad-sync has asked for, in the poll loop. One at a
 * time: until it has ended, sync is not heard.
 */
#ifndef OKTAD_PUBLISHING_H
#define OKTAD_PUBLISHING_H

#include "parent.h"

/* Starts it; the answer to the frame with this id follows by
 * link_published(). */
void publishing_begin(struct parent *p, const uint8_t id[WIRE_ID_SIZE],
    int directory_fd, int people_fd, int is_fresh);
/* The same for a confirmation of what is published. */
void publishing_confirm(struct parent *p, const uint8_t id[WIRE_ID_SIZE]);
/* 1 while one is under way. */
int publishing_is_busy(const struct parent *p);
/* A process has been reaped. */
void publishing_reaped(struct parent *p, pid_t pid);
/* Ends it without an answer: sync has gone, or oktad ends. */
void publishing_drop(struct parent *p);

#endif
