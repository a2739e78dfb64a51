#include "parent.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accept.h"
#include "change.h"
#include "confirm.h"
#include "control.h"
#include "link.h"
#include "log.h"
#include "mend.h"
#include "notify.h"
#include "paths.h"
#include "publishing.h"
#include "rules_file.h"
#include "wire.h"
#include "worker.h"

void
parent_shed(void *parent)
{
	struct parent *p = parent;

	okta_sessions_shed(p);
	change_shed_all(p);
	assertion_free_keys(&p->keys);
	conf_free(p->conf);
	tickets_free(p->tickets);
	sessions_close(p->sessions);
}

int
parent_reload(struct parent *p, struct error *e)
{
	struct assertion_keys keys = {0};
	struct conf *conf = NULL, *before = p->conf;

	/* The rules last: whoever asks may see them before we are done. */
	if (conf_load(p->conf_path, &conf, e) != 0 ||
	    assertion_load_keys(conf, &keys, e) != 0 ||
	    (!p->is_probe && rules_file_write(OKTA_RULES_PATH, conf, e) != 0)) {
		assertion_free_keys(&keys);
		log_event(LOG_ERR, "reload_refused", log_text("error", e->text),
		    log_text("effect", "the old configuration stays"));
		conf_free(conf);
		return -1;
	}
	assertion_free_keys(&p->keys);
	p->conf = conf;
	p->loads++;
	p->unasked = 0;
	session_watch_reloaded(p);
	if (!p->is_probe)
		okta_sessions_reloaded(p, before);
	conf_free(before);
	p->keys = keys;
	log_event(LOG_NOTICE, "reloaded", log_text("file", p->conf_path));
	link_send_conf(p);
	return 0;
}

/* When the next of the two services is due. */
static void
plan_restart(struct parent *p)
{
	const struct service *services[] = {&p->net_service, &p->sync_service};

	p->restart.deadline = 0;
	for (size_t i = 0; i < 2; i++) {
		uint64_t again = services[i]->again;

		if (again != 0 &&
		    (p->restart.deadline == 0 || again < p->restart.deadline))
			p->restart.deadline = again;
	}
}

static void
restart_expired(struct watch *w)
{
	struct parent *p = w->owner;
	struct service *services[] = {&p->net_service, &p->sync_service};
	uint64_t now = wire_now_ms();

	/* It may be what they ended for. */
	mend_all(p);
	for (size_t i = 0; i < 2; i++) {
		if (services[i]->again != 0 && services[i]->again <= now)
			service_start(services[i]);
	}
	plan_restart(p);
}

static void
reap(struct parent *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		worker_reaped(p, pid);
		publishing_reaped(p, pid);
		session_watch_reaped(p, pid);
		okta_sessions_reaped(p, pid);
		if (pid == p->net_service.pid)
			service_ended(&p->net_service, status);
		else if (pid == p->sync_service.pid)
			service_ended(&p->sync_service, status);
		else
			continue;
		/* A probe without oktad-net has nothing to tell. */
		if (p->is_probe)
			p->is_ending = 1;
	}
	if (!p->is_probe && !p->is_ending)
		plan_restart(p);
}

static void
signals_ready(struct watch *w, short revents)
{
	struct parent *p = w->owner;
	struct signalfd_siginfo info;
	struct error e = {0};

	(void)revents;
	while (read(w->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGCHLD:
			reap(p);
			break;
		case SIGHUP:
			notify_send("RELOADING=1");
			parent_reload(p, &e);
			notify_send("READY=1");
			break;
		default:
			p->is_ending = 1;
			break;
		}
	}
}

static int
watch_signals(struct parent *p)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_SETMASK, &set, NULL) != 0)
		return -1;
	p->signals = (struct watch){
	    .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
	    .events = POLLIN,
	    .ready = signals_ready,
	    .owner = p,
	};
	return p->signals.fd < 0 ? -1 : loop_add(&p->loop, &p->signals);
}

enum { REMIND_MS = 24 * 3600 * 1000 };

/* What the credential may do beyond its job, is in the log each day (T95). */
static void
remind(void *unused, const char *id, const char *text)
{
	(void)unused;
	if (strcmp(id, "api-token") == 0 || strcmp(id, "factors-api") == 0)
		log_event(LOG_WARNING, "credential", log_text("finding", id),
		    log_text("why", text));
}

