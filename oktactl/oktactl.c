/*
 * oktactl: the admin's view of Okta login for Linux. See oktactl(8).
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "name.h"
#include "oktactl.h"
#include "paths.h"

struct command {
	const char *name;
	const char *usage;
	const char *help;
	int (*run)(const struct ctl *ctl, int argc, char **argv);
};

static const struct command commands[] = {
    {"check", "check",
	"look over the whole installation; each finding has its fix",
	cmd_check},
    {"status", "status", "processes, token, last sync, published directory",
	cmd_status},
    {"sync", "sync [--accept]", "ask Okta for everything now", cmd_sync},
    {"user", "user NAME", "a person, and why they may or may not log in",
	cmd_user},
    {"explain", "explain NAME [--service SERVICE] [--from ADDRESS]",
	"the decision about a login, line by line", cmd_explain},
    {"group", "group NAME | group add|remove GROUP USER [--yes]",
	"a published group and its members; who is in one, in Okta", cmd_group},
    {"app", "app NAME|ID | app assign|unassign APP USER [--yes]",
	"an app of Okta, and who is assigned to it", cmd_app},
    {"zone", "zone [NAME|ID] | zone add|remove ZONE ADDRESS [--yes]",
	"network zones of Okta, and their addresses", cmd_zone},
    {"factors", "factors USER", "the second factors of a person", cmd_factors},
    {"log", "log [USER] [--filter FILTER] [--since TIME] [--follow]",
	"the System Log of Okta", cmd_log},
    {"sessions", "sessions", "who of Okta is in on this host, and how",
	cmd_sessions},
    {"logout", "logout [--dry-run | --grace] NAME|ID | logout --held",
	"end a person's sessions on this host, or one of them", cmd_logout},
    {"suspend", "suspend USER [--yes] [--credential FILE]",
	"keep a person out everywhere, in Okta", cmd_change},
    {"unsuspend", "unsuspend USER [--yes] [--credential FILE]",
	"let a suspended person in again", cmd_change},
    {"unlock", "unlock USER [--yes] [--credential FILE]",
	"let a person try again who failed too often", cmd_change},
    {"reset-factor", "reset-factor USER [FACTOR] [--yes] [--credential FILE]",
	"take second factors away, so that others can be enrolled", cmd_change},
    {"clear-sessions",
	"clear-sessions USER [--tokens] [--forget-devices] [--yes] "
	"[--credential FILE]",
	"end all sessions that a person has in Okta", cmd_change},
    {"session", "session ID|- [--refresh | --end [--yes] [--credential FILE]]",
	"look at one session in Okta; make it last longer, or end it",
	cmd_session},
    {"ids", "ids [--export | --import FILE [--dry-run] | forget NAME|NUMBER]",
	"numbers and names ever given, and root's word about them", cmd_ids},
    {"pin", "pin NAME", "the line with the id that okta.conf wants", cmd_pin},
    {"key", "key import FILE [-o FILE] | key public FILE",
	"turn a JWK into PEM; print the public JWK of a key", cmd_key},
    {"token", "token reset", "drop the access token that oktad holds",
	cmd_token},
};

enum { NCOMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void
usage(FILE *f)
{
	fprintf(f, "usage: oktactl [--json] [-c FILE] COMMAND\n");
	for (size_t i = 0; i < NCOMMANDS; i++)
		fprintf(f, "  %s\n        %s\n", commands[i].usage,
		    commands[i].help);
}

int
ctl_usage(const char *command)
{
	for (size_t i = 0; i < NCOMMANDS; i++) {
		if (strcmp(commands[i].name, command) == 0)
			fprintf(stderr, "usage: oktactl [--json] %s\n",
			    commands[i].usage);
	}
	return EXIT_USAGE;
}

int
ctl_fail(const struct error *e)
{
	static const enum exit_code codes[] = {
	    [ERROR_NONE] = EXIT_NO,
	    [ERROR_RETRY] = EXIT_NO,
	    [ERROR_OFFLINE] = EXIT_NO,
	    [ERROR_DENIED] = EXIT_REFUSED,
	    [ERROR_SCOPE] = EXIT_SCOPE,
	    [ERROR_CONFIG] = EXIT_CONFIG,
	    [ERROR_PROTOCOL] = EXIT_NO,
	    [ERROR_SYSTEM] = EXIT_NO,
	};

	fprintf(stderr, "oktactl: %s\n", e->text);
	if ((size_t)e->kind >= sizeof(codes) / sizeof(codes[0]))
		return EXIT_NO;
	return codes[e->kind];
}

void
ctl_add_str(struct json_object *o, const char *key, const char *value)
{
	char clean[1024];

	if (value == NULL) {
		json_object_object_add(o, key, NULL);
		return;
	}
	name_filter_text(clean, sizeof(clean), value, strlen(value));
	json_object_object_add(o, key, json_object_new_string(clean));
}

void
ctl_add_int(struct json_object *o, const char *key, int64_t value)
{
	json_object_object_add(o, key, json_object_new_int64(value));
}

void
ctl_add_bool(struct json_object *o, const char *key, int value)
{
	json_object_object_add(o, key, json_object_new_boolean(value));
}

void
ctl_print_json(struct json_object *o)
{
	printf("%s\n",
	    json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

int
ctl_no_person(const struct ctl *ctl, const char *name, const char *why)
{
	struct json_object *o;

	if (!ctl->json) {
		printf("%s: %s\n", name, why);
		return EXIT_NO;
	}
	o = json_object_new_object();
	ctl_add_str(o, "name", name);
	ctl_add_str(o, "id", NULL);
	ctl_add_bool(o, "may_login", 0);
	ctl_add_str(o, "why", why);
	ctl_print_json(o);
	return EXIT_NO;
}

const char *
ctl_time(uint64_t unix_s)
{
	static char text[32];
	time_t t = (time_t)unix_s;
	struct tm tm;

	if (unix_s == 0 || gmtime_r(&t, &tm) == NULL)
		return "never";
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return text;
}

/* What is said may be about any word of these, and is read on a terminal: so
 * none may hold what name_filter_text() takes out (T59). The first that does,
 * or 0. */
