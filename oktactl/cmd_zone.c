/*
 * oktactl zone [NAME|ID]: the network zones of the org, or one of them with
 * the networks that it stands for in from = zone:ID.
 */
#include <stdio.h>
#include <string.h>

#include "api_zone.h"
#include "look.h"
#include "resolve.h"

struct show {
	struct json_object *list; /* NULL: lines */
	unsigned int n;
};

static const char *const keys[] = {"id", "name", "type", "status", "usage"};
enum { KEYS = sizeof(keys) / sizeof(keys[0]), TEXT_SIZE = 160 };

static struct json_object *
zone_object(const struct json_object *zone)
{
	struct json_object *o = json_object_new_object();
	char text[TEXT_SIZE];

	for (int i = 0; i < KEYS; i++) {
		json_get_text(zone, keys[i], text, sizeof(text));
		ctl_add_str(o, keys[i], text);
	}
	return o;
}

static void
zone_line(const struct json_object *zone)
{
	char text[KEYS][TEXT_SIZE];

	for (int i = 0; i < KEYS; i++)
		json_get_text(zone, keys[i], text[i], sizeof(text[i]));
	printf("%s  %s: %s, %s, %s\n", text[0], text[1], text[2], text[3],
	    text[4]);
}

static int
each_zone(void *arg, const struct json_object *o, struct error *e)
{
	struct show *s = arg;

	(void)e;
	s->n++;
	if (s->list != NULL)
		json_object_array_add(s->list, zone_object(o));
	else
		zone_line(o);
	return 1;
}

static int
each_net(void *arg, const struct address_net *net, struct error *e)
{
	char text[ADDRESS_TEXT_SIZE];
	struct show *s = arg;

	(void)e;
	s->n++;
	address_print(net, text);
	if (s->list != NULL)
		json_object_array_add(s->list, json_object_new_string(text));
	else
		printf("  %s\n", text);
	return 1;
}

static int
show_all(const struct ctl *ctl, struct look *l, struct error *e)
{
	static const char *const members[] = {
	    "id", "name", "type", "status", "usage", NULL};
	struct show s = {.list = NULL};
	struct json_object *o;
	int rc;

	if (ctl->json)
		s.list = json_object_new_array();
	rc = api_list(
	    &l->api, "/api/v1/zones?limit=200", members, each_zone, &s, e);
	if (rc != 0 || !ctl->json) {
		json_object_put(s.list);
		return rc;
	}
	o = json_object_new_object();
	json_object_object_add(o, "zones", s.list);
	ctl_print_json(o);
	return 0;
}

static int
show_one(
    const struct ctl *ctl, struct look *l, const char *word, struct error *e)
{
	struct show s = {.list = NULL};
	struct json_object *doc = NULL, *o;
	char path[API_PATH_MAX], why[API_WHY_SIZE];
	struct target zone;
	int rc;

	if (resolve_id(l->api.channel, NOUN_ZONE, word, &zone, e) != 0)
		return -1;
	snprintf(path, sizeof(path), "/api/v1/zones/%s", zone.id);
	if (resolve_judge(api_get(&l->api, path, &doc, e), &zone, e) != 0)
		return -1;
	if (ctl->json)
		s.list = json_object_new_array();
	else
		zone_line(doc);
	rc = api_zone_parse(doc, each_net, &s, why, e);
	/* What can not be read is said, and is no failure of the look-up. */
	if (rc != 0 && why[0] != '\0')
		rc = 0;
	if (rc == 0 && ctl->json) {
		o = zone_object(doc);
		json_object_object_add(o, "networks", s.list);
		s.list = NULL;
		ctl_add_str(o, "why", why[0] != '\0' ? why : NULL);
		ctl_print_json(o);
	} else if (rc == 0 && why[0] != '\0') {
		printf("  %s\n", why);
	} else if (rc == 0 && s.n == 0) {
		printf("  no gateways: nobody comes from it\n");
	}
	json_object_put(s.list);
	json_free(doc);
	return rc;
}

int
cmd_zone(const struct ctl *ctl, int argc, char **argv)
{
	struct error e = {0};
	static struct look l;
	int code;

	if (argc > 2)
		return cmd_change(ctl, argc, argv);
	code = look_open(&l);
	if (code != 0)
		return code;
	if ((argc == 1 ? show_all(ctl, &l, &e)
		       : show_one(ctl, &l, argv[1], &e)) != 0)
		code = ctl_fail(&e);
	look_close(&l);
	return code;
}
