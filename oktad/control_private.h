/*
 * What the files of control.sock share; see control.h.
 */
#ifndef OKTAD_CONTROL_PRIVATE_H
#define OKTAD_CONTROL_PRIVATE_H

#include "change.h"
#include "conn.h"
#include "control.h"

struct control {
	TAILQ_ENTRY(control) entry;
	struct watch watch;
	struct conn conn;
	struct parent *parent;
	int waits_for_sync;
	uint8_t sync_id[WIRE_ID_SIZE];
	int import; /* root's file, until oktad-sync has taken it in; or -1 */
	int waits_for_logout;
	uint8_t logout_id[WIRE_ID_SIZE];
	uint64_t since_ms; /* when it was let in */
	struct change change;
};

/* The last answer to a question; with fd unless that is -1. */
int control_answer_done(
    struct control *c, const uint8_t id[WIRE_ID_SIZE], int fd);
int control_answer_error(
    struct control *c, const uint8_t id[WIRE_ID_SIZE], const struct error *e);
/* ... where the process that would know is not there. */
int control_answer_absent(
    struct control *c, const uint8_t id[WIRE_ID_SIZE], const char *process);

/* control_ids.c */
int control_answer_ids(struct control *c, struct wire_in *in);
int control_answer_forget(struct control *c, struct wire_in *in);
/* An import that is in the ledger (in: what oktad-sync says of it): what of it
 * lies outside of id_range, the publisher has to know from root. */
int control_import_grant(
    struct control *c, const struct wire_in *in, struct error *e);
void control_import_drop(struct control *c);

/* control_change.c */
int control_answer_change(struct control *c, struct wire_in *in);
int control_answer_changed(struct control *c, struct wire_in *in);

/* control_sessions.c */
int control_answer_sessions(struct control *c, struct wire_in *in);
int control_answer_logout(struct control *c, struct wire_in *in);

#endif
