/*
 * oktad, the part of the product that runs as root: see oktad(8).
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "listen.h"
#include "log.h"
#include "notify.h"
#include "parent.h"
#include "paths.h"
#include "sandbox.h"
#include "rules_file.h"
#include "setup.h"

enum { EXIT_USAGE = 2, EXIT_CONFIG = 3 };

static void __attribute__((noreturn)) usage(void)
{
	fputs("usage: oktad [-f] [-n] [-d] [-c FILE]\n"
	      "       oktad --probe\n",
	    stderr);
	exit(EXIT_USAGE);
}

static int
load(struct parent *p, struct error *e)
{
	return conf_load(p->conf_path, &p->conf, e) == 0 &&
		assertion_load_keys(p->conf, &p->keys, e) == 0
	    ? 0
	    : -1;
}

static void
print_remark(void *arg, const char *id, const char *text)
{
	(void)arg;
	printf("%s [%s]\n", text, id);
}

static int
check(struct parent *p)
{
	struct error e = {0};

	if (load(p, &e) != 0) {
		fprintf(stderr, "%s\n", e.text);
		return EXIT_CONFIG;
	}
	conf_remarks(p->conf, print_remark, NULL);
	puts("configuration OK");
	return 0;
}

/* Everything that needs more power than the loop has. */
static int
set_up(struct parent *p, int fds[DOOR_COUNT], struct error *e)
{
	struct budget_now now = {0};
	struct error later = {0};

	if (setup_users(&p->users, e) != 0)
		return -1;
	if (p->is_probe)
		return 0;
	for (int i = 0; i < DOOR_COUNT; i++)
		p->doors[i].is_own = fds[i] < 0;
	if (setup_folders(&p->users, e) != 0 || setup_lock(e) != 0 ||
	    listen_make(fds, p->users.net.gid, e) != 0)
		return -1;
	setup_sweep();
	if (rules_file_write(OKTA_RULES_PATH, p->conf, e) != 0)
		return -1;
	if (budget_clock(&now) != 0)
		return error_errno(e, "clock");
	p->budget = budget_open(OKTA_BUDGET_PATH, &now, e);
	p->preferences = preferences_open(OKTA_PREFERENCES_PATH);
	p->tickets = tickets_new();
	p->sessions = sessions_open(OKTA_SESSIONS_PATH, &later);
	if (p->budget == NULL || p->preferences == NULL || p->tickets == NULL ||
	    p->sessions == NULL)
		return error_set(e, ERROR_SYSTEM, "out of memory");
	/* Without a budget there is no login; the directory is served all the
	 * same, and the file may become good again. */
	if (e->kind != ERROR_NONE)
		log_event(LOG_ERR, "budget", log_text("error", e->text));
	if (later.kind != ERROR_NONE)
		log_event(LOG_ERR, "sessions", log_text("error", later.text));
	if (p->is_foreground)
		p->netns = setup_no_network();
	if (setup_capabilities(p->netns >= 0, p->is_foreground, e) != 0)
		return -1;
	/* Under systemd the unit has one too. */
	return sandbox_has_filter() ? sandbox_load_filter(SANDBOX_PARENT, e)
				    : 0;
}

static int
run(struct parent *p, int fds[DOOR_COUNT])
{
	struct error e = {0};
	int rc;

	if (load(p, &e) != 0) {
		log_event(LOG_ERR, "config", log_text("error", e.text),
		    log_text(
			"effect", "not started; what was published stays"));
		return EXIT_CONFIG;
	}
	if (set_up(p, fds, &e) != 0) {
		log_event(LOG_ERR, "start_failed", log_text("program", "oktad"),
		    log_text("error", e.text));
		rc = EXIT_FAILURE;
	} else {
		rc = parent_run(p, fds);
	}
	budget_close(p->budget);
	preferences_free(p->preferences);
	tickets_free(p->tickets);
	sessions_close(p->sessions);
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"probe", no_argument, NULL, 'P'},
	    {NULL, 0, NULL, 0},
	};
	struct parent p = {.conf_path = OKTA_CONF_PATH, .netns = -1};
	int fds[DOOR_COUNT], is_check = 0, opt, rc;
	struct error e = {0};

	while ((opt = getopt_long(argc, argv, "fndc:", options, NULL)) != -1) {
		switch (opt) {
		case 'f':
			p.is_foreground = 1;
			break;
		case 'n':
			is_check = 1;
			break;
		case 'd':
			p.is_debug = 1;
			break;
		case 'c':
			p.conf_path = optarg;
			break;
		case 'P':
			p.is_probe = 1;
			break;
		default:
			usage();
		}
	}
	if (optind != argc || (p.is_probe && (p.is_foreground || is_check)))
		usage();
	/* What systemd says in the environment is read before it is emptied. */
	notify_keep();
	log_open(
	    "oktad", p.is_foreground || p.is_debug || p.is_probe, p.is_debug);
	if (listen_inherit(fds, &e) != 0 || child_keep_environment() != 0 ||
	    sandbox_begin(&e) != 0) {
		log_event(LOG_ERR, "start_failed", log_text("program", "oktad"),
		    log_text("error", e.text));
		return EXIT_FAILURE;
	}
	rc = is_check ? check(&p) : run(&p, fds);
	assertion_free_keys(&p.keys);
	conf_free(p.conf);
	return rc;
}
