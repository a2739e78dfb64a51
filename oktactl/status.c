#include <time.h>
#include <stdio.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "oktactl.h"
#include "status.h"

void
status_init(struct status *s)
{
	memset(s, 0, sizeof(*s));
	memcpy(s->pipeline, "unknown", sizeof("unknown"));
}

/* Copies a tab-separated part; returns the rest. */
static const char *
part(const char *from, char *to, size_t cap)
{
	size_t len = strcspn(from, "\t");

	if (len >= cap)
		len = cap - 1;
	memcpy(to, from, len);
	to[len] = '\0';
	from += strcspn(from, "\t");
	return *from == '\t' ? from + 1 : from;
}

static void
take_refused(struct status *s, const struct wire_field *f)
{
	char line[512];
	struct status_refusal *more;
	const char *rest;

	if (wire_str(f, line, sizeof(line)) != OKTA_OK)
		return;
	more = reallocarray(s->refused, s->nrefused + 1, sizeof(*more));
	if (more == NULL)
		return;
	s->refused = more;
	more += s->nrefused++;
	rest = part(line, more->id, sizeof(more->id));
	rest = part(rest, more->name, sizeof(more->name));
	part(rest, more->why, sizeof(more->why));
}

void
status_take(void *arg, struct wire_in *in)
{
	struct status *s = arg;
	struct status_process *p = NULL;
	struct wire_field f;
	char name[32] = "", error[512] = "";
	uint32_t skew;

	while (wire_next(in, &f) == 1) {
		switch (f.tag) {
		case STATUS_PROCESS:
			if (wire_str(&f, name, sizeof(name)) != OKTA_OK ||
			    s->nprocesses == STATUS_PROCESSES_MAX)
				break;
			p = &s->processes[s->nprocesses++];
			memcpy(p->name, name, sizeof(name));
			break;
		case STATUS_PID:
			if (p != NULL)
				(void)wire_u32(&f, &p->pid);
			break;
		case STATUS_ORG:
			(void)wire_str(&f, s->org, sizeof(s->org));
			break;
		case STATUS_PIPELINE:
			(void)wire_str(&f, s->pipeline, sizeof(s->pipeline));
			break;
		case STATUS_MODE:
			(void)wire_str(&f, s->mode, sizeof(s->mode));
			break;
		case STATUS_TOKEN_EXPIRES:
			(void)wire_u64(&f, &s->token_expires);
			break;
		case STATUS_SCOPES:
			(void)wire_str(&f, s->scopes, sizeof(s->scopes));
			break;
		case STATUS_MISSING:
			(void)wire_str(&f, s->missing, sizeof(s->missing));
			break;
		case STATUS_UNASKED:
			(void)wire_u32(&f, &s->unasked);
			break;
		case STATUS_SKEW:
			if (wire_u32(&f, &skew) == OKTA_OK)
				s->skew = (int32_t)skew;
			break;
		case STATUS_ERROR:
			(void)wire_str(&f, error, sizeof(error));
			break;
		case TAG_ERROR_KIND:
			(void)wire_u32(&f, &s->error_kind);
			break;
		case STATUS_SYNC_STATE:
			(void)wire_str(
			    &f, s->sync_state, sizeof(s->sync_state));
			break;
		case STATUS_SYNC_STARTED:
			(void)wire_u64(&f, &s->sync_started);
			break;
		case STATUS_SYNC_FULL:
			(void)wire_u64(&f, &s->sync_full);
			break;
		case STATUS_SYNC_POLL:
			(void)wire_u64(&f, &s->sync_poll);
			break;
		case STATUS_SYNC_DONE:
			(void)wire_u32(&f, &s->sync_done);
			break;
		case STATUS_SYNC_TOTAL:
			(void)wire_u32(&f, &s->sync_total);
			break;
		case STATUS_SYNC_PAGES:
			(void)wire_u32(&f, &s->sync_pages);
			break;
		case STATUS_SYNC_POLLS:
			(void)wire_str(
			    &f, s->sync_polls, sizeof(s->sync_polls));
			break;
		case STATUS_USERS:
			(void)wire_u32(&f, &s->users);
			break;
		case STATUS_GROUPS:
			(void)wire_u32(&f, &s->groups);
			break;
		case STATUS_ADDED:
			(void)wire_u32(&f, &s->added);
			break;
		case STATUS_REMOVED:
			(void)wire_u32(&f, &s->removed);
			break;
		case STATUS_REFUSED:
			take_refused(s, &f);
			break;
		case STATUS_RESULT:
			(void)wire_str(&f, s->result, sizeof(s->result));
			break;
		default:
			break;
		}
	}
	/* The same tag means the sender's own last error. */
	if (strcmp(name, "oktad-net") == 0)
		memcpy(s->net_error, error, sizeof(error));
	else if (error[0] != '\0')
		memcpy(s->sync_error, error, sizeof(error));
}

struct json_object *
status_refused(const struct status *s)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < s->nrefused; i++) {
		struct json_object *o = json_object_new_object();

		ctl_add_str(o, "id", s->refused[i].id);
		ctl_add_str(o, "name", s->refused[i].name);
		ctl_add_str(o, "why", s->refused[i].why);
		json_object_array_add(list, o);
	}
	return list;
}

void
status_free(struct status *s)
{
	free(s->refused);
	s->refused = NULL;
	s->nrefused = 0;
}

void
status_progress(const struct status *s, char *dst, size_t cap)
{
	int64_t gone = (int64_t)time(NULL) - (int64_t)s->sync_started;
	uint64_t rate, left;
	int n;

	n = snprintf(dst, cap, "%" PRIu32 " pages, %" PRIu32, s->sync_pages,
	    s->sync_done);
	if (n > 0 && (size_t)n < cap && s->sync_total >= s->sync_done &&
	    s->sync_total != 0)
		n += snprintf(
		    dst + n, cap - (size_t)n, " of %" PRIu32, s->sync_total);
	if (n > 0 && (size_t)n < cap)
		n += snprintf(dst + n, cap - (size_t)n, " people");
	if (n < 0 || (size_t)n >= cap || gone < 2 || s->sync_done == 0)
		return;
	rate = s->sync_done / (uint64_t)gone;
	n += snprintf(dst + n, cap - (size_t)n, ", %" PRIu64 " a second", rate);
	if ((size_t)n >= cap || rate == 0 || s->sync_total <= s->sync_done)
		return;
	left = (s->sync_total - s->sync_done) / rate;
	snprintf(dst + n, cap - (size_t)n,
	    ", about %" PRIu64 " min %" PRIu64 " s left", left / 60, left % 60);
}
