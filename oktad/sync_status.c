#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "code.h"
#include "internal.h"
#include "sync.h"

static const uint8_t no_id[WIRE_ID_SIZE];

static const char *const phase_word[SYNC_PHASES] = {
    [SYNC_NEVER] = "never",
    [SYNC_RUNNING] = "running",
    [SYNC_IDLE] = "idle",
    [SYNC_FAILED] = "failed",
    [SYNC_REFUSED_SHRINK] = "refused_shrink",
};

struct notes {
	struct wire_out *o;
	size_t n;
};

static int
put_note(void *arg, const char *id, const char *name, const char *why,
    struct error *e)
{
	struct notes *w = arg;
	char line[JSON_ID_MAX + DIR_NAME_MAX + API_WHY_SIZE + 64];

	(void)e;
	if (w->n == SYNC_NOTES)
		return 0;
	w->n++;
	/* An Okta group's own name may be long. */
	snprintf(line, sizeof(line), "%.64s\t%.60s\t%.120s", id, name, why);
	wire_put_str(w->o, STATUS_REFUSED, line);
	return 0;
}

static int
put_all(struct sync *s, struct wire_out *o, struct error *e)
{
	struct notes w = {.o = o};

	wire_put_str(o, STATUS_SYNC_STATE, phase_word[s->phase]);
	wire_put_u64(o, STATUS_SYNC_STARTED, (uint64_t)s->started_s);
	wire_put_u64(o, STATUS_SYNC_FULL, (uint64_t)s->full_s);
	wire_put_u64(o, STATUS_SYNC_POLL, (uint64_t)s->poll_s);
	wire_put_u32(o, STATUS_SYNC_DONE, s->done);
	wire_put_u32(o, STATUS_SYNC_TOTAL, s->total);
	wire_put_u32(o, STATUS_SYNC_PAGES, s->pages);
	wire_put_str(o, STATUS_SYNC_POLLS,
	    wire_now_ms() < s->next_log ? "lists" : "log");
	wire_put_u32(o, STATUS_USERS, s->users);
	wire_put_u32(o, STATUS_GROUPS, s->groups);
	wire_put_u32(o, STATUS_ADDED, s->added);
	wire_put_u32(o, STATUS_REMOVED, s->removed);
	for (size_t i = 0; i < s->nleft_out; i++)
		(void)put_note(&w, s->left_out[i].id, s->left_out[i].name,
		    s->left_out[i].why, e);
	return s->state == NULL ? 0
				: state_each_note(s->state, put_note, &w, e);
}

static int
finish(struct sync *s, struct wire_out *o, struct error *e)
{
	if (wire_end(o) != OKTA_OK ||
	    wire_send(s->link, o->buf, o->len, wire_now_ms() + SYNC_SEND_MS) !=
		OKTA_OK)
		return error_set(e, ERROR_SYSTEM,
		    "link to oktad: a status could not be sent");
	return 0;
}

int
status_send(struct sync *s, int is_final, struct error *e)
{
	uint64_t now = wire_now_ms();
	struct wire_out o;

	if (!is_final && now - s->told_ms < 1000)
		return 0;
	s->told_ms = now;
	wire_begin(&o, s->frame, WIRE_INTERNAL_MAX, INT_STATUS, no_id);
	wire_put_str(&o, STATUS_PROCESS, "oktad-sync");
	wire_put_u32(&o, STATUS_PID, (uint32_t)getpid());
	if (s->pipeline[0] != '\0')
		wire_put_str(&o, STATUS_PIPELINE, s->pipeline);
	if (s->error[0] != '\0')
		wire_put_str(&o, STATUS_ERROR, s->error);
	if (put_all(s, &o, e) == -1)
		return -1;
	return finish(s, &o, e);
}

int
status_answer(struct sync *s, size_t n, enum error_kind kind, struct error *e)
{
	static const char *const result[SYNC_PHASES] = {
	    [SYNC_NEVER] = "failed",
	    [SYNC_RUNNING] = "failed",
	    [SYNC_IDLE] = "ok",
	    [SYNC_FAILED] = "failed",
	    [SYNC_REFUSED_SHRINK] = "refused_shrink",
	};
	struct wire_out o;

	for (size_t i = 0; i < n; i++) {
		wire_begin(&o, s->frame, WIRE_INTERNAL_MAX, INT_SYNC_DONE,
		    s->askers[i]);
		wire_put_str(&o, STATUS_RESULT, result[s->phase]);
		if (s->error[0] != '\0')
			wire_put_str(&o, TAG_ERROR, s->error);
		if (s->phase == SYNC_FAILED)
			wire_put_u32(&o, TAG_ERROR_KIND, kind);
		if (put_all(s, &o, e) == -1 || finish(s, &o, e) == -1)
			return -1;
	}
	memmove(
	    s->askers, s->askers + n, (s->naskers - n) * sizeof(*s->askers));
	s->naskers -= n;
	return 0;
}
