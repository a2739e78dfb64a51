/*
 * oktad-net from inside: what its parts share. One process, one thread, one
 * loop (net.c); nothing here waits.
 */
#ifndef OKTAD_NET_H
#define OKTAD_NET_H

#include <stdint.h>
#include <sys/queue.h>

#include "conf_slice.h"
#include "credential.h"
#include "dpop.h"
#include "governor.h"
#include "origin.h"
#include "route.h"
#include "skew.h"
#include "transport.h"

enum {
	NET_LINK_FD = 3, /* the link to oktad, where it is handed over */
	NET_CHANNELS_MAX = TRANSPORT_FDS_MAX - 1, /* and the link to oktad */
	NET_PARALLEL = 4 /* calls at once of each role but login: all hosts of
			    a company share Okta's limit of 75 (8.6) */
};

TAILQ_HEAD(channels, channel);

struct net {
	int parent; /* internal.sock */
	struct slice_net conf, incoming;
	int has_conf;
	struct origin origin;
	unsigned int napps; /* of people's logins, configured so far: nothing
			       that one of them said goes to the next */
	struct transport *transport;
	struct governor governor;
	struct skew skew;
	struct credential daemon, admin;
	struct dpop oidc_proof; /* of the OIDC client; with a key, once Okta
				   has asked for one */
	struct channels channels;
	unsigned int nchannels;
	unsigned int running[ROLE_SESSION + 1];
	int has_news; /* held requests may be able to go on */
	int32_t shown_skew; /* seconds Okta is ahead, as last reported */
	char error[256]; /* last failure, for status; "" none */
	uint8_t status[12288]; /* last INT_STATUS frame sent */
	size_t status_len;
};

/* net.c: a token came (e NULL) or could not be had. */
void net_credential_changed(
    struct net *n, const struct credential *c, const struct error *e);
void net_target(const struct net *n, struct transport_target *target);
/* What an answer teaches about limits and clocks; seconds to wait, or 0. */
uint32_t net_learn(
    struct net *n, enum route_bucket bucket, const struct call *call);
/* Keeps the sentence for status and logs it; NULL: all is well again. */
void net_note_error(struct net *n, const char *text);

/* net_parent.c: the link to oktad. 0; -1: the link is of no more use. */
int net_connect(const char *path, int is_test, int *fd, struct error *e);
/* The same for a link that came with the start of the program. */
int net_inherit(int *fd, struct error *e);
int net_take_frame(struct net *n, struct error *e);
void net_send_assert(struct net *n, const uint8_t id[WIRE_ID_SIZE],
    int32_t skew, struct credential_owner owner);
/* Sends INT_STATUS where it differs from the last one. */
void net_push_status(struct net *n);

#endif
