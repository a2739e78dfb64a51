/* Parts of oktad-sync that need no process: guard, local files, ranges. */
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sync_event.h"
#include "sync_guard.h"
#include "sync_local.h"

static void
test_guard_table_T91(void **state)
{
	static const struct {
		uint32_t known, present, silent;
		int accept, allows;
	} rows[] = {
	    {100, 100, 0, 0, 1}, /* nobody lost */
	    {0, 0, 0, 0, 1}, /* the first pass of an empty org */
	    {0, 50, 0, 0, 1}, /* the first pass */
	    {100, 99, 1, 0, 1}, /* a single one */
	    {100, 95, 5, 0, 1}, /* as many as may be */
	    {100, 94, 6, 0, 0}, /* one more person */
	    {10, 9, 1, 0, 1}, /* exactly a tenth */
	    {9, 8, 1, 0, 0}, /* more than a tenth */
	    {50, 45, 5, 0, 1},
	    {49, 44, 5, 0, 0},
	    {1, 0, 1, 0, 0}, /* anything to nothing */
	    {1000, 0, 1, 0, 0},
	    {100000, 99995, 5, 0, 1},
	    {100000, 99994, 6, 0, 0},
	    {4294967295u, 1, 4294967295u, 0, 0},
	    {100, 0, 100, 1, 1}, /* an admin's word */
	    {9, 8, 1, 1, 1},
	    /* Known ones who are no longer listed but of whom Okta has said
	     * so do not count as silent. */
	    {100, 0, 0, 0, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (guard_allows(rows[i].known, rows[i].present, rows[i].silent,
			rows[i].accept) != rows[i].allows)
			fail_msg("row %zu", i);
}

struct fixture {
	char dir[64];
	struct local l;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct error e;

	if (f == NULL)
		return -1;
	strcpy(f->dir, "/tmp/okta-local.XXXXXX");
	if (mkdtemp(f->dir) == NULL || local_init(&f->l, f->dir, &e) == -1)
		return -1;
	*state = f;
	return 0;
}

static const char *const files[] = {
    "passwd", "group", "subuid", "subgid", "login.defs", "other", "x"};

static int
teardown(void **state)
{
	struct fixture *f = *state;
	char path[128];

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->dir, files[i]);
		(void)unlink(path);
		(void)rmdir(path);
	}
	(void)rmdir(f->dir);
	local_clear(&f->l);
	free(f);
	return 0;
}

static void
put(struct fixture *f, const char *name, const char *text)
{
	char path[128], temp[128];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	snprintf(temp, sizeof(temp), "%s/x", f->dir);
	out = fopen(temp, "we");
	assert_non_null(out);
	assert_int_not_equal(fputs(text, out), EOF);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(rename(temp, path), 0);
}

static void
test_local_names_and_numbers_are_known_T13(void **state)
{
	struct fixture *f = *state;
	struct error e;

	put(f, "passwd",
	    "root:x:0:0:root:/root:/bin/bash\n"
	    "deploy:x:1000:1001::/home/deploy:/bin/sh\n"
	    "# comment\n"
	    "+nis\n"
	    "\n"
	    "bad:x:12x:-1:\n"
	    "big:x:4294967296:4294967295:\n"
	    "a-name-that-is-longer-than-any-of-ours:x:77:77:::\n"
	    "last:x:5000:5001:no newline");
	put(f, "group", "docker:x:988:deploy\nwheel:*:10:\n");
	assert_int_equal(local_read(&f->l, &e), 0);
	assert_true(local_has_name(&f->l, "root"));
	assert_true(local_has_name(&f->l, "deploy"));
	assert_true(local_has_name(&f->l, "docker"));
	assert_true(local_has_name(&f->l, "wheel"));
	assert_true(local_has_name(&f->l, "last"));
	assert_true(local_has_name(&f->l, "bad"));
	assert_false(local_has_name(&f->l, "dep"));
	assert_false(local_has_name(&f->l, ""));
	assert_false(local_has_name(&f->l, "Deploy"));
	assert_true(local_has_id(&f->l, 0));
	assert_true(local_has_id(&f->l, 1000));
	assert_true(local_has_id(&f->l, 1001));
	assert_true(local_has_id(&f->l, 988));
	assert_true(local_has_id(&f->l, 10));
	assert_true(local_has_id(&f->l, 77));
	assert_true(local_has_id(&f->l, 5001));
	assert_true(local_has_id(&f->l, 4294967295u));
	assert_false(local_has_id(&f->l, 12));
	assert_false(local_has_id(&f->l, 1));
}

