/*
 * One login: an oktad-login process, what oktad knows about its person, and
 * its one charge. The worker holds the conversation and decides; what it can
 * not do without oktad is reach oktad-net, and oktad lets it only once the
 * charge is on disk.
 */
#ifndef OKTAD_WORKER_H
#define OKTAD_WORKER_H

#include "hello.h"
#include "parent.h"

/* Starts a worker for the client on fd, which is closed here in any case; the
 * caller's slot passes to the worker, or is given back. bytes are those of the
 * hello. */
void worker_start(struct parent *p, int fd, uid_t peer, const struct hello *h,
    const uint8_t bytes[PROTOCOL_HELLO_SIZE]);
/* Looks again at all charges that are held. */
void worker_try_held(struct parent *p);
/* A process has been reaped; forgets its number. */
void worker_reaped(struct parent *p, pid_t pid);
void worker_close_all(struct parent *p);

#endif
