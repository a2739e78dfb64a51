/*
 * The edge filter: an object of Okta becomes a bounded record, or its faults
 * are named in it (api_directory.h).
 */
#include <stdio.h>
#include <string.h>

#include "api_directory.h"
#include "api_keys.h"
#include "name.h"

static const char *const status_word[STATUS_COUNT] = {
    [STATUS_STAGED] = "STAGED",
    [STATUS_PROVISIONED] = "PROVISIONED",
    [STATUS_ACTIVE] = "ACTIVE",
    [STATUS_RECOVERY] = "RECOVERY",
    [STATUS_PASSWORD_EXPIRED] = "PASSWORD_EXPIRED",
    [STATUS_LOCKED_OUT] = "LOCKED_OUT",
    [STATUS_SUSPENDED] = "SUSPENDED",
    [STATUS_DEPROVISIONED] = "DEPROVISIONED",
};

/* okta-api 7.1. A word that is not here entitles to nothing. */
static const char *const assigned_word[] = {
    "ACTIVE", "APPROVED", "IMPLICIT", "PENDING", "PROVISIONED", "STAGED"};

static const char *const type_word[TEAM_TYPES] = {
    [TEAM_OKTA_GROUP] = "OKTA_GROUP",
    [TEAM_APP_GROUP] = "APP_GROUP",
    [TEAM_BUILT_IN] = "BUILT_IN",
};

int
api_status_of(const char *word, enum person_status *status)
{
	*status = STATUS_DEPROVISIONED;
	for (int i = 0; i < STATUS_COUNT; i++)
		if (strcmp(word, status_word[i]) == 0) {
			*status = (enum person_status)i;
			return 1;
		}
	return 0;
}

const char *
api_status_word(enum person_status status)
{
	return (unsigned int)status < STATUS_COUNT ? status_word[status]
						   : "unknown";
}

/* The first reason stays. */
static void
say(char why[API_WHY_SIZE], const char *what, const char *attribute)
{
	if (why[0] == '\0')
		snprintf(why, API_WHY_SIZE, "%s%s%.60s", what,
		    *attribute != '\0' ? " " : "", attribute);
}

/* A clean text; 1 good, 0 absent or "", -1 not clean (dst is "" then). */
static int
clean(const struct json_object *profile, const char *key, char *dst, size_t cap)
{
	int rc = json_get_string(profile, key, dst, cap);

	if (rc == 1 && dst[0] == '\0')
		return 0;
	if (rc == 1 && !name_is_clean_text(dst, strlen(dst), cap - 1)) {
		dst[0] = '\0';
		return -1;
	}
	return rc;
}

/* A number by attribute, or a problem. */
static uint32_t
number(const struct json_object *profile, const char *attribute,
    const char *doubt, const struct api_rules *r, char problem[API_WHY_SIZE])
{
	uint32_t n = 0;

	if (attribute == NULL)
		return 0;
	if (doubt != NULL)
		say(problem, doubt, attribute);
	else if (json_get_u32(profile, attribute, r->id_min, r->id_max, &n) ==
	    -1)
		say(problem, "no number of the id range in attribute",
		    attribute);
	return n;
}

/* why is where it is told that a doubt keeps the path away. */
static void
path(const struct json_object *profile, const char *attribute,
    const char *doubt, char *dst, char note[API_WHY_SIZE],
    char why[API_WHY_SIZE])
{
	int rc;

	if (attribute == NULL)
		return;
	if (doubt != NULL) {
		say(why, doubt, attribute);
		return;
	}
	rc = clean(profile, attribute, dst, TEMPLATE_PATH_SIZE);
	if (rc == 1 &&
	    !name_is_clean_path(dst, strlen(dst), TEMPLATE_PATH_SIZE - 1)) {
		dst[0] = '\0';
		rc = -1;
	}
	if (rc == -1)
		say(note, "no usable path in attribute", attribute);
}

static void
gecos(const struct json_object *profile, const struct api_rules *r,
    struct api_user *u)
{
	char first[API_TEXT_SIZE], last[API_TEXT_SIZE];
	int has_own = r->gecos_attribute == NULL
	    ? 0
	    : clean(profile, r->gecos_attribute, u->gecos, sizeof(u->gecos));
	int has_first = clean(profile, "firstName", first, sizeof(first));
	int has_last = clean(profile, "lastName", last, sizeof(last));
	int n;

