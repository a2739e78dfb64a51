#include "session_watch.h"

#include <stdlib.h>
#include <unistd.h>

#include "log.h"
#include "parent.h"
#include "paths.h"
#include "session_hold.h"
#include "session_watch_private.h"

void
watch_sweep_at(struct session_watch *w, uint64_t at)
{
	if (w->timer.deadline == 0 || at < w->timer.deadline)
		w->timer.deadline = at;
}

int
session_watch_open(struct parent *p)
{
	struct session_watch *w = &p->session_watch;

	w->job.fd = w->list = -1;
	w->handles = calloc(SESSIONS_MAX, sizeof(*w->handles));
	if (w->handles == NULL)
		return -1;
	w->unread = WATCH_UNREAD_START;
	w->is_held = session_hold_read(OKTA_HELD_PATH, &w->baseline);
	w->timer = (struct watch){.fd = -1,
	    .deadline = wire_now_ms() + WATCH_SETTLE_MS,
	    .expired = watch_sweep_due,
	    .owner = p};
	return loop_add(&p->loop, &w->timer);
}

void
session_watch_close(struct parent *p)
{
	loop_remove(&p->loop, &p->session_watch.timer);
	loop_remove(&p->loop, &p->session_watch.job_watch);
	sweep_cancel(&p->session_watch.job);
	free(p->session_watch.handles);
	p->session_watch.handles = NULL;
}

/* At most every ten minutes. */
void
watch_alarm(struct session_watch *w, const char *why)
{
	uint64_t now = wire_now_ms();

	if (w->alarmed_ms != 0 && now - w->alarmed_ms < 600 * 1000)
		return;
	w->alarmed_ms = now;
	log_event(LOG_ALERT, "sessions_held", log_text("why", why),
	    log_number("people", w->waiting),
	    log_text("effect",
		"they can not log in, and none of their sessions is ended"),
	    log_text("remedy", "if Okta is right: oktactl logout --held"));
}

uint32_t
watch_losses(struct session_watch *w)
{
	uint64_t now = wire_now_ms();
	uint32_t sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < w->nlosses; i++)
		if (now - w->losses[i].at_ms < WATCH_HOUR_MS)
			w->losses[n++] = w->losses[i];
	w->nlosses = n;
	for (size_t i = 0; i < n; i++)
		sum += w->losses[i].people;
	return sum;
}

uint32_t
watch_note_loss(struct session_watch *w, uint32_t people)
{
	uint64_t now = wire_now_ms();
	uint32_t sum = watch_losses(w) + people;

	if (w->nlosses == WATCH_LOSSES) {
		w->losses[w->nlosses - 1].people += people;
		w->losses[w->nlosses - 1].at_ms = now;
	} else {
		w->losses[w->nlosses++] = (struct watch_loss){now, people};
	}
	return sum;
}

static void
hold(struct session_watch *w, uint32_t known)
{
	struct error e = {0};

	w->is_held = 1;
	/* What root has said was said of others. */
	w->has_word = 0;
	w->baseline = known;
	if (session_hold_write(OKTA_HELD_PATH, known, &e) != 0)
		log_event(LOG_ERR, "sessions", log_text("error", e.text));
	session_hold_take(OKTA_BEFORE_PATH, OKTA_HELD_PEOPLE_PATH);
	w->alarmed_ms = 0;
}

/* Are the very people back who might log in before it was held? */
static int
are_back(const struct session_watch *w)
{
	struct publish_loss loss;

	return w->baseline != 0 &&
	    session_hold_compare(
		OKTA_HELD_PEOPLE_PATH, OKTA_PEOPLE_PATH, &loss) == 0 &&
	    end_guard_allows(loss.lost, loss.left);
}

void
watch_lift(struct session_watch *w, const char *why)
{
	struct error e = {0};

	w->is_held = 0;
	if (session_hold_remove(OKTA_HELD_PATH, &e) != 0)
		log_event(LOG_ERR, "sessions", log_text("error", e.text));
	(void)unlink(OKTA_HELD_PEOPLE_PATH);
	log_event(LOG_NOTICE, "sessions_released", log_text("why", why));
}

void
session_watch_publishing(struct parent *p)
{
	if (!p->session_watch.is_held)
		session_hold_keep(OKTA_PEOPLE_PATH, OKTA_BEFORE_PATH);
}

void
session_watch_published(
    struct parent *p, uint32_t known, uint32_t lost, uint32_t left)
{
	struct session_watch *w = &p->session_watch;
	uint64_t now = wire_now_ms();
	uint32_t sum;

	if (w->is_held && are_back(w))
		watch_lift(w, "the people are back");
	/* Somebody may have lost no more than a local account. */
	if (lost == 0) {
		for (size_t i = 0; i < sessions_count(p->sessions); i++)
			if (sessions_at(p->sessions, i)->account[0] != '\0')
				watch_sweep_at(w, now + WATCH_SETTLE_MS);
		return;
	}
	sum = watch_note_loss(w, lost);
	if (!w->is_held && !end_guard_allows(sum, left)) {
		hold(w, known + sum - lost);
		w->waiting = sum;
		watch_alarm(w, "too many people lost their login in an hour");
	}
	w->again_ms = now + WATCH_AGAIN_MS;
	watch_sweep_at(w, now + WATCH_SETTLE_MS);
}

void
session_watch_fresh(struct parent *p)
{
	struct session_watch *w = &p->session_watch;

	if (w->unread > 0 && --w->unread == 0)
		watch_sweep_at(w, wire_now_ms() + WATCH_SETTLE_MS);
}

void
session_watch_reloaded(struct parent *p)
{
	p->session_watch.unread = WATCH_UNREAD_RELOAD;
	p->session_watch.has_word = 0;
}

void
session_watch_closed(struct parent *p)
{
	watch_sweep_at(&p->session_watch, wire_now_ms() + WATCH_CLOSED_MS);
}

void
session_watch_reaped(struct parent *p, pid_t pid)
{
	if (p->session_watch.job.pid == pid)
		p->session_watch.job.pid = 0;
}
