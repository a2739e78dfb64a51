/*
 * One sweep from its start to what came of it: for whom, within the cap, and
 * what is taken down of those who are gone.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "code.h"
#include "control.h"
#include "log.h"
#include "parent.h"
#include "paths.h"
#include "rules.h"
#include "session_watch_private.h"

/* How many people may still lose their sessions in this minute. */
static size_t
room(struct session_watch *w, uint64_t now)
{
	if (now - w->minute_ms >= 60 * 1000) {
		w->minute_ms = now;
		w->ended = 0;
	}
	return w->ended < WATCH_PER_MINUTE ? WATCH_PER_MINUTE - w->ended : 0;
}

/* The next order that may go now. Those of root's go in any case, those of Okta
 * within the cap. */
static int
next_order(struct session_watch *w, uint64_t now)
{
	for (size_t i = 0; i < w->norders; i++) {
		if (!w->orders[i].has_asker && room(w, now) == 0)
			continue;
		w->current = w->orders[i];
		w->norders--;
		memmove(&w->orders[i], &w->orders[i + 1],
		    (w->norders - i) * sizeof(w->orders[0]));
		return 1;
	}
	return 0;
}

static void
keep_handles(struct parent *p)
{
	struct session_watch *w = &p->session_watch;

	w->nhandles = sessions_count(p->sessions);
	for (size_t i = 0; i < w->nhandles; i++)
		memcpy(w->handles[i], sessions_at(p->sessions, i)->handle,
		    sizeof(w->handles[i]));
}

static void
answer(struct parent *p, const struct sweep_report *r, const struct error *e)
{
	struct session_watch *w = &p->session_watch;

	if (w->has_order && w->current.has_asker)
		control_logout_done(p, w->current.asker, r, w->list, e);
	w->has_order = 0;
	if (w->list >= 0)
		close(w->list);
	w->list = -1;
}

static void
log_ends(const struct session_watch *w, const struct sweep_report *r)
{
	for (uint32_t i = 0; i < r->nends; i++) {
		const struct sweep_end *e = &r->ends[i];

		if ((w->has_order && w->current.is_dry) ||
		    (e->found == 0 && e->left == 0))
			continue;
		log_event(e->ended < e->found ? LOG_ERR : LOG_NOTICE,
		    "session_end", log_text("user", e->name),
		    log_number("uid", e->uid),
		    log_text("cause",
			e->is_auto ? "may not log in any more"
				   : w->current.cause),
		    log_number("processes", e->found),
		    log_number("ended", e->ended),
		    log_number("services_left", e->left));
	}
}

static void
settle_sessions(struct parent *p, const struct sweep_report *r)
{
	struct session_watch *w = &p->session_watch;
	struct error e = {0};

	for (size_t i = 0; i < w->nhandles; i++) {
		const uint8_t bit = (uint8_t)(1 << i % 8);
		struct session *s =
		    sessions_by_handle(p->sessions, w->handles[i]);

		if (s == NULL)
			continue;
		if (r->gone[i / 8] & bit) {
			okta_session_over(p, s->handle);
			sessions_drop(p->sessions, s, &e);
		} else if ((r->headless[i / 8] & bit) &&
		    s->state == SESSION_OPEN) {
			okta_session_over(p, s->handle);
			s->state = SESSION_LEFT;
			s->proven_ms = 0;
			sessions_note(p->sessions, s, &e);
		}
	}
	if (e.kind != ERROR_NONE)
		log_event(LOG_ERR, "sessions", log_text("error", e.text));
}

static void
take_report(struct parent *p, const struct sweep_report *r)
{
	struct session_watch *w = &p->session_watch;
	uint64_t now = wire_now_ms();

	for (uint32_t i = 0; i < r->nends; i++)
		w->ended += r->ends[i].is_auto ||
		    (w->has_order && !w->current.has_asker);
	log_ends(w, r);
	settle_sessions(p, r);
	if (w->has_order || (w->unread > 0 && !w->has_word))
		return;
	w->waiting = r->waiting;
	if (r->waiting == 0)
		w->has_word = 0;
	else if (r->is_held || w->is_held)
		watch_alarm(w, "too many people lost their login at once");
	else
		watch_sweep_at(
		    w, room(w, now) > 0 ? now + 1 : w->minute_ms + 60001);
}

/* After a sweep: what has come up meanwhile does not wait for the next look
 * around. */
