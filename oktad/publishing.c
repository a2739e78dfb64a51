#include "publishing.h"

#include <string.h>
#include <unistd.h>

#include "directory.h"
#include "link.h"
#include "log.h"
#include "paths.h"
#include "rules_file.h"
#include "setup.h"

enum {
	WAIT_MS = 50000 /* less than oktad-sync waits for an answer */
};

static void
answer(struct parent *p, const struct error *e)
{
	struct publishing *g = &p->publishing;

	if (e != NULL)
		log_event(LOG_ERR,
		    g->is_image ? "publish_refused" : "confirm_failed",
		    log_text("error", e->text));
	else if (g->is_image)
		log_event(LOG_INFO, "published",
		    log_number("generation", (int64_t)g->job.generation));
	link_published(p, g->id, e, &g->job, g->since);
}

static void
process_ended(struct watch *w, short revents)
{
	struct parent *p = w->owner;
	struct publishing *g = &p->publishing;
	int was_changed = g->job.is_changed, rc = -1;
	struct error e = {0};

	(void)revents;
	/* Checked against a configuration that does not hold any more? */
	if (p->loads == g->begun.loads && !g->job.is_settling)
		session_watch_publishing(p);
	if (p->loads == g->begun.loads)
		rc = publish_next(&g->job, &e);
	else
		error_set(
		    &e, ERROR_RETRY, "okta.conf has been read anew meanwhile");
	/* These files count from now on, whatever the disk says of them. */
	if (g->job.is_changed && !was_changed)
		session_watch_published(
		    p, g->job.loss.known, g->job.loss.lost, g->job.loss.left);
	if (rc == 1) {
		w->fd = g->job.fd;
		return;
	}
	if (rc == 0 && g->job.is_fresh)
		session_watch_fresh(p);
	if (rc == 0 && g->is_image) {
		g->checked = g->begun;
		g->has_checked = 1;
	}
	publishing_drop(p);
	answer(p, rc == 0 ? NULL : &e);
}

static void
process_expired(struct watch *w)
{
	struct parent *p = w->owner;
	struct error e = {0};

	publishing_drop(p);
	error_set(&e, ERROR_PROTOCOL, "the image could not be checked in %d s",
	    WAIT_MS / 1000);
	answer(p, &e);
}

static void
begin(struct parent *p, const uint8_t id[WIRE_ID_SIZE], int is_image)
{
	struct publishing *g = &p->publishing;
	struct error e;

	if (setup_own_folders(&e) != 0)
		log_event(LOG_ERR, "folders", log_text("error", e.text));
	/* Without it nobody enters: one that was removed is back, too. */
	if (rules_file_write(OKTA_RULES_PATH, p->conf, &e) != 0)
		log_event(LOG_ERR, "rules", log_text("error", e.text));
	g->since = wire_now_ms();
	g->begun.loads = p->loads;
	local_marks(publish_here.etc, g->begun.locals);
	g->is_image = is_image;
	g->job.nclashes = 0;
	memcpy(g->id, id, sizeof(g->id));
}

/* rc tells whether the job has been started. */
static void
watch(struct parent *p, int rc, struct error *e)
{
	struct publishing *g = &p->publishing;

	g->watch = (struct watch){.fd = g->job.fd,
	    .events = POLLIN,
	    .deadline = g->since + WAIT_MS,
	    .ready = process_ended,
	    .expired = process_expired,
	    .owner = p};
	if (rc == 0 && loop_add(&p->loop, &g->watch) == 0)
		return;
	if (rc == 0) {
		publish_cancel(&g->job);
		error_set(e, ERROR_SYSTEM, "out of memory");
	}
	answer(p, e);
}

void
publishing_begin(struct parent *p, const uint8_t id[WIRE_ID_SIZE],
    int directory_fd, int people_fd, int is_fresh)
{
	struct publishing *g = &p->publishing;
	const struct publish_rules rules = {
	    .is_fresh = is_fresh,
	    .id_min = p->conf->id_min,
	    .id_max = p->conf->id_max,
	    .max_age_s = p->conf->max_age_s,
	    .key_statuses = p->conf->key_statuses,
	    .flags = p->conf->enumerate ? 0 : DIR_NO_ENUMERATION,
	    .shell = p->conf->shell,
	    .shells = p->conf->shells,
	    .has_keys = p->conf->ssh_keys_attribute != NULL,
	    .local_groups = p->conf->local_groups,
	    .local_accounts = p->conf->local_accounts,
	    .veto = p->conf->veto,
	    .rule_ids = p->conf->rule_ids,
	};
	struct error e = {0};

	begin(p, id, 1);
	if (directory_fd < 0 || people_fd < 0) {
		error_set(&e, ERROR_PROTOCOL, "an image is two descriptors");
		answer(p, &e);
		return;
	}
	watch(p,
	    publish_begin(&g->job, &publish_here, &rules, directory_fd,
		people_fd, parent_shed, p, &e),
	    &e);
}

/* What is published was held against okta.conf and the local files as they are.
 * After a start it was not: a former run has checked it. */
static int
is_checked(const struct publishing *g)
{
	return g->has_checked && g->checked.loads == g->begun.loads &&
	    local_marks_are_same(g->checked.locals, g->begun.locals);
}

void
publishing_confirm(struct parent *p, const uint8_t id[WIRE_ID_SIZE])
{
	struct publishing *g = &p->publishing;
	struct error e = {0};

	begin(p, id, 0);
	if (!is_checked(g)) {
		error_set(&e, ERROR_RETRY,
		    "no image was checked since okta.conf or the local users "
		    "and groups changed");
		log_event(LOG_INFO, "confirm_put_off", log_text("why", e.text));
		link_published(p, g->id, &e, &g->job, g->since);
		return;
	}
	watch(
	    p, publish_confirm(&g->job, &publish_here, parent_shed, p, &e), &e);
}

int
publishing_is_busy(const struct parent *p)
{
	return p->publishing.job.fd >= 0;
}

void
publishing_reaped(struct parent *p, pid_t pid)
{
	if (p->publishing.job.pid == pid)
		p->publishing.job.pid = 0;
}

void
publishing_drop(struct parent *p)
{
	loop_remove(&p->loop, &p->publishing.watch);
	publish_cancel(&p->publishing.job);
}
