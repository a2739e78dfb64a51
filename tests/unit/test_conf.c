/* Loading okta.conf: what is refused, and that nothing widens access. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_cases.h"
#include "conf_fixture.h"
#include "directory.h"

static void
test_bad_configurations_are_refused_with_their_line_T120(void **state)
{
	size_t n = sizeof(conf_cases) / sizeof(conf_cases[0]);
	char place[600];

	(void)state;
	assert_true(n >= 100);
	for (size_t i = 0; i < n; i++) {
		const struct conf_case *t = &conf_cases[i];
		struct conf *c = (struct conf *)&conf_here;
		struct error e = {0};

		conf_write("okta.conf", t->replaced, t->text);
		if (conf_load_here(&c, &e) == 0)
			fail_msg("taken: %s", t->text);
		/* No configuration at all is left, so none is wider. */
		assert_null(c);
		assert_int_equal(e.kind, ERROR_CONFIG);
		snprintf(place, sizeof(place), t->line > 0 ? "%s:%u: " : "%s: ",
		    folder_at(&conf_here, "okta.conf"), t->line);
		if (strncmp(e.text, place, strlen(place)) != 0 ||
		    strstr(e.text, t->says) == NULL)
			fail_msg("%s\n  said: %s\n  not: %s…%s", t->text,
			    e.text, place, t->says);
	}
}

static void
test_defaults_are_the_documented_ones(void **state)
{
	struct conf *c;

	(void)state;
	conf_write("okta.conf", 0, "");
	conf_load_good(&c);
	assert_string_equal(c->url, "https://acme.okta.com");
	assert_int_equal(c->okta.mode, CONF_OAUTH);
	assert_string_equal(c->okta.algorithm, "ES256");
	assert_string_equal(c->okta.scopes[0], "okta.groups.read");
	assert_string_equal(c->okta.scopes[1], "okta.logs.read");
	assert_string_equal(c->okta.scopes[2], "okta.users.read");
	assert_null(c->okta.scopes[3]);
	assert_int_equal(c->rate_share, 50);
	assert_string_equal(c->allow_groups[0], "00gAAAAAAAAAAAAAAAAA");
	assert_null(c->allow_groups[1]);
	assert_null(c->allow_apps[0]);
	assert_string_equal(c->publish_groups[0], "00gAAAAAAAAAAAAAAAAA");
	assert_int_equal(c->enumerate, 1);
	assert_int_equal(c->id_min, 1879048192u);
	assert_int_equal(c->id_max, 2147352575u);
	assert_string_equal(c->name, "local_part");
	assert_string_equal(c->home, "/home/%u");
	assert_string_equal(c->shell, "/bin/bash");
	assert_int_equal(c->poll_interval_s, 30);
	assert_int_equal(c->full_interval_s, 6 * 3600);
	assert_int_equal(c->max_age_s, 7 * 86400);
	assert_int_equal(c->key_statuses, 0);
	assert_int_equal(c->deadline_s, 75);
	assert_int_equal(c->failures, 5);
	assert_int_equal(c->failures_reserved, 2);
	assert_int_equal(c->pushes, 3);
	assert_int_equal(c->trusted_app, 0);
	assert_int_equal(c->trusted_proxy, 0);
	assert_int_equal(c->has_admin, 0);
	assert_null(c->ca_pem);
	assert_int_equal(conf_where(c, "directory", "allow_groups").line, 7);
	assert_int_equal(conf_where(c, "service sshd", "factor").line, 9);
	assert_int_equal(conf_where(c, "directory", "shell").line, 0);
	conf_free(c);
}

/* A service that nobody named, or that names no factor, demands one. */
static void
test_factor_is_required_unless_written_out_T120(void **state)
{
	struct conf *c;

	(void)state;
	conf_write("okta.conf", 9,
	    "flow = authn\n[service sudo]\n"
	    "factor = okta");
	conf_load_good(&c);
	assert_int_equal(conf_service_for(c, "sshd").factor, FACTOR_REQUIRED);
	assert_int_equal(conf_service_for(c, "sudo").factor, FACTOR_OKTA);
	assert_int_equal(conf_service_for(c, "sud").factor, FACTOR_REQUIRED);
	assert_int_equal(conf_service_for(c, "SUDO").factor, FACTOR_REQUIRED);
	assert_int_equal(conf_service_for(c, "").factor, FACTOR_REQUIRED);
	conf_free(c);
	conf_write("okta.conf", 0, "[service default]\nfactor = okta");
	conf_load_good(&c);
	assert_int_equal(conf_service_for(c, "login").factor, FACTOR_OKTA);
	assert_int_equal(conf_service_for(c, "sshd").factor, FACTOR_REQUIRED);
	conf_free(c);
}

static void
collect(void *arg, const char *id, const char *text)
{
	buf_printf(arg, "%s %s\n", id, text);
}

