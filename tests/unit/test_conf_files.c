/* The files of a configuration: which are read, in which order, which not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf_fixture.h"

static void
test_later_dropin_replaces_the_whole_value(void **state)
{
	struct error e = {0};
	struct conf *c;

	(void)state;
	conf_write("okta.conf", 0, "");
	assert_int_equal(mkdir(folder_at(&conf_here, "okta.conf.d"), 0755), 0);
	folder_write(&conf_here, "okta.conf.d/20-b.conf",
	    "[directory]\n"
	    "allow_groups = 00gBBBBBBBBBBBBBBBBB\n",
	    0600);
	folder_write(&conf_here, "okta.conf.d/10-a.conf",
	    "[directory]\n"
	    "allow_groups = 00gCCCCCCCCCCCCCCCCC 00gDDDDDDDDDDDDDDDDD\n",
	    0600);
	folder_write(&conf_here, "okta.conf.d/30-c.conf~",
	    "[directory]\n"
	    "allow_groups = 00gEEEEEEEEEEEEEEEEE\n",
	    0600);
	conf_load_good(&c);
	assert_string_equal(c->allow_groups[0], "00gBBBBBBBBBBBBBBBBB");
	assert_null(c->allow_groups[1]);
	assert_string_equal(conf_where(c, "directory", "allow_groups").file,
	    folder_at(&conf_here, "okta.conf.d/20-b.conf"));
	conf_free(c);

	/* A wrong line is not hidden by the file that replaces it. */
	folder_write(&conf_here, "okta.conf.d/10-a.conf",
	    "[directory]\n"
	    "allow_groups = Everyone\n",
	    0600);
	assert_int_equal(conf_load_here(&c, &e), -1);
	assert_non_null(strstr(e.text, "10-a.conf:2: allow_groups: "));

	/* Two ways to authenticate, in two files. */
	folder_write(&conf_here, "okta.conf.d/10-a.conf",
	    "[okta]\n"
	    "api_token = 00abc\n",
	    0600);
	assert_int_equal(conf_load_here(&c, &e), -1);
	assert_non_null(strstr(e.text, "10-a.conf:2: api_token: contradicts"));

	/* A drop-in that anybody may read or swap. */
	folder_write(&conf_here, "okta.conf.d/10-a.conf", "\n", 0644);
	assert_int_equal(conf_load_here(&c, &e), -1);
	assert_non_null(strstr(e.text, "chmod 0600"));
	assert_int_equal(
	    chmod(folder_at(&conf_here, "okta.conf.d/10-a.conf"), 0600), 0);
	assert_int_equal(chmod(folder_at(&conf_here, "okta.conf.d"), 0777), 0);
	assert_int_equal(conf_load_here(&c, &e), -1);
	assert_non_null(strstr(e.text, "others may write this folder"));
	unlink(folder_at(&conf_here, "okta.conf.d/10-a.conf"));
	unlink(folder_at(&conf_here, "okta.conf.d/20-b.conf"));
	unlink(folder_at(&conf_here, "okta.conf.d/30-c.conf~"));
	rmdir(folder_at(&conf_here, "okta.conf.d"));
}

static void
refused_with(const char *path, const char *says)
{
	struct error e = {0};
	struct conf *c;

	assert_int_equal(conf_load_owned(path, geteuid(), &c, &e), -1);
	assert_int_equal(e.kind, ERROR_CONFIG);
	if (strstr(e.text, says) == NULL)
		fail_msg("%s: %s", says, e.text);
}

static void
test_files_that_are_not_there_or_not_files(void **state)
{
	char longest[5000];

	(void)state;
	refused_with(folder_at(&conf_here, "absent.conf"), "No such file");
	refused_with(folder_at(&conf_here, "no/okta.conf"), "No such file");
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	refused_with(longest, "too long");
	conf_write("okta.conf", 0, "");
	folder_write(&conf_here, "okta.conf.d", "", 0600);
	refused_with(folder_at(&conf_here, "okta.conf"), "Not a directory");
	unlink(folder_at(&conf_here, "okta.conf.d"));
	/* A folder of drop-ins that leads elsewhere. */
	assert_int_equal(
	    symlink("/etc", folder_at(&conf_here, "okta.conf.d")), 0);
	refused_with(folder_at(&conf_here, "okta.conf"), "okta.conf.d");
	unlink(folder_at(&conf_here, "okta.conf.d"));
}

/* Strict where somebody could take a file away, and only there. */
static void
test_modes_of_folders_T111(void **state)
{
	static const struct {
		mode_t mode;
		int is_good;
	} rows[] = {
	    {0700, 1},
	    {0750, 1},
	    {0755, 1},
	    {0711, 1},
	    {0555, 1},
	    {01777, 1},
	    {0770, 0},
	    {0775, 0},
	    {0757, 0},
	    {0777, 0},
	    {02775, 0},
	};

	(void)state;
	conf_write("okta.conf", 0, "");
	assert_int_equal(mkdir(folder_at(&conf_here, "okta.conf.d"), 0755), 0);
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		const char *path = i % 2 ? conf_here.path
					 : folder_at(&conf_here, "okta.conf.d");
		struct error e = {0};
		struct conf *c;

		assert_int_equal(chmod(path, rows[i / 2].mode), 0);
		if ((conf_load_here(&c, &e) == 0) != rows[i / 2].is_good)
			fail_msg("%s %04o: %s", path,
			    (unsigned int)rows[i / 2].mode, e.text);
		conf_free(c);
		assert_int_equal(chmod(path, 0700), 0);
	}
	rmdir(folder_at(&conf_here, "okta.conf.d"));
}

static void
test_token_files(void **state)
{
	static const struct {
		const char *text;
		int is_good;
	} rows[] = {
	    {"00abc", 1},
	    {"00abc\n", 1},
	    {"00abc\n\n", 1},
	    {"", 0},
	    {"\n", 0},
	    {"00abc def", 0},
	    {"00abc\n00def", 0},
	    {" 00abc", 0},
	    {"SSWS 00abc", 0},
	    {"00abc\r\n", 0},
	    {"\"00abc\"", 0},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error e = {0};
		struct conf *c;

		folder_write(&conf_here, "other", rows[i].text, 0600);
		snprintf(text, sizeof(text),
		    "[okta]\nurl = https://a.test\n"
		    "api_token_file = %s/other\n[directory]\n"
		    "allow_groups = 00gA\n",
		    conf_here.path);
		folder_write(&conf_here, "okta.conf", text, 0600);
		if ((conf_load_here(&c, &e) == 0) != rows[i].is_good)
			fail_msg("%s: %s", rows[i].text, e.text);
		if (c != NULL)
			assert_string_equal(c->okta.api_token.bytes, "00abc");
		conf_free(c);
	}
	strcat(text, "[okta]\napi_token = 00abc\n");
	folder_write(&conf_here, "okta.conf", text, 0600);
	refused_with(
	    folder_at(&conf_here, "okta.conf"), "contradicts api_token");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_later_dropin_replaces_the_whole_value),
	    cmocka_unit_test(test_files_that_are_not_there_or_not_files),
	    cmocka_unit_test(test_modes_of_folders_T111),
	    cmocka_unit_test(test_token_files),
	};

	return cmocka_run_group_tests(
	    tests, conf_fixture_up, conf_fixture_down);
}
