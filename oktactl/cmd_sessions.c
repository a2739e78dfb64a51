/*
 * oktactl sessions: who is in on this host, how, and since when.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "internal.h"
#include "oktactl.h"
#include "sessions.h"

static const char *
or_dash(const char *s)
{
	return s[0] != '\0' ? s : "-";
}

static void
print_text(void *arg, const struct session_line *s)
{
	char proof[64], grace[32] = "", who[80];
	int *is_first = arg;

	if (*is_first)
		printf("%-8s %-16s %-12s %-10s %-24s %-20s  %s\n", "ID", "NAME",
		    "SERVICE", "TERMINAL", "FROM", "SINCE", "PROVEN BY");
	*is_first = 0;
	if (s->grace_s > 0)
		snprintf(
		    grace, sizeof(grace), "  grace %" PRIu32 " s", s->grace_s);
	if (!s->has_proof)
		snprintf(proof, sizeof(proof), "%s", "not by Okta");
	else
		snprintf(proof, sizeof(proof), "%s", or_dash(s->factors));
	snprintf(who, sizeof(who), "%s%s%s", s->name,
	    s->account[0] != '\0' ? " as " : "", s->account);
	printf("%-8s %-16s %-12s %-10s %-24s %s  %s%s%s%s\n", s->id, who,
	    s->service, or_dash(s->tty), or_dash(s->rhost), ctl_time(s->since),
	    proof, grace, s->is_okta ? "  Okta session" : "",
	    s->is_left ? "  closed, left processes running" : "");
}

static void
add_json(void *arg, const struct session_line *s)
{
	struct json_object *o = json_object_new_object();

	ctl_add_str(o, "id", s->id);
	ctl_add_str(o, "name", s->name);
	ctl_add_str(o, "account", s->account[0] != '\0' ? s->account : NULL);
	ctl_add_int(o, "uid", s->uid);
	ctl_add_str(o, "okta_id", s->okta_id);
	ctl_add_str(o, "service", s->service);
	ctl_add_str(o, "tty", s->tty[0] != '\0' ? s->tty : NULL);
	ctl_add_str(o, "rhost", s->rhost[0] != '\0' ? s->rhost : NULL);
	ctl_add_str(o, "flow", session_flow(s));
	ctl_add_str(o, "factors", s->factors[0] != '\0' ? s->factors : NULL);
	ctl_add_str(o, "since", ctl_time(s->since));
	ctl_add_str(o, "state", s->is_left ? "left" : "open");
	if (s->has_proof)
		ctl_add_int(o, "proof_age_s", s->proof_age_s);
	else
		json_object_object_add(o, "proof_age_s", NULL);
	ctl_add_int(o, "grace_s", s->grace_s);
	ctl_add_bool(o, "okta_session", s->is_okta);
	if (s->audit != UINT32_MAX)
		ctl_add_int(o, "audit", s->audit);
	else
		json_object_object_add(o, "audit", NULL);
	ctl_add_int(o, "pid", s->pid);
	json_object_array_add(arg, o);
}

int
cmd_sessions(const struct ctl *ctl, int argc, char **argv)
{
	struct json_object *o = NULL, *list = NULL;
	struct error e = {0};
	struct control c;
	int rc, is_first = 1;

	if (argc != 1)
		return ctl_usage(argv[0]);
	if (control_reach(&c, &e) == -1) {
		ctl_fail(&e);
		return EXIT_DAEMON;
	}
	if (ctl->json) {
		o = json_object_new_object();
		list = json_object_new_array();
		json_object_object_add(o, "sessions", list);
	}
	rc = ctl->json ? sessions_each(&c, add_json, list, &e)
		       : sessions_each(&c, print_text, &is_first, &e);
	control_close(&c);
	if (rc == -1) {
		json_object_put(o);
		return ctl_fail(&e);
	}
	if (ctl->json) {
		ctl_add_int(o, "held", sessions_held);
		ctl_print_json(o);
	} else if (rc == 0)
		printf("nobody of Okta is logged in\n");
	if (!ctl->json && sessions_held > 0)
		printf("%" PRIu32
		       " people who may not log in any more keep their "
		       "sessions: so many at once look like a mistake. If "
		       "Okta is right: oktactl logout --held\n",
		    sessions_held);
	return EXIT_FINE;
}