/* Whatever glibc takes for an account is one here, too. */
static void
test_numbers_are_read_as_glibc_reads_them_T13(void **state)
{
	static const char *const pieces[] = {"+", "-", " ", "\t", "0", "1", "7",
	    "10001", "1879048193", "4294967295", "4294967296",
	    "18446744073709551615", "18446744073709551616", "x", "0x10", ""};
	const uint32_t n = sizeof(pieces) / sizeof(*pieces);
	struct fixture *f = *state;
	struct passwd *pw;
	struct error e;
	char path[128], text[16384] = "";
	unsigned int seen = 0;
	FILE *in;

	for (uint32_t i = 0; i < n * n; i++) {
		size_t at = strlen(text);

		snprintf(text + at, sizeof(text) - at, "%su%u:x:%s%s:5:::\n",
		    i % 3 == 0 ? " " : "", i, pieces[i / n], pieces[i % n]);
	}
	put(f, "passwd", text);
	assert_int_equal(local_read(&f->l, &e), 0);
	snprintf(path, sizeof(path), "%s/passwd", f->dir);
	in = fopen(path, "re");
	assert_non_null(in);
	while ((pw = fgetpwent(in)) != NULL) {
		seen++;
		if (!local_has_id(&f->l, pw->pw_uid) ||
		    !local_has_name(&f->l, pw->pw_name) ||
		    local_has_other(&f->l, pw->pw_uid, "") != 1)
			fail_msg("%s %u", pw->pw_name, pw->pw_uid);
	}
	fclose(in);
	assert_true(seen > n);
}

static void
test_whose_a_number_is_T13(void **state)
{
	struct fixture *f = *state;
	struct error e;

	put(f, "passwd",
	    "nora:x:10001:10001:::\nolaf:x:10002:5000:::\n"
	    "one:x:10003:1:::\ntwo:x:10003:1:::\n"
	    "a-name-that-is-longer-than-any-of-ours:x:77:78:::\n");
	put(f, "group", "nora:x:10001:\ncrew:x:5000:\n");
	assert_int_equal(local_read(&f->l, &e), 0);
	assert_int_equal(local_has_other(&f->l, 10001, "nora"), 0);
	assert_int_equal(local_has_other(&f->l, 10001, "olaf"), 1);
	assert_int_equal(local_has_other(&f->l, 10001, ""), 1);
	/* His primary group is not his own. */
	assert_int_equal(local_has_other(&f->l, 5000, "crew"), 0);
	assert_int_equal(local_has_other(&f->l, 5000, "olaf"), 1);
	/* Two accounts with one number. */
	assert_int_equal(local_has_other(&f->l, 10003, "one"), 1);
	assert_int_equal(local_has_other(&f->l, 77, "nora"), 1);
	assert_int_equal(local_has_other(&f->l, 78, "nora"), 0);
	assert_int_equal(local_has_other(&f->l, 9, "nora"), 0);
}

static void
test_subordinate_ids_are_known_number_by_number_T8(void **state)
{
	struct fixture *f = *state;
	struct local_spans spans = {0};
	struct error e;

	put(f, "subuid", "alice:100000:65536\n");
	put(f, "subgid", "bob:300000:10\n");
	assert_int_equal(local_subordinate(&f->l, &spans, &e), 0);
	assert_null(local_span_of(&spans, 99999));
	assert_non_null(strstr(local_span_of(&spans, 100000), "subuid:1"));
	assert_non_null(local_span_of(&spans, 165535));
	assert_null(local_span_of(&spans, 165536));
	assert_non_null(strstr(local_span_of(&spans, 300009), "subgid:1"));
	assert_null(local_span_of(&spans, 10001));
	/* Where useradd makes them from; its own numbers may be brought. */
	put(f, "login.defs", "UID_MAX 60000\nSUB_UID_MAX 200000\n");
	assert_int_equal(local_subordinate(&f->l, &spans, &e), 0);
	assert_null(local_span_of(&spans, 10001));
	assert_non_null(strstr(local_span_of(&spans, 170000), "login.defs:2"));
	local_spans_clear(&spans);
}

