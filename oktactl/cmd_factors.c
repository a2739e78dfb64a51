/*
 * oktactl factors USER: the second factors of a person, as far as this host may
 * see them: Okta looks at the enrolment policy for where it is asked from
 * (okta-api.md 4).
 */
#include <stdio.h>
#include <string.h>

#include "look.h"
#include "resolve.h"

struct show {
	struct json_object *list; /* NULL: lines */
	unsigned int n;
};

static int
each(void *arg, const struct json_object *o, struct error *e)
{
	static const char *const keys[] = {
	    "id", "factorType", "provider", "status"};
	static const char *const names[] = {"id", "type", "provider", "status"};
	struct show *s = arg;
	struct json_object *out;
	char text[4][128];

	(void)e;
	for (int i = 0; i < 4; i++)
		json_get_text(o, keys[i], text[i], sizeof(text[i]));
	s->n++;
	if (s->list == NULL) {
		printf(
		    "  %s  %s  %s  %s\n", text[0], text[1], text[2], text[3]);
		return 1;
	}
	out = json_object_new_object();
	for (int i = 0; i < 4; i++)
		ctl_add_str(out, names[i], text[i]);
	json_object_array_add(s->list, out);
	return 1;
}

int
cmd_factors(const struct ctl *ctl, int argc, char **argv)
{
	struct show s = {.list = NULL};
	struct error e = {0};
	struct json_object *o;
	char path[API_PATH_MAX];
	struct target person;
	static struct look l;
	int code, rc;

	if (argc != 2)
		return ctl_usage(argv[0]);
	code = look_open(&l);
	if (code != 0)
		return code;
	if (ctl->json)
		s.list = json_object_new_array();
	rc = resolve(l.api.channel, NOUN_USER, argv[1], NULL, &person, &e);
	if (rc == 0) {
		if (!ctl->json)
			printf("%s (%s), %s\n", person.name, person.id,
			    person.state);
		snprintf(
		    path, sizeof(path), "/api/v1/users/%s/factors", person.id);
		rc = api_list(&l.api, path, NULL, each, &s, &e);
	}
	look_close(&l);
	if (rc != 0) {
		json_object_put(s.list);
		return ctl_fail(&e);
	}
	if (!ctl->json) {
		if (s.n == 0)
			printf("  none that Okta shows to this host\n");
		return EXIT_FINE;
	}
	o = json_object_new_object();
	ctl_add_str(o, "id", person.id);
	ctl_add_str(o, "login", person.name);
	ctl_add_str(o, "status", person.state);
	json_object_object_add(o, "factors", s.list);
	ctl_print_json(o);
	return EXIT_FINE;
}
