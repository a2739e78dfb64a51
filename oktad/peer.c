#include "peer.h"

#include <sys/socket.h>

#include "internal.h"
#include "protocol.h"

enum rule { RULE_ROOT = 1, RULE_SELF, RULE_NET, RULE_SYNC };

static const struct {
	enum door door;
	uint16_t op;
	enum rule rule;
} rules[] = {
    {DOOR_LOGIN, OP_LOGIN, RULE_ROOT},
    {DOOR_LOGIN, OP_SECOND_FACTOR, RULE_ROOT},
    {DOOR_LOGIN, OP_SESSION_OPEN, RULE_ROOT},
    {DOOR_LOGIN, OP_SESSION_CLOSE, RULE_ROOT},
    {DOOR_SELF, OP_LOGIN, RULE_SELF},
    {DOOR_CONTROL, CTL_STATUS, RULE_ROOT},
    {DOOR_CONTROL, CTL_SYNC, RULE_ROOT},
    {DOOR_CONTROL, CTL_TOKEN_RESET, RULE_ROOT},
    {DOOR_CONTROL, CTL_CHANNEL, RULE_ROOT},
    {DOOR_CONTROL, CTL_PERSON, RULE_ROOT},
    {DOOR_CONTROL, CTL_RELOAD, RULE_ROOT},
    {DOOR_CONTROL, CTL_FORGET, RULE_ROOT},
    {DOOR_CONTROL, CTL_IDS, RULE_ROOT},
    {DOOR_CONTROL, CTL_SESSIONS, RULE_ROOT},
    {DOOR_CONTROL, CTL_LOGOUT, RULE_ROOT},
    {DOOR_CONTROL, CTL_CHANGE, RULE_ROOT},
    {DOOR_CONTROL, CTL_CHANGED, RULE_ROOT},
    {DOOR_INTERNAL, INT_STATUS, RULE_NET},
    {DOOR_INTERNAL, INT_ASSERT, RULE_NET},
    {DOOR_INTERNAL, INT_STATUS, RULE_SYNC},
    {DOOR_INTERNAL, INT_IMAGE, RULE_SYNC},
    {DOOR_INTERNAL, INT_CONFIRM, RULE_SYNC},
    {DOOR_INTERNAL, INT_CLEARED, RULE_SYNC},
    {DOOR_INTERNAL, INT_SYNC_DONE, RULE_SYNC},
};

int
peer_uid(int fd, uid_t *uid)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	*uid = (uid_t)-1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0 ||
	    len != sizeof(cred) || cred.uid == (uid_t)-1)
		return -1;
	*uid = cred.uid;
	return 0;
}

pid_t
peer_pid(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0 ||
	    len != sizeof(cred))
		return 0;
	return cred.pid;
}

static int
rule_holds(
    enum rule rule, uid_t peer, uid_t subject, const struct peer_users *users)
{
	switch (rule) {
	case RULE_ROOT:
		return peer == 0;
	case RULE_SELF:
		return peer == subject;
	case RULE_NET:
		return peer == users->net.uid;
	case RULE_SYNC:
		return peer == users->sync.uid;
	}
	return 0;
}

int
peer_may(enum door door, uint16_t op, uid_t peer, uid_t subject,
    const struct peer_users *users)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].door == door && rules[i].op == op &&
		    rule_holds(rules[i].rule, peer, subject, users))
			return 1;
	}
	return 0;
}

int
peer_may_enter(enum door door, uid_t peer, const struct peer_users *users)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].door == door &&
		    rule_holds(rules[i].rule, peer, peer, users))
			return 1;
	}
	return 0;
}
