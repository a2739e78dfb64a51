/*
 * oktactl status: what the daemon's processes say of themselves, and what the
 * published files show without any daemon.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "directory.h"
#include "internal.h"
#include "oktactl.h"
#include "paths.h"
#include "status.h"

static void
add_words(struct json_object *o, const char *key, const char *words)
{
	struct json_object *list = json_object_new_array();
	char copy[sizeof(((struct status *)0)->scopes)];
	char *save = NULL;

	snprintf(copy, sizeof(copy), "%s", words);
	for (char *w = strtok_r(copy, " ", &save); w != NULL;
	     w = strtok_r(NULL, " ", &save))
		json_object_array_add(list, json_object_new_string(w));
	json_object_object_add(o, key, list);
}

static struct json_object *
directory_object(void)
{
	struct json_object *o = json_object_new_object();
	struct directory d;
	uint64_t age;

	if (directory_open(&d, OKTA_DIRECTORY_PATH, DIR_MAGIC_PUBLIC) !=
	    OKTA_OK) {
		json_object_put(o);
		return NULL;
	}
	ctl_add_int(o, "generation", (int64_t)d.header->generation);
	ctl_add_str(o, "published", ctl_time(d.header->published));
	ctl_add_int(o, "users", d.header->users);
	ctl_add_int(o, "groups", d.header->groups);
	ctl_add_int(o, "bytes", (int64_t)d.size);
	if (directory_age(OKTA_CONFIRMED_PATH, &age) == OKTA_OK)
		ctl_add_int(o, "age_s", (int64_t)age);
	else
		json_object_object_add(o, "age_s", NULL);
	directory_close(&d);
	return o;
}

/* Which admin role is behind it, Okta tells nobody with read scopes (T95). */
static const char *
rights(const struct status *s)
{
	if (s->mode[0] == '\0')
		return "cannot tell without oktad";
	return strcmp(s->mode, "oauth") == 0
	    ? "cannot tell; at most its scopes, as far as the app's admin "
	      "role goes"
	    : "cannot tell; all those of the admin who made the API token";
}

static struct json_object *
status_object(const struct status *s, int has_daemon)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct json_object *part;

	ctl_add_str(o, "daemon", has_daemon ? "running" : "down");
	ctl_add_str(o, "org", s->org);
	ctl_add_str(o, "pipeline", s->pipeline);
	ctl_add_str(o, "mode", s->mode);
	for (size_t i = 0; i < s->nprocesses; i++) {
		part = json_object_new_object();
		ctl_add_str(part, "name", s->processes[i].name);
		ctl_add_int(part, "pid", s->processes[i].pid);
		json_object_array_add(list, part);
	}
	json_object_object_add(o, "processes", list);

	part = json_object_new_object();
	ctl_add_str(part, "expires",
	    s->token_expires != 0 ? ctl_time(s->token_expires) : NULL);
	add_words(part, "scopes", s->scopes);
	add_words(part, "missing", s->missing);
	ctl_add_str(part, "error", s->net_error[0] ? s->net_error : NULL);
	ctl_add_str(part, "rights", rights(s));
	json_object_object_add(o, "token", part);
	ctl_add_int(o, "clock_skew_s", s->skew);

	part = json_object_new_object();
	ctl_add_str(part, "state", s->sync_state[0] ? s->sync_state : "never");
	ctl_add_str(part, "started",
	    s->sync_started != 0 ? ctl_time(s->sync_started) : NULL);
	ctl_add_str(part, "last_full",
	    s->sync_full != 0 ? ctl_time(s->sync_full) : NULL);
	ctl_add_str(part, "last_poll",
	    s->sync_poll != 0 ? ctl_time(s->sync_poll) : NULL);
	ctl_add_str(part, "error", s->sync_error[0] ? s->sync_error : NULL);
	ctl_add_int(part, "done", s->sync_done);
	ctl_add_int(part, "total", s->sync_total);
	ctl_add_int(part, "pages", s->sync_pages);
	ctl_add_str(part, "polls", s->sync_polls[0] ? s->sync_polls : NULL);
	json_object_object_add(o, "sync", part);

	json_object_object_add(o, "directory", directory_object());
	json_object_object_add(o, "refused", status_refused(s));
	return o;
}

static void
print_text(const struct status *s, int has_daemon)
{
	char progress[160];
	struct directory d;
	uint64_t age;

	printf("daemon      %s\n", has_daemon ? "running" : "down");
	for (size_t i = 0; i < s->nprocesses; i++)
		printf("  %-12s pid %u\n", s->processes[i].name,
		    s->processes[i].pid);
	if (has_daemon) {
		printf("org         %s (%s)\n", s->org, s->pipeline);
		printf("credential  %s", s->mode);
		if (s->token_expires != 0)
			printf(", token until %s", ctl_time(s->token_expires));
		printf("\nrights      %s\n", rights(s));
		if (s->missing[0] != '\0')
			printf("  not granted: %s\n", s->missing);
		if (s->net_error[0] != '\0')
			printf("  %s\n", s->net_error);
		if (s->skew != 0)
			printf("clock       Okta is %" PRId32 " s ahead of "
			       "this host\n",
			    s->skew);
		printf("sync        %s", s->sync_state);
		if (strcmp(s->sync_state, "running") == 0) {
			status_progress(s, progress, sizeof(progress));
			printf(", %s", progress);
		}
		printf("; last full pass %s", ctl_time(s->sync_full));
		printf("; last poll %s%s\n", ctl_time(s->sync_poll),
		    strcmp(s->sync_polls, "lists") == 0
			? ", without the System Log (okta.logs.read)"
			: "");
		if (s->sync_error[0] != '\0')
			printf("  %s\n", s->sync_error);
	}
	if (directory_open(&d, OKTA_DIRECTORY_PATH, DIR_MAGIC_PUBLIC) ==
	    OKTA_OK) {
		printf("directory   generation %" PRIu64 ", %" PRIu32
		       " people, %" PRIu32 " groups, %zu bytes\n",
		    d.header->generation, d.header->users, d.header->groups,
		    d.size);
		if (directory_age(OKTA_CONFIRMED_PATH, &age) == OKTA_OK)
			printf("  Okta agreed with it %" PRIu64
			       " s ago; from %" PRIu32
			       " s on key logins are refused\n",
			    age, d.header->max_age_s);
		directory_close(&d);
	} else {
		printf("directory   none published\n");
	}
	for (size_t i = 0; i < s->nrefused; i++)
		printf("refused     %s (%s): %s\n", s->refused[i].name,
		    s->refused[i].id, s->refused[i].why);
}

int
cmd_status(const struct ctl *ctl, int argc, char **argv)
{
	struct control c;
	struct status s;
	struct error e = {0};
	int has_daemon;

	if (argc != 1)
		return ctl_usage(argv[0]);
	status_init(&s);
	has_daemon = control_open(&c, &e) == 0 &&
	    control_ask(
		&c, CTL_STATUS, 0, UINT32_MAX, 10000, status_take, &s, &e) == 0;
	control_close(&c);
	if (ctl->json)
		ctl_print_json(status_object(&s, has_daemon));
	else
		print_text(&s, has_daemon);
	status_free(&s);
	if (has_daemon)
		return EXIT_FINE;
	ctl_fail(&e);
	return EXIT_DAEMON;
}
