/*
 * People and groups as Okta tells them, as bounded records. One edge filter
 * for all of them: exact types, ranges, UTF-8, caps; a value that breaks a
 * rule is left out and named, never mended (T6, T21, T107).
 */
#ifndef OKTA_API_DIRECTORY_H
#define OKTA_API_DIRECTORY_H

#include <stdint.h>

#include "api.h"
#include "directory.h"
#include "json.h"
#include "sshkey.h"
#include "template.h"

enum {
	API_LOGIN_SIZE = 256, /* bytes with NUL; Okta: 100 characters */
	API_TEXT_SIZE = 256,
	API_WHY_SIZE = 128
};

/* What an attribute decides. */
enum api_use {
	USE_UID,
	USE_GID,
	USE_NAME,
	USE_HOME,
	USE_SHELL,
	USE_KEYS,
	API_USES
};

/* Which profile attributes matter; NULL where none is configured. */
struct api_rules {
	const char *uid_attribute, *gid_attribute;
	const char *name_attribute; /* NULL: the local part of the login */
	int or_local_part; /* … also where that attribute is not set */
	const char *gecos_attribute; /* NULL, or not set: first, last name */
	const char *group_prefix; /* NULL: none */
	const char *home_attribute, *shell_attribute, *ssh_keys_attribute;
	uint32_t id_min, id_max; /* bounds of the two numbers */
	/* Why the attribute of a use is not believed, to be followed by its
	 * name; NULL: it is (T20). */
	const char *doubt[API_USES];
	/* People of another user type have a schema that nobody looked at;
	 * NULL or "": any type will do. */
	const char *user_type;
};

struct api_user {
	char id[JSON_ID_MAX + 1];
	int has_status; /* 0: a word that is not in okta-api 5.3 */
	enum person_status status;
	char login[API_LOGIN_SIZE];
	char name[TEMPLATE_NAME_SIZE]; /* by the rule */
	char gecos[API_TEXT_SIZE]; /* "first last", may be "" */
	char home[TEMPLATE_PATH_SIZE]; /* "" where no (good) attribute */
	char shell[TEMPLATE_PATH_SIZE];
	uint32_t uid, gid; /* 0: the attribute is not set */
	char problem[API_WHY_SIZE]; /* not "": a newcomer is refused for it */
	char note[API_WHY_SIZE]; /* not "": what was left out */
	int has_keys; /* the next one says what Okta says */
	char keys[SSHKEY_TEXT_SIZE]; /* in the form of sshkey.h; may be "" */
};

struct api_group {
	char id[JSON_ID_MAX + 1];
	char okta_name[API_TEXT_SIZE];
	char name[TEMPLATE_NAME_SIZE]; /* by the rule, or "" */
	enum team_type type;
	int64_t changed; /* newer of lastUpdated and lastMembershipUpdated */
	uint32_t gid; /* 0: the attribute is not set */
	char problem[API_WHY_SIZE];
};

enum { API_MEMBERS = 20, API_FIELDS_SIZE = 1024 };
/* Names of all that the two functions below read, NULL-ended. */
void api_user_members(
    const struct api_rules *r, const char *names[API_MEMBERS]);
/* The same as "&fields=…" for GET /api/v1/users (okta-api 5.1); "" where the
 * user type matters, which `fields` is not known to take. */
void api_user_fields(const struct api_rules *r, char dst[API_FIELDS_SIZE]);
/* What an object of the users, members or app-users lists says. 0, or -1 with
 * ERROR_PROTOCOL where it is not even an object with an id. */
int api_user_parse(const struct json_object *o, const struct api_rules *r,
    struct api_user *u, struct error *e);
/* An app user with the user inside (expand=user). *is_assigned is 0 for the
 * app statuses that mean "no longer". */
int api_app_user_parse(const struct json_object *o, const struct api_rules *r,
    struct api_user *u, int *is_assigned, struct error *e);
int api_group_parse(const struct json_object *o, const struct api_rules *r,
    struct api_group *g, struct error *e);

/* Called for each person: 1 new, 0 seen before, -1 stop. */
typedef int api_on_user(void *arg, const struct api_user *u, struct error *e);
/* Called for each group: the same. */
typedef int api_on_group(void *arg, const struct api_group *g, struct error *e);

/* The calls; ids must pass json_is_id. 0 or -1, as api_get and api_list.
 * *people, where not NULL, becomes how many are in it, as far as Okta tells; 0
 * unknown. That costs Okta some counting. */
int api_group(struct api *a, const struct api_rules *r, const char *id,
    uint32_t *people, struct api_group *g, struct error *e);
int api_user(struct api *a, const struct api_rules *r, const char *id,
    struct api_user *u, struct error *e);
/* known: see api_list_known; or NULL. */
int api_group_members(struct api *a, const struct api_rules *r, const char *id,
    api_known *known, api_on_user *on, void *arg, struct error *e);
int api_app_users(struct api *a, const struct api_rules *r, const char *id,
    api_known *known, api_on_user *on, void *arg, struct error *e);
/* Is the person assigned to the app? 1, or 0 with *is_known 1 where Okta shows
 * an assignment that has ended and 0 where it shows none (404). *u is the
 * person's record in the first two cases. */
int api_app_user(struct api *a, const struct api_rules *r, const char *app,
    const char *id, struct api_user *u, int *is_known, struct error *e);
/* Is the app in the list of those that the person is assigned to? 1, 0, -1. */
int api_user_has_app(
    struct api *a, const char *id, const char *app, struct error *e);
int api_user_groups(struct api *a, const struct api_rules *r, const char *id,
    api_on_group *on, void *arg, struct error *e);
/* Everybody whose record changed after Unix second since, deactivated people
 * included (filter, not search: exact and case-sensitive). */
int api_users_changed(struct api *a, const struct api_rules *r, int64_t since,
    api_on_user *on, void *arg, struct error *e);
/* Every group whose record or people changed after then. */
int api_groups_changed(struct api *a, const struct api_rules *r, int64_t since,
    api_on_group *on, void *arg, struct error *e);

/* Everything empty; of the long text at the end only its beginning is
 * written. */
void api_user_clear(struct api_user *u);

/* The status of a word, 1; 0 where there is no such status. */
int api_status_of(const char *word, enum person_status *status);
const char *api_status_word(enum person_status status);

#endif
