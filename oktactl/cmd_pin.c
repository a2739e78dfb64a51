/*
 * oktactl pin NAME: okta.conf holds ids, because names can be taken by others
 * (threat T3). This prints the line to copy: the id and, behind '#', what it
 * is.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "control.h"
#include "lookup.h"
#include "name.h"
#include "oktactl.h"

static void
print_found(const struct ctl *ctl, const struct lookup_group *g, int n,
    const char *kind, struct json_object *list)
{
	char clean[256];

	for (int i = 0; i < n; i++) {
		if (ctl->json) {
			struct json_object *o = json_object_new_object();

			ctl_add_str(o, "id", g[i].id);
			ctl_add_str(o, "name", g[i].name);
			ctl_add_str(o, "kind", kind);
			ctl_add_str(o, "type", g[i].type);
			json_object_array_add(list, o);
			continue;
		}
		name_filter_text(
		    clean, sizeof(clean), g[i].name, strlen(g[i].name));
		printf("%s # %s", g[i].id, clean);
		if (strcmp(kind, "app") == 0)
			printf(" (app)");
		else if (strcmp(g[i].type, "OKTA_GROUP") != 0)
			printf(" (%s)", g[i].type);
		printf("\n");
	}
}

int
cmd_pin(const struct ctl *ctl, int argc, char **argv)
{
	static struct lookup_group groups[LOOKUP_MAX], apps[LOOKUP_MAX];
	struct json_object *list;
	struct conf *conf = NULL;
	struct control c;
	struct error e = {0};
	int channel, ngroups, napps, code, is_blind;

	if (argc != 2)
		return ctl_usage(argv[0]);
	/* A first okta.conf without ids cannot start the daemon; then the
	 * probe answers. It would refuse a bad one as well, but here it can be
	 * said why. */
	if (control_open(&c, &e) == -1) {
		if (conf_load(ctl->conf_path, &conf, &e) == -1)
			return ctl_fail(&e);
		conf_free(conf);
		if (control_open_probe(&c, ctl->conf_path, &e) == -1)
			return ctl_fail(&e);
	}
	if ((channel = control_channel(&c, &e)) == -1) {
		code = ctl_fail(&e);
		control_close(&c);
		return code;
	}
	ngroups = lookup_groups(channel, argv[1], groups, &e);
	/* Apps need a scope of their own; without it groups still count. */
	napps = ngroups == -1 ? -1 : lookup_apps(channel, argv[1], apps, &e);
	close(channel);
	control_close(&c);
	if (ngroups == -1)
		return ctl_fail(&e);
	is_blind = napps == -1 && e.kind == ERROR_SCOPE;
	if (napps == -1 && !is_blind)
		return ctl_fail(&e);
	if (is_blind)
		napps = 0;

	list = json_object_new_array();
	print_found(ctl, groups, ngroups, "group", list);
	print_found(ctl, apps, napps, "app", list);
	if (ctl->json)
		printf("%s\n",
		    json_object_to_json_string_ext(
			list, JSON_C_TO_STRING_PLAIN));
	json_object_put(list);
	if (ngroups + napps == 1)
		return EXIT_FINE;
	if (is_blind && ngroups == 0) {
		fprintf(stderr,
		    "oktactl: Okta has no group of exactly that name; whether "
		    "it has such an app can not be told:\n");
		return ctl_fail(&e);
	}
	if (ngroups + napps == 0)
		fprintf(stderr,
		    "oktactl: Okta has no group or app of exactly that name\n");
	else
		fprintf(stderr,
		    "oktactl: several have that name; take the one you mean\n");
	return EXIT_NO;
}
