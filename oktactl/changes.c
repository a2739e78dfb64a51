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
    {.command = "suspend",
	.nouns = {NOUN_USER},
	.method = "POST",
	.path = LIFECYCLE("suspend"),
	.scope = USERS,
	.effect = "they are logged out of Okta, and can not log in until "
		  "unsuspended"},
    {.command = "unsuspend",
	.nouns = {NOUN_USER},
	.method = "POST",
	.path = LIFECYCLE("unsuspend"),
	.scope = USERS,
	.effect = "they can log in again"},
    {.command = "unlock",
	.nouns = {NOUN_USER},
	.method = "POST",
	.path = LIFECYCLE("unlock"),
	.scope = USERS,
	.effect = "they can log in again with the same password"},
    {.command = "reset-factor",
	.nouns = {NOUN_USER},
	.method = "POST",
	.path = LIFECYCLE("reset_factors"),
	.scope = USERS,
	.effect = "they lose every second factor, and have to enrol anew"},
    {.command = "reset-factor",
	.nouns = {NOUN_USER, NOUN_FACTOR},
	.method = "DELETE",
	.path = "/api/v1/users/{}/factors/{}",
	.scope = USERS,
	.effect = "they lose this second factor, and have to enrol it anew"},
    /* okta-api.md 7.4 */
    {.command = "clear-sessions",
	.nouns = {NOUN_USER},
	.method = "DELETE",
	.path = "/api/v1/users/{}/sessions",
	.scope = USERS,
	.effect = "their sessions in Okta end, and on each host that these "
		  "logins look after; they can log in again",
	.switches = {{"--tokens", "oauthTokens",
			 "the tokens that apps have got for them are revoked"},
	    {"--forget-devices", "forgetDevices",
		"devices that Okta remembers are asked for a second factor "
		"again"}}},
    {.command = "group",
	.verb = "add",
	.nouns = {NOUN_GROUP, NOUN_USER},
	.method = "PUT",
	.path = "/api/v1/groups/{}/users/{}",
	.scope = GROUPS,
	.effect = "they get whatever this group gives, on every host and in "
		  "every app",
	.check = check_group},
    {.command = "group",
	.verb = "remove",
	.nouns = {NOUN_GROUP, NOUN_USER},
	.method = "DELETE",
	.path = "/api/v1/groups/{}/users/{}",
	.scope = GROUPS,
	.effect = "they lose what no other group gives, on every host and in "
		  "every app",
	.check = check_group},
    {.command = "app",
	.verb = "assign",
	.nouns = {NOUN_APP, NOUN_USER},
	.method = "POST",
	.path = "/api/v1/apps/{}/users",
	.scope = APPS,
	.effect = "they may use this app, and log in where a host allows it",
	.fill = fill_assignment},
    {.command = "app",
	.verb = "unassign",
	.nouns = {NOUN_APP, NOUN_USER},
	.method = "DELETE",
	.path = "/api/v1/apps/{}/users/{}",
	.scope = APPS,
	.effect = "they may not use this app any more, nor log in for its sake",
	.check = check_assignment},
    {.command = "zone",
	.verb = "add",
	.nouns = {NOUN_ZONE, NOUN_ADDRESS},
	.method = "PUT",
	.path = "/api/v1/zones/{}",
	.scope = ZONES,
	.effect = "it is in this zone, for every policy and rule that names it",
	.check = check_address,
	.fill = fill_zone},
    {.command = "zone",
	.verb = "remove",
	.nouns = {NOUN_ZONE, NOUN_ADDRESS},
	.method = "PUT",
	.path = "/api/v1/zones/{}",
	.scope = ZONES,
	.effect = "it is not in this zone any more, for every policy and rule "
		  "that names it",
	.check = check_address,
	.fill = fill_zone},
    {.command = NULL},
};
