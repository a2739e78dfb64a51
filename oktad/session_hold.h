/*
 * That endings are held is remembered in a file, so that a restart of oktad
 * does not lift it: how many people might log in before. Who they were is kept
 * beside it, so that others in their place do not lift it either.
 */
#ifndef OKTAD_SESSION_HOLD_H
#define OKTAD_SESSION_HOLD_H

#include <stdint.h>

#include "error.h"
#include "publish.h"

/* 1 where they are held, and *baseline, 0 where the file does not say. */
int session_hold_read(const char *path, uint32_t *baseline);
int session_hold_write(const char *path, uint32_t baseline, struct error *e);
/* Keeps the people file as it is under the name `before`, for the publication
 * that is about to replace it. Where that can not be, no such file is there. */
void session_hold_keep(const char *people, const char *before);
/* The one that was kept is that of the people who are held. */
void session_hold_take(const char *before, const char *held_people);
/* Who of them may not log in any more by the people file. 0, or -1 where one of
 * the two can not be read. */
int session_hold_compare(
    const char *held_people, const char *people, struct publish_loss *loss);
int session_hold_remove(const char *path, struct error *e);
/* How many of the people file may log in. */
uint32_t session_hold_people(const char *path);

#endif