	if (has_own == 1)
		return;
	if (has_own == -1 || has_first == -1 || has_last == -1)
		say(u->note, "the full name is left out: not clean text", "");
	n = snprintf(u->gecos, sizeof(u->gecos), "%s%s%s", first,
	    first[0] != '\0' && last[0] != '\0' ? " " : "", last);
	if (n < 0 || (size_t)n >= sizeof(u->gecos)) {
		u->gecos[0] = '\0';
		say(u->note, "the full name is left out: too long", "");
	}
}

/* rc of a template: a name, or the reason why there is none. */
static void
name_or(int rc, const char *invalid, const char *attribute,
    char problem[API_WHY_SIZE])
{
	if (rc == TEMPLATE_RESERVED)
		say(problem, "the name is reserved for the system", "");
	else if (rc != 0)
		say(problem, invalid, attribute);
}

static void
names(const struct json_object *profile, const struct api_rules *r,
    const char *doubt, struct api_user *u)
{
	static const char by_attribute[] = "no valid user name in attribute";
	char value[API_TEXT_SIZE];

	if (clean(profile, "login", u->login, sizeof(u->login)) != 1)
		say(u->problem, "the login is missing or not clean text", "");
	else if (doubt != NULL)
		say(u->problem, doubt,
		    r->name_attribute != NULL ? r->name_attribute : "login");
	else if (r->name_attribute == NULL ||
	    (r->or_local_part &&
		json_get_string(
		    profile, r->name_attribute, value, sizeof(value)) == 0))
		name_or(template_name_of_login(u->login, u->name),
		    "the login gives no valid user name", "", u->problem);
	else if (json_get_string(
		     profile, r->name_attribute, value, sizeof(value)) != 1)
		say(u->problem, by_attribute, r->name_attribute);
	else
		name_or(template_name_of_value(value, u->name), by_attribute,
		    r->name_attribute, u->problem);
}

/* What is not believed of this person. */
static void
doubts(const struct json_object *o, const struct api_rules *r,
    const char *doubt[API_USES])
{
	struct json_object *type;
	char id[JSON_ID_MAX + 1];
	int is_other = 0;

	if (r->user_type != NULL && r->user_type[0] != '\0') {
		int rc = json_get_object(o, "type", &type);

		is_other = rc == -1 ||
		    (rc == 1 &&
			(json_get_id(type, "id", id) != 1 ||
			    strcmp(id, r->user_type) != 0));
	}
	for (int i = 0; i < API_USES; i++) {
		doubt[i] = r->doubt[i];
		if (is_other && doubt[i] == NULL)
			doubt[i] = "another user type, so nobody can tell who "
				   "may edit the attribute";
	}
}

/* What is read of a profile, NULL-ended; returns how many names. */
static size_t
profile_members(const struct api_rules *r, const char *names[API_MEMBERS])
{
	const char *const all[] = {"login", "firstName", "lastName",
	    r->uid_attribute, r->gid_attribute, r->name_attribute,
	    r->home_attribute, r->shell_attribute, r->ssh_keys_attribute,
	    r->gecos_attribute};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i] != NULL)
			names[n++] = all[i];
	names[n] = NULL;
	return n;
}

void
api_user_members(const struct api_rules *r, const char *names[API_MEMBERS])
{
	static const char *const around[] = {
	    "id", "status", "type", "profile", "_embedded", "user"};
	size_t n = profile_members(r, names);

	_Static_assert(
	    sizeof(around) / sizeof(*around) + 3 + API_USES + 1 < API_MEMBERS,
	    "room for all names");
	for (size_t i = 0; i < sizeof(around) / sizeof(*around); i++)
		names[n++] = around[i];
	names[n] = NULL;
}

void
api_user_fields(const struct api_rules *r, char dst[API_FIELDS_SIZE])
{
	const char *names[API_MEMBERS];
	size_t n = profile_members(r, names), len;

	dst[0] = '\0';
	if (r->user_type != NULL && r->user_type[0] != '\0')
		return;
	len = (size_t)snprintf(
	    dst, API_FIELDS_SIZE, "&fields=id,status,profile:(");
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(dst + len, API_FIELDS_SIZE - len,
		    "%s%.64s", i > 0 ? "," : "", names[i]);
	snprintf(dst + len, API_FIELDS_SIZE - len, ")");
}