static void
plan_next(struct session_watch *w)
{
	uint64_t now = wire_now_ms();

	watch_sweep_at(w, now + WATCH_IDLE_MS);
	if (w->again_ms != 0)
		watch_sweep_at(w, w->again_ms > now ? w->again_ms : now + 1);
	if (w->again_ms <= now)
		w->again_ms = 0;
	if (w->is_due)
		watch_sweep_at(w, now + 1);
	/* Those over the cap wait for the next minute. */
	for (size_t i = 0; i < w->norders; i++)
		watch_sweep_at(w,
		    w->orders[i].has_asker || room(w, now) > 0
			? now + 1
			: w->minute_ms + 60 * 1000 + 1);
	w->is_due = 0;
}

static void
sweep_ended(struct watch *watch, short revents)
{
	struct parent *p = watch->owner;
	struct session_watch *w = &p->session_watch;
	struct sweep_report r;
	struct error e = {0};
	int rc;

	(void)revents;
	loop_remove(&p->loop, &w->job_watch);
	rc = sweep_hear(&w->job, &r);
	if (rc != 0 || !r.is_whole) {
		error_set(&e, ERROR_SYSTEM,
		    "the look at the processes of this host broke off");
		log_event(LOG_ERR, "sweep_failed", log_text("error", e.text));
	} else {
		take_report(p, &r);
	}
	answer(p, &r, e.kind != ERROR_NONE ? &e : NULL);
	plan_next(w);
}

static void
sweep_expired(struct watch *watch)
{
	struct parent *p = watch->owner;

	sweep_cancel(&p->session_watch.job);
	p->session_watch.job.fd = -1;
	loop_remove(&p->loop, watch);
	struct error e = {0};

	error_set(&e, ERROR_SYSTEM, "the look at the processes took too long");
	log_event(LOG_ERR, "sweep_failed", log_text("error", e.text));
	answer(p, &(struct sweep_report){0}, &e);
	plan_next(&p->session_watch);
}

static void
fill_plan(struct parent *p, struct sweep_plan *plan)
{
	struct session_watch *w = &p->session_watch;
	uint64_t now = wire_now_ms();
	size_t n = sessions_count(p->sessions);

	*plan = (struct sweep_plan){
	    .sessions = n > 0 ? sessions_at(p->sessions, 0) : NULL,
	    .nsessions = n,
	    .most = w->is_held && !w->has_word ? 0 : room(w, now),
	    .has_word = w->has_word,
	    .passwd = "/etc/passwd",
	    .sudo = "/run/sudo/ts",
	    .list = w->list,
	};
	if (session_own_read(&plan->own, p->conf, &local_files_here) != 0)
		log_event(LOG_ERR, "sweep", log_text("error", "out of memory"),
		    log_text("effect",
			"processes of local accounts end by the records of "
			"sessions alone"));
	if (w->has_order) {
		plan->targets[0] = w->current.target;
		plan->ntargets = 1;
		plan->is_dry = w->current.is_dry;
	} else {
		plan->is_auto =
		    p->conf->end_sessions && (w->unread == 0 || w->has_word);
	}
}

void
watch_sweep_due(struct watch *timer)
{
	struct parent *p = timer->owner;
	struct session_watch *w = &p->session_watch;
	struct directory people = {0}, rules = {0};
	struct sweep_plan plan;
	struct error e = {0};
	int rc;

	tickets_forget(p->tickets, wire_now_ms());
	if (w->job.fd >= 0) {
		w->is_due = 1;
		return;
	}
	w->has_order = next_order(w, wire_now_ms());
	if (w->has_order && w->current.has_asker)
		w->list = memfd_create("okta-logout", MFD_CLOEXEC);
	fill_plan(p, &plan);
	keep_handles(p);
	if (plan.is_auto &&
	    directory_open(&people, OKTA_PEOPLE_PATH, DIR_MAGIC_PEOPLE) ==
		OKTA_OK)
		plan.people = &people;
	if (plan.people != NULL &&
	    directory_open(&rules, OKTA_RULES_PATH, DIR_MAGIC_RULES) == OKTA_OK)
		plan.rules = &rules;
	rc = sweep_start(&w->job, &plan, parent_shed, p, &e);
	directory_close(&people);
	directory_close(&rules);
	session_own_clear(&plan.own);
	if (rc == 0) {
		w->job_watch = (struct watch){.fd = w->job.fd,
		    .events = POLLIN,
		    .deadline = wire_now_ms() + SWEEP_MS,
		    .ready = sweep_ended,
		    .expired = sweep_expired,
		    .owner = p};
		if (loop_add(&p->loop, &w->job_watch) == 0)
			return;
		sweep_cancel(&w->job);
		error_set(&e, ERROR_SYSTEM, "out of memory");
	}
	log_event(LOG_ERR, "sweep_failed", log_text("error", e.text));
	answer(p, &(struct sweep_report){0}, &e);
	watch_sweep_at(w, wire_now_ms() + WATCH_IDLE_MS);
}
