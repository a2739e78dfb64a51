#include "session_watch.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "code.h"
#include "control.h"
#include "log.h"
#include "parent.h"
#include "paths.h"
#include "rules.h"
#include "session_hold.h"
#include "session_watch_private.h"

/* --- time --- */

void
watch_sweep_at(struct session_watch *w, uint64_t at)
{
	if (w->timer.deadline == 0 || at < w->timer.deadline)
		w->timer.deadline = at;
}

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

/* --- the sweep --- */

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

static void
sweep_due(struct watch *timer)
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

/* --- what makes it due --- */

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
	    .expired = sweep_due,
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
