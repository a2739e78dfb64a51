/*
 * The table: what each role may ask, checked against a second statement of it
 * and against paths made by chance.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "route.h"

enum {
	LOGIN = ROLE_LOGIN,
	SYNC = ROLE_SYNC,
	CONTROL = ROLE_CONTROL,
	CHANGE = ROLE_CHANGE,
	SESSION = ROLE_SESSION
};

static int
is_allowed(int role, const char *method, const char *path, int credential)
{
	int is_form = strncmp(path, "/oauth2/", 8) == 0;
	const struct route_request r = {.role = (enum channel_role)role,
	    .method = method,
	    .path = path,
	    .content = is_form ? HTTP_FORM : HTTP_JSON,
	    .credential = (enum http_credential)credential,
	    .has_body = strcmp(method, "POST") == 0};

	return route_find(&r) != NULL;
}

static void
test_each_role_has_its_rows_and_no_others(void **state)
{
	static const struct {
		const char *method, *path;
		int credential, login, sync, control;
	} rows[] = {
	    {"POST", "/api/v1/authn", HTTP_ANONYMOUS, 1, 0, 0},
	    {"POST", "/api/v1/authn", HTTP_DAEMON, 1, 0, 0},
	    {"POST", "/api/v1/authn", HTTP_ADMIN, 0, 0, 0},
	    {"POST", "/api/v1/authn/factors/opf1/verify", HTTP_ANONYMOUS, 1, 0,
		0},
	    {"POST", "/api/v1/authn/factors/opf1/verify?rememberDevice=false",
		HTTP_ANONYMOUS, 1, 0, 0},
	    {"POST", "/api/v1/authn/recovery/password", HTTP_ANONYMOUS, 0, 0,
		0},
	    {"GET", "/api/v1/authn", HTTP_ANONYMOUS, 0, 0, 0},
	    {"GET", "/api/v1/users?limit=200", HTTP_DAEMON, 0, 1, 1},
	    {"GET", "/api/v1/users", HTTP_ANONYMOUS, 0, 0, 0},
	    {"GET", "/api/v1/users", HTTP_ADMIN, 0, 0, 0},
	    {"GET", "/api/v1/users/00u1", HTTP_DAEMON, 0, 1, 1},
	    {"GET", "/api/v1/users/00u1/groups", HTTP_DAEMON, 0, 1, 1},
	    {"GET", "/api/v1/users/00u1/factors", HTTP_DAEMON, 0, 0, 1},
	    {"GET", "/api/v1/users/00u1/factors/opf1", HTTP_DAEMON, 0, 0, 0},
	    {"GET", "/api/v1/zones?limit=200", HTTP_DAEMON, 0, 0, 1},
	    {"GET", "/api/v1/zones/nzo1", HTTP_DAEMON, 0, 1, 1},
	    {"GET", "/api/v1/groups?limit=200", HTTP_DAEMON, 0, 1, 1},
	    {"GET", "/api/v1/groups/00g1/users?limit=200", HTTP_DAEMON, 0, 1,
		1},
	    {"GET", "/api/v1/groups/rules/x", HTTP_DAEMON, 0, 0, 0},
	    {"GET", "/api/v1/apps/0oa1/users?limit=500", HTTP_DAEMON, 0, 1, 1},
	    {"GET", "/api/v1/apps", HTTP_DAEMON, 0, 1, 1},
	    {"GET", "/api/v1/logs?limit=1", HTTP_DAEMON, 0, 1, 1},
	    {"GET", "/api/v1/meta/schemas/user/default", HTTP_DAEMON, 0, 1, 1},
	    {"GET", "/.well-known/okta-organization", HTTP_ANONYMOUS, 0, 1, 1},
	    {"GET", "/.well-known/okta-organization", HTTP_DAEMON, 0, 0, 0},
	    {"POST", "/api/v1/users", HTTP_DAEMON, 0, 0, 0},
	    {"DELETE", "/api/v1/users/00u1", HTTP_DAEMON, 0, 0, 0},
	    {"POST", "/oauth2/v1/token", HTTP_ANONYMOUS, 0, 0, 0},
	    {"POST", "/oauth2/v1/token", HTTP_DAEMON, 0, 0, 0},
	    {"POST", "/oauth2/v1/token", HTTP_ADMIN, 0, 0, 0},
	    {"POST", "/oauth2/v1/token", HTTP_CLIENT, 1, 0, 0},
	    {"GET", "/oauth2/v1/token", HTTP_CLIENT, 0, 0, 0},
	    {"POST", "/oauth2/v1/token?x=1", HTTP_CLIENT, 0, 0, 0},
	    {"POST", "/oauth2/default/v1/token", HTTP_CLIENT, 1, 0, 0},
	    {"POST", "/oauth2/v1/challenge", HTTP_CLIENT, 1, 0, 0},
	    {"POST", "/oauth2/aus1/v1/challenge", HTTP_CLIENT, 1, 0, 0},
	    {"POST", "/oauth2/v1/primary-authenticate", HTTP_CLIENT, 1, 0, 0},
	    {"POST", "/oauth2/v1/device/authorize", HTTP_CLIENT, 1, 0, 0},
	    {"POST", "/oauth2/v1/introspect", HTTP_CLIENT, 0, 0, 0},
	    {"POST", "/oauth2/v1/revoke", HTTP_CLIENT, 0, 0, 0},
	    {"POST", "/oauth2/v1/clients", HTTP_CLIENT, 0, 0, 0},
	    {"GET", "/oauth2/v1/keys", HTTP_CLIENT, 0, 0, 0},
	    {"POST", "/api/v1/authn", HTTP_CLIENT, 0, 0, 0},
	    {"GET", "/api/v1/users", HTTP_CLIENT, 0, 0, 0},
	    {"GET", "/api/v1/users/00u1/factors", HTTP_ADMIN, 1, 0, 0},
	    {"POST", "/api/v1/users/00u1/factors/opf1/verify", HTTP_ADMIN, 1, 0,
		0},
	    {"POST", "/api/v1/users/00u1/factors/opf1/verify", HTTP_DAEMON, 0,
		0, 0},
	    {"GET", "/api/v1/users/00u1/factors/opf1/transactions/v2mst.a-b_c",
		HTTP_ADMIN, 1, 0, 0},
	    {"GET", "/api/v1/users/00u1/factors/opf1/transactions/..",
		HTTP_ADMIN, 0, 0, 0},
	    {"GET", "/api/v1/users/00u1/factors/opf1/transactions/a..b",
		HTTP_ADMIN, 0, 0, 0},
	    {"GET", "/api/v1/users/00u1/factors/opf1/transactions/.a",
		HTTP_ADMIN, 0, 0, 0},
	    {"GET", "/api/v1/users/00u1/factors/opf1/transactions/a.",
		HTTP_ADMIN, 0, 0, 0},
	    {"GET", "/api/v1/users/00u1/factors/opf1/transactions/a/b",
		HTTP_ADMIN, 0, 0, 0},
	    {"GET", "/api/v1/users/00u1/factors/opf1/transactions/", HTTP_ADMIN,
		0, 0, 0},
	    {"DELETE", "/api/v1/users/00u1/factors/opf1/transactions/v2mst.a",
		HTTP_ADMIN, 1, 0, 0},
	    {"DELETE", "/api/v1/users/00u1/factors/opf1/transactions/..",
		HTTP_ADMIN, 0, 0, 0},
	    {"DELETE", "/api/v1/users/00u1/factors/opf1/transactions/v2mst.a",
		HTTP_DAEMON, 0, 0, 0},
	    {"DELETE", "/api/v1/users/00u1/factors", HTTP_ADMIN, 0, 0, 0},
	    {"POST", "/api/v1/users/00u1/factors", HTTP_ADMIN, 0, 0, 0},
	    {"POST", "/api/v1/users/00u1/factors/opf1/lifecycle/activate",
		HTTP_ADMIN, 0, 0, 0},
	    {"get", "/api/v1/users", HTTP_DAEMON, 0, 0, 0},
	    {"GET ", "/api/v1/users", HTTP_DAEMON, 0, 0, 0},
	    {"", "/api/v1/users", HTTP_DAEMON, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *m = rows[i].method, *p = rows[i].path;
		int c = rows[i].credential;

		if (is_allowed(LOGIN, m, p, c) != rows[i].login ||
		    is_allowed(SYNC, m, p, c) != rows[i].sync ||
		    is_allowed(CONTROL, m, p, c) != rows[i].control ||
		    is_allowed(CHANGE, m, p, c))
			fail_msg("%s %s credential %d", m, p, c);
	}
	for (int role = SESSION; role < 40; role++)
		assert_false(
		    is_allowed(role, "GET", "/api/v1/users", HTTP_DAEMON));
	assert_false(is_allowed(0, "GET", "/api/v1/users", HTTP_DAEMON));
	assert_false(is_allowed(SYNC, "GET", "/api/v1/users", 0));
	assert_false(is_allowed(SYNC, "GET", "/api/v1/users", 33));
}

/* Nobody but a change changes anything, and it does nothing else. */
static void
test_changes_are_for_their_channels(void **state)
{
	static const struct {
		const char *method, *path;
		int credential, change;
	} rows[] = {
	    {"POST", "/api/v1/users/00u1/lifecycle/suspend", HTTP_ADMIN, 1},
	    {"POST", "/api/v1/users/00u1/lifecycle/suspend", HTTP_DAEMON, 0},
	    {"POST", "/api/v1/users/00u1/lifecycle/suspend?x=1", HTTP_ADMIN, 0},
	    {"POST", "/api/v1/users/00u1/lifecycle/unsuspend", HTTP_ADMIN, 1},
	    {"POST", "/api/v1/users/00u1/lifecycle/unlock", HTTP_ADMIN, 1},
	    {"POST", "/api/v1/users/00u1/lifecycle/reset_factors", HTTP_ADMIN,
		1},
	    {"POST", "/api/v1/users/00u1/lifecycle/deactivate", HTTP_ADMIN, 0},
	    {"POST", "/api/v1/users/00u1/lifecycle/activate", HTTP_ADMIN, 0},
	    {"DELETE", "/api/v1/users/00u1", HTTP_ADMIN, 0},
	    {"PUT", "/api/v1/groups/00g1/users/00u1", HTTP_ADMIN, 1},
	    {"PUT", "/api/v1/groups/00g1/users/00u1", HTTP_DAEMON, 0},
	    {"DELETE", "/api/v1/groups/00g1/users/00u1", HTTP_ADMIN, 1},
	    {"DELETE", "/api/v1/groups/00g1", HTTP_ADMIN, 0},
	    {"POST", "/api/v1/groups/00g1/users/00u1", HTTP_ADMIN, 0},
	    {"POST", "/api/v1/apps/0oa1/users", HTTP_ADMIN, 1},
	    {"POST", "/api/v1/apps/0oa1/users", HTTP_DAEMON, 0},
	    {"DELETE", "/api/v1/apps/0oa1/users/00u1", HTTP_ADMIN, 1},
	    {"DELETE", "/api/v1/apps/0oa1", HTTP_ADMIN, 0},
	    {"GET", "/api/v1/zones/nzo1", HTTP_ADMIN, 1},
	    {"PUT", "/api/v1/zones/nzo1", HTTP_ADMIN, 1},
	    {"PUT", "/api/v1/zones/nzo1", HTTP_DAEMON, 0},
	    {"DELETE", "/api/v1/zones/nzo1", HTTP_ADMIN, 0},
	    {"DELETE", "/api/v1/users/00u1/factors/opf1", HTTP_ADMIN, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *m = rows[i].method, *p = rows[i].path;
		int c = rows[i].credential;

		if (is_allowed(LOGIN, m, p, c) || is_allowed(SYNC, m, p, c) ||
		    is_allowed(CONTROL, m, p, c) ||
		    is_allowed(CHANGE, m, p, c) != rows[i].change)
			fail_msg("%s %s credential %d", m, p, c);
	}
}

/* For logins with the API token alone, and nothing but the four requests; for
 * oktactl a look with the daemon's credential, changes with their own; and the
 * id is in no text. */
static void
test_a_session_has_rows_of_its_own(void **state)
{
	static const struct {
		const char *method, *path;
		int is_row, is_look, is_change;
	} rows[] = {
	    {"POST", "/api/v1/sessions", 1, 0, 0},
	    {"GET", "/api/v1/sessions/102a-_9", 1, 1, 0},
	    {"POST", "/api/v1/sessions/102a/lifecycle/refresh", 1, 0, 1},
	    {"DELETE", "/api/v1/sessions/102a", 1, 0, 1},
	    {"GET", "/api/v1/sessions", 0, 0, 0},
	    {"DELETE", "/api/v1/sessions", 0, 0, 0},
	    {"GET", "/api/v1/sessions/102a?x=1", 0, 0, 0},
	    {"DELETE", "/api/v1/sessions/102a?x=1", 0, 0, 0},
	    {"PUT", "/api/v1/sessions/102a", 0, 0, 0},
	    {"POST", "/api/v1/sessions/102a", 0, 0, 0},
	    {"POST", "/api/v1/sessions?additionalFields=cookieToken", 0, 0, 0},
	    {"DELETE", "/api/v1/users/00u1/sessions", 0, 0, 1},
	    {"DELETE", "/api/v1/users/00u1/sessions?oauthTokens=true", 0, 0, 1},
	    {"GET", "/api/v1/users/00u1/sessions", 0, 0, 0},
	    {"GET", "/api/v1/users", 0, 1, 0},
	    {"POST", "/api/v1/authn", 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int c = HTTP_ANONYMOUS; c <= HTTP_CLIENT; c++) {
			const char *m = rows[i].method, *p = rows[i].path;

			if (is_allowed(SESSION, m, p, c) !=
				(rows[i].is_row && c == HTTP_DAEMON) ||
			    is_allowed(CONTROL, m, p, c) !=
				(rows[i].is_look && c == HTTP_DAEMON) ||
			    is_allowed(CHANGE, m, p, c) !=
				(rows[i].is_change && c == HTTP_ADMIN) ||
			    (rows[i].is_row &&
				(is_allowed(LOGIN, m, p, c) ||
				    is_allowed(SYNC, m, p, c))))
				fail_msg("%s %s credential %d", m, p, c);
		}
	}
	assert_string_equal(
	    route_shown(NULL, "/api/v1/sessions/102a?x"), "/api/v1/sessions");
	assert_string_equal(
	    route_shown(NULL, "/api/v1/users/00u1"), "/api/v1/users/00u1");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct route_request r = {.role = ROLE_CHANGE,
		    .method = rows[i].method,
		    .path = rows[i].path,
		    .content = HTTP_JSON,
		    .credential = HTTP_ADMIN};
		const struct route *row = route_find(&r);

		if (row != NULL &&
		    strstr(route_shown(row, r.path), "102a") != NULL)
			fail_msg("%s is shown", r.path);
	}
}

