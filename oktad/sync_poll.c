/*
 * Between two full passes: what has changed lately, asked for at once. Only
 * adds speed; people who vanish without a trace are found by the full pass
 * (T92).
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "sync.h"

enum {
	POLL_MS = 120 * 1000,
	POLL_NO_LOG_MS = 15 * 60 * 1000, /* refused: no log for so long */
	POLL_PATIENCE_S = 5 /* a longer wait puts the poll off */
};

/* Refused, not failed: the token may not read the log. */
static int
is_forbidden(const struct error *e)
{
	return e->kind == ERROR_SCOPE ||
	    (e->http_status == 403 && e->kind == ERROR_DENIED);
}

static int
look(struct pass *p, struct error *e)
{
	struct sync *s = p->s;
	int rc;

	s->has_more = 0;
	s->pause_s = 0;
	if (wire_now_ms() >= s->next_log) {
		rc = log_poll(p, e);
		s->pause_s = p->api.pause_s;
		s->has_more = rc == 1;
		if (rc != -1 || !is_forbidden(e))
			return rc == -1 ? -1 : 0;
		s->next_log = wire_now_ms() + POLL_NO_LOG_MS;
		log_event(LOG_WARNING, "no_system_log",
		    log_text("error", e->text),
		    log_text("instead", "lists of what has changed"));
	}
	return delta_poll(p, e);
}

/* Publishes what has changed, and confirms the view where there is nothing
 * left to ask about and a full pass was made by this configuration. */
static int
tell(struct sync *s, int is_settled, struct error *e)
{
	int64_t last;
	int is_fresh, published = 0;

	if (state_pending_last(s->state, &last, e) == -1)
		return -1;
	is_fresh = is_settled && last == 0 &&
	    s->passed_count == s->conf_count &&
	    (s->phase == SYNC_RUNNING ? s->before : s->phase) == SYNC_IDLE;
	if (s->is_stale) {
		published = publish_state(s, 0, is_fresh, e);
		if (published == -1)
			return -1;
	}
	return is_fresh && !published ? publish_confirm(s, e) : 0;
}

int
poll_run(struct sync *s, struct error *e)
{
	struct pass p;
	struct error later = {0};
	int64_t full;
	int is_due = 0, rc;

	if (state_get(s->state, "last_full", &full, e) == -1)
		return -1;
	if (full == 0)
		return 0;
	/* What a pass has read that failed is older than what comes now. */
	if (s->phase != SYNC_RUNNING && keep_forget(s->state, e) == -1)
		return -1;
	pass_open(&p, s, POLL_MS);
	p.api.patience_s = POLL_PATIENCE_S;
	rc = look(&p, e);
	/* What is known is asked for all the same, where Okta answers. */
	if (rc == -1 && e->http_status == 0 && e->kind != ERROR_PROTOCOL)
		return -1;
	if ((state_pend_due(s->state, pass_date(&p), &later) == -1 ||
		refetch_run(&p, &is_due, &later) == -1) &&
	    rc == 0) {
		*e = later;
		rc = -1;
	}
	if (rc == 0)
		s->poll_s = (int64_t)time(NULL);
	if (tell(s, rc == 0 && !is_due && !s->has_more, &later) == -1) {
		*e = later;
		return -1;
	}
	return rc == -1 ? -1 : is_due;
}
