#include "changes.h"

#include <stdio.h>
#include <string.h>

#include "http.h"
#include "lookup.h"
#include "zone_edit.h"

/* Only these are filled by hand (okta-api.md 6.2). */
static int
check_group(int channel, const struct target *t, struct error *e)
{
	(void)channel;
	if (strcmp(t[0].state, "OKTA_GROUP") == 0)
		return 0;
	return error_set(e, ERROR_DENIED,
	    "Okta fills a group of type %s by itself: nobody is added or "
	    "removed by hand",
	    t[0].state);
}

/* Whom a group assigns, can not be taken out alone. */
static int
check_assignment(int channel, const struct target *t, struct error *e)
{
	char scope[16];

	if (lookup_assignment(channel, t[0].id, t[1].id, scope, e) != 0) {
		if (e->http_status == 404)
			(void)error_set(e, ERROR_SYSTEM,
			    "they are not assigned to that app");
		return -1;
	}
	if (strcmp(scope, "USER") == 0)
		return 0;
	return error_set(e, ERROR_SYSTEM,
	    "a group assigns them to that app: take them out of it, or it out "
	    "of the app (oktactl app shows the groups)");
}

static int
check_address(int channel, const struct target *t, struct error *e)
{
	struct zone_range r;

	(void)channel;
	return zone_range_read(t[1].name, &r, e);
}

static int
fill_assignment(int channel, const struct change_row *r, const struct target *t,
    struct buf *body, struct error *e)
{
	(void)channel;
	(void)r;
	if (buf_printf(body, "{\"id\":\"%s\",\"scope\":\"USER\"}", t[1].id) ==
	    0)
		return 0;
	return error_errno(e, "the request");
}

static int
get_zone(int channel, const struct target *t, struct json_object **zone,
    struct error *e)
{
	struct http_response res;
	char path[128];
	const struct http_request req = {.method = "GET",
	    .path = path,
	    .content = HTTP_JSON,
	    .credential = HTTP_ADMIN};
	int rc;

	*zone = NULL;
	snprintf(path, sizeof(path), "/api/v1/zones/%s", t->id);
	rc = http_send(channel, &req, &res, e);
	if (rc == 0)
		rc = http_expect_json(&res, "the zone", e);
	if (rc == 0)
		rc = json_parse(res.body, res.body_len, "the zone", zone, e);
	http_response_free(&res);
	return rc;
}

/* The zone as it is this moment, with one entry more or less: Okta replaces
 * all of it. */
static int
fill_zone(int channel, const struct change_row *r, const struct target *t,
    struct buf *body, struct error *e)
{
	struct json_object *zone;
	struct zone_range range;
	int rc = get_zone(channel, &t[0], &zone, e);

	if (rc == 0)
		rc = zone_range_read(t[1].name, &range, e);
	if (rc == 0)
		rc = zone_edit(
		    zone, strcmp(r->verb, "add") == 0, t[1].name, &range, e);
	if (rc == 0 &&
	    buf_puts(body,
		json_object_to_json_string_ext(zone,
		    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)) !=
		0)
		rc = error_set(e, ERROR_SYSTEM, "the zone is too long");
	json_free(zone);
	return rc;
}

#define LIFECYCLE(what) "/api/v1/users/{}/lifecycle/" what
#define USERS "okta.users.manage"
#define GROUPS "okta.groups.manage"
#define APPS "okta.apps.manage"
#define ZONES "okta.networkZones.manage"

const struct change_row change_rows[] = {
    {"suspend", NULL, {NOUN_USER}, "POST", LIFECYCLE("suspend"), USERS,
	"they are logged out of Okta, and can not log in until unsuspended",
	NULL, NULL},
    {"unsuspend", NULL, {NOUN_USER}, "POST", LIFECYCLE("unsuspend"), USERS,
	"they can log in again", NULL, NULL},
    {"unlock", NULL, {NOUN_USER}, "POST", LIFECYCLE("unlock"), USERS,
	"they can log in again with the same password", NULL, NULL},
    {"reset-factor", NULL, {NOUN_USER}, "POST", LIFECYCLE("reset_factors"),
	USERS, "they lose every second factor, and have to enrol anew", NULL,
	NULL},
    {"reset-factor", NULL, {NOUN_USER, NOUN_FACTOR}, "DELETE",
	"/api/v1/users/{}/factors/{}", USERS,
	"they lose this second factor, and have to enrol it anew", NULL, NULL},
    {"group", "add", {NOUN_GROUP, NOUN_USER}, "PUT",
	"/api/v1/groups/{}/users/{}", GROUPS,
	"they get whatever this group gives, on every host and in every app",
	check_group, NULL},
    {"group", "remove", {NOUN_GROUP, NOUN_USER}, "DELETE",
	"/api/v1/groups/{}/users/{}", GROUPS,
	"they lose what no other group gives, on every host and in every app",
	check_group, NULL},
    {"app", "assign", {NOUN_APP, NOUN_USER}, "POST", "/api/v1/apps/{}/users",
	APPS, "they may use this app, and log in where a host allows it", NULL,
	fill_assignment},
    {"app", "unassign", {NOUN_APP, NOUN_USER}, "DELETE",
	"/api/v1/apps/{}/users/{}", APPS,
	"they may not use this app any more, nor log in for its sake",
	check_assignment, NULL},
    {"zone", "add", {NOUN_ZONE, NOUN_ADDRESS}, "PUT", "/api/v1/zones/{}", ZONES,
	"it is in this zone, for every policy and rule that names it",
	check_address, fill_zone},
    {"zone", "remove", {NOUN_ZONE, NOUN_ADDRESS}, "PUT", "/api/v1/zones/{}",
	ZONES,
	"it is not in this zone any more, for every policy and rule that names "
	"it",
	check_address, fill_zone},
    {.command = NULL},
};
