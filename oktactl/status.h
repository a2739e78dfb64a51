/*
 * The STATUS_* fields of all processes, gathered into one value.
 */
#ifndef OKTACTL_STATUS_H
#define OKTACTL_STATUS_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

enum { STATUS_PROCESSES_MAX = 8 };

struct status_process {
	char name[32];
	uint32_t pid;
};

struct status_refusal { /* a person or group that is not published */
	char id[65], name[128], why[256];
};

struct status {
	struct status_process processes[STATUS_PROCESSES_MAX];
	size_t nprocesses;
	char org[256], pipeline[16], mode[16];
	uint64_t token_expires;
	char scopes[1024], missing[1024], net_error[512];
	int32_t skew;
	char sync_state[32], sync_polls[16], sync_error[512], result[32];
	uint64_t sync_started, sync_full, sync_poll;
	uint32_t sync_done, sync_total, sync_pages, users, groups, added,
	    removed, unasked, error_kind; /* of a pass that has failed */
	struct status_refusal *refused;
	size_t nrefused;
};

void status_init(struct status *s);
/* For control_ask(): takes one frame in; arg is the struct status. */
void status_take(void *arg, struct wire_in *in);
/* [{id, name, why}, …]; the caller owns it. */
struct json_object *status_refused(const struct status *s);
void status_free(struct status *s);
/* How far a pass is: pages, people, people a second and, where it can be told,
 * the time left. Text for one line. */
void status_progress(const struct status *s, char *dst, size_t cap);

#endif
