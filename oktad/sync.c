#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "log.h"
#include "paths.h"
#include "sandbox.h"
#include "sync.h"

enum {
	RETRY_MIN_MS = 15 * 1000,
	RETRY_MAX_MS = 15 * 60 * 1000,
	SHRINK_RETRY_MS = 5 * 60 * 1000,
	CHECK_MS = 60 * 1000 /* local files, should a watch be blind */
};

static int
connect_parent(const char *path, struct error *e)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	struct ucred peer;
	socklen_t len = sizeof(peer);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return error_errno(e, "socket");
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		error_errno(e, "%s", path);
		goto bad;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1 ||
	    len != sizeof(peer) || peer.uid != 0) {
		error_set(
		    e, ERROR_SYSTEM, "%s: not root at the other end", path);
		goto bad;
	}
	return fd;
bad:
	(void)close(fd);
	return -1;
}

/* What the slice means for parsing and for who counts. */
static int
use_conf(struct sync *s, struct error *e)
{
	static const char attribute[] = "attribute:";
	const struct slice_sync *c = &s->conf;

	s->rules = (struct api_rules){.uid_attribute = c->uid_attribute,
	    .gid_attribute = c->gid_attribute,
	    .home_attribute = c->home_attribute,
	    .shell_attribute = c->shell_attribute,
	    .gecos_attribute = c->gecos_attribute,
	    .ssh_keys_attribute = c->ssh_keys_attribute,
	    .group_prefix = c->group_prefix,
	    .id_min = c->id_min,
	    .id_max = c->id_max};
	if (strncmp(c->name, attribute, sizeof(attribute) - 1) == 0) {
		const char *name = c->name + sizeof(attribute) - 1;
		size_t len = strcspn(name, " \t");

		snprintf(s->name_attribute, sizeof(s->name_attribute), "%.*s",
		    (int)(len < 64 ? len : 64), name);
		s->rules.name_attribute = s->name_attribute;
		s->rules.or_local_part = name[len] != '\0';
	}
	schema_begin(s);
	return state_configure(s->state, c->allow_groups, c->allow_apps,
	    c->publish_groups, c->rule_ids, e);
}

static void
fail(struct sync *s, const char *event, const struct error *e)
{
	snprintf(s->error, sizeof(s->error), "%s", e->text);
	log_event(LOG_ERR, event, log_text("error", e->text));
}

/* Publishes from state.db alone, once it has been filled at all. */
static int
publish_again(struct sync *s, struct error *e)
{
	int64_t full;

	if (state_get(s->state, "last_full", &full, e) == -1)
		return -1;
	return full == 0 ? 0 : publish_image(s, 0, 0, e);
}

int
sync_serve_local(struct sync *s, struct error *e)
{
	struct error own;
	int rc;

	if (!local_has_changed(&s->local))
		return 0;
	rc = local_read(&s->local, &own);
	if (rc == 0 && s->has_conf)
		rc = publish_again(s, &own);
	if (rc == -1)
		fail(s, "local_files", &own);
	else if (rc == 1)
		log_event(LOG_NOTICE, "published",
		    log_text("cause", "local files have changed"),
		    log_number("users", s->users),
		    log_number("left_out", (int64_t)s->nleft_out));
	return rc == 0 ? 0 : status_send(s, 1, e);
}

