/*
 * oktad/wipe.c, linked as into oktad-net and oktad-login: whoever frees
 * memory, the program or one of its libraries, leaves nothing in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <json-c/json.h>
#include <openssl/crypto.h>

enum { MARK = 48, LARGE = 400000 };

void __libc_free(void *p);

static char mark[MARK + 1];

/* A mark that is nowhere but in this array. */
static void
new_mark(void)
{
	static unsigned int turn;

	for (int i = 0; i < MARK; i++)
		mark[i] = (char)('a' + (i * 7 + (int)turn * 11) % 26);
	mark[MARK] = '\0';
	turn++;
}

/* How often the second half of the mark stands in the heap and in anonymous
 * maps; the first bytes of a freed chunk are the allocator's own. */
static unsigned int
hits(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512], rights[8], path[256];
	unsigned int n = 0;
	uintptr_t from, to;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps) != NULL) {
		path[0] = '\0';
		if (sscanf(line,
			"%" SCNxPTR "-%" SCNxPTR " %7s %*s %*s %*s %255s",
			&from, &to, rights, path) < 3 ||
		    rights[1] != 'w' ||
		    (path[0] != '\0' && strcmp(path, "[heap]") != 0))
			continue;
		for (const char *p = (const char *)from; p != NULL;) {
			p = memmem(
			    p, to - (uintptr_t)p, mark + MARK / 2, MARK / 2);
			if (p == NULL)
				break;
			if ((uintptr_t)p < (uintptr_t)mark ||
			    (uintptr_t)p > (uintptr_t)mark + MARK)
				n++;
			p++;
		}
	}
	fclose(maps);
	return n;
}

static void
by_malloc(int is_kept)
{
	char *p = malloc(200);

	strcpy(p + 100, mark);
	if (is_kept)
		assert_int_equal(hits(), 1);
	free(p);
}

static void
by_realloc(int is_kept)
{
	char *p = malloc(100);

	strcpy(p, mark);
	for (size_t n = 200; n < LARGE; n *= 2) {
		p = realloc(p, n);
		assert_non_null(p);
		assert_string_equal(p, mark);
		if (is_kept)
			assert_int_equal(hits(), 1);
	}
	p = realloc(p, 60);
	assert_string_equal(p, mark);
	p = reallocarray(p, 50, 100);
	assert_string_equal(p, mark);
	if (is_kept)
		assert_int_equal(hits(), 1);
	assert_null(realloc(p, 0));
}

static void
by_stdio(int is_kept)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	for (int i = 0; i < 200; i++)
		fprintf(f, "%s\n", mark);
	fclose(f);
	if (is_kept)
		assert_true(hits() >= 200);
	free(text);
	assert_true(asprintf(&text, "%s", mark) > 0);
	free(text);
}

static void
by_json(int is_kept)
{
	struct json_tokener *t = json_tokener_new();
	struct json_object *o;
	char *text;

	assert_true(asprintf(&text, "{\"%s\":[\"%s\"]}", mark, mark) > 0);
	o = json_tokener_parse_ex(t, text, (int)strlen(text));
	assert_non_null(o);
	assert_non_null(json_object_to_json_string(o));
	free(text);
	if (is_kept)
		assert_true(hits() >= 2);
	json_object_put(o);
	json_tokener_free(t);
}

static void
by_openssl(int is_kept)
{
	char *p = OPENSSL_strdup(mark);

	p = OPENSSL_realloc(p, 5000);
	assert_string_equal(p, mark);
	if (is_kept)
		assert_int_equal(hits(), 1);
	OPENSSL_free(p);
}

static void
by_curl(int is_kept)
{
	struct curl_slist *l = curl_slist_append(NULL, mark);
	CURL *h = curl_easy_init();
	CURLU *u = curl_url();
	char *escaped, *part = NULL, url[MARK + 20];

	assert_non_null(l);
	escaped = curl_easy_escape(h, mark, 0);
	assert_non_null(escaped);
	snprintf(url, sizeof(url), "https://a/%s", mark);
	assert_int_equal(curl_easy_setopt(h, CURLOPT_URL, url), CURLE_OK);
	assert_int_equal(curl_url_set(u, CURLUPART_URL, url, 0), CURLUE_OK);
	assert_int_equal(curl_url_get(u, CURLUPART_PATH, &part, 0), CURLUE_OK);
	if (is_kept)
		assert_true(hits() >= 4);
	curl_free(part);
	curl_free(escaped);
	curl_slist_free_all(l);
	curl_url_cleanup(u);
	curl_easy_cleanup(h);
}

static void
test_freed_memory_is_empty_whoever_frees_it_T110(void **state)
{
	static void (*const ways[])(int) = {
	    by_malloc, by_realloc, by_stdio, by_json, by_openssl, by_curl};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		/* The control looks while it is there. */
		new_mark();
		ways[i](1);
		new_mark();
		ways[i](0);
		if (hits() != 0)
			fail_msg("way %zu leaves %u", i, hits());
	}
}

static void
test_search_finds_what_glibc_would_leave(void **state)
{
	char *p = malloc(200);

	(void)state;
	new_mark();
	strcpy(p + 100, mark);
	__libc_free(p);
	assert_int_equal(hits(), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_freed_memory_is_empty_whoever_frees_it_T110),
	    cmocka_unit_test(test_search_finds_what_glibc_would_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
