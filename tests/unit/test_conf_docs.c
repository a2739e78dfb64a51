/*
 * okta.conf(5) and conf/okta.conf say the same as the table of keys: no key is
 * missing, none is invented, every default shown is the default.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_keys.h"

enum { KEYS_MAX = 200 };

/* What a document says of a key. */
struct said {
	char section[32], key[32], value[128];
};

static struct said list[KEYS_MAX];
static size_t count;

static FILE *
open_source(const char *name)
{
	const char *top = getenv("srcdir");
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", top != NULL ? top : ".", name);
	f = fopen(path, "r");
	if (f == NULL)
		fail_msg("can not read %s", path);
	return f;
}

static void
add(const char *section, const char *key, const char *value)
{
	struct said *s = &list[count++];

	assert_true(count < KEYS_MAX);
	snprintf(s->section, sizeof(s->section), "%s", section);
	snprintf(s->key, sizeof(s->key), "%s", key);
	snprintf(s->value, sizeof(s->value), "%s", value);
}

static int
is_said(const struct conf_key *k)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].section, k->section) == 0 &&
		    (k->name == NULL || strcmp(list[i].key, k->name) == 0))
			return 1;
	return 0;
}

/* ".It Cm url" and ".It Cm key_id , Cm algorithm" below ".Ss Section okta". */
static void
read_manual(void)
{
	char line[512], section[32] = "";
	FILE *f = open_source("oktad/okta.conf.5");

	count = 0;
	while (fgets(line, sizeof(line), f) != NULL) {
		char *save = NULL, *word;

		if (strncmp(line, ".Sh", 3) == 0 ||
		    strncmp(line, ".Ss", 3) == 0)
			section[0] = '\0';
		if (sscanf(line, ".Ss Section %31s", section) == 1)
			add(section, "", "");
		if (section[0] == '\0' || strncmp(line, ".It Cm ", 7) != 0)
			continue;
		for (word = strtok_r(line + 3, " \n", &save); word != NULL;
		     word = strtok_r(NULL, " \n", &save))
			if (strcmp(word, "Cm") != 0 && strcmp(word, ",") != 0)
				add(section, word, "");
	}
	fclose(f);
}

/* "key = value" and "#key = value" below "[okta]" and "#[okta]"; prose begins
 * with "# ". */
static void
read_example(void)
{
	char line[512], section[32] = "", key[32];
	FILE *f = open_source("conf/okta.conf");
	int at;

	count = 0;
	while (fgets(line, sizeof(line), f) != NULL) {
		const char *p = line + (line[0] == '#');

		line[strcspn(line, "\n")] = '\0';
		if (sscanf(p, "[%31[a-z_]", section) == 1)
			continue;
		at = 0;
		if (sscanf(p, "%31[a-z_] =%n", key, &at) == 1 && at > 0) {
			p += at;
			add(section, key, p + strspn(p, " "));
		}
	}
	fclose(f);
}

static void
check_none_is_invented(const char *document)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].key[0] != '\0'
			? conf_key_find(list[i].section, list[i].key) == NULL
			: !conf_section_is_known(list[i].section))
			fail_msg("%s has [%s] %s, which does not exist",
			    document, list[i].section, list[i].key);
}

static void
test_manual_has_every_key_and_no_other(void **state)
{
	(void)state;
	read_manual();
	for (const struct conf_key *k = conf_keys; k->section != NULL; k++)
		if (!is_said(k))
			fail_msg(
			    "okta.conf(5) lacks [%s] %s", k->section, k->name);
	check_none_is_invented("okta.conf(5)");
}

static void
test_example_has_every_key_and_its_default(void **state)
{
	(void)state;
	read_example();
	check_none_is_invented("conf/okta.conf");
	for (const struct conf_key *k = conf_keys; k->section != NULL; k++) {
		if (k->type == CONF_LATER)
			continue;
		if (!is_said(k))
			fail_msg("conf/okta.conf lacks [%s] %s", k->section,
			    k->name);
		for (size_t i = 0; k->fallback != NULL && i < count; i++)
			if (strcmp(list[i].section, k->section) == 0 &&
			    strcmp(list[i].key, k->name) == 0)
				assert_string_equal(list[i].value, k->fallback);
	}
}

/* How many rows there are. */
static size_t
find_rows(const char *text, const struct conf_scope *s)
{
	char row[256];
	size_t rows = 0;

	for (; s->scope != NULL; s++, rows++) {
		const char *at;

		snprintf(row, sizeof(row), "\n.It %s Ta ", s->scope);
		at = strstr(text, row);
		if (at == NULL)
			fail_msg("okta.conf(5) lacks the scope %s", s->scope);
		snprintf(row, sizeof(row), " Ta %s\n", s->feature);
		if (strstr(at, row) == NULL)
			fail_msg("okta.conf(5) says not of %s: %s", s->scope,
			    s->feature);
	}
	return rows;
}

static void
test_manual_lists_every_scope_with_its_feature(void **state)
{
	char *text = calloc(1, 1 << 16);
	FILE *f = open_source("oktad/okta.conf.5");
	size_t rows;

	(void)state;
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 16) - 1, f) > 0);
	fclose(f);
	rows =
	    find_rows(text, conf_scopes) + find_rows(text, conf_admin_scopes);
	for (const char *at = text; (at = strstr(at, "\n.It okta.")) != NULL;
	     at++)
		rows--;
	assert_int_equal(rows, 0);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_manual_has_every_key_and_no_other),
	    cmocka_unit_test(test_example_has_every_key_and_its_default),
	    cmocka_unit_test(test_manual_lists_every_scope_with_its_feature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
