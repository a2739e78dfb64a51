/*
 * oktactl sync: a full pass now, with its progress on a terminal.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "internal.h"
#include "oktactl.h"
#include "status.h"

enum { SYNC_MS = 6 * 3600 * 1000 };

struct progress {
	struct status status;
	int on_terminal;
};

static void
take(void *arg, struct wire_in *in)
{
	struct progress *p = arg;
	char line[160];

	status_take(&p->status, in);
	if (!p->on_terminal)
		return;
	status_progress(&p->status, line, sizeof(line));
	fprintf(stderr, "\r\033[K%s ", line);
}

static void
print_text(const struct status *s)
{
	printf("%s: %" PRIu32 " people, %" PRIu32 " groups; %" PRIu32
	       " added, %" PRIu32 " lost access\n",
	    s->result, s->users, s->groups, s->added, s->removed);
	if (strcmp(s->result, "failed") != 0 && s->sync_error[0] != '\0')
		printf("%s\n", s->sync_error);
	if (strcmp(s->result, "refused_shrink") == 0)
		printf("Nobody was removed. If Okta's answer is right, say so: "
		       "oktactl sync --accept\n");
	for (size_t i = 0; i < s->nrefused; i++)
		printf("refused %s (%s): %s\n", s->refused[i].name,
		    s->refused[i].id, s->refused[i].why);
}

int
cmd_sync(const struct ctl *ctl, int argc, char **argv)
{
	struct control c;
	struct progress p = {.on_terminal = isatty(STDERR_FILENO)};
	struct status *s = &p.status;
	struct error e = {0};
	struct json_object *o;
	int accept, ok, code = EXIT_NO;

	accept = argc == 2 && strcmp(argv[1], "--accept") == 0;
	if (argc != 1 && !accept)
		return ctl_usage(argv[0]);
	status_init(s);
	if (control_reach(&c, &e) == -1) {
		ctl_fail(&e);
		return EXIT_DAEMON;
	}
	ok = control_ask(&c, CTL_SYNC, accept ? TAG_ACCEPT : 0, UINT32_MAX,
		 SYNC_MS, take, &p, &e) == 0;
	control_close(&c);
	if (p.on_terminal)
		fprintf(stderr, "\r\033[K");
	if (!ok) {
		status_free(s);
		return ctl_fail(&e);
	}
	ok = strcmp(s->result, "ok") == 0;
	if (ctl->json) {
		o = json_object_new_object();
		ctl_add_str(o, "result", s->result);
		ctl_add_int(o, "users", s->users);
		ctl_add_int(o, "groups", s->groups);
		ctl_add_int(o, "added", s->added);
		ctl_add_int(o, "removed", s->removed);
		ctl_add_str(o, "error",
		    s->sync_error[0] != '\0' ? s->sync_error : NULL);
		json_object_object_add(o, "refused", status_refused(s));
		ctl_print_json(o);
	} else {
		print_text(s);
	}
	if (ok) {
		code = EXIT_FINE;
	} else if (strcmp(s->result, "failed") == 0) {
		(void)error_set(&e,
		    s->error_kind <= ERROR_SYSTEM
			? (enum error_kind)s->error_kind
			: ERROR_SYSTEM,
		    "%s", s->sync_error);
		code = ctl_fail(&e);
	}
	status_free(s);
	return code;
}
