/*
 * libokta for scenarios that judge it from outside:
 *
 *	driver json			verdicts on documents from stdin
 *	driver assertion KEY ALGORITHM	a signed client assertion
 *	driver replace PATH N		writes PATH anew N times, mode 0600
 *	driver conf PATH		loads a configuration, prints remarks
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"
#include "file.h"
#include "json.h"
#include "jwt.h"

enum { DOCUMENT_MAX = 1 << 20 };

/* u32 length (host order) and bytes in; one byte '0' or '1' out, each. */
static int
json(void)
{
	uint32_t len;

	while (fread(&len, sizeof(len), 1, stdin) == 1) {
		char *p = malloc(len > 0 ? len : 1);
		struct json_object *doc;
		struct error e;

		if (p == NULL || len > DOCUMENT_MAX ||
		    fread(p, 1, len, stdin) != len)
			return 1;
		putchar(
		    json_parse(p, len, "document", &doc, &e) == 0 ? '1' : '0');
		json_free(doc);
		free(p);
	}
	return 0;
}

static int
assertion(const char *path, const char *algorithm)
{
	struct jwt_claims claims = {"0oaDRIVER00000000000",
	    "https://org.test/oauth2/v1/token", time(NULL), 0};
	struct secret pem = {0}, jwt = {0};
	struct key *k = NULL;
	struct error e;
	int r = 1;

	claims.expires = claims.issued + JWT_LIFETIME_MAX;
	if (file_read_trusted(path, geteuid(), 1 << 16, &pem, &e) != 0 ||
	    key_load(&pem, algorithm, &k, &e) != 0 ||
	    jwt_assertion(k, "kid-1", &claims, &jwt, &e) != 0)
		fprintf(stderr, "%s\n", e.text);
	else
		r = fwrite(jwt.bytes, 1, jwt.len, stdout) != jwt.len;
	key_free(k);
	secret_clear(&pem);
	secret_clear(&jwt);
	return r;
}

static int
replace(const char *path, long n)
{
	struct error e;
	char text[64];

	for (long i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "canary %ld", i);
		if (file_replace(path, text, strlen(text), geteuid(), getegid(),
			0600, &e) != 0) {
			fprintf(stderr, "%s\n", e.text);
			return 1;
		}
	}
	return 0;
}

static void
print_remark(void *arg, const char *id, const char *text)
{
	(void)arg;
	printf("%s [%s]\n", text, id);
}

static int
conf(const char *path)
{
	struct conf *c;
	struct error e;

	if (conf_load(path, &c, &e) != 0) {
		fprintf(stderr, "%s\n", e.text);
		return 3;
	}
	conf_remarks(c, print_remark, NULL);
	conf_free(c);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "json") == 0)
		return json();
	if (argc == 4 && strcmp(argv[1], "assertion") == 0)
		return assertion(argv[2], argv[3]);
	if (argc == 4 && strcmp(argv[1], "replace") == 0)
		return replace(argv[2], strtol(argv[3], NULL, 10));
	if (argc == 3 && strcmp(argv[1], "conf") == 0)
		return conf(argv[2]);
	return 2;
}
