/*
 * oktactl group NAME: a published group, its Okta id and its members.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "directory.h"
#include "local.h"
#include "oktactl.h"
#include "paths.h"

static const char *const type_words[TEAM_TYPES] = {
    [TEAM_OKTA_GROUP] = "OKTA_GROUP",
    [TEAM_APP_GROUP] = "APP_GROUP",
    [TEAM_BUILT_IN] = "BUILT_IN",
};

static void
print_json(const struct directory_group *g, const char *id, const char *type)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();
	const char *m = g->members;

	ctl_add_str(o, "name", g->name);
	ctl_add_int(o, "gid", g->gid);
	ctl_add_str(o, "id", id);
	ctl_add_str(o, "type", type);
	for (uint32_t i = 0; i < g->nmembers; i++, m += strlen(m) + 1)
		json_object_array_add(list, json_object_new_string(m));
	json_object_object_add(o, "members", list);
	ctl_print_json(o);
}

static void
print_text(const struct directory_group *g, const char *id, const char *type)
{
	const char *m = g->members;

	printf("%s: gid %" PRIu32 ", %s", g->name, g->gid, type);
	if (id != NULL)
		printf(" %s", id);
	printf("\n  %" PRIu32 " %s:", g->total,
	    g->total == 1 ? "member" : "members");
	for (uint32_t i = 0; i < g->nmembers; i++, m += strlen(m) + 1)
		printf(" %s", m);
	printf(g->total != g->nmembers ? " (too many to list)\n" : "\n");
}

int
cmd_group(const struct ctl *ctl, int argc, char **argv)
{
	struct directory d, people;
	struct directory_group g;
	struct directory_team t;
	const char *id = NULL, *type = "PRIVATE";
	int code;

	if (argc > 2)
		return cmd_change(ctl, argc, argv);
	if (argc != 2)
		return ctl_usage(argv[0]);
	if (local_has_group("/etc/group", argv[1], NULL) == 1) {
		fprintf(stderr,
		    "oktactl: %s is a local group of this host (/etc/group)\n",
		    argv[1]);
		return EXIT_NO;
	}
	code = directory_open(&d, OKTA_DIRECTORY_PATH, DIR_MAGIC_PUBLIC);
	if (code == OKTA_OK)
		code = directory_group_by_name(&d, argv[1], &g);
	if (code != OKTA_OK) {
		fprintf(stderr, "oktactl: %s\n",
		    code == OKTA_ABSENT
			? "no such group is published (publish_groups in "
			  "okta.conf); see also: oktactl status"
			: "the directory is damaged; see oktactl check");
		directory_close(&d);
		return EXIT_NO;
	}
	(void)directory_open(&people, OKTA_PEOPLE_PATH, DIR_MAGIC_PEOPLE);
	if (!g.is_private && people.base != NULL &&
	    directory_team_by_gid(&people, g.gid, &t) == OKTA_OK) {
		id = t.id;
		type = type_words[t.type];
	}
	if (ctl->json)
		print_json(&g, id, type);
	else
		print_text(&g, id, type);
	directory_close(&people);
	directory_close(&d);
	return EXIT_FINE;
}