static void
test_odd_paths_match_no_row(void **state)
{
	static const char *const odd[] = {"", "/", "api/v1/users",
	    "//api/v1/users", "/api//v1/users", "/api/v1/users/",
	    "/api/v1/users//groups", "/api/v1/users/../apps",
	    "/api/v1/users/..", "/api/v1/users/.", "/api/v1/users/00u1/..",
	    "/api/v1/users/00u1%2Fgroups", "/api/v1/users/%2e%2e",
	    "/api/v1/users/00u1#x", "/api/v1/users#x", "/api/v1/users?a=#x",
	    "/api/v1/users?a= b", "/api/v1/users?a=\"b\"",
	    "/api/v1/users?a=<b>", "/api/v1/users?a=\\b",
	    "/api/v1/users?\r\nX:", "/api/v1/users?a=\x7f",
	    "/api/v1/users?a=\xc3\xa9", "/api/v1/users/alice@example.com",
	    "/api/v1/users/al'ice", "/api/v1/users/a\nb",
	    "/api/v1/users/00u1;x", "/api/v1/users/{id}", "/API/v1/users",
	    "/api/v1/users%00", "/api/v1/usersx", "/api/v1/user",
	    "https://evil/api/v1/users", "@evil/api/v1/users",
	    "/.well-known/okta-organization?x=1",
	    ("/api/v1/users/0123456789012345678901234567890123456789"
	     "0123456789012345678901234"), /* 65 bytes */
	    "/api/v1/users/00u1\xe2\x80\xae"};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		for (int role = LOGIN; role <= CHANGE; role++) {
			for (int c = HTTP_ANONYMOUS; c <= HTTP_CLIENT; c++) {
				if (is_allowed(role, "GET", odd[i], c) ||
				    is_allowed(role, "POST", odd[i], c) ||
				    is_allowed(role, "PUT", odd[i], c) ||
				    is_allowed(role, "DELETE", odd[i], c))
					fail_msg("allowed: %s", odd[i]);
			}
		}
	}
}