static void
ratchet_expired(struct watch *w)
{
	struct parent *p = w->owner;
	struct error e = {0};

	if (p->remind <= wire_now_ms()) {
		conf_remarks(p->conf, remind, NULL);
		p->remind = wire_now_ms() + REMIND_MS;
	}

	if (confirm_ratchet(OKTA_CONFIRMED_PATH, &e) != 0)
		log_event(LOG_ERR, "confirm_failed", log_text("error", e.text));
	w->deadline = wire_now_ms() + 1000ULL * CONFIRM_RATCHET_S;
}

static int
start_services(struct parent *p)
{
	const char **args = p->service_args;
	int ends[2];

	/* The services log where oktad does. */
	if (p->is_foreground || p->is_debug || p->is_probe)
		*args++ = "-f";
	if (p->is_debug)
		*args++ = "-d";
	if (p->is_probe)
		*args++ = "-l";

	p->net_service.child = (struct child){
	    .path = OKTA_LIBEXECDIR "/oktad-net",
	    .args = p->service_args,
	    .user = p->users.net,
	    .fds = {-1, -1},
	    .netns = p->netns,
	};
	p->sync_service.child = (struct child){
	    .path = OKTA_LIBEXECDIR "/oktad-sync",
	    .args = p->service_args,
	    .user = p->users.sync,
	    .fds = {-1, -1},
	    .netns = -1,
	};
	if (p->is_probe) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) !=
		    0)
			return -1;
		p->net_service.child.fds[0] = ends[1];
		service_start(&p->net_service);
		close(ends[1]);
		link_accept(p, ends[0], p->users.net.uid);
		return 0;
	}
	p->restart =
	    (struct watch){.fd = -1, .expired = restart_expired, .owner = p};
	if (loop_add(&p->loop, &p->restart) != 0)
		return -1;
	if (p->is_foreground) {
		service_start(&p->net_service);
		service_start(&p->sync_service);
		plan_restart(p);
	}
	return 0;
}

static int
start(struct parent *p, const int fds[DOOR_COUNT])
{
	if (watch_signals(p) != 0)
		return -1;
	if (p->is_probe)
		control_accept(p, STDIN_FILENO);
	else if (accept_open(p, fds) != 0)
		return -1;
	if (!p->is_probe &&
	    (session_watch_open(p) != 0 || okta_sessions_open(p) != 0 ||
		mend_open(p) != 0))
		return -1;
	p->ratchet = (struct watch){.fd = -1,
	    .expired = ratchet_expired,
	    .deadline = p->is_probe ? 0 : 1,
	    .owner = p};
	if (loop_add(&p->loop, &p->ratchet) != 0)
		return -1;
	return start_services(p);
}

int
parent_run(struct parent *p, const int fds[DOOR_COUNT])
{
	int rc = 0;

	TAILQ_INIT(&p->workers);
	TAILQ_INIT(&p->controls);
	p->publishing.job.fd = -1;
	p->session_watch.job.fd = -1;
	if (start(p, fds) != 0) {
		log_event(LOG_ERR, "start_failed", log_text("program", "oktad"),
		    log_text("error", strerror(errno)));
		rc = 1;
	} else {
		notify_send("READY=1");
		log_event(LOG_NOTICE, "started",
		    log_number("pid", (int64_t)getpid()));
	}
	while (rc == 0 && !p->is_ending) {
		if (loop_turn(&p->loop) != 0) {
			log_event(LOG_ERR, "poll",
			    log_text("error", strerror(errno)));
			rc = 1;
		}
	}
	notify_send("STOPPING=1");
	if (!p->is_probe)
		accept_close(p);
	worker_close_all(p);
	if (!p->is_probe) {
		session_watch_close(p);
		okta_sessions_close(p);
	}
	control_close_all(p);
	service_stop(&p->net_service);
	service_stop(&p->sync_service);
	link_close(p, ROLE_SYNC);
	link_close(p, ROLE_LOGIN);
	refusal_clear(&p->refusals);
	loop_clear(&p->loop);
	return rc;
}
