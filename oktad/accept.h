/*
 * The four doors: who knocks is told by the kernel, strangers are closed
 * before a byte of theirs is read. Behind login.sock and self.sock the hello is
 * read here, and nothing more.
 */
#ifndef OKTAD_ACCEPT_H
#define OKTAD_ACCEPT_H

#include "parent.h"

/* Watches the listening sockets. 0, or -1 without memory. */
int accept_open(struct parent *p, const int fds[DOOR_COUNT]);
void accept_close(struct parent *p);

#endif