static int
odd_word(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *s = argv[i];
		size_t n, len = strlen(s);
		int is_fit;

		for (; len > 0; s += n, len -= n) {
			n = name_next_char(s, len, &is_fit);
			if (n == 0 || (!is_fit && *s != ':'))
				return i;
		}
	}
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"json", no_argument, NULL, 'j'},
	    {"config", required_argument, NULL, 'c'},
	    {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0},
	};
	const struct rlimit no_core = {0, 0};
	struct ctl ctl = {0, OKTA_CONF_PATH};
	int c;

	/* Neither a proxy nor a CA may come in by the environment, and no
	 * secret may go out in a core. */
	if (clearenv() != 0 || setrlimit(RLIMIT_CORE, &no_core) != 0) {
		fprintf(stderr, "oktactl: cannot set up the process\n");
		return EXIT_NO;
	}
	if ((c = odd_word(argc, argv)) != 0) {
		fprintf(stderr,
		    "oktactl: word %d has characters that are no text; write "
		    "it in UTF-8, without control characters\n",
		    c);
		return EXIT_USAGE;
	}
	while ((c = getopt_long(argc, argv, "+jc:h", options, NULL)) != -1) {
		switch (c) {
		case 'j':
			ctl.json = 1;
			break;
		case 'c':
			ctl.conf_path = optarg;
			break;
		case 'h':
			usage(stdout);
			return EXIT_FINE;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	argc -= optind;
	argv += optind;
	/* --json is welcome behind the command as well. */
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") != 0)
			continue;
		ctl.json = 1;
		memmove(&argv[i], &argv[i + 1],
		    (size_t)(argc - i) * sizeof(argv[0]));
		argc--;
		i--;
	}
	for (size_t i = 0; argc > 0 && i < NCOMMANDS; i++) {
		if (strcmp(commands[i].name, argv[0]) == 0)
			return commands[i].run(&ctl, argc, argv);
	}
	usage(stderr);
	return EXIT_USAGE;
}
