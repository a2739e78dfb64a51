/*
 * What session_watch.c (when, and the guard), session_watch_sweep.c (one sweep)
 * and session_order.c (for whom) share.
 */
#ifndef OKTAD_SESSION_WATCH_PRIVATE_H
#define OKTAD_SESSION_WATCH_PRIVATE_H

#include "session_watch.h"

/* A sweep is due by then, if not before. */
void watch_sweep_at(struct session_watch *w, uint64_t at);
/* session_watch_sweep.c: the time has come; as struct watch wants it. */
void watch_sweep_due(struct watch *timer);
/* How many people have lost their sessions in this hour. */
uint32_t watch_losses(struct session_watch *w);
/* Writes down that so many people lose their sessions now: how many it is in
 * this hour. */
uint32_t watch_note_loss(struct session_watch *w, uint32_t people);
/* Endings are held no longer. */
void watch_lift(struct session_watch *w, const char *why);
/* Says that endings are held or refused, at most every ten minutes. */
void watch_alarm(struct session_watch *w, const char *why);

#endif
