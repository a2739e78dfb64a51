/*
 * Who is on the other end of a socket, and what that uid may ask for there.
 * The kernel says who (SO_PEERCRED, set at connect); one table says what (T40,
 * T46). Process ids decide nothing (T47).
 */
#ifndef OKTAD_PEER_H
#define OKTAD_PEER_H

#include <stdint.h>
#include <sys/types.h>

enum door {
	DOOR_LOGIN = 0,
	DOOR_SELF,
	DOOR_CONTROL,
	DOOR_INTERNAL,
	DOOR_COUNT
};

/* The service users of this host. */
struct peer_user {
	uid_t uid;
	gid_t gid;
};

struct peer_users {
	struct peer_user net, sync, login;
};

/* uid of the peer. 0; -1 where the kernel does not say: close it. */
int peer_uid(int fd, uid_t *uid);
/* Its pid, where it is in a namespace that is seen from here; else 0. Says who
 * to look at and decides nothing (session_peer()). */
pid_t peer_pid(int fd);
/* May a peer with this uid ask for op behind this door, about subject (the
 * uid of the hello; any number behind the other doors)? 1 or 0; an op that the
 * table does not name is 0. */
int peer_may(enum door door, uint16_t op, uid_t peer, uid_t subject,
    const struct peer_users *users);
/* May it be there at all, whatever it asks? Lets oktad close a stranger
 * before it reads a byte. */
int peer_may_enter(enum door door, uid_t peer, const struct peer_users *users);

#endif
