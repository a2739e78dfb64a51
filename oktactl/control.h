/*
 * oktactl's end of control.sock: one question, its answers, and channels to
 * Okta through oktad-net.
 */
#ifndef OKTACTL_CONTROL_H
#define OKTACTL_CONTROL_H

#include <sys/types.h>

#include "error.h"
#include "wire.h"

struct control {
	int fd;	     /* -1: not open */
	pid_t probe; /* 0, or the `oktad --probe` that answers */
	uint8_t frame[WIRE_INTERNAL_MAX];
};

/* Connects to the running daemon. -1 where there is none (ERROR_SYSTEM, the
 * text says so). */
int control_open(struct control *c, struct error *e);
/* Starts `oktad --probe` with this configuration and talks to that. */
int control_open_probe(struct control *c, const char *conf_path,
    struct error *e);
void control_close(struct control *c);

/* Sends op (with an empty field `flag` unless 0, and a uid unless it is
 * UINT32_MAX) and calls take() for every CTL_ANSWER frame until the last one.
 * A CTL_ERROR becomes *e. take may be NULL. timeout_ms is for the whole. */
int control_ask(struct control *c, uint16_t op, uint16_t flag, uint32_t uid,
    uint32_t timeout_ms, void (*take)(void *arg, struct wire_in *in),
    void *arg, struct error *e);
/* A new channel for http_send(); the caller closes it. -1 and *e. */
int control_channel(struct control *c, struct error *e);

#endif
