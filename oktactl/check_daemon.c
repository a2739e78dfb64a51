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

enum { ASK_MS = 10000, SKEW_WARN_S = 60, LINK_TRIES = 30, LINK_WAIT_MS = 100 };

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

/* Of a key of [okta], or where that is not written of the other. */
static struct conf_place
place_of(const struct conf *conf, const char *key, const char *other)
{
	struct conf_place at = {0};

	if (conf != NULL)
		at = conf_where(conf, "okta", key);
	if (conf != NULL && at.line == 0)
		at = conf_where(conf, "okta", other);
	return at;
}

/* Uses the credential for real; says in words of Okta what is wrong with it. */
static void
check_credential(
    struct findings *all, const struct conf *conf, struct control *c)
{
	struct error e = {0};
	struct conf_place at;
	char pipeline[16] = "";
	int channel;

	channel = control_channel(c, &e);
	if (channel == -1)
		return; /* said by check_processes() */
	if (lookup_probe(channel, pipeline, &e) == -1) {
		if (e.kind == ERROR_OFFLINE) {
			at = place_of(conf, "proxy", "url");
			findings_add(all, "okta-unreachable", SEVERITY_ERROR,
			    at.file, at.line,
			    "%s|check name resolution, route and firewall to "
			    "it, and this line; then: systemctl reload oktad",
			    e.text);
		} else {
			at = place_of(conf, "client_id", "api_token");
			findings_add(all, "credential", SEVERITY_ERROR, at.file,
			    at.line,
			    "Okta refuses the daemon's credential: %s|compare "
			    "client_id, key_id and private_key (or api_token) "
			    "with the Okta admin console; then: systemctl "
			    "reload oktad",
			    e.text);
		}
	} else if (conf != NULL) {
		check_okta(all, conf, channel);
	}
	if (conf != NULL)
		check_pipeline(all, conf, pipeline);
	close(channel);
}

/* A refusal may be about an attribute of okta.conf: its key stands where the
 * Okta id of others does. */
static void
check_refusal(struct findings *all, const struct conf *conf,
    const struct status_refusal *r)
{
	struct conf_place at = {0};

	if (conf != NULL)
		at = conf_where(conf, "directory", r->id);
	if (strcmp(r->id, "id_range") == 0)
		findings_add(all, "id-range", SEVERITY_ERROR, at.file, at.line,
		    "%s|choose another id_range, or take the range back where "
		    "it is named; then: oktactl sync",
		    r->why);
	else if (at.line != 0 || strcmp(r->id, "name") == 0)
		findings_add(all, "attribute-editable", SEVERITY_ERROR, at.file,
		    at.line,
		    "%s: attribute %s: %s|in the Okta admin console, Profile "
		    "Editor, give the user the permission Read Only for %s, "
		    "and the service app okta.schemas.read; or write "
		    "trust_attributes = yes",
		    r->id, r->name, r->why, r->name);
	else
		findings_add(all, "refused", SEVERITY_WARNING, NULL, 0,
		    "%s (%s) is not published: %s|change the name or the "
		    "attribute in Okta, then: oktactl sync",
		    r->name, r->id, r->why);
}

static void
check_sync(
    struct findings *all, const struct conf *conf, const struct status *s)
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
		check_refusal(all, conf, &s->refused[i]);
}

void
check_daemon(
    struct findings *all, const struct conf *conf, const char *conf_path)
{
	struct control c;
	struct status s;
	struct error e = {0};
	int is_probe = 0;

	if (control_open(&c, &e) == -1) {
		findings_add(all, "daemon-down", SEVERITY_ERROR, NULL, 0,
		    "%s|systemctl start oktad", e.text);
		/* Without a configuration there is nothing to try. */
		if (conf == NULL || control_open_probe(&c, conf_path, &e) == -1)
			return;
		is_probe = 1;
	}
	if (!is_probe)
		wait_for_links(&c);
	status_init(&s);
	/* First the request, so that the status knows its outcome. */
	check_credential(all, conf, &c);
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
		if (s.unasked > 0)
			findings_add(all, "factor-unasked", SEVERITY_WARNING,
			    NULL, 0,
			    "the password was right in the last %" PRIu32
			    " logins, but Okta asked for no second factor, "
			    "which factor = required demands; nobody has got "
			    "in since|have Okta's global session policy demand "
			    "one from this host, or write factor = okta for "
			    "the service; then: systemctl reload oktad",
			    s.unasked);
		if (!is_probe) {
			check_processes(all, &s);
			check_sync(all, conf, &s);
		}
	}
	status_free(&s);
	control_close(&c);
}