static void
test_long_path_and_foreign_content_are_refused(void **state)
{
	struct route_request r = {.role = ROLE_SYNC,
	    .method = "GET",
	    .content = HTTP_JSON,
	    .credential = HTTP_DAEMON};
	char path[HTTP_PATH_MAX + 1];

	(void)state;
	memset(path, 'a', sizeof(path));
	memcpy(path, "/api/v1/users?q=", 16);
	path[HTTP_PATH_MAX] = '\0';
	r.path = path;
	assert_null(route_find(&r));
	path[HTTP_PATH_MAX - 1] = '\0';
	assert_non_null(route_find(&r));
	r.has_body = 1;
	assert_null(route_find(&r));
	r.has_body = 0;
	r.content = HTTP_FORM;
	assert_null(route_find(&r));
}

/* Paths glued of good and bad pieces: whatever is allowed, consists of known
 * words and ids and has no byte that a server could read in two ways. */
static void
test_no_made_up_path_gets_through(void **state)
{
	static const char *const pieces[] = {"/", "api", "v1", "users",
	    "groups", "apps", "..", ".", "%2F", "%2e", "//", "00u1EXAMPLE", "?",
	    "#", "@", ":", "\\", " ", "\t", "\r\n", "authn", "factors",
	    "verify", "logs", "oauth2", "token", "transactions", "meta",
	    "schemas", "user", "default", "&", "=", "/api/v1", "/api/v1/users/",
	    "/groups", "\xff", "a", "-", "_", ".well-known",
	    "okta-organization", ";", "+", "~", "lifecycle", "suspend",
	    "zones"};
	static const char *const methods[] = {"GET", "POST", "PUT", "DELETE"};
	static const char alphabet[] =
	    "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/.";
	unsigned int allowed = 0;
	char path[256];

	(void)state;
	srand(20261123);
	for (unsigned int i = 0; i < 800000; i++) {
		int role = rand() % 5, credential = 1 + rand() % 4;
		const char *method = rand() % 2 ? "GET" : methods[rand() % 4];
		size_t len = 0, n = 1 + (size_t)rand() % 9;

		path[0] = '\0';
		if (rand() % 4 != 0)
			len = (size_t)sprintf(path, "/api/v1/");
		while (n-- > 0)
			len += (size_t)snprintf(path + len, sizeof(path) - len,
			    "%s",
			    pieces[(size_t)rand() %
				(sizeof(pieces) / sizeof(pieces[0]))]);
		if (!is_allowed(role, method, path, credential))
			continue;
		allowed++;
		len = strcspn(path, "?");
		if (role == 0 ||
		    (role != LOGIN && role != CHANGE &&
			strcmp(method, "GET") != 0) ||
		    (role == CHANGE && credential != HTTP_ADMIN) ||
		    (role == LOGIN && strncmp(path, "/api/v1/authn", 13) != 0 &&
			credential < HTTP_ADMIN) ||
		    strspn(path, alphabet) < len ||
		    strpbrk(path, "#\\ \t\r\n\xff") != NULL)
			fail_msg("allowed: role %d %s %s", role, method, path);
		path[len] = '\0';
		if (strstr(path, "..") != NULL || strstr(path, "//") != NULL)
			fail_msg("allowed: role %d %s %s", role, method, path);
	}
	/* The control: the run did get somewhere. */
	assert_in_range(allowed, 200, 800000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_role_has_its_rows_and_no_others),
	    cmocka_unit_test(test_changes_are_for_their_channels),
	    cmocka_unit_test(test_a_session_has_rows_of_its_own),
	    cmocka_unit_test(test_odd_paths_match_no_row),
	    cmocka_unit_test(test_long_path_and_foreign_content_are_refused),
	    cmocka_unit_test(test_no_made_up_path_gets_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
