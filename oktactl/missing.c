#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "control.h"
#include "internal.h"
#include "lookup.h"
#include "missing.h"
#include "name.h"
#include "paths.h"
#include "status.h"

struct finding {
	char id[JSON_ID_MAX + 1], login[256], status[32];
	char why[512];
};

/* What the last sync refused under this name. */
static int
is_refused(struct control *c, const char *name, struct finding *f)
{
	struct status s;
	struct error e = {0};
	int found = 0;

	status_init(&s);
	if (control_ask(c, CTL_STATUS, 0, UINT32_MAX, 10000, status_take, &s,
		&e) == 0) {
		for (size_t i = 0; i < s.nrefused && !found; i++) {
			if (strcmp(s.refused[i].name, name) != 0)
				continue;
			snprintf(f->id, sizeof(f->id), "%s", s.refused[i].id);
			snprintf(f->why, sizeof(f->why),
			    "refused by the last sync: %s", s.refused[i].why);
			found = 1;
		}
	}
	status_free(&s);
	return found;
}

static void
explain_user(int channel, const struct conf *conf, const struct lookup_user *u,
    struct finding *f, struct error *e)
{
	static struct lookup_group of[LOOKUP_MAX];
	int n;

	snprintf(f->id, sizeof(f->id), "%s", u->id);
	snprintf(f->login, sizeof(f->login), "%s", u->login);
	snprintf(f->status, sizeof(f->status), "%s", u->status);
	if (strcmp(u->status, "STAGED") == 0 ||
	    strcmp(u->status, "PROVISIONED") == 0) {
		snprintf(f->why, sizeof(f->why),
		    "not activated yet in Okta (%s)", u->status);
		return;
	}
	n = lookup_groups_of(channel, u->id, of, e);
	if (n == -1)
		return;
	for (int i = 0; i < n; i++) {
		if (conf_has(conf->allow_groups, of[i].id)) {
			snprintf(f->why, sizeof(f->why),
			    "entitled by group %.*s, but not published yet; "
			    "run: oktactl sync",
			    JSON_ID_MAX, of[i].id);
			return;
		}
	}
	snprintf(f->why, sizeof(f->why),
	    "in Okta, but in none of the groups that %s allows",
	    OKTA_CONF_PATH);
}

/* Asks Okta itself. 0 where f->why was filled. */
static int
ask_okta(struct control *c, const struct ctl *ctl, const char *name,
    struct finding *f, struct error *e)
{
	static struct lookup_user found[LOOKUP_MAX];
	struct conf *conf = NULL;
	int channel = -1, n, rc = -1;

	if (conf_load(ctl->conf_path, &conf, e) == -1 ||
	    (channel = control_channel(c, e)) == -1 ||
	    (n = lookup_users(channel, name, found, e)) == -1)
		goto out;
	if (n == 0)
		snprintf(f->why, sizeof(f->why),
		    "Okta knows no login that begins with %s@", name);
	else if (n > 1)
		snprintf(f->why, sizeof(f->why),
		    "%d people in Okta would get this name; the first is %s", n,
		    found[0].login);
	else
		explain_user(channel, conf, &found[0], f, e);
	if (f->why[0] != '\0')
		rc = 0;
out:
	if (channel != -1)
		close(channel);
	conf_free(conf);
	return rc;
}

int
missing_person(const struct ctl *ctl, const char *name, int code)
{
	struct control c;
	struct finding f;
	struct error e = {0};
	struct json_object *o;
	char clean[1024];
	int exit_code = EXIT_NO;

	memset(&f, 0, sizeof(f));
	if (code != OKTA_ABSENT)
		snprintf(f.why, sizeof(f.why),
		    "%s is damaged or not trusted; see oktactl check",
		    OKTA_DIRECTORY_PATH);
	else if (name_is_reserved(name))
		snprintf(f.why, sizeof(f.why),
		    "a reserved name: no person is ever published under it");
	else if (!name_is_valid(name, strlen(name)))
		snprintf(f.why, sizeof(f.why),
		    "not a name that a person can have here");
	else if (control_open(&c, &e) == -1) {
		ctl_fail(&e);
		exit_code = EXIT_DAEMON;
	} else {
		if (!is_refused(&c, name, &f) &&
		    ask_okta(&c, ctl, name, &f, &e) == -1)
			exit_code = ctl_fail(&e);
		control_close(&c);
	}
	if (f.why[0] == '\0')
		snprintf(
		    f.why, sizeof(f.why), "not in the published directory");
	if (ctl->json) {
		o = json_object_new_object();
		ctl_add_str(o, "name", name);
		ctl_add_str(o, "id", f.id[0] != '\0' ? f.id : NULL);
		ctl_add_str(o, "login", f.login[0] != '\0' ? f.login : NULL);
		ctl_add_str(o, "status", f.status[0] != '\0' ? f.status : NULL);
		ctl_add_bool(o, "may_login", 0);
		ctl_add_str(o, "why", f.why);
		ctl_print_json(o);
		return exit_code;
	}
	name_filter_text(clean, sizeof(clean), name, strlen(name));
	printf("%s: unknown on this host\n", clean);
	if (f.login[0] != '\0') {
		name_filter_text(
		    clean, sizeof(clean), f.login, strlen(f.login));
		printf("  in Okta: %s (%s), %s\n", clean, f.id, f.status);
	}
	name_filter_text(clean, sizeof(clean), f.why, strlen(f.why));
	printf("  %s\n", clean);
	return exit_code;
}
