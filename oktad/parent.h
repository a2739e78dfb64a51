/*
 * oktad itself: root, one thread, no network, parses nothing foreign. What
 * its parts share.
 *
 *	accept.c	the four doors, and the hello of a login
 *	link.c		oktad-net and oktad-sync
 *	worker.c	one oktad-login and its budget
 *	control.c	oktactl
 *	change.c	a change in Okta, and its credential
 *	publishing.c	the image that is being checked
 *	mend.c		what was removed under us
 *	parent.c	start, signals, reload, end
 */
#ifndef OKTAD_PARENT_H
#define OKTAD_PARENT_H

#include <sys/queue.h>

#include "assertion.h"
#include "budget.h"
#include "child.h"
#include "conf.h"
#include "listen.h"
#include "loop.h"
#include "okta_session.h"
#include "peer.h"
#include "preference.h"
#include "publish.h"
#include "refusal.h"
#include "session.h"
#include "session_watch.h"
#include "slots.h"
#include "sync_local.h"
#include "throttle.h"
#include "ticket.h"
#include "wire.h"

struct control;
struct link;
struct parent;
struct worker;

TAILQ_HEAD(controls, control);
TAILQ_HEAD(workers, worker);

struct door_watch {
	struct watch watch;
	enum door door;
	struct parent *parent;
	struct listen_mark mark; /* of its socket */
	int is_own; /* else systemd's */
};

/* What an image is held against beside itself. */
struct publish_basis {
	unsigned int loads; /* of okta.conf */
	struct file_mark locals[LOCAL_FILES];
};

struct publishing {
	struct publish_job job;
	struct watch watch;
	uint64_t since;
	int is_image; /* else a confirmation */
	struct publish_basis begun; /* as it was then */
	struct publish_basis checked; /* at the last image that was good */
	int has_checked;
	uint8_t id[WIRE_ID_SIZE]; /* of the frame to answer */
};

struct parent {
	const char *conf_path;
	int is_foreground; /* -f: starts net and sync itself */
	int is_debug;
	int is_probe; /* oktactl on descriptor 0, no sockets, no sync */

	struct loop loop;
	struct door_watch doors[DOOR_COUNT];
	struct watch signals;
	struct watch ratchet; /* of `confirmed`, and of the reminder */
	uint64_t remind; /* when the next one is due */
	struct watch restart; /* of net and sync */
	struct watch mend; /* of what was removed under us */
	int is_ending;

	struct conf *conf;
	unsigned int loads; /* how often it was loaded */
	uint32_t changes; /* how many were begun (change.h) */
	unsigned int unasked; /* OUTCOME_UNASKED since anybody got in */
	struct assertion_keys keys;
	struct peer_users users;

	struct link *net, *sync; /* NULL: not connected */
	struct service net_service, sync_service;
	const char *service_args[4]; /* of both; NULL-ended */
	struct publishing publishing;
	int netns; /* where oktad-net runs; -1: here */

	struct budget *budget;
	struct preferences *preferences;
	struct tickets *tickets;
	struct sessions *sessions;
	struct session_watch session_watch;
	struct okta_sessions okta_sessions;
	struct slots slots;
	struct refusals refusals;
	struct throttle throttle;
	struct workers workers;
	struct controls controls;
};

/* Runs until SIGTERM, SIGINT or the end of a probe. The configuration is
 * loaded, fds are the listening sockets. An exit status. */
int parent_run(struct parent *p, const int fds[DOOR_COUNT]);
/* In a child of oktad that needs nothing secret: gives all of it up. */
void parent_shed(void *parent);
/* Loads the configuration anew and hands it to the children. 0; or -1 and the
 * old one stays. Logged either way. */
int parent_reload(struct parent *p, struct error *e);

#endif