/* A period of ms, give or take a tenth, so that hosts do not ask in step. */
static uint64_t
around(uint64_t ms)
{
	uint32_t r = 0;

	if (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
		r = 0x8000;
	return ms - ms / 10 + (ms / 5) * (r & 0xffff) / 0xffff;
}

/* When to poll next. At first anywhere in two intervals: the hosts of a company
 * may have started in the same second. */
static uint64_t
poll_ms(const struct sync *s)
{
	uint64_t interval = (uint64_t)s->conf.poll_interval_s * 1000;
	uint32_t r = 0;

	if (s->poll_s != 0 || getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
		return around(interval);
	return 2 * interval * (r & 0xffff) / 0xffff;
}

static uint64_t
retry_ms(struct sync *s, const struct error *e)
{
	uint64_t ms = RETRY_MIN_MS;

	for (unsigned int i = 1; i < s->failures && ms < RETRY_MAX_MS; i++)
		ms *= 2;
	if (ms > RETRY_MAX_MS)
		ms = RETRY_MAX_MS;
	if (e->kind == ERROR_RETRY && (uint64_t)e->retry_s * 1000 > ms)
		ms = (uint64_t)e->retry_s * 1000;
	return around(ms);
}

/* Which flow is the default depends on it (okta-api.md 9). */
static void
learn_pipeline(struct sync *s)
{
	if (s->pipeline[0] == '\0' && s->channel != -1)
		api_pipeline(s->channel, s->pipeline, sizeof(s->pipeline));
}

static int
full_pass(struct sync *s, struct error *e)
{
	struct error own = {0};
	size_t n = s->naskers;
	int accept = s->accept, count = s->conf_count, rc;
	uint64_t next, poll;

	s->accept = s->wants_full = s->wants_next = 0;
	objection_forgive(s);
	s->before = s->phase;
	s->phase = SYNC_RUNNING;
	s->started_s = (int64_t)time(NULL);
	s->added = s->removed = 0;
	learn_pipeline(s);
	if (status_send(s, 1, e) == -1)
		return -1;
	rc = pass_run(s, accept, &own);
	next = (uint64_t)s->conf.full_interval_s * 1000;
	if (rc == -1) {
		s->phase = SYNC_FAILED;
		s->failures++;
		fail(s, "sync_failed", &own);
		next = retry_ms(s, &own);
		/* Given up for a new configuration: begin at once. */
		if (s->conf_count != count)
			next = 0;
	} else if (rc == PASS_REFUSED_SHRINK) {
		s->phase = SYNC_REFUSED_SHRINK;
		s->next_log = 0;
		s->failures = 0;
		s->full_s = (int64_t)time(NULL);
		fail(s, "sync_refused_shrink", &own);
		next = SHRINK_RETRY_MS;
	} else {
		s->phase = SYNC_IDLE;
		s->failures = 0;
		/* A scope may have been granted meanwhile. */
		s->next_log = 0;
		s->full_s = (int64_t)time(NULL);
		s->error[0] = '\0';
		log_event(LOG_INFO, "sync", log_number("users", s->users),
		    log_number("groups", s->groups),
		    log_number("added", s->added),
		    log_number("removed", s->removed),
		    log_number("left_out", (int64_t)s->nleft_out));
	}
	/* It may have read before what a poll beside it has found missing. */
	if (rc != -1 && s->wants_next && next > s->pass_ms * 10)
		next = s->pass_ms * 10;
	s->next_full = wire_now_ms() + (rc == PASS_OK ? around(next) : next);
	/* Polls keep their own time, by the interval of now. */
	poll = wire_now_ms() + poll_ms(s);
	if (s->poll_s == 0 || poll < s->next_poll)
		s->next_poll = poll;
	return status_send(s, 1, e) == -1 ||
		status_answer(s, n, own.kind, e) == -1
	    ? -1
	    : 0;
}

int
sync_poll(struct sync *s, struct error *e)
{
	struct error own = {0};
	uint64_t now, gap;
	int rc = poll_run(s, &own);

	learn_pipeline(s);
	now = wire_now_ms();
	s->next_poll = now + around((uint64_t)s->conf.poll_interval_s * 1000);
	if (rc == -1 && (s->phase == SYNC_FAILED || s->phase == SYNC_RUNNING))
		/* The pass has said why already, or will. */
		log_event(LOG_INFO, "poll_failed", log_text("error", own.text));
	else if (rc == -1)
		fail(s, "poll_failed", &own);
	else if (s->phase == SYNC_IDLE)
		s->error[0] = '\0';
	if (rc == -1 && own.kind == ERROR_RETRY &&
	    s->next_poll < now + (uint64_t)own.retry_s * 1000)
		s->next_poll = now + (uint64_t)own.retry_s * 1000;
	/* The System Log goes on: so do we. */
	if (rc != -1 && s->has_more)
		s->next_poll = now;
	/* The log's limit is small, and all hosts of the org share it. */
	if (rc != -1 && s->next_poll < now + s->pause_s * 1000ULL)
		s->next_poll = now + s->pause_s * 1000ULL;
	if (rc == 1) {
		s->wants_next = s->phase == SYNC_RUNNING;
		/* Full passes may take a tenth of the time, no more. */
		gap = s->pass_ms * 10;
		if (s->next_full > now + gap)
			s->next_full = now + gap;
		/* Not confirmed, and why. */
		if (s->phase == SYNC_IDLE)
			snprintf(s->error, sizeof(s->error),
			    "what Okta's events name takes a full pass; it "
			    "begins in %llu s",
			    s->next_full > now
				? (unsigned long long)(s->next_full - now) /
				    1000
				: 0ULL);
	}
	return status_send(s, 1, e);
}

/* An explicit status counts at once, also while the guard holds others and
 * while full passes fail. */
static int
may_poll(const struct sync *s)
{
	return s->phase == SYNC_IDLE || s->phase == SYNC_FAILED ||
	    s->phase == SYNC_REFUSED_SHRINK;
}

/* The next thing to do by itself, and when. */
static uint64_t
due(const struct sync *s)
{
	uint64_t at = s->next_check;

	if (s->ids.out != -1)
		return 0;
	if (!s->has_conf || s->channel == -1)
		return at;
	if (s->wants_full)
		return 0;
	if (s->next_full < at)
		at = s->next_full;
	if (may_poll(s) && s->next_poll < at)
		at = s->next_poll;
	return at;
}

/* A start may go on from the last full pass; a new configuration may not. */
static int
plan(struct sync *s, struct error *e)
{
	uint64_t wait;
	int rc = 0;

	s->next_full = 0;
	if (s->phase == SYNC_NEVER)
		rc = resume_find(s, &wait, e);
	if (rc != 1)
		return rc;
	s->phase = SYNC_IDLE;
	s->passed_count = s->conf_count;
	s->next_full = wire_now_ms() + around(wait);
	s->next_poll = 0;
	(void)keep_forget(s->state, e);
	log_event(
	    LOG_INFO, "resumed", log_number("full_s", (int64_t)(wait / 1000)));
	return status_send(s, 1, e);
}

static int
reconfigure(struct sync *s, struct error *e)
{
	struct error own;

	if (use_conf(s, e) == -1)
		return -1;
	/* What okta.conf says counts before Okta has been asked. */
	if (publish_again(s, &own) == -1) {
		fail(s, "publish_failed", &own);
		s->next_full = 0;
		return status_send(s, 1, e);
	}
	return plan(s, e);
}

static int
run(struct sync *s, struct error *e)
{
	int count = 0, channel = -1;

	for (;;) {
		uint64_t now = wire_now_ms(), at = due(s);

		if (at > now && link_wait(s, at - now, e) == -1)
			return -1;
		if (at <= now && link_serve(s, e) == -1)
			return -1;
		if (s->conf_count != count) {
			count = s->conf_count;
			if (reconfigure(s, e) == -1)
				return -1;
		}
		/* A new oktad-net: what failed for want of one is due. */
		if (s->channel != channel) {
			channel = s->channel;
			if (s->phase == SYNC_FAILED)
				s->next_full = 0;
		}
		if (sync_serve_local(s, e) == -1 ||
		    (s->ids.out != -1 && ids_run(s, e) == -1))
			return -1;
		if (state_has_moved(s->state))
			return error_set(e, ERROR_SYSTEM,
			    OKTA_STATE_DB_PATH " was removed while in use: the "
					       "next start makes it anew");
		now = wire_now_ms();
		if (now >= s->next_check)
			s->next_check = now + CHECK_MS;
		if (!s->has_conf || s->channel == -1)
			continue;
		forget_all(s);
		if (s->wants_full || now >= s->next_full) {
			if (full_pass(s, e) == -1)
				return -1;
		} else if (may_poll(s) && now >= s->next_poll &&
		    sync_poll(s, e) == -1)
			return -1;
	}
}

static int
begin(struct sync *s, const char *db, struct error *e)
{
	int is_new, set_aside;
	int64_t full;

	s->frame = malloc(WIRE_INTERNAL_MAX);
	s->left_out = calloc(SYNC_NOTES, sizeof(*s->left_out));
	if (s->frame == NULL || s->left_out == NULL)
		return error_errno(e, "memory");
	if (local_init(&s->local, "/etc", e) == -1 ||
	    local_read(&s->local, e) == -1 ||
	    state_open(db, &s->state, &is_new, &set_aside, e) == -1 ||
	    state_get(s->state, "last_full", &full, e) == -1)
		return -1;
	s->full_s = full;
	if (set_aside)
		log_event(LOG_ERR, "state_damaged",
		    log_text("moved_to", OKTA_STATE_DB_PATH ".damaged"));
	return 0;
}

static int
usage(void)
{
	fputs("usage: oktad-sync [-df]\n", stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	struct sync s = {
	    .link = -1, .channel = -1, .ids = {.in = -1, .out = -1}};
	struct error e = {0};
	int foreground = 0, debug = 0, option;

	while ((option = getopt(argc, argv, "df")) != -1) {
		if (option == 'd')
			debug = 1;
		else if (option == 'f')
			foreground = 1;
		else
			return usage();
	}
	if (optind != argc)
		return usage();
	log_open("oktad-sync", foreground, debug);
	(void)signal(SIGPIPE, SIG_IGN);
	if (geteuid() == 0)
		error_set(&e, ERROR_CONFIG,
		    "runs as user " OKTA_SYNC_USER ", not as root");
	else if (sandbox_begin(&e) == 0 &&
	    (s.link = connect_parent(OKTA_INTERNAL_SOCK, &e)) != -1 &&
	    sandbox_enter(SANDBOX_SYNC, &e) == 0 &&
	    begin(&s, OKTA_STATE_DB_PATH, &e) == 0)
		(void)run(&s, &e);
	state_close(s.state);
	if (s.link != -1 && link_has_ended(&s)) {
		log_event(LOG_INFO, "exit", log_text("why", "oktad has gone"));
		return 0;
	}
	log_event(LOG_ERR, "exit", log_text("error", e.text));
	return 1;
}
