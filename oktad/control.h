/*
 * oktactl's connections: root only, one table of requests. What it asks of
 * oktad-net and oktad-sync is passed on as they sent it, unparsed.
 */
#ifndef OKTAD_CONTROL_H
#define OKTAD_CONTROL_H

#include "parent.h"
#include "wire.h"

/* Root has connected, or is on descriptor 0 of a probe; takes over fd. */
void control_accept(struct parent *p, int fd);
/* From oktad-sync: its status has changed; the pass asked for is done; it has
 * gone. Those who wait for it are told. */
void control_sync_progress(struct parent *p, const struct wire_in *in);
void control_sync_done(struct parent *p, const struct wire_in *in);
void control_sync_lost(struct parent *p);
/* The sweep that root asked for with the frame of this id is over: what came of
 * it, the list of processes (stays the caller's; -1: none), or e. */
void control_logout_done(struct parent *p, const uint8_t id[WIRE_ID_SIZE],
    const struct sweep_report *r, int list, const struct error *e);
void control_close_all(struct parent *p);

#endif