static void
test_each_change_is_noticed_T13(void **state)
{
	struct fixture *f = *state;
	struct error e;
	FILE *in_place;
	char path[128];

	assert_int_equal(local_read(&f->l, &e), 0);
	assert_int_equal(local_has_changed(&f->l), 0);
	for (size_t i = 0; i < 5; i++) {
		put(f, files[i], "a:x:1:1:\n");
		assert_int_equal(local_has_changed(&f->l), 1);
		assert_int_equal(local_has_changed(&f->l), 1);
		assert_int_equal(local_read(&f->l, &e), 0);
		assert_int_equal(local_has_changed(&f->l), 0);
	}
	put(f, "other", "nothing of ours\n");
	assert_int_equal(local_has_changed(&f->l), 0);
	snprintf(path, sizeof(path), "%s/passwd", f->dir);
	in_place = fopen(path, "ae");
	assert_non_null(in_place);
	assert_int_not_equal(fputs("b:x:2:2:\n", in_place), EOF);
	assert_int_equal(fclose(in_place), 0);
	assert_int_equal(local_has_changed(&f->l), 1);
	assert_int_equal(local_read(&f->l, &e), 0);
	assert_true(local_has_name(&f->l, "b"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(local_has_changed(&f->l), 1);
}

static void
test_unreadable_file_keeps_what_was_known_T13(void **state)
{
	struct fixture *f = *state;
	struct error e;
	char path[128];

	put(f, "passwd", "deploy:x:1000:1000:::\n");
	assert_int_equal(local_read(&f->l, &e), 0);
	snprintf(path, sizeof(path), "%s/passwd", f->dir);
	assert_int_equal(unlink(path), 0);
	/* A folder can be opened, not read. */
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(local_read(&f->l, &e), -1);
	assert_true(local_has_name(&f->l, "deploy"));
}

static void
test_ranges_of_other_allocators_are_refused_T8(void **state)
{
	static const struct {
		const char *file, *text;
		uint32_t min, max;
		int ok;
	} rows[] = {
	    {"subuid", "alice:100000:65536\n", 1879048192u, 2147352575u, 1},
	    {"subuid", "alice:100000:65536\n", 150000, 160000, 0},
	    {"subuid", "alice:100000:65536\n", 165535, 170000, 0},
	    {"subuid", "alice:100000:65536\n", 165536, 170000, 1},
	    {"subuid", "alice:100000:65536\n", 90000, 99999, 1},
	    {"subuid", "alice:100000:65536\n", 90000, 100000, 0},
	    {"subuid", "a:1:1\nb:1900000000:10\n", 1879048192u, 2147352575u, 0},
	    {"subgid", "b:1900000000:10", 1879048192u, 2147352575u, 0},
	    {"subgid", "rubbish\nb:x:y\nb:1900000000:0\n#b:1900000000:9\n",
		1879048192u, 2147352575u, 1},
	    {"login.defs", "UID_MIN 1000\nUID_MAX 60000\n", 60001, 70000, 1},
	    {"login.defs", "UID_MIN 1000\nUID_MAX 60000\n", 60000, 70000, 0},
	    {"login.defs", "UID_MAX\t\t2000000000\n", 1879048192u, 2147352575u,
		0},
	    {"login.defs", "#UID_MAX 2000000000\n", 1879048192u, 2147352575u,
		1},
	    {"login.defs", "GID_MIN 70000\nGID_MAX 80000\n", 75000, 76000, 0},
	    {"login.defs", "SYS_UID_MIN 65000\nSYS_UID_MAX 66000\n", 65500,
		65600, 0},
	    {"login.defs", "SUB_UID_MIN 100000\nSUB_UID_MAX 600100000\n",
		200000, 300000, 0},
	    {"login.defs", "SUB_GID_COUNT 65536\n", 65536, 65536, 1},
	    /* What shadow takes where a key is not set, or set otherwise. */
	    {"login.defs", "UMASK 022\n", 200000, 300000, 0},
	    {"login.defs", "UMASK 022\n", 60000, 70000, 0},
	    {"login.defs", "UMASK 022\n", 1879048192u, 2147352575u, 1},
	    {"login.defs", "UID_MAX 0x70000010\n", 1879048192u, 2147352575u, 0},
	    {"subuid", "alice:0x70000000:65536\n", 1879048192u, 2147352575u, 0},
	    {"subuid", "alice:016000000000:0x10\n", 1879048192u, 2147352575u,
		0},
	};
	struct fixture *f = *state;
	struct error e;
	char path[128];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		put(f, rows[i].file, rows[i].text);
		if (local_check_range(&f->l, rows[i].min, rows[i].max, &e) !=
		    (rows[i].ok ? 0 : -1))
			fail_msg("row %zu", i);
		if (!rows[i].ok) {
			assert_int_equal(e.kind, ERROR_CONFIG);
			assert_non_null(strstr(e.text, rows[i].file));
		}
		snprintf(path, sizeof(path), "%s/%s", f->dir, rows[i].file);
		assert_int_equal(unlink(path), 0);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void
test_events_about_zones_are_told_from_others(void **state)
{
	(void)state;
	assert_int_equal(event_rule("zone.update"), EVENT_ZONE);
	assert_int_equal(event_rule("zone.deactivate"), EVENT_ZONE);
	assert_int_equal(event_rule("zones.update"), EVENT_LOOK);
	assert_int_equal(event_rule("zone"), EVENT_LOOK);
}

static void
test_only_a_clearing_that_happened_clears(void **state)
{
	static const struct {
		const char *type;
		int has_failed, clears;
	} rows[] = {
	    {"user.session.clear", 0, 1},
	    {"user.authentication.universal_logout", 0, 1},
	    {"user.session.clear", 1, 0},
	    {"user.session.end", 0, 0},
	    {"user.session.expire", 0, 0},
	    {"user.session.start", 0, 0},
	    {"user.session.clearx", 0, 0},
	    {"", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct api_event ev = {.has_failed = rows[i].has_failed};

		strcpy(ev.type, rows[i].type);
		assert_int_equal(event_clears(&ev), rows[i].clears);
	}
}

/* An admin who clears somebody's sessions has not lost their own. */
static void
test_the_actor_s_sessions_are_not_cleared_T105(void **state)
{
#define CLEAR(targets)                                              \
	"{\"eventType\":\"user.session.clear\",\"target\":" targets \
	",\"actor\":{\"type\":\"User\",\"id\":\"00uAdmin\"}}"
	static const struct {
		const char *text;
		int clears;
	} rows[] = {
	    {CLEAR("[]"), 0},
	    {CLEAR("null"), 0},
	    {CLEAR("[{\"type\":\"AppUser\",\"id\":\"0uaC\"}]"), 0},
	    {CLEAR("[{\"type\":\"User\",\"id\":\"00uA\"}]"), 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct json_object *doc;
		struct api_event ev;
		struct error e;

		assert_int_equal(json_parse(rows[i].text, strlen(rows[i].text),
				     "event", &doc, &e),
		    0);
		assert_int_equal(api_event_parse(doc, &ev, &e), 0);
		json_free(doc);
		assert_int_equal(event_clears(&ev), rows[i].clears);
		assert_int_equal(ev.ntargets, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_events_about_zones_are_told_from_others),
	    cmocka_unit_test(test_only_a_clearing_that_happened_clears),
	    cmocka_unit_test(test_the_actor_s_sessions_are_not_cleared_T105),
	    cmocka_unit_test(test_guard_table_T91),
	    T(test_local_names_and_numbers_are_known_T13),
	    T(test_numbers_are_read_as_glibc_reads_them_T13),
	    T(test_whose_a_number_is_T13),
	    T(test_subordinate_ids_are_known_number_by_number_T8),
	    T(test_each_change_is_noticed_T13),
	    T(test_unreadable_file_keeps_what_was_known_T13),
	    T(test_ranges_of_other_allocators_are_refused_T8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
