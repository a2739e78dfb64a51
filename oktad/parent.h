/*
 * oktad itself: root, one thread, no network, parses nothing foreign. What
 * its parts share.
 *
 *	accept.c	the four doors, and the hello of a login
 *	link.c		oktad-net and oktad-sync
 *	worker.c	one oktad-login and its budget
 *	control.c	oktactl
 *	parent.c	start, signals, reload, end
 */
#ifndef OKTAD_PARENT_H
#define OKTAD_PARENT_H

#include <sys/queue.h>

#include "assertion.h"
#include "budget.h"
#include "child.h"
#include "conf.h"
#include "loop.h"
#include "peer.h"
#include "refusal.h"
#include "slots.h"
#include "ticket.h"

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
};

struct parent {
	const char *conf_path;
	int is_foreground; /* -f: starts net and sync itself */
	int is_debug;
	int is_probe;	   /* oktactl on descriptor 0, no sockets, no sync */

	struct loop loop;
	struct door_watch doors[DOOR_COUNT];
	struct watch signals;
	struct watch ratchet; /* of `confirmed` */
	struct watch restart; /* of net and sync */
	int is_ending;

	struct conf *conf;
	struct assertion_keys keys;
	struct peer_users users;

	struct link *net, *sync; /* NULL: not connected */
	struct service net_service, sync_service;
	const char *service_args[4]; /* of both; NULL-ended */
	int netns; /* where oktad-net runs; -1: here */

	struct budget *budget;
	struct tickets *tickets;
	struct slots slots;
	struct refusals refusals;
	struct workers workers;
	struct controls controls;
};

/* Runs until SIGTERM, SIGINT or the end of a probe. The configuration is
 * loaded, fds are the listening sockets. An exit status. */
int parent_run(struct parent *p, const int fds[DOOR_COUNT]);
/* Loads the configuration anew and hands it to the children. 0; or -1 and the
 * old one stays. Logged either way. */
int parent_reload(struct parent *p, struct error *e);

#endif
