/*
 * oktactl: what its commands share. Each command has a file of its own
 * (cmd_*.c) and a row in the table of oktactl.c.
 */
#ifndef OKTACTL_H
#define OKTACTL_H

#include <json-c/json.h>

#include "error.h"

/* Exit codes; scripts build on them (oktactl(8), EXIT STATUS). */
enum exit_code {
	EXIT_FINE = 0,
	EXIT_NO = 1, /* no, denied, a finding */
	EXIT_USAGE = 2,
	EXIT_CONFIG = 3,
	EXIT_DAEMON = 4, /* oktad does not answer */
	EXIT_REFUSED = 5, /* Okta said no */
	EXIT_SCOPE = 6 /* a scope is missing; named on stderr */
};

struct ctl {
	int json; /* --json */
	const char *conf_path;
};

int cmd_app(const struct ctl *ctl, int argc, char **argv);
int cmd_change(const struct ctl *ctl, int argc, char **argv);
int cmd_check(const struct ctl *ctl, int argc, char **argv);
int cmd_explain(const struct ctl *ctl, int argc, char **argv);
int cmd_factors(const struct ctl *ctl, int argc, char **argv);
int cmd_group(const struct ctl *ctl, int argc, char **argv);
int cmd_ids_forget(const struct ctl *ctl, int argc, char **argv);
int cmd_ids(const struct ctl *ctl, int argc, char **argv);
int cmd_key(const struct ctl *ctl, int argc, char **argv);
int cmd_log(const struct ctl *ctl, int argc, char **argv);
int cmd_logout(const struct ctl *ctl, int argc, char **argv);
int cmd_pin(const struct ctl *ctl, int argc, char **argv);
int cmd_session(const struct ctl *ctl, int argc, char **argv);
int cmd_sessions(const struct ctl *ctl, int argc, char **argv);
int cmd_status(const struct ctl *ctl, int argc, char **argv);
int cmd_sync(const struct ctl *ctl, int argc, char **argv);
int cmd_token(const struct ctl *ctl, int argc, char **argv);
int cmd_user(const struct ctl *ctl, int argc, char **argv);
int cmd_zone(const struct ctl *ctl, int argc, char **argv);

/* Prints the error to stderr and says with which code to exit. */
int ctl_fail(const struct error *e);
/* Wrong words on the command line: the usage of that command. */
int ctl_usage(const char *command);

/* JSON helpers: strings from Okta may hold anything that is not UTF-8 any
 * more after a cut, so all go through the text filter. */
void ctl_add_str(struct json_object *o, const char *key, const char *value);
void ctl_add_int(struct json_object *o, const char *key, int64_t value);
void ctl_add_bool(struct json_object *o, const char *key, int value);
/* Prints the object on one line and drops it. */
void ctl_print_json(struct json_object *o);
/* Says that there is no person of Okta of that name who could log in, and why:
 * EXIT_NO. */
int ctl_no_person(const struct ctl *ctl, const char *name, const char *why);
/* UTC, as Okta writes times; "never" for 0. Static buffer. */
const char *ctl_time(uint64_t unix_s);

#endif