static void
test_empty_allow_list_lets_nobody_in_and_says_so_T120(void **state)
{
	struct buf out;
	struct conf *c;

	(void)state;
	conf_write("okta.conf", 7, "allow_groups =");
	conf_load_good(&c);
	assert_null(c->allow_groups[0]);
	assert_null(c->allow_apps[0]);
	assert_null(c->publish_groups[0]);
	buf_init(&out, 4096);
	conf_remarks(c, collect, &out);
	assert_memory_equal(out.bytes, "nobody-allowed ", 15);
	assert_non_null(
	    strstr(out.bytes, "okta.conf:7: allow_groups: names nobody"));
	assert_ptr_equal(strchr(out.bytes, '\n'), strrchr(out.bytes, '\n'));
	buf_clear(&out);
	conf_free(c);
}

/* Allowed, and perhaps not meant. */
static void
test_remarks_name_what_may_not_be_meant(void **state)
{
	static const struct {
		unsigned int replaced;
		const char *text;
		int count;
		const char *says;
	} rows[] = {
	    {0, "", 0, ""},
	    {5, "", 1, "key_id: is not set"},
	    {5, "key_id = k\nscopes = okta.users.read", 2,
		"okta.conf:6: scopes: without okta.groups.read is off"},
	    {0, "[directory]\nuid_attribute = uidNumber", 0, ""},
	    {0, "[directory]\nuid_attribute = u\ntrust_attributes = yes", 1,
		"okta.conf:12: trust_attributes: nobody looks whether"},
	    {0,
		"[directory]\nname = attribute:n\nshell_attribute = s\n"
		"trust_attributes = yes",
		2, "edit the attribute of shell_attribute in Okta"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct conf *c;
		struct buf out;
		int count = 0;

		conf_write("okta.conf", rows[i].replaced, rows[i].text);
		conf_load_good(&c);
		buf_init(&out, 4096);
		buf_puts(&out, "");
		conf_remarks(c, collect, &out);
		for (const char *l = out.bytes; (l = strchr(l, '\n')); l++)
			count++;
		assert_int_equal(count, rows[i].count);
		if (strstr(out.bytes, rows[i].says) == NULL)
			fail_msg("%s", out.bytes);
		buf_clear(&out);
		conf_free(c);
	}
}

static void
test_pinned_line_may_stand_as_it_was_printed(void **state)
{
	struct conf *c;

	(void)state;
	conf_write("okta.conf", 7,
	    "allow_groups = 00gAAAAAAAAAAAAAAAAA "
	    "00gBBBBBBBBBBBBBBBBB # Linux 00gCCCCCCCCCCCCCCCCC");
	conf_load_good(&c);
	assert_string_equal(c->allow_groups[1], "00gBBBBBBBBBBBBBBBBB");
	assert_null(c->allow_groups[2]);
	conf_free(c);
}

static void
test_token_mode_and_values(void **state)
{
	struct conf *c;

	(void)state;
	folder_write(&conf_here, "okta.conf",
	    "[okta]\n"
	    "  url = https://Acme.Okta.com:8443/\n"
	    "\tapi_token=00abc_-Z\n"
	    "rate_share = 75%\n"
	    "[directory]\nallow_apps = 0oaAAAAAAAAAAAAAAAAA\n"
	    "max_age = 90m\nid_range = 65536 - 524287\n"
	    "key_login_status = LOCKED_OUT PASSWORD_EXPIRED\n"
	    "name = attribute:unixName\nuid_attribute = uidNumber\n"
	    "[login]\ntrusted_app = yes\nfailures = 2",
	    0400);
	conf_load_good(&c);
	assert_string_equal(c->url, "https://acme.okta.com:8443");
	assert_int_equal(c->okta.mode, CONF_API_TOKEN);
	assert_string_equal(c->okta.api_token.bytes, "00abc_-Z");
	assert_null(c->okta.scopes[0]);
	assert_int_equal(c->rate_share, 75);
	assert_int_equal(c->max_age_s, 5400);
	assert_int_equal(c->id_min, 65536);
	assert_int_equal(c->id_max, 524287);
	assert_int_equal(c->key_statuses,
	    1u << STATUS_LOCKED_OUT | 1u << STATUS_PASSWORD_EXPIRED);
	assert_string_equal(c->name, "attribute:unixName");
	assert_int_equal(c->trusted_app, 1);
	assert_int_equal(c->failures_reserved, 1);
	conf_free(c);
}

static void
test_scopes_follow_the_features(void **state)
{
	struct conf *c;

	(void)state;
	conf_write("okta.conf", 7, "allow_apps = 0oaAAAAAAAAAAAAAAAAA");
	conf_load_good(&c);
	assert_string_equal(c->okta.scopes[0], "okta.apps.read");
	assert_string_equal(c->okta.scopes[1], "okta.logs.read");
	assert_string_equal(c->okta.scopes[2], "okta.users.read");
	assert_null(c->okta.scopes[3]);
	conf_free(c);
	/* The first okta.conf, before `oktactl pin` has found a group. */
	conf_write("okta.conf", 7, "allow_groups =");
	conf_load_good(&c);
	assert_string_equal(c->okta.scopes[0], "okta.groups.read");
	assert_string_equal(c->okta.scopes[1], "okta.logs.read");
	assert_string_equal(c->okta.scopes[2], "okta.users.read");
	assert_null(c->okta.scopes[3]);
	conf_free(c);
	/* Attributes are only worth as much as the schema says (T20). */
	conf_write("okta.conf", 0, "[directory]\nhome_attribute = h");
	conf_load_good(&c);
	assert_string_equal(c->okta.scopes[0], "okta.groups.read");
	assert_string_equal(c->okta.scopes[2], "okta.schemas.read");
	assert_string_equal(c->okta.scopes[3], "okta.users.read");
	conf_free(c);
	conf_write("okta.conf", 0,
	    "[directory]\nhome_attribute = h\ntrust_attributes = yes");
	conf_load_good(&c);
	assert_string_equal(c->okta.scopes[2], "okta.users.read");
	conf_free(c);
	conf_write("okta.conf", 5, "scopes = okta.users.read okta.logs.read");
	conf_load_good(&c);
	assert_string_equal(c->okta.scopes[1], "okta.logs.read");
	conf_free(c);
}

/* The boundary table of T7, and who else gives out numbers. */
static void
test_id_range_boundaries_T7(void **state)
{
	static const struct {
		const char *range;
		int is_good;
	} rows[] = {
	    {"1879048192-2147352575", 1},
	    {"1879048192-1879048192", 1},
	    {"2147352575-2147352575", 1},
	    {"65536-65536", 1},
	    {"65536-524287", 1},
	    {"2147418112-2147483646", 1},
	    {"0-2147352575", 0},
	    {"1-1", 0},
	    {"999-70000", 0},
	    {"65534-65534", 0},
	    {"65535-65536", 0},
	    {"65536-524288", 0},
	    {"524288-600000", 0},
	    {"1879048191-1879048192", 0},
	    {"1879048192-2147352576", 0},
	    {"2147418111-2147418112", 0},
	    {"2147352576-2147418111", 0},
	    {"2147418112-2147483647", 0},
	    {"2147483647-2147483647", 0},
	    {"2147483648-2147483649", 0},
	    {"4294967294-4294967295", 0},
	    {"4294967295-4294967295", 0},
	    {"1879048192-4294967296", 0},
	    {"1879048192-42949672960", 0},
	    {"18446744073709551615-18446744073709551616", 0},
	    {"2147352575-1879048192", 0},
	    {"-1879048192-2147352575", 0},
	    {"1879048192", 0},
	    {"1879048192-", 0},
	    {"-2147352575", 0},
	    {"0x70000000-0x7ffe0000", 0},
	    {"01879048192-2147352575", 0},
	    {"1879048192:2147352575", 0},
	    {"1879048192-2147352575-1", 0},
	    {"1e9-2e9", 0},
	    {"1879048192-+2147352575", 0},
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error e = {0};
		struct conf *c;

		snprintf(text, sizeof(text), "[directory]\nid_range = %s",
		    rows[i].range);
		conf_write("okta.conf", 0, text);
		if ((conf_load_here(&c, &e) == 0) != rows[i].is_good)
			fail_msg("%s: %s", rows[i].range, e.text);
		conf_free(c);
	}
}

static void
test_secret_never_stands_in_a_message_T109(void **state)
{
	static const char *const lines[] = {"[okta]\napi_token = 00canary",
	    "[admin]\napi_token = 00canary!",
	    "[okta]\napi_token = 00canary\napi_token = 00canary",
	    "[okta]\napi_token = '00canary'"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct error e = {0};
		struct conf *c;

		conf_write("okta.conf", 0, lines[i]);
		assert_int_equal(conf_load_here(&c, &e), -1);
		assert_null(strstr(e.text, "canary"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_bad_configurations_are_refused_with_their_line_T120),
	    cmocka_unit_test(test_defaults_are_the_documented_ones),
	    cmocka_unit_test(test_factor_is_required_unless_written_out_T120),
	    cmocka_unit_test(
		test_empty_allow_list_lets_nobody_in_and_says_so_T120),
	    cmocka_unit_test(test_remarks_name_what_may_not_be_meant),
	    cmocka_unit_test(test_pinned_line_may_stand_as_it_was_printed),
	    cmocka_unit_test(test_token_mode_and_values),
	    cmocka_unit_test(test_scopes_follow_the_features),
	    cmocka_unit_test(test_id_range_boundaries_T7),
	    cmocka_unit_test(test_secret_never_stands_in_a_message_T109),
	};

	return cmocka_run_group_tests(
	    tests, conf_fixture_up, conf_fixture_down);
}
