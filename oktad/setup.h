/*
 * What oktad makes sure of before it serves anybody: its users, its folders,
 * that it is alone, and that it has no more power than it needs.
 */
#ifndef OKTAD_SETUP_H
#define OKTAD_SETUP_H

#include "error.h"
#include "peer.h"

/* The three service users and the group of internal.sock (that of oktad-net).
 * 0, or -1 with the remedy. */
int setup_users(struct peer_users *users, struct error *e);
/* Makes the folders of OKTA_STATE_DIR that are missing; refuses one that
 * somebody else may write. 0 or -1. */
int setup_folders(const struct peer_users *users, struct error *e);
/* Those of them that are root's, also later: somebody may have removed them
 * (T116). */
int setup_own_folders(struct error *e);
/* Removes the temporaries that an oktad before this one left behind when it was
 * killed. Only with the lock. */
void setup_sweep(void);
/* Takes the lock that only one oktad can have, for the life of the process. 0
 * or -1. */
int setup_lock(struct error *e);
/* Moves this process into a network namespace with nothing in it. Returns a
 * descriptor of the one before, for oktad-net; -1 where that is not
 * allowed. */
int setup_no_network(void);
/* Gives up every capability but those needed to become the service users and to
 * end workers (and, has_netns, to put oktad-net where the network is; and,
 * makes_folders, to give oktad-sync's to it); no_new_privs. 0 or -1. */
int setup_capabilities(int has_netns, int makes_folders, struct error *e);

#endif