void
api_user_clear(struct api_user *u)
{
	memset(u, 0, offsetof(struct api_user, keys));
	u->keys[0] = '\0';
}

int
api_user_parse(const struct json_object *o, const struct api_rules *r,
    struct api_user *u, struct error *e)
{
	struct json_object *profile;
	const char *doubt[API_USES];
	char word[32];

	api_user_clear(u);
	u->status = STATUS_DEPROVISIONED;
	if (json_get_id(o, "id", u->id) != 1)
		return error_set(e, ERROR_PROTOCOL, "a user without an id");
	if (json_get_string(o, "status", word, sizeof(word)) == 1)
		u->has_status = api_status_of(word, &u->status);
	if (!u->has_status)
		say(u->problem, "the status is not one of Okta's", "");
	if (json_get_object(o, "profile", &profile) != 1) {
		say(u->problem, "there is no profile", "");
		return 0;
	}
	doubts(o, r, doubt);
	names(profile, r, doubt[USE_NAME], u);
	gecos(profile, r, u);
	u->uid =
	    number(profile, r->uid_attribute, doubt[USE_UID], r, u->problem);
	u->gid =
	    number(profile, r->gid_attribute, doubt[USE_GID], r, u->problem);
	path(profile, r->home_attribute, doubt[USE_HOME], u->home, u->note,
	    u->problem);
	path(profile, r->shell_attribute, doubt[USE_SHELL], u->shell, u->note,
	    u->note);
	api_keys_parse(profile, r->ssh_keys_attribute, doubt[USE_KEYS], u);
	return 0;
}

int
api_app_user_parse(const struct json_object *o, const struct api_rules *r,
    struct api_user *u, int *is_assigned, struct error *e)
{
	struct json_object *embedded = NULL, *user = NULL;
	char id[JSON_ID_MAX + 1], word[32];

	*is_assigned = 0;
	api_user_clear(u);
	if (json_get_id(o, "id", id) != 1 ||
	    json_get_string(o, "status", word, sizeof(word)) != 1)
		return error_set(
		    e, ERROR_PROTOCOL, "an app user without id or status");
	if (json_get_object(o, "_embedded", &embedded) != 1 ||
	    json_get_object(embedded, "user", &user) != 1)
		return error_set(
		    e, ERROR_PROTOCOL, "an app user without the user");
	if (api_user_parse(user, r, u, e) == -1)
		return -1;
	if (strcmp(u->id, id) != 0)
		return error_set(
		    e, ERROR_PROTOCOL, "an app user with another user inside");
	for (size_t i = 0; i < sizeof(assigned_word) / sizeof(*assigned_word);
	     i++)
		if (strcmp(word, assigned_word[i]) == 0)
			*is_assigned = 1;
	return 0;
}

static int
type_of(const char *word, enum team_type *type)
{
	for (int i = 0; i < TEAM_TYPES; i++)
		if (strcmp(word, type_word[i]) == 0) {
			*type = (enum team_type)i;
			return 1;
		}
	return 0;
}

int
api_group_parse(const struct json_object *o, const struct api_rules *r,
    struct api_group *g, struct error *e)
{
	struct json_object *profile;
	char word[32];
	int64_t members;

	memset(g, 0, sizeof(*g));
	if (json_get_id(o, "id", g->id) != 1)
		return error_set(e, ERROR_PROTOCOL, "a group without an id");
	if (json_get_string(o, "type", word, sizeof(word)) != 1 ||
	    !type_of(word, &g->type))
		say(g->problem, "the type is not one of Okta's", "");
	if (json_get_time(o, "lastUpdated", &g->changed) == -1 ||
	    json_get_time(o, "lastMembershipUpdated", &members) == -1)
		return error_set(
		    e, ERROR_PROTOCOL, "a group with a time that is none");
	if (members > g->changed)
		g->changed = members;
	if (json_get_object(o, "profile", &profile) != 1) {
		say(g->problem, "there is no profile", "");
		return 0;
	}
	if (clean(profile, "name", g->okta_name, sizeof(g->okta_name)) != 1)
		say(g->problem, "the name is missing or not clean text", "");
	else
		name_or(template_name_of_group(
			    r->group_prefix, g->okta_name, g->name),
		    "the name gives no valid group name", "", g->problem);
	g->gid = number(profile, r->gid_attribute, NULL, r, g->problem);
	return 0;
}
