#include "mend.h"

#include <errno.h>
#include <unistd.h>

#include "listen.h"
#include "log.h"
#include "paths.h"
#include "setup.h"

static void
tell(const char *what, const struct error *e)
{
	if (e->kind != ERROR_NONE)
		log_event(LOG_ERR, "removed", log_text("what", what),
		    log_text("error", e->text));
	else
		log_event(LOG_WARNING, "made_anew", log_text("what", what));
}

/* The socket that is there is not ours any more: makes another one. Who waits
 * at the old one, is turned away. systemd's are only systemd's to make. */
static void
mend_door(struct parent *p, enum door door)
{
	struct error e = {0};
	int fds[DOOR_COUNT], old = p->doors[door].watch.fd;

	for (int i = 0; i < DOOR_COUNT; i++)
		fds[i] = p->doors[i].watch.fd;
	fds[door] = -1;
	if (!p->doors[door].is_own)
		error_set(&e, ERROR_SYSTEM,
		    "was removed; run: systemctl restart oktad-%s.socket",
		    listen_name(door));
	else if (listen_make(fds, p->users.net.gid, &e) == 0) {
		p->doors[door].watch.fd = fds[door];
		close(old);
	}
	tell(listen_path(door), &e);
	/* What can not be mended is told once. */
	if (e.kind == ERROR_NONE || !p->doors[door].is_own)
		listen_mark(door, &p->doors[door].mark);
}

/* Under systemd the folder is that of oktad-sync's unit. */
static void
mend_folder(struct parent *p)
{
	struct error e = {0};

	if (!p->is_foreground || access(OKTA_STATE_FOLDER, F_OK) == 0 ||
	    errno != ENOENT)
		return;
	(void)setup_folders(&p->users, &e);
	tell(OKTA_STATE_FOLDER, &e);
}

void
mend_all(struct parent *p)
{
	for (int i = 0; i < DOOR_COUNT; i++)
		if (!listen_is_marked((enum door)i, &p->doors[i].mark))
			mend_door(p, (enum door)i);
	mend_folder(p);
}

static void
mend_expired(struct watch *w)
{
	struct parent *p = w->owner;

	mend_all(p);
	w->deadline = wire_now_ms() + 1000ULL * p->conf->poll_interval_s;
}

int
mend_open(struct parent *p)
{
	for (int i = 0; i < DOOR_COUNT; i++)
		listen_mark((enum door)i, &p->doors[i].mark);
	p->mend = (struct watch){
	    .fd = -1, .expired = mend_expired, .deadline = 1, .owner = p};
	return loop_add(&p->loop, &p->mend);
}
