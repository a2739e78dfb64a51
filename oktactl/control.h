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
	int fd; /* -1: not open */
	pid_t probe; /* 0, or the `oktad --probe` that answers */
	uint8_t frame[WIRE_INTERNAL_MAX];
};

/* Connects to the running daemon. -1 where there is none (ERROR_SYSTEM, the
 * text says so). */
int control_open(struct control *c, struct error *e);
/* The same, and it has answered a question within seconds: for commands whose
 * own answer may take long. */
int control_reach(struct control *c, struct error *e);
/* Starts `oktad --probe` with this configuration, which has been found good,
 * and talks to that. */
int control_open_probe(
    struct control *c, const char *conf_path, struct error *e);
void control_close(struct control *c);

/* Sends op (with an empty field `flag` unless 0, and a uid unless it is
 * UINT32_MAX) and calls take() for every CTL_ANSWER frame until the last one.
 * A CTL_ERROR becomes *e. take may be NULL. timeout_ms is for the whole. */
int control_ask(struct control *c, uint16_t op, uint16_t flag, uint32_t uid,
    uint32_t timeout_ms, void (*take)(void *arg, struct wire_in *in), void *arg,
    struct error *e);
/* The same with the name of a user or group, or where that is NULL a number,
 * of CTL_FORGET. */
int control_forget(struct control *c, const char *name, uint32_t number,
    void (*take)(void *arg, struct wire_in *in), void *arg, struct error *e);
/* Asks CTL_IDS with descriptors for the answer and, but for IDS_LIST, of root's
 * file (internal.h); they stay the caller's. Otherwise as control_ask(). */
int control_ask_ids(struct control *c, uint32_t mode, const int *fds,
    size_t nfds, uint32_t timeout_ms,
    void (*take)(void *arg, struct wire_in *in), void *arg, struct error *e);
/* Asks op, which is answered with one descriptor; the caller closes it. -1 and
 * *e, which calls it `what`. */
int control_ask_fd(
    struct control *c, uint16_t op, const char *what, struct error *e);
/* Asks CTL_LOGOUT. With a list of processes *list is a descriptor of the
 * caller's, else -1. Otherwise as control_ask(). */
int control_logout(struct control *c, uint32_t what, const char *whom,
    void (*take)(void *arg, struct wire_in *in), void *arg, int *list,
    struct error *e);
/* Begins a change (internal.h, CTL_CHANGE): what is done and to whom, for the
 * log, one scope that it takes, and the file of the credential; NULL: [admin].
 * A channel for it, which the caller closes; or -1 and *e, ERROR_SCOPE where
 * there is no credential. control_changed() says what came of it. */
struct control_change {
	const char *what, *whom, *scope, *file;
};
int control_change(
    struct control *c, const struct control_change *x, struct error *e);
/* result is one word; request "" where there was none; why NULL: it is done. */
int control_changed(struct control *c, const char *result, const char *request,
    const struct error *why, struct error *e);
/* A new channel for http_send(); the caller closes it. -1 and *e. */
int control_channel(struct control *c, struct error *e);

#endif
