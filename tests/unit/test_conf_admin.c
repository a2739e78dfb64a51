/*
 * A file for `oktactl --credential`: believed like okta.conf, and good for
 * nothing but a credential.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf_fixture.h"
#include "file.h"

static const char file[] = "admin.conf";

/* Loads what text, with @ for the folder, says. */
static int
load(const char *text, mode_t mode, struct conf **out, struct error *e)
{
	const char *at = strchr(text, '@');
	char whole[2048];
	int fd, rc;

	snprintf(whole, sizeof(whole), "%.*s%s%s",
	    at != NULL ? (int)(at - text) : (int)strlen(text), text,
	    at != NULL ? conf_here.path : "", at != NULL ? at + 1 : "");
	folder_write(&conf_here, file, whole, mode);
	fd = file_open_trusted(folder_at(&conf_here, file), e);
	assert_true(fd >= 0);
	rc =
	    conf_load_admin(fd, folder_at(&conf_here, file), geteuid(), out, e);
	assert_int_equal(close(fd), 0);
	return rc;
}

static void
test_key_and_token_are_taken(void **state)
{
	struct error e = {0};
	struct conf *c;

	(void)state;
	assert_int_equal(load("[admin]\nclient_id = 0oaAdmin000000000001\n"
			      "private_key = @/key.pem\nkey_id = k1\n",
			     0600, &c, &e),
	    0);
	assert_int_equal(c->admin.mode, CONF_OAUTH);
	assert_string_equal(c->admin.algorithm, "ES256");
	assert_non_null(c->admin.private_key.bytes);
	assert_int_equal(conf_admin_may(c, "okta.groups.manage", &e), 0);
	conf_free(c);
	assert_int_equal(
	    load("[admin]\napi_token_file = @/token\n", 0400, &c, &e), 0);
	assert_int_equal(c->admin.mode, CONF_API_TOKEN);
	assert_string_equal(c->admin.api_token.bytes, "00abcDEF_-");
	conf_free(c);
}

static void
test_scopes_are_the_most(void **state)
{
	struct error e = {0};
	struct conf *c;

	(void)state;
	assert_int_equal(load("[admin]\nclient_id = 0oaAdmin000000000001\n"
			      "private_key = @/key.pem\n"
			      "scopes = okta.users.manage\n",
			     0600, &c, &e),
	    0);
	assert_int_equal(conf_admin_may(c, "okta.users.manage", &e), 0);
	assert_int_equal(conf_admin_may(c, "okta.groups.manage", &e), -1);
	assert_int_equal(e.kind, ERROR_SCOPE);
	assert_non_null(strstr(
	    e.text, "admin.conf:4: scopes: leaves out okta.groups.manage"));
	conf_free(c);
}

static void
test_wrong_files_are_refused_with_the_remedy(void **state)
{
	static const struct {
		const char *text, *said;
		mode_t mode;
	} cases[] = {
	    {"[admin]\napi_token = 00abc\n", "run: chmod 0600", 0640},
	    {"[admin]\napi_token = 00abc\n", "run: chmod 0600", 0604},
	    {"[okta]\napi_token = 00abc\n",
		"admin.conf:2: api_token: a file of a credential has no "
		"section but [admin]; take [okta] out",
		0600},
	    {"[admin]\napi_token = 00abc\n[login]\npushes = 1\n",
		"take [login] out", 0600},
	    {"", "[admin] names no credential", 0600},
	    {"[admin]\nkey_id = k1\n", "needs client_id beside it", 0600},
	    {"[admin]\nclient_id = 0oaAdmin000000000001\n"
	     "private_key = @/loose.pem\n",
		"admin.conf:3: private_key: ", 0600},
	    {"[admin]\napi_token = 00abc\napi_token = 00abd\n",
		"admin.conf:3: ", 0600},
	    {"[admin]\nnosuch = 1\n", "no such key", 0600},
	    {"api_token = 00abc\n", "admin.conf:1: ", 0600},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error e = {0};
		struct conf *c;

		assert_int_equal(
		    load(cases[i].text, cases[i].mode, &c, &e), -1);
		assert_null(c);
		assert_int_equal(e.kind, ERROR_CONFIG);
		if (strstr(e.text, cases[i].said) == NULL)
			fail_msg("%zu: %s", i, e.text);
		assert_null(strstr(e.text, "00abc"));
	}
}

static void
test_link_and_foreign_owner_are_refused(void **state)
{
	struct error e = {0};
	struct conf *c;
	int fd;

	(void)state;
	assert_int_equal(
	    file_open_trusted(folder_at(&conf_here, "link.pem"), &e), -1);
	assert_non_null(strstr(e.text, "symbolic link"));
	folder_write(&conf_here, file, "[admin]\napi_token = 00abc\n", 0600);
	fd = file_open_trusted(folder_at(&conf_here, file), &e);
	assert_true(fd >= 0);
	assert_int_equal(conf_load_admin(fd, "f", geteuid() + 1, &c, &e), -1);
	assert_non_null(strstr(e.text, "f: is owned by uid"));
	close(fd);
	/* A folder is opened like a file. */
	fd = file_open_trusted(conf_here.path, &e);
	assert_true(fd >= 0);
	assert_int_equal(conf_load_admin(fd, "f", geteuid(), &c, &e), -1);
	assert_non_null(strstr(e.text, "not a regular file"));
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_key_and_token_are_taken),
	    cmocka_unit_test(test_scopes_are_the_most),
	    cmocka_unit_test(test_wrong_files_are_refused_with_the_remedy),
	    cmocka_unit_test(test_link_and_foreign_owner_are_refused),
	};

	return cmocka_run_group_tests(
	    tests, conf_fixture_up, conf_fixture_down);
}
