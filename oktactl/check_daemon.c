/*
 * The running daemon, or a probe in its place: does the credential work, are
 * all scopes granted, do the clocks agree, has the last sync gone well?
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "control.h"
#include "internal.h"
#include "lookup.h"
#include "status.h"

enum {
	ASK_MS = 10000,
	SKEW_WARN_S = 60,
	LINK_TRIES = 30,
	LINK_WAIT_MS = 100
};

static const char *
feature_of(const char *scope)
{
	for (const struct conf_scope *s = conf_scopes; s->scope != NULL; s++) {
		if (strcmp(s->scope, scope) == 0)
			return s->feature;
	}
	return "a feature of its own";
}

static void
check_scopes(struct findings *all, struct status *s)
{
	char *save = NULL;

	for (char *w = strtok_r(s->missing, " ", &save); w != NULL;
	    w = strtok_r(NULL, " ", &save))
		findings_add(all, "scope-missing", SEVERITY_ERROR, NULL, 0,
		    "Okta does not grant the scope %s; without it: %s|in the "
		    "Okta admin console, Applications, the service app, Okta "
		    "API Scopes: grant %s; then: oktactl token reset",
		    w, feature_of(w), w);
}

static int
has_process(const struct status *s, const char *name)
{
	for (size_t i = 0; i < s->nprocesses; i++) {
		if (strcmp(s->processes[i].name, name) == 0)
			return 1;
	}
	return 0;
}

static const char *const links[] = {"oktad-net", "oktad-sync"};

static int
has_links(const struct status *s)
{
	return has_process(s, links[0]) && has_process(s, links[1]);
}

/* A daemon that was started this moment waits for them itself. */
static void
wait_for_links(struct control *c)
{
	for (int i = 0; i < LINK_TRIES; i++) {
		struct error e = {0};
		struct status s;
		int is_done;

		status_init(&s);
		is_done = control_ask(c, CTL_STATUS, 0, UINT32_MAX, ASK_MS,
			      status_take, &s, &e) == -1 ||
		    has_links(&s);
		status_free(&s);
		if (is_done)
			return;
		poll(NULL, 0, LINK_WAIT_MS);
	}
}

static void
check_processes(struct findings *all, const struct status *s)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (!has_process(s, links[i]))
			findings_add(all, "process-missing", SEVERITY_ERROR,
			    NULL, 0,
			    "%s is not connected to oktad|systemctl restart "
			    "%s; then: journalctl -u %s",
			    links[i], links[i], links[i]);
	}
}

/* Uses the credential for real; says in words of Okta what is wrong with it. */
static void
check_credential(struct findings *all, struct control *c)
{
	struct error e = {0};
	char pipeline[16] = "";
	int channel;

	channel = control_channel(c, &e);
	if (channel == -1)
		return; /* said by check_processes() */
	if (lookup_probe(channel, pipeline, &e) == -1) {
		if (e.kind == ERROR_OFFLINE)
			findings_add(all, "okta-unreachable", SEVERITY_ERROR,
			    NULL, 0,
			    "%s|check name resolution, route, proxy and "
			    "firewall to the org's host",
			    e.text);
		else
			findings_add(all, "credential", SEVERITY_ERROR, NULL,
			    0,
			    "Okta refuses the daemon's credential: %s|compare "
			    "client_id, key_id and private_key (or api_token) "
			    "with the Okta admin console; then: oktactl token "
			    "reset",
			    e.text);
	}
	close(channel);
}

static void
check_sync(struct findings *all, const struct status *s)
{
	if (strcmp(s->sync_state, "refused_shrink") == 0)
		findings_add(all, "sync-shrunken", SEVERITY_ERROR, NULL, 0,
		    "Okta's last answer had too few people; nobody was "
		    "removed: %s|if the answer is right: oktactl sync --accept",
		    s->sync_error);
	else if (strcmp(s->sync_state, "failed") == 0)
		findings_add(all, "sync-failed", SEVERITY_ERROR, NULL, 0,
		    "the last sync failed, the old directory is served: "
		    "%s|mend that; then: oktactl sync",
		    s->sync_error);
	for (size_t i = 0; i < s->nrefused; i++)
		findings_add(all, "refused", SEVERITY_WARNING, NULL, 0,
		    "%s (%s) is not published: %s|change the name or the "
		    "attribute in Okta, then: oktactl sync",
		    s->refused[i].name, s->refused[i].id, s->refused[i].why);
}

void
check_daemon(struct findings *all, const struct conf *conf,
    const char *conf_path)
{
	struct control c;
	struct status s;
	struct error e = {0};
	int is_probe = 0;

	if (control_open(&c, &e) == -1) {
		findings_add(all, "daemon-down", SEVERITY_ERROR, NULL, 0,
		    "%s|systemctl start oktad", e.text);
		/* Without a configuration there is nothing to try. */
		if (conf == NULL ||
		    control_open_probe(&c, conf_path, &e) == -1)
			return;
		is_probe = 1;
	}
	if (!is_probe)
		wait_for_links(&c);
	status_init(&s);
	/* First the request, so that the status knows its outcome. */
	check_credential(all, &c);
	if (control_ask(&c, CTL_STATUS, 0, UINT32_MAX, ASK_MS, status_take, &s,
		&e) == -1) {
		findings_add(all, "daemon-sick", SEVERITY_ERROR, NULL, 0,
		    "%s|systemctl restart oktad; then: journalctl -u oktad",
		    e.text);
	} else {
		check_scopes(all, &s);
		if (s.skew > SKEW_WARN_S || s.skew < -SKEW_WARN_S)
			findings_add(all, "clock", SEVERITY_WARNING, NULL, 0,
			    "this host's clock and Okta's differ by %" PRId32
			    " s|timedatectl set-ntp true",
			    s.skew);
		if (!is_probe) {
			check_processes(all, &s);
			check_sync(all, &s);
		}
	}
	status_free(&s);
	control_close(&c);
}
